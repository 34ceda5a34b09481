"""What a request gets, row by row, in raw bytes and in both versions of TLS.

ROWS has every row of what docs/protocol.md promises. A row is shown by the requests that stand below
its words in CASES, by the tests marked with @row, or by a test of another file (ELSEWHERE). The last
test of this file compares the three with ROWS, so no row can be forgotten.
"""

import inspect
import os
import re
import resource
import socket
import ssl
import subprocess
import time
from pathlib import Path

import pytest
import serving
import wire

VERSIONS = pytest.mark.parametrize("version", wire.VERSIONS, ids=["tls1.2", "tls1.3"])

ROWS = (
    "HOST alone, or with a slash: the same bytes, no redirect",
    "explicit default or listening port; scheme or host in another case; HOST with a final dot",
    "empty path with a query: as / with that query",
    "a page that takes no input, with a query: the query is ignored",
    "a directory without its /: 31 to it, the query kept",
    "unknown path: 51",
    "a removed page listed in the configuration: 52",
    "a closed area, no client certificate: 60",
    "a closed area, a client certificate that is not listed: 61",
    "a closed area, a client certificate that is not valid now: 62",
    "another host, a wrong port, another scheme (http, https, gopher, …): 53",
    "no scheme, relative, empty, a blank or BOM before it: 59",
    "userinfo (even empty): 59",
    "a fragment: 59",
    "no host, a port that is no port, an unclosed [: 59",
    "a blank, a control byte, NUL, a bare CR, bytes above 0x7e: 59",
    "any of the characters that no URL holds: 59",
    "% without two hex digits, %00 in the path: 59",
    "an empty port: the default port",
    "exactly 1024 bytes before CRLF, in however many records: looked up as any other",
    "byte 1025 is not CR, or byte 1026 is not LF: 59 at once, not after a time-out",
    "LF without CR: 59, nothing is waited for",
    "a request in any number of TLS records, CR and LF apart: as in one",
    "bytes after the first CRLF: ignored, never answered as a second request",
    ". and .. segments: removed; one that would climb above the root: 59",
    "a path that is not UTF-8 when decoded: 51",
    "+: a plus, in paths and in queries",
    "%00 in a query: dropped from the input",
    "%2F in a segment: stays data, never separates",
    "%2e%2e and other unreserved characters: normalised before look-up",
    "a segment that starts with . under static/: 51",
    "a symbolic link that leads out of static/, a device, a FIFO, a socket: 51",
    "not TLS at all: closed, no plain-text answer",
    "TLS below 1.2: the handshake fails",
    "no SNI: the default capsule; 53 when the URL's host is none of ours",
    "SNI and URL naming different hosts: the URL decides, when the certificate covers it; else 53",
    "an unknown ALPN protocol offered: ignored",
    "a client certificate on a public page, of any key type, expired or not: ignored",
    "close_notify or a TCP half-close right after the request: the whole response is still sent",
    "nothing sent, a handshake or a request that dawdles: closed when its time is over",
    "a reader that dawdles: served as long as bytes move at a minimum rate",
    "too many requests from one address: 44 with the seconds to wait",
    "an address far over its rate: dropped before TLS",
    "too many connections at once: the oldest without a request makes room; others finish",
    "a fault of ours: 40, logged; the worker lives",
    "a response: STATUS SP META CRLF, then close_notify, then the end of TCP, after every status",
    "text/gemini carries lang; charset only when it is not UTF-8",
    "META: at most 1024 bytes, no control byte",
    "no renegotiation, no compression, no early data",
    "resumption, when it is on: in both versions and every worker",
    "a stale or foreign ticket: a full handshake",
    "a certificate is made at the first start, for every host, and stays",
    "a log line holds one request, control bytes escaped",
)

SHOWN = {}  # the words of a row: the functions that show it


def row(words):
    assert words in ROWS, words

    def mark(function):
        SHOWN.setdefault(words, []).append(function)
        return function
    return mark


ELSEWHERE = {
    "nothing sent, a handshake or a request that dawdles: closed when its time is over":
        "test_processes.py::test_deadline_for_handshake_and_request_together",
    "a removed page listed in the configuration: 52": "test_areas.py::test_gone",
    "a closed area, no client certificate: 60":
        "test_areas.py::test_closed_without_a_certificate",
    "a closed area, a client certificate that is not listed: 61":
        "test_areas.py::test_closed_with_another_certificate",
    "a closed area, a client certificate that is not valid now: 62":
        "test_areas.py::test_closed_with_a_certificate_that_is_not_valid_now",
    "a stale or foreign ticket: a full handshake":
        "test_processes.py::test_a_foreign_session_falls_back_to_a_full_handshake",
    "a certificate is made at the first start, for every host, and stays":
        "test_processes.py::test_the_certificate_is_made_once",
}

ROOT = "gemini://localhost/"

# The words of a row: the name of a case: (URL, or all bytes that are sent; its answer). The answer is
# a status, or the URL that gives the same bytes.
CASES = {
    "HOST alone, or with a slash: the same bytes, no redirect": {
        "host and slash": (ROOT, 20),
        "host alone": ("gemini://localhost", ROOT),
    },
    "explicit default or listening port; scheme or host in another case; HOST with a final dot": {
        "default port": ("gemini://localhost:1965/", ROOT),
        "default port, no slash": ("gemini://localhost:1965", ROOT),
        "listening port": ("gemini://localhost:{port}/", ROOT),
        "scheme in another case": ("GeMiNi://localhost/", ROOT),
        "host in another case": ("gemini://LOCALhost/", ROOT),
        "final dot": ("gemini://localhost./", ROOT),
        "final dot and port": ("gemini://localhost.:1965/", ROOT),
        "another of its hosts": ("gemini://capsule.test/", ROOT),
        "an encoded host": ("gemini://%6cocalhost/", ROOT),
    },
    "an empty port: the default port": {
        "empty port": ("gemini://localhost:/", ROOT),
        "empty port, no slash": ("gemini://localhost:", ROOT),
    },
    "empty path with a query: as / with that query": {
        "empty path with a query": ("gemini://localhost?q", "gemini://localhost/?q"),
        "empty path with an empty query": ("gemini://localhost?", ROOT),
    },
    "a page that takes no input, with a query: the query is ignored": {
        "home with a query": ("gemini://localhost/?anything=1&b=%20", ROOT),
        "home with an empty query": ("gemini://localhost/?", ROOT),
        "a review with a query": ("gemini://localhost/reviews/first/?x",
                                  "gemini://localhost/reviews/first/"),
        "a file with a query": ("gemini://localhost/plain.txt?x", "gemini://localhost/plain.txt"),
        "a query with slashes, dots and question marks": ("gemini://localhost/?/../?", ROOT),
    },
    "unknown path: 51": {
        "unknown path": ("gemini://localhost/no/such/page", 51),
        "a file below a file": ("gemini://localhost/plain.txt/x", 51),
        "a source file": ("gemini://localhost/capsule.conf", 51),
        "a doubled slash": ("gemini://localhost//", 51),
        "another case": ("gemini://localhost/PLAIN.TXT", 51),
    },
    "another host, a wrong port, another scheme (http, https, gopher, …): 53": {
        "another host": ("gemini://elsewhere.test/", 53),
        "a host below ours": ("gemini://below.localhost/", 53),
        "an address that is no host of ours": ("gemini://127.0.0.1/", 53),
        "an IPv6 address that is no host of ours": ("gemini://[::1]/", 53),
        "a wrong port": ("gemini://localhost:1966/", 53),
        "the web's port": ("gemini://localhost:443/", 53),
        "http": ("http://localhost/", 53),
        "https": ("https://localhost/", 53),
        "gopher": ("gopher://localhost/", 53),
        "spartan": ("spartan://localhost/", 53),
        "titan": ("titan://localhost/x;size=1", 53),
        "a scheme that does not exist": ("x-y.z+1://localhost/", 53),
    },
    "no scheme, relative, empty, a blank or BOM before it: 59": {
        "no scheme": ("//localhost/", 59),
        "host alone, no scheme": ("localhost/", 59),
        "relative": ("/reviews/", 59),
        "relative without slash": ("reviews/", 59),
        "empty": ("", 59),
        "a blank before it": (" gemini://localhost/", 59),
        "a BOM before it": ("\ufeffgemini://localhost/", 59),
        "not a request at all": (b"GET / HTTP/1.1\r\n", 59),
    },
    "userinfo (even empty): 59": {
        "userinfo": ("gemini://me@localhost/", 59),
        "userinfo and password": ("gemini://me:secret@localhost/", 59),
        "empty userinfo": ("gemini://@localhost/", 59),
        "userinfo that looks like our host": ("gemini://localhost@elsewhere.test/", 59),
    },
    "a fragment: 59": {
        "a fragment": ("gemini://localhost/#part", 59),
        "an empty fragment": ("gemini://localhost/#", 59),
        "a fragment after the query": ("gemini://localhost/?q#part", 59),
        "a fragment after the host": ("gemini://localhost#part", 59),
    },
    "no host, a port that is no port, an unclosed [: 59": {
        "no host": ("gemini:///", 59),
        "no host but a port": ("gemini://:1965/", 59),
        "no authority": ("gemini:/reviews/", 59),
        "no authority and no slash": ("gemini:reviews/", 59),
        "a port that is no number": ("gemini://localhost:http/", 59),
        "a port that is too large": ("gemini://localhost:65536/", 59),
        "a port with very many digits": ("gemini://localhost:18446744073709553581/", 59),
        "port 0": ("gemini://localhost:0/", 59),
        "a negative port": ("gemini://localhost:-1965/", 59),
        "two ports": ("gemini://localhost:1965:1965/", 59),
        "an unclosed bracket": ("gemini://[::1/", 59),
        "an empty bracket": ("gemini://[]/", 59),
        "an address that is none": ("gemini://[::g]/", 59),
    },
    "a blank, a control byte, NUL, a bare CR, bytes above 0x7e: 59": {
        "a blank": ("gemini://localhost/two words.txt", 59),
        "a blank at the end": ("gemini://localhost/ ", 59),
        "a tab": ("gemini://localhost/\t", 59),
        "a control byte": ("gemini://localhost/\x01", 59),
        "DEL": ("gemini://localhost/\x7f", 59),
        "NUL": ("gemini://localhost/\x00", 59),
        "NUL before what is hidden": ("gemini://localhost/plain.txt\x00.gmi", 59),
        "a bare CR": (b"gemini://localhost/\rx\r\n", 59),
        "two CRs": (b"gemini://localhost/\r\r\n", 59),
        "bytes above 0x7e": ("gemini://localhost/한글.txt", 59),
        "latin-1": (b"gemini://localhost/\xe9\r\n", 59),
        "a host in another script": ("gemini://한글.test/", 59),
    },
    "any of the characters that no URL holds: 59": {
        "a quotation mark": ('gemini://localhost/"', 59),
        "less than": ("gemini://localhost/<", 59),
        "greater than": ("gemini://localhost/>", 59),
        "a backslash": ("gemini://localhost/\\", 59),
        "a caret": ("gemini://localhost/^", 59),
        "an opening brace": ("gemini://localhost/{{", 59),
        "a closing brace": ("gemini://localhost/}}", 59),
        "a bar": ("gemini://localhost/|", 59),
        "a back-tick": ("gemini://localhost/`", 59),
        "a bar in the query": ("gemini://localhost/?a|b", 59),
    },
    "% without two hex digits, %00 in the path: 59": {
        "a percent sign alone": ("gemini://localhost/%", 59),
        "a percent sign and one digit": ("gemini://localhost/%4", 59),
        "a percent sign and no digits": ("gemini://localhost/%zz", 59),
        "a percent sign alone in the query": ("gemini://localhost/?100%", 59),
        "%00 in the path": ("gemini://localhost/%00", 59),
        "%00 after the name of a file": ("gemini://localhost/plain.txt%00", 59),
    },
    "exactly 1024 bytes before CRLF, in however many records: looked up as any other": {
        "1024 bytes of an unknown path": (ROOT.ljust(1024, "a"), 51),
        "1024 bytes of a page's query": ((ROOT + "?").ljust(1024, "a"), ROOT),
        "1024 bytes of a query without a slash": ("gemini://localhost?".ljust(1024, "a"), ROOT),
    },
    "byte 1025 is not CR, or byte 1026 is not LF: 59 at once, not after a time-out": {
        "1025 bytes": (ROOT.ljust(1025, "a"), 59),
        "1025 bytes of a query": ((ROOT + "?").ljust(1025, "a"), 59),
        "1024 bytes and CR": (ROOT.ljust(1024, "a").encode() + b"\ra", 59),
        "5,000 bytes without CRLF": (b"gemini://localhost/".ljust(5000, b"a"), 59),
        "5,000 bytes of nothing": (bytes(5000), 59),
    },
    "LF without CR: 59, nothing is waited for": {
        "LF without CR": (b"gemini://localhost/\n", 59),
        "LF without CR, CRLF later": (b"gemini://localhost/\n\r\n", 59),
        "LF alone": (b"\n", 59),
        "LF before CR": (b"gemini://localhost/\n\r", 59),
    },
    ". and .. segments: removed; one that would climb above the root: 59": {
        "dot segments": ("gemini://localhost/reviews/../", ROOT),
        "dot segments without a slash": ("gemini://localhost/reviews/..", ROOT),
        "a single dot": ("gemini://localhost/./", ROOT),
        "a single dot at the end": ("gemini://localhost/.", ROOT),
        "dot segments before a file": ("gemini://localhost/images/../plain.txt",
                                       "gemini://localhost/plain.txt"),
        "encoded dot segments": ("gemini://localhost/reviews/%2e%2E/", ROOT),
        "half-encoded dot segments": ("gemini://localhost/reviews/.%2e/", ROOT),
        "three dots": ("gemini://localhost/.../", 51),
        "climbing above the root": ("gemini://localhost/../", 59),
        "climbing above the root and back": ("gemini://localhost/../reviews/", 59),
        "climbing above the root, without a slash": ("gemini://localhost/..", 59),
        "climbing above the root, encoded": ("gemini://localhost/%2e%2e/etc/passwd", 59),
        "out through the file system": ("gemini://localhost/images/../../capsule.conf", 59),
        "out through an encoded slash": ("gemini://localhost/images%2F..%2F..%2Fcapsule.conf", 51),
    },
    "a path that is not UTF-8 when decoded: 51": {
        "no UTF-8": ("gemini://localhost/%ff", 51),
        "half of a character": ("gemini://localhost/%ED%95", 51),
        "an overlong slash": ("gemini://localhost/images%C0%AFdot.png", 51),
        "a surrogate": ("gemini://localhost/%ED%A0%80", 51),
        "hangul": ("gemini://localhost/%ED%95%9C%EA%B8%80.txt", 20),
    },
    "+: a plus, in paths and in queries": {
        "a plus is a plus": ("gemini://localhost/a+b.txt", 20),
        "an encoded plus is one too": ("gemini://localhost/a%2Bb.txt", "gemini://localhost/a+b.txt"),
        "a plus is no blank": ("gemini://localhost/two+words.txt", 51),
        "an encoded blank": ("gemini://localhost/two%20words.txt", 20),
        "a plus in a query": ("gemini://localhost/?a+b", ROOT),
    },
    "%00 in a query: dropped from the input": {
        "%00 in a query": ("gemini://localhost/?a%00b", ROOT),
    },
    "%2F in a segment: stays data, never separates": {
        "an encoded slash never separates": ("gemini://localhost/images%2Fdot.png", 51),
        "an encoded slash, lower case": ("gemini://localhost/images%2fdot.png", 51),
        "an encoded slash in a page": ("gemini://localhost/reviews%2Ffirst/", 51),
        "an encoded slash at the end": ("gemini://localhost/reviews%2F", 51),
        "an encoded slash at the beginning": ("gemini://localhost/%2Fplain.txt", 51),
        "an encoded slash, encoded once more": ("gemini://localhost/images%252Fdot.png", 51),
    },
    "%2e%2e and other unreserved characters: normalised before look-up": {
        "an encoded letter": ("gemini://localhost/%69ndex.gmi", ROOT),
        "an encoded dot": ("gemini://localhost/plain%2Etxt", "gemini://localhost/plain.txt"),
        "index.gmi": ("gemini://localhost/index.gmi", ROOT),
        "decoded once": ("gemini://localhost/percent%2541.txt", 20),
        "not decoded twice": ("gemini://localhost/percent%41.txt", 51),
    },
    "a segment that starts with . under static/: 51": {
        "a dot file": ("gemini://localhost/.hidden.txt", 51),
        "an encoded dot file": ("gemini://localhost/%2Ehidden.txt", 51),
        "a dot folder": ("gemini://localhost/.folder/inside.txt", 51),
        "a dot file further down": ("gemini://localhost/images/.hidden.txt", 51),
        "a dot file, by a detour": ("gemini://localhost/images/../.hidden.txt", 51),
    },
    "a symbolic link that leads out of static/, a device, a FIFO, a socket: 51": {
        "a link that leads out": ("gemini://localhost/leads-out.txt", 51),
        "a link that leads up and out": ("gemini://localhost/leads-up.txt", 51),
        "a folder that leads out": ("gemini://localhost/folder-out/secret.txt", 51),
        "a link that leads nowhere": ("gemini://localhost/leads-nowhere.txt", 51),
        "a link to a device": ("gemini://localhost/zero.txt", 51),
        "a device": ("gemini://localhost/device.txt", 51),
        "a FIFO": ("gemini://localhost/fifo.txt", 51),
        "a socket": ("gemini://localhost/socket.txt", 51),
        "a link that stays inside": ("gemini://localhost/alias.txt", "gemini://localhost/plain.txt"),
    },
}

BIG = os.urandom(4096) * 1024  # far more than sockets hold, and no cut of it looks like the whole


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("protocol")
    capsule = serving.write_capsule(folder / "capsule")
    serving.write_review(capsule, "han", published="2024-07-08").write_text(
        "Title: Han\nPublished: 2024-07-08\nLang: ko\n\n한.\n")
    static = capsule / "static"
    (static / "big.bin").write_bytes(BIG)
    (folder / "outside").mkdir()
    (folder / "outside/secret.txt").write_text("not for the wire\n")
    (static / "leads-out.txt").symlink_to(folder / "outside/secret.txt")
    (static / "leads-up.txt").symlink_to("../../outside/secret.txt")
    (static / "folder-out").symlink_to(folder / "outside")
    (static / "leads-nowhere.txt").symlink_to("nowhere.txt")
    (static / "zero.txt").symlink_to("/dev/zero")
    (static / "alias.txt").symlink_to("plain.txt")
    os.mkfifo(static / "fifo.txt")
    try:
        os.mknod(static / "device.txt", 0o020666, os.makedev(1, 5))
    except PermissionError:
        pass  # only root makes devices; what is not there is not served either
    (static / ".hidden.txt").write_text("hidden\n")
    (static / "images/.hidden.txt").write_text("hidden\n")
    (static / ".folder").mkdir()
    (static / ".folder/inside.txt").write_text("hidden\n")
    (static / "a+b.txt").write_text("plus\n")
    (static / "two words.txt").write_text("blank\n")
    (static / "percent%41.txt").write_text("percent\n")
    (static / "한글.txt").write_text("hangul\n")
    (static / "note.gmi").write_text("# A static page\n")
    (static / "latin.txt").write_bytes("Très bien, déjà vu, à bientôt.\n".encode("latin-1") * 20)
    bound = socket.socket(socket.AF_UNIX)
    bound.bind(str(static / "socket.txt"))
    with serving.Server(capsule, folder / "certs") as running:
        yield running
    bound.close()


def ask(server, url, version=wire.TLS_13, **options):
    """The answer to a URL, or to the bytes that are sent; what holds for all answers is checked."""
    answer = server.ask(url if isinstance(url, bytes) else url.encode() + b"\r\n",
                        tls=wire.context(version), **options)
    check(answer)
    return answer


def check(answer):
    assert answer.closed, f"no close_notify after {answer.raw[:80]!r}"
    header, found, _ = answer.raw.partition(b"\r\n")
    assert found and re.fullmatch(rb"[1-6]\d [^\x00-\x1f\x7f]+", header), header
    assert len(header) <= 3 + 1024
    if answer.status // 10 != 2:
        assert answer.body == b""


def is_big(answer):
    return answer.closed and answer.status == 20 and answer.body == BIG


NAMED = {name: case for cases in CASES.values() for name, case in cases.items()}


@VERSIONS
@pytest.mark.parametrize("url, want", NAMED.values(), ids=NAMED.keys())
def test_case(server, url, want, version):
    if isinstance(url, str):
        url = url.format(port=server.port)
    answer = ask(server, url, version)
    if isinstance(want, int):
        assert answer.status == want
    else:
        assert answer.status == 20 and answer.raw == ask(server, want).raw


@row("a directory without its /: 31 to it, the query kept")
@VERSIONS
@pytest.mark.parametrize("path, target", [
    ("/reviews", "/reviews/"),
    ("/reviews/first", "/reviews/first/"),
    ("/reviews/first?a+b%20c", "/reviews/first/?a+b%20c"),
    ("/tags/plum?", "/tags/plum/?"),
    ("/./reviews", "/reviews/"),
])
def test_a_directory_without_its_slash(server, path, target, version):
    answer = ask(server, "gemini://localhost" + path, version)
    assert (answer.status, answer.meta) == (31, target)
    assert ask(server, "gemini://localhost" + target, version).status == 20


# --- the line, in records and segments ---

@row("a request in any number of TLS records, CR and LF apart: as in one")
@VERSIONS
@pytest.mark.parametrize("cuts", ["every byte", "before CR", "between CR and LF", "in two"])
def test_request_in_any_number_of_records(server, cuts, version):
    request = b"gemini://localhost/reviews/first/\r\n"
    records = {
        "every byte": [request[i:i + 1] for i in range(len(request))],
        "before CR": [request[:-2], b"\r\n"],
        "between CR and LF": [request[:-1], b"\n"],
        "in two": [request[:9], request[9:]],
    }[cuts]
    answer = server.ask(*records, tls=wire.context(version))
    assert answer.closed and answer.raw == ask(server, request).raw


@row("exactly 1024 bytes before CRLF, in however many records: looked up as any other")
@VERSIONS
@pytest.mark.parametrize("pieces", [1, 2, 1024])
def test_exactly_1024_bytes_in_however_many_records(server, pieces, version):
    line = b"gemini://localhost/big.bin?".ljust(1024, b"a")
    size = 1024 // pieces
    records = [line[i:i + size] for i in range(0, 1024, size)]
    assert is_big(server.ask(*records, b"\r", b"\n", tls=wire.context(version)))


@row("byte 1025 is not CR, or byte 1026 is not LF: 59 at once, not after a time-out")
@row("LF without CR: 59, nothing is waited for")
@VERSIONS
@pytest.mark.parametrize("records", [
    [b"gemini://localhost/".ljust(1025, b"a")],
    [b"gemini://localhost/".ljust(1024, b"a") + b"\ra"],
    [b"gemini://localhost/".ljust(1024, b"a"), b"a"],
    [b"a"] * 1025,
    [b"a" * 1000] * 5,
    [b"gemini://localhost/\n"],
    [b"gemini://localhost/\rx"],
], ids=["byte 1025 is no CR", "byte 1026 is no LF", "byte 1025 in a record of its own",
        "1,025 records", "5,000 bytes in records", "LF without CR", "CR without LF"])
def test_59_at_once(server, records, version):
    # The client says nothing more and does not close, so only waiting could be slower.
    answer = server.ask(*records, tls=wire.context(version))
    check(answer)
    assert answer.status == 59 and answer.seconds < 2 * serving.PATIENCE


@row("bytes after the first CRLF: ignored, never answered as a second request")
@VERSIONS
@pytest.mark.parametrize("how", ["one record", "two records", "two segments"])
def test_a_second_request_is_never_answered(server, how, version):
    first, second = b"gemini://localhost/big.bin\r\n", b"gemini://localhost/plain.txt\r\n"
    with server.connect(tls=wire.context(version)) as client:
        client.handshake()
        if how == "one record":
            client.send(first + second + second)
        else:
            client.send(first)
            if how == "two segments":
                # It arrives while the answer to the first is on its way.
                assert client.read(1)[:1] == b"2"
            client.send(second)
        answer = client.answer()
        whole = answer.raw if how != "two segments" else b"2" + answer.raw
        assert answer.closed and whole == ask(server, first).raw
        assert client.wait_for_tcp_end()


@row("bytes after the first CRLF: ignored, never answered as a second request")
@VERSIONS
def test_what_a_client_sends_too_much_does_not_cost_it_the_answer(server, version):
    want = ask(server, "gemini://localhost/images/dot.png").raw
    for _ in range(10):
        with server.connect(tls=wire.context(version)) as client:
            client.handshake()
            client.send(b"gemini://localhost/images/dot.png\r\n" + bytes(16000))
            for _ in range(4):
                client.send(bytes(16000))
            time.sleep(0.01)
            assert client.answer().raw == want


# --- ends ---

@row("a response: STATUS SP META CRLF, then close_notify, then the end of TCP, after every status")
@VERSIONS
@pytest.mark.parametrize("url, status", [
    ("gemini://localhost/", 20),
    ("gemini://localhost/big.bin", 20),
    ("gemini://localhost/empty.txt", 20),
    ("gemini://localhost/quotes/random.gmi", 30),
    ("gemini://localhost/reviews", 31),
    ("gemini://localhost/no/such/page", 51),
    ("gemini://elsewhere.test/", 53),
    ("gemini://localhost/#", 59),
])
def test_close_notify_and_the_end_of_tcp(server, url, status, version):
    with server.connect(tls=wire.context(version)) as client:
        client.handshake()
        client.send(url.encode() + b"\r\n")
        answer = client.answer()
        check(answer)
        assert answer.status == status and client.wait_for_tcp_end()


@row("close_notify or a TCP half-close right after the request: the whole response is still sent")
@VERSIONS
@pytest.mark.parametrize("how", ["close_notify", "half-close", "both", "both, in one segment",
                                 "half-close, then a pause"])
def test_an_end_right_after_the_request(server, how, version):
    with server.connect(tls=wire.context(version), receive_buffer=16384) as client:
        client.handshake()
        client.tls.write(b"gemini://localhost/big.bin\r\n")
        if how != "both, in one segment":
            client.flush()
        if how != "half-close" and how != "half-close, then a pause":
            client.send_end()
        if how != "close_notify":
            client.socket.shutdown(socket.SHUT_WR)
        if how == "half-close, then a pause":
            time.sleep(0.3)
        assert is_big(client.answer())
        assert client.wait_for_tcp_end()


@row("close_notify or a TCP half-close right after the request: the whole response is still sent")
def test_finished_request_and_end_in_one_segment(server):
    # In TLS 1.3 the client speaks last in the handshake, so all it has to say can come at once.
    with server.connect(receive_buffer=16384) as client:
        while True:
            try:
                client.tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                client.flush()
                client.fill()
        client.tls.write(b"gemini://localhost/big.bin\r\n")
        client.flush()
        client.socket.shutdown(socket.SHUT_WR)
        assert is_big(client.answer())


@VERSIONS
def test_close_notify_instead_of_the_rest_of_a_request(server, version):
    with server.connect(tls=wire.context(version)) as client:
        client.handshake()
        client.send(b"gemini://localhost/")
        client.send_end()
        answer = client.answer()
    assert answer.closed and answer.status in (0, 59)


@VERSIONS
def test_close_notify_instead_of_a_request(server, version):
    with server.connect(tls=wire.context(version)) as client:
        client.handshake()
        client.send_end()
        assert client.answer().raw == b""


@row("a reader that dawdles: served as long as bytes move at a minimum rate")
@VERSIONS
def test_a_slow_reader_gets_everything(server, version):
    with server.connect(tls=wire.context(version), receive_buffer=16384) as client:
        client.handshake()
        client.send(b"gemini://localhost/big.bin\r\n")
        pieces = []
        for _ in range(30):
            pieces.append(client.read(16384))
            time.sleep(0.02)
        assert server.get("/plain.txt").text == "plain\n"
        answer = client.answer()
    assert answer.closed and (b"".join(pieces) + answer.raw).endswith(BIG)


# --- what is not TLS, or not ours ---

@row("not TLS at all: closed, no plain-text answer")
@pytest.mark.parametrize("data", [
    b"gemini://localhost/\r\n", b"GET / HTTP/1.1\r\n\r\n", b"\0" * 40, b"\x15\x03\x01\x00\x02\x02\x28",
    b"\x80\x2e\x01\x03\x01\x00\x15\x00\x00\x00\x10" + bytes(37),
], ids=["gemini", "http", "zeros", "an alert", "SSL 2"])
def test_not_tls_at_all(server, data):
    with socket.create_connection(("127.0.0.1", server.port), timeout=wire.SECONDS) as client:
        client.sendall(data)
        try:
            assert client.recv(100) == b""
        except ConnectionResetError:
            pass


def test_a_hello_that_does_not_end(server):
    begun = time.monotonic()
    record = b"\x16\x03\x01\x40\x00"
    with socket.create_connection(("127.0.0.1", server.port), timeout=wire.SECONDS) as client:
        try:
            # A ClientHello that says it has 16 MB.
            client.sendall(record + b"\x01\xff\xff\xff" + bytes(0x4000 - 4))
            for _ in range(20):
                client.sendall(record + bytes(0x4000))
            while client.recv(4096):
                pass
        except (ConnectionResetError, BrokenPipeError):
            pass
    assert time.monotonic() - begun < 3 * serving.PATIENCE


@row("TLS below 1.2: the handshake fails")
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1],
                         ids=["tls1.0", "tls1.1"])
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_tls_below_1_2(server, version):
    tls = wire.context(version)
    tls.set_ciphers("ALL:@SECLEVEL=0")
    with server.connect(tls=tls) as client, pytest.raises((ssl.SSLError, ConnectionError)):
        client.handshake()


@row("no SNI: the default capsule; 53 when the URL's host is none of ours")
@row("SNI and URL naming different hosts: the URL decides, when the certificate covers it; else 53")
@VERSIONS
@pytest.mark.parametrize("name, host, status", [
    (None, "localhost", 20),
    (None, "capsule.test", 20),
    (None, "elsewhere.test", 53),
    (None, "127.0.0.1", 53),
    ("capsule.test", "localhost", 20),
    ("localhost", "capsule.test", 20),
    ("elsewhere.test", "localhost", 20),
    ("elsewhere.test", "elsewhere.test", 53),
    ("LOCALHOST", "localhost", 20),
], ids=str)
def test_server_name_and_host(server, name, host, status, version):
    assert ask(server, f"gemini://{host}/", version, name=name).status == status


def make_certificate(folder, name, *options):
    subprocess.run(["openssl", "req", "-x509", "-nodes", "-days", "30", "-subj", f"/CN={name}",
                    "-addext", f"subjectAltName=DNS:{name}", "-keyout", folder / f"{name}.key", "-out",
                    folder / f"{name}.crt", *options], stderr=subprocess.DEVNULL, check=True)
    os.chmod(folder / f"{name}.key", 0o600)


EC = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]


@row("SNI and URL naming different hosts: the URL decides, when the certificate covers it; else 53")
def test_a_certificate_that_does_not_cover_the_url(serve, capsule, tmp_path):
    certs = tmp_path / "own"
    certs.mkdir()
    make_certificate(certs, "localhost", *EC)
    server = serve(capsule, certs=certs)
    server.expect(r"matinee: .*the certificate.* not for capsule\.test.*")
    for version in wire.VERSIONS:
        assert ask(server, "gemini://capsule.test/", version, name="localhost").status == 53
        assert ask(server, "gemini://capsule.test/", version, name="capsule.test").status == 20
        assert ask(server, "gemini://localhost/", version, name="capsule.test").status == 20


@row("an unknown ALPN protocol offered: ignored")
@VERSIONS
def test_unknown_alpn(server, version):
    tls = wire.context(version)
    tls.set_alpn_protocols(["h2", "x-nobody"])
    with server.connect(tls=tls) as client:
        client.handshake()
        assert client.tls.selected_alpn_protocol() is None
        client.send(b"gemini://localhost/\r\n")
        assert client.answer().status == 20


def expire(folder, name):
    """Sign the certificate anew, for a day that is long over."""
    (folder / "index").write_text("")
    (folder / "ca.cnf").write_text(
        f"[ca]\ndefault_ca=it\n[it]\ndatabase={folder}/index\nnew_certs_dir={folder}\n"
        "default_md=sha256\npolicy=any\nrand_serial=yes\n[any]\ncommonName=supplied\n")
    subprocess.run(["openssl", "req", "-new", "-key", folder / f"{name}.key", "-subj", f"/CN={name}",
                    "-out", folder / f"{name}.csr"], check=True)
    subprocess.run(["openssl", "ca", "-batch", "-selfsign", "-config", folder / "ca.cnf", "-keyfile",
                    folder / f"{name}.key", "-in", folder / f"{name}.csr", "-out",
                    folder / f"{name}.crt", "-startdate", "20200101000000Z", "-enddate",
                    "20200102000000Z", "-notext"], stderr=subprocess.DEVNULL, check=True)


@row("a client certificate on a public page, of any key type, expired or not: ignored")
@pytest.mark.parametrize("is_expired", [False, True], ids=["valid", "expired"])
@pytest.mark.parametrize("options", [EC, ["-newkey", "rsa:2048"], ["-newkey", "ed25519"]],
                         ids=["P-256", "RSA", "Ed25519"])
def test_a_client_certificate_is_ignored(server, tmp_path, options, is_expired):
    make_certificate(tmp_path, "client", *options)
    if is_expired:
        expire(tmp_path, "client")
    for version in wire.VERSIONS:
        tls = wire.context(version)
        tls.load_cert_chain(tmp_path / "client.crt", tmp_path / "client.key")
        assert is_big(server.get("/big.bin", tls=tls))


# --- too many, and faults ---

def few_files():
    resource.setrlimit(resource.RLIMIT_NOFILE, (300, 300))


@row("too many connections at once: the oldest without a request makes room; others finish")
@VERSIONS
def test_the_oldest_connection_without_a_request_makes_room(serve, capsule, version):
    (capsule / "static/big.bin").write_bytes(BIG)
    server = serve(capsule, workers=1, limit=few_files)
    server.expect(serving.TURNED_AWAY)
    tls = wire.context(version)
    clients = [server.connect(tls=tls, receive_buffer=16384).handshake() for _ in range(80)]
    try:
        reader = clients[5]
        reader.send(b"gemini://localhost/big.bin\r\n")
        first = reader.read(1)
        clients += [server.connect(tls=tls).handshake() for _ in range(30)]
        # The first were closed, the last were not, and who is being answered never is.
        assert clients[0].answer().raw == b""
        clients[-1].send(b"gemini://localhost/plain.txt\r\n")
        assert clients[-1].answer().text == "plain\n"
        assert (first + reader.answer().raw).endswith(BIG)
    finally:
        for client in clients:
            client.socket.close()


def statuses_at_a_low_rate(serve, capsule, version, count):
    server = serve(capsule, "--set", "Rate=1", "--set", "Burst=3", "--set", "Unlimited=none", workers=1)
    server.expect(serving.TURNED_AWAY)
    begun = time.monotonic()
    got = []
    for _ in range(count):
        try:
            answer = server.get("/plain.txt", tls=wire.context(version))
            check(answer)
            assert answer.status == 20 or re.fullmatch(r"[1-9]\d*", answer.meta)
            got.append(answer.status)
        except (ConnectionError, ssl.SSLError):
            got.append(None)
    return got, time.monotonic() - begun


@row("too many requests from one address: 44 with the seconds to wait")
@VERSIONS
def test_slow_down(serve, capsule, version):
    got, seconds = statuses_at_a_low_rate(serve, capsule, version, 5)
    assert got[:3] == [20] * 3 and (44 in got[3:] or seconds > 1)


@row("an address far over its rate: dropped before TLS")
@VERSIONS
def test_far_over_the_rate(serve, capsule, version):
    got, seconds = statuses_at_a_low_rate(serve, capsule, version, 40)
    assert None in got or seconds > 20


@row("a fault of ours: 40, logged; the worker lives")
@VERSIONS
def test_a_fault_of_ours(serve, capsule, version):
    server = serve(capsule, workers=1)
    server.expect(r"matinee: static/plain.txt: Too many open files")
    [worker] = server.workers()
    before = resource.prlimit(worker, resource.RLIMIT_NOFILE)
    with server.connect(tls=wire.context(version)) as client:
        client.handshake()
        # No room for another descriptor, and so for no file.
        used = {int(entry.name) for entry in Path(f"/proc/{worker}/fd").iterdir()}
        limit = min(set(range(len(used) + 1)) - used)
        resource.prlimit(worker, resource.RLIMIT_NOFILE, (limit, before[1]))
        client.send(b"gemini://localhost/plain.txt\r\n")
        answer = client.answer()
    resource.prlimit(worker, resource.RLIMIT_NOFILE, before)
    check(answer)
    assert answer.status == 40
    server.wait_for(r"matinee: static/plain.txt: Too many open files")
    assert ask(server, "gemini://localhost/plain.txt", version).text == "plain\n"
    assert server.workers() == [worker]


# --- the header of an answer ---

@row("text/gemini carries lang; charset only when it is not UTF-8")
@VERSIONS
@pytest.mark.parametrize("path, meta", [
    ("/", "text/gemini; lang=en"),
    ("/reviews/first/", "text/gemini; lang=en"),
    ("/reviews/han/", "text/gemini; lang=ko"),
    ("/note.gmi", "text/gemini; lang=en"),
    ("/plain.txt", "text/plain"),
    ("/%ED%95%9C%EA%B8%80.txt", "text/plain"),
    ("/latin.txt", "text/plain; charset=iso-8859-1"),
    ("/images/dot.png", "image/png"),
    ("/atom.xml", "application/atom+xml"),
])
def test_media_types(server, path, meta, version):
    answer = ask(server, "gemini://localhost" + path, version)
    assert (answer.status, answer.meta) == (20, meta)


@row("META: at most 1024 bytes, no control byte")
@VERSIONS
@pytest.mark.parametrize("path", ["/reviews?", "/reviews/first?%0d%0a20%20text/gemini%0d%0a"])
def test_a_meta_as_long_as_can_be(server, path, version):
    answer = ask(server, f"gemini://localhost{path}".ljust(1024, "a"), version)
    assert answer.status == 31 and 900 < len(answer.meta) <= 1024


@row("a log line holds one request, control bytes escaped")
@VERSIONS
def test_a_line_of_the_log(server, version):
    mine = f"{version.name}-log"
    ask(server, f"gemini://localhost/{mine}\x1b[2J\nmatinee: {mine}\x7f\r\n".encode(), version)
    # The line feed ends what is looked at; what came with it is part of the line all the same.
    server.wait_for(rf"gemini://localhost/{mine}\\x1b\[2J\\x0amatinee: {mine}\\x7f")
    assert sum(mine in line for line in server.log.splitlines()) == 1


# --- TLS itself ---

@row("no renegotiation, no compression, no early data")
@VERSIONS
def test_no_compression(server, version):
    tls = wire.context(version)
    tls.options &= ~ssl.OP_NO_COMPRESSION
    with server.connect(tls=tls) as client:
        client.handshake()
        assert client.tls.compression() is None


@row("no renegotiation, no compression, no early data")
def test_no_renegotiation(server):
    # TLS 1.3 has none at all. In 1.2, `R` on a line of its own asks s_client for one.
    with subprocess.Popen(["openssl", "s_client", "-connect", f"127.0.0.1:{server.port}", "-tls1_2"],
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True) as client:
        for line in client.stdout:
            if line.startswith("    Verify return code") or "Extended master" in line:
                break
        said, _ = client.communicate("R\n", timeout=wire.SECONDS)
    assert "RENEGOTIATING" in said and "no renegotiation" in said, said


@row("no renegotiation, no compression, no early data")
def test_no_early_data(serve, capsule):
    # Only 1.3 has it, and only with a session to resume; s_client prints what a session allows.
    server = serve(capsule, "--set", "Tickets=yes")
    done = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{server.port}", "-tls1_3",
                           "-ign_eof"], input="gemini://localhost/\r\n", stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=wire.SECONDS, check=False)
    assert "\n20 text/gemini" in done.stdout
    assert set(re.findall(r"Max Early Data: (\d+)", done.stdout)) == {"0"}


@row("resumption, when it is on: in both versions and every worker")
@VERSIONS
def test_resumption(serve, capsule, version):
    server = serve(capsule, "--set", "Tickets=yes", workers=2)
    tls = wire.context(version)
    with server.connect(tls=tls) as client:
        client.handshake()
        client.send(b"gemini://localhost/\r\n")
        first = client.answer()
        session = client.tls.session
    assert session.has_ticket
    for _ in range(12):
        with server.connect(tls=tls) as client:
            client.tls = tls.wrap_bio(client.incoming, client.outgoing, server_hostname="localhost",
                                      session=session)
            client.handshake()
            assert client.tls.session_reused
            client.send(b"gemini://localhost/\r\n")
            assert client.answer().raw == first.raw


def source_of(place):
    """The text of a test in another file, with its decorators."""
    file, name = place.split("::")
    text = (Path(__file__).parent / file).read_text()
    found = re.search(rf"^((?:[@ ].*\n)*def {name}\(.*\n(?:(?:    .*)?\n)*)", text, re.M)
    assert found, f"{place} is not there"
    return found[1]


# No request inside of TLS 1.2 or 1.3 shows these.
OUTSIDE = {
    "not TLS at all: closed, no plain-text answer",
    "TLS below 1.2: the handshake fails",
    "a certificate is made at the first start, for every host, and stays",
}


def test_every_row_is_shown():
    """… in both versions of TLS."""
    assert set(CASES) | set(SHOWN) | set(ELSEWHERE) == set(ROWS)
    assert len(NAMED) == sum(map(len, CASES.values())), "two cases have one name"
    for words in set(ROWS) - set(CASES) - OUTSIDE:
        sources = [inspect.getsource(function) for function in SHOWN.get(words, [])]
        if words in ELSEWHERE:
            sources.append(source_of(ELSEWHERE[words]))
        assert any("VERSIONS" in source for source in sources), f"{words}: in one version alone"
