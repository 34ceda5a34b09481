"""What a request gets: the rows of docs/protocol.md, on the wire, in both versions of TLS."""

import os
import socket
import ssl
import threading
import time

import pytest
import serving
import wire

VERSIONS = pytest.mark.parametrize("version", wire.VERSIONS, ids=["tls1.2", "tls1.3"])


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("requests")
    capsule = serving.write_capsule(folder / "capsule")
    static = capsule / "static"
    (folder / "outside").mkdir()
    (folder / "outside/secret.txt").write_text("not for the wire\n")
    (static / "leads-out.txt").symlink_to(folder / "outside/secret.txt")
    (static / "leads-up.txt").symlink_to("../../outside/secret.txt")
    (static / "folder-out").symlink_to(folder / "outside")
    (static / "leads-nowhere.txt").symlink_to("nowhere.txt")
    (static / "alias.txt").symlink_to("plain.txt")
    os.mkfifo(static / "fifo.txt")
    (static / ".hidden.txt").write_text("hidden\n")
    (static / ".folder").mkdir()
    (static / ".folder/inside.txt").write_text("hidden\n")
    (static / "a+b.txt").write_text("plus\n")
    (static / "two words.txt").write_text("blank\n")
    (static / "percent%41.txt").write_text("percent\n")
    (static / "한글.txt").write_text("hangul\n")
    (static / "note.gmi").write_text("# A static page\n")
    bound = socket.socket(socket.AF_UNIX)
    bound.bind(str(static / "socket.txt"))
    with serving.Server(capsule, folder / "certs") as running:
        yield running
    bound.close()


def ask(server, url, version=wire.TLS_13, **options):
    answer = server.ask(url if isinstance(url, bytes) else url.encode() + b"\r\n",
                        tls=wire.context(version), **options)
    assert answer.closed, f"no close_notify after {answer.header!r}"
    assert answer.raw.count(b"\r\n") >= 1
    assert len(answer.meta.encode()) <= 1024
    if answer.status // 10 != 2:
        assert answer.body == b""
    return answer


# --- the URL space ---

@VERSIONS
def test_host_alone_is_the_root(server, version):
    root = ask(server, "gemini://localhost/", version)
    assert root.status == 20 and root.meta == "text/gemini; lang=en"
    assert root.text.startswith("# A Test Capsule\n")
    assert ask(server, "gemini://localhost", version).raw == root.raw


def same_as_root():
    return {
        "default port": "gemini://localhost:1965/",
        "empty port": "gemini://localhost:/",
        "listening port": "gemini://localhost:{port}/",
        "scheme in another case": "GeMiNi://localhost/",
        "host in another case": "gemini://LOCALhost/",
        "final dot": "gemini://localhost./",
        "another of its hosts": "gemini://capsule.test/",
        "empty path with a query": "gemini://localhost?q",
        "a query that nobody asked for": "gemini://localhost/?anything=1&b=%20",
        "an empty query": "gemini://localhost/?",
        "dot segments": "gemini://localhost/reviews/../",
        "encoded dot segments": "gemini://localhost/reviews/%2e%2E/",
        "a single dot": "gemini://localhost/./",
        "index.gmi": "gemini://localhost/index.gmi",
        "encoded unreserved characters": "gemini://localhost/%69ndex.gmi",
        "an encoded host": "gemini://%6cocalhost/",
    }


@VERSIONS
@pytest.mark.parametrize("url", same_as_root().values(), ids=same_as_root().keys())
def test_as_without(server, url, version):
    # The home page holds no port and no query, so all of these give the same bytes.
    answer = ask(server, url.format(port=server.port), version)
    assert answer.raw == ask(server, "gemini://localhost/").raw


def table():
    """Name of the row: URL or bytes, status."""
    return {
        "unknown path": ("gemini://localhost/no/such/page", 51),
        "another host": ("gemini://elsewhere.test/", 53),
        "an address that is no host of ours": ("gemini://127.0.0.1/", 53),
        "a wrong port": ("gemini://localhost:1966/", 53),
        "http": ("http://localhost/", 53),
        "https": ("https://localhost/", 53),
        "gopher": ("gopher://localhost/", 53),
        "a scheme that does not exist": ("x-y.z+1://localhost/", 53),
        "no scheme": ("//localhost/", 59),
        "relative": ("/reviews/", 59),
        "relative without slash": ("reviews/", 59),
        "empty": ("", 59),
        "a blank before it": (" gemini://localhost/", 59),
        "a BOM before it": ("\ufeffgemini://localhost/", 59),
        "userinfo": ("gemini://me@localhost/", 59),
        "empty userinfo": ("gemini://@localhost/", 59),
        "a fragment": ("gemini://localhost/#part", 59),
        "no host": ("gemini:///", 59),
        "no authority": ("gemini:/reviews/", 59),
        "a port that is no number": ("gemini://localhost:http/", 59),
        "a port that is too large": ("gemini://localhost:65536/", 59),
        "port 0": ("gemini://localhost:0/", 59),
        "a negative port": ("gemini://localhost:-1965/", 59),
        "an unclosed bracket": ("gemini://[::1/", 59),
        "a blank": ("gemini://localhost/two words.txt", 59),
        "a tab": ("gemini://localhost/\t", 59),
        "a control byte": ("gemini://localhost/\x01", 59),
        "DEL": ("gemini://localhost/\x7f", 59),
        "NUL": ("gemini://localhost/\x00", 59),
        "a bare CR": (b"gemini://localhost/\rx\r\n", 59),
        "bytes above 0x7e": ("gemini://localhost/한글.txt", 59),
        "latin-1": (b"gemini://localhost/\xe9\r\n", 59),
        "a quotation mark": ('gemini://localhost/"', 59),
        "less than": ("gemini://localhost/<", 59),
        "greater than": ("gemini://localhost/>", 59),
        "a backslash": ("gemini://localhost/\\", 59),
        "a caret": ("gemini://localhost/^", 59),
        "an opening brace": ("gemini://localhost/{", 59),
        "a closing brace": ("gemini://localhost/}", 59),
        "a bar": ("gemini://localhost/|", 59),
        "a back-tick": ("gemini://localhost/`", 59),
        "a percent sign alone": ("gemini://localhost/%", 59),
        "a percent sign and no digits": ("gemini://localhost/%zz", 59),
        "%00 in the path": ("gemini://localhost/%00", 59),
        "%00 in a query": ("gemini://localhost/?a%00b", 20),
        "climbing above the root": ("gemini://localhost/../", 59),
        "climbing above the root, encoded": ("gemini://localhost/%2e%2e/etc/passwd", 59),
        "not UTF-8 when decoded": ("gemini://localhost/%ff", 51),
        "a plus is a plus": ("gemini://localhost/a+b.txt", 20),
        "a plus is no blank": ("gemini://localhost/two+words.txt", 51),
        "an encoded blank": ("gemini://localhost/two%20words.txt", 20),
        "decoded once": ("gemini://localhost/percent%2541.txt", 20),
        "not decoded twice": ("gemini://localhost/percent%41.txt", 51),
        "hangul": ("gemini://localhost/%ED%95%9C%EA%B8%80.txt", 20),
        "an encoded slash never separates": ("gemini://localhost/images%2Fdot.png", 51),
        "an encoded slash, lower case": ("gemini://localhost/images%2fdot.png", 51),
        "an encoded slash in a page": ("gemini://localhost/reviews%2Ffirst/", 51),
        "a dot file": ("gemini://localhost/.hidden.txt", 51),
        "a dot folder": ("gemini://localhost/.folder/inside.txt", 51),
        "a link that leads out": ("gemini://localhost/leads-out.txt", 51),
        "a link that leads up and out": ("gemini://localhost/leads-up.txt", 51),
        "a folder that leads out": ("gemini://localhost/folder-out/secret.txt", 51),
        "a link that leads nowhere": ("gemini://localhost/leads-nowhere.txt", 51),
        "a FIFO": ("gemini://localhost/fifo.txt", 51),
        "a socket": ("gemini://localhost/socket.txt", 51),
        "out through the file system": ("gemini://localhost/images/../../capsule.conf", 59),
        "a file below a file": ("gemini://localhost/plain.txt/x", 51),
        "a source file": ("gemini://localhost/capsule.conf", 51),
        "LF without CR": (b"gemini://localhost/\n", 59),
        "LF without CR, CRLF later": (b"gemini://localhost/\n\r\n", 59),
        "two CRs": (b"gemini://localhost/\r\r\n", 59),
        "not a request at all": (b"GET / HTTP/1.1\r\n", 59),
        "1024 bytes": ("gemini://localhost/".ljust(1024, "a"), 51),
        "1025 bytes": ("gemini://localhost/".ljust(1025, "a"), 59),
        "1024 bytes of a query": ("gemini://localhost/?".ljust(1024, "a"), 20),
    }


@VERSIONS
@pytest.mark.parametrize("url, status", table().values(), ids=table().keys())
def test_row(server, url, status, version):
    assert ask(server, url, version).status == status


def test_a_link_that_stays_inside_is_followed(server):
    assert ask(server, "gemini://localhost/alias.txt").text == "plain\n"


@VERSIONS
@pytest.mark.parametrize("path, target", [
    ("/reviews", "/reviews/"),
    ("/reviews/first", "/reviews/first/"),
    ("/reviews/first?a+b%20c", "/reviews/first/?a+b%20c"),
    ("/tags/plum?", "/tags/plum/?"),
])
def test_a_directory_without_its_slash(server, path, target, version):
    answer = ask(server, "gemini://localhost" + path, version)
    assert (answer.status, answer.meta) == (31, target)


def test_a_redirect_leads_somewhere(server):
    answer = ask(server, "gemini://localhost/quotes/random.gmi")
    assert answer.status == 30
    assert ask(server, "gemini://localhost" + answer.meta).status == 20


@VERSIONS
@pytest.mark.parametrize("path, meta", [
    ("/images/dot.png", "image/png"),
    ("/plain.txt", "text/plain"),
    ("/note.gmi", "text/gemini; lang=en"),
    ("/reviews/first/", "text/gemini; lang=en"),
    ("/atom.xml", "application/atom+xml"),
])
def test_media_types(server, path, meta, version):
    answer = ask(server, "gemini://localhost" + path, version)
    assert (answer.status, answer.meta) == (20, meta)


@VERSIONS
def test_a_static_file_is_sent_as_it_is(server, version):
    answer = ask(server, "gemini://localhost/images/dot.png", version)
    assert answer.body == (server.capsule / "static/images/dot.png").read_bytes()
    assert ask(server, "gemini://localhost/empty.txt", version).body == b""


# --- records and segments ---

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


@VERSIONS
@pytest.mark.parametrize("pieces", [1, 2, 1024])
def test_exactly_1024_bytes_in_however_many_records(server, pieces, version):
    line = b"gemini://localhost/?".ljust(1024, b"a")
    size = 1024 // pieces
    records = [line[i:i + size] for i in range(0, 1024, size)]
    answer = server.ask(*records, b"\r", b"\n", tls=wire.context(version))
    assert answer.closed and answer.status == 20


@VERSIONS
@pytest.mark.parametrize("request_bytes", [
    b"gemini://localhost/".ljust(1025, b"a"),
    b"gemini://localhost/".ljust(1024, b"a") + b"\ra",
    b"gemini://localhost/\n",
    b"gemini://localhost/\rx",
], ids=["byte 1025 is no CR", "byte 1026 is no LF", "LF without CR", "CR without LF"])
def test_59_at_once(server, request_bytes, version):
    # The client says nothing more and does not close, so only waiting could be slower.
    answer = server.ask(request_bytes, tls=wire.context(version))
    assert answer.status == 59 and answer.closed and answer.seconds < 2 * serving.PATIENCE


@VERSIONS
def test_what_follows_the_first_line_is_ignored(server, version):
    first = b"gemini://localhost/reviews/first/\r\n"
    answer = ask(server, first + b"gemini://localhost/\r\ngemini://localhost/\r\n", version)
    assert answer.raw == ask(server, first).raw


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

@VERSIONS
@pytest.mark.parametrize("path", ["/", "/no/such/page", "/reviews", "/images/dot.png"])
def test_tcp_is_closed_after_close_notify(server, path, version):
    with server.connect(tls=wire.context(version)) as client:
        client.handshake()
        client.send(f"gemini://localhost{path}\r\n".encode())
        assert client.answer().closed
        assert client.wait_for_tcp_end()


@VERSIONS
def test_close_notify_right_after_the_request(server, version):
    with server.connect(tls=wire.context(version)) as client:
        client.handshake()
        client.send(b"gemini://localhost/images/dot.png\r\n")
        client.send_end()
        answer = client.answer()
    assert answer.closed and answer.raw == ask(server, "gemini://localhost/images/dot.png").raw


@VERSIONS
def test_half_close_right_after_the_request(server, version):
    with server.connect(tls=wire.context(version)) as client:
        client.handshake()
        client.send(b"gemini://localhost/images/dot.png\r\n")
        client.socket.shutdown(socket.SHUT_WR)
        answer = client.answer()
    assert answer.closed and answer.raw == ask(server, "gemini://localhost/images/dot.png").raw


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


# --- what is not TLS, or not ours ---

@pytest.mark.parametrize("data", [b"gemini://localhost/\r\n", b"GET / HTTP/1.1\r\n\r\n", b"\0" * 40],
                         ids=["gemini", "http", "zeros"])
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


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1],
                         ids=["tls1.0", "tls1.1"])
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_tls_below_1_2(server, version):
    tls = wire.context(version)
    tls.set_ciphers("ALL:@SECLEVEL=0")
    with server.connect(tls=tls) as client, pytest.raises((ssl.SSLError, ConnectionError)):
        client.handshake()


@VERSIONS
@pytest.mark.parametrize("name, host, status", [
    (None, "localhost", 20),
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


@VERSIONS
def test_unknown_alpn(server, version):
    tls = wire.context(version)
    tls.set_alpn_protocols(["h2", "x-nobody"])
    with server.connect(tls=tls) as client:
        client.handshake()
        assert client.tls.selected_alpn_protocol() is None
        client.send(b"gemini://localhost/\r\n")
        assert client.answer().status == 20


@VERSIONS
@pytest.mark.parametrize("ciphers", ["ECDHE+AESGCM", "ECDHE+CHACHA20"])
def test_ciphers(server, ciphers, version):
    tls = wire.context(version)
    tls.set_ciphers(ciphers)
    with server.connect(tls=tls) as client:
        client.handshake()
        if version == wire.TLS_13 or ciphers == "ECDHE+AESGCM":
            assert "AES128" in client.tls.cipher()[0].replace("_", "")
        else:
            assert "CHACHA20" in client.tls.cipher()[0]


@pytest.mark.parametrize("curve", ["prime256v1", "X25519"])
def test_groups(server, curve):
    tls = wire.context(wire.TLS_13)
    if curve == "prime256v1":
        tls.set_ecdh_curve(curve)
    assert server.ask(b"gemini://localhost/\r\n", tls=tls).status == 20


# --- many, and slow ---

@VERSIONS
def test_no_request_waits_for_a_delayed_acknowledgement(server, version):
    """A client with Nagle's algorithm holds its request back until Finished is acknowledged."""
    tls = wire.context(version)
    times = []
    for _ in range(20):
        begun = time.monotonic()
        assert server.ask(b"gemini://localhost/\r\n", tls=tls).status == 20
        times.append(time.monotonic() - begun)
    assert min(times) < 0.03 * serving.PATIENCE

def test_200_at_the_same_time(server):
    want = ask(server, "gemini://localhost/").raw
    clients = [server.connect() for _ in range(200)]
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


def test_200_at_the_same_time_from_threads(server):
    want = ask(server, "gemini://localhost/reviews/first/").raw
    wrong = []

    def run():
        for _ in range(10):
            answer = server.ask(b"gemini://localhost/reviews/first/\r\n")
            if answer.raw != want or not answer.closed:
                wrong.append(answer)

    threads = [threading.Thread(target=run) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
