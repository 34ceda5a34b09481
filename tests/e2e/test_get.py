"""`matinee get` against a small server of the test's own."""

import os
import pty
import re
import socket
import ssl
import subprocess
import threading
from pathlib import Path

import pytest

MATINEE = os.environ.get("MATINEE", str(Path("build/release/matinee").resolve()))

ANSWERS = {
    "/": b"20 text/gemini; lang=en\r\n# Home\n",
    "/binary": b"20 application/octet-stream\r\n\x00\xff\r\n\x1b[2J",
    "/escapes": b"20 text/plain\r\na\tb\x1b[31m\x07\xc2\x9bc\xc3\xa9\n",
    "/moved": b"31 /\r\n",
    "/loop": b"30 /loop\r\n",
    "/%EC%98%81": b"20 text/plain\r\nfound\n",
    "/cut": b"20 text/plain\r\npart",
    "/bad": b"HTTP/1.1 400 Bad Request\r\n\r\n",
}


class Server:
    """Answers from the table above, one connection after the other; what was asked is kept."""

    def __init__(self, folder, name):
        self.certs = folder
        subprocess.run([MATINEE, "cert", "--certs", folder, "--host", name, "make"], check=True,
                       stdout=subprocess.DEVNULL, timeout=30)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(folder / f"{name}.crt", folder / f"{name}.key")
        self.requests = []
        self.socket = None
        self.port = 0

    def start(self, port=0):
        self.socket = socket.create_server(("127.0.0.1", port))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.run, args=(self.socket,), daemon=True).start()

    def run(self, listener):
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            try:
                self.answer(self.context.wrap_socket(connection, server_side=True))
            except OSError:
                connection.close()

    def answer(self, connection):
        line = connection.makefile("rb").readline()
        if not line:
            connection.close()
            return
        self.requests.append(line.decode())
        path = re.sub(r"^gemini://[^/]*", "", line.decode().strip())
        connection.sendall(ANSWERS.get(path, b"51 Not here\r\n"))
        if path != "/cut":
            connection = connection.unwrap()
        connection.close()

    def stop(self):
        # A thread that waits in accept is woken by shutdown, not by close.
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()


@pytest.fixture(name="server")
def own_server(tmp_path):
    server = Server(tmp_path / "certs", "localhost")
    server.start()
    yield server
    server.stop()


def get(tmp_path, *arguments, stdout=subprocess.PIPE, **environment):
    env = dict(os.environ, XDG_DATA_HOME=str(tmp_path / "data"))
    env.update(environment)
    return subprocess.run([MATINEE, "get", *arguments], stdin=subprocess.DEVNULL, stdout=stdout,
                          stderr=subprocess.PIPE, env=env, timeout=60, check=False)


def test_body_and_header_are_apart(server, tmp_path):
    first = get(tmp_path, f"gemini://localhost:{server.port}/")
    assert (first.returncode, first.stdout) == (0, b"# Home\n")
    assert b"for the first time" in first.stderr
    assert first.stderr.endswith(b"20 text/gemini; lang=en\n")
    second = get(tmp_path, f"localhost:{server.port}")
    assert (second.returncode, second.stdout) == (0, b"# Home\n")
    assert second.stderr == b"20 text/gemini; lang=en\n"
    assert server.requests == [f"gemini://localhost:{server.port}/\r\n"] * 2


def test_bytes_stay_as_they_are(server, tmp_path):
    answer = get(tmp_path, "--insecure", f"localhost:{server.port}/binary")
    assert (answer.returncode, answer.stdout) == (0, b"\x00\xff\r\n\x1b[2J")


def test_other_scripts(server, tmp_path):
    answer = get(tmp_path, "--insecure", f"localhost:{server.port}/영")
    assert (answer.returncode, answer.stdout) == (0, b"found\n")


def test_statuses(server, tmp_path):
    answer = get(tmp_path, "--insecure", f"localhost:{server.port}/none")
    assert (answer.returncode, answer.stdout, answer.stderr) == (1, b"", b"51 Not here\n")
    answer = get(tmp_path, "--insecure", f"localhost:{server.port}/bad")
    assert (answer.returncode, answer.stdout) == (1, b"")
    assert b"header line" in answer.stderr


def test_redirects(server, tmp_path):
    answer = get(tmp_path, "--insecure", f"localhost:{server.port}/moved")
    assert (answer.returncode, answer.stdout, answer.stderr) == (1, b"", b"31 /\n")
    answer = get(tmp_path, "--insecure", "--follow", f"localhost:{server.port}/moved")
    assert (answer.returncode, answer.stdout) == (0, b"# Home\n")
    assert answer.stderr == b"31 /\n20 text/gemini; lang=en\n"
    answer = get(tmp_path, "--insecure", "--follow", f"localhost:{server.port}/loop")
    assert answer.returncode == 1
    assert answer.stderr.count(b"30 /loop\n") == 6


def test_cut_off(server, tmp_path):
    answer = get(tmp_path, "--insecure", f"localhost:{server.port}/cut")
    assert (answer.returncode, answer.stdout) == (1, b"part")
    assert b"broke off after 4 bytes" in answer.stderr


def test_changed_certificate(server, tmp_path):
    url = f"localhost:{server.port}/"
    assert get(tmp_path, url).returncode == 0
    server.stop()
    other = Server(tmp_path / "other", "other.example")
    other.start(server.port)
    refused = get(tmp_path, url)
    assert (refused.returncode, refused.stdout) == (1, b"")
    shown = re.findall(rb"sha256 ([0-9a-f]{64})", refused.stderr)
    assert len(set(shown)) == 2
    assert str(tmp_path / "data/matinee/known_hosts").encode() in refused.stderr
    assert other.requests == []  # nothing was asked of a server that is not trusted
    assert get(tmp_path, "--insecure", url).returncode == 0
    # As another host it is new; the line about its names is for whoever looks.
    new = get(tmp_path, f"127.0.0.1:{other.port}/")
    assert new.returncode == 0
    assert b"a certificate for other.example" in new.stderr
    other.stop()
    server.start()


def test_where_hosts_are_remembered(server, tmp_path):
    home = {"HOME": str(tmp_path / "home"), "XDG_DATA_HOME": ""}
    assert get(tmp_path, f"localhost:{server.port}/", **home).returncode == 0
    known = (tmp_path / "home/.local/share/matinee/known_hosts").read_text()
    assert re.fullmatch(rf"localhost:{server.port} sha256 [0-9a-f]{{64}} \S+Z\n", known)
    nowhere = get(tmp_path, f"localhost:{server.port}/", HOME="", XDG_DATA_HOME="relative")
    assert (nowhere.returncode, nowhere.stdout) == (1, b"")
    assert b"no place for known hosts" in nowhere.stderr


def on_terminal(tmp_path, url):
    """What a person sees: exit code and bytes on the terminal."""
    ours, theirs = pty.openpty()
    answer = get(tmp_path, "--insecure", url, stdout=theirs)
    os.close(theirs)
    seen = b""
    try:
        while chunk := os.read(ours, 4096):
            seen += chunk
    except OSError:
        pass  # how a terminal without its other end says that this was all
    os.close(ours)
    return answer, seen.replace(b"\r\n", b"\n")


def test_terminal_is_safe(server, tmp_path):
    answer, seen = on_terminal(tmp_path, f"localhost:{server.port}/escapes")
    assert answer.returncode == 0
    assert seen == b"a\tb?[31m?\xc2?c\xc3\xa9\n"
    answer, seen = on_terminal(tmp_path, f"localhost:{server.port}/binary")
    assert (answer.returncode, seen) == (1, b"")
    assert b"no text for a terminal" in answer.stderr


def test_nobody_there(tmp_path):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        answer = get(tmp_path, "--insecure", f"127.0.0.1:{unused.getsockname()[1]}/")
    assert (answer.returncode, answer.stdout) == (1, b"")
    assert b"refused" in answer.stderr


def test_time_out(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        answer = get(tmp_path, "--timeout", "1", f"127.0.0.1:{silent.getsockname()[1]}/")
    assert (answer.returncode, answer.stdout) == (1, b"")
    assert b"no answer in time" in answer.stderr


def test_full_disk(server, tmp_path):
    if not os.path.exists("/dev/full"):
        pytest.skip("no /dev/full on this system")
    with open("/dev/full", "wb") as full:
        answer = get(tmp_path, "--insecure", f"localhost:{server.port}/", stdout=full)
    assert answer.returncode == 1
    assert b"cannot be written" in answer.stderr


def test_called_wrongly(tmp_path):
    for arguments in ([], ["a", "b"], ["--timeout"], ["--timeout", "0", "a"], ["--what", "a"],
                      ["--timeout", "x", "a"]):
        wrong = get(tmp_path, *arguments)
        assert (wrong.returncode, wrong.stdout) == (2, b"")
        assert b"matinee get --help" in wrong.stderr
    told = get(tmp_path, "--help")
    assert (told.returncode, told.stderr) == (0, b"")
    assert told.stdout.startswith(b"usage: matinee get")
    for url in ("https://localhost/", "localhost:99999", "mailto:a@localhost", "/path", "", "user@localhost"):
        wrong = get(tmp_path, url)
        assert wrong.returncode == 2
        assert b"is no gemini URL" in wrong.stderr
