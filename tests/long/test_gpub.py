"""The book of a large capsule: whole, and in little more memory than the capsule itself takes."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import memory

MATINEE = os.environ.get("MATINEE", str(Path("build/release/matinee").resolve()))
TESTS = Path(__file__).resolve().parent.parent
REVIEWS = 10000


def memory_of(*arguments):
    """Exit code, and the most memory that it had, in MB."""
    code, peak = memory.peak_kb([MATINEE, "build", "--gpub", *arguments])
    return code, peak / 1024


@pytest.mark.skipif(os.environ.get("MATINEE_MODE") == "asan", reason="the sanitizer's memory is its own")
def test_memory(tmp_path):
    capsule, book = tmp_path / "capsule", tmp_path / "all.gpub"
    subprocess.run([sys.executable, TESTS / "generate.py", capsule, str(REVIEWS)], check=True)
    code, loaded = memory_of(capsule, "--output", book, "--review", "nothing-has-this-name")
    assert code == 1
    code, written = memory_of(capsule, "--output", book, "--whole")
    assert code == 0 and written < loaded + 64
    with zipfile.ZipFile(book) as archive:
        assert archive.testzip() is None
        reviews = [name for name in archive.namelist() if name.startswith("reviews/") and name.endswith("/index.gmi")]
    assert len(reviews) == REVIEWS
