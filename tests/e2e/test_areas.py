"""What capsule.conf says of paths, over real TLS: redirects, what is gone, languages, listings, and
areas that only some client certificates open."""

import hashlib
import os
import re
import shutil
import subprocess

import pytest
import serving
import wire

VERSIONS = pytest.mark.parametrize("version", wire.VERSIONS, ids=["tls1.2", "tls1.3"])

PATHS = """Redirect: /moved.gmi /about.gmi
Redirect: /posts/* /reviews/*
Redirect: /away/* gemini://other.example/*
Redirect-Temporary: /now /quotes/today.gmi
Redirect: /reviews/second/ /reviews/first/
Gone: /plain.txt, /2009/*
Lang-For: /ko/ ko
Listing: /images/, /files/
"""


@pytest.fixture(scope="module")
def paths(tmp_path_factory):
    """A server whose capsule.conf says much of paths."""
    folder = tmp_path_factory.mktemp("paths")
    capsule = serving.write_capsule(folder / "capsule", PATHS)
    for name in ("ko/index.gmi", "ko/page.gmi", "files/.hidden", "files/deep/a b.txt", "files/#.gmi",
                 "files/with/index.gmi"):
        path = capsule / "static" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("# Text\n")
    os.symlink("/etc", capsule / "static/files/out")
    os.symlink("/etc/passwd", capsule / "static/files/passwd")
    os.utime(capsule / "static/files/#.gmi", (1735819200, 1735819200))
    with serving.Server(capsule, folder / "certs") as server:
        yield server


def test_redirects(paths):
    for path, header in {
            "/moved.gmi": "31 /about.gmi",
            "/moved.gmi?a%20b": "31 /about.gmi?a%20b",
            "/%6Doved.gmi": "31 /about.gmi",
            "/posts/first/full.gmi": "31 /reviews/first/full.gmi",
            "/posts": "31 /reviews/",
            "/posts/%ED%95%9C": "31 /reviews/%ED%95%9C",
            "/away/x?q": "31 gemini://other.example/x?q",
            "/now": "30 /quotes/today.gmi",
            "/reviews/second/": "31 /reviews/first/",
            "/reviews/second": "31 /reviews/first/",
            "/reviews/second/index.gmi": "31 /reviews/first/",
    }.items():
        answer = paths.get(path)
        assert (answer.header, answer.body, answer.closed) == (header, b"", True), path
    assert paths.get("/reviews/second/full.gmi").status == 20
    # The longest request there is, sent to a longer target.
    url = paths.url("/away/")
    url += "a" * (1024 - len(url))
    answer = paths.ask(url.encode() + b"\r\n")
    assert answer.status in (31, 59) and len(answer.meta.encode()) <= 1024


@VERSIONS
def test_gone(paths, version):
    for path in ("/plain.txt", "/plain.txt?q", "/2009", "/2009/", "/2009/a/b.html"):
        answer = paths.get(path, tls=wire.context(version))
        assert answer.status == 52 and answer.meta and not answer.body and answer.closed, path
    assert paths.get("/2009.html").status == 51


def test_languages(paths):
    assert paths.get("/ko/").meta == "text/gemini; lang=ko"
    assert paths.get("/ko/page.gmi").meta == "text/gemini; lang=ko"
    assert paths.get("/about.gmi").meta == "text/gemini; lang=en"
    assert paths.get("/images/").meta == "text/gemini; lang=en"


def test_listings(paths):
    assert paths.get("/files").header == "31 /files/"
    text = paths.get("/files/").text
    assert text == ("# Files in /files/\n\n=> /files/deep/ deep/\n=> /files/with/ with/\n"
                    "=> /files/%23.gmi #.gmi (7 bytes, 2025-01-02)\n\n=> / Home: A Test Capsule\n")
    assert paths.get("/files/index.gmi").text == text
    assert "=> /files/deep/a%20b.txt a b.txt (7 bytes, 20" in paths.get("/files/deep/").text
    assert paths.get("/files/with/").text == "# Text\n"
    for link in re.findall(r"^=> (\S+)", text, re.M):
        assert paths.get(link).status == 20
    for path in ("/files/.hidden", "/files/out/", "/files/out/passwd", "/files/passwd"):
        assert paths.get(path).status == 51
    assert paths.get("/ko/page.gmi/").status == 51


def test_a_folder_with_an_index_needs_no_listing(server):
    folder = server.capsule / "static/folder"
    folder.mkdir()
    (folder / "other.txt").write_text("x\n")
    (folder / "index.gmi").write_text("# By hand\n")
    server.wait_until(lambda: server.get("/folder/").status == 20)
    server.wait_until(lambda: len(server.accepting()) == server.worker_count)
    assert server.get("/folder/").text == "# By hand\n" == server.get("/folder/index.gmi").text
    assert server.get("/folder").header == "31 /folder/"
    assert server.get("/images/").status == 51  # nobody asked for a listing


# --- closed areas ----------------------------------------------------------------------------------

KINDS = {
    "P-256": ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
    "RSA": ["-newkey", "rsa:2048"],
    "Ed25519": ["-newkey", "ed25519"],
}


class Reader:
    """Somebody with a client certificate."""

    def __init__(self, folder, name, kind="P-256"):
        self.certificate = folder / f"{name}.crt"
        self.key = folder / f"{name}.key"
        self._run("req", "-x509", "-nodes", "-days", "30", "-subj", f"/CN={name}", *KINDS[kind],
                  "-keyout", self.key, "-out", self.certificate)

    @staticmethod
    def _run(*arguments):
        return subprocess.run(["openssl", *arguments], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, check=True).stdout

    def sign_anew(self, begin, end):
        """The same key, and a certificate for these days."""
        folder, name = self.key.parent, self.key.stem
        (folder / "index").write_text("")
        (folder / "ca.cnf").write_text(
            f"[ca]\ndefault_ca=it\n[it]\ndatabase={folder}/index\nnew_certs_dir={folder}\n"
            "default_md=default\npolicy=any\nrand_serial=yes\n[any]\ncommonName=supplied\n")
        self._run("req", "-new", "-key", self.key, "-subj", f"/CN={name}", "-out", folder / "csr")
        self._run("ca", "-batch", "-selfsign", "-config", folder / "ca.cnf", "-keyfile", self.key, "-in",
                  folder / "csr", "-out", self.certificate, "-startdate", f"{begin}000000Z", "-enddate",
                  f"{end}000000Z", "-notext")
        return self

    def fingerprint(self):
        der = self._run("x509", "-in", self.certificate, "-outform", "DER")
        return hashlib.sha256(der).hexdigest()

    def key_fingerprint(self):
        der = self._run("pkey", "-in", self.key, "-pubout", "-outform", "DER")
        digits = hashlib.sha256(der).hexdigest().upper()
        return ":".join(digits[i:i + 2] for i in range(0, len(digits), 2))

    def tls(self, version=wire.TLS_13):
        made = wire.context(version)
        made.load_cert_chain(self.certificate, self.key)
        return made


@pytest.fixture(scope="module")
def readers(tmp_path_factory):
    folder = tmp_path_factory.mktemp("readers")
    made = {name: Reader(folder, name, kind)
            for name, kind in {"kim": "P-256", "rsa": "RSA", "ed": "Ed25519", "key": "P-256",
                               "stranger": "P-256", "late": "P-256", "early": "RSA"}.items()}
    made["late"].sign_anew("20200101", "20200102")
    made["early"].sign_anew("20400101", "20410101")
    return made


CLOSED = """Certificate: kim {kim} with words behind it
Certificate: rsa {rsa}
Certificate: ed {ed}
Certificate: key {key}
Certificate: late {late}
Closed: /private/ kim, rsa, ed, key, late
Closed: /private/kim/ kim
Closed: /reviews/second/ kim
Redirect: /private/moved /about.gmi
"""


def close(capsule, readers):
    """Closed areas for a capsule, and something to put into them."""
    conf = capsule / "capsule.conf"
    fingerprints = {name: reader.key_fingerprint() if name == "key" else reader.fingerprint()
                    for name, reader in readers.items()}
    conf.write_text(conf.read_text() + CLOSED.format(**fingerprints))
    for name in ("private/index.gmi", "private/note.gmi", "private/kim/letter.gmi"):
        path = capsule / "static" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"# {name}\n")
    return capsule


@pytest.fixture(scope="module")
def closed(tmp_path_factory, readers):
    folder = tmp_path_factory.mktemp("closed")
    capsule = close(serving.write_capsule(folder / "capsule"), readers)
    with serving.Server(capsule, folder / "certs") as server:
        yield server


SPELLINGS = ["/private/note.gmi", "/private", "/private/", "/private/index.gmi", "/%70rivate/note.gmi",
             "/private/%6eote.gmi", "/private/%6Eote%2Egmi", "/x/../private/note.gmi",
             "/x/%2e%2E/private/note.gmi", "/./private/./note.gmi?query", "/private/nothing",
             "/private/moved", "/private//note.gmi"]


@VERSIONS
def test_closed_without_a_certificate(closed, version):
    tls = wire.context(version)
    for path in SPELLINGS:
        answer = closed.get(path, tls=tls)
        assert answer.status == 60 and answer.meta and not answer.body and answer.closed, path
    for path in ("/reviews/second/", "/reviews/second", "/reviews/second/full.gmi",
                 "/reviews/second/source.txt", "/reviews/second/no.gmi"):
        assert closed.get(path, tls=tls).status == 60
    # Anything else is no way in, either.
    for path in ("//private/note.gmi", "/private%2fnote.gmi", "/Private/note.gmi"):
        assert closed.get(path, tls=tls).status == 51
    assert closed.get("/", tls=tls).status == 20

@VERSIONS
@pytest.mark.parametrize("name", ["kim", "rsa", "ed", "key"])
def test_closed_with_a_certificate(closed, readers, name, version):
    """… of any kind, listed by itself or by its key."""
    tls = readers[name].tls(version)
    assert closed.get("/private/note.gmi", tls=tls).text == "# private/note.gmi\n"
    assert closed.get("/private", tls=tls).header == "31 /private/"
    assert closed.get("/private/", tls=tls).text == "# private/index.gmi\n"
    assert closed.get("/private/moved?q", tls=tls).header == "31 /about.gmi?q"
    assert closed.get("/private/nothing", tls=tls).status == 51
    assert closed.get("/", tls=tls).status == 20
    # The longest path decides.
    status = 20 if name == "kim" else 61
    for path in ("/private/kim/letter.gmi", "/reviews/second/", "/reviews/second/full.gmi"):
        assert closed.get(path, tls=tls).status == status


@VERSIONS
def test_closed_with_another_certificate(closed, readers, version):
    tls = readers["stranger"].tls(version)
    for path in SPELLINGS + ["/reviews/second/"]:
        answer = closed.get(path, tls=tls)
        assert answer.status == 61 and not answer.body and answer.closed, path
        assert readers["stranger"].fingerprint() in answer.meta
    assert closed.get("/about.gmi", tls=tls).status == 20


@VERSIONS
@pytest.mark.parametrize("name", ["late", "early"])
def test_closed_with_a_certificate_that_is_not_valid_now(closed, readers, name, version):
    """… listed (late) or not."""
    tls = readers[name].tls(version)
    for path in ("/private/note.gmi", "/private/nothing", "/reviews/second/"):
        answer = closed.get(path, tls=tls)
        assert answer.status == 62 and answer.meta and not answer.body and answer.closed, path
    assert closed.get("/about.gmi", tls=tls).status == 20


def test_a_new_certificate_for_a_listed_key(closed, readers, tmp_path):
    for path in (readers["key"].key, readers["key"].certificate):
        shutil.copy(path, tmp_path)
    renewed = readers["key"].__class__.__new__(Reader)
    renewed.key, renewed.certificate = tmp_path / "key.key", tmp_path / "key.crt"
    renewed.sign_anew("20200101", "20400101")
    assert renewed.fingerprint() != readers["key"].fingerprint()
    for version in wire.VERSIONS:
        assert closed.get("/private/note.gmi", tls=renewed.tls(version)).status == 20


def test_closing_and_opening_while_serving(server, readers):
    def get(path, name=None):
        return server.get(path, tls=readers[name].tls() if name else None).status

    conf = server.capsule / "capsule.conf"
    before = conf.read_text()
    assert get("/private/note.gmi", "kim") == 51
    mark = server.mark()
    close(server.capsule, readers)
    server.wait_for_reload(mark)
    server.wait_until(lambda: get("/private/note.gmi", "kim") == 20)
    assert get("/private/note.gmi") == 60
    assert get("/private/note.gmi", "stranger") == 61
    assert get("/reviews/second/") == 60
    assert b"Second" not in server.get("/reviews/").body

    # What was closed stays closed when the next version has a mistake.
    server.expect(r"capsule\.conf:\d+:\d+: error: .*", r"Closed: .*", r" *\^", r"\d+ errors?.*",
                  r"matinee: .*capsule\.conf.*")
    good = conf.read_text()
    mark = server.mark()
    conf.write_text(good.replace("Closed: /private/ kim", "Closed: /private/ kin"))
    server.wait_for(r"there is no certificate `kin`", mark)
    assert get("/private/note.gmi") == 60
    assert get("/private/note.gmi", "kim") == 20

    conf.write_text(before)
    server.wait_until(lambda: get("/private/note.gmi") == 20)
    server.wait_until(lambda: len(server.accepting()) == server.worker_count)
    assert get("/reviews/second/") == 20


def test_nothing_tells_of_what_is_closed(closed):
    for path in ("/", "/reviews/", "/reviews/first/", "/quotes/", "/quotes/today.gmi", "/tags/",
                 "/tags/plum/", "/tags/plum/feed.gmi", "/people/", "/years/2013/", "/feed.gmi",
                 "/atom.xml", "/sitemap.txt", "/robots.txt"):
        text = closed.get(path).text
        assert "Second" not in text and "second" not in text and "private" not in text, path


def test_build_leaves_out_what_is_closed(capsule, readers, tmp_path):
    close(capsule, readers)
    done = subprocess.run([serving.BINARY, "build", capsule, "--output", tmp_path / "tree"],
                          capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert re.search(r"^matinee: \d+ pages in closed areas are left out: files cannot be closed$",
                     done.stderr, re.M)
    files = [path for path in (tmp_path / "tree").rglob("*") if path.is_file()]
    assert len(files) > 10
    for path in files:
        assert "private" not in str(path) and "second" not in str(path)
        assert b"Second" not in path.read_bytes(), path

    conf = capsule / "capsule.conf"
    conf.write_text(conf.read_text() + "Closed: / kim\n")
    done = subprocess.run([serving.BINARY, "build", capsule, "--output", tmp_path / "none"],
                          capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "the whole capsule is closed" in done.stderr
    assert not (tmp_path / "none").exists()
