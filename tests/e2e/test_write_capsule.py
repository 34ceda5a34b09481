"""The capsules that the bench measures: the same bytes for the same arguments, and text like text."""

import hashlib
import os
import re
import subprocess
from collections import Counter
from pathlib import Path

import pytest

MATINEE = os.environ.get("MATINEE", "build/release/matinee")
WRITE_CAPSULE = Path(MATINEE).parent / "tests/bench/write_capsule"
REVIEWS = 40

pytestmark = pytest.mark.skipif(not WRITE_CAPSULE.exists(), reason="write_capsule is not built")


def write(folder, *options):
    subprocess.run([WRITE_CAPSULE, *options, folder, str(REVIEWS)], check=True, timeout=60)
    return folder


def texts(folder):
    return {str(path.relative_to(folder)): path.read_bytes()
            for path in sorted(folder.rglob("*")) if path.is_file()}


def digest(folder):
    """Of all names and bytes: what it is on every machine."""
    summed = hashlib.sha256()
    for name, text in texts(folder).items():
        summed.update(f"{name} {len(text)}\n".encode() + text)
    return summed.hexdigest()[:16]


@pytest.mark.parametrize("options, expected", [
    ([], "b941cd7251e14d69"),
    (["--korean", "30"], "d1e868ad75ddff69"),
    (["--korean", "100"], "7957fe32ce362c0d"),
])
def test_the_same_bytes_on_every_machine(tmp_path, options, expected):
    folder = write(tmp_path / "capsule", *options)
    assert digest(folder) == expected
    done = subprocess.run([MATINEE, "check", folder], capture_output=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr.decode()
    assert re.fullmatch(rf"checked {REVIEWS} reviews, .*: no problems\n", done.stdout.decode())


def test_words_are_used_as_often_as_words_are(tmp_path):
    """Zipf: few words often, half of them once, more of them the more text there is."""
    folder = write(tmp_path / "capsule", "--korean", "0")
    words = [re.findall(r"\w+", text.decode().lower()) for text in texts(folder).values()]
    counts = Counter(word for some in words for word in some)
    total = sum(counts.values())
    often = [count for _, count in counts.most_common(1000)]
    assert 0.02 < often[0] / total < 0.06
    assert 5 < often[0] / often[30] < 20
    assert 20 < often[10] / often[999]
    assert sum(count == 1 for count in counts.values()) > len(counts) / 4
    assert len(counts) > 1.5 * len({word for some in words[:REVIEWS // 4] for word in some})


def test_korean_people_tags_and_links(tmp_path):
    folder = write(tmp_path / "capsule", "--korean", "30")
    text = "\n".join(text.decode() for text in texts(folder).values())
    letters = len(re.findall(r"[가-힣]", text)) * 3
    assert 0.15 < letters / len(text.encode()) < 0.6
    people = Counter(re.findall(r"([^,:]+?) as ", "\n".join(re.findall(r"^Cast: (.*)", text, re.M))))
    tags = Counter(tag for line in re.findall(r"^Tags: (.*)", text, re.M) for tag in line.split(", "))
    for names in (people, tags):
        assert names.most_common(1)[0][1] > 4
        assert sum(count == 1 for count in names.values()) > len(names) / 2
    assert len(re.findall(r"^=> review:", text, re.M)) > REVIEWS
    assert len(re.findall(r"^> ", text, re.M)) == 4 * REVIEWS
