"""Master, loader, workers: how they start, how they die, what they do about it."""

import fcntl
import os
import pwd
import re
import resource
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import hostile
import pytest
import serving
import wire
from ports import free_port

WORKER_KILLED = r"matinee: a worker ended: signal 9 \(Killed\); starting another"
LOADER_KILLED = r"matinee: the loader ended: signal 9 \(Killed\); starting another"


def run(*arguments, seconds=20):
    done = subprocess.run([serving.BINARY, "serve", *map(str, arguments)], timeout=seconds,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


# --- starting ---

def test_what_is_printed(serve, capsule):
    server = serve(capsule)
    messages = [line for line in server.lines if line.startswith("matinee: ")]
    assert any(line == f"matinee: made a certificate: {server.certs}/localhost.crt"
               for line in messages)
    assert any("loaded A Test Capsule: 2 reviews, 1 page, 3 files" in line for line in messages)
    assert f"matinee: listening on 127.0.0.1:{server.port}" in messages
    assert f"matinee: serving gemini://localhost:{server.port}/" in messages
    server.wait_for(rf"matinee: serving gemini://capsule\.test:{server.port}/")
    with server.connect() as client:
        client.handshake()
        leaf = client.tls.getpeercert(binary_form=True)
    done = subprocess.run(["openssl", "x509", "-inform", "DER", "-noout", "-fingerprint",
                           "-sha256"], input=leaf, stdout=subprocess.PIPE, check=True)
    assert done.stdout.decode().split("=")[1].strip().lower() in server.log


def test_the_certificate_is_made_once(serve, capsule):
    first = serve(capsule)
    fingerprint = first.find(r"certificate SHA-256 (\S+) for localhost, capsule.test")[1]
    second = serve(capsule)
    assert second.find(r"certificate SHA-256 (\S+)")[1] == fingerprint
    assert second.find("made a certificate") is None
    key = first.certs / "localhost.key"
    assert key.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("arguments, says", [
    (["--no-such-option"], "unknown option"),
    (["--workers", "0"], "--workers"),
    (["--workers", "many"], "--workers"),
    (["--workers"], "needs a value"),
    (["--host", "two words"], "expected the name of a host"),
    (["--host", "../elsewhere"], "expected the name of a host"),
    (["--host", "localhost:1965"], "expected the name of a host"),
    (["one", "two", "--host", "example.org"], "--host is for one capsule"),
])
def test_called_wrongly(arguments, says):
    code, out, err = run(*arguments)
    assert code == 2 and out == "" and says in err and "--help" in err


def test_help():
    code, out, err = run("--help")
    assert code == 0 and err == ""
    for option in ("--certs", "--listen", "--host", "--workers", "--user", "--drafts"):
        assert option in out


def test_no_capsule(tmp_path):
    code, _, err = run(tmp_path / "nowhere", "--certs", tmp_path / "certs")
    assert code == 1 and "nowhere/capsule.conf" in err
    assert not (tmp_path / "certs").exists()


def test_a_wrong_configuration(capsule, tmp_path):
    (capsule / "capsule.conf").write_text("Host: localhost\n")
    code, _, err = run(capsule, "--certs", tmp_path / "certs", "--listen", "127.0.0.1:0")
    assert code == 1 and "error: " in err


@pytest.mark.parametrize("address", ["localhost", "1965", "127.0.0.1:", "127.0.0.1:70000",
                                     "[127.0.0.1]:1", "[::1", "::1]:1965", ""])
def test_a_wrong_address(capsule, tmp_path, address):
    code, _, err = run(capsule, "--certs", tmp_path / "certs", "--listen", address)
    assert code == 2 and f"`{address}` is no address to listen on" in err


def test_the_port_is_taken(server, tmp_path):
    code, _, err = run(server.capsule, "--certs", tmp_path / "certs", "--listen",
                       f"127.0.0.1:{server.port}")
    assert code == 1
    assert f"cannot listen on 127.0.0.1:{server.port}: the port is taken" in err
    assert server.get().status == 20


def test_a_broken_certificate(capsule, tmp_path):
    certs = tmp_path / "certs"
    certs.mkdir()
    (certs / "localhost.crt").write_text("not PEM\n")
    (certs / "localhost.key").write_text("not PEM\n")
    code, _, err = run(capsule, "--certs", certs, "--listen", "127.0.0.1:0")
    assert code == 1 and "localhost.crt" in err


@pytest.mark.skipif(not serving.has_ipv6(), reason="this machine has no IPv6")
def test_both_families(serve, capsule):
    server = serve(capsule, listen=("127.0.0.1:0", "[::1]:0"))
    six = int(server.find(r"listening on \[::1\]:(\d+)")[1])
    request = f"gemini://localhost:{six}/\r\n".encode()
    assert wire.ask(six, request, address="::1").status == 20
    assert wire.ask(server.port, request).status == 20


def test_a_machine_without_ipv6(capsule, tmp_path):
    """The same command line does there, with a word about it."""
    shell = ("ip link set lo up && sysctl -qw net.ipv6.conf.all.disable_ipv6=1 && "
             f"exec timeout 2 {serving.BINARY} serve {capsule} --certs {tmp_path}/certs ")
    if subprocess.run(["unshare", "-n", "sh", "-c", "ip link set lo up && sysctl -qw "
                       "net.ipv6.conf.all.disable_ipv6=1"], check=False,
                      stderr=subprocess.DEVNULL).returncode != 0:
        pytest.skip("cannot make a network without IPv6 here")
    for options, says in (("--listen 127.0.0.1:1965 --listen '[::1]:1965'", "not listening on"),
                          ("", "going on without it")):
        done = subprocess.run(["unshare", "-n", "sh", "-c", shell + options], check=False,
                              stderr=subprocess.PIPE, text=True)
        assert "no IPv6" in done.stderr and says in done.stderr
        assert "matinee: serving gemini://localhost/\n" in done.stderr


@pytest.mark.skipif(not serving.has_ipv6(), reason="this machine has no IPv6")
def test_a_port_alone_is_all_addresses(serve, capsule):
    # As root without a user these are the loopback addresses.
    server = serve(capsule, listen=(":0",))
    six = server.find(r"listening on \[(::1|::)\]:(\d+)")
    assert int(six[2]) == server.port
    assert server.get().status == 20
    assert server.get(address="::1").status == 20


def test_host_option(serve, capsule):
    server = serve(capsule, "--host", "Other.TEST.", "--host", "[::1]")
    server.wait_for(rf"serving gemini://\[::1\]:{server.port}/")
    assert (server.certs / "other.test.crt").exists()
    assert server.ask(b"gemini://other.test/\r\n").status == 20
    assert server.ask(b"gemini://[::1]/\r\n").status == 20
    assert server.ask(b"gemini://[0:0:0:0:0:0:0:1]/\r\n").status == 20
    assert server.ask(b"gemini://localhost/\r\n").status == 53
    assert b"gemini://other.test" in server.ask(b"gemini://other.test/atom.xml\r\n").body


def test_an_ipv6_address_as_the_host(serve, capsule):
    server = serve(capsule, "--host", "::1")
    body = server.ask(b"gemini://[::1]/atom.xml\r\n").text
    assert f"gemini://[::1]:{server.port}/reviews/first/" in body and "//::1" not in body


# --- whom it becomes ---

def ids(pid):
    status = Path(f"/proc/{pid}/status").read_text()
    lines = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
    return lines["Uid"].split(), lines["Gid"].split(), lines["Groups"].split()


@pytest.mark.skipif(os.geteuid() != 0, reason="not root")
@pytest.mark.parametrize("how", ["--user", "User:", "owner"])
def test_root_becomes_somebody_else(serve, how):
    nobody = pwd.getpwnam("nobody")
    conf = "User: nobody\n" if how == "User:" else ""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        capsule = serving.write_capsule(Path(folder) / "capsule", conf)
        if how == "owner":
            os.chown(capsule, nobody.pw_uid, nobody.pw_gid)
        options = ["--user", "nobody"] if how == "--user" else []
        server = serve(capsule, *options, certs=Path(folder) / "certs")
        assert server.find("running as root") is None
        for pid in [server.loader(), *server.workers()]:
            uids, gids, groups = ids(pid)
            assert set(uids) == {str(nobody.pw_uid)}
            assert set(gids) == {str(nobody.pw_gid)} and set(groups) <= {str(nobody.pw_gid)}
        assert ids(server.process.pid)[0][0] == "0"
        assert server.get().status == 20
        # Reading again works as that user too, and so does another loader.
        serving.write_review(capsule, "first", title="Read Again")
        server.wait_until(lambda: "# Read Again" in server.get("/reviews/first/").text)
        server.close()


@pytest.mark.skipif(os.geteuid() != 0, reason="not root")
def test_root_can_not_be_had_again(capsule, tmp_path):
    """A container may be set up so that capabilities outlive the change of user."""
    os.chmod(tmp_path, 0o755)
    keep = ["setpriv", "--securebits", "+no_setuid_fixup"]
    if subprocess.run([*keep, "true"], check=False, stderr=subprocess.DEVNULL).returncode != 0:
        pytest.skip("setpriv cannot set securebits here")
    done = subprocess.run(
        ["timeout", "3", *keep, serving.BINARY, "serve", str(capsule), "--certs", tmp_path / "certs",
         "--user", "nobody", "--listen", "127.0.0.1:0"], check=False, capture_output=True, text=True)
    assert done.returncode == 1 and "cannot become user nobody" in done.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="not root")
def test_a_capsule_that_the_user_can_not_read(capsule, tmp_path):
    os.chmod(capsule, 0o700)
    code, _, err = run(capsule, "--certs", tmp_path / "certs", "--user", "nobody",
                       "--listen", "127.0.0.1:0")
    assert code == 1 and "Permission denied" in err and "as user nobody" in err


@pytest.mark.skipif(os.geteuid() != 0, reason="not root")
def test_root_without_a_user_serves_this_machine_only(capsule, tmp_path):
    code, _, err = run(capsule, "--certs", tmp_path / "certs", "--listen", "0.0.0.0:0")
    assert code == 1 and "--user" in err


@pytest.mark.skipif(os.geteuid() != 0, reason="not root")
def test_a_user_who_does_not_exist(capsule, tmp_path):
    code, _, err = run(capsule, "--certs", tmp_path / "certs", "--user", "nobody-of-that-name")
    assert code == 1 and "nobody-of-that-name" in err


# --- ending ---

@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop(serve, capsule, number):
    server = serve(capsule)
    assert server.get().status == 20
    begun = time.monotonic()
    server.process.send_signal(number)
    assert server.wait_for_end() == 0
    assert time.monotonic() - begun < 1.5 * serving.PATIENCE
    with pytest.raises(ConnectionRefusedError):
        server.connect()


def test_a_stop_lets_answers_finish(server):
    data = os.urandom(8 * 1024 * 1024)
    (server.capsule / "static/big.bin").write_bytes(data)
    server.wait_for_reload()
    with server.connect(receive_buffer=16384) as client, server.connect() as asking:
        client.handshake()
        client.send(b"gemini://localhost/big.bin\r\n")
        first = client.read(1000)
        asking.handshake()
        asking.send(b"gemini://localhost/")
        idle = socket.create_connection(("127.0.0.1", server.port))
        time.sleep(0.1)
        server.process.send_signal(signal.SIGTERM)
        time.sleep(0.2)
        with pytest.raises(ConnectionError):
            server.connect()
        # A request that had begun is answered, an idle connection is not waited for.
        asking.send(b"\r\n")
        assert asking.answer().status == 20
        answer = client.answer()
    assert answer.closed and (first + answer.raw).split(b"\r\n", 1)[1] == data
    assert server.wait_for_end() == 0
    idle.close()


def stalled(server):
    """A client that has asked for more than the socket holds, and reads no more."""
    client = server.connect(receive_buffer=16384)
    client.handshake()
    client.send(b"gemini://localhost/big.bin\r\n")
    assert client.read(100)
    return client


def test_a_second_stop_ends_it_at_once(server):
    (server.capsule / "static/big.bin").write_bytes(bytes(8 * 1024 * 1024))
    server.wait_for_reload()
    client = stalled(server)
    server.process.send_signal(signal.SIGTERM)
    time.sleep(0.3)
    assert server.process.poll() is None
    begun = time.monotonic()
    server.process.send_signal(signal.SIGTERM)
    assert server.wait_for_end() == 0
    assert time.monotonic() - begun < 1 * serving.PATIENCE
    client.socket.close()


def test_a_stop_that_all_processes_are_told(server):
    """As systemd does it; in any order, and workers perhaps after they have seen the master go."""
    data = os.urandom(8 * 1024 * 1024)
    (server.capsule / "static/big.bin").write_bytes(data)
    server.wait_for_reload()
    with server.connect(receive_buffer=16384) as client:
        client.handshake()
        client.send(b"gemini://localhost/big.bin\r\n")
        first = client.read(1000)
        server.process.send_signal(signal.SIGTERM)
        time.sleep(0.2)
        for pid in server.processes():
            os.kill(pid, signal.SIGTERM)
        time.sleep(0.2)
        answer = client.answer()
    assert answer.closed and (first + answer.raw).split(b"\r\n", 1)[1] == data
    assert server.wait_for_end() == 0


def test_a_stop_takes_ten_seconds_at_most(server):
    (server.capsule / "static/big.bin").write_bytes(bytes(8 * 1024 * 1024))
    server.wait_for_reload()
    server.expect(r"matinee: connections cut: 1 respond")
    client = stalled(server)
    begun = time.monotonic()
    server.process.send_signal(signal.SIGTERM)
    assert server.wait_for_end() == 0
    assert server.find(r"matinee: connections cut")
    assert 9 < time.monotonic() - begun < 12 * serving.PATIENCE
    # It was cut, and can tell.
    try:
        assert not client.answer().closed
    except ConnectionError:
        pass
    client.socket.close()


def test_a_worker_that_was_suspended(serve, capsule):
    """Its wait is interrupted then, which must not be taken for the result of a later call."""
    server = serve(capsule, workers=1)
    (worker,) = server.workers()
    with server.connect() as client:
        client.handshake()
        client.send(b"gemini://localhost/\r\n")
        assert client.answer().closed
        os.kill(worker, signal.SIGSTOP)
        time.sleep(0.1)
        os.kill(worker, signal.SIGCONT)
        time.sleep(0.1)
    assert server.get().status == 20


def test_when_the_master_is_killed_the_others_end(serve, capsule):
    server = serve(capsule)
    server.exit_code = -signal.SIGKILL
    server.process.kill()
    assert server.wait_for_end() == -signal.SIGKILL


def test_when_its_terminal_is_closed_it_ends(capsule, tmp_path):
    """The kernel sends SIGHUP then, which otherwise means: read everything again."""
    import pty
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(serving.BINARY, [serving.BINARY, "serve", str(capsule), "--certs",
                                  str(tmp_path / "certs"), "--listen", "127.0.0.1:0"])
    try:
        said = b""
        while b"serving gemini://capsule.test" not in said:
            said += os.read(terminal, 4096)
        os.kill(pid, signal.SIGHUP)  # the terminal is there: a reload
        while b"reloaded" not in said:
            said += os.read(terminal, 4096)
        os.close(terminal)
        limit = time.monotonic() + 10
        while (ended := os.waitpid(pid, os.WNOHANG)) == (0, 0):
            assert time.monotonic() < limit
            time.sleep(0.01)
        assert ended == (pid, 0)
        pid = 0
    finally:
        if pid:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def test_without_standard_files(capsule, tmp_path):
    """The log's descriptor is never a client's."""
    command = (f"exec {serving.BINARY} serve {capsule} --certs {tmp_path}/certs --listen "
               f"127.0.0.1:{free_port()} 0<&- 1<&- 2<&-")
    process = subprocess.Popen(["sh", "-c", command])
    port = int(command.split("127.0.0.1:")[1].split()[0])
    try:
        limit = time.monotonic() + 10 * serving.PATIENCE
        while True:
            try:
                answer = wire.get(port, "gemini://localhost/")
                break
            except ConnectionRefusedError:
                assert time.monotonic() < limit
                time.sleep(0.01)
        assert answer.status == 20 and answer.closed and b"matinee:" not in answer.raw
    finally:
        process.terminate()
        assert process.wait(20) == 0


# --- dying ---

def test_a_worker_that_dies_is_replaced(server):
    server.expect(WORKER_KILLED)
    before = server.workers()
    assert len(before) == 2
    os.kill(before[0], signal.SIGKILL)
    server.wait_for(WORKER_KILLED)
    server.wait_until(lambda: len(server.workers()) == 2 and before[0] not in server.workers())
    assert before[1] in server.workers()
    for _ in range(20):
        assert server.get().status == 20


def test_workers_that_keep_dying_are_replaced_more_slowly(serve, capsule):
    server = serve(capsule, workers=1)
    server.expect(WORKER_KILLED)
    begun = time.monotonic()
    for _ in range(4):
        pid = server.wait_until(server.workers)[0]
        os.kill(pid, signal.SIGKILL)
        server.wait_until(lambda: pid not in server.workers())
    server.wait_until(server.workers)
    # At once, then after 0.2, 0.4 and 0.8 seconds.
    assert time.monotonic() - begun > 1.3
    assert server.get().status == 20


def test_a_loader_that_dies_is_replaced_and_workers_go_on(server):
    server.expect(LOADER_KILLED)
    loader, workers = server.loader(), server.workers()
    mark = server.mark()
    os.kill(loader, signal.SIGSTOP)  # first it hangs: that takes nothing away
    assert server.get().status == 20
    os.kill(loader, signal.SIGKILL)
    for _ in range(20):
        assert server.get().status == 20
    server.wait_for(LOADER_KILLED, mark)
    server.wait_for("matinee: loaded ", mark)
    # The new crew takes over, the orphans go.
    server.wait_until(lambda: not set(workers) & set(server.workers()))
    assert server.loader() != loader and len(server.workers()) == 2
    assert server.get().status == 20
    serving.write_review(server.capsule, "first", title="After All")
    server.wait_until(lambda: "# After All" in server.get("/reviews/first/").text)


def test_a_loader_that_hangs_does_not_stop_the_master(serve, capsule, tmp_path):
    """What it is sent fills the channel at last; then it is replaced, and signals are heard again."""
    server = serve(capsule, "--set", f"Log={tmp_path}/requests.log")
    server.expect(LOADER_KILLED, "matinee: the log was opened again",
                  "matinee: the loader takes nothing any more; ending it")
    loader = server.loader()
    mark = server.mark()
    os.kill(loader, signal.SIGSTOP)
    begun = time.monotonic()
    while not server.find("takes nothing any more"):
        assert time.monotonic() - begun < 60 * serving.PATIENCE
        server.process.send_signal(signal.SIGUSR1)
        time.sleep(0.001)
    server.wait_for(LOADER_KILLED)
    server.wait_until(lambda: server.processes("matinee-loader") not in ([], [loader]))
    server.wait_for("matinee: loaded ", mark)
    assert server.get().status == 20


def test_a_reader_outlives_the_loader(server):
    server.expect(LOADER_KILLED)
    data = os.urandom(8 * 1024 * 1024)
    (server.capsule / "static/big.bin").write_bytes(data)
    server.wait_for_reload()
    client = stalled(server)
    mark = server.mark()
    os.kill(server.loader(), signal.SIGKILL)
    server.wait_for("matinee: loaded ", mark)
    server.wait_until(lambda: len(server.workers()) == 3)
    answer = client.answer()
    client.socket.close()
    assert answer.closed and data.endswith(answer.raw)
    server.wait_until(lambda: len(server.workers()) == 2)


def test_a_loader_that_cannot_come_back_leaves_the_workers_alone(server):
    """The capsule goes away, and then the loader dies: what is served stays."""
    server.expect(LOADER_KILLED, r"matinee: the loader ended: exit code 3; starting another",
                  r"matinee: nothing to serve in .*", r".*: error: .*")
    hidden = server.capsule.with_name("hidden")
    mark = server.mark()
    server.capsule.rename(hidden)
    os.kill(server.loader(), signal.SIGKILL)
    server.wait_for("matinee: nothing to serve in ", mark)
    assert server.get("/reviews/first/").status == 20
    hidden.rename(server.capsule)
    server.wait_for("matinee: loaded ", mark)
    assert server.get("/reviews/first/").status == 20


# --- certificates ---

def make_certificate(folder, name, *options):
    """A new certificate with its key, put in place the way a renewal does it."""
    fresh = folder / "fresh"
    fresh.mkdir(exist_ok=True)
    subprocess.run(["openssl", "req", "-x509", "-nodes", "-days", "30", "-subj", f"/CN={name}",
                    "-addext", f"subjectAltName=DNS:{name}", "-keyout", fresh / "key", "-out",
                    fresh / "crt", *options], stderr=subprocess.DEVNULL, check=True)
    os.chmod(fresh / "key", 0o600)
    (fresh / "key").rename(folder / f"{name}.key")
    (fresh / "crt").rename(folder / f"{name}.crt")


NOT_COVERED = r"matinee: the certificate is not for capsule\.test"
EC = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]


def presented(server, version=wire.TLS_13):
    with server.connect(tls=wire.context(version)) as client:
        client.handshake()
        return client.tls.getpeercert(binary_form=True)


@pytest.mark.parametrize("options", [EC, ["-newkey", "rsa:2048"],
                                     ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384"],
                                     ["-newkey", "ed25519"]],
                         ids=["P-256", "RSA", "P-384", "Ed25519"])
def test_a_certificate_of_the_owner(serve, capsule, tmp_path, options):
    certs = tmp_path / "own"
    certs.mkdir()
    make_certificate(certs, "localhost", *options)
    server = serve(capsule, certs=certs)
    server.expect(NOT_COVERED)
    for version in wire.VERSIONS:
        assert server.get(tls=wire.context(version)).status == 20


def test_a_new_certificate_is_taken_up(server):
    server.expect(r"matinee: keeping the certificate in use: .*", NOT_COVERED)
    before = presented(server)
    mark = server.mark()
    make_certificate(server.certs, "localhost", *EC)
    server.wait_for("certificate SHA-256", mark)
    server.wait_until(lambda: presented(server) != before)
    server.wait_until(lambda: len(server.workers()) == 2)
    after = presented(server)
    assert all(presented(server) == after for _ in range(10))
    assert server.get().status == 20


def test_a_new_folder_of_certificates_is_taken_up(server, tmp_path):
    server.expect(r"matinee: keeping the certificate in use: .*", NOT_COVERED)
    before = presented(server)
    server.certs.rename(tmp_path / "old")
    server.wait_for("keeping the certificate in use")
    (tmp_path / "fresh").mkdir()
    make_certificate(tmp_path / "fresh", "localhost", *EC)
    (tmp_path / "fresh").rename(server.certs)
    server.wait_until(lambda: presented(server) != before)


def test_a_broken_certificate_changes_nothing(server):
    server.expect(r"matinee: keeping the certificate in use: .*")
    before = presented(server)
    mark = server.mark()
    (server.certs / "localhost.crt").write_text("not PEM\n")
    server.wait_for("keeping the certificate in use", mark)
    assert presented(server) == before and server.get().status == 20


def test_a_new_certificate_survives_the_loader(server):
    server.expect(LOADER_KILLED, r"matinee: keeping the certificate in use: .*", NOT_COVERED)
    before = presented(server)
    make_certificate(server.certs, "localhost", *EC)
    server.wait_until(lambda: presented(server) != before)
    server.wait_until(lambda: len(server.workers()) == 2)
    after = presented(server)
    mark = server.mark()
    os.kill(server.loader(), signal.SIGKILL)
    server.wait_for("matinee: loaded ", mark)
    server.wait_until(lambda: len(server.workers()) == 2)
    assert presented(server) == after


def test_a_whole_chain_is_sent(serve, capsule, tmp_path):
    certs = tmp_path / "chained"
    certs.mkdir()
    ca = tmp_path / "ca"
    ca.mkdir()
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "check": True}
    subprocess.run(["openssl", "req", "-x509", *EC, "-nodes", "-subj", "/CN=Test CA", "-keyout",
                    ca / "key", "-out", ca / "crt"], **quiet)
    subprocess.run(["openssl", "req", *EC, "-nodes", "-subj", "/CN=localhost", "-keyout",
                    certs / "localhost.key", "-out", ca / "csr"], **quiet)
    subprocess.run(["openssl", "x509", "-req", "-in", ca / "csr", "-CA", ca / "crt", "-CAkey",
                    ca / "key", "-CAcreateserial", "-out", ca / "leaf"], **quiet)
    (certs / "localhost.crt").write_text((ca / "leaf").read_text() + (ca / "crt").read_text())
    os.chmod(certs / "localhost.key", 0o600)
    server = serve(capsule, certs=certs)
    server.expect(NOT_COVERED)
    done = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{server.port}",
                           "-showcerts"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, timeout=20, check=False)
    assert done.stdout.count(b"BEGIN CERTIFICATE") == 2
    # The certificate is for localhost alone: asked by that name, another host of ours is refused.
    request = b"gemini://capsule.test/\r\n"
    assert server.ask(request, name="localhost").status == 53
    assert server.ask(request, name="capsule.test").status == 20
    assert server.ask(request, name=None).status == 20


@pytest.mark.parametrize("version", wire.VERSIONS, ids=["tls1.2", "tls1.3"])
def test_no_session_is_given_to_resume(server, version):
    with server.connect(tls=wire.context(version)) as client:
        client.handshake()
        client.send(b"gemini://localhost/\r\n")
        assert client.answer().status == 20
        session = client.tls.session
        assert session is None or not session.has_ticket
        assert not client.tls.session_reused


@pytest.mark.parametrize("version", wire.VERSIONS, ids=["tls1.2", "tls1.3"])
def test_a_foreign_session_falls_back_to_a_full_handshake(server, version, tmp_path):
    import ssl
    import threading
    make_certificate(tmp_path, "other", *EC)
    other = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    other.load_cert_chain(tmp_path / "other.crt", tmp_path / "other.key")
    listener = socket.create_server(("127.0.0.1", 0))

    def give_a_ticket():
        connection, _ = listener.accept()
        with other.wrap_socket(connection, server_side=True) as tls:
            tls.recv(1)
            tls.send(b"x")

    thread = threading.Thread(target=give_a_ticket)
    thread.start()
    tls = wire.context(version)
    with wire.Wire(listener.getsockname()[1], tls) as client:
        client.handshake()
        client.send(b"x")
        client.read()
        session = client.tls.session
    thread.join()
    listener.close()
    assert session is not None and session.has_ticket
    with server.connect() as client:
        client.tls = tls.wrap_bio(client.incoming, client.outgoing, server_hostname="localhost",
                                  session=session)
        client.handshake()
        assert not client.tls.session_reused
        client.send(b"gemini://localhost/\r\n")
        assert client.answer().status == 20


@pytest.mark.parametrize("options", [EC, ["-newkey", "rsa:2048"], ["-newkey", "ed25519"]],
                         ids=["P-256", "RSA", "Ed25519"])
def test_a_client_certificate_is_ignored(server, tmp_path, options):
    make_certificate(tmp_path, "client", *options)
    for version in wire.VERSIONS:
        tls = wire.context(version)
        tls.load_cert_chain(tmp_path / "client.crt", tmp_path / "client.key")
        assert server.get(tls=tls).status == 20


# --- limits ---

def few_files():
    resource.setrlimit(resource.RLIMIT_NOFILE, (300, 300))


def test_too_many_connections_the_oldest_without_a_request_makes_room(serve, capsule):
    (capsule / "static/big.bin").write_bytes(bytes(8 * 1024 * 1024))
    server = serve(capsule, workers=1, limit=few_files)
    server.expect(serving.TURNED_AWAY)
    reader = stalled(server)
    idle = [socket.create_connection(("127.0.0.1", server.port), timeout=5) for _ in range(150)]
    try:
        assert server.get().status == 20
        # The first were closed, the last were not, and who is being answered never is.
        assert idle[0].recv(1) == b""
        idle[-1].settimeout(0.1)
        with pytest.raises(TimeoutError):
            idle[-1].recv(1)
        assert len(reader.answer().raw) > 7 * 1024 * 1024
    finally:
        reader.socket.close()
        for client in idle:
            client.close()


def test_when_all_are_being_answered_new_ones_wait(serve, capsule):
    (capsule / "static/big.bin").write_bytes(bytes(2 * 1024 * 1024))
    server = serve(capsule, workers=1, limit=few_files)
    readers = [stalled(server) for _ in range(86)]  # (300 - 128) / 2
    late = server.connect()
    try:
        late.socket.settimeout(0.5)
        with pytest.raises(TimeoutError):
            late.handshake()
        late.socket.settimeout(wire.SECONDS)
        assert readers[0].answer().closed
        readers[0].socket.close()
        late.handshake()
        late.send(b"gemini://localhost/\r\n")
        assert late.answer().status == 20
    finally:
        for client in [*readers, late]:
            client.socket.close()


def test_deadline_for_handshake_and_request_together(server):
    """Ways to dawdle; each is cut ten seconds after it began."""
    begun = time.monotonic()
    silent = socket.create_connection(("127.0.0.1", server.port))
    half_hello = socket.create_connection(("127.0.0.1", server.port))
    half_hello.sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01")
    ends = {}
    clients = {"silent": silent, "half hello": half_hello}
    dribbles = {}
    for version in wire.VERSIONS:
        clients[f"no request, {version.name}"] = server.connect(
            tls=wire.context(version)).handshake().socket
        dribble = server.connect(tls=wire.context(version)).handshake()
        dribbles[f"dribble, {version.name}"] = dribble
        clients[f"dribble, {version.name}"] = dribble.socket
    letters = iter(b"gemini://localhost/" + b"a" * 1000)
    while len(ends) < len(clients) and time.monotonic() - begun < 15 * serving.PATIENCE:
        for name, client in clients.items():
            client.setblocking(False)
            try:
                if name not in ends and not client.recv(4096):
                    ends[name] = time.monotonic() - begun
            except BlockingIOError:
                pass
            except ConnectionError:
                ends[name] = time.monotonic() - begun
        for name, dribble in dribbles.items():
            if name not in ends:
                try:
                    dribble.socket.setblocking(True)
                    dribble.send(bytes([next(letters)]))
                except OSError:
                    ends[name] = time.monotonic() - begun
        time.sleep(0.2)
    for client in clients.values():
        client.close()
    assert set(ends) == set(clients)
    assert all(9 < seconds < 12 * serving.PATIENCE for seconds in ends.values()), ends


def memory(pid):
    status = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return sum(int(line.split()[1]) for line in status.splitlines() if line.startswith("Private_"))


def test_a_big_file_complete_with_a_slow_reader_and_bounded_memory(serve, capsule):
    data = os.urandom(1024 * 1024) * 24
    (capsule / "static/big.bin").write_bytes(data)
    server = serve(capsule, workers=1)
    worker = server.workers()[0]
    server.get("/big.bin")
    before = memory(worker)
    readers = [stalled(server) for _ in range(20)]
    assert memory(worker) - before < 20 * 256 * serving.PATIENCE  # kB: far less than a file
    # One of them reads on, with pauses.
    pieces, size = [], 0
    while size < 1024 * 1024:
        pieces.append(readers[0].read(65536))
        size += len(pieces[-1])
        time.sleep(0.005)
    # Meanwhile others are served.
    assert server.get().status == 20
    answer = readers[0].answer()
    for client in readers:
        client.socket.close()
    assert answer.closed and (b"".join(pieces) + answer.raw) == data[-len(answer.raw) - size:]


def test_a_file_that_becomes_shorter_while_it_is_sent(server):
    server.expect(r"matinee: a file became shorter while it was sent")
    path = server.capsule / "static/big.bin"
    path.write_bytes(bytes(8 * 1024 * 1024))
    server.wait_for_reload()
    client = stalled(server)
    os.truncate(path, 1000)
    try:
        ended = client.answer().closed
    except ConnectionError:
        ended = False
    assert not ended, "what is missing looks complete"
    client.socket.close()
    assert server.get().status == 20


def test_a_reader_who_leaves(server):
    (server.capsule / "static/big.bin").write_bytes(bytes(8 * 1024 * 1024))
    server.wait_for_reload()
    mark = server.mark()
    stalled(server).socket.close()
    sent = int(server.wait_for(r'big\.bin" 20 (\d+)$', mark)[1])
    mark = server.mark()
    answer = server.get("/big.bin")
    assert len(answer.raw) > 8 * 1024 * 1024 > sent
    assert int(server.wait_for(r'big\.bin" 20 (\d+)$', mark)[1]) == len(answer.raw)


@pytest.mark.parametrize("path", ["/", "/big.bin"])
def test_a_reader_who_has_left_before_the_answer(serve, capsule, path):
    """What a broken connection did not take is not logged as sent."""
    (capsule / "static/big.bin").write_bytes(bytes(1024 * 1024))
    server = serve(capsule, workers=1)
    worker = server.workers()[0]
    with server.connect().handshake() as client:
        client.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        os.kill(worker, signal.SIGSTOP)
        server.wait_until(lambda: ") T " in Path(f"/proc/{worker}/stat").read_text())
        client.send(b"gemini://localhost" + path.encode() + b"\r\n")
        hostile.reset(client.socket)
        os.kill(worker, signal.SIGCONT)
    assert int(server.wait_for(r'localhost%s" 20 (\d+)$' % path)[1]) == 0


# --- the log ---

def test_one_line_a_request(server):
    server.wait_for("serving gemini://capsule.test")
    mark = server.mark()
    server.ask(b"gemini://localhost/reviews/\r\n")
    server.ask(b"gemini://localhost/no?q\r\n")
    server.wait_for(r'"gemini://localhost/no\?q" 51 ', mark)
    lines = server.log.splitlines()[mark:]
    assert len(lines) == 2
    assert '"gemini://localhost/reviews/" 20 ' in lines[0]
    assert "127.0.0.1" not in "\n".join(lines)


def test_a_log_that_nobody_reads_stops_nothing(capsule, tmp_path):
    reading, writing = os.pipe()
    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 8192)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = subprocess.Popen([serving.BINARY, "serve", capsule, "--certs", tmp_path / "certs",
                               "--listen", f"127.0.0.1:{port}", "--workers", "1"], stderr=writing)
    os.close(writing)
    try:
        said = b""
        while b"serving gemini://capsule.test" not in said:
            said += os.read(reading, 65536)
        for _ in range(150):
            assert wire.get(port, f"gemini://localhost:{port}/").status == 20
        said = os.read(reading, 65536)
        assert b'/" 20 ' in said and b"nobody read" not in said
        assert wire.get(port, f"gemini://localhost:{port}/").status == 20
        said = b""
        while said.count(b"\n") < 2:
            said += os.read(reading, 65536)
        assert re.match(rb"matinee: \d+ messages or requests are not here.*\n- - - ", said)
    finally:
        server.terminate()
        assert server.wait(20 * serving.PATIENCE) == 0
        os.close(reading)


def test_what_a_stranger_sent_is_escaped(server):
    mark = server.mark()
    server.ask(b"\x1b[2J\nmatinee: all is well\x7f\\\xff\r\n")
    line = server.wait_for(r".*\" 59 ", mark)[0]
    assert r'"\x1b[2J\x0amatinee: all is well\x7f\\\xff\x0d\x0a" 59 ' in line
    server.ask(b"\x00" * 1025)
    server.wait_for(r'(\\x00){100}\.\.\." 59 ', mark)
    assert len([line for line in server.log.splitlines() if " 59 " in line]) == 2
    assert max(len(line) for line in server.log.splitlines()) < 2048


def test_a_file_that_cannot_be_read_is_not_served(serve):
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        capsule = serving.write_capsule(Path(folder) / "capsule")
        if os.geteuid() == 0:  # who reads everything
            os.chown(capsule, pwd.getpwnam("nobody").pw_uid, -1)
        server = serve(capsule, certs=Path(folder) / "certs")
        # The second line: a worker of before may be asked once more.
        server.expect(r"static/plain.txt: error: cannot be read: Permission denied", "1 error.*",
                      r"matinee: static/plain.txt: Permission denied")
        assert server.get("/plain.txt").text == "plain\n"
        mark = server.mark()
        (capsule / "static/plain.txt").chmod(0)
        server.wait_for_reload(mark)
        server.wait_until(lambda: server.get("/plain.txt").status == 51)
        assert server.get().status == 20
        server.close()


def test_the_sample_capsule(sample_server):
    assert sample_server.get().status == 20
    for path in ("/reviews/", "/quotes/", "/tags/", "/people/", "/atom.xml", "/sitemap.txt"):
        assert sample_server.get(path).status == 20
    headings = sample_server.section_headings("miracle-in-cell-no-7")
    assert len(headings) >= 6
    assert shutil.which("openssl")


def test_a_worker_that_is_told_to_end_again_and_again(server):
    """It ends in good order, whenever the signals come: the log would say how it ended otherwise."""
    for _ in range(5):
        pid = server.wait_until(server.workers)[0]
        limit = time.monotonic() + 10 * serving.PATIENCE
        try:
            while True:
                os.kill(pid, signal.SIGTERM)
                assert time.monotonic() < limit
        except ProcessLookupError:
            pass
    assert not server.find(r"a worker ended: signal")
