"""Session tickets: who comes again is spared a signature, in every worker, after reloads and restarts."""

import glob
import hashlib
import os
import shutil
import ssl
import subprocess
import time

import pytest
import serving
import wire

BOTH = pytest.mark.parametrize("version", wire.VERSIONS, ids=["tls1.2", "tls1.3"])
KINDS = {"P-256": ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
         "P-384": ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384"],
         "RSA": ["-newkey", "rsa:2048"], "Ed25519": ["-newkey", "ed25519"]}


@pytest.fixture(name="serve")
def serve_fixture(tmp_path):
    servers = []

    def serve(*options, folder="capsule", certs="certs", conf="", **more):
        if not (tmp_path / folder).exists():
            serving.write_capsule(tmp_path / folder, conf)
        server = serving.Server(tmp_path / folder, tmp_path / certs, *options, **more)
        servers.append(server)
        return server
    yield serve
    for server in servers:
        server.close()


def new_pair(folder, name, kind="P-256", san="DNS:localhost,DNS:capsule.test"):
    folder.mkdir(exist_ok=True)
    subprocess.run(["openssl", "req", "-x509", "-nodes", "-days", "400", "-subj", f"/CN={name}",
                    "-addext", f"subjectAltName={san}", *KINDS[kind], "-keyout", folder / f"{name}.key",
                    "-out", folder / f"{name}.crt"], stderr=subprocess.DEVNULL, check=True)
    (folder / f"{name}.key").chmod(0o600)


class Visitor:
    """A client that keeps its session from one visit to the next."""

    def __init__(self, version, certificate=None):
        self.tls = wire.context(version)
        if certificate:
            self.tls.load_cert_chain(*certificate)
        self.session = None

    def visit(self, server, path="/", name="localhost"):
        """The answer, and whether the session was resumed."""
        with wire.Wire(server.port, self.tls, name=name) as client:
            if self.session:
                client.tls.session = self.session
            client.handshake()
            client.send(f"gemini://{name}{path}\r\n".encode())
            answer = client.answer()
            resumed = client.tls.session_reused
            self.session = client.tls.session
            return answer, resumed

    def comes_again(self, server, **options):
        answer, resumed = self.visit(server, **options)
        assert answer.status == 20 and answer.closed
        return resumed


def gets_ticket(visitor):
    return bool(visitor.session and visitor.session.has_ticket)


@BOTH
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("mode", ["auto", "yes", "no"])
def test_who_gets_tickets(serve, tmp_path, version, kind, mode):
    new_pair(tmp_path / "certs", "localhost", kind)
    server = serve("--set", f"Tickets={mode}")
    wanted = mode == "yes" or (mode == "auto" and kind in ("RSA", "P-384"))
    visitor = Visitor(version)
    assert not visitor.comes_again(server)
    assert gets_ticket(visitor) == wanted
    assert visitor.comes_again(server) == wanted
    assert (server.certs / "tickets.secret").exists() == wanted


def test_the_default_is_auto(serve, tmp_path):
    visitor = Visitor(wire.TLS_13)
    server = serve()
    visitor.comes_again(server)
    assert not gets_ticket(visitor)
    assert not (server.certs / "tickets.secret").exists()


def test_a_wrong_value(tmp_path):
    serving.write_capsule(tmp_path / "capsule")
    done = subprocess.run([serving.BINARY, "serve", tmp_path / "capsule", "--set", "Tickets=perhaps"],
                          capture_output=True, encoding="utf-8", timeout=20, check=False)
    assert done.returncode != 0 and "expected yes, no or auto" in done.stderr


@BOTH
def test_in_every_worker(serve, version):
    server = serve("--set", "Tickets=yes", workers=4)
    visitor = Visitor(version)
    visitor.comes_again(server)
    assert all(visitor.comes_again(server) for _ in range(20))


@BOTH
def test_a_ticket_can_be_used_again(serve, version):
    """Clients of TLS 1.2 do, and nobody is refused who does it in TLS 1.3."""
    server = serve("--set", "Tickets=yes")
    visitor = Visitor(version)
    visitor.comes_again(server)
    first = visitor.session
    for _ in range(5):
        visitor.session = first
        assert visitor.comes_again(server)


@BOTH
def test_after_a_reload_and_a_restart(serve, version):
    server = serve("--set", "Tickets=yes")
    visitor = Visitor(version)
    visitor.comes_again(server)
    mark = server.mark()
    serving.write_review(server.capsule, "third")
    server.wait_for_reload(mark)
    assert visitor.comes_again(server)
    server.close()
    server = serve("--set", "Tickets=yes")
    assert visitor.comes_again(server)


@BOTH
def test_two_servers_with_one_secret(serve, tmp_path, version):
    one = serve("--set", "Tickets=yes")
    shutil.copytree(tmp_path / "certs", tmp_path / "copy")
    two = serve("--set", "Tickets=yes", certs="copy")
    visitor = Visitor(version)
    visitor.comes_again(one)
    assert visitor.comes_again(two) and visitor.comes_again(one)


@BOTH
def test_a_foreign_ticket_is_no_failure(serve, tmp_path, version):
    """From a server with another secret, or with no tickets at all: a full handshake."""
    one = serve("--set", "Tickets=yes")
    shutil.copytree(tmp_path / "certs", tmp_path / "other")
    (tmp_path / "other/tickets.secret").unlink()
    other = serve("--set", "Tickets=yes", certs="other")
    none = serve("--set", "Tickets=no", certs="other")
    visitor = Visitor(version)
    visitor.comes_again(one)
    ticket = visitor.session
    assert not visitor.comes_again(none)
    visitor.session = ticket
    assert not visitor.comes_again(other)
    assert visitor.comes_again(other)  # it got a new one


@BOTH
def test_a_new_secret(serve, tmp_path, version):
    server = serve("--set", "Tickets=yes")
    visitor = Visitor(version)
    visitor.comes_again(server)
    secret = server.certs / "tickets.secret"
    assert secret.stat().st_mode & 0o777 == 0o600
    old = secret.read_text()
    mark = server.mark()
    (tmp_path / "fresh").write_text("0123456789abcdef" * 4 + "\n")
    (tmp_path / "fresh").chmod(0o600)
    (tmp_path / "fresh").rename(secret)
    server.wait_for_reload(mark)
    assert old != secret.read_text()
    assert not visitor.comes_again(server)
    assert visitor.comes_again(server)
    # One that cannot be used leaves the one in use.
    server.expect(r"matinee: keeping the secret of session tickets: .*")
    secret.chmod(0o644)
    server.wait_for("keeping the secret of session tickets: .*others may read it")
    assert visitor.comes_again(server)


def test_a_secret_that_others_can_read(tmp_path):
    serving.write_capsule(tmp_path / "capsule")
    new_pair(tmp_path / "certs", "localhost")
    secret = tmp_path / "certs/tickets.secret"
    for text, mode, says in (("0123456789abcdef" * 4, 0o644, "others may read it"),
                             ("0123", 0o600, "expected 64 hexadecimal digits")):
        secret.write_text(text)
        secret.chmod(mode)
        done = subprocess.run([serving.BINARY, "serve", tmp_path / "capsule", "--certs",
                               tmp_path / "certs", "--set", "Tickets=yes", "--listen", "127.0.0.1:0"],
                              capture_output=True, encoding="utf-8", timeout=20, check=False)
        assert done.returncode == 1 and says in done.stderr


def test_a_folder_that_cannot_be_written(serve, tmp_path):
    """Tickets are good as long as the server lives."""
    if os.geteuid() == 0:
        pytest.skip("root can write everywhere")
    new_pair(tmp_path / "certs", "localhost")
    (tmp_path / "certs").chmod(0o500)
    try:
        server = serve("--set", "Tickets=yes")
        server.expect(r"matinee: session tickets end with this server: .*")
        visitor = Visitor(wire.TLS_13)
        visitor.comes_again(server)
        mark = server.mark()
        serving.write_review(server.capsule, "third")
        server.wait_for_reload(mark)
        assert visitor.comes_again(server)
    finally:
        (tmp_path / "certs").chmod(0o700)


@BOTH
def test_another_certificate_takes_no_ticket(serve, tmp_path, version):
    """A ticket that was given for one certificate is none where another one is presented."""
    new_pair(tmp_path / "certs", "localhost")
    new_pair(tmp_path / "certs", "capsule.test", san="DNS:capsule.test")
    server = serve("--set", "Tickets=yes")
    visitor = Visitor(version)
    visitor.comes_again(server)
    assert not visitor.comes_again(server, name="capsule.test")
    assert visitor.comes_again(server, name="capsule.test")
    assert not visitor.comes_again(server)


@BOTH
def test_a_renewed_certificate(serve, version):
    server = serve("--set", "Tickets=yes")
    visitor = Visitor(version)
    visitor.comes_again(server)
    mark = server.mark()
    subprocess.run([serving.BINARY, "cert", "--certs", server.certs, "--host", "localhost", "renew"],
                   check=True, capture_output=True)
    server.wait_for_reload(mark)
    assert not visitor.comes_again(server)
    assert visitor.comes_again(server)


def at_offset(hours):
    """Run the server in another hour."""
    libraries = glob.glob("/usr/lib/*/faketime/libfaketime.so.1")
    if not libraries or os.environ.get("MATINEE_MODE") == "asan":
        pytest.skip("needs libfaketime, and a server without the sanitizers")
    return ("env", f"LD_PRELOAD={libraries[0]}", f"FAKETIME={hours:+d}h", "FAKETIME_DONT_FAKE_MONOTONIC=1")


@BOTH
@pytest.mark.parametrize("hours, good", [(1, True), (-1, True), (3, False), (-3, False)])
def test_another_hour(serve, version, hours, good):
    server = serve("--set", "Tickets=yes")
    visitor = Visitor(version)
    visitor.comes_again(server)
    server.close()
    server = serve("--set", "Tickets=yes", wrapper=at_offset(hours))
    resumed = visitor.comes_again(server)
    assert resumed == good
    assert visitor.comes_again(server)


@BOTH
def test_openssl_and_gnutls_take_them(serve, tmp_path, version):
    server = serve("--set", "Tickets=yes")
    option = "-tls1_2" if version == wire.TLS_12 else "-tls1_3"
    file = tmp_path / "session"

    def openssl(*arguments):
        return subprocess.run(
            ["openssl", "s_client", "-connect", f"127.0.0.1:{server.port}", "-servername", "localhost",
             option, "-ign_eof", *arguments], input="gemini://localhost/\r\n", capture_output=True,
            encoding="utf-8", timeout=20, check=False).stdout
    first = openssl("-sess_out", file)
    assert "New, TLSv1" in first and "20 text/gemini" in first
    again = openssl("-sess_in", file)
    assert "Reused, TLSv1" in again and "20 text/gemini" in again
    if shutil.which("gnutls-cli"):
        priority = "NORMAL:-VERS-ALL:+VERS-TLS1." + ("2" if version == wire.TLS_12 else "3")
        done = subprocess.run(["gnutls-cli", "--insecure", "--resume", "--priority", priority, "--port",
                               str(server.port), "--sni-hostname", "localhost", "127.0.0.1"],
                              input="gemini://localhost/\r\n", capture_output=True, encoding="utf-8",
                              timeout=20, check=False)
        assert "This is a resumed session" in done.stdout


# --- with certificates of clients ---

@pytest.fixture(name="readers")
def readers_fixture(tmp_path):
    made = {}
    for name in ("kim", "lee"):
        new_pair(tmp_path / "readers", name, san=f"DNS:{name}")
        pem = (tmp_path / f"readers/{name}.crt").read_text()
        made[name] = (tmp_path / f"readers/{name}.crt", tmp_path / f"readers/{name}.key",
                      ssl.PEM_cert_to_DER_cert(pem))
    return made


def closed(readers, *names):
    lines = "".join(f"Certificate: {name} {hashlib.sha256(readers[name][2]).hexdigest()}\n"
                    for name in names)
    return f"{lines}Closed: /reviews/ {', '.join(names)}\n"


@BOTH
def test_with_certificates_of_clients(serve, readers, version):
    server = serve("--set", "Tickets=yes", conf=closed(readers, "kim"))
    kim = Visitor(version, readers["kim"][:2])
    lee = Visitor(version, readers["lee"][:2])
    nobody = Visitor(version)
    for visitor, status in ((kim, 20), (lee, 61)):
        answer, resumed = visitor.visit(server, "/reviews/")
        assert (answer.status, resumed) == (status, False)
        for _ in range(3):
            answer, resumed = visitor.visit(server, "/reviews/")
            assert (answer.status, resumed) == (status, True)
    # Who showed none is asked again each time: a reader chooses one when told to.
    for _ in range(3):
        answer, resumed = nobody.visit(server, "/reviews/")
        assert (answer.status, resumed) == (60, False)
    assert not gets_ticket(nobody)
    answer, _ = nobody.visit(server, "/")
    assert answer.status == 20


@BOTH
def test_a_certificate_that_is_taken_off_the_list(serve, readers, version):
    """What a session was begun with says who somebody is, not what is allowed."""
    server = serve("--set", "Tickets=yes", conf=closed(readers, "kim", "lee"))
    kim = Visitor(version, readers["kim"][:2])
    assert kim.visit(server, "/reviews/")[0].status == 20
    mark = server.mark()
    serving.write_capsule(server.capsule, closed(readers, "lee"))
    server.wait_for_reload(mark)
    server.wait_until(lambda: kim.visit(server, "/reviews/")[0].status == 61)
    answer, resumed = kim.visit(server, "/reviews/")
    assert (answer.status, resumed) == (61, True)


@BOTH
def test_an_area_that_is_closed_later(serve, readers, version):
    """Nobody was asked when the ticket was given, so it is none any more."""
    server = serve("--set", "Tickets=yes")
    kim = Visitor(version, readers["kim"][:2])
    assert kim.visit(server, "/reviews/")[0].status == 20
    assert kim.visit(server, "/reviews/")[1]
    ticket = kim.session
    mark = server.mark()
    serving.write_capsule(server.capsule, closed(readers, "kim"))
    server.wait_for_reload(mark)

    def visit():
        kim.session = ticket
        return kim.visit(server, "/reviews/")
    server.wait_until(lambda: not visit()[1])
    assert visit()[0].status == 20


@BOTH
def test_tickets_while_files_change(serve, version):
    """Resumed or not, every request is answered."""
    server = serve("--set", "Tickets=yes")
    visitor = Visitor(version)
    end = time.monotonic() + 3
    resumed = visits = 0
    while time.monotonic() < end:
        if visits % 50 == 0:
            fresh = serving.write_review(server.capsule, ".third", title=f"Third {visits}")
            fresh.rename(fresh.with_name("third.gmi"))
        resumed += visitor.comes_again(server)
        visits += 1
    assert resumed == visits - 1
