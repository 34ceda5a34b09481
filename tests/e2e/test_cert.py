"""`matinee cert`: certificates shown and made."""

import hashlib
import os
import re
import ssl
import stat
import subprocess
from pathlib import Path

MATINEE = os.environ.get("MATINEE", str(Path("build/release/matinee").resolve()))


def cert(folder, *arguments):
    return subprocess.run([MATINEE, "cert", *arguments], cwd=folder, capture_output=True,
                          encoding="utf-8", timeout=30, check=False)


def fingerprint(path):
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(path.read_text())).hexdigest()


def test_make_and_show(tmp_path):
    made = cert(tmp_path, "make")
    assert (made.returncode, made.stderr) == (0, "")
    plain = fingerprint(tmp_path / "certs/localhost.crt")
    colons = ":".join(re.findall("..", plain)).upper()
    lines = made.stdout.splitlines()
    assert lines[0] == "certs/localhost.crt"
    assert lines[1].split() == ["names", "localhost"]
    assert re.fullmatch(r"  valid until  20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ", lines[2])
    assert lines[3].split() == ["SHA-256", colons]
    assert lines[4].strip() == plain
    key = tmp_path / "certs/localhost.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    shown = cert(tmp_path)
    assert (shown.returncode, shown.stdout) == (0, made.stdout)


def test_never_replaced(tmp_path):
    assert cert(tmp_path, "make").returncode == 0
    files = {path: path.read_bytes() for path in (tmp_path / "certs").iterdir()}
    again = cert(tmp_path, "make")
    assert again.returncode == 1
    assert "not replaced" in again.stderr
    assert {path: path.read_bytes() for path in (tmp_path / "certs").iterdir()} == files


def test_hosts_of_the_capsule(tmp_path):
    (tmp_path / "capsule").mkdir()
    (tmp_path / "capsule/capsule.conf").write_text("Title: T\nHost: films.example, www.films.example\n")
    made = cert(tmp_path, "make")
    assert made.returncode == 0, made.stderr
    assert "names        films.example, www.films.example\n" in made.stdout
    assert (tmp_path / "certs/films.example.key").exists()


def test_broken_capsule(tmp_path):
    (tmp_path / "capsule").mkdir()
    (tmp_path / "capsule/capsule.conf").write_text("no key here\n")
    made = cert(tmp_path, "make")
    assert made.returncode == 1
    assert "capsule/capsule.conf:1:1: error: " in made.stderr
    assert not (tmp_path / "certs").exists()


def test_chosen_hosts_and_folder(tmp_path):
    made = cert(tmp_path, "--certs", "a/b", "--host", "Films.Example.", "--host", "127.0.0.1",
                "--host", "::1", "make")
    assert made.returncode == 0, made.stderr
    assert made.stdout.startswith("a/b/films.example.crt\n  names        films.example, 127.0.0.1, ::1\n")
    assert cert(tmp_path, "--certs", "c", "--host", "[::1]", "make").stdout.startswith("c/::1.crt\n")
    assert cert(tmp_path, "--certs", "a/b", "--host", "other.example", "make").returncode == 0
    both = cert(tmp_path, "--certs", "a/b").stdout
    assert both.index("films.example.crt") < both.index("other.example.crt")
    one = cert(tmp_path, "--certs", "a/b", "--host", "other.example").stdout
    assert "films.example" not in one


def test_nothing_to_show(tmp_path):
    for arguments in ([], ["--certs", "elsewhere"], ["--host", "other.example"]):
        shown = cert(tmp_path, *arguments)
        assert (shown.returncode, shown.stdout) == (1, "")
        assert "matinee cert make" in shown.stderr


def test_one_that_cannot_be_read(tmp_path):
    cert(tmp_path, "make")
    (tmp_path / "certs/broken.crt").write_text("not PEM\n")
    shown = cert(tmp_path)
    assert shown.returncode == 1
    assert "certs/broken.crt" in shown.stderr
    assert "certs/localhost.crt" in shown.stdout


def test_called_wrongly(tmp_path):
    for arguments in (["remake"], ["make", "make"], ["make", "it"], ["--certs"], ["--what"]):
        wrong = cert(tmp_path, *arguments)
        assert (wrong.returncode, wrong.stdout) == (2, "")
        assert "matinee cert --help" in wrong.stderr
    assert cert(tmp_path, "--host", "a/b", "make").returncode == 2
    told = cert(tmp_path, "--help")
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.startswith("usage: matinee cert")
