"""Many clients at once, in processes of their own, while somebody does harm to the server.

Each client checks every answer in full. What failed is told with the local port and the moment of its
end, so that a test can tell whether it was a connection of a worker that was killed.
"""

import ctypes
import multiprocessing
import os
import socket
import ssl
import stat
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

SECONDS = 30


@dataclass
class Failure:
    port: int
    moment: float
    path: str
    what: str


@dataclass
class Storm:
    """What came of it."""

    answered: int = 0
    failures: list = field(default_factory=list)


def _context():
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname = False
    made.verify_mode = ssl.CERT_NONE
    # An end without close_notify is a truncated answer.
    made.options &= ~ssl.OP_IGNORE_UNEXPECTED_EOF
    return made


def _ask(context, port, path, is_right):
    """None, or a Failure."""
    local = 0
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=SECONDS) as raw:
            local = raw.getsockname()[1]
            with context.wrap_socket(raw, server_hostname="localhost",
                                     suppress_ragged_eofs=False) as tls:
                tls.sendall(f"gemini://localhost:{port}{path}\r\n".encode())
                answer = b""
                while piece := tls.recv(65536):
                    answer += piece
    except OSError as error:
        return Failure(local, time.monotonic(), path, repr(error))
    if not is_right(path, answer):
        return Failure(local, time.monotonic(), path, f"{len(answer)} bytes: {answer[:200]!r}")
    return None


def _client(port, paths, is_right, count, threads, results):
    context = _context()
    storm = Storm()
    lock = threading.Lock()
    left = [count]

    def run(number):
        step = number
        while True:
            with lock:
                if left[0] == 0:
                    return
                left[0] -= 1
            failure = _ask(context, port, paths[step % len(paths)], is_right)
            step += 1
            with lock:
                storm.answered += failure is None
                if failure is not None:
                    storm.failures.append(failure)

    running = [threading.Thread(target=run, args=(number,)) for number in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    results.put(storm)


class Clients:
    """`count` requests, `at_once` at a time, for `paths` in turn; `is_right(path, answer)` judges."""

    def __init__(self, port, paths, is_right, count, at_once):
        # Forked: `is_right` need not be importable.
        method = multiprocessing.get_context("fork")
        processes = min(4, at_once)
        self.results = method.Queue()
        self.processes = [
            method.Process(target=_client, daemon=True, args=(
                port, paths, is_right, count // processes, at_once // processes, self.results))
            for _ in range(processes)]
        self.storms = []
        for process in self.processes:
            process.start()

    def are_busy(self):
        while not self.results.empty():
            self.storms.append(self.results.get())
        return len(self.storms) < len(self.processes)

    def kill(self):
        for process in self.processes:
            process.kill()

    def storm(self):
        """All that came of it, when they are done."""
        whole = Storm()
        for part in self.storms:
            whole.answered += part.answered
            whole.failures += part.failures
        return whole


def state_of(pid):
    """The letter that ps shows; T is stopped."""
    line = Path(f"/proc/{pid}/stat").read_text()
    return line[line.rindex(")") + 2]


PIDFD_GETFD = 438  # the number of the system call, on every processor


def ports_of(pid, server_port):
    """The clients' ports of all connections that a (stopped) worker has.

    /proc/net/tcp leaves rows out when it changes while it is read, so the sockets themselves are asked.
    """
    system = ctypes.CDLL(None, use_errno=True)
    ports = set()
    process = os.pidfd_open(pid)
    try:
        for entry in os.listdir(f"/proc/{pid}/fd"):
            fd = system.syscall(PIDFD_GETFD, process, int(entry), 0)
            if fd < 0:
                raise OSError(ctypes.get_errno(), "pidfd_getfd")
            try:
                if stat.S_ISSOCK(os.fstat(fd).st_mode):
                    with socket.socket(fileno=os.dup(fd)) as borrowed:
                        if borrowed.getsockname()[1] == server_port:
                            ports.add(borrowed.getpeername()[1])
            except (OSError, IndexError):
                pass  # not connected, or no TCP
            finally:
                os.close(fd)
    finally:
        os.close(process)
    return ports
