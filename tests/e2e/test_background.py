"""The background process: what it makes in the state folder, and what becomes of it when it is kept from that."""

import contextlib
import fcntl
import os
import pwd
import shutil
import signal
import sqlite3
import time

import pytest
import serving

ENDED = r"matinee: the background process ended: signal 9 \(Killed\); starting another"
WAITING = r"matinee: \S+: another process writes there; waiting for it"
NO_STATE = r"matinee: nothing can be searched: no folder \S+ for what is known of the reviews: .*"


def state_of(server):
    """The folder of its capsule."""
    folders = [path for path in server.certs.with_name("state").iterdir() if path.is_dir()]
    assert len(folders) == 1
    return folders[0]


def indexed(server):
    """The reviews that the index has."""
    with contextlib.suppress(sqlite3.Error, AssertionError, FileNotFoundError):
        path = state_of(server) / "search.db"
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            return sorted(row[0] for row in database.execute("SELECT slug FROM review"))
    return None


def wait_for_index(server, *slugs):
    server.wait_until(lambda: indexed(server) == sorted(slugs))
    server.wait_until(lambda: not server.processes("matinee-jobs"))


@contextlib.contextmanager
def locked(folder):
    """As if another server's process wrote there."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def job(server):
    return server.wait_until(lambda: server.processes("matinee-jobs"))[0]


def test_it_works_after_the_start_and_after_changes(server):
    wait_for_index(server, "first", "second")
    folder = state_of(server)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert sorted(path.name for path in folder.iterdir()) == ["search.db"]
    path = serving.write_review(server.capsule, "third")
    wait_for_index(server, "first", "second", "third")
    path.unlink()
    wait_for_index(server, "first", "second")


def test_it_finds_what_it_has_made_before(serve, capsule):
    server = serve(capsule)
    wait_for_index(server, "first", "second")
    before = (state_of(server) / "search.db").stat()
    server.close()
    server = serve(capsule)
    server.wait_until(lambda: server.get().status == 20)
    wait_for_index(server, "first", "second")
    after = (state_of(server) / "search.db").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_one_at_a_time_and_once_more(server):
    wait_for_index(server, "first", "second")
    with locked(state_of(server)):
        serving.write_review(server.capsule, "third")
        first = job(server)
        mark = server.mark()
        serving.write_review(server.capsule, "fourth")
        server.wait_for("matinee: reloaded", mark)
        assert server.processes("matinee-jobs") == [first]
    wait_for_index(server, "first", "second", "third", "fourth")


def test_it_waits_for_another_process(server):
    server.expect(WAITING)
    wait_for_index(server, "first", "second")
    with locked(state_of(server)):
        serving.write_review(server.capsule, "third")
        server.wait_for("another process writes there")
        assert server.get("/reviews/third/").status == 20
    wait_for_index(server, "first", "second", "third")
    assert len([line for line in server.lines if "another process" in line]) == 1


def test_one_that_is_killed_is_replaced(server):
    server.expect(ENDED)
    wait_for_index(server, "first", "second")
    with locked(state_of(server)):
        serving.write_review(server.capsule, "third")
        for _ in range(2):
            killed = job(server)
            os.kill(killed, signal.SIGKILL)
            server.wait_until(lambda: job(server) != killed)
    wait_for_index(server, "first", "second", "third")


def test_the_end_does_not_wait_for_it(server):
    wait_for_index(server, "first", "second")
    with locked(state_of(server)):
        serving.write_review(server.capsule, "third")
        job(server)
        begun = time.monotonic()
        server.close()
        assert time.monotonic() - begun < 1.5 * serving.PATIENCE


def test_it_ends_with_its_loader(server):
    server.expect(r"matinee: the loader ended: signal 9 \(Killed\); starting another", WAITING)
    wait_for_index(server, "first", "second")
    with locked(state_of(server)):
        serving.write_review(server.capsule, "third")
        orphan = job(server)
        os.kill(server.loader(), signal.SIGKILL)
        server.wait_until(lambda: orphan not in server.processes())
    wait_for_index(server, "first", "second", "third")


def test_what_it_gives_up(server):
    """The same as a worker, but for the state folder; and it lets others go first."""
    wait_for_index(server, "first", "second")
    with locked(state_of(server)):
        serving.write_review(server.capsule, "third")
        pid = job(server)
        stat = open(f"/proc/{pid}/stat", encoding="utf-8").read()
        assert stat[stat.rindex(")"):].split()[17] == "5"  # nice
        status = open(f"/proc/{pid}/status", encoding="utf-8").read()
        assert "NoNewPrivs:\t1" in status
        links = [os.readlink(f"/proc/{pid}/fd/{fd}") for fd in os.listdir(f"/proc/{pid}/fd")]
        assert not [link for link in links if link.startswith("socket:")]
    wait_for_index(server, "first", "second", "third")


# --- state folders that are none ---

def test_without_a_state_folder_all_else_is_served(serve, capsule, tmp_path):
    (tmp_path / "file").write_text("no folder\n")
    server = serve(capsule, "--state", str(tmp_path / "file/state"))
    server.expect(NO_STATE)
    server.wait_for("nothing can be searched: .*: Not a directory")
    assert server.get("/reviews/first/").status == 20
    assert not server.processes("matinee-jobs")


def test_a_state_folder_can_be_refused(serve, capsule, tmp_path):
    server = serve(capsule, "--state", "none")
    assert server.get("/reviews/first/").status == 20
    assert not (tmp_path / "none").exists()


def test_a_state_folder_that_is_taken_away(server):
    server.expect(r"matinee: \S+ is another folder now, or gone: a new loader makes it")
    wait_for_index(server, "first", "second")
    shutil.rmtree(server.certs.with_name("state"))
    serving.write_review(server.capsule, "third")
    server.wait_for("a new loader makes it")
    wait_for_index(server, "first", "second", "third")


def test_each_capsule_has_its_own(serve, tmp_path):
    one = serving.write_capsule(tmp_path / "one/capsule")
    two = serving.write_capsule(tmp_path / "two/capsule", "Host: two.test\n")
    (two / "capsule.conf").write_text("Title: Two\nHost: two.test\nTimezone: UTC\n")
    serving.write_review(two, "third")
    server = serve([one, two])
    state = server.certs.with_name("state")
    server.wait_until(lambda: len(list(state.glob("*-capsule-*/search.db"))) == 2)
    assert len(list(state.glob("one-capsule-*"))) == len(list(state.glob("two-capsule-*"))) == 1


def test_it_belongs_to_the_user_that_the_server_becomes(serve, capsule, tmp_path):
    if os.geteuid() != 0:
        pytest.skip("not root")
    nobody = pwd.getpwnam("nobody")
    for folder in [tmp_path, *tmp_path.parents]:
        if folder.stat().st_mode & 0o5 != 0o5 and str(folder).startswith("/tmp/"):
            folder.chmod(0o755)
    server = serve(capsule, "--user", "nobody")
    wait_for_index(server, "first", "second")
    folder = state_of(server)
    for path in [folder.parent, folder, folder / "search.db"]:
        assert path.stat().st_uid == nobody.pw_uid, path
    assert folder.parent.stat().st_mode & 0o777 == 0o700
