"""Certificates of readers in the handshake: of any kind, asked for only where they are of use."""

import hashlib
import re
import ssl
import subprocess

import pytest
import serving
import wire

BOTH = pytest.mark.parametrize("version", wire.VERSIONS, ids=["tls1.2", "tls1.3"])
KINDS = {
    "P-256": ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
    "P-384": ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384"],
    "P-521": ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-521"],
    "RSA-2048": ["-newkey", "rsa:2048"],
    "RSA-3072": ["-newkey", "rsa:3072"],
    "RSA-1024": ["-newkey", "rsa:1024"],
    "RSA-PSS": ["-newkey", "rsa-pss", "-pkeyopt", "rsa_keygen_bits:2048"],
    "SHA-1": ["-newkey", "rsa:2048", "-sha1"],
    "Ed25519": ["-newkey", "ed25519"],
    "Ed448": ["-newkey", "ed448"],
}


def openssl(*arguments):
    subprocess.run(["openssl", *arguments], capture_output=True, check=True)


def make(folder, name, *options):
    """A pair, which is made once."""
    folder.mkdir(exist_ok=True)
    if not (folder / f"{name}.crt").exists():
        openssl("req", "-x509", "-nodes", "-days", "30", "-subj", f"/CN={name}", *options, "-keyout",
                folder / f"{name}.key", "-out", folder / f"{name}.crt")
    return folder / f"{name}.crt", folder / f"{name}.key"


def capsule(folder, host, closed=True):
    serving.write_capsule(folder)
    (folder / "capsule.conf").write_text(
        f"Title: {folder.name}\nHost: {host}\n" +
        (f"Certificate: nobody {'0' * 64}\nClosed: /reviews/ nobody\n" if closed else ""))
    return folder


@pytest.fixture(name="world", scope="module")
def world_fixture(tmp_path_factory):
    """A server with one capsule that is open and one that has a closed area."""
    folder = tmp_path_factory.mktemp("readers")
    folders = [capsule(folder / "open", "open.test", closed=False),
               capsule(folder / "closed", "closed.test")]
    with serving.Server(folders, folder / "certs") as server:
        yield server, folder


def client(version, pair=None, weak=False):
    made = wire.context(version)
    if weak:
        made.set_ciphers("DEFAULT@SECLEVEL=0")
    if pair:
        made.load_cert_chain(*pair)
    return made


def get(server, host, tls, path="/reviews/", name=""):
    return wire.get(server.port, f"gemini://{host}{path}", name=host if name == "" else name, tls=tls)


def digest(pair):
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pair[0].read_text())).hexdigest()


@BOTH
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind(world, version, kind):
    server, folder = world
    pair = make(folder / "made", kind, *KINDS[kind])
    tls = client(version, pair, weak=kind in ("RSA-1024", "SHA-1"))
    answer = get(server, "closed.test", tls)
    assert answer.status == 61
    assert digest(pair) in answer.meta.lower().replace(":", "")
    assert get(server, "open.test", tls).status == 20


@BOTH
def test_one_that_has_expired_does_not_end_the_handshake(world, version):
    server, folder = world
    (folder / "index").write_text("")
    (folder / "serial").write_text("01\n")
    (folder / "ca.conf").write_text(
        f"[ca]\ndefault_ca=it\n[it]\ndatabase={folder}/index\nnew_certs_dir={folder}\n"
        f"serial={folder}/serial\ndefault_md=sha256\npolicy=p\n[p]\ncommonName=supplied\n")
    openssl("req", "-new", "-newkey", "ed25519", "-nodes", "-subj", "/CN=late", "-keyout",
            folder / "late.key", "-out", folder / "late.csr")
    openssl("ca", "-batch", "-config", folder / "ca.conf", "-selfsign", "-keyfile", folder / "late.key",
            "-in", folder / "late.csr", "-startdate", "20200101000000Z", "-enddate", "20210101000000Z",
            "-notext", "-out", folder / "late.crt")
    pair = folder / "late.crt", folder / "late.key"
    assert get(server, "closed.test", client(version, pair)).status == 62
    assert get(server, "closed.test", client(version, pair), path="/").status == 20


def is_asked(server, name, version):
    """Whether the server asks for a certificate."""
    option = "-tls1_2" if version == wire.TLS_12 else "-tls1_3"
    wanted = ["-servername", name] if name else ["-noservername"]
    done = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{server.port}", option,
                           *wanted], stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8",
                          errors="replace", timeout=20, check=False)
    assert "BEGIN CERTIFICATE" in done.stdout
    return bool(re.search(r"^(Requested Signature Algorithms|Client Certificate Types)", done.stdout, re.M))


@BOTH
def test_who_is_asked(world, version):
    server, _ = world
    assert is_asked(server, "closed.test", version)
    assert not is_asked(server, "open.test", version)
    # Who does not say which capsule may want any of them.
    assert is_asked(server, "unknown.test", version)
    assert is_asked(server, None, version)


@BOTH
def test_without_a_server_name(world, version):
    server, folder = world
    pair = make(folder / "made", "nameless", *KINDS["P-256"])
    answer = get(server, "closed.test", client(version, pair), name=None)
    assert answer.status == 61 and digest(pair) in answer.meta.lower().replace(":", "")


@BOTH
def test_chains(world, version):
    """One that goes with its certificate is read and not looked at; one without end ends the connection."""
    server, folder = world
    leaf = make(folder / "made", "chained", *KINDS["P-256"])
    link = make(folder / "made", "link", *KINDS["RSA-3072"])[0].read_text()
    chain = folder / "made/chain.pem"
    chain.write_text(leaf[0].read_text() + link * 10)
    answer = get(server, "closed.test", client(version, (chain, leaf[1])))
    assert answer.status == 61 and digest(leaf) in answer.meta.lower().replace(":", "")
    for links in (40, 200):
        chain.write_text(leaf[0].read_text() + link * links)
        with pytest.raises((ssl.SSLError, OSError)):
            answer = get(server, "closed.test", client(version, (chain, leaf[1])))
            assert answer.raw == b"" and not answer.closed
            raise ssl.SSLError("cut, as it should be")
    assert get(server, "open.test", client(version)).status == 20
