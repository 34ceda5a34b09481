"""Several capsules in one server, and its settings."""

import datetime
import ssl
import subprocess

import pytest
import serving
import wire


def write_capsule(folder, title, hosts, conf=""):
    serving.write_capsule(folder)
    (folder / "capsule.conf").write_text(f"Title: {title}\nHost: {hosts}\nLang: en\n{conf}")
    (folder / "static/whose.txt").write_text(f"{title}\n")
    return folder


@pytest.fixture
def two(tmp_path):
    return [write_capsule(tmp_path / "site-a", "Films", "films.test, films.localhost"),
            write_capsule(tmp_path / "site-b", "Dramas", "dramas.test")]


def whose(server, host, **options):
    return wire.get(server.port, f"gemini://{host}:{server.port}/whose.txt", name=host, **options)


def run(*arguments):
    done = subprocess.run([serving.BINARY, "serve", *map(str, arguments)], timeout=20,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    return done.returncode, done.stderr


@pytest.mark.parametrize("version", wire.VERSIONS)
def test_the_host_of_the_url_decides(serve, two, version):
    server = serve(two)
    for host, title in (("films.test", "Films"), ("films.localhost", "Films"),
                        ("dramas.test", "Dramas"), ("DRAMAS.test.", "Dramas")):
        answer = whose(server, host, tls=wire.context(version))
        assert answer.header == "20 text/plain"
        assert answer.text == f"{title}\n"
    assert whose(server, "other.test", tls=wire.context(version)).status == 53
    assert "# Dramas" in wire.get(server.port, "gemini://dramas.test/", name="dramas.test").text


def test_without_a_server_name(serve, two):
    """Clients that name no server in the handshake: the URL says what they want."""
    server = serve(two)
    for host, title in (("films.test", "Films"), ("dramas.test", "Dramas")):
        answer = wire.get(server.port, f"gemini://{host}/whose.txt", name=None)
        assert answer.text == f"{title}\n"


def test_a_reload_of_one(serve, two):
    server = serve(two)
    mark = server.mark()
    serving.write_review(two[1] / "", "third")
    server.wait_for(r"matinee: reloaded Dramas: 3 reviews", mark)
    server.wait_until(lambda: wire.get(
        server.port, "gemini://dramas.test/reviews/third/", name="dramas.test").status == 20)
    assert wire.get(server.port, "gemini://films.test/reviews/third/",
                    name="films.test").status == 51
    assert not server.find("matinee: reloaded Films", mark)


def test_one_that_breaks_leaves_the_other(serve, two):
    server = serve(two)
    server.expect(r"matinee: in .*site-b:", r"site-b.*error.*", r"capsule\.conf:.*", r"Title", r" *\^.*")
    mark = server.mark()
    (two[1] / "capsule.conf").write_text("Title\n")
    serving.write_review(two[0], "third")
    server.wait_for("capsule.conf:1:.*error", mark)
    server.wait_for("matinee: reloaded Films: 3 reviews", mark)
    assert whose(server, "dramas.test").text == "Dramas\n"


BROKEN = (r"matinee: in .*site-[ab]:", r"capsule\.conf:.*", r"Title", r" *\^", r"\d errors?.*",
          r"matinee: .*site-[ab]/capsule\.conf cannot be used, so its capsule is not served",
          r"matinee: .*site-[ab]/capsule\.conf: .*", r"matinee: nothing to serve in .*site-[ab]",
          r".*site-[ab].*: error: .*", serving.OUTGROWN)


@pytest.mark.parametrize("broken", [0, 1])
@pytest.mark.parametrize("how", ["mistake", "missing"])
def test_one_that_is_broken_at_the_start(serve, two, tmp_path, broken, how):
    """The others are served, and it as soon as it can be, with the certificate that it had before."""
    hosts = ["films.test", "dramas.test"]
    serve(two, certs=tmp_path / "keys").close()
    conf = two[broken] / "capsule.conf"
    good = conf.read_text()
    if how == "mistake":
        conf.write_text("Title\n")
    else:
        two[broken].rename(tmp_path / "away")
    server = serve(two, certs=tmp_path / "keys")
    server.expect(*BROKEN)
    title = ["Films", "Dramas"]
    assert whose(server, hosts[1 - broken]).text == f"{title[1 - broken]}\n"
    assert whose(server, hosts[broken]).status == 53
    if how == "mistake":
        conf.write_text(good)
    else:
        (tmp_path / "away").rename(two[broken])
    # Until the older workers have been told to end, the next answer may be one of theirs.
    server.wait_until(lambda: whose(server, hosts[broken]).text == f"{title[broken]}\n")
    with wire.Wire(server.port, name=hosts[broken]) as client:
        client.handshake()
        shown = client.tls.getpeercert(binary_form=True)
    assert shown == ssl.PEM_cert_to_DER_cert((tmp_path / f"keys/{hosts[broken]}.crt").read_text())


def test_all_broken_at_the_start(two, tmp_path):
    for folder in two:
        (folder / "capsule.conf").write_text("Title\n")
    code, errors = run(*two, "--certs", tmp_path / "certs")
    assert code == 1
    for folder in two:
        assert f"{folder}/capsule.conf:1:1: error:" in errors
        assert f"there is nothing to serve before {folder}/capsule.conf is right" in errors
    assert not (tmp_path / "certs").exists()


def test_names_that_two_capsules_have(tmp_path):
    folders = [write_capsule(tmp_path / name, name, "same.test") for name in ("a", "b")]
    code, errors = run(*folders, "--certs", tmp_path / "certs")
    assert code == 1
    assert "are both called same.test; give each its own Host in its capsule.conf" in errors


def test_the_public_port(serve, capsule):
    """What is listened on may be behind a port that readers see."""
    conf = capsule / "capsule.conf"
    conf.write_text(conf.read_text() + "Port: 1990\n")
    server = serve(capsule)
    server.wait_for("matinee: serving gemini://localhost:1990/")
    for port, status in ((1990, 20), (1965, 20), (server.port, 20), (1991, 53)):
        assert wire.get(server.port, f"gemini://localhost:{port}/").status == status
    feed = wire.get(server.port, "gemini://localhost:1990/atom.xml").text
    assert "gemini://localhost:1990/reviews/first/" in feed


def test_each_in_its_time_zone(serve, tmp_path):
    """A day begins when it does for the capsule, whatever the others' zones are."""
    now = datetime.datetime.now(datetime.timezone.utc)
    # Of these two one is always at another day than UTC.
    zones = {"east.test": 14, "west.test": -12}
    folders = []
    for host, offset in zones.items():
        zone = f"Timezone: {offset:+03d}:00\n"
        folders.append(write_capsule(tmp_path / host, host, host, zone))
        day = (now + datetime.timedelta(hours=offset)).date()
        for name, date in (("today", day), ("tomorrow", day + datetime.timedelta(days=1))):
            serving.write_review(folders[-1], name, published=str(date))
    server = serve(folders)
    for host, offset in zones.items():
        if (now + datetime.timedelta(hours=offset)).hour == 23:
            continue  # it may become tomorrow during the test
        for name, status in (("today", 20), ("tomorrow", 51)):
            answer = wire.get(server.port, f"gemini://{host}/reviews/{name}/", name=host)
            assert (host, name, answer.status) == (host, name, status)


# --- matinee.conf ---

def test_settings_from_a_file(serve, two, tmp_path):
    folder = tmp_path / "etc"
    folder.mkdir()
    config = folder / "matinee.conf"
    config.write_text("# paths are relative to this file\nCapsule: ../site-a\n"
                      "Capsule: ../site-b\nCerts: keys\nListen: 127.0.0.1:0\nWorkers: 1\n")
    server = serve([], "--config", str(config), certs=folder / "keys", listen=(), workers=0)
    assert (folder / "keys/films.test.crt").exists()
    assert len(server.workers()) == 1
    assert whose(server, "dramas.test").text == "Dramas\n"


def test_options_come_before_the_file(serve, two, tmp_path):
    config = tmp_path / "matinee.conf"
    config.write_text("Capsule: nowhere\nListen: 127.0.0.1:1\nWorkers: 7\n")
    server = serve(two[0], "--config", str(config), "--set", "Workers=1", workers=0)
    assert len(server.workers()) == 1
    assert whose(server, "films.test").text == "Films\n"


@pytest.mark.parametrize("arguments, code, words", [
    (["--set", "Workers=0"], 2, "options:1:10: error: Workers takes a number from 1 to 64"),
    (["--set", "Wrokers=1"], 2,
     "options:1:1: error: unknown key `Wrokers`; did you mean `Workers`?\n"),
    (["--set", "Workers"], 2, "--set takes KEY=VALUE, not `Workers`"),
    (["--config", "nowhere.conf"], 1, "nowhere.conf: No such file or directory"),
    (["a", "b", "--host", "example.org"], 2, "--host is for one capsule"),
])
def test_settings_that_are_wrong(arguments, code, words):
    assert run(*arguments)[0] == code
    assert words in run(*arguments)[1]


def test_a_file_that_is_wrong(tmp_path):
    config = tmp_path / "matinee.conf"
    config.write_text("Workers: 1\nListen: somewhere\n")
    code, errors = run("--config", config)
    assert code == 1
    assert f"{config}:2:9: error: expected an address such as" in errors
