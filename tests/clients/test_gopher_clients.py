"""The sample capsule as a gopher hole, read with real clients through Gophernicus."""

import shutil
import subprocess
from pathlib import Path

import gopher
import pytest
import serving
from terminal import Bombadillo

SAMPLE = Path(__file__).resolve().parents[2] / "capsule"


@pytest.fixture(scope="module", name="hole")
def serve_hole(tmp_path_factory):
    if not gopher.is_installed():
        pytest.skip("gophernicus is not installed")
    tree = tmp_path_factory.mktemp("hole") / "tree"
    subprocess.run([serving.BINARY, "build", SAMPLE, "--format", "gopher", "--output", tree], check=True,
                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60 * serving.PATIENCE)
    gopher.readable_by_all(tree)
    with gopher.Gophernicus(tree) as server:
        yield f"gopher://localhost:{server.port}"


def test_bombadillo_from_home_to_a_quote(hole, tmp_path):
    with Bombadillo(hole + "/", tmp_path) as reader:
        reader.wait_for("^ *The Second Screening$")
        reader.follow("Read Miracle in Cell No. 7")
        assert "127 min" in reader.wait_for("7번방의 선물")
        reader.follow("Ye-seung, eat your beans.")
        assert "Miracle in Cell No. 7" in reader.wait_for(r"> Ye-seung, eat your beans\.")
        reader.follow("The review: Miracle in Cell No. 7")
        reader.follow("The whole review on one page")
        reader.wait_for("^Miracle in Cell No. 7$")


def lynx(url):
    done = subprocess.run(["lynx", "-dump", "-width=80", "-assume_charset=utf-8", "-display_charset=utf-8",
                           url], check=True, timeout=60, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    return done.stdout.decode()


def test_lynx_shows_menus_and_texts(hole):
    if shutil.which("lynx") is None:
        pytest.skip("lynx is not installed")
    menu = lynx(hole + "/1/reviews/miracle-in-cell-no-7/")
    assert "* Original title: 7번방의 선물 (7beonbangui Seonmul)" in menu
    assert "(FILE) [" in menu and "]The whole review on one page" in menu
    assert max(map(len, menu.split("\n\nReferences")[0].splitlines())) <= 80
    text = lynx(hole + "/0/reviews/miracle-in-cell-no-7/full.gmi")
    assert text.startswith("Miracle in Cell No. 7\n=====================\n")
    page = lynx(hole + "/1/people/song-kang-ho/")
    assert "Song Kang-ho" in page
