"""`matinee build --format gopher`: every page of a capsule as a menu or a text, on disk and on the
wire."""

import os
import subprocess
from pathlib import Path

import gopher
import pytest

MATINEE = os.environ.get("MATINEE", str(Path("build/release/matinee").resolve()))
SAMPLE = Path(__file__).resolve().parents[2] / "capsule"
FULL_SHAPE = Path(__file__).resolve().parents[1] / "golden/full-shape/capsule"
NOW = "2026-12-01T12:00:00Z"


def build(capsule, output, *options):
    done = subprocess.run([MATINEE, "build", str(capsule), "--output", str(output), "--now", NOW, *options],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120,
                          check=False)
    assert done.returncode == 0, done.stderr
    return done.stderr


def contents(folder):
    return {str(path.relative_to(folder)): path.read_bytes()
            for path in folder.rglob("*") if path.is_file() and not path.name.startswith(".")}


@pytest.fixture(scope="module", name="sample")
def make_sample(tmp_path_factory):
    """The sample capsule in both forms."""
    folder = tmp_path_factory.mktemp("gopher")
    build(SAMPLE, folder / "gemini")
    build(SAMPLE, folder / "hole", "--format", "gopher")
    return folder


@pytest.fixture(name="capsule")
def make_capsule(tmp_path):
    folder = tmp_path / "capsule"
    (folder / "reviews").mkdir(parents=True)
    (folder / "static/files/deep").mkdir(parents=True)
    (folder / "capsule.conf").write_text("Title: Notes\nHost: notes.example\n"
                                         "Redirect: /moved.html /reviews/film/\n")
    (folder / "static/files/a b.txt").write_text("A file.\n")
    (folder / "static/files/deep/한국.txt").write_text("A file.\n")
    (folder / "static/own.gmi").write_bytes(
        b"# Mine\n=> files/a%20b.txt Text\n=> / Home\n\x1b[2J\tx\n")
    (folder / "reviews/film.gmi").write_text(
        "Title: 영화 Film\nPublished: 2025-01-01\nTags: One\nAliases: /2013/old.html\n\nLede.\n\n"
        "## Part\nText.\n=> https://example.org/ Web\n=> /files/deep/%ED%95%9C%EA%B5%AD.txt 한국\n"
        "=> gopher://example.org/0/x Hole\n\n> Line.\n— Kim\n")
    return folder


def test_every_page_is_there_and_every_item_leads_somewhere(sample):
    hole, gemini = contents(sample / "hole"), contents(sample / "gemini")
    assert len(gemini) > 500
    assert list(gopher.check_tree(hole, gemini)) == []


def test_a_small_capsule(capsule, tmp_path):
    build(capsule, tmp_path / "gemini")
    build(capsule, tmp_path / "hole", "--format", "gopher")
    hole, gemini = contents(tmp_path / "hole"), contents(tmp_path / "gemini")
    assert list(gopher.check_tree(hole, gemini)) == []
    review = list(gopher.items(hole["reviews/film/part.gmi/gophermap"].decode()))
    assert ("h", "Web", "URL:https://example.org/", None, None) in review
    assert ("0", "한국", "/files/deep/한국.txt", None, None) in review
    assert ("0", "Hole", "/x", "example.org", 70) in review
    for name in "moved.html", "2013/old.html":
        assert "\t/reviews/film/\n" in hole[name + "/gophermap"].decode()
    # Gemtext in static/ is a menu like others, whatever is in it.
    own = list(gopher.items(hole["own.gmi/gophermap"].decode()))
    assert [item[:3] for item in own if item[0] != "i"] == [("0", "Text", "/files/a b.txt"),
                                                            ("1", "Home", "/")]
    assert own[-1][1] == "[2J x"


def test_no_folder_is_listed_by_servers(capsule, tmp_path):
    build(capsule, tmp_path / "hole", "--format", "gopher")
    for folder in (tmp_path / "hole").rglob("*"):
        if folder.is_dir():
            assert (folder / "gophermap").is_file(), folder
    for name in "files/gophermap", "files/deep/gophermap", "2013/gophermap":
        text = (tmp_path / "hole" / name).read_text()
        assert "There is no page here." in text and "\t/\n" in text
        assert "a b" not in text


def test_a_menu_of_the_authors_is_left_alone(capsule, tmp_path):
    mine = "iMine\tfake\tnull.host\t1\n"
    for name in "gophermap", "files/gophermap", "reviews/film/gophermap":
        (capsule / "static" / name).parent.mkdir(parents=True, exist_ok=True)
        (capsule / "static" / name).write_text(mine)
    build(capsule, tmp_path / "hole", "--format", "gopher")
    for name in "gophermap", "files/gophermap", "reviews/film/gophermap":
        assert (tmp_path / "hole" / name).read_text() == mine


def test_below_another_path(capsule, tmp_path):
    build(capsule, tmp_path / "gemini")
    build(capsule, tmp_path / "hole", "--format", "gopher", "--base", "gopher://example.org:7070/~kim")
    hole = contents(tmp_path / "hole")
    menus = {name: text for name, text in hole.items() if name.endswith("gophermap")}
    assert [problem for name, text in menus.items()
            for problem in gopher.check_menu(text.decode(), hole, "/~kim")] == []
    # What is read outside of the hole has whole addresses.
    assert "gopher://example.org:7070/1/~kim/reviews/film/part.gmi\n" in hole["sitemap.txt"].decode()
    assert 'href="gopher://example.org:7070/1/~kim/reviews/film/"' in hole["atom.xml"].decode()
    build(capsule, tmp_path / "hole", "--format", "gopher", "--base", "/~kim")
    assert 'href="gemini://notes.example/' in (tmp_path / "hole/atom.xml").read_text()


def test_unchanged_files_are_kept(capsule, tmp_path):
    build(capsule, tmp_path / "hole", "--format", "gopher")
    before = {path: path.stat().st_ino for path in (tmp_path / "hole").rglob("*") if path.is_file()}
    build(capsule, tmp_path / "hole", "--format", "gopher")
    assert before == {path: path.stat().st_ino for path in (tmp_path / "hole").rglob("*")
                      if path.is_file()}


# --- with a real server ----------------------------------------------------------------------------


@pytest.fixture(name="gophernicus")
def serve_by_gophernicus():
    if not gopher.is_installed():
        pytest.skip("gophernicus is not installed")
    return gopher.Gophernicus


def test_a_crawler_finds_every_page(tmp_path, gophernicus):
    build(FULL_SHAPE, tmp_path / "hole", "--format", "gopher")
    hole = contents(tmp_path / "hole")
    gopher.readable_by_all(tmp_path / "hole")
    with gophernicus(tmp_path / "hole") as server:
        found = gopher.crawl(server.port, hole)
    assert list(gopher.check_crawl(found, hole)) == []


def test_names_of_every_script(capsule, tmp_path, gophernicus):
    build(capsule, tmp_path / "hole", "--format", "gopher")
    gopher.readable_by_all(tmp_path / "hole")
    with gophernicus(tmp_path / "hole") as server:
        found = gopher.crawl(server.port, contents(tmp_path / "hole"))
    assert found["0", "/files/deep/한국.txt"] == b"A file.\r\n"
    assert found["1", "/reviews/film/"].startswith("i영화 Film\t".encode())
