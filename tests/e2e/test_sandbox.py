"""What each process of a real server is restricted to, and what becomes of one that dies.

tests/unit/test_sandbox.c tries out what the restrictions keep an intruder from."""

import ctypes
import ctypes.util
import errno
import os
import re
import signal
import time
from pathlib import Path

import pytest
import serving
import wire

IS_WATCHED = os.environ.get("MATINEE_MODE") == "asan"


def status(pid):
    """The lines of /proc/PID/status."""
    return dict(re.findall(r"^(\w+):\s*(.*)$", Path(f"/proc/{pid}/status").read_text(), re.M))


def held(server):
    """What the server says is restricted."""
    return set(server.find(r"matinee: sandbox: restricted are (.*)")[1].split(", "))


def limit(pid, name):
    text = Path(f"/proc/{pid}/limits").read_text()
    return re.search(rf"^Max {name} +(\S+) +(\S+)", text, re.M).groups()


# --- what holds ---

def test_it_says_what_holds(server):
    """And the kernel says the same."""
    restricted = held(server)
    assert "privileges" in restricted
    for pid in [server.process.pid, server.loader(), *server.workers()]:
        assert status(pid)["NoNewPrivs"] == "1"
        assert limit(pid, "core file size") == ("0", "0")
        assert int(Path(f"/proc/{pid}/coredump_filter").read_text(), 16) == 0
    filters = {"master": [server.process.pid], "loader": [server.loader()],
               "worker": server.workers()}
    for depth, pids in enumerate(filters.values(), start=1):
        for pid in pids:
            if "system calls" in restricted:
                assert status(pid)["Seccomp"] == "2"
                assert status(pid).get("Seccomp_filters", str(depth)) >= str(depth)
            else:
                server.find(r"matinee: sandbox: system calls are not restricted: .+")
    if IS_WATCHED:
        assert server.find(r"system calls are not restricted: a sanitizer is watching")
    else:
        for pid in server.workers():
            assert limit(pid, "processes") == ("0", "0")


def test_of_a_roots_privileges_few_are_left(server):
    if os.geteuid() != 0:
        pytest.skip("not root")
    everything = int(status(os.getpid())["CapPrm"], 16)
    kept = int(status(server.process.pid)["CapPrm"], 16)
    assert kept & ~everything == 0
    for name, number in (("SYS_ADMIN", 21), ("SYS_PTRACE", 19), ("SYS_MODULE", 16),
                         ("NET_ADMIN", 12), ("NET_RAW", 13), ("SYS_RESOURCE", 24)):
        assert not kept >> number & 1, name
    # Root without a user to become: reading is all that is left.
    for pid in [server.loader(), *server.workers()]:
        for which in ("CapPrm", "CapEff", "CapInh"):
            assert int(status(pid)[which], 16) & ~(1 << 2) == 0


def test_it_can_be_switched_off(serve, capsule):
    server = serve(capsule, "--set", "Sandbox=no")
    server.wait_for("matinee: sandbox: off, as the settings say")
    assert server.find("sandbox: restricted") is None
    for pid in [server.process.pid, server.loader(), *server.workers()]:
        assert status(pid)["Seccomp"] == status(os.getpid())["Seccomp"]
    assert server.get().status == 20
    # Without landlock the same loader reads on.
    loader = server.loader()
    server.capsule.rename(server.capsule.with_name("old"))
    fresh = serving.write_capsule(server.capsule.with_name("fresh"))
    serving.write_review(fresh, "third")
    server.expect(r"\S+: error: this folder cannot be read: .*", r"\d+ errors?.*")
    fresh.rename(server.capsule)
    server.wait_until(lambda: server.get("/reviews/third/").status == 20)
    assert server.loader() == loader


# --- machines that have less ---

def refuse(*calls):
    """Let the kernel refuse system calls to a program, as a container does: (name, errno)."""
    name = ctypes.util.find_library("seccomp")
    if name is None:
        pytest.skip("no libseccomp to refuse system calls with")
    library = ctypes.CDLL(name, use_errno=True)
    library.seccomp_init.restype = ctypes.c_void_p
    library.seccomp_release.argtypes = library.seccomp_load.argtypes = [ctypes.c_void_p]
    library.seccomp_rule_add.argtypes = [ctypes.c_void_p, ctypes.c_uint32, ctypes.c_int,
                                         ctypes.c_uint]
    allow, fail = 0x7fff0000, 0x00050000
    rules = [(library.seccomp_syscall_resolve_name(call.encode()), fail | number)
             for call, number in calls]
    if any(number < 0 for number, _ in rules):
        pytest.skip("this libseccomp does not know the calls to refuse")

    def before():
        made = library.seccomp_init(allow)
        for number, action in rules:
            if library.seccomp_rule_add(made, action, number, 0) != 0:
                os._exit(77)
        if library.seccomp_load(made) != 0:
            os._exit(77)
        library.seccomp_release(made)
    return before


LANDLOCK = ("landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self")


@pytest.mark.parametrize("number, why", [
    (errno.ENOSYS, "this kernel has none, or the container hides it"),
    (errno.EPERM, "the container forbids it"),
    (errno.EOPNOTSUPP, "it was left out when this machine was started")])
def test_without_landlock(serve, capsule, number, why):
    server = serve(capsule, limit=refuse(*((call, number) for call in LANDLOCK)))
    server.wait_for(rf"matinee: sandbox: files, network and signals are not restricted, for want "
                    rf"of landlock: {why}$")
    assert not held(server) & {"files", "network", "signals"}
    assert server.get("/plain.txt").text == "plain\n"
    serving.write_review(server.capsule, "first", title="Read Again")
    server.wait_until(lambda: "# Read Again" in server.get("/reviews/first/").text)


def test_with_landlock_forbidden_at_the_last(serve, capsule):
    server = serve(capsule, limit=refuse(("landlock_restrict_self", errno.EPERM)))
    server.wait_for("for want of landlock: the container forbids it")
    assert server.get("/plain.txt").text == "plain\n"


def test_without_filters_for_system_calls(serve, capsule):
    server = serve(capsule, limit=refuse(("seccomp", errno.EPERM), ("prctl", errno.EPERM)))
    server.wait_for("matinee: sandbox: system calls are not restricted: .+")
    assert "system calls" not in held(server)
    assert server.get("/plain.txt").text == "plain\n"


def test_without_openat2(serve, capsule):
    """The older way to open files below a folder is restricted no less, and works."""
    (capsule / "static/linked.txt").symlink_to("plain.txt")
    server = serve(capsule, limit=refuse(("openat2", errno.ENOSYS)))
    assert server.get("/plain.txt").text == "plain\n"
    assert server.get("/images/dot.png").status == 20
    assert server.get("/linked.txt").status == 51


# --- what it has to leave possible ---

def test_links_and_changes(server):
    """Links inside static/, files that come and go, all while restricted."""
    outside = server.capsule.with_name("outside.txt")
    outside.write_text("not for readers\n")
    static = server.capsule / "static"
    (static / "inside.txt").symlink_to("images/../plain.txt")
    (static / "outside.txt").symlink_to(outside)
    (static / "folder").symlink_to("images")
    server.wait_until(lambda: server.get("/inside.txt").status == 20)
    server.wait_until(lambda: len(server.accepting()) == server.worker_count)
    assert server.get("/folder/dot.png").status == 20
    assert server.get("/outside.txt").status == 51
    (static / "inside.txt").unlink()
    server.wait_until(lambda: server.get("/inside.txt").status == 51)


def test_a_capsule_of_links(serve, tmp_path):
    """Each folder and the configuration somewhere else; and then elsewhere again."""
    parts = serving.write_capsule(tmp_path / "parts")
    capsule = tmp_path / "capsule"
    capsule.mkdir()
    for name in ("capsule.conf", "reviews", "pages", "static"):
        (capsule / name).symlink_to(parts / name)
    server = serve(capsule)
    server.expect(serving.OUTGROWN)
    assert server.get("/reviews/first/").status == 20
    assert server.get("/plain.txt").text == "plain\n"
    (parts / "static/plain.txt").write_text("changed\n")
    server.wait_until(lambda: server.get("/plain.txt").text == "changed\n")

    other = serving.write_capsule(tmp_path / "other")
    serving.write_review(other, "third")
    (capsule / "new").symlink_to(other / "reviews")
    (capsule / "new").rename(capsule / "reviews")
    server.process.send_signal(signal.SIGHUP)
    server.wait_until(lambda: server.get("/reviews/third/").status == 20)

    conf = tmp_path / "third.conf"
    conf.write_text((parts / "capsule.conf").read_text().replace("A Test Capsule", "Elsewhere"))
    (capsule / "new").symlink_to(conf)
    (capsule / "new").rename(capsule / "capsule.conf")
    server.wait_until(lambda: "# Elsewhere" in server.get().text)


def test_a_folder_that_is_filled_slowly_takes_the_capsules_place(server):
    """What was served is served until there is a capsule.conf."""
    server.expect(serving.OUTGROWN, r"\S+: error: .*", r"\d+ errors?.*")
    server.capsule.rename(server.capsule.with_name("old"))
    server.capsule.mkdir()
    time.sleep(1.5)
    assert server.get("/reviews/first/").status == 20
    fresh = serving.write_capsule(server.capsule.with_name("fresh"))
    serving.write_review(fresh, "third")
    for part in ("reviews", "pages", "static", "capsule.conf"):
        (fresh / part).rename(server.capsule / part)
    server.wait_until(lambda: server.get("/reviews/third/").status == 20)


# --- a worker that dies ---

def holder(server, client):
    """The worker that holds the connection of a client."""
    port = client.socket.getsockname()[1]
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    inode = next(row[9] for row in rows
                 if int(row[1].rsplit(":", 1)[1], 16) == server.port
                 and int(row[2].rsplit(":", 1)[1], 16) == port)
    for pid in server.workers():
        for file in Path(f"/proc/{pid}/fd").iterdir():
            if os.readlink(file) == f"socket:[{inode}]":
                return pid
    raise AssertionError("no worker holds it")


@pytest.mark.parametrize("number", [
    signal.SIGKILL, signal.SIGSYS,
    pytest.param(signal.SIGSEGV, marks=pytest.mark.skipif(IS_WATCHED, reason="the sanitizer takes it"))])
def test_no_other_connection_notices(server, number):
    data = os.urandom(8 * 1024 * 1024)
    (server.capsule / "static/big.bin").write_bytes(data)
    server.wait_for_reload()
    says = rf"matinee: a worker ended: signal {int(number)} \(.+\); starting another"
    server.expect(says)
    clients = []
    try:
        # The workers take turns, but not with each connection.
        while len({client.worker for client in clients}) < 2:
            assert len(clients) < 100, "one worker has all connections"
            client = server.connect(receive_buffer=16384)
            clients.append(client)
            client.handshake()
            client.worker = holder(server, client)
            client.send(b"gemini://localhost/big.bin\r\n")
            client.first = client.read(1000)
        victim = clients[0].worker
        others = [client for client in clients if client.worker != victim]
        mark = server.mark()
        begun = time.monotonic()
        os.kill(victim, number)
        line = server.wait_for(says, mark)[0]
        assert number != signal.SIGSYS or "(Bad system call)" in line
        for _ in range(10):
            assert server.get().status == 20
        server.wait_until(lambda: len(server.workers()) == 2)
        assert time.monotonic() - begun < 3 * serving.PATIENCE
        for client in others:
            answer = client.answer()
            assert answer.closed
            assert (client.first + answer.raw).split(b"\r\n", 1)[1] == data
        # Those of the dead worker can tell that something is missing.
        for client in clients:
            if client not in others:
                try:
                    assert not client.answer().closed
                except ConnectionError:
                    pass
    finally:
        for client in clients:
            client.socket.close()
    assert server.get().status == 20
