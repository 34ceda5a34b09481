"""What readers of the sample capsule type is found among the first five results: tests/queries, over TLS."""

import re
import shutil
from pathlib import Path
from urllib.parse import quote

import pytest
import serving

TOP = Path(__file__).resolve().parents[2]
FIRST = 5
FEWEST = 50


def read_queries():
    """What is typed, and what is to be found."""
    for line in (TOP / "tests/queries").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            typed, expected = line.split("|")
            yield typed.strip(), expected.strip()


@pytest.fixture(name="sample", scope="module")
def sample_fixture(tmp_path_factory):
    folder = tmp_path_factory.mktemp("queries")
    shutil.copytree(TOP / "capsule", folder / "capsule")
    with serving.Server(folder / "capsule", folder / "certs") as server:
        server.wait_until(lambda: server.get("/search.gmi?parasite").status == 20)
        yield server


class Answer:
    def __init__(self, server, url):
        answer = server.get(url)
        assert answer.status == 20, answer.header
        results = answer.text.split("\n## ")[0]
        self.links = re.findall(r"^=> /reviews/(\S*)", results, re.M)
        self.near = re.findall(r"^=> (/search\.gmi\?\S+)", results, re.M)
        count = re.search(r"^(\d+) (?:review|quote)s?\b", results, re.M)
        self.total = int(count[1]) if count else 0

    def has(self, wanted):
        if wanted.startswith("!"):
            return not any(link.startswith(wanted[1:] + "/") for link in self.links)
        slug, _, section = wanted.partition("/")
        return any(link == f"{slug}/{section}.gmi" if section else link.startswith(slug + "/")
                   for link in self.links[:FIRST])


def is_right(server, typed, expected):
    answer = Answer(server, "/search.gmi?" + quote(typed, safe=""))
    wanted = [word for word in expected.split() if word not in "=~"]
    if expected.startswith("~"):
        return answer.total == 0 and any(
            all(map(Answer(server, url).has, wanted)) for url in answer.near)
    if expected.startswith("=") and answer.total != len(wanted):
        return False
    return all(map(answer.has, wanted))


def test_readers_find_what_they_look_for(sample):
    queries = list(read_queries())
    assert len(queries) >= FEWEST
    assert [query for query in queries if not is_right(sample, *query)] == []
