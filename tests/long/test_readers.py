"""Readers that dawdle: a minute without a record is the end, slowness alone is not."""

import threading
import time

import serving


def test_minimum_rate(serve, capsule):
    size = 24 * 1024 * 1024
    (capsule / "static/big.bin").write_bytes(bytes(size))
    server = serve(capsule, workers=1)

    def ask():
        client = server.connect(receive_buffer=16384)
        client.handshake()
        client.send(b"gemini://localhost/big.bin\r\n")
        assert client.read(100)
        return client

    begun = time.monotonic()
    stalled, slow = ask(), ask()
    done = threading.Event()

    def read_slowly():
        while not done.wait(4):
            assert slow.read(65536)

    reader = threading.Thread(target=read_slowly)
    reader.start()
    server.wait_for(r'big\.bin" 20 \d+$', seconds=90)
    assert 55 < time.monotonic() - begun < 75 * serving.PATIENCE
    try:
        assert not stalled.answer().closed
    except ConnectionError:
        pass
    time.sleep(20)
    done.set()
    reader.join()
    assert slow.answer().closed
    for client in (stalled, slow):
        client.socket.close()
