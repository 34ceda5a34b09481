"""The PROXY protocol: whom a proxy speaks for is logged and limited; nobody else is believed."""

import struct
import time

import pytest
import serving
import wire

V1 = b"PROXY TCP4 192.0.2.77 198.51.100.1 56324 1965\r\n"
V1_SIX = b"PROXY TCP6 2001:db8::77 2001:db8::1 56324 1965\r\n"
SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"


def v2(command, family, body):
    return SIGNATURE + bytes([command, family]) + struct.pack("!H", len(body)) + body


V4_BODY = bytes([192, 0, 2, 77, 198, 51, 100, 1]) + struct.pack("!HH", 56324, 1965)
V6_BODY = (bytes.fromhex("20010db8" + 22 * "0" + "77") + bytes.fromhex("20010db8" + 22 * "0" + "01")
           + struct.pack("!HH", 56324, 1965))
EXTENSIONS = b"\x03\0\x04abcd" + b"\x04\x01\x00" + bytes(256)

KNOWN = {
    "v1": (V1, "192.0.2.77"),
    "v1 IPv6": (V1_SIX, "2001:db8::77"),
    "v1 unknown": (b"PROXY UNKNOWN\r\n", "127.0.0.1"),
    "v2": (v2(0x21, 0x11, V4_BODY), "192.0.2.77"),
    "v2 IPv6": (v2(0x21, 0x21, V6_BODY), "2001:db8::77"),
    "v2 with extensions": (v2(0x21, 0x11, V4_BODY + EXTENSIONS), "192.0.2.77"),
    "v2 local": (v2(0x20, 0, b""), "127.0.0.1"),
    "v2 unix": (v2(0x21, 0x31, bytes(216)), "127.0.0.1"),
}

WRONG = {
    "no header": b"",
    "v1 with nonsense": b"PROXY TCP4 somebody somewhere 1 2\r\n",
    "v1 that is too long": b"PROXY UNKNOWN " + b"x" * 100,
    "v2 of the future": SIGNATURE + b"\x31\x11\0\x0c" + V4_BODY,
    "v2 that is too long": v2(0x21, 0x11, V4_BODY + bytes(5000)),
    "v2 without its addresses": v2(0x21, 0x11, V4_BODY[:8]),
}

REQUEST = b"gemini://localhost/plain.txt\r\n"
NO_HEADER = r"matinee: 127\.0\.0\.1 is set to be a proxy, but does not begin with a PROXY header"
LINES = r'\S+ - - \[[^]]+\] "[ -~]*" \d\d \d+'


@pytest.fixture
def proxied(serve, capsule):
    server = serve(capsule, "--set", "Proxy=127.0.0.1", "--set", "Log-Addresses=full")
    server.expect(LINES)
    server.wait_for(r"serving gemini://capsule\.test")  # the last thing said at the start
    return server


def logged_address(server, mark):
    return server.wait_for(r"^(\S+) - - \[", mark)[1]


@pytest.mark.parametrize("version", wire.VERSIONS)
def test_the_address_is_the_clients(proxied, version):
    for opening, address in KNOWN.values():
        mark = proxied.mark()
        answer = proxied.ask(REQUEST, opening=opening, tls=wire.context(version))
        assert answer.status == 20 and answer.closed
        assert logged_address(proxied, mark) == address


def test_a_header_in_pieces(proxied):
    for opening, address in KNOWN.values():
        mark = proxied.mark()
        with proxied.connect() as client:
            for at in range(0, len(opening), 11):
                client.socket.sendall(opening[at:at + 11])
                time.sleep(0.002)
            assert client.handshake().tls.version()
            client.send(REQUEST)
            assert client.answer().status == 20
        assert logged_address(proxied, mark) == address


def test_a_header_together_with_the_first_bytes_of_the_client(proxied):
    mark = proxied.mark()
    with proxied.connect() as client:
        try:
            client.tls.do_handshake()
        except wire.ssl.SSLWantReadError:
            client.socket.sendall(V1 + client.outgoing.read())
        client.handshake()
        client.send(REQUEST)
        assert client.answer().status == 20
    assert logged_address(proxied, mark) == "192.0.2.77"


def is_refused(server, **options):
    """Closed, or reset, before there is any TLS."""
    try:
        with server.connect(**options) as client:
            client.handshake()
    except (OSError, wire.ssl.SSLError):
        return True
    return False


@pytest.mark.parametrize("name", WRONG)
def test_a_proxy_that_does_not_say_it_right(proxied, name):
    proxied.expect(NO_HEADER)
    mark = proxied.mark()
    assert is_refused(proxied, opening=WRONG[name])
    proxied.wait_for(NO_HEADER, mark)
    assert proxied.ask(REQUEST, opening=V1).status == 20


def test_nobody_else_is_believed(proxied):
    assert is_refused(proxied, opening=V1, source="127.0.0.2")
    mark = proxied.mark()
    assert proxied.ask(REQUEST, source="127.0.0.2").status == 20
    assert logged_address(proxied, mark) == "127.0.0.2"


def test_by_default_there_is_no_proxy(server):
    assert is_refused(server, opening=V1)


def test_a_proxy_that_dawdles(serve, capsule):
    server = serve(capsule, "--set", "Proxy=127.0.0.0/8", "--set", "Request-Seconds=1")
    with server.connect() as silent, server.connect(opening=V1[:10]) as slow, \
            server.connect(opening=V1) as idle:
        begun = time.monotonic()
        for client in (silent, slow, idle):
            assert client.socket.recv(1) == b""
        assert 0.5 < time.monotonic() - begun < 5 * serving.PATIENCE


def test_limits_are_the_clients(serve, capsule):
    server = serve(capsule, "--set", "Proxy=127.0.0.1", "--set", "Rate=1", "--set", "Burst=2",
                   "--set", "Unlimited=none")
    server.expect(r"matinee: connections turned away: .*")
    other = V1.replace(b"192.0.2.77", b"192.0.2.78")
    statuses = [server.ask(REQUEST, opening=V1).status for _ in range(4)]
    assert statuses[:2] == [20, 20] and 44 in statuses[2:]
    assert server.ask(REQUEST, opening=other).status == 20
    # What the proxy asks for itself (its health checks) is not limited.
    assert [server.ask(REQUEST, opening=v2(0x20, 0, b"")).status for _ in range(5)] == [20] * 5


def test_a_check_whether_the_port_is_open_is_no_news(proxied):
    mark = proxied.mark()
    for _ in range(3):
        proxied.connect().socket.close()
    assert proxied.ask(REQUEST, opening=V1).status == 20
    logged_address(proxied, mark)
    assert proxied.mark() == mark + 1
