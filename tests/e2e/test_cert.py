"""`matinee cert`: certificates shown and made."""

import base64
import hashlib
import os
import re
import ssl
import stat
import subprocess
from pathlib import Path

import pytest

MATINEE = os.environ.get("MATINEE", str(Path("build/release/matinee").resolve()))


def cert(folder, *arguments):
    return subprocess.run([MATINEE, "cert", *arguments], cwd=folder, capture_output=True,
                          encoding="utf-8", timeout=30, check=False)


def fingerprint(path):
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(path.read_text())).hexdigest()


def key_fingerprint(path):
    """As OpenSSL sees it: the SHA-256 of the SubjectPublicKeyInfo."""
    pem = subprocess.run(["openssl", "x509", "-in", path, "-noout", "-pubkey"], capture_output=True,
                         encoding="ascii", check=True).stdout
    return hashlib.sha256(base64.b64decode("".join(pem.splitlines()[1:-1]))).hexdigest()


def openssl(*arguments):
    subprocess.run(["openssl", *arguments], capture_output=True, check=True)


def test_make_and_show(tmp_path):
    made = cert(tmp_path, "make")
    assert (made.returncode, made.stderr) == (0, "")
    plain = fingerprint(tmp_path / "certs/localhost.crt")
    colons = ":".join(re.findall("..", plain)).upper()
    lines = made.stdout.splitlines()
    assert lines[0] == "certs/localhost.crt"
    assert lines[1].split() == ["names", "localhost"]
    assert lines[2].split() == ["key", "ECDSA", "P-256"]
    assert re.fullmatch(r"  valid until  20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ", lines[3])
    assert lines[4].split() == ["SHA-256", colons]
    assert lines[5].strip() == plain
    assert lines[6].split() == ["of", "its", "key", key_fingerprint(tmp_path / "certs/localhost.crt")]
    assert len(lines) == 7
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


def test_names_in_any_script(tmp_path):
    made = cert(tmp_path, "--host", "Bücher.example", "--host", "*.bücher.example", "make")
    assert made.returncode == 0, made.stderr
    assert made.stdout.startswith(
        "certs/xn--bcher-kva.example.crt\n  names        xn--bcher-kva.example (bücher.example), "
        "*.xn--bcher-kva.example (*.bücher.example)\n")
    pattern = cert(tmp_path, "--host", "*.films.example", "make")
    assert pattern.stdout.startswith("certs/wildcard_.films.example.crt\n"), pattern.stderr
    shown = cert(tmp_path, "--host", "*.films.example").stdout
    assert shown == pattern.stdout


def test_several_capsules(tmp_path):
    for name in "ab":
        (tmp_path / name).mkdir()
        (tmp_path / name / "capsule.conf").write_text(f"Title: T\nHost: {name}.example\n")
    made = cert(tmp_path, "--capsule", "a", "--capsule", "b", "make")
    assert made.returncode == 0, made.stderr
    assert sorted(path.name for path in (tmp_path / "certs").iterdir()) == [
        "a.example.crt", "a.example.key", "b.example.crt", "b.example.key"]
    missing = cert(tmp_path, "--capsule", "a", "--capsule", "c")
    assert missing.returncode == 1
    assert "c/capsule.conf: No such file" in missing.stderr
    assert "certs/a.example.crt" in missing.stdout


def test_renew(tmp_path):
    certs = tmp_path / "certs"
    none = cert(tmp_path, "renew")
    assert none.returncode == 1
    assert "certs/localhost.crt: No such file" in none.stderr
    cert(tmp_path, "--host", "localhost", "--host", "old.example", "make")
    before = fingerprint(certs / "localhost.crt")
    pin = key_fingerprint(certs / "localhost.crt")
    kept = cert(tmp_path, "--keep-key", "--host", "localhost", "--host", "new.example", "renew")
    assert (kept.returncode, kept.stderr) == (0, "")
    assert "names        localhost, new.example, old.example\n" in kept.stdout
    assert fingerprint(certs / "localhost.crt") != before
    assert key_fingerprint(certs / "localhost.crt") == pin
    assert pin in kept.stdout
    again = cert(tmp_path, "renew")
    assert (again.returncode, again.stderr) == (0, "")
    assert key_fingerprint(certs / "localhost.crt") != pin
    assert stat.S_IMODE((certs / "localhost.key").stat().st_mode) == 0o600
    assert sorted(path.name for path in certs.iterdir()) == ["localhost.crt", "localhost.key"]


def test_renewed_by_root_for_somebody_else(tmp_path):
    if os.geteuid() != 0:
        pytest.skip("needs root")
    cert(tmp_path, "make")
    for path in (tmp_path / "certs").iterdir():
        os.chown(path, 4711, 4712)
    assert cert(tmp_path, "renew").returncode == 0
    for path in (tmp_path / "certs").iterdir():
        assert (path.stat().st_uid, path.stat().st_gid) == (4711, 4712)


def test_fingerprint(tmp_path):
    cert(tmp_path, "make")
    path = tmp_path / "certs/localhost.crt"
    told = cert(tmp_path, "fingerprint")
    assert told.returncode == 0
    assert [line.split() for line in told.stdout.splitlines()] == [
        ["certs/localhost.crt"], ["certificate", fingerprint(path)], ["key", key_fingerprint(path)]]
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=A Reader", "-keyout",
            str(tmp_path / "r.key"), "-out", str(tmp_path / "reader.pem"))
    both = cert(tmp_path, "fingerprint", "reader.pem", "certs/localhost.crt")
    assert both.stdout.splitlines()[0] == "reader.pem"
    assert fingerprint(tmp_path / "reader.pem") in both.stdout
    assert both.stdout.endswith(told.stdout)
    for wrong in ("none.pem", "r.key"):
        failed = cert(tmp_path, "fingerprint", wrong)
        assert (failed.returncode, failed.stdout) == (1, "")
        assert wrong in failed.stderr


def test_warnings(tmp_path):
    certs = tmp_path / "certs"
    (tmp_path / "capsule").mkdir()
    (tmp_path / "capsule/capsule.conf").write_text(
        "Title: T\nHost: films.example, *.films.example, bücher.example\n")
    cert(tmp_path, "--host", "films.example", "make")
    for days, kind in ((10, "rsa:2048"), (400, "ec")):
        options = ["-newkey", kind] if kind != "ec" else [
            "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384"]
        openssl("req", "-x509", *options, "-nodes", "-days", str(days), "-subj", f"/CN={days}.example",
                "-keyout", str(certs / f"{days}.example.key"), "-out", str(certs / f"{days}.example.crt"))
        (certs / f"{days}.example.key").chmod(0o600)
    shown = cert(tmp_path)
    assert (shown.returncode, shown.stderr) == (0, "")
    lines = shown.stdout.splitlines()
    assert "  key          RSA 2048" in lines
    assert "  key          ECDSA P-384" in lines
    costly = "  warning: a key of this kind costs the server several times the work of ECDSA P-256"
    assert lines.count(costly) == 2
    soon = [line for line in lines if re.fullmatch(r"  warning: it expires in (9|10) days; .*", line)]
    assert len(soon) == 1
    assert lines[-2:] == [
        "warning: no certificate is for *.films.example, a Host of capsule/capsule.conf",
        "warning: no certificate is for xn--bcher-kva.example, a Host of capsule/capsule.conf"]
    # What the server would refuse is no success.
    (certs / "films.example.key").chmod(0o644)
    refused = cert(tmp_path)
    assert refused.returncode == 1
    assert ("  warning: certs/films.example.key: others may read it; run `chmod 600` on it"
            in refused.stdout.splitlines())


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
    for arguments in (["remake"], ["make", "make"], ["make", "it"], ["--certs"], ["--what"],
                      ["--keep-key"], ["--keep-key", "make"]):
        wrong = cert(tmp_path, *arguments)
        assert (wrong.returncode, wrong.stdout) == (2, "")
        assert "matinee cert --help" in wrong.stderr
    assert cert(tmp_path, "--host", "a/b", "make").returncode == 2
    told = cert(tmp_path, "--help")
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.startswith("usage: matinee cert")
