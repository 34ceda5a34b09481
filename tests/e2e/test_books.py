"""Books that a server makes of what it serves: when they are there pages offer them, and what is closed is in none."""

import contextlib
import fcntl
import io
import os
import pwd
import random
import signal
import time
import zipfile

import pytest
import serving

ENDED = r"matinee: the background process ended: signal 9 \(Killed\); starting another"
WAITING = r"matinee: \S+: another process writes there; waiting for it"
BOOKS = ("--set", "Books=yes")
REVIEW = "Title: {0}\nPublished: 2024-01-{1:02}\nTags: Both\nPoster: images/dot.png | A dot\n\nText of {0}, {2}.\n"


def write(capsule, name, words="once", day=1):
    (capsule / f"reviews/{name}.gmi").write_text(REVIEW.format(name.capitalize(), day, words))


@pytest.fixture(name="capsule")
def make_capsule(tmp_path):
    folder = serving.write_capsule(tmp_path / "capsule")
    write(folder, "first")
    write(folder, "second", day=2)
    return folder


def state_of(server):
    folders = [path for path in server.certs.with_name("state").iterdir() if path.is_dir()]
    assert len(folders) == 1
    return folders[0]


@contextlib.contextmanager
def locked(server):
    """As if another server's process wrote there: no books are made meanwhile."""
    descriptor = os.open(state_of(server), os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def offered(server, path):
    """The line of a page that offers a book, or nothing."""
    lines = [line for line in server.get(path).body.decode().split("\n") if "Read offline" in line]
    assert len(lines) <= 1
    return lines[0] if lines else ""


def read(server, path):
    """The book at `path`, or nothing."""
    reply = server.get(path)
    if reply.status == 51:
        return None
    assert (reply.status, reply.meta) == (20, "application/gpub+zip")
    with zipfile.ZipFile(io.BytesIO(reply.body)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def text_of(server, path):
    book = read(server, path)
    return b"".join(content for name, content in book.items() if name.endswith(".gmi")).decode() if book else ""


WHOLE, TAG, FIRST, SECOND = ("/a-test-capsule.gpub", "/tags/both/both.gpub", "/reviews/first/first.gpub",
                             "/reviews/second/second.gpub")


def wait_for_books(server):
    server.wait_until(lambda: all(offered(server, path) for path in (
        "/", "/tags/both/", "/reviews/first/", "/reviews/second/")))
    server.wait_until(lambda: not server.processes("matinee-jobs"))


def test_they_are_offered_when_they_are_there(serve, capsule):
    server = serve(capsule, *BOOKS)
    wait_for_books(server)
    size = len(server.get(FIRST).body)
    assert offered(server, "/reviews/first/") == f"=> {FIRST} Read offline: First (gempub, {-(-size // 1000)} kB)"
    assert offered(server, "/tags/both/").startswith(f"=> {TAG} Read offline: Both (gempub, ")
    assert offered(server, "/").startswith(f"=> {WHOLE} Read offline: A Test Capsule (gempub, ")
    book = read(server, FIRST)
    assert book["images/dot.png"] == (capsule / "static/images/dot.png").read_bytes()
    assert f"=> gemini://localhost:{server.port}/ A Test Capsule" in book["index.gmi"].decode()
    assert {"reviews/first/index.gmi", "reviews/second/index.gmi"} <= set(read(server, TAG))
    assert "about.gmi" in read(server, WHOLE)
    for path in ("/capsule.gpub", "/reviews/first/second.gpub", "/reviews/none/none.gpub", "/tags/one/one.gpub",
                 "/people/kim/kim.gpub", "/reviews/first/first.gpub/"):
        assert server.get(path).status == 51, path
    folder = state_of(server) / "books"
    assert sorted(path.name for path in folder.iterdir()) == ["capsule.gpub", "catalogue", "reviews", "tags"]
    assert not [path for path in folder.rglob("*") if path.stat().st_mode & 0o077]
    assert "Read offline" not in text_of(server, WHOLE)


def test_a_change(serve, capsule):
    server = serve(capsule, *BOOKS)
    wait_for_books(server)
    books = state_of(server) / "books"
    before = (books / "reviews/second.gpub").stat().st_ino
    write(capsule, "first", "twice")
    for path in (FIRST, TAG, WHOLE):
        server.wait_until(lambda path=path: "Text of First, twice" in text_of(server, path), seconds=30)
    assert (books / "reviews/second.gpub").stat().st_ino == before
    write(capsule, "third", day=3)
    server.wait_until(lambda: offered(server, "/reviews/third/"), seconds=30)
    server.wait_until(lambda: "Text of Third" in text_of(server, TAG), seconds=30)


@pytest.mark.parametrize("how", ["deleted", "draft", "closed"])
def test_what_is_withdrawn_is_in_none_at_once(serve, capsule, how):
    """Before other ones are made: what was made of it is not served any more when its page is not."""
    server = serve(capsule, *BOOKS)
    server.expect(WAITING)
    write(capsule, "third", day=3)
    server.wait_until(lambda: all(offered(server, path) for path in ("/reviews/third/", "/tags/both/", "/")))
    server.wait_until(lambda: not server.processes("matinee-jobs"))
    with locked(server):
        mark = server.mark()
        if how == "deleted":
            (capsule / "reviews/second.gmi").unlink()
        elif how == "draft":
            path = capsule / "reviews/second.gmi"
            path.write_text("Draft: yes\n" + path.read_text())
        else:
            with (capsule / "capsule.conf").open("a") as conf:
                conf.write(f"Certificate: kim {'0' * 64}\nClosed: /reviews/second/ kim\n")
        server.wait_for_reload(mark)
        server.wait_until(lambda: server.get("/reviews/second/").status != 20)
        assert server.get(SECOND).status == (60 if how == "closed" else 51)
        assert read(server, TAG) is None and read(server, WHOLE) is None
        assert not offered(server, "/") and not offered(server, "/tags/both/")
        assert read(server, FIRST) is not None
    server.wait_until(lambda: offered(server, "/") and offered(server, "/tags/both/"), seconds=30)
    for path in (TAG, WHOLE):
        assert "Third" in text_of(server, path) and "Second" not in text_of(server, path)
    assert not (state_of(server) / "books/reviews/second.gpub").exists()


def test_drafts_are_in_none(serve, capsule):
    path = capsule / "reviews/second.gmi"
    path.write_text("Draft: yes\n" + path.read_text())
    server = serve(capsule, *BOOKS, "--drafts")
    assert server.get("/reviews/second/").status == 20
    server.wait_until(lambda: (state_of(server) / "search.db").exists())
    server.wait_until(lambda: not server.processes("matinee-jobs"))
    assert not list(state_of(server).rglob("*.gpub"))
    assert server.get(SECOND).status == server.get(WHOLE).status == 51


def test_none_are_wanted(serve, capsule):
    server = serve(capsule)
    server.wait_until(lambda: (state_of(server) / "search.db").exists())
    server.wait_until(lambda: not server.processes("matinee-jobs"))
    assert not (state_of(server) / "books").exists() and server.get(FIRST).status == 51


def test_they_are_there_at_the_next_start(serve, capsule):
    server = serve(capsule, *BOOKS)
    wait_for_books(server)
    before = {path: path.stat().st_ino for path in (state_of(server) / "books").rglob("*")}
    address = f"127.0.0.1:{server.port}"
    server.close()
    server = serve(capsule, *BOOKS, listen=(address,))
    assert offered(server, "/reviews/first/") and offered(server, "/")
    server.wait_until(lambda: not server.processes("matinee-jobs"))
    time.sleep(0.2)
    assert {path: path.stat().st_ino for path in (state_of(server) / "books").rglob("*")} == before


def test_one_that_is_gone(serve, capsule):
    """Somebody makes room by hand: no fault, and the next run makes it anew."""
    server = serve(capsule, *BOOKS)
    wait_for_books(server)
    (state_of(server) / "books/capsule.gpub").unlink()
    assert server.get(WHOLE).status == 51
    write(capsule, "third", day=3)
    server.wait_until(lambda: "Third" in text_of(server, WHOLE), seconds=30)


def test_killed_at_any_moment(serve, capsule):
    """Books are whole, those that are offered are there, and in the end all of them are."""
    for number in range(60):
        write(capsule, f"film-{number}", day=number % 28 + 1)
    server = serve(capsule, *BOOKS)
    server.expect(ENDED)
    if os.environ.get("MATINEE_MODE") == "asan":
        # Its search for leaks stops the process that ends from another one, which is killed here as well.
        server.expect(r"matinee: a worker ended: (exit code 4|signal 9 \(Killed\)).*", r"==\d+==Unable to get registers .*")
    chance = random.Random(6)
    for _ in range(6):
        write(capsule, "first", f"{chance.random()} times")
        for pid in server.wait_until(lambda: server.processes("matinee-jobs"), seconds=20):
            time.sleep(chance.random() * 0.3)
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for path in (FIRST, TAG, WHOLE, "/reviews/film-7/film-7.gpub"):
            read(server, path)
    write(capsule, "first", "at last")
    for path in (FIRST, TAG, WHOLE):
        server.wait_until(lambda path=path: "First, at last" in text_of(server, path), seconds=60)
    server.wait_until(lambda: not server.processes("matinee-jobs"), seconds=60)
    names = sorted(path.name for path in (state_of(server) / "books").rglob("*"))
    assert len([name for name in names if name.endswith(".gpub")]) == 64 and "unfinished" not in names


def test_as_another_user(serve, capsule, tmp_path):
    if os.geteuid() != 0:
        pytest.skip("not root")
    for folder in [tmp_path, *tmp_path.parents]:
        if folder.stat().st_mode & 0o5 != 0o5 and str(folder).startswith("/tmp/"):
            folder.chmod(0o755)
    server = serve(capsule, *BOOKS, "--user", "nobody")
    wait_for_books(server)
    nobody = pwd.getpwnam("nobody").pw_uid
    assert all(path.stat().st_uid == nobody for path in state_of(server).rglob("*"))
    assert "Text of First" in text_of(server, WHOLE)
