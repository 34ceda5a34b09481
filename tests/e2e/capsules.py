"""A capsule that a command writes into: run commands beside it, see what is in it."""

import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MATINEE = os.environ.get("MATINEE", str(ROOT / "build/release/matinee"))
SECONDS = 60


def run(capsule, *arguments):
    return subprocess.run(
        [MATINEE, *arguments], cwd=capsule.parent, stdin=subprocess.DEVNULL, capture_output=True,
        text=True, timeout=SECONDS, check=False)


def names(capsule, folder="reviews"):
    return sorted(path.stem for path in (capsule / folder).glob("*.gmi"))


def tree(capsule):
    """Every file with its contents, and what tells whether it was written."""
    return {str(path.relative_to(capsule)): (path.read_bytes(), path.stat().st_ino,
                                             path.stat().st_mtime_ns)
            for path in sorted(capsule.rglob("*")) if path.is_file()}


def contents(capsule):
    return {name: content for name, (content, _, _) in tree(capsule).items()
            if not name.startswith(".matinee/")}


def checked(capsule):
    done = run(capsule, "check")
    assert done.returncode == 0, done.stderr
    assert "warning" not in done.stderr, done.stderr
