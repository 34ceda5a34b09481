"""What `matinee import` says of what it did: as JSON, and on a terminal."""

import fcntl
import html
import json
import os
import pty
import re
import struct
import subprocess
import termios
from collections import Counter

import pytest

from capsules import MATINEE, SECONDS
from test_import import PAGES, SAMPLES, sample_posts, visible_text, words_of

KINDS = ["posts", "pages", "comments", "images", "redirects", "problems"]


@pytest.fixture
def capsule(tmp_path):
    folder = tmp_path / "capsule"
    folder.mkdir()
    (folder / "capsule.conf").write_text("Title: Trial\nTimezone: UTC\n")
    return folder


def import_json(capsule, *arguments, code=0):
    done = subprocess.run(
        [MATINEE, "import", "--json", *arguments], cwd=capsule.parent, stdin=subprocess.DEVNULL,
        capture_output=True, timeout=SECONDS, check=False)
    assert done.returncode == code, done.stderr
    said = json.loads(done.stdout.decode())  # UTF-8 that is none raises, too
    assert list(said) == [*KINDS, "totals"]
    return said, done.stderr.decode(errors="replace")


def named_words(post):
    """Words that are in no review, but in the report."""
    texts = [text for dropped in post["dropped"] for text in dropped["text"]]
    notes = [note["text"] for note in post["notes"]]
    return words_of("\n".join(texts + notes))


@pytest.mark.parametrize("path", sorted([*PAGES.glob("*.txt"), *PAGES.glob("*.html")]),
                         ids=lambda path: path.name)
def test_every_word_is_kept_or_named(capsule, path):
    said, errors = import_json(capsule, str(path))
    assert errors == ""
    (post,) = said["posts"]
    charset = re.search(rb'charset="?([\w-]+)', path.read_bytes())
    content = path.read_bytes().decode(charset[1].decode() if charset else "utf-8-sig")
    content = visible_text(content) if path.suffix == ".html" else content
    review = (capsule / post["file"]).read_text()
    assert words_of(content) - words_of(review) - named_words(post) == Counter()
    for dropped in post["dropped"]:
        assert 0 < dropped["first_line"] <= dropped["last_line"]
        assert dropped["why"] and dropped["text"]
    counted = Counter()
    for dropped in post["dropped"]:
        counted[dropped["why"]] += dropped["words"]
    assert {row["why"]: row["words"] for row in said["totals"]["dropped"]} == counted
    assert post["sections"] == said["totals"]["sections"] == len(re.findall("^## ", review, re.M))
    assert re.search(f"^Title: {re.escape(post['title'])}$", review, re.M)


def test_every_word_of_real_posts(capsule):
    if not SAMPLES.exists():
        pytest.skip(f"no exports in {SAMPLES}")
    posts = list(sample_posts())
    for number, (title, content) in enumerate(posts):
        (capsule.parent / f"{number}.html").write_text(
            f"<!DOCTYPE html><title>{html.escape(title)}</title><article>{content}</article>")
    said, _ = import_json(capsule, *[f"{number}.html" for number in range(len(posts))])
    assert [post["input"] for post in said["posts"]] == [f"{i}.html" for i in range(len(posts))]
    for (title, content), post in zip(posts, said["posts"]):
        review = (capsule / post["file"]).read_text()
        lost = words_of(visible_text(content)) - words_of(review) - named_words(post)
        assert lost == Counter(), title


def test_results(capsule):
    page = capsule.parent / "page.txt"
    page.write_text("A \"Title\"\n\nText enough \\ for one.\n")
    said, _ = import_json(capsule, "page.txt")
    assert [post["result"] for post in said["posts"]] == ["written"]
    said, _ = import_json(capsule, "page.txt", "page.txt")
    assert [post["result"] for post in said["posts"]] == ["up_to_date"] * 2
    assert said["totals"]["posts"] == {
        "written": 0, "written_again": 0, "up_to_date": 2, "kept": 0, "beside": 0,
        "overwritten": 0, "left_out": 0}
    review = capsule / said["posts"][0]["file"]
    review.write_text(review.read_text() + "\nMine.\n")
    page.write_text(page.read_text() + "\nMore.\n")
    said, _ = import_json(capsule, "page.txt")
    assert said["posts"][0]["result"] == "beside"
    assert said["posts"][0]["title"] == 'A "Title"'
    page.write_text(page.read_text() + "\nMore still.\n")
    said, _ = import_json(capsule, "--overwrite", "page.txt")
    assert said["posts"][0]["result"] == "overwritten"


def test_problems(capsule):
    (capsule.parent / "bad.txt").write_bytes(b"Title\n\nAll \xe9t\xe9.\n")
    (capsule.parent / "good.txt").write_text("Title\n\nText enough for one.\n")
    odd = b"odd\xff\n\".txt"
    with open(os.fsencode(capsule.parent) + b"/" + odd, "w", encoding="utf-8") as page:
        page.write("Other\n\nText enough for one.\n")
    said, errors = import_json(capsule, "bad.txt", "absent.txt", "good.txt", odd, code=1)
    assert [post["input"] for post in said["posts"]] == ["good.txt", 'odd\ufffd\n".txt']
    bad, absent = said["problems"]
    assert (bad["level"], bad["input"], bad["line"], bad["column"]) == ("error", "bad.txt", 3, 5)
    assert "not UTF-8" in bad["message"]
    assert absent["message"] == "absent.txt: No such file or directory"
    assert said["totals"]["errors"] == 2
    assert "bad.txt:3:5: error" in errors
    assert "absent.txt" in errors


def test_output_that_cannot_be_written(capsule):
    (capsule.parent / "page.txt").write_text("Title\n\nText enough for one.\n")
    for options in ([], ["--json"]):
        with open("/dev/full", "w", encoding="utf-8") as full:
            done = subprocess.run(
                [MATINEE, "import", *options, "page.txt"], cwd=capsule.parent, stdout=full,
                stderr=subprocess.PIPE, timeout=SECONDS, check=False)
        assert done.returncode == 1


# --- on a terminal --------------------------------------------------------------------------------

def on_terminal(capsule, arguments, columns, term="xterm"):
    """What the command writes to a terminal of that width, on stderr; stdout is a file."""
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    with open(capsule.parent / "stdout", "wb") as stdout:
        command = subprocess.Popen(
            [MATINEE, *arguments], cwd=capsule.parent, stdin=subprocess.DEVNULL, stdout=stdout,
            stderr=follower, env={**os.environ, "TERM": term})
    os.close(follower)
    written = b""
    while True:
        try:
            piece = os.read(leader, 65536)
        except OSError:  # Linux says so when the last one has closed the terminal
            break
        if not piece:
            break
        written += piece
    os.close(leader)
    assert command.wait(SECONDS) in (0, 1)
    return written.decode()


@pytest.fixture
def pages(capsule):
    names = [f"{i}.txt" for i in range(20)]
    for name in names:
        (capsule.parent / name).write_text(f"Page {name}\n\nText enough for one page.\n")
    return names


def screen(written):
    """The lines that stay on the terminal, and the widest line that it had for a while."""
    lines, now, widest = [], "", 0
    for part in re.split(r"(\r\x1b\[K|\x1b\[K|\r\n|\r)", written):
        if part == "\r\n":
            lines.append(now)
            now = ""
        elif part in ("\r", "\r\x1b[K"):
            now = ""
        elif part != "\x1b[K":
            now += part
            widest = max(widest, len(now))
    return lines + [now], widest


@pytest.mark.parametrize("columns", [12, 40, 80, 400])
def test_the_progress_is_taken_away(capsule, pages, columns):
    written = on_terminal(capsule, ["import", *pages], columns)
    assert "[" in written
    assert "0 %" in written
    lines, widest = screen(written)
    assert lines == [""]
    assert widest < columns


def test_no_progress(capsule, pages):
    assert on_terminal(capsule, ["import", *pages], 80, term="dumb") == ""
    assert on_terminal(capsule, ["import", *pages], 5) in ("", "\r\x1b[K\r\x1b[K")
    assert on_terminal(capsule, ["import", pages[0]], 80) == ""


def test_messages_stand_alone(capsule, pages):
    written = on_terminal(capsule, ["import", *pages, "absent.txt", pages[0]], 80)
    lines, _ = screen(written)
    assert lines == ["matinee: absent.txt: No such file or directory", ""]


def test_a_feed_on_a_terminal(capsule):
    entries = "".join(
        f"<entry><id>tag:blog,2024:{i}</id><title>Post {i}</title>"
        f"<published>2024-05-{i:02}T12:00:00Z</published>"
        f"<content type='html'>&lt;p&gt;Text enough for one.&lt;/p&gt;</content></entry>"
        for i in range(1, 20))
    (capsule.parent / "feed.xml").write_text(
        f"<feed xmlns='http://www.w3.org/2005/Atom'><id>tag:blog,2024:x</id>{entries}</feed>")
    written = on_terminal(capsule, ["import", "feed.xml"], 60)
    assert "reading feed.xml [" in written
    lines, widest = screen(written)
    assert lines == [""]
    assert widest < 60
    said = (capsule.parent / "stdout").read_text()
    assert "\nreviews: 19 written\n" in said
    said, _ = import_json(capsule, "feed.xml")
    assert said["totals"]["posts"]["up_to_date"] == said["totals"]["read"]["posts"]["live"] == 19
    assert said["posts"][0]["line"] == 1
