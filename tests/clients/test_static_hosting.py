"""An export, hosted by another server, gives byte for byte what `matinee serve` gives."""

import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
import serving
import wire
from ports import free_port

# Each request is answered differently, so an export has a stand-in.
DYNAMIC = {"/quotes/random.gmi", "/reviews/random.gmi", "/search.gmi"}
# An address that nobody else listens on, most likely, for the default port.
ADDRESS = "127.0.0.65"
SAMPLE = Path(__file__).resolve().parents[2] / "capsule"


def build(capsule, output, *options):
    subprocess.run([serving.BINARY, "build", capsule, "--output", output, *options], check=True,
                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60 * serving.PATIENCE)


@pytest.fixture
def open_folder():
    """A folder that everybody may read: newer versions of molly-brown become `nobody`."""
    with tempfile.TemporaryDirectory(prefix="matinee-molly-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture
def molly_brown(open_folder):
    if shutil.which("molly-brown") is None:
        pytest.skip("molly-brown is not installed")
    folder = open_folder
    certs = folder / "certs"
    build(SAMPLE, folder / "tree")
    subprocess.run([serving.BINARY, "cert", "--certs", certs, "--host", "localhost", "make"], check=True,
                   stdout=subprocess.PIPE)
    port = free_port()
    config = folder / "molly.conf"
    config.write_text(
        f'Port = {port}\nHostname = "localhost"\nCertPath = "{certs}/localhost.crt"\n'
        f'KeyPath = "{certs}/localhost.key"\nDocBase = "{folder}/tree/"\nGeminiExt = "gmi"\n'
        f'DefaultLang = "en"\nAccessLog = "{folder}/access.log"\nErrorLog = "{folder}/error.log"\n')
    process = subprocess.Popen(["molly-brown", "-c", config])
    try:
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.05)
        yield folder / "tree", port
    finally:
        process.terminate()
        process.wait(timeout=10)


def paths_of(tree):
    """The path of each file, and of each folder that has an index."""
    for file in sorted(tree.rglob("*")):
        if file.is_file() and not file.name.startswith("."):
            path = "/" + quote(str(file.relative_to(tree)))
            yield path
            if file.name == "index.gmi":
                yield path[:-len("index.gmi")]


def default_port_or_any():
    with socket.socket() as probe:
        try:
            probe.bind((ADDRESS, 1965))
            return f"{ADDRESS}:1965"
        except OSError:
            return f"{ADDRESS}:0"


def test_the_same_bytes_from_both(molly_brown, tmp_path):
    tree, molly_port = molly_brown
    with serving.Server(SAMPLE, tmp_path / "certs", listen=(default_port_or_any(),)) as server:
        paths = [path for path in paths_of(tree) if path not in DYNAMIC]
        assert len(paths) > 500
        types = {}
        for path in paths:
            ours = wire.get(server.port, server.url(path), address=ADDRESS)
            theirs = wire.get(molly_port, f"gemini://localhost:{molly_port}{path}")
            assert ours.status == 20, (path, ours.header)
            assert theirs.status == 20, (path, theirs.header)
            # At a port of its own a server names that port in feeds and in the sitemap.
            body = ours.body.replace(f"//localhost:{server.port}/".encode(), b"//localhost/")
            assert body == theirs.body, path
            types[Path(urlsplit(path).path).suffix] = ours.meta
        assert types[".gmi"] == "text/gemini; lang=en"
        assert types[".png"] == "image/png"
        assert types[".xml"] == "application/atom+xml"
        assert types[".txt"] == "text/plain"


def test_below_another_path_every_link_is_below_it(tmp_path):
    build(SAMPLE, tmp_path / "tree", "--base", "/film/reviews")
    pages = list((tmp_path / "tree").rglob("*.gmi"))
    assert len(pages) > 500
    for page in pages:
        for line in page.read_text().splitlines():
            if line.startswith("=> /"):
                assert line.startswith("=> /film/reviews/"), (page, line)
                target = tmp_path / "tree" / line.split()[1][len("/film/reviews/"):]
                assert (target / "index.gmi").is_file() if target.is_dir() else target.is_file(), line
