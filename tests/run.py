"""Run every test and close with one line: N passed, N failed, N skipped.

Unit tests (cmocka), golden pages, replayed fuzz corpora, then end-to-end tests and real clients
(pytest). Called by `make test`; paths are relative to the project's folder.
"""

import argparse
import importlib.util
import os
import re
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path

UNIT_SECONDS = 300
PYTEST_SECONDS = 900
PYTEST_AT_ONCE = 3


class Totals:
    def __init__(self):
        self.passed = 0
        self.failed = 0
        self.skipped = 0

    def add(self, passed, failed, skipped=0):
        self.passed += passed
        self.failed += failed
        self.skipped += skipped

    def line(self):
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


def run(command, env, seconds):
    """The exit code and the output; a test that hangs is a failed one."""
    try:
        done = subprocess.run(
            command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, timeout=seconds, check=False)
    except subprocess.TimeoutExpired as late:
        return 124, (late.stdout or b"").decode(errors="replace") + "\n(timed out)\n"
    return done.returncode, done.stdout.decode(errors="replace")


def unit_tests(out, env, totals):
    for binary in sorted((out / "tests/unit").glob("test_*")):
        if binary.suffix or not os.access(binary, os.X_OK):
            continue
        code, text = run([str(binary)], env, UNIT_SECONDS)
        passed = len(re.findall(r"^\[       OK \]", text, re.M))
        failed = len(re.findall(r"^\[  FAILED  \] (?!\d)", text, re.M))
        skipped = len(re.findall(r"^\[  SKIPPED \] (?!\d)", text, re.M))
        # Some versions of cmocka name a failed test again in their summary.
        if failed:
            failed = len(set(re.findall(r"^\[  FAILED  \] (?!\d)(\S+)", text, re.M)))
        if skipped:
            skipped = len(set(re.findall(r"^\[  SKIPPED \] (?!\d)(\S+)", text, re.M)))
        if code != 0 and failed == 0:
            failed = 1
        if passed + failed + skipped == 0:
            failed = 1
        if failed or code != 0:
            print(text)
        for line in re.findall(r"^skipped: .*", text, re.M):
            print(f"  {binary.name}: {line}")
        print(f"unit {binary.name}: {passed} passed" + (f", {failed} FAILED" if failed else ""))
        totals.add(passed, failed, skipped)


def golden_tests(out, env, totals):
    code, text = run(
        [sys.executable, "tests/golden/run.py", "--matinee", str(out / "matinee")], env, UNIT_SECONDS)
    counts = re.search(r"(\d+) passed, (\d+) failed", text)
    passed, failed = (int(counts[1]), int(counts[2])) if counts else (0, 1)
    if code != 0:
        failed = max(failed, 1)
        print(text)
    print(f"golden: {passed} passed" + (f", {failed} FAILED" if failed else ""))
    totals.add(passed, failed)


def fuzz_replays(out, env, totals):
    for binary in sorted((out / "tests/fuzz").glob("fuzz_*-replay")):
        name = binary.name[len("fuzz_"):-len("-replay")]
        folders = [str(folder) for folder in
                   (Path("tests/fuzz/corpus") / name, Path("tests/fuzz/regressions") / name)
                   if folder.is_dir()]
        code, text = run([str(binary), *folders], env, UNIT_SECONDS)
        print(f"fuzz {name}: {text.strip() if code == 0 else 'FAILED'}")
        if code != 0:
            print(text)
        totals.add(int(code == 0), int(code != 0))


def python_tests(out, env, totals, folders, alone=False):
    report = out / "pytest.xml"
    report.unlink(missing_ok=True)
    # Most of these tests wait for something, so several files run at once. A file stays together: its
    # tests share a server.
    at_once = ["-n", str(PYTEST_AT_ONCE), "--dist", "loadfile"] \
        if importlib.util.find_spec("xdist") and not alone else []
    code, text = run(
        [sys.executable, "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", *at_once,
         f"--junitxml={report}", *folders], env, PYTEST_SECONDS)
    print(text)
    if not report.exists():
        totals.add(0, 1)
        return
    passed = failed = skipped = 0
    for suite in ElementTree.parse(report).getroot().iter("testsuite"):
        tests = int(suite.get("tests", 0))
        bad = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        left = int(suite.get("skipped", 0))
        passed, failed, skipped = passed + tests - bad - left, failed + bad, skipped + left
    if code != 0 and failed == 0:
        failed = 1
    totals.add(passed, failed, skipped)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", required=True, type=Path)
    parser.add_argument("--mode", required=True)
    parser.add_argument("--long", action="store_true")
    options = parser.parse_args()

    env = dict(os.environ)
    env["MATINEE"] = str((options.out / "matinee").resolve())
    env["MATINEE_MODE"] = options.mode
    env.setdefault("MATINEE_SHARED", str(Path("../shared").resolve()))
    env.setdefault("ASAN_OPTIONS", "detect_leaks=1:abort_on_error=0:exitcode=99")
    env.setdefault("UBSAN_OPTIONS", "print_stacktrace=1")
    env["PYTHONDONTWRITEBYTECODE"] = "1"

    totals = Totals()
    started = time.monotonic()
    if options.long:
        python_tests(options.out, env, totals, ["tests/long"], alone=True)
    else:
        unit_tests(options.out, env, totals)
        golden_tests(options.out, env, totals)
        fuzz_replays(options.out, env, totals)
        python_tests(options.out, env, totals, ["tests/e2e", "tests/clients"])
    print(f"in {time.monotonic() - started:.0f} seconds")
    print(totals.line(), flush=True)
    return 0 if totals.failed == 0 and totals.passed > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
