"""Where the log goes, its two forms, and that it is rotated without a line being lost."""

import contextlib
import json
import os
import re
import resource
import signal
import stat
import subprocess
import sys
import threading
import time

import pytest
import serving
import wire

REOPENED = r"matinee: the log was opened again"
LINE = re.compile(r'(\S+) - - \[[^]]+ \+0000\] "((?:[^"\\]|\\.)*)" (\d\d) (\d+)')


def settings(**given):
    return [word for key, value in given.items()
            for word in ("--set", f"{key.replace('_', '-')}={value}")]


def lines_of(*paths):
    return [line for path in paths for line in path.read_text().splitlines()]


def run(*arguments):
    done = subprocess.run([serving.BINARY, "serve", *map(str, arguments)], timeout=20,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    return done.returncode, done.stderr


# --- where it goes ---

def test_files(serve, capsule, tmp_path):
    requests, messages = tmp_path / "requests.log", tmp_path / "messages.log"
    requests.write_text("what was there stays\n")
    server = serve(capsule, *settings(Log=requests, Error_Log=messages))
    server.wait_for("serving gemini://capsule.test")
    mark = server.mark()
    assert server.get("/reviews/").status == 20
    server.wait_until(lambda: len(lines_of(requests)) == 2)
    assert lines_of(requests)[0] == "what was there stays"
    assert LINE.fullmatch(lines_of(requests)[1])
    # What is said at the start is on stderr as well; afterwards nothing is.
    assert "matinee: listening on " in messages.read_text()
    serving.write_review(capsule, "third")
    server.wait_until(lambda: "matinee: reloaded " in messages.read_text())
    assert server.mark() == mark
    assert stat.S_IMODE(messages.stat().st_mode) & 0o137 == 0


def test_requests_to_a_file_and_messages_to_stderr(serve, capsule, tmp_path):
    requests = tmp_path / "requests.log"
    server = serve(capsule, *settings(Log=requests))
    assert server.get().status == 20
    server.wait_until(lambda: len(lines_of(requests)) == 1)
    assert '" 20 ' not in server.log


def test_no_requests(serve, capsule):
    server = serve(capsule, *settings(Log="none"))
    mark = server.mark()
    assert server.get().status == 20
    serving.write_review(capsule, "third")
    server.wait_for_reload(mark)
    assert server.get("/third/").status != 0
    assert '" 20 ' not in server.log


@pytest.mark.parametrize("key", ["Log", "Error-Log"])
def test_a_log_that_cannot_be_opened(capsule, tmp_path, key):
    certs = tmp_path / "certs"
    (tmp_path / "link").symlink_to(tmp_path / "target")
    os.mkfifo(tmp_path / "fifo")
    for name, says in (("nowhere/a.log", "No such file"), (".", "Is a directory"),
                       ("link", "it is a symbolic link"), ("fifo", "nobody reads this pipe")):
        code, err = run(capsule, "--certs", certs, "--listen", "127.0.0.1:0", "--set",
                        f"{key}={tmp_path / name}")
        assert code == 1 and f"cannot open the log {tmp_path / name}: {says}" in err
    assert not (tmp_path / "target").exists()


@pytest.mark.parametrize("setting, says", [
    ("Log-Format=xml", "common or json"),
    ("Log-Addresses=some", "none, short or full"),
    ("Error-Log=none", "stderr or to a file"),
])
def test_wrong_settings(capsule, setting, says):
    code, err = run(capsule, "--set", setting)
    assert code == 2 and says in err


# --- what is in it ---

STRANGE = [b"gemini://localhost/plain.txt", b"", b"\x00\x01\x1b[2J\n\x7f", b'"},{"a":"',
           b"\\x00 \\\\ \\\"", "gemini://localhost/한/é\u2028".encode(), b"\xff\xfe\xc0\x80",
           b"\x00" * 1024, b'"' * 1024, b"\\" * 1024, b"\xff" * 1024]


def test_json(serve, capsule, tmp_path):
    requests = tmp_path / "requests.log"
    server = serve(capsule, *settings(Log=requests, Log_Format="json", Log_Addresses="full"))
    for version, name in ((wire.TLS_12, "TLSv1.2"), (wire.TLS_13, "TLSv1.3")):
        requests.write_bytes(b"")
        for request in STRANGE:
            assert server.ask(request + b"\r\n", tls=wire.context(version)).raw
        server.wait_until(lambda: requests.read_bytes().count(b"\n") == len(STRANGE))
        lines = requests.read_bytes().decode("ascii").splitlines()
        assert max(map(len, lines)) < 2048
        entries = {}
        for line in lines:
            entry = json.loads(line)
            entries[entry["url"]] = entry
            assert set(entry) == {"time", "address", "host", "status", "bytes", "size",
                                  "duration_ms", "tls", "url"}
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", entry["time"])
            assert entry["address"] == "127.0.0.1" and entry["tls"] == name
            assert 0 <= entry["duration_ms"] < 60000 and entry["bytes"] == entry["size"] > 0
        assert entries["gemini://localhost/plain.txt"]["status"] == 20
        assert entries["gemini://localhost/plain.txt"]["host"] == "localhost"
        assert entries[r"\xff\xfe\xc0\x80"]["host"] is None
        assert {entry["status"] for entry in entries.values()} == {20, 59}
        assert r"\x00\x01\x1b[2J\x0a\x7f\x0d\x0a" in entries
        assert '"},{"a":"' in entries


def test_common(serve, capsule, tmp_path):
    requests = tmp_path / "requests.log"
    server = serve(capsule, *settings(Log=requests, Log_Format="common"))
    for request in STRANGE:
        assert server.ask(request + b"\r\n").raw
    server.wait_until(lambda: requests.read_bytes().count(b"\n") == len(STRANGE))
    lines = requests.read_bytes().decode("ascii").splitlines()
    assert all(LINE.fullmatch(line) for line in lines)
    assert all(32 <= byte < 127 for line in lines for byte in line.encode())
    assert r'"\"},{\"a\":\"' in "\n".join(lines)


@pytest.mark.parametrize("setting, shown", [("none", "-"), ("short", "127.0.0.0"),
                                            ("full", "127.0.0.1")])
def test_addresses(serve, capsule, tmp_path, setting, shown):
    requests = tmp_path / "requests.log"
    server = serve(capsule, *settings(Log=requests, Log_Addresses=setting))
    assert server.get().status == 20
    server.wait_until(lambda: len(lines_of(requests)) == 1)
    assert LINE.fullmatch(lines_of(requests)[0])[1] == shown


# --- rotation ---

def test_rotation_loses_no_line(serve, capsule, tmp_path):
    current = tmp_path / "requests.log"
    server = serve(capsule, *settings(Log=current))
    server.expect(REOPENED)
    answered, done = [0, 0, 0], threading.Event()

    def ask(number):
        while not done.is_set():
            assert server.get(f"/plain.txt?{number}.{answered[number]}").status == 20
            answered[number] += 1

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(len(answered))]
    for thread in threads:
        thread.start()
    old = []
    try:
        for turn in range(3):
            before = sum(answered)
            workers = set(server.workers())
            mark = server.mark()
            old.append(tmp_path / f"requests.log.{turn}")
            os.rename(current, old[-1])
            server.process.send_signal(signal.SIGUSR1)
            server.wait_for(REOPENED, mark)
            # Requests arrive in the new file, and then none in the old one.
            server.wait_until(lambda: lines_of(current))
            assert sum(answered) >= before
            server.wait_until(lambda gone=workers: not gone & set(server.workers()))
            size = old[-1].stat().st_size
            server.wait_until(lambda here=sum(answered): sum(answered) > here + 5)
            assert old[-1].stat().st_size == size
    finally:
        done.set()
        for thread in threads:
            thread.join()
    server.wait_until(lambda: len(lines_of(*old, current)) >= sum(answered))
    urls = [LINE.fullmatch(line)[2] for line in lines_of(*old, current)]
    assert sorted(urls) == sorted(server.url(f"/plain.txt?{number}.{count}")
                                  for number, total in enumerate(answered)
                                  for count in range(total))


def test_both_files_are_opened_again(serve, capsule, tmp_path):
    requests, messages = tmp_path / "requests.log", tmp_path / "messages.log"
    server = serve(capsule, *settings(Log=requests, Error_Log=messages))
    os.rename(requests, tmp_path / "requests.1")
    os.rename(messages, tmp_path / "messages.1")
    server.process.send_signal(signal.SIGUSR1)
    server.wait_until(lambda: messages.exists() and REOPENED in messages.read_text())

    def is_in_the_new_file():
        assert server.get().status == 20
        return lines_of(requests)
    server.wait_until(is_in_the_new_file)
    # Another loader has the new files too.
    os.kill(server.loader(), signal.SIGKILL)
    server.wait_until(lambda: "the loader ended" in messages.read_text())
    server.wait_until(lambda: messages.read_text().count("matinee: loaded ") == 1)
    serving.write_review(capsule, "third")
    server.wait_until(lambda: "matinee: reloaded " in messages.read_text())
    size = (tmp_path / "requests.1").stat().st_size
    count = len(lines_of(requests))
    assert server.get().status == 20
    server.wait_until(lambda: len(lines_of(requests)) == count + 1)
    assert (tmp_path / "requests.1").stat().st_size == size


def tell_all(server):
    for pid in [server.process.pid, *server.processes()]:
        with contextlib.suppress(ProcessLookupError):  # one that was ending as we looked
            os.kill(pid, signal.SIGUSR1)


def test_the_signal_sent_to_all_processes(serve, capsule, tmp_path):
    """As `systemctl kill` does."""
    requests = tmp_path / "requests.log"
    server = serve(capsule, *settings(Log=requests))
    server.expect(REOPENED)
    loader = server.loader()
    os.rename(requests, tmp_path / "old")
    tell_all(server)
    server.wait_for(REOPENED)
    assert server.get().status == 20
    assert server.loader() == loader
    server.wait_until(lambda: lines_of(requests, tmp_path / "old"))


def test_the_signal_without_files_is_nothing(server):
    workers = server.workers()
    tell_all(server)
    assert server.get().status == 20
    assert server.workers() == workers


def test_a_file_that_cannot_be_opened_again(serve, capsule, tmp_path):
    folder = tmp_path / "logs"
    folder.mkdir()
    server = serve(capsule, *settings(Log=folder / "requests.log"))
    server.expect(REOPENED, r"matinee: cannot open the log .*: No such file or directory")
    os.rename(folder, tmp_path / "moved")
    server.process.send_signal(signal.SIGUSR1)
    server.wait_for("cannot open the log")
    assert server.get().status == 20
    server.wait_until(lambda: lines_of(tmp_path / "moved/requests.log"))


# --- systemd's journal ---

JOURNAL = """
import os, sys
status = os.fstat(2)
os.environ["JOURNAL_STREAM"] = f"{status.st_dev}:{status.st_ino}"
os.execv(sys.argv[1], sys.argv[1:])
"""


def test_the_journal_is_told_what_is_a_problem(serve, capsule):
    server = serve(capsule, wrapper=(sys.executable, "-c", JOURNAL))
    server.expect(r"<4>matinee: a worker ended: .*", r"<3>reviews/second\.gmi:.* error: .*",
                  r"<3> .*", r"<[345]>.*")
    assert "\n<3>" not in server.log and "\nmatinee: loaded " in server.log
    os.kill(server.workers()[0], signal.SIGKILL)
    server.wait_for("^<4>matinee: a worker ended: signal 9")
    (capsule / "reviews/second.gmi").write_text("no header\n")
    server.wait_for(r"^<3>reviews/second\.gmi:1:\d+: error: ")
    assert server.get().status == 20
    server.wait_for("^- - - ")


# --- full ---

def limit_files(server, size):
    for pid in [server.process.pid, *server.processes()]:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def test_a_log_that_cannot_grow(serve, capsule, tmp_path):
    """A limit on the size of files stands for a full disk: the last line is torn, too."""
    requests = tmp_path / "requests.log"
    server = serve(capsule, "--state", "none", *settings(Log=requests))
    server.expect(r"matinee: requests cannot be logged in .*requests\.log: .*; serving goes on",
                  r"matinee: \d+ requests are not in .*requests\.log: .*")
    assert server.get().status == 20
    server.wait_until(lambda: requests.stat().st_size > 0)
    limit_files(server, requests.stat().st_size + 20)
    for _ in range(10):
        assert server.get().status == 20
    server.wait_for("requests cannot be logged")
    limit_files(server, resource.RLIM_INFINITY)
    time.sleep(1.1)
    assert server.get("/plain.txt").status == 20
    lost = int(server.wait_for(r"(\d+) requests are not in")[1])
    lines = lines_of(requests)
    whole = [line for line in lines if LINE.fullmatch(line)]
    assert lost == 10 and len(lines) == 3 and whole == [lines[0], lines[2]]
    assert "/plain.txt" in lines[2]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this machine has no /dev/full")
def test_a_full_disk_from_the_beginning(serve, capsule):
    server = serve(capsule, *settings(Log="/dev/full", Error_Log="/dev/full"))
    for _ in range(3):
        assert server.get().status == 20
