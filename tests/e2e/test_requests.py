"""Requests beyond the rows of test_protocol.py: bodies, ciphers, many at the same time."""

import threading
import time

import pytest
import serving
import wire

VERSIONS = pytest.mark.parametrize("version", wire.VERSIONS, ids=["tls1.2", "tls1.3"])


def ask(server, url, version=wire.TLS_13, **options):
    answer = server.ask(url if isinstance(url, bytes) else url.encode() + b"\r\n",
                        tls=wire.context(version), **options)
    assert answer.closed, f"no close_notify after {answer.header!r}"
    assert answer.raw.count(b"\r\n") >= 1
    assert len(answer.meta.encode()) <= 1024
    if answer.status // 10 != 2:
        assert answer.body == b""
    return answer


def test_a_redirect_leads_somewhere(shared_server):
    answer = ask(shared_server, "gemini://localhost/quotes/random.gmi")
    assert answer.status == 30
    assert ask(shared_server, "gemini://localhost" + answer.meta).status == 20


@VERSIONS
def test_a_static_file_is_sent_as_it_is(shared_server, version):
    answer = ask(shared_server, "gemini://localhost/images/dot.png", version)
    assert answer.body == (shared_server.capsule / "static/images/dot.png").read_bytes()
    assert ask(shared_server, "gemini://localhost/empty.txt", version).body == b""


@VERSIONS
@pytest.mark.parametrize("ciphers", ["ECDHE+AESGCM", "ECDHE+CHACHA20"])
def test_ciphers(shared_server, ciphers, version):
    tls = wire.context(version)
    tls.set_ciphers(ciphers)
    with shared_server.connect(tls=tls) as client:
        client.handshake()
        if version == wire.TLS_13 or ciphers == "ECDHE+AESGCM":
            assert "AES128" in client.tls.cipher()[0].replace("_", "")
        else:
            assert "CHACHA20" in client.tls.cipher()[0]


@pytest.mark.parametrize("curve", ["prime256v1", "X25519"])
def test_groups(shared_server, curve):
    tls = wire.context(wire.TLS_13)
    if curve == "prime256v1":
        tls.set_ecdh_curve(curve)
    assert shared_server.ask(b"gemini://localhost/\r\n", tls=tls).status == 20


# --- many, and slow ---

@VERSIONS
def test_no_request_waits_for_a_delayed_acknowledgement(shared_server, version):
    """A client with Nagle's algorithm holds its request back until Finished is acknowledged."""
    tls = wire.context(version)
    times = []
    for _ in range(20):
        begun = time.monotonic()
        assert shared_server.ask(b"gemini://localhost/\r\n", tls=tls).status == 20
        times.append(time.monotonic() - begun)
    assert min(times) < 0.03 * serving.PATIENCE


def test_200_at_the_same_time(shared_server):
    want = ask(shared_server, "gemini://localhost/").raw
    clients = [shared_server.connect() for _ in range(200)]
    try:
        for client in clients:
            client.handshake()
        for client in clients:
            client.send(b"gemini://localhost/\r\n")
        for client in clients:
            answer = client.answer()
            assert answer.closed and answer.raw == want
    finally:
        for client in clients:
            client.socket.close()


def test_200_at_the_same_time_from_threads(shared_server):
    want = ask(shared_server, "gemini://localhost/reviews/first/").raw
    wrong = []

    def run():
        for _ in range(10):
            answer = shared_server.ask(b"gemini://localhost/reviews/first/\r\n")
            if answer.raw != want or not answer.closed:
                wrong.append(answer)

    threads = [threading.Thread(target=run) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
