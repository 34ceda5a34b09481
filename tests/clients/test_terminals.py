"""Two real terminal clients read the sample capsule: home, a review, a section, a quote."""

import re

import pytest
from terminal import Amfora, Bombadillo


@pytest.mark.parametrize("client", [Amfora, Bombadillo])
def test_from_home_to_a_quote(client, sample_server, tmp_path):
    with client(sample_server.url("/"), tmp_path) as reader:
        home = reader.wait_for("The Second Screening")
        assert "Miracle in Cell No. 7" in home

        reader.follow("Read Miracle in Cell No. 7")
        review = reader.wait_for(r"7번방의 선물")
        for fact in ("2013", "Lee Hwan-kyung", "127 min"):
            assert fact in review

        section = sample_server.section_headings("miracle-in-cell-no-7")[0]
        reader.follow(section)
        reader.wait_for(rf"^\s*# {section}$")

        reader.follow("The review: Miracle in Cell No. 7")
        reader.follow("Ye-seung, eat your beans.")
        quote = reader.wait_for(r"> Ye-seung, eat your beans\.")
        assert re.search(r"^\s*— ", quote, re.M)
        assert "Miracle in Cell No. 7" in quote


@pytest.mark.parametrize("client", [Amfora, Bombadillo])
def test_a_link_to_nowhere_says_so(client, sample_server, tmp_path):
    with client(sample_server.url("/no/such/page"), tmp_path) as reader:
        reader.wait_for(r"(?i)not found|51")
