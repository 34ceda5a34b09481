"""A capsule whose author wants to know what is in it: small reviews, and what a command says of them."""

import os
import subprocess
from pathlib import Path

MATINEE = os.environ.get("MATINEE", "build/release/matinee")
SAMPLE = Path(__file__).resolve().parents[2] / "capsule"
NOW = ["--now", "2026-11-20T12:00:00Z"]
SECONDS = 120


def make_capsule(folder):
    (folder / "reviews").mkdir(parents=True)
    (folder / "capsule.conf").write_text("Title: Notes\nHost: localhost\nTimezone: UTC\n")
    return folder


def write(capsule, slug, *header, body="Text enough.\n"):
    lines = [f"Title: {slug.capitalize()}", *header]
    if not any(line.startswith("Published:") for line in lines):
        lines.append("Published: 2026-01-05")
    (capsule / "reviews" / f"{slug}.gmi").write_text("\n".join([*lines, "", body]), encoding="utf-8")


def run(*arguments, code=0):
    done = subprocess.run([MATINEE, *arguments], capture_output=True, timeout=SECONDS, check=False,
                          stdin=subprocess.DEVNULL)
    assert done.returncode == code, done.stderr.decode()
    return done.stdout.decode(), done.stderr.decode()


def run_on_full_device(*arguments):
    """The exit code when nothing can be printed."""
    with open("/dev/full", "w", encoding="utf-8") as full:
        return subprocess.run([MATINEE, *arguments], stdout=full, check=False,
                              stderr=subprocess.PIPE, timeout=SECONDS).returncode


def parts(text):
    """Heading -> what stands below it."""
    found = {}
    for part in text.split("\n\n"):
        heading, *lines = part.split("\n")
        found[heading] = [line.strip() for line in lines if line]
    return found
