"""The 27 checks of gemini-diagnostics (github.com/michael-lazar/gemini-diagnostics), each under its
own name. One is held to another answer than the tool's: RequestMissingCR, where it stands."""

import re
import socket
import ssl
import subprocess

import pytest
import serving
import wire

VERSIONS = pytest.mark.parametrize("version", wire.VERSIONS, ids=["tls1.2", "tls1.3"])


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("diagnostics")
    capsule = serving.write_capsule(folder / "capsule")
    with serving.Server(capsule, folder / "certs") as running:
        yield running


def ask(server, request, version):
    """The answer to a request in which `{host}` is our name with the listening port."""
    answer = server.ask(request.replace("{host}", f"localhost:{server.port}").encode(
        errors="surrogateescape"), tls=wire.context(version))
    assert answer.closed and answer.raw.index(b"\r\n") >= 3
    if answer.status != 20:
        assert answer.body == b""
    return answer


# --- addresses and TLS ---

def test_IPv4Address(server):
    socket.create_connection(("127.0.0.1", server.port), timeout=wire.SECONDS).close()


@pytest.mark.skipif(not serving.has_ipv6(), reason="this machine has no IPv6")
def test_IPv6Address(serve, capsule):
    server = serve(capsule, listen=("[::1]:0",))
    socket.create_connection(("::1", server.port), timeout=wire.SECONDS).close()
    assert server.get(address="::1").status == 20


def test_TLSVersion(server):
    with server.connect(tls=wire.context(None)) as client:
        assert client.handshake().tls.version() == "TLSv1.3"


def presented(server, folder):
    with server.connect() as client:
        der = client.handshake().tls.getpeercert(binary_form=True)
    path = folder / "presented.pem"
    path.write_text(ssl.DER_cert_to_PEM_cert(der))
    return path


def test_TLSClaims(server, tmp_path):
    path = presented(server, tmp_path)
    for option in (["-checkend", "0"], ["-checkhost", "localhost"], ["-checkhost", "capsule.test"]):
        done = subprocess.run(["openssl", "x509", "-noout", "-in", path, *option],
                              stdout=subprocess.PIPE, text=True, check=False)
        assert re.search(r"will not expire|does match", done.stdout)
    # `verify` looks at both ends of its time.
    done = subprocess.run(["openssl", "verify", "-CAfile", path, "-verify_hostname", "localhost", path],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    assert done.stdout.endswith(": OK\n")


@VERSIONS
def test_TLSVerified(server, tmp_path, version):
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    tls.minimum_version = tls.maximum_version = version
    with server.connect(tls=tls) as client, pytest.raises(ssl.SSLCertVerificationError) as caught:
        client.handshake()
    assert caught.value.verify_code == 18  # self-signed
    tls.load_verify_locations(presented(server, tmp_path))
    assert server.get(tls=tls).status == 20


@VERSIONS
def test_TLSCloseNotify(server, version):
    for path in ("/", "/09pdsakjo73hjn12id78"):
        assert server.get(path, tls=wire.context(version)).closed


def test_TLSRequired(server):
    with socket.create_connection(("127.0.0.1", server.port), timeout=wire.SECONDS) as client:
        client.sendall(f"gemini://localhost:{server.port}\r\n".encode())
        try:
            assert client.recv(100) == b""
        except ConnectionResetError:
            pass


@VERSIONS
def test_ConcurrentConnections(server, version):
    tls = wire.context(version)
    request = f"gemini://localhost:{server.port}/\r\n".encode()
    with server.connect(tls=tls) as one:
        one.handshake()
        one.send(request[:1])
        with server.connect(tls=tls) as two:
            two.handshake()
            two.send(request)
            assert two.answer().status == 20
        one.send(request[1:])
        assert one.answer().status == 20


# --- answers ---

@VERSIONS
def test_ResponseFormat(server, version):
    answer = ask(server, "gemini://{host}/\r\n", version)
    assert re.match(rb"20 text/gemini(; ?[a-z]+=[^; ]+)*\r\n[^\r\n]", answer.raw)
    assert answer.body.endswith(b"\n") and b"\r" not in answer.body
    answer.body.decode("utf-8")


@VERSIONS
def test_HomepageNoRedirect(server, version):
    answer = ask(server, "gemini://{host}\r\n", version)
    assert answer.status == 20 and answer.raw == ask(server, "gemini://{host}/\r\n", version).raw


@VERSIONS
def test_PageNotFound(server, version):
    assert ask(server, "gemini://{host}/09pdsakjo73hjn12id78\r\n", version).status == 51


@VERSIONS
def test_RequestMissingCR(server, version):
    """The tool wants such a request to time out. 59 at once serves nothing either, and makes nobody
    wait (docs/protocol.md)."""
    answer = ask(server, "gemini://{host}/\n", version)
    assert answer.status == 59 and answer.seconds < 2 * serving.PATIENCE


# --- URLs ---

@VERSIONS
def test_URLIncludePort(server, version):
    assert ask(server, f"gemini://localhost:{server.port}/\r\n", version).status == 20


@VERSIONS
def test_URLSchemeMissing(server, version):
    assert ask(server, "//{host}/\r\n", version).status == 59


@VERSIONS
def test_URLByIPAddress(server, version):
    """The tool leaves open what is right; an address that is no Host of the capsule is not ours."""
    assert ask(server, f"gemini://127.0.0.1:{server.port}/\r\n", version).status == 53


@VERSIONS
def test_URLInvalidUTF8Byte(server, version):
    assert ask(server, "gemini://{host}/\udcdc\r\n", version).status == 59


@VERSIONS
def test_URLMaxSize(server, version):
    url = f"gemini://localhost:{server.port}/".ljust(1024, "0")
    assert ask(server, url + "\r\n", version).status == 51


@VERSIONS
def test_URLAboveMaxSize(server, version):
    url = f"gemini://localhost:{server.port}/".ljust(1025, "0")
    assert ask(server, url + "\r\n", version).status == 59


@VERSIONS
def test_URLWrongPort(server, version):
    assert ask(server, "gemini://localhost:443/\r\n", version).status == 53


@VERSIONS
def test_URLWrongHost(server, version):
    assert ask(server, "gemini://wikipedia.org/\r\n", version).status == 53


@VERSIONS
def test_URLSchemeHTTP(server, version):
    assert ask(server, "http://{host}/\r\n", version).status == 53


@VERSIONS
def test_URLSchemeHTTPS(server, version):
    assert ask(server, "https://{host}/\r\n", version).status == 53


@VERSIONS
def test_URLSchemeGopher(server, version):
    assert ask(server, "gopher://{host}/\r\n", version).status == 53


@VERSIONS
def test_URLEmpty(server, version):
    assert ask(server, "\r\n", version).status == 59


@VERSIONS
def test_URLRelative(server, version):
    assert ask(server, "/\r\n", version).status == 59


@VERSIONS
def test_URLInvalid(server, version):
    assert ask(server, "Hello Gemini!\r\n", version).status == 59


@VERSIONS
def test_URLDotEscape(server, version):
    assert ask(server, "gemini://{host}/../../\r\n", version).status // 10 == 5
