"""Unix sockets, sockets that a service manager hands over, and what it is told."""

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import serving
import wire

REQUEST = b"gemini://localhost/plain.txt\r\n"


def run(*arguments, **options):
    done = subprocess.run([serving.BINARY, "serve", *map(str, arguments)], timeout=20, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)
    return done.returncode, done.stderr


# --- Unix sockets ---

@pytest.fixture
def folder(tmp_path_factory):
    """A short path: that of a socket has 107 bytes at most."""
    return tmp_path_factory.mktemp("u")


def test_a_unix_socket(serve, capsule, folder):
    path = folder / "matinee.sock"
    server = serve(capsule, listen=(f"unix:{path}",))
    assert f"matinee: listening on unix:{path}" in server.log
    assert "matinee: serving gemini://localhost/" in server.log
    assert stat.S_IMODE(path.stat().st_mode) == 0o660
    assert server.ask(REQUEST, path=path).text == "plain\n"
    server.close()
    assert not path.exists()


def test_a_unix_socket_beside_a_port(serve, capsule, folder):
    server = serve(capsule, "--set", "Log-Addresses=full", "--set", "Socket-Mode=0666",
                   listen=(f"unix:{folder}/s", "127.0.0.1:0"))
    server.expect(r'(unix|127\.0\.0\.1) - - .*')
    assert stat.S_IMODE((folder / "s").stat().st_mode) == 0o666
    assert server.ask(REQUEST, path=folder / "s").status == 20
    assert server.get("/plain.txt").status == 20
    server.wait_for(r"^unix - - ")


def test_a_proxy_on_a_unix_socket(serve, capsule, folder):
    server = serve(capsule, "--set", "Proxy=unix", "--set", "Log-Addresses=short",
                   listen=(f"unix:{folder}/s",))
    server.expect(r'192\.0\.2\.0 - - .*')
    opening = b"PROXY TCP4 192.0.2.77 198.51.100.1 56324 1965\r\n"
    assert server.ask(REQUEST, path=folder / "s", opening=opening).status == 20
    server.wait_for(r"^192\.0\.2\.0 - - ")


def test_a_socket_that_was_left_behind(serve, capsule, folder):
    first = serve(capsule, listen=(f"unix:{folder}/s",))
    first.kill()
    first.exit_code = -signal.SIGKILL
    first.wait_for_end()
    assert (folder / "s").exists()
    second = serve(capsule, listen=(f"unix:{folder}/s",))
    assert second.ask(REQUEST, path=folder / "s").status == 20


def test_a_socket_in_use(serve, capsule, folder, tmp_path):
    server = serve(capsule, listen=(f"unix:{folder}/s",))
    code, err = run(capsule, "--certs", tmp_path / "certs", "--listen", f"unix:{folder}/s")
    assert code == 1
    assert f"cannot listen on unix:{folder}/s: another server is listening there" in err
    assert server.ask(REQUEST, path=folder / "s").status == 20


def test_a_path_that_is_taken(capsule, folder, tmp_path):
    (folder / "file").write_text("precious")
    for name, says in (("file", "there is a file of that name, which is no socket"),
                       ("nowhere/s", "No such file or directory")):
        code, err = run(capsule, "--certs", tmp_path / "certs", "--listen", f"unix:{folder}/{name}")
        assert code == 1 and f"cannot listen on unix:{folder}/{name}: {says}" in err
    assert (folder / "file").read_text() == "precious"


def test_a_start_that_fails_leaves_no_socket(capsule, folder, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        code, err = run(capsule, "--certs", tmp_path / "certs", "--listen", f"unix:{folder}/s",
                        "--listen", f"127.0.0.1:{taken.getsockname()[1]}")
    assert code == 1 and "the port is taken" in err
    assert not (folder / "s").exists()


def test_the_next_server_keeps_its_socket(serve, capsule, folder):
    """A file that is not ours any more is not removed."""
    server = serve(capsule, listen=(f"unix:{folder}/s",))
    os.unlink(folder / "s")
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(folder / "s"))
        server.close()
        assert (folder / "s").exists()


@pytest.mark.parametrize("setting, says", [
    ("Socket-Mode=rw-rw----", "expected a mode such as 0660"),
    ("Socket-Mode=7777", "expected a mode such as 0660"),
    ("Listen=unix:", "unix:PATH"),
    ("Listen=unix:/" + "x" * 120, "unix:PATH"),
    ("Proxy=example.org", "expected blocks of addresses"),
])
def test_wrong_settings(capsule, setting, says):
    code, err = run(capsule, "--set", setting)
    assert code == 2 and says in err


def test_paths_of_a_file_of_settings(serve, capsule, folder, tmp_path):
    config = folder / "matinee.conf"
    config.write_text(f"Capsule: {capsule}\nListen: unix:here.sock\n")
    server = serving.Server(capsule, tmp_path / "certs", "--config", str(config), listen=())
    with server:
        assert server.ask(REQUEST, path=folder / "here.sock").status == 20


@pytest.mark.skipif(not Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").exists() or int(
    Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").read_text()) < 2,
    reason="on this machine every user may listen on every port")
def test_a_port_for_root(capsule, tmp_path):
    certs = tmp_path / "certs"
    subprocess.run([serving.BINARY, "cert", "--certs", certs, "--host", "localhost", "make"],
                   check=True, stdout=subprocess.DEVNULL)
    options = ("--certs", certs, "--listen", "127.0.0.1:1")
    command = [serving.BINARY, "serve", capsule, *options]
    if os.geteuid() == 0:  # without the capability for it
        if shutil.which("setpriv") is None:
            pytest.skip("root may listen on every port, and there is no setpriv")
        command = ["setpriv", "--bounding-set=-net_bind_service", "--inh-caps=-net_bind_service",
                   *command]
    done = subprocess.run(list(map(str, command)), check=False, stderr=subprocess.PIPE, text=True,
                          timeout=20)
    assert done.returncode == 1
    assert "cannot listen on 127.0.0.1:1: ports below 1024 are for root" in done.stderr


# --- sockets that are handed over ---

ACTIVATE = """
import os, sys
count, names = int(sys.argv[1]), sys.argv[2]
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS=str(count), LISTEN_FDNAMES=names)
for number in range(count):  # above all of them first, so that none is overwritten
    os.dup2(int(sys.argv[3 + number]), 100 + number)
for number in range(count):
    os.dup2(100 + number, 3 + number)
    os.close(100 + number)
os.execv(sys.argv[3 + count], sys.argv[3 + count:])
"""


def activated(*sockets, names=""):
    """Settings of a Server that gets the sockets as systemd would hand them over."""
    numbers = [str(item.fileno()) for item in sockets]
    return {"wrapper": (sys.executable, "-c", ACTIVATE, str(len(sockets)), names, *numbers),
            "popen": {"pass_fds": [item.fileno() for item in sockets]}}



def test_activation(serve, capsule, folder):
    with socket.create_server(("127.0.0.1", 0)) as tcp, socket.socket(socket.AF_UNIX) as local:
        local.bind(str(folder / "s"))
        local.listen()
        server = serve(capsule, listen=(), **activated(tcp, local, names="gemini:local"))
        assert server.port == tcp.getsockname()[1]
        assert f"matinee: listening on unix:{folder}/s" in server.log
        assert server.get("/plain.txt").status == 20
        assert server.ask(REQUEST, path=folder / "s").status == 20
        server.close()
        assert (folder / "s").exists(), "whoever has made it removes it"


def test_activation_goes_before_addresses(serve, capsule):
    with socket.create_server(("127.0.0.1", 0)) as tcp:
        server = serve(capsule, listen=("127.0.0.1:1",), **activated(tcp))
        server.expect(r"matinee: listening on the sockets that were handed over, not on .*")
        assert server.get("/plain.txt").status == 20


def test_nothing_is_refused_while_a_server_is_started_anew(serve, capsule):
    """What comes in between waits in the backlog of the socket."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as tcp:
        server = serve(capsule, listen=(), **activated(tcp))
        port, done, answers = server.port, threading.Event(), []

        def ask():
            while not done.is_set():
                answers.append(wire.get(port, f"gemini://localhost:{port}/plain.txt").status)

        threads = [threading.Thread(target=ask) for _ in range(3)]
        for thread in threads:
            thread.start()
        try:
            for _ in range(2):
                server.wait_until(lambda here=len(answers): len(answers) > here + 5)
                server.close()
                server = serve(capsule, listen=(), **activated(tcp))
            server.wait_until(lambda here=len(answers): len(answers) > here + 5)
        finally:
            done.set()
            for thread in threads:
                thread.join()
        assert set(answers) == {20}


def test_sockets_that_are_of_no_use(capsule, tmp_path):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams, \
            socket.socket(socket.AF_INET) as idle, socket.socketpair()[0] as connected:
        for item, says in ((datagrams, "it is no stream socket"), (idle, "it does not listen"),
                           (connected, "it does not listen")):
            start = activated(item, names="gemini.socket")
            done = subprocess.run([*start["wrapper"], serving.BINARY, "serve", str(capsule),
                                   "--certs", str(tmp_path / "certs")], check=False, timeout=20,
                                  stderr=subprocess.PIPE, text=True, **start["popen"])
            assert done.returncode == 1
            assert f"cannot use socket 3, gemini.socket, which was handed over: {says}" in done.stderr


def test_sockets_for_somebody_else_are_left_alone(serve, capsule):
    server = serve(capsule, popen={"env": dict(os.environ, LISTEN_PID="1", LISTEN_FDS="2")})
    assert server.get("/plain.txt").status == 20


# --- the end ---

READER = """
import sys, time
sys.path.insert(0, sys.argv[1])
import wire
port, tls, answers = int(sys.argv[2]), wire.context(), 0
while True:
    try:
        client = wire.Wire(port, tls)
    except OSError:  # refused; whoever has a choice goes elsewhere
        time.sleep(0.01)
        continue
    try:
        client.handshake()
        client.send(b"gemini://localhost/plain.txt\\r\\n")
        answer = client.answer()
        whole = answer.text == "plain\\n" and answer.closed
    except (OSError, wire.ssl.SSLError) as error:
        whole, answer = False, error
    client.socket.close()
    print("answered" if whole else f"lost: {answer!r}", flush=True)
"""


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_who_has_connected_is_answered_when_the_server_ends(serve, capsule, address):
    try:
        with socket.create_server((address, 0), family=socket.AF_INET6 if ":" in address
                                  else socket.AF_INET) as free:
            port = free.getsockname()[1]
    except OSError:
        pytest.skip("this machine has no IPv6")
    script = READER.replace("port, tls)", f"port, tls, address={address!r})")
    listen = (f"[{address}]:{port}" if ":" in address else f"{address}:{port}",)
    server = serve(capsule, listen=listen)
    readers = [subprocess.Popen(
        [sys.executable, "-c", script, str(Path(__file__).resolve().parents[1]), str(port)],
        stdout=subprocess.PIPE, text=True) for _ in range(6)]
    try:
        for _ in range(3):
            mark = server.mark()
            server.wait_until(lambda here=mark: server.mark() > here + 50, seconds=20)
            server.process.send_signal(signal.SIGTERM)
            assert server.wait_for_end() == 0
            server = serve(capsule, listen=listen)
        server.wait_for(r"/plain\.txt")
    finally:
        for reader in readers:
            reader.terminate()
        said = [reader.communicate()[0] for reader in readers]
    lost = [line for text in said for line in text.splitlines() if not line.startswith("answered")]
    assert not lost, lost
    assert sum(text.count("answered") for text in said) > 100


# --- what the service manager is told ---

class Manager:
    """The other end of NOTIFY_SOCKET."""

    def __init__(self, address):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(address)
        self.socket.settimeout(20 * serving.PATIENCE)
        self.name = address.replace("\0", "@")

    def told(self):
        return dict(line.split("=", 1) for line in self.socket.recv(4096).decode().split("\n"))

    def is_told_nothing(self):
        self.socket.setblocking(False)
        try:
            return not self.socket.recv(4096)
        except BlockingIOError:
            return True


@pytest.fixture(params=["path", "abstract"])
def manager(request, folder):
    name = f"\0matinee-test-{os.getpid()}-{time.monotonic_ns()}"
    manager = Manager(str(folder / "n") if request.param == "path" else name)
    yield manager
    manager.socket.close()


def test_readiness(serve, capsule, manager):
    server = serve(capsule, popen={"env": dict(os.environ, NOTIFY_SOCKET=manager.name)})
    told = manager.told()
    assert told["READY"] == "1" and told["MAINPID"] == str(server.process.pid)
    assert told["STATUS"] == "Serving localhost"
    assert server.get().status == 20
    before = time.clock_gettime(time.CLOCK_MONOTONIC)
    serving.write_review(capsule, "third")
    mark = server.mark()
    server.process.send_signal(signal.SIGHUP)
    told = manager.told()
    assert told["RELOADING"] == "1"
    assert before * 1e6 <= int(told["MONOTONIC_USEC"]) <= time.clock_gettime(
        time.CLOCK_MONOTONIC) * 1e6
    assert manager.told()["READY"] == "1"
    server.wait_for("matinee: reloaded", mark)
    # Other reloads are nobody's business.
    serving.write_review(capsule, "fourth")
    server.wait_until(lambda: server.get("/reviews/fourth/").status == 20)
    server.process.send_signal(signal.SIGTERM)
    assert manager.told()["STOPPING"] == "1"
    server.wait_for_end()
    assert manager.is_told_nothing()


def test_a_start_that_fails_is_never_ready(capsule, folder, tmp_path):
    manager = Manager(str(folder / "n"))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        code, _ = run(capsule, "--certs", tmp_path / "certs", "--listen",
                      f"127.0.0.1:{taken.getsockname()[1]}",
                      env=dict(os.environ, NOTIFY_SOCKET=manager.name))
    assert code == 1 and manager.is_told_nothing()


@pytest.mark.parametrize("name", ["/nowhere/notify", "@nobody-listens-there", "vsock:2:1234", "x",
                                  "/" + "x" * 200])
def test_a_manager_that_is_not_there(serve, capsule, name):
    server = serve(capsule, popen={"env": dict(os.environ, NOTIFY_SOCKET=name)})
    assert server.get().status == 20
