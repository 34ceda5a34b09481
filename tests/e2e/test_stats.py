"""A year of a capsule as plots: `matinee stats`."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
import unicodedata

import pytest

from surveys import (MATINEE, NOW, SAMPLE, SECONDS, make_capsule, parts, run, run_on_full_device,
                     write)


@pytest.fixture(name="capsule")
def empty_capsule(tmp_path):
    return make_capsule(tmp_path / "capsule")


def width(text):
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
               for c in text)


def test_a_year(capsule):
    write(capsule, "one", "Published: 2025-03-01", "Genre: Drama, Crime", "Year: 2003", "Rating: 9/10",
          "Platform: Disc", body="Two words.\n")
    write(capsule, "two", "Published: 2025-05-31", "Genre: Crime", "Year: 2004", "Rating: fine")
    write(capsule, "old", "Published: 2019-05-31", "Year: 1931")
    write(capsule, "draft", "Draft: yes", "Published: 2025-05-31")
    write(capsule, "later", "Published: 2027-05-31")
    out, errors = run("stats", str(capsule), "--columns", "40", *NOW)
    assert errors == ""
    months = "".join(f"  2025-{month:02} {n}{' ' + '#' * m if n else ''}\n" for month, n, m in [
        (1, 0, 0), (2, 0, 0), (3, 1, 28), (4, 0, 0), (5, 1, 28), (6, 0, 0), (7, 0, 0), (8, 0, 0),
        (9, 0, 0), (10, 0, 0), (11, 0, 0), (12, 0, 0)])
    assert out.startswith("Notes, 2025\n2 reviews\n4 words\n0 quotes\n\nReviews by month\n" + months)
    said = parts(out)
    assert said["Ratings, mean 9.0; 1 of no scale"][1] == "9/10  1 " + "#" * 30
    assert said["Genres"] == ["Crime 2 " + "#" * 30, "Drama 1 " + "#" * 15]
    assert said["Platforms"] == ["Disc 1 " + "#" * 31]
    assert said["Years of the works"] == ["2003 1 " + "#" * 31, "2004 1 " + "#" * 31]
    out, _ = run("stats", str(capsule), "--year", "2019", *NOW)
    assert "Notes, 2019\n1 review\n" in out and "Genres" not in out and "1931 1" in out
    out, _ = run("stats", str(capsule), "--year", "all", *NOW)
    assert "Notes, all years\n3 reviews\n" in out
    assert parts(out)["Reviews by year"][0].startswith("2019 1 ")
    out, _ = run("stats", str(capsule), "--year", "1999", *NOW)
    assert out == "Notes, 1999\n0 reviews\n0 words\n0 quotes\n"


def test_files_with_errors_do_not_count(capsule):
    write(capsule, "good")
    write(capsule, "bad", "Year: 13")
    out, errors = run("stats", str(capsule), *NOW)
    assert "1 review\n" in out
    assert "some files have errors" in errors


@pytest.mark.parametrize("columns", [40, 61, 80, 132, 200])
def test_every_line_fits(columns):
    out, _ = run("stats", str(SAMPLE), "--columns", str(columns), *NOW)
    lines = out.split("\n")
    assert max(map(width, lines)) == columns
    said = parts(out)
    assert set(said) >= {"Reviews by month", "Words by month", "Genres", "Platforms",
                         "Years of the works"}
    counts = [int(line.split()[1]) for line in said["Reviews by month"]]
    assert len(counts) == 12 and sum(counts) == int(re.search(r"^(\d+) reviews", out, re.M)[1])
    assert all(re.fullmatch(r"\S.*? \d+( #+)?", line) for part in list(said)[1:] for line in said[part])


@pytest.mark.parametrize("columns, wanted", [(20, 40), (57, 57), (300, 200), (0, 80)])
def test_as_wide_as_the_terminal(columns, wanted):
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    command = subprocess.Popen([MATINEE, "stats", str(SAMPLE), *NOW], stdin=subprocess.DEVNULL,
                               stdout=follower)
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
    assert command.wait(SECONDS) == 0
    assert max(map(width, written.decode().split("\r\n"))) == wanted


def test_called_wrongly(capsule):
    for arguments, message in [
            (["--year", "0"], "0 is no year"),
            (["--year", "x"], "x is no year"),
            (["--columns", "39"], "39 is no width from 40 to 200"),
            (["--columns", "201"], "201 is no width"),
            (["--now", "x"], "x is no moment"),
            (["--year"], "needs a value"),
            (["a", "b"], "one capsule at a time")]:
        _, errors = run("stats", *arguments, code=2)
        assert message in errors
    _, errors = run("stats", str(capsule / "absent"), code=1)
    assert "there is no capsule" in errors


def test_output_that_cannot_be_written():
    assert run_on_full_device("stats", str(SAMPLE), *NOW) == 1
