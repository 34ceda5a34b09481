"""Fixtures that more than one folder of tests uses."""

import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

import serving  # noqa: E402

# Servers that are told nothing of a state folder leave nothing in that of who runs the tests.
STATE = tempfile.TemporaryDirectory(prefix="matinee-state-")
os.environ["XDG_STATE_HOME"] = STATE.name


@pytest.fixture
def capsule(tmp_path):
    """A small capsule that the test may change."""
    return serving.write_capsule(tmp_path / "capsule")


@pytest.fixture
def serve(tmp_path, request):
    """Start servers: serve(capsule, *options). Each is checked and ended after the test."""
    started = []

    def start(folder, *options, **settings):
        settings.setdefault("certs", tmp_path / "certs")
        server = serving.Server(folder, settings.pop("certs"), *options, **settings)
        started.append(server)
        return server

    yield start
    report = getattr(request.node, "report", None)
    for server in started:
        if report is not None and report.failed:
            print("\n".join(server.lines[-40:]))
            server.kill()
        else:
            server.close()


@pytest.fixture
def server(serve, capsule):
    """A server of one's own, for tests that change its files or processes."""
    return serve(capsule)


@pytest.fixture(scope="module")
def shared_server(tmp_path_factory):
    """A server for tests that only ask."""
    folder = tmp_path_factory.mktemp("shared")
    with serving.Server(serving.write_capsule(folder / "capsule"), folder / "certs") as server:
        yield server


@pytest.fixture(scope="session")
def sample_server(tmp_path_factory):
    """The sample capsule of this repository, served."""
    folder = tmp_path_factory.mktemp("sample")
    source = Path(__file__).resolve().parent.parent / "capsule"
    shutil.copytree(source, folder / "capsule")
    with serving.Server(folder / "capsule", folder / "certs") as server:
        yield server


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    """Lets fixtures know, at their end, whether the test has failed."""
    outcome = yield
    report = outcome.get_result()
    if report.when == "call":
        item.report = report
