"""All the ways in which editors, shells and deploy scripts put new files into the place of old ones.

Each case has a server of its own, so that it is this change that was noticed and not another one; each
is tried with the system telling of changes, and with the server looking for them.
"""

import os
import shutil
import subprocess
import time

import pytest
import serving
from generate import write_capsule

WATCH = ["events", "poll"]
POLL_SECONDS = 1


@pytest.fixture(params=WATCH)
def server(request, serve, capsule):
    started = serve(capsule, "--set", f"Watch={request.param}", workers=1)
    started.by_looking = request.param == "poll"
    return started


def has(server, path, text):
    answer = server.get(path)
    return answer.status == 20 and text in answer.text


def soon(server, begun):
    """Changes show at once, or at the next look."""
    limit = 0.8 + (POLL_SECONDS if server.by_looking else 0)
    assert time.monotonic() - begun < limit * serving.PATIENCE


# --- one file, and what editors do to it ---

def rename_over(path, text):
    fresh = path.with_name(".fresh")
    fresh.write_text(text)
    fresh.rename(path)


def rename_over_from_elsewhere(path, text):
    fresh = path.parent.parent.parent / "fresh"
    fresh.write_text(text)
    fresh.rename(path)


def rename_over_with_a_visible_name(path, text):
    """Emacs and others do this with a name that could be a source's."""
    fresh = path.with_name("first.gmi.tmp")
    fresh.write_text(text)
    fresh.rename(path)


def write_in_place(path, text):
    path.write_text(text)


def write_over_without_cutting_off(path, text):
    with open(path, "r+", encoding="utf-8") as file:
        file.write(text)
        file.truncate()


def write_in_pieces(path, text):
    with open(path, "w", encoding="utf-8", buffering=1) as file:
        for line in text.splitlines(keepends=True):
            file.write(line)
            time.sleep(0.01)


def vim(path, text):
    """:w with a backup: a swap file, a trial file, the old one renamed, the new one written and synced."""
    swap = path.with_name(f".{path.name}.swp")
    swap.write_text("b0VIM 9.0")
    trial = path.with_name("4913")
    trial.write_text("")
    trial.unlink()
    backup = path.with_name(f"{path.name}~")
    path.rename(backup)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    backup.unlink()
    swap.unlink()


def emacs(path, text):
    lock = path.with_name(f".#{path.name}")
    lock.symlink_to("somebody@host.1234")
    auto = path.with_name(f"#{path.name}#")
    auto.write_text(text[:50])
    shutil.copy2(path, path.with_name(f"{path.name}~"))
    path.write_text(text)
    auto.unlink()
    lock.unlink()


def remove_and_make(path, text):
    path.unlink()
    path.write_text(text)


def remove_and_link(path, text):
    """ln -f from elsewhere on the same file system."""
    fresh = path.parent.parent.parent / "fresh"
    fresh.write_text(text)
    path.unlink()
    os.link(fresh, path)


def copy_with_old_times(path, text):
    """cp -p, rsync -t, tar: the new file is older than the one it replaces, and has its size."""
    fresh = path.parent.parent.parent / "fresh"
    fresh.write_text(text + " " * (path.stat().st_size - len(text.encode())))
    os.utime(fresh, (1000000000, 1000000000))
    shutil.copy2(fresh, path)


def turn_a_link(path, text):
    (path.parent / ".two").write_text(text)
    link = path.with_name(".link")
    link.symlink_to(".two")
    link.rename(path)


WAYS = [rename_over, rename_over_from_elsewhere, rename_over_with_a_visible_name, write_in_place,
        write_over_without_cutting_off, write_in_pieces, vim, emacs, remove_and_make, remove_and_link,
        copy_with_old_times, turn_a_link]
# Who looks sees the outcome alone.
OUTCOMES = [rename_over, write_in_place, remove_and_link, copy_with_old_times, turn_a_link]


@pytest.mark.parametrize(
    "server, way", [("events", way) for way in WAYS] + [("poll", way) for way in OUTCOMES],
    ids=lambda value: getattr(value, "__name__", value), indirect=["server"])
def test_a_file_is_saved(server, way):
    path = server.capsule / "reviews/first.gmi"
    text = path.read_text().replace("Title: First", "Title: Saved")
    begun = time.monotonic()
    way(path, text)
    server.wait_until(lambda: has(server, "/reviews/first/", "# Saved"))
    if way is not write_in_pieces:
        soon(server, begun)
    # Nothing was said but that; a file that is left beside it has no page.
    assert server.find("error") is None
    assert server.get("/reviews/second/").status == 20


def test_a_configuration_is_saved(server):
    path = server.capsule / "capsule.conf"
    vim(path, path.read_text().replace("A Test Capsule", "Renamed"))
    server.wait_until(lambda: has(server, "/", "# Renamed"))
    write_in_place(path, path.read_text().replace("Renamed", "In Place"))
    server.wait_until(lambda: has(server, "/", "# In Place"))


def test_with_sed_and_with_a_shell(server):
    path = server.capsule / "reviews/first.gmi"
    subprocess.run(["sed", "-i", "s/^Title: .*/Title: By Sed/", path], check=True)
    server.wait_until(lambda: has(server, "/reviews/first/", "# By Sed"))
    subprocess.run(["sh", "-c", 'echo "## Postscript" >>"$1"; echo "Words." >>"$1"', "sh", path],
                   check=True)
    server.wait_until(lambda: has(server, "/reviews/first/", "Postscript"))


# --- folders ---

def test_folders_that_move(server):
    outside = server.capsule.parent / "outside"
    serving.write_review(outside, "third")
    inside = server.capsule / "reviews/2025"
    (outside / "reviews").rename(inside)
    server.wait_until(lambda: server.get("/reviews/third/").status == 20)
    # Watched from now on, under its new name too, and not any more when it is gone.
    serving.write_review(outside, "third", title="In Its New Place")
    (outside / "reviews/third.gmi").rename(inside / "third.gmi")
    server.wait_until(lambda: has(server, "/reviews/third/", "# In Its New Place"))
    inside.rename(server.capsule / "reviews/2026")
    server.wait_until(lambda: server.find("reloaded") is not None)
    shutil.rmtree(outside)
    (server.capsule / "reviews/2026").rename(outside)
    server.wait_until(lambda: server.get("/reviews/third/").status == 51)


def test_a_tree_that_is_copied_in(server):
    outside = server.capsule.parent / "outside"
    for number in range(30):
        serving.write_review(outside, f"copied-{number}")
    shutil.copytree(outside / "reviews", server.capsule / "reviews/a/b/c")
    server.wait_until(lambda: all(server.get(f"/reviews/copied-{number}/").status == 20
                                  for number in (0, 17, 29)))
    shutil.rmtree(server.capsule / "reviews/a")
    server.wait_until(lambda: server.get("/reviews/copied-0/").status == 51)


def test_all_reviews_are_replaced(server):
    fresh = server.capsule.parent / "fresh"
    serving.write_review(fresh, "third")
    (server.capsule / "reviews").rename(server.capsule.parent / "old")
    (fresh / "reviews").rename(server.capsule / "reviews")
    server.wait_until(lambda: server.get("/reviews/third/").status == 20)
    server.wait_until(lambda: len(server.accepting()) == server.worker_count)
    assert server.get("/reviews/first/").status == 51
    serving.write_review(server.capsule, "fourth")
    server.wait_until(lambda: server.get("/reviews/fourth/").status == 20)


@pytest.mark.parametrize("watch", WATCH)
def test_a_release_is_turned_to_another(serve, tmp_path, watch):
    """/srv/current is a link that a deploy script turns; the capsule is a folder below it."""
    for number in (1, 2):
        serving.write_capsule(tmp_path / f"releases/{number}/capsule")
    serving.write_review(tmp_path / "releases/2/capsule", "third")
    (tmp_path / "current").symlink_to("releases/1")
    server = serve(tmp_path / "current/capsule", "--set", f"Watch={watch}")
    server.expect(serving.OUTGROWN)
    (tmp_path / "next").symlink_to("releases/2")
    (tmp_path / "next").rename(tmp_path / "current")
    server.wait_until(lambda: server.get("/reviews/third/").status == 20)
    (tmp_path / "releases/2/capsule/static/plain.txt").write_text("of the second\n")
    server.wait_until(lambda: has(server, "/plain.txt", "of the second"))


# --- half of a file ---

def test_a_file_that_is_written_slowly_shows_when_it_is_closed(serve, capsule):
    server = serve(capsule)
    path = capsule / "reviews/first.gmi"
    whole = path.read_text().replace("Title: First", "Title: Whole")
    with open(path, "w", encoding="utf-8", buffering=1) as file:
        file.write(whole[:len(whole) // 2])
        file.flush()
        with open(capsule / "reviews/third.gmi", "w", encoding="utf-8", buffering=1) as third:
            third.write("Title: Thi")
            third.flush()
            for number in range(2):
                # Others are taken up meanwhile.
                serving.write_review(capsule, "second", title=f"Meanwhile {number}")
                server.wait_until(lambda n=number: has(server, "/reviews/second/", f"# Meanwhile {n}"))
                assert has(server, "/reviews/first/", "# First")
                assert server.get("/reviews/third/").status == 51
            third.write("rd\nPublished: 2024-01-01\n")
        server.wait_until(lambda: has(server, "/reviews/third/", "# Third"))
        file.write(whole[len(whole) // 2:])
        assert has(server, "/reviews/first/", "# First")
    server.wait_until(lambda: has(server, "/reviews/first/", "# Whole"))
    assert server.find("error") is None


# --- what is no change ---

def test_what_changes_nothing_starts_nothing(server):
    """A reload costs slow readers their time, so there is none without a reason."""
    old = server.workers()
    reviews = server.capsule / "reviews"
    for name in (".first.gmi.swp", "first.gmi~", "#first.gmi#", "4913", "first.gmi.tmp"):
        (reviews / name).write_text("nothing\n")
        (reviews / name).unlink()
    (reviews / "empty").mkdir()
    (reviews / "empty").rmdir()
    with open(reviews / "first.gmi", encoding="utf-8") as file:
        file.read()
    time.sleep(1.5 + (POLL_SECONDS if server.by_looking else 0))
    assert server.find("reloaded") is None
    assert server.workers() == old


# --- a large capsule ---

def test_a_save_in_a_large_capsule(serve, tmp_path):
    """One file of a thousand is read, not all of them. The bound is far from what it takes."""
    write_capsule(tmp_path / "large", 1000, sections=1, paragraphs=1, quotes=1)
    server = serve(tmp_path / "large")
    path = tmp_path / "large/reviews/000/review-500.gmi"
    title = path.read_text().splitlines()[0]
    for number in range(3):
        time.sleep(1)
        fresh = path.read_text().replace(title, f"Title: Saved {number}")
        title = f"Title: Saved {number}"
        begun = time.monotonic()
        path.write_text(fresh)
        server.wait_until(lambda n=number: has(server, "/reviews/review-500/", f"# Saved {n}"))
        assert time.monotonic() - begun < 3 * serving.PATIENCE

