"""Half a minute of the soak; `make soak` is ten."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "long"))

import soak  # noqa: E402


def test_half_a_minute(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("ASAN_OPTIONS", "detect_leaks=1:exitcode=99")  # soak adds to it

    def say(line):
        with capsys.disabled():
            print("\n" + line, end="")
    soak.soak(tmp_path, 30, seed=1, say=say)
