"""A Gemini client that does exactly what a test says, byte by byte and record by record."""

import socket
import ssl
import time
from dataclasses import dataclass

TLS_12 = ssl.TLSVersion.TLSv1_2
TLS_13 = ssl.TLSVersion.TLSv1_3
VERSIONS = [TLS_12, TLS_13]
SECONDS = 20


@dataclass
class Answer:
    """What came back. `raw` is all of it, `closed` whether close_notify ended it."""

    raw: bytes
    closed: bool
    seconds: float = 0.0

    @property
    def header(self):
        return self.raw.split(b"\r\n", 1)[0].decode()

    @property
    def status(self):
        return int(self.header[:2]) if self.raw else 0

    @property
    def meta(self):
        return self.header[3:]

    @property
    def body(self):
        return self.raw.split(b"\r\n", 1)[1]

    @property
    def text(self):
        return self.body.decode()


def context(version=TLS_13):
    """A client that takes any certificate, of one version of TLS."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname = False
    made.verify_mode = ssl.CERT_NONE
    # Python forgives an end without close_notify unless it is told not to.
    made.options &= ~ssl.OP_IGNORE_UNEXPECTED_EOF
    if version is not None:
        made.minimum_version = version
        made.maximum_version = version
    return made


class Wire:
    """One connection. TLS runs in memory, so that records and TCP segments can be chosen freely."""

    def __init__(self, port, tls=None, name="localhost", address="127.0.0.1", receive_buffer=None,
                 source=None, path=None, opening=b""):
        """`source` is the address to come from, `path` a Unix socket to connect to instead of the
        port, `opening` what is sent before TLS begins."""
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.socket = socket.socket(socket.AF_UNIX if path else family, socket.SOCK_STREAM)
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        if source:
            self.socket.bind((source, 0))
        self.socket.settimeout(SECONDS)
        self.socket.connect(str(path) if path else (address, port))
        self.socket.sendall(opening)
        self.incoming = ssl.MemoryBIO()
        self.outgoing = ssl.MemoryBIO()
        self.tls = (tls or context()).wrap_bio(self.incoming, self.outgoing, server_hostname=name)
        self.ended = False  # the other side has closed its half of the TCP connection
        self.closed = False  # … and said so in TLS before

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def flush(self):
        data = self.outgoing.read()
        if data:
            self.socket.sendall(data)

    def fill(self, size=65536):
        data = self.socket.recv(size)
        if data:
            self.incoming.write(data)
        else:
            self.ended = True
            self.incoming.write_eof()

    def handshake(self):
        while True:
            try:
                self.tls.do_handshake()
                self.flush()
                return self
            except ssl.SSLWantReadError:
                self.flush()
                self.fill()

    def send(self, data):
        """`data` in one TLS record, at once."""
        self.tls.write(data)
        self.flush()

    def send_end(self):
        """close_notify."""
        try:
            self.tls.unwrap()
        except ssl.SSLWantReadError:
            pass
        self.flush()

    def read(self, size=65536):
        """Some bytes of the answer; empty at its end."""
        while True:
            try:
                data = self.tls.read(size)
                self.closed = self.closed or not data
                return data
            except ssl.SSLWantReadError:
                self.flush()
                self.fill()
            except ssl.SSLZeroReturnError:
                self.closed = True
                return b""
            except ssl.SSLError:
                if not self.ended:
                    raise
                return b""  # TCP ended without close_notify

    def answer(self):
        """Everything until the other side is done."""
        begun = time.monotonic()
        pieces = []
        while True:
            data = self.read()
            if not data:
                return Answer(b"".join(pieces), self.closed, time.monotonic() - begun)
            pieces.append(data)

    def wait_for_tcp_end(self):
        """True when TCP was closed in good order too."""
        while not self.ended:
            self.fill()
        return True


def ask(port, *records, tls=None, **options):
    """Send the records of a request one after the other; the whole answer."""
    with Wire(port, tls, **options) as wire:
        wire.handshake()
        for record in records:
            wire.send(record)
        return wire.answer()


def get(port, url, **options):
    return ask(port, url.encode() + b"\r\n", **options)
