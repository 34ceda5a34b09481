"""`matinee import` of what nobody means well with: bounded memory and time, and a message each."""

import os
import subprocess
from pathlib import Path

import pytest

import blogs
import memory

ROOT = Path(__file__).resolve().parents[2]
MATINEE = os.environ.get("MATINEE", str(ROOT / "build/release/matinee"))
IS_ASAN = os.environ.get("MATINEE_MODE") == "asan"
SECONDS = 120

# A feed may be of any size; this is what an import of it may take. ASan's own memory is not meant.
MEMORY_KB = 100 * 1024

FEED = "<feed xmlns='http://www.w3.org/2005/Atom'>"


@pytest.fixture
def capsule(tmp_path):
    folder = tmp_path / "capsule"
    folder.mkdir()
    (folder / "capsule.conf").write_text("Title: Trial\n")
    return folder


def imported(capsule, pieces):
    """Import a file of these pieces: the exit code, and what was printed."""
    path = capsule.parent / "blog.xml"
    with path.open("w") as out:
        for piece in pieces:
            out.write(piece)
    with (capsule.parent / "out").open("w+") as out, (capsule.parent / "err").open("w+") as err:
        process = subprocess.Popen([MATINEE, "import", path.name], cwd=capsule.parent, stdout=out,
                                   stderr=err, stdin=subprocess.DEVNULL)
        try:
            process.wait(SECONDS)
        finally:
            process.kill()
        path.unlink()
        out.seek(0)
        err.seek(0)
        return process.returncode, out.read(), err.read()


def peak_kb(capsule, pieces):
    """The most memory that an import of these pieces had."""
    path = capsule.parent / "blog.xml"
    with path.open("w") as out:
        for piece in pieces:
            out.write(piece)
    code, peak = memory.peak_kb([MATINEE, "import", path.name], cwd=capsule.parent)
    path.unlink()
    return code, peak


def with_html(*html):
    """A feed of two posts, the first with this HTML."""
    before, after = blogs.takeout([dict(blogs.POSTS[1], html="HERE"), blogs.POSTS[2]]).split("HERE")
    return [before, *html, after]


def names(capsule):
    return sorted(path.stem for path in (capsule / "reviews").glob("*.gmi"))


@pytest.mark.parametrize("entities", [
    "<!ENTITY a 'aaaaaaaaaa'>" + "".join(
        f"<!ENTITY {chr(98 + i)} '{('&' + chr(97 + i) + ';') * 10}'>" for i in range(9)),
    "<!ENTITY j SYSTEM 'file:///etc/passwd'>",
    "<!ENTITY % p SYSTEM 'http://127.0.0.1:9/x.dtd'> %p;",
])
def test_entities(capsule, entities):
    code, out, err = imported(capsule, [
        f"<?xml version='1.0'?><!DOCTYPE feed [{entities}]>{FEED}<title>&j;</title></feed>"])
    assert code == 1
    assert "blog.xml:1: error: it declares entities of its own" in err
    assert "root:" not in out + err


def test_xml_nested_100000_deep(capsule):
    code, _, err = imported(capsule, [FEED, "<entry>", "<a>" * 100000, "</a>" * 100000, "</entry></feed>"])
    assert code == 1
    assert "elements inside of each other" in err


@pytest.mark.parametrize("element", ["&lt;div&gt;", "&lt;b&gt;", "&lt;blockquote&gt;&lt;ul&gt;&lt;li&gt;",
                                     "&lt;table&gt;&lt;tr&gt;&lt;td&gt;", "&lt;a href=x&gt;&lt;p&gt;"])
def test_html_nested_100000_deep(capsule, element):
    code, out, err = imported(capsule, with_html(element * 100000, "text"))
    assert "the-attic" in names(capsule)
    if code != 0:
        assert "nested too deeply" in err
        assert "The Cellar" in out


def test_a_tag_without_end(capsule):
    code, _, err = imported(capsule, [FEED, "<entry a='", *["x" * 1000000] * 64, "'/></feed>"])
    assert code == 1
    assert "blog.xml:1: error: a tag" in err


def test_html_that_is_one_tag(capsule):
    code, _, err = imported(capsule, with_html("&lt;a href='", *["x" * 1000000] * 64, "'&gt;text"))
    assert code == 1
    assert "it is passed over" in err
    assert names(capsule) == ["the-attic"]


def test_100000_attributes(capsule):
    attributes = " ".join(f"a{i}=1" for i in range(100000))
    code, _, _ = imported(capsule, with_html("&lt;p ", attributes, "&gt;text"))
    assert code == 0
    assert "text" in (capsule / "reviews/the-cellar.gmi").read_text()


def test_a_thousand_posts_of_one_name(capsule):
    posts = [dict(blogs.POSTS[1], n=1000 + i) for i in range(1000)]
    code, _, _ = imported(capsule, [blogs.takeout(posts)])
    assert code == 0
    assert len(names(capsule)) == 1000


def test_no_encoding_but_what_is_declared(capsule):
    path = capsule.parent / "blog.xml"
    path.write_bytes(blogs.live().encode().replace(b"The Cellar", b"The \xff\xfe Cellar"))
    done = subprocess.run([MATINEE, "import", "blog.xml"], cwd=capsule.parent, capture_output=True,
                          text=True, timeout=SECONDS, check=False)
    assert done.returncode == 1
    assert "blog.xml:" in done.stderr and "error" in done.stderr


@pytest.mark.skipif(IS_ASAN, reason="AddressSanitizer has memory of its own")
@pytest.mark.parametrize("what", ["posts", "tag", "comments"])
def test_memory_does_not_grow(capsule, what):
    """40 MB of each; what 500 MB take is measured by hand and the same."""
    paragraph = "&lt;p&gt;" + "word " * 400 + "&lt;/p&gt;\n"

    def posts():
        head, tail = blogs.takeout([]).split("</feed>")[0], "</feed>"
        yield head
        for n in range(400):
            post = dict(blogs.POSTS[1], n=n + 10, path=f"/2024/04/post-{n}.html", html="HERE")
            before, after = blogs.takeout([post])[len(head):-len(tail)].split("HERE")
            yield before
            yield paragraph * 50
            yield after
        yield tail

    def comments():
        head, tail = blogs.takeout([]).split("</feed>")[0], "</feed>"
        yield head
        post = dict(blogs.POSTS[1], comments=[
            {"n": n + 100, "author": f"Reader {n}", "published": "2024-04-07T10:00:00Z",
             "html": "A word. " * 8} for n in range(20000)])
        yield blogs.takeout([post])[len(head):]

    def tag():
        yield from with_html("&lt;img alt='", *["x" * 1000000] * 40, "'&gt;")

    _, peak = peak_kb(capsule, {"posts": posts, "tag": tag, "comments": comments}[what]())
    assert peak < MEMORY_KB
