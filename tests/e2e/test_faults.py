"""What goes wrong around a capsule: it is said clearly, once, and the rest is served."""

import os
import pwd
import signal
import subprocess
import tempfile
from pathlib import Path

import pytest
import serving

RELOADED = r"matinee: reloaded "
BAD = "Title: Bad\nPublished: never\n"


def has(server, path, text):
    answer = server.get(path)
    return answer.status == 20 and text in answer.text


def count(server, text):
    return sum(text in line for line in server.log.splitlines())


@pytest.fixture
def server(serve):
    """A server that may not read everything, even when root runs the tests."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        capsule = serving.write_capsule(Path(folder) / "capsule")
        serving.write_review(capsule / "reviews/2025", "third")
        (capsule / "reviews/2025/reviews/third.gmi").rename(capsule / "reviews/2025/third.gmi")
        (capsule / "reviews/2025/reviews").rmdir()
        if os.geteuid() == 0:
            os.chown(capsule, pwd.getpwnam("nobody").pw_uid, -1)
        started = serve(capsule, certs=Path(folder) / "certs")
        yield started
        started.close()


def touch_another(server, title):
    """Something else is saved, and taken up."""
    serving.write_review(server.capsule, "second", title=title)
    server.wait_until(lambda: has(server, "/reviews/second/", f"# {title}"))


def test_a_review_that_cannot_be_read(server):
    server.expect(r"reviews/first\.gmi: error: cannot be read: Permission denied")
    path = server.capsule / "reviews/first.gmi"
    mark = server.mark()
    path.chmod(0)
    server.wait_for(r"reviews/first\.gmi: error: cannot be read: Permission denied", mark)
    server.wait_for(RELOADED + r".*; 1 file has errors$", mark)
    assert has(server, "/reviews/first/", "# First")
    touch_another(server, "Meanwhile")
    assert count(server, "cannot be read") == 1
    path.chmod(0o644)
    path.write_text(path.read_text().replace("Title: First", "Title: Read Again"))
    server.wait_until(lambda: has(server, "/reviews/first/", "# Read Again"))
    server.wait_for(RELOADED + r".* files$", mark)


@pytest.mark.parametrize("mode", [0, 0o444], ids=["nothing", "names"])
def test_a_folder_that_cannot_be_read(server, mode):
    server.expect(r"reviews/2025/: error: this folder cannot be read: Permission denied")
    folder = server.capsule / "reviews/2025"
    mark = server.mark()
    folder.chmod(mode)
    server.wait_for(r"reviews/2025/: error: this folder cannot be read: Permission denied", mark)
    touch_another(server, "Meanwhile")
    assert has(server, "/reviews/third/", "# Third")
    assert count(server, "cannot be read") == 1
    folder.chmod(0o755)
    path = folder / "third.gmi"
    path.write_text(path.read_text().replace("Title: Third", "Title: Read Again"))
    server.wait_until(lambda: has(server, "/reviews/third/", "# Read Again"))


def test_a_capsule_that_cannot_be_read(server):
    server.expect(r"\S+: error: this folder cannot be read: Permission denied",
                  r"capsule\.conf: error: .*")
    mark = server.mark()
    server.capsule.chmod(0)
    server.process.send_signal(signal.SIGHUP)
    server.wait_for(r"cannot be read: Permission denied", mark)
    assert has(server, "/reviews/first/", "# First")
    server.capsule.chmod(0o755)
    touch_another(server, "Back")


def test_a_configuration_that_is_gone(server):
    server.expect(r"capsule\.conf: error: there is no such file in .*")
    conf = server.capsule / "capsule.conf"
    away = conf.with_name(".away")
    mark = server.mark()
    conf.rename(away)
    server.wait_for(r"capsule\.conf: error: there is no such file", mark)
    server.wait_for(RELOADED + r".*; 1 file has errors$", mark)
    assert has(server, "/", "# A Test Capsule")
    touch_another(server, "Meanwhile")
    assert count(server, "there is no such file") == 1
    away.write_text(away.read_text().replace("A Test Capsule", "Back Again"))
    away.rename(conf)
    server.wait_until(lambda: has(server, "/", "# Back Again"))


def test_what_is_wrong_is_said_when_it_becomes_so(server):
    server.expect(r"reviews/\S+\.gmi:\d+:\d+: error: .*", r"Published: never", r"=> .*", r" *\^",
                  r"reviews/\S+\.gmi:\d+:\d+: error: .*")
    bad = server.capsule / "reviews/bad.gmi"
    mark = server.mark()
    bad.write_text(BAD)
    server.wait_for(RELOADED + r".*; 1 file has errors$", mark)
    assert count(server, "reviews/bad.gmi:2:12: error: ") == 1
    # Others are saved, one of them with a mistake of its own; a link to nobody is none that keeps a
    # review off the wire.
    serving.write_review(server.capsule, "first", extra="\n=> review:nobody\n")
    server.wait_for(r"reviews/first\.gmi.* error: .*nobody", mark)
    worse = server.capsule / "reviews/worse.gmi"
    worse.write_text(BAD)
    server.wait_for(RELOADED + r".*; 2 files have errors$", mark)
    touch_another(server, "Meanwhile")
    assert count(server, "reviews/bad.gmi:2:12: error: ") == 1
    assert count(server, "nobody") == 2  # the message and the line it shows
    # Told to read everything, it says everything.
    server.process.send_signal(signal.SIGHUP)
    server.wait_until(lambda: count(server, "reviews/bad.gmi:2:12: error: ") == 2)
    server.wait_until(lambda: count(server, "nobody") == 4)
    # Saved once more, and still wrong.
    bad.write_text(BAD + "\n")
    server.wait_until(lambda: count(server, "reviews/bad.gmi:2:12: error: ") == 3)
    mark = server.mark()
    bad.unlink()
    worse.unlink()
    server.wait_for(RELOADED + r".* files$", mark)


# --- the system does not tell ---

def in_namespace(setting):
    return ("unshare", "--user", "--map-root-user", "sh", "-c",
            f'echo {setting[1]} >/proc/sys/user/{setting[0]} && exec "$@"', "sh")


@pytest.mark.parametrize("setting", [("max_inotify_watches", 3), ("max_inotify_instances", 0)],
                         ids=["watches", "instances"])
def test_no_room_left_to_watch(serve, capsule, setting):
    inside = in_namespace(setting)
    if subprocess.run([*inside, "true"], stderr=subprocess.DEVNULL, check=False).returncode != 0:
        pytest.skip("cannot make a user namespace without inotify here")
    started = serve(capsule, wrapper=inside)
    started.expect(r"matinee: inotify: .*; looking for changes in .* once a second instead")
    started.wait_for(r"matinee: inotify: .*; looking for changes in \S+capsule once a second instead")
    serving.write_review(capsule, "first", title="Looked At")
    started.wait_until(lambda: has(started, "/reviews/first/", "# Looked At"))


def test_more_changes_than_the_system_keeps(serve, capsule):
    limit = Path("/proc/sys/fs/inotify/max_queued_events")
    if not limit.exists() or int(limit.read_text()) > 100000:
        pytest.skip("cannot make more changes than this system keeps")
    started = serve(capsule)
    started.expect(r"matinee: inotify: more changes than the system keeps; looking at all files")
    loader = started.loader()
    mark = started.mark()
    os.kill(loader, signal.SIGSTOP)
    try:
        serving.write_review(capsule, "third")
        # Each is an event of its own: like ones are only told once.
        one, two = capsule / "static/one.txt", capsule / "static/two.txt"
        one.write_text("1")
        two.write_text("2")
        for _ in range(int(limit.read_text()) // 2 + 100):
            os.chmod(one, 0o644)
            os.chmod(two, 0o644)
        serving.write_review(capsule, "fourth")
    finally:
        os.kill(loader, signal.SIGCONT)
    started.wait_for(r"inotify: more changes than the system keeps", mark)
    started.wait_until(lambda: started.get("/reviews/fourth/").status == 20)
    assert started.get("/reviews/third/").status == 20
    serving.write_review(capsule, "fifth")
    started.wait_until(lambda: started.get("/reviews/fifth/").status == 20)
