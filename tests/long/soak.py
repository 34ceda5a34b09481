"""Hostile and well-behaved clients at the same time, for minutes: `make soak`.

    soak.py [--seconds N] [--seed N]

A server of two workers has room for 150 connections each, so that strangers have to make room all the
time. Twenty-four threads of hostile clients (tests/hostile.py) do what they can to it from many
addresses; four well-behaved ones read pages and a file, and compare each answer with the first one.
At the end these have to hold:

- every well-behaved request was answered in full, the same as ever;
- no worker has died, the log has nothing unexpected, and the sanitizers, where on, have no report;
- the memory of the workers is no more than it was after the warm-up, and their open files are none
  but those of the start.

What is random comes from the seed, which is printed.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import hostile  # noqa: E402
import serving  # noqa: E402
import wire  # noqa: E402

HOSTILE_PROCESSES = 2
HOSTILE_THREADS = 12
GOOD_THREADS = 4
# Dawdlers are cut within seconds, so that the end of a short run finds none.
SETTINGS = {"Unlimited": "none", "Connections": 150, "Request-Seconds": 5, "Stall-Seconds": 5,
            "Linger-Seconds": 2, "Rate": 50, "Burst": 100}
PATHS = ["/", "/reviews/", "/reviews/first/", "/reviews/second/", "/quotes/", "/atom.xml",
         "/about.gmi", "/images/dot.png", "/big.bin"]


# --- in processes of their own --------------------------------------------------------------------

def in_threads(count, work):
    threads = [threading.Thread(target=work, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def be_hostile(port, seconds, seed):
    end = time.monotonic() + seconds
    counts = {}

    def work(number):
        chance = hostile.chance_of(seed, number)
        while time.monotonic() < end:
            source = f"127.{chance.randint(1, 100)}.{chance.randint(0, 255)}.{chance.randint(1, 254)}"
            hostile.behave(port, source, chance, counts)
            time.sleep(chance.uniform(0, 0.05))

    in_threads(HOSTILE_THREADS, work)
    print(json.dumps(counts))


def be_good(port, seconds, seed):
    end = time.monotonic() + seconds
    first, failures, times = {}, [], []
    contexts = {version: wire.context(version) for version in wire.VERSIONS}

    def work(number):
        chance = hostile.chance_of(seed, number)
        while time.monotonic() < end:
            path = chance.choice(PATHS)
            version = chance.choice(wire.VERSIONS)
            begun = time.monotonic()
            try:
                answer = wire.get(port, f"gemini://localhost:{port}{path}", tls=contexts[version],
                                  source=f"127.200.{number}.1")
                if answer.status != 20 or not answer.closed:
                    failures.append(f"{path}: {answer.header!r}, closed: {answer.closed}")
                elif first.setdefault(path, answer.raw) != answer.raw:
                    failures.append(f"{path}: {len(answer.raw)} bytes that are not those of before")
            except hostile.REFUSED as error:
                failures.append(f"{path}: {error!r} after {time.monotonic() - begun:.1f} s")
            times.append(time.monotonic() - begun)
            time.sleep(chance.uniform(0, 0.2))

    in_threads(GOOD_THREADS, work)
    print(json.dumps({"failures": failures, "times": sorted(times)}))


# --- the server and what is measured of it ---------------------------------------------------------

def private_kilobytes(pid):
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return sum(int(line.split()[1]) for line in text.splitlines() if line.startswith("Private_"))


def open_files(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def wait_for_files(pids, counts):
    """Until each process has as many open files as it had, or fewer."""
    limit = time.monotonic() + 20 * serving.PATIENCE
    while True:
        now = [open_files(pid) for pid in pids]
        if all(count <= before for count, before in zip(now, counts)):
            return
        assert time.monotonic() < limit, f"open files: {now}, at the start {counts}"
        time.sleep(0.1)


class Watch(threading.Thread):
    """The memory of each worker, once a second."""

    def __init__(self, pids):
        super().__init__(daemon=True)
        self.pids = pids
        self.samples = []
        self.stopped = threading.Event()

    def run(self):
        while not self.stopped.wait(1):
            try:
                self.samples.append([private_kilobytes(pid) for pid in self.pids])
            except OSError:
                return  # one has died; that is found elsewhere

    def most(self, begin, end):
        """Of each worker, between two parts of the time."""
        count = len(self.samples)
        chosen = self.samples[int(count * begin):max(int(count * end), int(count * begin) + 1)]
        return [max(sample[i] for sample in chosen) for i in range(len(self.pids))]


def start(kind, port, seconds, seed):
    return subprocess.Popen(
        [sys.executable, __file__, "--as", kind, "--port", str(port), "--seconds", str(seconds),
         "--seed", str(seed)], stdout=subprocess.PIPE, text=True)


def finish(process, seconds):
    try:
        out, _ = process.communicate(timeout=seconds)
    finally:
        process.kill()
    assert process.returncode == 0, f"a client process ended with {process.returncode}"
    return json.loads(out)


def soak(folder, seconds, seed, say=print):
    """Run all of it; raises AssertionError when something does not hold."""
    folder = Path(folder)
    # What was freed must not count as memory for long.
    os.environ["ASAN_OPTIONS"] = (os.environ.get("ASAN_OPTIONS", "detect_leaks=1") +
                                  ":quarantine_size_mb=4:thread_local_quarantine_size_kb=64")
    capsule = serving.write_capsule(folder / "capsule")
    (capsule / "static/big.bin").write_bytes(hostile.chance_of(seed).randbytes(1024 * 1024))
    options = [option for key, value in SETTINGS.items() for option in ("--set", f"{key}={value}")]
    server = serving.Server(capsule, folder / "certs", *options, workers=2)
    clients = []
    try:
        server.expect(serving.TURNED_AWAY)
        for path in PATHS:
            assert server.get(path, source="127.201.0.1").status == 20, path
        workers = server.workers()
        time.sleep(1)  # the connections of these requests are no open files of the start
        files = [open_files(pid) for pid in workers]
        watch = Watch(workers)
        watch.start()
        say(f"seed {seed}, {seconds} seconds, workers {workers}")
        clients = [start("good", server.port, seconds, seed)]
        clients += [start("hostile", server.port, seconds, seed + 1 + number)
                    for number in range(HOSTILE_PROCESSES)]
        good, *bad = [finish(client, seconds + 60 * serving.PATIENCE) for client in clients]
        watch.stopped.set()
        report(say, good, bad)
        assert not good["failures"], "\n".join(good["failures"][:20])
        assert good["times"][-1] < 10 * serving.PATIENCE
        assert server.workers() == workers, "a worker was replaced"
        wait_for_files(workers, files)
        early, late = watch.most(0.25, 0.5), watch.most(0.75, 1)
        idle = [private_kilobytes(pid) for pid in workers]
        say(f"memory of the workers in kB: {early} at most in the second quarter, {late} in the "
            f"last, {idle} at the end")
        for before, after in zip(early, late):
            assert after < before * 1.25 + 8192, "memory grows"
        server.close()
    finally:
        for client in clients:
            client.kill()
        server.kill()
    for line in server.lines:
        if "turned away" in line:
            say(line)


def report(say, good, bad):
    counts = {}
    for one in bad:
        for name, count in one.items():
            counts[name] = counts.get(name, 0) + count
    times = good["times"]
    say(f"{len(times)} well-behaved requests, {len(good['failures'])} failed; half took less than "
        f"{times[len(times) // 2] * 1000:.0f} ms, the slowest {times[-1] * 1000:.0f} ms")
    say("hostile: " + ", ".join(f"{count} {name}" for name, count in sorted(counts.items())))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--as", dest="kind", choices=["good", "hostile"], help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.kind == "good":
        be_good(options.port, options.seconds, options.seed)
    elif options.kind == "hostile":
        be_hostile(options.port, options.seconds, options.seed)
    else:
        with tempfile.TemporaryDirectory() as folder:
            soak(folder, options.seconds, options.seed)
        print("the server held")


if __name__ == "__main__":
    main()
