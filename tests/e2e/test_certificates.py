"""Which certificate is presented to whom, and what happens when certificates change."""

import os
import ssl
import subprocess
import threading
from pathlib import Path

import pytest
import serving
import wire

EC = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
BOTH = pytest.mark.parametrize("version", wire.VERSIONS, ids=["tls1.2", "tls1.3"])
UNCOVERED = r"matinee: the certificate is not for .*"


@pytest.fixture(name="serve")
def serve_fixture(tmp_path):
    servers = []

    def serve(*arguments, **options):
        server = serving.Server(*arguments, **options)
        servers.append(server)
        return server
    yield serve
    for server in servers:
        server.close()


def capsule(folder, hosts, conf=""):
    serving.write_capsule(folder)
    (folder / "capsule.conf").write_text(f"Title: {folder.name}\nHost: {hosts}\nLang: en\n{conf}")
    return folder


def make(folder, name, *hosts, options=EC, file=None):
    """A pair as another tool makes it, put in place key first."""
    folder.mkdir(exist_ok=True)
    names = ",".join(f"DNS:{host}" for host in hosts or (name,))
    subprocess.run(["openssl", "req", "-x509", "-nodes", "-days", "400", "-subj", f"/CN={name}",
                    "-addext", f"subjectAltName={names}", *options, "-keyout", folder / ".key", "-out",
                    folder / ".crt"], stderr=subprocess.DEVNULL, check=True)
    (folder / ".key").chmod(0o600)
    (folder / ".key").rename(folder / f"{file or name}.key")
    (folder / ".crt").rename(folder / f"{file or name}.crt")


def der(folder, name):
    text = (folder / f"{name}.crt").read_text()
    return ssl.PEM_cert_to_DER_cert(text[:text.index("-----END") + 26])


def presented(server, name, version=wire.TLS_13):
    with wire.Wire(server.port, wire.context(version), name=name) as client:
        client.handshake()
        return client.tls.getpeercert(binary_form=True)


def status(server, host, name, version=wire.TLS_13):
    return wire.get(server.port, f"gemini://{host}/", name=name, tls=wire.context(version)).status


def cert(server, *arguments):
    return subprocess.run([serving.BINARY, "cert", "--certs", server.certs, *arguments], check=True,
                          capture_output=True, cwd=server.certs)


@BOTH
def test_the_server_name_chooses(serve, tmp_path, version):
    server = serve([capsule(tmp_path / "a", "a.test, www.a.test"),
                    capsule(tmp_path / "b", "b.test, *.b.test, bücher.test")], tmp_path / "certs")
    a, b = der(server.certs, "a.test"), der(server.certs, "b.test")
    assert a != b
    for name, expected in [("a.test", a), ("WWW.a.test", a), ("b.test", b), ("any.b.test", b),
                           ("xn--bcher-kva.test", b), (None, a), ("unknown.test", a),
                           ("deep.any.b.test", a), ("*.b.test", a)]:
        assert presented(server, name, version) == expected, name
    assert status(server, "any.b.test", "any.b.test", version) == 20
    assert status(server, "xn--bcher-kva.test", "xn--bcher-kva.test", version) == 20
    assert status(server, "b%C3%BCcher.test", "xn--bcher-kva.test", version) == 20
    assert status(server, "deep.any.b.test", "deep.any.b.test", version) == 53
    # A pattern is no name.
    assert status(server, "*.b.test", None, version) == 53


def test_a_client_that_has_to_say_hello_again(serve, tmp_path):
    """It offers no key share that we take at first; its name counts in the second hello as well."""
    server = serve([capsule(tmp_path / "a", "a.test"), capsule(tmp_path / "b", "b.test")],
                   tmp_path / "certs", "--set", "Tickets=yes")
    done = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{server.port}", "-tls1_3",
                           "-groups", "P-521:P-256", "-servername", "b.test", "-ign_eof"],
                          input="gemini://b.test/\r\n", capture_output=True, encoding="utf-8",
                          timeout=20, check=False)
    assert "subject=CN = b.test" in done.stdout or "subject=CN=b.test" in done.stdout
    assert "20 text/gemini" in done.stdout


@BOTH
def test_the_url_decides_when_the_certificate_covers_it(serve, tmp_path, version):
    server = serve([capsule(tmp_path / "a", "a.test, www.a.test"), capsule(tmp_path / "b", "b.test")],
                   tmp_path / "certs")
    assert status(server, "www.a.test", "a.test", version) == 20
    assert status(server, "b.test", "a.test", version) == 53
    assert status(server, "a.test", "b.test", version) == 53
    # A name that nobody has gets the first capsule's certificate.
    assert status(server, "a.test", "unknown.test", version) == 20
    assert status(server, "b.test", "unknown.test", version) == 53
    # No name is no promise.
    assert status(server, "b.test", None, version) == 20


@BOTH
def test_a_certificate_for_both_capsules(serve, tmp_path, version):
    certs = tmp_path / "certs"
    make(certs, "a.test", "a.test", "b.test")
    make(certs, "b.test")
    server = serve([capsule(tmp_path / "a", "a.test"), capsule(tmp_path / "b", "b.test")], certs)
    assert presented(server, "b.test", version) == der(certs, "b.test")
    answer = wire.get(server.port, "gemini://b.test/", name="a.test", tls=wire.context(version))
    assert answer.status == 20 and "# b" in answer.text


def test_a_pair_for_another_name_of_a_capsule(serve, tmp_path):
    certs = tmp_path / "certs"
    make(certs, "www.a.test")
    make(certs, "*.a.test", file="wildcard_.a.test")
    server = serve(capsule(tmp_path / "a", "a.test, www.a.test, *.a.test, other.test"), certs)
    assert server.find("made a certificate: .*/a.test.crt")
    assert presented(server, "www.a.test") == der(certs, "www.a.test")
    assert presented(server, "x.a.test") == der(certs, "wildcard_.a.test")
    for name in ("a.test", "other.test", None):
        assert presented(server, name) == der(certs, "a.test")


def test_no_certificate_is_made_for_a_name_that_one_is_for(serve, tmp_path):
    """A first name that comes later: who pinned the certificate still sees it."""
    certs = tmp_path / "certs"
    make(certs, "old.test", "old.test", "new.test")
    server = serve(capsule(tmp_path / "a", "new.test, old.test"), certs)
    assert sorted(path.name for path in certs.iterdir()) == ["old.test.crt", "old.test.key"]
    assert presented(server, "new.test") == presented(server, None) == der(certs, "old.test")


def test_addresses(serve, tmp_path):
    server = serve(capsule(tmp_path / "a", "127.0.0.1, [::1], localhost"), tmp_path / "certs")
    text = subprocess.run(["openssl", "x509", "-in", server.certs / "127.0.0.1.crt", "-noout", "-ext",
                           "subjectAltName"], capture_output=True, check=True, encoding="ascii").stdout
    assert "IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1, DNS:localhost" in text
    for url in ("gemini://127.0.0.1/", "gemini://[::1]/", "gemini://[0::1]/", "gemini://localhost/"):
        assert wire.get(server.port, url, name=None).status == 20


def test_every_kind_of_key_side_by_side(serve, tmp_path):
    kinds = {"rsa": ["-newkey", "rsa:2048"], "ed": ["-newkey", "ed25519"], "ec": EC,
             "p384": ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384"]}
    certs = tmp_path / "certs"
    for kind, options in kinds.items():
        make(certs, f"{kind}.test", options=options)
    server = serve([capsule(tmp_path / kind, f"{kind}.test") for kind in kinds], certs)
    for version in wire.VERSIONS:
        for kind in kinds:
            assert presented(server, f"{kind}.test", version) == der(certs, f"{kind}.test")
            assert status(server, f"{kind}.test", f"{kind}.test", version) == 20


def test_a_new_pair_is_taken_up(serve, tmp_path):
    server = serve(capsule(tmp_path / "a", "a.test, www.a.test"), tmp_path / "certs")
    before = presented(server, "www.a.test")
    make(server.certs, "www.a.test")
    fresh = der(server.certs, "www.a.test")
    server.wait_until(lambda: presented(server, "www.a.test") == fresh)
    assert presented(server, "a.test") == before
    # … and forgotten when it is gone.
    for name in ("www.a.test.key", "www.a.test.crt"):
        (server.certs / name).unlink()
    server.expect(r"matinee: keeping the certificate in use: .*")
    server.wait_until(lambda: presented(server, "www.a.test") == before)


def test_a_name_that_comes_later(serve, tmp_path):
    folder = capsule(tmp_path / "a", "a.test")
    server = serve(folder, tmp_path / "certs")
    make(server.certs, "later.test")
    server.wait_for(r"certificate SHA-256 .* for later\.test")
    server.expect(UNCOVERED)
    capsule(folder, "a.test, later.test, never.test")
    server.wait_for(r"matinee: the certificate is not for never\.test")
    server.wait_until(lambda: presented(server, "later.test") == der(server.certs, "later.test"))
    assert not server.find(r"matinee: the certificate is not for later\.test")


@pytest.mark.parametrize("options", [[], ["--keep-key"]], ids=["new key", "old key"])
def test_renewed_while_it_serves(serve, tmp_path, options):
    """No connection is lost, and none is shown anything but the old or the new certificate."""
    server = serve(capsule(tmp_path / "a", "a.test"), tmp_path / "certs")
    good = {presented(server, "a.test")}
    seen, problems, end = set(), [], threading.Event()

    def read():
        while not end.is_set():
            try:
                with wire.Wire(server.port, name="a.test") as client:
                    client.handshake()
                    seen.add(client.tls.getpeercert(binary_form=True))
                    client.send(b"gemini://a.test/\r\n")
                    answer = client.answer()
                    if answer.status != 20 or not answer.closed:
                        problems.append(answer.raw[:80])
            except (OSError, AssertionError) as problem:
                problems.append(repr(problem))
    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    try:
        for _ in range(3):
            cert(server, "--host", "a.test", *options, "renew")
            fresh = der(server.certs, "a.test")
            assert fresh not in good
            good.add(fresh)
            server.wait_until(lambda fresh=fresh: presented(server, "a.test") == fresh)
    finally:
        end.set()
        for reader in readers:
            reader.join()
    assert not problems
    assert seen <= good and len(seen) > 1


def test_renewed_by_halves(serve, tmp_path):
    """Whoever renews may die in between: what is there belongs together all the same."""
    server = serve(capsule(tmp_path / "a", "a.test"), tmp_path / "certs")
    make(tmp_path / "fresh", "a.test")
    fresh = der(tmp_path / "fresh", "a.test")
    (tmp_path / "fresh/a.test.crt").rename(server.certs / ".a.test.crt.new")
    (tmp_path / "fresh/a.test.key").rename(server.certs / "a.test.key")
    server.wait_until(lambda: presented(server, "a.test") == fresh)
    server.close()
    again = serve(server.capsule, server.certs)
    assert presented(again, "a.test") == fresh


def test_servers_that_start_at_once(tmp_path):
    """They share a folder in which there is nothing yet, and end up with one certificate."""
    folder, certs = capsule(tmp_path / "a", "a.test"), tmp_path / "certs"
    started = []
    threads = [threading.Thread(target=lambda: started.append(
        serving.Server(folder, certs, "--set", "Tickets=yes", workers=1))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(started) == len(threads)
    for server in started:
        assert presented(server, "a.test") == der(certs, "a.test")
        server.close()


def test_a_certificate_that_is_being_made(serve, tmp_path):
    """Another server has written the key, and not yet the certificate."""
    folder, certs = capsule(tmp_path / "a", "a.test"), tmp_path / "certs"
    make(certs, "a.test")
    (certs / "a.test.crt").rename(certs / "later")
    timer = threading.Timer(0.3, (certs / "later").rename, [certs / "a.test.crt"])
    timer.start()
    server = serve(folder, certs)
    assert presented(server, "a.test") == der(certs, "a.test")
    timer.join()


def test_a_key_without_a_certificate(tmp_path):
    folder, certs = capsule(tmp_path / "a", "a.test"), tmp_path / "certs"
    make(certs, "a.test")
    (certs / "a.test.crt").unlink()
    done = subprocess.run([serving.BINARY, "serve", folder, "--certs", certs, "--listen",
                           "127.0.0.1:0"], capture_output=True, encoding="utf-8", timeout=20,
                          check=False)
    assert done.returncode == 1
    assert "a.test.crt: No such file or directory" in done.stderr
    assert (certs / "a.test.key").exists()


def test_a_key_that_others_can_read(tmp_path):
    folder, certs = capsule(tmp_path / "a", "a.test, b.test"), tmp_path / "certs"
    make(certs, "a.test", "a.test", "b.test")
    make(certs, "b.test")
    for name in ("a.test", "b.test"):
        (certs / f"{name}.key").chmod(0o604)
        done = subprocess.run([serving.BINARY, "serve", folder, "--certs", certs, "--listen",
                               "127.0.0.1:0"], capture_output=True, encoding="utf-8", timeout=20,
                              check=False)
        assert done.returncode == 1
        assert f"{name}.key: others may read it; run `chmod 600` on it" in done.stderr
        (certs / f"{name}.key").chmod(0o600)


def test_others_may_be_broken(serve, tmp_path):
    """Certificates that are no capsule's are nobody's problem."""
    certs = tmp_path / "certs"
    make(certs, "elsewhere.test")
    (certs / "elsewhere.test.crt").write_text("not PEM\n")
    make(certs, "reader")
    (certs / "reader.key").unlink()
    server = serve(capsule(tmp_path / "a", "a.test"), certs)
    server.expect(r"matinee: a certificate is passed over: .*elsewhere\.test\.crt.*")
    server.wait_for("matinee: a certificate is passed over")
    assert "reader" not in server.log
    assert status(server, "a.test", "a.test") == 20


def test_links_to_certificates_elsewhere(serve, tmp_path):
    """As other tools keep them: a new one is a link that is turned."""
    make(tmp_path / "1", "a.test")
    make(tmp_path / "2", "a.test")
    certs = tmp_path / "certs"
    certs.mkdir()

    def turn(folder):
        for end in ("key", "crt"):
            os.symlink(f"../{folder}/a.test.{end}", certs / ".link")
            (certs / ".link").rename(certs / f"a.test.{end}")
    turn("1")
    server = serve(capsule(tmp_path / "a", "a.test"), certs)
    server.expect(r"matinee: keeping the certificate in use: .*")
    assert presented(server, "a.test") == der(tmp_path / "1", "a.test")
    turn("2")
    server.wait_until(lambda: presented(server, "a.test") == der(tmp_path / "2", "a.test"))


def test_a_server_name_that_is_none(serve, tmp_path):
    """Bytes that no name holds, an empty one, one that is too long: the first capsule's certificate."""
    server = serve(capsule(tmp_path / "a", "a.test"), tmp_path / "certs")
    for name in ("a.test.", "x" * 63 + "." + "y" * 63 + "." + "z" * 63 + "." + "w" * 60, "127.0.0.1"):
        done = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{server.port}",
                               "-servername", name], input="gemini://a.test/\r\n", capture_output=True,
                              encoding="utf-8", timeout=20, check=False)
        assert "BEGIN CERTIFICATE" in done.stdout, name


def test_names_are_told(serve, tmp_path):
    server = serve(capsule(tmp_path / "a", "bücher.test, *.bücher.test"), tmp_path / "certs")
    assert (server.certs / "xn--bcher-kva.test.key").exists()
    assert server.find("certificate SHA-256 .* for xn--bcher-kva.test, \\*.xn--bcher-kva.test")
    assert Path(server.certs).stat().st_mode & 0o777 == 0o700
