"""A real matinee server for tests, on a free loopback port, and a small capsule for it."""

import os
import re
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path

import wire

BINARY = os.environ.get("MATINEE") or str(
    Path(__file__).resolve().parent.parent / "build/release/matinee")
# The sanitizers make everything slower.
PATIENCE = 4 if os.environ.get("MATINEE_MODE") == "asan" else 1

# What a server may say without having been asked to.
EXPECTED = [
    r"matinee: made a certificate: .*",
    r"matinee: sandbox: .*",
    r"matinee: running as root and serving this machine only: .*",
    r"matinee: (loaded|reloaded) .*: \d+ reviews?, \d+ pages?, \d+ files?"
    r"(; \d+ files? (has|have) errors)?",
    r"matinee: certificate SHA-256 [0-9a-f:]{95} for .*",
    r"matinee: listening on \S+",
    r"matinee: serving gemini://\S+",
    # Where tests are run with a low limit themselves, too.
    r"matinee: the limit of open files leaves room for \d+ connections a worker, not \d+",
    # A request: no address, when, URL in printable ASCII, status, bytes sent.
    r'- - - \[\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d \+0000\] "[ -~]*" \d\d \d+',
]

# What it says when strangers ask for too much; only where a test is about that.
TURNED_AWAY = r"matinee: connections turned away: \d+ [a-z, 0-9]+"

# What it says where landlock keeps a loader from a folder that has replaced another.
OUTGROWN = r"matinee: .*, or a link in it, leads elsewhere now: a new loader reads it"

REVIEW = """Title: {title}
Published: {published}
Kind: film
Year: 2013
Genre: Drama
Director: Hong Example
Cast: Kim Example as Yong
Tags: Courtroom, Plum
Summary: A summary of {title}.

The lede of {title}.

## Story
Words about the story.

## Memorable Lines
> I promise.
— Yong, answering his daughter
A promise that is kept.
"""


def write_review(folder, slug, title=None, published="2024-05-06", extra=""):
    path = Path(folder) / "reviews" / f"{slug}.gmi"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(REVIEW.format(title=title or slug.capitalize(), published=published) + extra)
    return path


def write_capsule(folder, conf=""):
    """A capsule with two reviews, a page, and some static files."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "capsule.conf").write_text(
        "Title: A Test Capsule\nHost: localhost, capsule.test\nLang: en\nTimezone: UTC\n" + conf)
    write_review(folder, "first", published="2024-05-06")
    write_review(folder, "second", published="2024-06-07")
    (folder / "pages").mkdir(exist_ok=True)
    (folder / "pages/about.gmi").write_text("# About\nSomebody wrote this.\n")
    (folder / "static/images").mkdir(parents=True, exist_ok=True)
    (folder / "static/images/dot.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8)
    (folder / "static/plain.txt").write_text("plain\n")
    (folder / "static/empty.txt").write_text("")
    return folder


def has_ipv6():
    """False on a machine, or in a container, that cannot even talk to itself with it."""
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
        return True
    except OSError:
        return False


class Server:
    """`matinee serve` of a capsule, or of a list of them, ready when the constructor returns. Close it, or use it with `with`."""

    def __init__(self, capsule, certs, *options, listen=("127.0.0.1:0",), workers=2, wrapper=(),
                 limit=None, popen=None):
        capsules = capsule if isinstance(capsule, (list, tuple)) else [capsule]
        command = [*wrapper, BINARY, "serve", *map(str, capsules), "--certs", str(certs)]
        if "--state" not in options:
            command += ["--state", str(Path(certs).with_name("state"))]
        # They come a moment after the start, with new workers and another line on pages: for tests of books.
        if "Books=yes" not in options:
            command += ["--set", "Books=no"]
        for address in listen:
            command += ["--listen", address]
        if workers:
            command += ["--workers", str(workers)]
        self.capsule = Path(capsules[0]) if capsules else None
        self.certs = Path(certs)
        self.worker_count = workers or os.cpu_count()
        self.lines = []
        self.allowed = list(EXPECTED)
        self.exit_code = 0
        self._news = threading.Condition()
        self._ended = False
        self.process = subprocess.Popen(
            command + list(options), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, preexec_fn=limit, **(popen or {}))
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        try:
            self.wait_for(r"matinee: serving gemini://")
            port = self.find(r"matinee: listening on .*:(\d+)$")
            self.port = int(port[1]) if port else None  # None: a Unix socket alone
        except BaseException:
            self.kill()
            raise

    def _read(self):
        for line in self.process.stderr:
            with self._news:
                self.lines.append(line.decode(errors="replace").rstrip("\n"))
                self._news.notify_all()
        # End of file: no process of the server has its stderr open any more.
        with self._news:
            self._ended = True
            self._news.notify_all()

    # --- its log ---

    @property
    def log(self):
        with self._news:
            return "\n".join(self.lines)

    def find(self, pattern, start=0):
        with self._news:
            for line in self.lines[start:]:
                found = re.search(pattern, line)
                if found:
                    return found
        return None

    def mark(self):
        """For wait_for: only what is said from now on."""
        with self._news:
            return len(self.lines)

    def wait_for(self, pattern, start=0, seconds=10):
        """The match in the first line that holds `pattern`."""
        limit = time.monotonic() + seconds * PATIENCE
        while True:
            found = self.find(pattern, start)
            if found:
                return found
            with self._news:
                left = limit - time.monotonic()
                assert left > 0 and not self._ended, (
                    f"the server did not say {pattern!r}:\n" + "\n".join(self.lines))
                self._news.wait(min(left, 0.5))

    def wait_for_reload(self, start=0):
        """A reload has been said, and no worker of before takes a connection any more."""
        self.wait_for(r"matinee: reloaded ", start)
        self.wait_until(lambda: len(self.accepting()) == self.worker_count)

    def expect(self, *patterns):
        """Lines that this test provokes."""
        self.allowed += patterns

    # --- its processes ---

    def processes(self, name=""):
        """The numbers of all processes below the master whose name starts with `name`."""
        parents, names = {}, {}
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                stat = (entry / "stat").read_text()
            except OSError:
                continue
            comm = stat[stat.index("(") + 1:stat.rindex(")")]
            state, parent = stat[stat.rindex(")") + 2:].split()[:2]
            if state != "Z":
                parents[int(entry.name)] = int(parent)
                names[int(entry.name)] = comm
        found = []
        for pid in parents:
            above = pid
            while above in parents and above != self.process.pid:
                above = parents[above]
            if above == self.process.pid and pid != above and names[pid].startswith(name):
                found.append(pid)
        return sorted(found)

    def loader(self):
        return self.processes("matinee-loader")[0]

    def workers(self):
        return self.processes("matinee-worker")

    def accepting(self):
        """The workers that still take new connections."""
        # The columns of this table: slot, local address, remote address, state (0A: LISTEN), …, inode.
        inodes = set()
        for table in ("/proc/net/tcp", "/proc/net/tcp6"):
            if os.path.exists(table):
                rows = [line.split() for line in Path(table).read_text().splitlines()[1:]]
                inodes |= {f"socket:[{row[9]}]" for row in rows
                           if row[3] == "0A" and int(row[1].rsplit(":", 1)[1], 16) == self.port}

        def has_listener(pid):
            try:
                return any(os.readlink(fd) in inodes for fd in Path(f"/proc/{pid}/fd").iterdir())
            except OSError:
                return False
        return [pid for pid in self.workers() if has_listener(pid)]

    # --- requests ---

    def url(self, path="/"):
        return f"gemini://localhost{f':{self.port}' if self.port else ''}{path}"

    def get(self, path="/", **options):
        return wire.get(self.port, self.url(path), **options)

    def ask(self, *records, **options):
        return wire.ask(self.port, *records, **options)

    def connect(self, **options):
        return wire.Wire(self.port, **options)

    def wait_until(self, true, seconds=10):
        """Try until `true()` is; returns what it gave."""
        limit = time.monotonic() + seconds * PATIENCE
        while True:
            value = true()
            if value:
                return value
            assert time.monotonic() < limit, (
                f"not in {seconds} seconds; the log ends:\n" + "\n".join(self.lines[-20:]))
            time.sleep(0.01)

    def section_headings(self, slug):
        source = (self.capsule / "reviews" / f"{slug}.gmi").read_text()
        return re.findall(r"^## (.*?)(?: \{#.*\})?$", source, re.M)

    # --- its end ---

    def wait_for_end(self, seconds=20):
        """The exit code, when all processes are gone."""
        code = self.process.wait(timeout=seconds * PATIENCE)
        self._reader.join(seconds * PATIENCE)
        assert self._ended, "processes of the server outlived it"
        return code

    def kill(self):
        if self.process.poll() is None:
            # The others end when they see that the master is gone.
            self.process.kill()
            self.process.wait()

    def close(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            code = self.wait_for_end()
        finally:
            self.kill()
        unexpected = [line for line in self.lines
                      if not any(re.fullmatch(pattern, line) for pattern in self.allowed)]
        assert not unexpected, "unexpected on stderr:\n" + "\n".join(unexpected)
        assert code == self.exit_code, f"exit code {code}"

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind is None:
            self.close()
        else:
            self.kill()
