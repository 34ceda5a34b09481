"""Two real terminal clients read the sample capsule: home, a review, a section, a quote. One follows it."""

import re
import time

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


def test_amfora_follows_a_person(sample_server, tmp_path):
    """It asks about a feed that it meets, and lists what is new in all that it follows."""
    with Amfora(sample_server.url("/people/song-kang-ho/"), tmp_path) as reader:
        reader.follow("Atom feed: Song Kang-ho")
        reader.wait_for("Would you like to subscribe to this")
        reader.type("Enter")
        reader.type("C-a")
        # What it has just begun to follow may not be on the list at once.
        begun = time.monotonic()
        reader.wait_for("# Subscriptions")
        while "Song Kang-ho (" not in reader.screen() and time.monotonic() - begun < 10:
            reader.type("C-r")
            time.sleep(0.2)
        assert "A Taxi Driver" in reader.wait_for("The Second Screening: Song Kang-ho")


@pytest.mark.parametrize("client", [Amfora, Bombadillo])
def test_a_search(client, sample_server, tmp_path):
    """From home to what was found, in two scripts; both clients ask by themselves."""
    sample_server.wait_until(lambda: sample_server.get("/search.gmi?parasite").status == 20)
    with client(sample_server.url("/"), tmp_path) as reader:
        reader.follow_to("Search", r"What are you looking for\?")
        reader.answer("peach housekeeper")
        found = reader.wait_for(r"^\s*# Search: peach housekeeper$")
        assert re.search(r"^\s*\d+ reviews?", found, re.M)
        reader.follow_to("Parasite (2019): A Comedy of Employment", r"^\s*# A Comedy of Employment$")

        reader.follow_to("Home: The Second Screening", r"^\s*# The Second Screening$")
        reader.follow_to("Search", r"What are you looking for\?")
        reader.answer("살인")
        reader.wait_for(r"^\s*# Search: 살인$")
        reader.link_number("Memories of Murder (2003)")
