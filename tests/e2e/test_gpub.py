"""`matinee build --gpub`: books, looked at with another program's zip, and as Lagrange reads them."""

import os
import posixpath
import re
import signal
import struct
import subprocess
import time
import zipfile
import zlib
from pathlib import Path
from urllib.parse import quote, unquote

import pytest

MATINEE = os.environ.get("MATINEE", str(Path("build/release/matinee").resolve()))
NOW = "2026-01-15T12:00:00Z"

REVIEW = """Title: Film {0}
Published: 20{1:02}-01-01
Tags: One, Tag {0}
Poster: images/{0}.png | A poster

Lede.

=> /images/{0}.png The poster again
=> /reviews/film-0/ The first one
=> review:film-1 The second one
=> /private/secret.png What nobody sees

## Part
Text, and a line.

> Line {0}.
— Somebody, there

> Another line {0}.
— Somebody
"""


def picture(number):
    """A PNG that is one."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(bytes([0, number % 256, 0, 0]))) + chunk(b"IEND", b""))


@pytest.fixture(name="capsule")
def make_capsule(tmp_path):
    folder = tmp_path / "capsule"
    for name in ("reviews", "pages", "static/images", "static/private"):
        (folder / name).mkdir(parents=True)
    (folder / "capsule.conf").write_text(
        "Title: Notes\nHost: notes.example\nLang: en\nAuthor: Kim\nTimezone: Asia/Seoul\n"
        f"Certificate: kim {'0' * 64}\nClosed: /private/ kim\nClosed: /reviews/film-9/ kim\n")
    (folder / "pages/about.gmi").write_text("# About\n=> /reviews/film-2/ A film\n")
    (folder / "static/private/secret.png").write_bytes(picture(200))
    for number in range(10):
        (folder / f"reviews/film-{number}.gmi").write_text(REVIEW.format(number, 10 + number))
        (folder / f"static/images/{number}.png").write_bytes(picture(number))
    (folder / "static/images/unused.png").write_bytes(picture(100))
    (folder / "reviews/마지막-수업.gmi").write_text(
        "Title: 마지막: 수업\nPublished: 2025-05-05\nTags: 한국\nLang: ko\n\n글.\n"
        "=> /images/%ED%8F%AC%20%231.png 그림\n")
    (folder / "static/images/포 #1.png").write_bytes(picture(11))
    return folder


def run(*arguments, **settings):
    return subprocess.run([MATINEE, *map(str, arguments)], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=120, check=False, **settings)


def build(capsule, output, *options, **settings):
    return run("build", "--gpub", capsule, "--output", output, "--now", NOW, *options, **settings)


def links_of(text):
    """The targets of all links of a page, and what is not in preformatted text."""
    preformatted = False
    for line in text.split("\n"):
        if line.startswith("```"):
            preformatted = not preformatted
        elif line.startswith("=>") and not preformatted:
            yield line[2:].split()[0]


def is_elsewhere(target):
    return ":" in target.split("/")[0]


def read(path):
    """A book as a dict, looked at from all sides: whole, only good names, all links lead somewhere."""
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert len(set(names)) == len(names) and names[0] == "metadata.txt"
        for entry in archive.infolist():
            assert entry.date_time == (1980, 1, 1, 12, 0, 0)
            assert entry.external_attr >> 16 == 0o100644 and entry.create_system == 3
            assert not entry.filename.startswith("/") and ".." not in entry.filename.split("/")
            assert "\\" not in entry.filename
        book = {name: archive.read(name) for name in names}
    reached = {"metadata.txt"}
    for name, content in book.items():
        if not name.endswith(".gmi"):
            continue
        for target in links_of(content.decode()):
            if is_elsewhere(target):
                continue
            there = posixpath.normpath(posixpath.join(posixpath.dirname(name), unquote(target.split("#")[0])))
            assert there in book, (name, target)
            reached.add(there)
    assert reached | {"index.gmi"} == set(book)
    return book


def metadata_of(book):
    lines = book["metadata.txt"].decode().splitlines()
    return dict(line.split(": ", 1) for line in lines)


def chapters_of(book):
    return [target for target in links_of(book["index.gmi"].decode()) if not is_elsewhere(target)]


def test_a_review(capsule, tmp_path):
    done = build(capsule, tmp_path / "film.gpub", "--review", "film-3")
    assert done.returncode == 0, done.stderr
    book = read(tmp_path / "film.gpub")
    assert metadata_of(book) == {
        "title": "Film 3", "gpubVersion": "1.0.0", "index": "index.gmi", "charset": "UTF-8", "author": "Kim",
        "language": "en", "publishDate": "2013-01-01", "cover": "images/3.png"}
    assert chapters_of(book) == ["reviews/film-3/index.gmi", "reviews/film-3/part.gmi", "reviews/film-3/quotes.gmi"]
    assert book["images/3.png"] == picture(3)
    page = book["reviews/film-3/index.gmi"].decode()
    assert "=> gemini://notes.example/reviews/film-0/ The first one\n" in page
    assert "=> gemini://notes.example/reviews/film-1/ The second one\n" in page
    assert "=> gemini://notes.example/tags/one/ Tag: One\n" in page and "Newer review" not in page
    assert not any("private" in name for name in book)
    assert done.stdout == f"{tmp_path}/film.gpub: 6 files, 1 of them pictures\n"


def test_names_of_another_script(capsule, tmp_path):
    assert build(capsule, tmp_path / "film.gpub", "--review", "마지막-수업").returncode == 0
    book = read(tmp_path / "film.gpub")
    assert book["images/포 #1.png"] == picture(11)
    assert metadata_of(book)["title"] == "마지막: 수업" and metadata_of(book)["language"] == "ko"


def test_a_tag(capsule, tmp_path):
    for tag in ("One", "one"):
        done = build(capsule, tmp_path / "one.gpub", "--tag", tag)
        assert done.returncode == 0, done.stderr
        book = read(tmp_path / "one.gpub")
        assert metadata_of(book)["title"] == "Notes: One"
        assert chapters_of(book) == [f"reviews/film-{number}/{page}.gmi"
                                     for number in range(9) for page in ("index", "full")]
        assert not any("film-9" in name for name in book)


def test_the_whole_capsule(capsule, tmp_path):
    done = build(capsule, tmp_path / "all.gpub", "--whole")
    assert done.returncode == 0, done.stderr
    book = read(tmp_path / "all.gpub")
    assert "=> reviews/film-2/index.gmi A film" in book["about.gmi"].decode()
    assert "tags/one/index.gmi" in book and "people/index.gmi" in book
    for name, content in book.items():
        assert "film-9" not in name and b"Film 9" not in content and b"Line 9" not in content
        assert content not in (picture(9), picture(200), picture(100))
    assert metadata_of(book)["publishDate"] == "2025-05-05"


def test_all_books_among_the_pages(capsule, tmp_path):
    """Which there are, that pages point to them, and that they stay the same files as long as they can."""
    tree = tmp_path / "tree"
    done = build(capsule, tree)
    assert done.returncode == 0, done.stderr
    names = sorted(str(path.relative_to(tree)) for path in tree.rglob("*.gpub"))
    assert names == sorted(["notes.gpub", "tags/one/one.gpub", "reviews/마지막-수업/마지막-수업.gpub"] +
                           [f"reviews/film-{number}/film-{number}.gpub" for number in range(9)])
    offers = {}
    for name in names:
        read(tree / name)
        index = tree / Path(name).parent / "index.gmi"
        offers[name] = [line for line in index.read_text().split("\n") if ".gpub " in line]
    assert all(len(lines) == 1 for lines in offers.values())
    size = -(-(tree / "tags/one/one.gpub").stat().st_size // 1000)
    assert offers["tags/one/one.gpub"] == [f"=> /tags/one/one.gpub Read offline: One (gempub, {size} kB)"]
    assert offers["notes.gpub"][0].startswith("=> /notes.gpub Read offline: Notes (gempub, ")
    assert quote("/reviews/마지막-수업/마지막-수업.gpub") in offers["reviews/마지막-수업/마지막-수업.gpub"][0]
    assert sum(page.read_text().count("Read offline") for page in tree.rglob("*.gmi")) == len(names)
    before = {name: (tree / name).stat().st_ino for name in names}
    for path in capsule.rglob("*"):
        os.utime(path, (1, 1))
    done = run("build", "--gpub", capsule, "--output", tree, "--now", "2026-03-20T01:00:00Z",
               env={**os.environ, "TZ": "America/New_York", "LC_ALL": "C"})
    assert done.returncode == 0
    assert {name: (tree / name).stat().st_ino for name in names} == before

    def changed():
        assert build(capsule, tree).returncode == 0
        now = {str(path.relative_to(tree)): path.stat().st_ino for path in tree.rglob("*.gpub")}
        different = {name for name, inode in now.items() if before.get(name) != inode}
        before.clear()
        before.update(now)
        return different
    (capsule / "reviews/film-4.gmi").write_text(REVIEW.format(4, 14) + "\nMore.\n")
    assert changed() == {"notes.gpub", "tags/one/one.gpub", "reviews/film-4/film-4.gpub"}
    (capsule / "reviews/new.gmi").write_text("Title: New\nPublished: 2025-12-12\nTags: One\n\nText.\n")
    assert changed() == {"notes.gpub", "tags/one/one.gpub", "reviews/new/new.gpub"}
    (capsule / "static/images/4.png").write_bytes(picture(44))
    assert changed() == {"notes.gpub", "tags/one/one.gpub", "reviews/film-4/film-4.gpub"}


def decoded(path):
    """As Lagrange does with the path of a file: a link is percent-decoded, what is in the archive is not encoded."""
    return posixpath.normpath(unquote(path))


def lagrange(path):
    """What Lagrange makes of a book (gempub.c, archive.c, gmrequest.c of 1.18): the cover page, and what is shown
    when one goes through it with the arrow keys."""
    data = path.read_bytes()
    assert data[:4] == b"PK\x03\x04"
    # It looks for the end of the archive where there is room for a short comment, and reads no zip64.
    count, size, offset = struct.unpack_from("<10xHII", data, len(data) - 22)
    assert data[-22:-18] == b"PK\x05\x06" and offset + size == len(data) - 22
    entries = {}
    for _ in range(count):
        (signature, flags, method, _, packed, length, name_size, extra, comment, start) = struct.unpack_from(
            "<I4xHH4xIIIHHH8xI", data, offset)
        assert signature == 0x02014b50 and method in (0, 8) and not flags & 1
        name = data[offset + 46:offset + 46 + name_size].decode()
        offset += 46 + name_size + extra + comment
        here = start + 30 + sum(struct.unpack_from("<HH", data, start + 26))
        content = data[here:here + packed]
        entries[name] = zlib.decompress(content, -15) if method == 8 else content
        assert len(entries[name]) == length
    values = {"index": "index.gmi"}
    for line in entries["metadata.txt"].decode().split("\n"):
        key, _, value = line.strip().partition(":")
        if key in ("title", "index", "author", "language", "description", "publishDate", "revisionDate", "cover"):
            values[key] = value.strip()
    folder = posixpath.dirname(values["index"])
    shown = []
    for line in entries[values["index"]].decode().split("\n"):
        match = re.match(r"=>\s*([^\s]+)(\s.*)?$", line.strip())
        if match and not re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", match[1]):
            shown.append((decoded(posixpath.join(folder, match[1])), (match[2] or match[1]).strip()))
    return values, entries, shown


def test_as_lagrange_reads_them(capsule, tmp_path):
    assert build(capsule, tmp_path / "tree").returncode == 0
    for path in (tmp_path / "tree").rglob("*.gpub"):
        values, entries, shown = lagrange(path)
        assert values["title"] and values["language"] in ("en", "ko")
        assert shown and len({name for name, _ in shown}) == len(shown)
        for name, label in shown:
            assert entries[name].decode().startswith("# ") and label
            # An arrow key leads on: the address of the page is that of the link, without dots in it.
            assert name == posixpath.normpath(name) and not name.startswith("..")
        if "마지막" not in path.name:
            # The cover is linked to as it stands, and shown at once when its name ends like a picture's.
            assert entries[values["cover"]].startswith(b"\x89PNG") and " " not in values["cover"]
        assert subprocess.run(["unzip", "-tqq", path], check=False).returncode == 0
    _, _, shown = lagrange(tmp_path / "tree/reviews/film-2/film-2.gpub")
    assert [label for _, label in shown] == ["Film 2", "Part", "Quotes"]


def test_what_is_refused(capsule, tmp_path):
    output = tmp_path / "x.gpub"
    for options, code, words in (
            (("--review", "film-9"), 1, "closed"), (("--review", "nothing"), 1, "there is no review `nothing`"),
            (("--tag", "Tag 9"), 1, "no review has the tag `Tag 9`"),
            (("--tag", "One", "--whole"), 2, "one book at a time")):
        done = build(capsule, output, *options)
        assert done.returncode == code and words in done.stderr, done.stderr
        assert not output.exists()
    done = run("build", capsule, "--output", output, "--whole")
    assert done.returncode == 2 and "--whole is for --gpub" in done.stderr
    (capsule / "reviews/broken.gmi").write_text("No header\n")
    done = build(capsule, output, "--whole")
    assert done.returncode == 1 and "nothing was built" in done.stderr and not output.exists()
    assert build(capsule, output, "--whole", "--keep-going").returncode == 0
    with (capsule / "capsule.conf").open("a") as conf:
        conf.write("Closed: / kim\n")
    assert build(capsule, tmp_path / "y.gpub", "--whole", "--keep-going").returncode == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["capsule", "x.gpub"]


def test_hostile_sources(capsule, tmp_path):
    """Titles and targets that would be lines of the metadata, or names outside of the archive."""
    (capsule / "reviews/odd.gmi").write_text(
        "Title: cover: ../../etc/passwd\nPublished: 2025-05-05\nSummary: index: /etc/passwd\nTags: ../../up, a/b\n\n"
        "=> ../../../../etc/passwd Up\n=> //example.org/x Host\n=> /reviews/../reviews/odd/ Dots\n"
        "=> /images/%2e%2e/%2e%2e/x.png Encoded\n=> /images/a\\b.png Backslash\n=> a:b.png Scheme\n"
        "=> /%00.png Nothing\n=> /images/link.png Link\n")
    (capsule / "static/images/a\\b.png").write_bytes(picture(1))
    (capsule / "static/a:b.png").write_bytes(picture(1))
    (tmp_path / "outside.png").write_bytes(picture(77))
    (capsule / "static/images/link.png").symlink_to(tmp_path / "outside.png")
    done = build(capsule, tmp_path / "odd.gpub", "--review", "odd", "--keep-going")
    assert done.returncode == 0, done.stderr
    book = read(tmp_path / "odd.gpub")
    assert metadata_of(book)["title"] == "cover: ../../etc/passwd"
    assert metadata_of(book)["index"] == "index.gmi" and "cover" not in metadata_of(book)
    assert sorted(book) == ["index.gmi", "metadata.txt", "reviews/odd/index.gmi"]
    assert build(capsule, tmp_path / "tree", "--keep-going").returncode == 0
    assert all((tmp_path / "tree") in path.resolve().parents for path in (tmp_path / "tree").rglob("*"))


def test_interrupted(capsule, tmp_path):
    """Nothing unfinished stays, and what was there before does."""
    output = tmp_path / "all.gpub"
    output.write_text("before")
    for number in range(10, 1500):
        (capsule / f"reviews/film-{number}.gmi").write_text(REVIEW.format(number, 10 + number % 10).replace(
            f"images/{number}", "images/0"))
    with subprocess.Popen([MATINEE, "build", "--gpub", "--whole", str(capsule), "-o", str(output), "--now", NOW],
                          stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as process:
        deadline = time.monotonic() + 60
        while process.poll() is None and not list(tmp_path.glob("all.gpub.new-*")):
            assert time.monotonic() < deadline
            time.sleep(0.001)
        process.send_signal(signal.SIGTERM)
        _, words = process.communicate(timeout=60)
    if process.returncode == 1:
        assert "interrupted" in words and output.read_text() == "before"
    else:
        assert process.returncode == 0  # it was faster
    assert sorted(path.name for path in tmp_path.iterdir()) == ["all.gpub", "capsule"]
