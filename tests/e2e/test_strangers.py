"""What strangers may take: rates and connections of an address, room for the others, and what hostile
clients get. All addresses of 127.0.0.0/8 are this machine's, so there are strangers enough."""

import os
import resource
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import hostile
import pytest
import serving
import wire

REQUEST = b"gemini://localhost/\r\n"
WORKER_KILLED = r"matinee: a worker ended: signal 9 \(Killed\); starting another"


def settings(**values):
    """Options for `matinee serve`; nobody is exempt unless said otherwise."""
    values.setdefault("Unlimited", "none")
    return [option for key, value in values.items()
            for option in ("--set", f"{key.replace('_', '-')}={value}")]


def ask(server, source, request=REQUEST, **options):
    """A request from an address; None when the connection was closed without an answer."""
    try:
        answer = server.ask(request, source=source, **options)
    except hostile.REFUSED:
        return None
    return answer if answer.raw else None


def statuses(server, source, count, **options):
    answers = [ask(server, source, **options) for _ in range(count)]
    return [answer.status if answer else 0 for answer in answers]


# --- the rate of an address ---

def test_over_the_rate_an_address_is_told_to_slow_down(serve, capsule):
    server = serve(capsule, *settings(Rate=1, Burst=5))
    server.expect(serving.TURNED_AWAY)
    begun = time.monotonic()
    got = statuses(server, "127.0.0.2", 7)
    if time.monotonic() - begun < 0.9:
        assert got == [20] * 5 + [44] * 2
    answer = ask(server, "127.0.0.2")
    assert answer.status == 44 and answer.closed and answer.body == b""
    assert 1 <= int(answer.meta) <= 2
    # Others are not touched by it; bad requests count as well.
    assert statuses(server, "127.0.0.3", 3) == [20] * 3
    assert ask(server, "127.0.0.3", b"http://localhost/\r\n").status == 53
    # Who waits as long as it was told is served.
    answer = ask(server, "127.0.0.2")
    time.sleep(int(answer.meta))
    assert ask(server, "127.0.0.2").status == 20
    server.wait_for(r"connections turned away: 1 told to slow down")


def test_the_rate_outlives_workers_loaders_and_reloads(serve, capsule):
    server = serve(capsule, *settings(Rate=1, Burst=30), workers=2)
    server.expect(serving.TURNED_AWAY, WORKER_KILLED, r"matinee: the loader ended: signal 9 .*",
                  r"matinee: a worker ended: signal 9 \(Killed\)")
    used = statuses(server, "127.0.0.2", 30).count(20)
    assert used == 30
    mark = server.mark()
    serving.write_review(capsule, "third")
    server.wait_for_reload(mark)
    assert 44 in statuses(server, "127.0.0.2", 20)
    loader = server.loader()
    os.kill(loader, signal.SIGKILL)
    for worker in server.workers():
        os.kill(worker, signal.SIGKILL)
    server.wait_until(lambda: server.processes("matinee-loader") not in ([], [loader])
                      and len(server.accepting()) == 2)
    got = statuses(server, "127.0.0.2", 40)
    assert 44 in got and got.count(20) < 40


def test_far_over_the_rate_there_is_no_handshake(serve, capsule):
    server = serve(capsule, *settings(Rate=1, Burst=2), workers=1)
    server.expect(serving.TURNED_AWAY)
    begun = time.monotonic()
    got = statuses(server, "127.0.0.2", 60)
    handshakes = 4 * 2 + 4 * (time.monotonic() - begun) + 1
    assert got[:2] == [20, 20] and 44 in got
    assert 60 - got.count(0) <= handshakes
    assert statuses(server, "127.0.0.3", 2) == [20, 20]
    # It is no sentence for life.
    time.sleep(2.5)
    assert ask(server, "127.0.0.2").status == 20


def test_a_rate_of_0_is_none(serve, capsule):
    server = serve(capsule, *settings(Rate=0, Burst=1), workers=1)
    assert statuses(server, "127.0.0.2", 30) == [20] * 30


def test_who_has_no_limits(serve, capsule):
    """By default the machine itself: an onion service's clients all come from there."""
    server = serve(capsule, "--set", "Rate=1", "--set", "Burst=1",
                   "--set", "Connections-Per-Address=1")
    assert statuses(server, "127.0.0.2", 20) == [20] * 20
    server = serve(capsule, *settings(Rate=1, Burst=1, Unlimited="127.0.1.0/24, ::1"))
    server.expect(serving.TURNED_AWAY)
    assert statuses(server, "127.0.1.77", 20) == [20] * 20
    assert 44 in statuses(server, "127.0.2.77", 4)


@pytest.mark.skipif(not serving.has_ipv6(), reason="this machine has no IPv6")
def test_an_ipv6_address(serve, capsule):
    server = serve(capsule, *settings(Rate=1, Burst=3), listen=("[::1]:0",))
    server.expect(serving.TURNED_AWAY)
    got = statuses(server, "::1", 8, address="::1")
    assert got[:3] == [20] * 3 and 44 in got


def ask_as(server, address):
    """Through a proxy that says whose request it is."""
    family = "TCP6 {} ::1" if ":" in address else "TCP4 {} 127.0.0.1"
    with server.connect() as client:
        client.socket.sendall(f"PROXY {family.format(address)} 5000 1965\r\n".encode())
        client.handshake()
        client.send(REQUEST)
        return client.answer().status


def test_an_ipv6_network_of_64_bits_is_one_address(serve, capsule):
    server = serve(capsule, *settings(Rate=1, Burst=4, Proxy="127.0.0.1", Unlimited="192.0.2.9"))
    server.expect(serving.TURNED_AWAY)
    got = [ask_as(server, f"2001:db8:1:2:{number}::{number}") for number in range(1, 9)]
    assert got[:4] == [20] * 4 and 44 in got
    assert ask_as(server, "2001:db8:1:3::1") == 20
    assert [ask_as(server, f"192.0.2.{number}") for number in range(1, 8)] == [20] * 7
    assert [ask_as(server, "192.0.2.9") for _ in range(8)] == [20] * 8
    assert 44 in [ask_as(server, "::ffff:192.0.2.1") for _ in range(8)]


def test_a_unix_socket(serve, capsule, tmp_path):
    path = tmp_path / "s"

    def ask_there():
        with socket.socket(socket.AF_UNIX) as plain:
            plain.settimeout(wire.SECONDS)
            plain.connect(str(path))
            with wire.context().wrap_socket(plain, server_hostname="localhost") as client:
                client.sendall(REQUEST)
                return int(client.recv(2))

    listen = (f"unix:{path}", "127.0.0.1:0")
    server = serve(capsule, "--set", "Rate=1", "--set", "Burst=2", listen=listen)
    assert [ask_there() for _ in range(5)] == [20] * 5
    server.close()
    server = serve(capsule, *settings(Rate=1, Burst=2), listen=listen)
    server.expect(serving.TURNED_AWAY)
    assert 44 in [ask_there() for _ in range(5)]


@pytest.mark.parametrize("setting, says", [
    ("Rate=fast", "takes a number from 0"), ("Burst=0", "takes a number from 1"),
    ("Connections=0", "takes a number from 1"), ("Unlimited=localhost", "expected blocks"),
    ("Unlimited=10.0.0.0/33", "expected blocks"), ("Request-Seconds=0", "takes a number from 1")])
def test_a_wrong_setting(capsule, tmp_path, setting, says):
    done = subprocess.run([serving.BINARY, "serve", capsule, "--certs", tmp_path / "certs", "--set",
                           setting, "--listen", "127.0.0.1:0"], check=False, timeout=20,
                          capture_output=True, text=True)
    assert done.returncode in (1, 2) and says in done.stderr


# --- the connections of an address ---

def idle(server, source, count):
    return [hostile.connect(server.port, source) for _ in range(count)]


def is_open(client):
    """It was not closed by the server so far."""
    client.setblocking(False)
    try:
        return client.recv(1) != b""
    except BlockingIOError:
        return True
    except OSError:
        return False


def close(clients):
    for client in clients:
        client.close()


def settle(server, clients, count):
    """Wait until the server has closed all of them but `count`; two workers that count at the same
    time may each see the other's."""
    server.wait_until(lambda: sum(map(is_open, clients)) <= count)
    time.sleep(0.1)
    assert count - 2 * (server.worker_count - 1) <= sum(map(is_open, clients)) <= count


@pytest.mark.parametrize("workers", [1, 2])
def test_too_many_connections_of_one_address(serve, capsule, workers):
    server = serve(capsule, *settings(Connections_Per_Address=4), workers=workers)
    server.expect(serving.TURNED_AWAY)
    held = idle(server, "127.0.0.2", 4)
    # A few too many: told so. Far too many: closed.
    answer = ask(server, "127.0.0.2")
    assert answer.status == 44 and answer.meta == "1"
    held += idle(server, "127.0.0.2", 8)
    settle(server, held, 8)
    if workers == 1:
        assert ask(server, "127.0.0.2") is None
    assert ask(server, "127.0.0.3").status == 20
    close(held)
    server.wait_until(lambda: statuses(server, "127.0.0.2", 1) == [20])


def test_connections_of_a_worker_that_was_killed_are_not_counted(serve, capsule):
    server = serve(capsule, *settings(Connections_Per_Address=4), workers=2)
    server.expect(serving.TURNED_AWAY, WORKER_KILLED)
    for _ in range(3):
        held = idle(server, "127.0.0.2", 12)
        settle(server, held, 8)
        for worker in server.workers():
            os.kill(worker, signal.SIGKILL)
        server.wait_until(lambda: not any(map(is_open, held)))
        server.wait_until(lambda: len(server.accepting()) == 2)
    close(held)
    server.wait_until(lambda: statuses(server, "127.0.0.2", 1) == [20])
    held = idle(server, "127.0.0.2", 12)
    settle(server, held, 8)
    close(held)


def test_connections_that_an_old_generation_holds_are_counted(serve, capsule):
    (capsule / "static/big.bin").write_bytes(bytes(8 * 1024 * 1024))
    server = serve(capsule, *settings(Connections_Per_Address=4), workers=1)
    server.expect(serving.TURNED_AWAY)
    readers = [server.connect(receive_buffer=16384, source="127.0.0.2").handshake()
               for _ in range(4)]
    for reader in readers:
        reader.send(b"gemini://localhost/big.bin\r\n")
        assert reader.read(100)
    mark = server.mark()
    serving.write_review(capsule, "third")
    server.wait_for_reload(mark)
    assert ask(server, "127.0.0.2").status == 44
    readers[0].answer()
    readers[0].socket.close()
    server.wait_until(lambda: statuses(server, "127.0.0.2", 1) == [20])
    close(reader.socket for reader in readers)


# --- room ---

def test_who_has_had_an_answer_makes_room_first(serve, capsule):
    server = serve(capsule, *settings(Connections=10, Connections_Per_Address=0), workers=1)
    server.expect(serving.TURNED_AWAY)
    waiting = idle(server, "127.0.0.2", 5)
    answered = [server.connect(source="127.0.0.3").handshake() for _ in range(5)]
    for client in answered:
        client.send(REQUEST)
        assert client.answer().status == 20
    # All ten are there still. Five more take the places of those that were answered.
    waiting += idle(server, "127.0.0.4", 5)
    time.sleep(0.2)
    assert all(is_open(client) for client in waiting)
    assert server.find("turned away") is None
    assert ask(server, "127.0.0.5").status == 20
    settle(server, waiting, 9)
    assert not is_open(waiting[0])
    close(waiting)
    close(client.socket for client in answered)


def test_nobody_has_to_go_as_long_as_another_worker_has_room(serve, capsule):
    server = serve(capsule, *settings(Connections=20, Connections_Per_Address=0), workers=2)
    server.expect(serving.TURNED_AWAY)
    held = []
    for number in range(38):
        held += idle(server, f"127.0.0.{number + 2}", 1)
        time.sleep(0.01)
    assert ask(server, "127.0.1.1").status == 20
    assert all(map(is_open, held))
    assert server.find("turned away") is None
    # Now all of them are full.
    held += idle(server, "127.0.1.2", 10)
    assert ask(server, "127.0.1.1").status == 20
    assert 30 <= sum(map(is_open, held)) <= 40
    close(held)


def asking_for_much(server):
    """A reader who takes the beginning of an answer, and no more."""
    client = server.connect(receive_buffer=4096).handshake()
    client.send(b"gemini://localhost/big.bin\r\n")
    client.socket.recv(1)
    return client.socket


def serve_few(serve, capsule):
    (capsule / "static/big.bin").write_bytes(bytes(8 * 1024 * 1024))
    server = serve(capsule, *settings(Connections=4, Connections_Per_Address=0), workers=2)
    server.expect(serving.TURNED_AWAY)
    return server


def test_who_has_room_is_told_of_a_connection(serve, capsule):
    """Whichever of the workers has it: who is full and cannot take one keeps it from nobody."""
    server = serve_few(serve, capsule)
    readers = [asking_for_much(server) for _ in range(8)]
    for number in [0, 7, 1, 6, 2, 5, 3, 4] * 2:
        hostile.reset(readers[number])
        time.sleep(0.1)
        begun = time.monotonic()
        readers[number] = asking_for_much(server)
        assert time.monotonic() - begun < 3
    close(readers)


def test_who_left_connections_to_others_takes_them_when_these_are_full(serve, capsule):
    server = serve_few(serve, capsule)
    held_up = server.workers()[0]
    os.kill(held_up, signal.SIGSTOP)
    try:
        # The first one may be meant for who is held up; the other worker is told of the next.
        silent = idle(server, "127.0.0.1", 4)
        time.sleep(0.2)
    finally:
        os.kill(held_up, signal.SIGCONT)
    readers = [asking_for_much(server) for _ in range(4)]
    begun = time.monotonic()
    readers.append(asking_for_much(server))
    assert time.monotonic() - begun < 3
    assert sum(map(is_open, silent)) == 3
    close([*silent, *readers])


def test_who_holds_most_makes_room_before_others(serve, capsule):
    server = serve(capsule, *settings(Connections=20, Connections_Per_Address=0), workers=1)
    server.expect(serving.TURNED_AWAY)
    few = idle(server, "127.0.0.2", 3)
    begun = server.connect(source="127.0.0.3")
    begun.socket.sendall(hostile.client_hello()[:50])
    many = idle(server, "127.0.0.4", 16)
    for number in range(10):
        assert ask(server, f"127.0.1.{number}").status == 20
    assert all(is_open(client) for client in few) and is_open(begun.socket)
    assert not is_open(many[0]) and is_open(many[-1])
    close([*few, begun.socket, *many])


def test_who_is_refused_pushes_nobody_out(serve, capsule):
    server = serve(capsule, *settings(Connections=40, Connections_Per_Address=10), workers=1)
    server.expect(serving.TURNED_AWAY)
    held = [client for number in range(4) for client in idle(server, f"127.0.0.{number + 2}", 10)]
    assert all(is_open(client) for client in held)
    late = idle(server, "127.0.0.2", 10)
    time.sleep(0.2)
    before = sum(map(is_open, held))
    # From now on this address is refused; it can try as often as it likes.
    for _ in range(100):
        hostile.connect(server.port, "127.0.0.2").close()
    more = idle(server, "127.0.0.2", 20)
    time.sleep(0.2)
    assert sum(map(is_open, held)) >= before - 11
    close([*held, *late, *more])


# --- descriptors ---

def few_files():
    resource.setrlimit(resource.RLIMIT_NOFILE, (300, 300))


def test_a_low_limit_of_open_files_is_said(serve, capsule):
    server = serve(capsule, limit=few_files)
    server.wait_for(r"the limit of open files leaves room for 86 connections a worker, not 4096")
    server = serve(capsule, "--set", "Connections=86", limit=few_files)
    assert server.find("limit of open files") is None


def cpu_seconds(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="this system has no prlimit")
def test_no_descriptors_left(serve, capsule):
    """The limit of a running worker is lowered below what it counted on."""
    server = serve(capsule, *settings(Connections_Per_Address=0), workers=1)
    refused = r"matinee: cannot accept a connection: Too many open files( \(\d+ times .*\))?"
    server.expect(serving.TURNED_AWAY, refused)
    (worker,) = server.workers()
    used = len(os.listdir(f"/proc/{worker}/fd"))
    try:
        resource.prlimit(worker, resource.RLIMIT_NOFILE, (used + 20, used + 20))
    except PermissionError:
        pytest.skip("prlimit is not allowed here")
    held = idle(server, "127.0.0.2", 40)
    server.wait_for(r"cannot accept a connection: Too many open files")
    # Who is idle makes room, one in each tenth of a second; who means it is served.
    begun = time.monotonic()
    used_before = cpu_seconds(worker)
    for number in range(5):
        assert ask(server, f"127.0.1.{number}").status == 20
    time.sleep(1)
    seconds = time.monotonic() - begun
    assert seconds < 12 * serving.PATIENCE
    assert cpu_seconds(worker) - used_before < 0.5 * seconds
    assert len([line for line in server.lines if "cannot accept" in line]) <= 1 + seconds / 9
    close(held)
    assert statuses(server, "127.0.0.3", 3) == [20] * 3


# --- time and bytes ---

def test_the_seconds_can_be_set(serve, capsule):
    server = serve(capsule, *settings(Request_Seconds=1, Linger_Seconds=1))
    begun = time.monotonic()
    (silent,) = idle(server, "127.0.0.2", 1)
    assert hostile.ended(silent, 10)
    with server.connect() as client:
        client.handshake()
        client.send(REQUEST)
        assert client.answer().closed
        # It sees our end at once; that it does not close its own shows in the server alone.
    assert 0.9 < time.monotonic() - begun < 5 * serving.PATIENCE


def test_a_reader_that_takes_a_byte_a_second_is_cut(serve, capsule):
    (capsule / "static/big.bin").write_bytes(bytes(8 * 1024 * 1024))
    server = serve(capsule, *settings(Stall_Seconds=3), workers=1)
    slow = server.connect(receive_buffer=4096, source="127.0.0.2").handshake()
    steady = server.connect(receive_buffer=4096, source="127.0.0.3").handshake()
    for client in (slow, steady):
        client.send(b"gemini://localhost/big.bin\r\n")
    begun = time.monotonic()
    taken = 0
    mark = server.mark()
    while server.find(r"big\.bin", mark) is None and time.monotonic() - begun < 25:
        slow.socket.recv(1)
        # 20 kB a second are enough for a record of 16 kB in three.
        for _ in range(5):
            taken += len(steady.socket.recv(4096))
        time.sleep(1)
    assert time.monotonic() - begun < 15 * serving.PATIENCE
    assert taken > 0
    # The one is gone, and can tell; the other is still read to.
    assert len([line for line in server.lines if "big.bin" in line]) == 1
    steady.socket.settimeout(5)
    assert steady.socket.recv(4096)
    assert hostile.ended(slow.socket, 5)
    close([slow.socket, steady.socket])


def slow_reader_of(server, page):
    """One that has read ten bytes of the page; None when there was no room for it."""
    reader = server.connect(receive_buffer=4096, source="127.0.1.1").handshake()
    reader.send(page)
    if reader.read(10).startswith(b"20 "):
        return reader
    reader.socket.close()
    return None


def test_pages_held_for_slow_readers(serve, capsule):
    words = "\n\n".join("A paragraph of many words, to be read slowly. " * 40 for _ in range(1500))
    serving.write_review(capsule, "long", extra="\n## More\n" + words + "\n")
    server = serve(capsule, *settings(Held_Bytes=5000000), workers=1)
    server.expect(serving.TURNED_AWAY)
    page = b"gemini://localhost/reviews/long/full.gmi\r\n"
    size = len(ask(server, "127.0.0.2", page).raw)
    assert 2000000 < size < 5000000
    # It is given back when that connection is gone, a moment later.
    reader = server.wait_until(lambda: slow_reader_of(server, page))
    try:
        # One is held; a second page of that size is too much.
        answer = ask(server, "127.0.0.3", page)
        assert answer.status == 41 and answer.closed
        assert ask(server, "127.0.0.3").status == 20
        # What the first has read makes room.
        assert len(reader.answer().raw) + 10 == size
        server.wait_until(lambda: ask(server, "127.0.0.3", page).status == 20)
    finally:
        close([reader.socket])
    server.wait_for("refused for want of memory")


# --- hostile in TLS ---

@pytest.fixture(scope="module")
def one_worker(tmp_path_factory):
    """A server that only one process answers for: who holds it up holds up everybody."""
    folder = tmp_path_factory.mktemp("one-worker")
    capsule = serving.write_capsule(folder / "capsule")
    (capsule / "static/big.bin").write_bytes(bytes(1024 * 1024))
    with serving.Server(capsule, folder / "certs", workers=1) as server:
        yield server


def served_meanwhile(server):
    begun = time.monotonic()
    assert ask(server, "127.9.9.9").status == 20
    assert time.monotonic() - begun < 2 * serving.PATIENCE


def floods():
    hello = hostile.client_hello()
    message = hello[5:]
    return {
        "a hello in pieces of one byte": (hostile.fragments(message, 1), False),
        "an endless hello in pieces of one byte":
            (hostile.fragments(hostile.endless_hello() + bytes(200000), 1), True),
        "a long hello in pieces of one byte":
            (hostile.fragments(hostile.endless_hello(120000) + bytes(200000), 1), True),
        "a huge hello": (hostile.fragments(hostile.endless_hello() + bytes(2000000), 16384), True),
        "empty records": ((hostile.HANDSHAKE + b"\0\0") * 400000, True),
        "warnings": (b"\x15\x03\x01\x00\x02\x01\x5a" * 200000, True),
        "two hellos": (hello + hello, True),
        "records that are too long": (b"\x16\x03\x01\xff\xff" + bytes(70000), True),
    }


@pytest.mark.parametrize("name", floods())
def test_floods_before_the_handshake(one_worker, name):
    data, is_ended = floods()[name]
    server = one_worker
    client = hostile.connect(server.port)
    hostile.send_all(client, data)
    served_meanwhile(server)
    if is_ended:
        assert hostile.ended(client, 5)
    else:
        client.settimeout(5)
        assert client.recv(100).startswith(b"\x16\x03\x03")  # ServerHello
    client.close()


@pytest.mark.parametrize("kind", ["key updates", "renegotiations"])
def test_floods_after_the_handshake(one_worker, kind):
    server = one_worker
    version = wire.TLS_13 if kind == "key updates" else wire.TLS_12
    with hostile.Raw(server.port, version=version) as client:
        assert client.handshake()
        for _ in range(20000 if kind == "key updates" else 200):
            ok = client.update_keys() if kind == "key updates" else client.renegotiate()
            if not ok:
                break
        served_meanwhile(server)
        # Nothing is answered any more.
        client.write(REQUEST)
        assert client.read() == b""


def test_a_key_update_or_two_are_fine(one_worker):
    with hostile.Raw(one_worker.port) as client:
        assert client.handshake()
        assert client.update_keys(True) and client.update_keys(False)
        assert client.write(REQUEST) == len(REQUEST)
        assert client.read().startswith(b"20 text/gemini")


@pytest.mark.parametrize("behaviour", sorted(set(hostile.BEHAVIOURS), key=lambda b: b.__name__),
                         ids=lambda b: b.__name__)
def test_behaviours(behaviour, one_worker):
    """Each of the soak, a few times."""
    chance = hostile.chance_of(behaviour.__name__)
    begun = time.monotonic()
    while time.monotonic() - begun < 0.5:
        try:
            behaviour(one_worker.port, "127.0.0.9", chance)
        except hostile.REFUSED:
            pass
    served_meanwhile(one_worker)


# --- very many ---

def private_memory(pid):
    status = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return 1024 * sum(int(line.split()[1]) for line in status.splitlines()
                      if line.startswith("Private_"))


def dawdlers(port, count, kind, first):
    """Another process that holds connections; it ends when its stdin does."""
    return subprocess.Popen(
        [sys.executable, Path(__file__).resolve().parent.parent / "dawdlers.py", str(port),
         str(count), kind, str(first)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


@pytest.mark.parametrize("caps", ["room for all", "as it is"])
def test_15000_idle_and_dawdling(serve, capsule, caps, capsys):
    wanted, groups = 15000, 5
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    room = 2 * ((hard - 128) // 2) - 500
    if caps == "room for all" and room < wanted:
        pytest.skip(f"the limit of open files, {hard}, leaves room for {room} connections")
    options = {"Connections": 9900} if caps == "room for all" else {}
    server = serve(capsule, *settings(Request_Seconds=300, **options), workers=2)
    server.expect(serving.TURNED_AWAY)
    before = [private_memory(pid) for pid in server.workers()]
    kinds = ["idle", "idle", "idle", "hello", "bytes"]
    clients = [dawdlers(server.port, wanted // groups, kind, group)
               for group, kind in enumerate(kinds)]
    try:
        begun = time.monotonic()
        for number in range(20):
            assert ask(server, f"127.250.0.{number + 1}").status == 20
        for client in clients:
            assert client.stdout.readline().startswith("ready")
        slowest = 0.0
        for number in range(40):
            started = time.monotonic()
            assert ask(server, f"127.250.1.{number + 1}").status == 20
            slowest = max(slowest, time.monotonic() - started)
        assert slowest < 5 * serving.PATIENCE
        grown = sum(private_memory(pid) for pid in server.workers()) - sum(before)
        left = 0
        for client in clients:
            client.stdin.close()
            left += int(client.stdout.readline().split()[1])
    finally:
        for client in clients:
            client.stdin.close()
            client.wait(30)
    with capsys.disabled():
        print(f"\n15000 connections, {caps}: {left} held, {grown // wanted} bytes each, "
              f"slowest answer {slowest * 1000:.0f} ms, {time.monotonic() - begun:.1f} s")
    if caps == "room for all":
        assert left >= wanted - 50
    assert ask(server, "127.250.2.1").status == 20


def test_memory_of_a_burst_returns(serve, capsule):
    server = serve(capsule, *settings(Rate=0, Connections_Per_Address=0), workers=1)
    server.expect(serving.TURNED_AWAY)
    assert ask(server, "127.0.0.2").status == 20
    (worker,) = server.workers()
    before = private_memory(worker)
    count = min(800, resource.getrlimit(resource.RLIMIT_NOFILE)[0] - 200)
    clients = idle(server, "127.0.0.3", count)
    hello = hostile.client_hello()
    for client in clients:
        client.sendall(hello)
    for client in clients:
        assert client.recv(1)
    full = private_memory(worker)
    close(clients)
    if serving.PATIENCE > 1:
        return  # the sanitizers keep memory on purpose
    server.wait_until(lambda: private_memory(worker) < before + (full - before) / 4)
