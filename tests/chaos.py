"""Requests without a pause while sources and certificates change and processes are killed.

Every request is answered in full, but for those that the killed worker held at that moment.
"""

import os
import random
import re
import signal
import subprocess
import time

import serving
import storm

KILLED = r"matinee: a worker ended: signal 9 \(Killed\)(; starting another)?"
LOADER_KILLED = r"matinee: the loader ended: signal 9 \(Killed\); starting another"
# A failure is seen by its client a moment after the kill; a port is used again much later.
SOON = 3.0

BIG = os.urandom(200_000)


def write_sources(capsule):
    (capsule / "static/big.bin").write_bytes(BIG)
    write_version(capsule, 0)


def write_version(capsule, number):
    """A review that tells in two places, far from each other, which version it is."""
    text = serving.REVIEW.format(title=f"Version {number}", published="2024-05-06")
    text += "\n## Middle\n" + f"Filling words of version {number}.\n\n" * 200
    text += f"\n## Last\nThe end of version {number}.\n"
    path = capsule / "reviews/first.gmi"
    if number % 2:
        path.write_text(text)  # in place
    else:
        temporary = capsule / "reviews/.first.gmi.part"
        temporary.write_text(text)
        temporary.rename(path)


def is_right(path, answer):
    header, _, body = answer.partition(b"\r\n")
    if path == "/big.bin":
        return header == b"20 application/octet-stream" and body == BIG
    if path == "/reviews/first/full.gmi":
        versions = set(re.findall(rb"[Vv]ersion (\d+)", body))
        return header.startswith(b"20 text/gemini") and len(versions) == 1 and \
            b"The end of version " in body
    return header.startswith(b"20 ") and len(body) > 0


class Chaos:
    """Who does the harm, about once a second each."""

    def __init__(self, server, seed):
        self.server = server
        self.random = random.Random(seed)
        self.victims = {}  # local port -> when workers were killed that had it
        self.killed = 0
        self.loaders_killed = 0
        self.versions = 0
        self.certificates = 0

    def kill_a_worker(self):
        accepting = self.server.accepting()
        if not accepting:
            return
        pid = self.random.choice(accepting)
        try:
            # Stopped, it cannot take another connection between the look and the kill.
            os.kill(pid, signal.SIGSTOP)
            while storm.state_of(pid) not in "TZ":
                time.sleep(0.001)
            ports = storm.ports_of(pid, self.server.port)
            os.kill(pid, signal.SIGKILL)
        except (ProcessLookupError, FileNotFoundError):
            return
        now = time.monotonic()
        for port in ports:
            self.victims.setdefault(port, []).append(now)
        self.killed += 1

    def kill_the_loader(self):
        loaders = self.server.processes("matinee-loader")
        if len(loaders) == 1:
            os.kill(loaders[0], signal.SIGKILL)
            self.loaders_killed += 1

    def write_a_version(self):
        self.versions += 1
        write_version(self.server.capsule, self.versions)

    def renew_the_certificate(self):
        self.certificates += 1
        fresh = self.server.certs.parent / f"fresh-{self.certificates}"
        subprocess.run([serving.BINARY, "cert", "make", "--certs", str(fresh), "--host", "localhost",
                        "--host", "capsule.test"], check=True, stdout=subprocess.DEVNULL)
        for suffix in (".key", ".crt"):
            os.replace(fresh / f"localhost{suffix}", self.server.certs / f"localhost{suffix}")

    def is_excused(self, failure):
        return any(-0.1 <= failure.moment - killed <= SOON * serving.PATIENCE
                   for killed in self.victims.get(failure.port, []))


def run(server, requests, at_once, seed=1, kill_loader=True):
    """Returns the Storm and the Chaos, when every request has got its answer."""
    chaos = Chaos(server, seed)
    clients = storm.Clients(server.port, ["/reviews/first/full.gmi", "/big.bin", "/", "/atom.xml"],
                            is_right, requests, at_once)
    limit = time.monotonic() + requests / 20 * serving.PATIENCE + 60
    rounds = 0
    try:
        while clients.are_busy():
            assert time.monotonic() < limit, "the clients are not done in time"
            time.sleep(0.5)
            rounds += 1
            if rounds % 2 == 0:
                chaos.kill_a_worker()
            if rounds % 3 == 1:
                chaos.write_a_version()
            if rounds % 5 == 1:
                chaos.renew_the_certificate()
            if kill_loader and rounds % 20 == 5:
                chaos.kill_the_loader()
    finally:
        clients.kill()
    return clients.storm(), chaos


def check(server, done, chaos):
    """Nothing was lost but what the killed ones held, and the log tells what happened."""
    lost = [failure for failure in done.failures if not chaos.is_excused(failure)]
    assert not lost, f"{len(lost)} of {len(done.failures)} failures are not excused: {lost[:5]}"
    # The last ones may be said a moment later.
    server.wait_until(lambda: len(re.findall(KILLED, server.log)) == chaos.killed)
    server.wait_until(lambda: len(re.findall(LOADER_KILLED, server.log)) == chaos.loaders_killed)
    assert chaos.killed > 0 and chaos.versions > 0 and chaos.certificates > 0
