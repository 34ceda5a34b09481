"""Two servers behind HAProxy: readers are known by their addresses, and one of the servers is ended
and started again without a reader noticing."""

import collections
import shutil
import signal
import subprocess
import threading
import time

import pytest
import serving
import wire
from ports import free_port

# Where readers come from; HAProxy comes from 127.0.0.1.
READER = "127.0.0.77"
LINES = r'127\.0\.0\.\d+ - - \[[^]]+\] "[ -~]*" \d\d \d+'

CONFIG = """
global
    maxconn 500
defaults
    mode tcp
    timeout connect 4s
    timeout client 30s
    timeout server 30s
    option redispatch 1
    retries 5
frontend gemini
    bind 127.0.0.1:{port}
    default_backend capsules
backend capsules
    balance roundrobin
    default-server check inter 200ms fall 1 rise 1 {header}
    server a {a}
    server b {b}
"""


class Cluster:
    def __init__(self, serve, capsule, folder, header, unix):
        self.serve, self.capsule, self.folder = serve, capsule, folder
        self.port = free_port()
        self.options = ["--set", "Log-Addresses=full", "--set", "Tickets=yes",
                        "--set", f"Proxy={'unix' if unix else '127.0.0.1'}"]
        conf = capsule / "capsule.conf"
        conf.write_text(conf.read_text() + f"Port: {self.port}\n")
        self.listen = {name: f"unix:{folder}/{name}" if unix else f"127.0.0.1:{free_port()}"
                       for name in "ab"}
        self.servers = {name: self.start(name) for name in "ab"}
        config = folder / "haproxy.cfg"
        config.write_text(CONFIG.format(port=self.port, header=header, **{
            name: address.replace("unix:", "unix@") for name, address in self.listen.items()}))
        self.process = subprocess.Popen(["haproxy", "-db", "-f", str(config)],
                                        stderr=subprocess.PIPE, text=True)
        self.servers["a"].wait_until(self.answers)

    def start(self, name):
        """Both have the same certificates, and the same secret for tickets."""
        server = self.serve(self.capsule, *self.options, listen=(self.listen[name],))
        server.expect(LINES)
        return server

    def answers(self):
        assert self.process.poll() is None, self.process.stderr.read()
        try:
            return self.get().status == 20
        except (OSError, wire.ssl.SSLError):
            return False

    def get(self, path="/plain.txt", **options):
        return wire.get(self.port, f"gemini://localhost:{self.port}{path}", source=READER,
                        **options)

    def close(self):
        self.process.terminate()
        self.process.wait()
        self.process.stderr.close()


@pytest.fixture(params=["send-proxy", "send-proxy-v2", "send-proxy-v2 over Unix sockets"])
def cluster(request, serve, capsule, tmp_path_factory):
    if shutil.which("haproxy") is None:
        pytest.skip("haproxy is not installed")
    cluster = Cluster(serve, capsule, tmp_path_factory.mktemp("h"), request.param.split()[0],
                      "Unix" in request.param)
    yield cluster
    cluster.close()


def test_the_log_has_the_readers_address(cluster):
    marks = {name: server.mark() for name, server in cluster.servers.items()}
    for _ in range(4):
        assert cluster.get().status == 20
    for name, server in cluster.servers.items():
        assert server.wait_for(r"^(\S+) - - .*/plain\.txt", marks[name])[1] == READER


def test_a_session_is_resumed_by_the_other_server(cluster):
    tls = wire.context(wire.TLS_12)
    with wire.Wire(cluster.port, tls) as first:
        first.handshake()
        session = first.tls.session
        first.send(f"gemini://localhost:{cluster.port}/\r\n".encode())
        assert first.answer().status == 20
    assert session.has_ticket
    for _ in range(4):
        with wire.Wire(cluster.port, tls) as again:
            again.tls = tls.wrap_bio(again.incoming, again.outgoing, server_hostname="localhost",
                                     session=session)
            again.handshake()
            assert again.tls.session_reused
            again.send(f"gemini://localhost:{cluster.port}/\r\n".encode())
            assert again.answer().status == 20


def test_one_of_them_is_ended_and_started_again_under_load(cluster):
    counts, failures, done = collections.Counter(), [], threading.Event()

    def read():
        while not done.is_set():
            try:
                answer = cluster.get()
                counts["answers"] += 1
                if answer.status != 20 or answer.text != "plain\n" or not answer.closed:
                    failures.append(answer)
            except (OSError, wire.ssl.SSLError) as error:
                failures.append(error)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        for name in "abab":
            before = counts["answers"]
            server = cluster.servers[name]
            server.wait_until(lambda here=before: counts["answers"] > here + 20)
            server.process.send_signal(signal.SIGTERM)
            assert server.wait_for_end() == 0
            cluster.servers[name] = cluster.start(name)
            mark = cluster.servers[name].mark()
            # HAProxy notices that it is back, and readers come to it again.
            cluster.servers[name].wait_for(r"/plain\.txt", mark)
            time.sleep(0.1)
    finally:
        done.set()
        for thread in threads:
            thread.join()
    assert not failures, failures[:5]
    assert counts["answers"] > 80
