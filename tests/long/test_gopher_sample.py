"""The sample capsule as a gopher hole behind Gophernicus, which starts some programs for each request:
half a minute."""

import os
import subprocess
from pathlib import Path

import gopher
import pytest

MATINEE = os.environ.get("MATINEE", str(Path("build/release/matinee").resolve()))
SAMPLE = Path(__file__).resolve().parents[2] / "capsule"


def test_a_crawler_finds_every_page_of_the_sample(tmp_path):
    if not gopher.is_installed():
        pytest.skip("gophernicus is not installed")
    hole = tmp_path / "hole"
    subprocess.run([MATINEE, "build", SAMPLE, "--format", "gopher", "--output", hole], check=True,
                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120)
    gopher.readable_by_all(hole)
    tree = {str(path.relative_to(hole)): path.read_bytes() for path in hole.rglob("*")
            if path.is_file() and not path.name.startswith(".")}
    with gopher.Gophernicus(hole) as server:
        found = gopher.crawl(server.port, tree)
    assert len(found) > 500
    assert list(gopher.check_crawl(found, tree)) == []
