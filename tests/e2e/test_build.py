"""`matinee build` and `matinee check` as a person runs them."""

import os
import pty
import re
import select
import signal
import subprocess
import time
from pathlib import Path

import pytest

MATINEE = os.environ.get("MATINEE", str(Path("build/release/matinee").resolve()))
NOW = "2026-01-15T12:00:00Z"

REVIEW = """Title: Film {0}
Published: 2025-01-01
Tags: One, Tag{0}

Lede.

## Part
Text, and a line.

> Line {0}.
— Somebody, there
"""


def add_reviews(capsule, numbers):
    for number in numbers:
        (capsule / f"reviews/film-{number}.gmi").write_text(REVIEW.format(number))


@pytest.fixture(name="capsule")
def make_capsule(tmp_path):
    folder = tmp_path / "capsule"
    (folder / "reviews").mkdir(parents=True)
    (folder / "static").mkdir()
    (folder / "capsule.conf").write_text("Title: Notes\nHost: notes.example\n")
    (folder / "static/a b.txt").write_text("A file.\n")
    add_reviews(folder, range(3))
    return folder


def run(*arguments, **settings):
    return subprocess.run([MATINEE, *map(str, arguments)], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=120, check=False, **settings)


def build(capsule, output, *options):
    return run("build", capsule, "--output", output, "--now", NOW, *options)


def contents(folder):
    return {str(path.relative_to(folder)): path.read_bytes()
            for path in folder.rglob("*") if path.is_file()}


def stamps(folder):
    return {str(path.relative_to(folder)): (path.stat().st_ino, path.stat().st_mtime_ns)
            for path in folder.rglob("*") if path.is_file()}


def test_help_goes_to_stdout():
    for command in ("build", "check"):
        done = run(command, "--help")
        assert done.returncode == 0 and done.stderr == ""
        assert done.stdout.startswith(f"usage: matinee {command} [CAPSULE]")


@pytest.mark.parametrize("arguments", [
    ["build"], ["build", "capsule"], ["build", "--output"], ["build", "a", "b", "--output", "c"],
    ["build", "--output", "x", "--no-such-thing"], ["build", "--output", "x", "--now", "soon"],
    ["check", "a", "b"], ["check", "--no-such-thing"], ["check", "--now", "2025-13-01"],
])
def test_wrong_calls_end_with_2(tmp_path, arguments):
    done = run(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout == "" and "--help" in done.stderr
    assert not list(tmp_path.iterdir())


def test_a_capsule_that_is_none(tmp_path):
    for command in (["check", "none"], ["build", "none", "--output", "out"]):
        done = run(*command, cwd=tmp_path)
        assert done.returncode == 1 and done.stdout == "" and "none" in done.stderr
    assert not list(tmp_path.iterdir())


def test_unchanged_files_are_kept(capsule, tmp_path):
    out = tmp_path / "out"
    assert build(capsule, out).returncode == 0
    first, first_contents = stamps(out), contents(out)
    done = build(capsule, out)
    assert done.returncode == 0 and " 0 written" in done.stdout
    assert stamps(out) == first
    add_reviews(capsule, [3])
    (capsule / "reviews/film-0.gmi").unlink()
    assert build(capsule, out).returncode == 0
    second, second_contents = stamps(out), contents(out)
    assert "reviews/film-3/index.gmi" in second and "reviews/film-0/index.gmi" not in second
    for path in first.keys() & second.keys():
        assert (first_contents[path] == second_contents[path]) == (first[path] == second[path])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["capsule", "out"]


def test_errors_leave_the_old_tree_whole(capsule, tmp_path):
    out = tmp_path / "out"
    assert build(capsule, out).returncode == 0
    before = stamps(out)
    (capsule / "reviews/bad.gmi").write_text("no header\n")
    done = build(capsule, out)
    assert done.returncode == 1
    assert "reviews/bad.gmi:1:1: error: " in done.stderr and "nothing was built" in done.stderr
    assert stamps(out) == before
    done = build(capsule, out, "--keep-going")
    assert done.returncode == 0 and "reviews/bad.gmi:1:1: error: " in done.stderr
    assert stamps(out) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["capsule", "out"]


def test_other_folders_are_refused(capsule, tmp_path):
    out = tmp_path / "letters"
    out.mkdir()
    (out / "letter.txt").write_text("precious\n")
    for target in (out, capsule, capsule / "static", capsule / "static/out", "/", tmp_path):
        done = build(capsule, target)
        assert done.returncode == 1 and done.stdout == "", target
        assert done.stderr.startswith("matinee: "), done.stderr
    assert contents(out) == {"letter.txt": b"precious\n"}
    assert sorted(path.name for path in (capsule / "static").iterdir()) == ["a b.txt"]


def test_a_base_comes_before_every_link(capsule, tmp_path):
    assert build(capsule, tmp_path / "plain").returncode == 0
    assert build(capsule, tmp_path / "based", "--base", "~kim/notes/").returncode == 0
    plain, based = contents(tmp_path / "plain"), contents(tmp_path / "based")
    assert plain.keys() == based.keys()
    for path, given in based.items():
        expected = plain[path]
        if path.endswith(".gmi"):
            expected = re.sub(rb"(?m)^=> /", b"=> /~kim/notes/", expected)
        expected = expected.replace(b"gemini://notes.example/", b"gemini://notes.example/~kim/notes/")
        expected = expected.replace(b"Disallow: /", b"Disallow: /~kim/notes/")
        assert given == expected, path


def test_drafts_are_asked_for(capsule, tmp_path):
    (capsule / "reviews/draft.gmi").write_text("Title: A Draft\nDraft: yes\n\nText.\n")
    (capsule / "reviews/later.gmi").write_text("Title: Later\nPublished: 2027-01-01\n\nText.\n")
    assert build(capsule, tmp_path / "out").returncode == 0
    assert not (tmp_path / "out/reviews/draft").exists()
    assert not (tmp_path / "out/reviews/later").exists()
    assert build(capsule, tmp_path / "out", "--drafts").returncode == 0
    assert "Draft: A Draft" in (tmp_path / "out/reviews/index.gmi").read_text()
    assert (tmp_path / "out/reviews/later/index.gmi").exists()


def test_check_and_build_agree_on_links_to_drafts(capsule, tmp_path):
    (capsule / "reviews/draft.gmi").write_text("Title: A Draft\nDraft: yes\n\nText.\n")
    link = capsule / "reviews/film-3.gmi"
    link.write_text("Title: F\nPublished: 2025-01-01\n\n=> review:draft Soon\n")
    for done in (run("check", capsule, "--now", NOW), build(capsule, tmp_path / "out")):
        assert done.returncode == 0
        assert done.stderr.splitlines()[0] == (
            "reviews/film-3.gmi:4:11: warning: the review `draft` is a draft, which no page shows "
            "yet")
        assert done.stderr.endswith("0 errors, 1 warning\n")
    link.write_text("Title: F\nPublished: 2025-01-01\n\n=> reviews/draft/ Soon\n")
    for done in (run("check", capsule, "--now", NOW), build(capsule, tmp_path / "out")):
        assert done.returncode == 1
        assert "reviews/film-3.gmi:4:4: error: this link leads " in done.stderr
    assert build(capsule, tmp_path / "out", "--drafts").returncode == 0


def test_a_page_that_a_file_replaces_is_said_once(capsule):
    (capsule / "pages").mkdir()
    (capsule / "pages/about.gmi").write_text("# About\n")
    (capsule / "static/about.gmi").write_text("# About\n")
    done = run("check", capsule)
    assert done.returncode == 0
    assert done.stderr == ("static/about.gmi: warning: this file is served instead of the page at "
                           "/about.gmi\n0 errors, 1 warning\n")


def test_aliases_that_are_files_and_folders(capsule, tmp_path):
    (capsule / "static/old").mkdir()
    (capsule / "static/old/a.txt").write_text("A file.\n")
    (capsule / "reviews/film-3.gmi").write_text(
        "Title: Film 3\nPublished: 2025-01-01\n"
        "Aliases: /2025, /2025/09/name.html, /2025/09, /2025/09/, /old, /.hidden\n\nText.\n")
    assert run("check", capsule).returncode == 0
    for _ in range(2):
        done = build(capsule, tmp_path / "out")
        assert done.returncode == 0
        assert sorted(done.stderr.splitlines()) == [
            "matinee: the page /.hidden is left out: no file can have this name",
            "matinee: the page /2025/09 is left out: its name is taken in a tree of files"]
        for name in "2025/09/name.html", "2025/09/index.gmi", "2025/index.gmi", "old/index.gmi":
            assert "=> /reviews/film-3/ Film 3" in (tmp_path / "out" / name).read_text()


def wait_for_the_new_tree(folder, process):
    deadline = time.monotonic() + 60
    while not list(folder.glob("out.new-*")) and process.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.001)


def interrupt(capsule, out, number, folder):
    """Send a signal once the new tree has begun to grow."""
    with subprocess.Popen([MATINEE, "build", capsule, "--output", out, "--now", NOW],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        wait_for_the_new_tree(folder, process)
        process.send_signal(number)
        _, errors = process.communicate(timeout=60)
    return process.returncode, errors


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_build_leaves_nothing(capsule, tmp_path, number):
    out = tmp_path / "out"
    assert build(capsule, out).returncode == 0
    before = stamps(out)
    add_reviews(capsule, range(1000))
    code, errors = interrupt(capsule, out, number, tmp_path)
    if code == 0:
        pytest.skip("the build was faster than the signal")
    assert code == 1 and errors == "matinee: interrupted\n"
    assert stamps(out) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["capsule", "out"]


def test_a_killed_build_is_cleaned_up_by_the_next(capsule, tmp_path):
    out = tmp_path / "out"
    assert build(capsule, out).returncode == 0
    before = contents(out)
    add_reviews(capsule, range(1000))
    code, _ = interrupt(capsule, out, signal.SIGKILL, tmp_path)
    if code == 0:
        pytest.skip("the build was faster than the signal")
    assert contents(out) == before
    assert build(capsule, out).returncode == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["capsule", "out"]


def test_a_full_disk_is_said(capsule, tmp_path):
    """A limit on the size of files stands for it."""
    (capsule / "static/large").write_bytes(b"x" * 3_000_000)
    out = tmp_path / "out"
    done = subprocess.run(
        ["sh", "-c", 'trap "" XFSZ; ulimit -f 1000; exec "$@"', "sh", MATINEE, "build", capsule,
         "--output", out], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
        check=False)
    assert done.returncode == 1 and "large: File too large" in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["capsule"]


def test_progress_is_for_terminals(capsule, tmp_path):
    """A build that takes longer than a second says how far it is; a fast one or a pipe does not."""
    add_reviews(capsule, range(1000))
    leader, follower = pty.openpty()
    shown = b""
    with subprocess.Popen([MATINEE, "build", capsule, "--output", tmp_path / "out"],
                          env={**os.environ, "TERM": "vt100"}, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=follower) as process:
        os.close(follower)
        # However fast the machine is: the build takes longer when it is made to pause.
        wait_for_the_new_tree(tmp_path, process)
        process.send_signal(signal.SIGSTOP)
        time.sleep(1.1)
        process.send_signal(signal.SIGCONT)
        while True:
            ready, _, _ = select.select([leader], [], [], 60)
            try:
                block = os.read(leader, 4096) if ready else b""
            except OSError:
                block = b""
            if not block:
                break
            shown += block
        process.communicate(timeout=60)
    os.close(leader)
    assert process.returncode == 0
    assert re.match(rb"\rbuilding \[#*\.*\] +\d+ %\x1b\[K\r", shown)
    assert shown.endswith(b"\r\x1b[K")


def test_check_says_what_it_looked_at(capsule):
    done = run("check", capsule)
    assert done.returncode == 0 and done.stderr == ""
    assert re.fullmatch(r"checked 3 reviews, \d+ pages, \d+ links: no problems\n", done.stdout)


def test_check_says_when_two_things_want_one_address(capsule):
    paths = ["/about.gmi", "/tags", "/reviews/page-1.gmi", "/quotes/today.gmi", "/a.txt", "/free.html",
             "/reviews/aliased/index.gmi"]
    (capsule / "static/a.txt").write_text("a")
    (capsule / "static/feed.gmi").write_text("# Mine\n")
    (capsule / "static/reviews/aliased").mkdir(parents=True)
    (capsule / "static/reviews/aliased/source.txt").write_text("mine")
    (capsule / "pages").mkdir(exist_ok=True)
    (capsule / "pages/about.gmi").write_text("# About\n")
    (capsule / "reviews/aliased.gmi").write_text(
        f"Title: Aliased\nPublished: 2024-01-01\nTags: One\nAliases: {', '.join(paths)}\n\nText.\n")
    done = run("check", capsule)
    taken = re.findall(r"aliased.gmi:4:\d+: error: there is a page at (\S+), so it cannot be an old",
                       done.stderr)
    assert taken == ["/about.gmi", "/tags", "/quotes/today.gmi", "/a.txt", "/reviews/aliased/index.gmi"]
    assert re.findall(r"^static/\S+: warning: .*", done.stderr, re.M) == [
        "static/reviews/aliased/source.txt: warning: this file is served instead of the page at "
        "/reviews/aliased/source.txt"]
    assert done.returncode == 1


def test_check_reads_gemtext_in_static(capsule):
    (capsule / "static/sub").mkdir()
    (capsule / "static/sub/page.gmi").write_text(
        "=> other.gmi Not there\n=> ../reviews/ There\n=> ../a%20b.txt There\n")
    done = run("check", capsule)
    assert done.returncode == 1
    assert done.stderr == ("static/sub/page.gmi:1:4: error: this link leads nowhere: there is no "
                           "/sub/other.gmi\n=> other.gmi Not there\n   ^\n1 error, 0 warnings\n")


def test_a_capsule_known_by_an_address(capsule, tmp_path):
    (capsule / "capsule.conf").write_text("Title: Notes\nHost: ::1, 127.0.0.1\n")
    (capsule / "reviews/film-9.gmi").write_text(
        "Title: F\nPublished: 2025-01-01\n\n=> gemini://[::1]/reviews/ Here\n"
        "=> gemini://[::1]/nothing Here\n=> gemini://[::1]:1966/nothing Elsewhere\n")
    done = build(capsule, tmp_path / "out", "--keep-going")
    assert done.stderr.count(" error: ") == 1 and "film-9.gmi:5:4" in done.stderr
    assert 'href="gemini://[::1]/"' in (tmp_path / "out/atom.xml").read_text()
    assert "gemini://[::1]/reviews/film-9/\n" in (tmp_path / "out/sitemap.txt").read_text()
