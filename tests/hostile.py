"""Clients that mean no good: what they send, byte by byte, and how they leave.

Used by tests/e2e/test_strangers.py and by the soak. Every behaviour ends by itself: it has a bound on
its bytes and its seconds, and takes it as normal when the server closes at any point.
"""

import ctypes
import random
import socket
import ssl
import struct
import time

import wire

HANDSHAKE = b"\x16\x03\x01"
REFUSED = (OSError, ssl.SSLError)


def connect(port, source=None, seconds=15.0, receive_buffer=None):
    """A plain TCP connection from `source`, one of the many addresses of the loopback interface."""
    made = socket.socket(socket.AF_INET6 if source and ":" in source else socket.AF_INET)
    try:
        made.settimeout(seconds)
        if receive_buffer:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        if source:
            made.bind((source, 0))
        made.connect(("::1" if made.family == socket.AF_INET6 else "127.0.0.1", port))
    except BaseException:
        made.close()
        raise
    return made


def reset(client):
    """Close with a reset instead of in good order."""
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


def ended(client, seconds):
    """True when the other side ends the connection within `seconds`; what it says is dropped."""
    limit = time.monotonic() + seconds
    while (left := limit - time.monotonic()) > 0:
        client.settimeout(left)
        try:
            if not client.recv(65536):
                return True
        except TimeoutError:
            return False
        except OSError:
            return True
    return False


def client_hello(name="localhost", version=wire.TLS_13):
    """The first bytes of a client that means well: one record."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = wire.context(version).wrap_bio(incoming, outgoing, server_hostname=name)
    try:
        tls.do_handshake()
    except ssl.SSLWantReadError:
        pass
    return outgoing.read()


def fragments(handshake, size):
    """The handshake message in records of `size` bytes each."""
    return b"".join(HANDSHAKE + struct.pack(">H", len(piece)) + piece for piece in
                    (handshake[i:i + size] for i in range(0, len(handshake), size)))


def endless_hello(size=16 * 1024 * 1024 - 1):
    """A ClientHello that says it is `size` bytes long, without its end."""
    return b"\x01" + size.to_bytes(3, "big")


def send_all(client, data, piece=65536):
    """Send until the server has had enough; returns how many bytes it took."""
    sent = 0
    try:
        while sent < len(data):
            sent += client.send(data[sent:sent + piece])
    except OSError:
        pass
    return sent


class Library:
    """The OpenSSL that Python itself uses, for what Python does not offer."""

    def __init__(self):
        import _ssl  # pylint: disable=import-outside-toplevel
        self.ssl = ctypes.CDLL(getattr(_ssl, "__file__", None))
        pointer, number = ctypes.c_void_p, ctypes.c_int
        for name, result, arguments in (
                ("TLS_client_method", pointer, []),
                ("SSL_CTX_new", pointer, [pointer]),
                ("SSL_CTX_free", None, [pointer]),
                ("SSL_CTX_ctrl", ctypes.c_long, [pointer, number, ctypes.c_long, pointer]),
                ("SSL_new", pointer, [pointer]),
                ("SSL_free", None, [pointer]),
                ("SSL_set_fd", number, [pointer, number]),
                ("SSL_connect", number, [pointer]),
                ("SSL_do_handshake", number, [pointer]),
                ("SSL_write", number, [pointer, ctypes.c_char_p, number]),
                ("SSL_read", number, [pointer, pointer, number]),
                ("SSL_key_update", number, [pointer, number]),
                ("SSL_renegotiate", number, [pointer])):
            function = getattr(self.ssl, name)
            function.restype, function.argtypes = result, arguments


class Raw:
    """A TLS client on a blocking socket that can do more than Python's."""

    library = None

    def __init__(self, port, source=None, version=wire.TLS_13):
        if Raw.library is None:
            Raw.library = Library()
        self.ssl = Raw.library.ssl
        self.context = self.ssl.SSL_CTX_new(self.ssl.TLS_client_method())
        for control in (123, 124):  # SSL_CTRL_SET_MIN_PROTO_VERSION, …_MAX_…
            self.ssl.SSL_CTX_ctrl(self.context, control, int(version), None)
        self.session = self.ssl.SSL_new(self.context)
        self.socket = connect(port, source)
        self.socket.settimeout(None)
        timeout = struct.pack("ll", 15, 0)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, timeout)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, timeout)
        self.ssl.SSL_set_fd(self.session, self.socket.fileno())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.ssl.SSL_free(self.session)
        self.ssl.SSL_CTX_free(self.context)
        self.socket.close()

    def handshake(self):
        return self.ssl.SSL_connect(self.session) == 1

    def update_keys(self, ask_for_theirs=True):
        return (self.ssl.SSL_key_update(self.session, int(ask_for_theirs)) == 1 and
                self.ssl.SSL_do_handshake(self.session) == 1)

    def renegotiate(self):
        return (self.ssl.SSL_renegotiate(self.session) == 1 and
                self.ssl.SSL_do_handshake(self.session) == 1)

    def write(self, data):
        return self.ssl.SSL_write(self.session, data, len(data))

    def read(self, size=65536):
        room = ctypes.create_string_buffer(size)
        count = self.ssl.SSL_read(self.session, room, size)
        return room.raw[:max(count, 0)]


# --- behaviours for the soak ----------------------------------------------------------------------

def leave(client, chance):
    """One of the ways to go."""
    way = chance.choice(["close", "reset", "half", "stay"])
    if way == "reset":
        reset(client)
        return
    if way in ("half", "stay"):
        if way == "half":
            client.shutdown(socket.SHUT_WR)
        ended(client, chance.uniform(0.1, 2))
    client.close()


def random_bytes(port, source, chance):
    client = connect(port, source)
    first = chance.choice([b"", HANDSHAKE, b"\x16", b"\x15\x03\x03", b"\x17\x03\x03", b"\x80"])
    send_all(client, first + chance.randbytes(chance.choice([1, 5, 100, 3000, 100000])))
    leave(client, chance)


def cut_hello(port, source, chance):
    client = connect(port, source)
    hello = client_hello(version=chance.choice(wire.VERSIONS))
    send_all(client, hello[:chance.randrange(len(hello) + 1)])
    leave(client, chance)


def spoilt_hello(port, source, chance):
    client = connect(port, source)
    hello = bytearray(client_hello(version=chance.choice(wire.VERSIONS)))
    for _ in range(chance.randint(1, 8)):
        hello[chance.randrange(len(hello))] = chance.randrange(256)
    send_all(client, bytes(hello) + chance.randbytes(chance.choice([0, 50])))
    leave(client, chance)


def slow_hello(port, source, chance):
    """One byte after the other, a second or less apart."""
    client = connect(port, source)
    for byte in client_hello()[:chance.choice([3, 5])]:
        client.send(bytes([byte]))
        if ended(client, chance.uniform(0.2, 1)):
            break
    client.close()


def huge_hello(port, source, chance):
    client = connect(port, source)
    size = chance.choice([1, 100, 16384])
    body = endless_hello() + bytes(chance.choice([20000, 200000]))
    send_all(client, fragments(body, size))
    leave(client, chance)


def empty_records(port, source, chance):
    client = connect(port, source)
    send_all(client, (HANDSHAKE + b"\0\0") * chance.choice([10, 1000, 20000]))
    leave(client, chance)


def after_handshake(port, source, chance):
    """Every state after it, and every way to go from there."""
    version = chance.choice(wire.VERSIONS)
    with wire.Wire(port, wire.context(version), source=source) as client:
        client.handshake()
        stage = chance.choice(["nothing", "part", "garbage", "alert", "record", "line", "end"])
        if stage == "part":
            client.send(b"gemini://localhost/"[:chance.randint(1, 19)])
        elif stage == "garbage":
            send_all(client.socket, chance.randbytes(chance.choice([1, 5, 300, 20000])))
        elif stage == "alert":
            client.send_end()
        elif stage == "record":
            send_all(client.socket, b"\x17\x03\x03\xff\xff" + bytes(40000))
        elif stage == "line":
            client.send(chance.randbytes(chance.choice([1, 1024, 1025, 5000, 16384])))
        elif stage == "end":
            client.send(b"gemini://localhost/\r\n")
            client.send_end()
        leave(client.socket, chance)


def bad_requests(port, source, chance):
    """Requests of all kinds, and too much after them; the answer is read or not."""
    with wire.Wire(port, source=source) as client:
        client.handshake()
        client.send(chance.choice([
            b"\r\n", b"gemini://localhost/\n", b"http://localhost/\r\n", b"gemini://[::/\r\n",
            b"gemini://localhost/" + b"a" * 1005 + b"\r\n", chance.randbytes(20) + b"\r\n",
            b"gemini://localhost/%00\r\n", b"gemini://elsewhere/\r\n",
            b"gemini://localhost/" + chance.randbytes(50) + b"\r\n"]))
        if chance.random() < 0.3:
            try:
                for _ in range(40):
                    client.send(bytes(16384))
            except REFUSED:
                pass
        if chance.random() < 0.5:
            client.answer()
        leave(client.socket, chance)


def lazy_reader(port, source, chance):
    """Asks for a lot, takes a little, and goes."""
    with wire.Wire(port, source=source, receive_buffer=4096) as client:
        client.handshake()
        client.send(chance.choice([b"gemini://localhost/big.bin\r\n", b"gemini://localhost/\r\n"]))
        for _ in range(chance.randint(0, 4)):
            client.socket.recv(chance.choice([1, 1000]))
            time.sleep(chance.uniform(0, 0.5))
        leave(client.socket, chance)


def key_updates(port, source, chance):
    with Raw(port, source) as client:
        if client.handshake():
            for _ in range(chance.choice([5, 100, 5000])):
                if not client.update_keys(chance.random() < 0.5):
                    break
            if chance.random() < 0.5:
                client.write(b"gemini://localhost/\r\n")
                client.read()


def renegotiations(port, source, chance):
    with Raw(port, source, wire.TLS_12) as client:
        if client.handshake():
            for _ in range(chance.choice([1, 20])):
                if not client.renegotiate():
                    break


def flood(port, source, chance):
    """As many connections of one address as it can have."""
    clients = []
    hello = client_hello()
    try:
        for _ in range(chance.choice([50, 200])):
            clients.append(connect(port, source, seconds=5))
            if chance.random() < 0.5:
                send_all(clients[-1], hello)
        time.sleep(chance.uniform(0, 1))
    finally:
        for client in clients:
            client.close()


BEHAVIOURS = [random_bytes, cut_hello, spoilt_hello, slow_hello, huge_hello, empty_records,
              after_handshake, after_handshake, bad_requests, lazy_reader, key_updates,
              renegotiations, flood]


def behave(port, source, chance, counts):
    """One of them; counts how often each was at it."""
    behaviour = chance.choice(BEHAVIOURS)
    try:
        behaviour(port, source, chance)
    except REFUSED:
        pass
    counts[behaviour.__name__] = counts.get(behaviour.__name__, 0) + 1


def chance_of(*seed):
    """The same for the same seed, on every machine."""
    return random.Random("/".join(map(str, seed)))
