"""Measure, and print ratios. Called by `make bench`; asserts nothing.

- Server CPU per request (user and system time of all of a server's processes) for one page, against
  molly-brown with the same certificate and the same bytes, rounds interleaved. Machines drift, so only
  the ratio of one run counts.
- Time to load and to build capsules of three sizes: it should grow in a straight line.
- Time from a save in a capsule of 1,000 reviews to the first answer with what was saved, and what that
  costs. The aim is 300 ms, of which 50 are waited for more changes.
"""

import argparse
import os
import shutil
import signal
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from generate import write_capsule  # noqa: E402
from ports import free_port  # noqa: E402

ROUNDS = 5
REQUESTS = 300
SAVES = 9
TICK = os.sysconf("SC_CLK_TCK")


def children(pid):
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            found += children(int(child))
    return found


def own_cpu_seconds(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def cpu_seconds(pid):
    return sum(own_cpu_seconds(process) for process in children(pid))


def fetch(context, port, path):
    with socket.create_connection(("127.0.0.1", port), timeout=10) as raw:
        with context.wrap_socket(raw, server_hostname="localhost") as tls:
            tls.sendall(f"gemini://localhost:{port}{path}\r\n".encode())
            body = b""
            while chunk := tls.recv(65536):
                body += chunk
    return body


def wait_for(context, port):
    for _ in range(100):
        try:
            return fetch(context, port, "/")
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"no answer on port {port}")


def bench_requests(matinee, folder):
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    tree = folder / "tree"
    certs = folder / "certs"
    subprocess.run([matinee, "build", "capsule", "--output", tree], check=True, stdout=subprocess.DEVNULL)
    servers = {}
    port = free_port()
    servers["matinee"] = (port, subprocess.Popen(
        [matinee, "serve", "capsule", "--certs", certs, "--listen", f"127.0.0.1:{port}", "--workers", "2"],
        stderr=subprocess.DEVNULL))
    wait_for(context, port)
    if shutil.which("molly-brown"):
        port = free_port()
        config = folder / "molly.conf"
        config.write_text(
            f'Port = {port}\nHostname = "localhost"\nCertPath = "{certs}/localhost.crt"\n'
            f'KeyPath = "{certs}/localhost.key"\nDocBase = "{tree}/"\nGeminiExt = "gmi"\n'
            f'AccessLog = "{folder}/access.log"\nErrorLog = "{folder}/error.log"\n')
        servers["molly-brown"] = (port, subprocess.Popen(["molly-brown", "-c", config]))
        wait_for(context, port)
    else:
        print("molly-brown is not installed: no ratio")
    path = "/reviews/miracle-in-cell-no-7/full.gmi"
    costs = {name: [] for name in servers}
    for _ in range(ROUNDS):
        for name, (port, process) in servers.items():
            before = cpu_seconds(process.pid)
            for _ in range(REQUESTS):
                fetch(context, port, path)
            costs[name].append((cpu_seconds(process.pid) - before) / REQUESTS * 1e6)
    print(f"server CPU per request of {path}, {ROUNDS} rounds of {REQUESTS}:")
    for name, values in costs.items():
        print(f"  {name:12} median {statistics.median(values):6.0f} us"
              f"   from {min(values):.0f} to {max(values):.0f}")
    if "molly-brown" in costs:
        ratio = statistics.median(costs["matinee"]) / statistics.median(costs["molly-brown"])
        print(f"  ratio        {ratio:.2f}")
    for _, process in servers.values():
        process.send_signal(signal.SIGTERM)
    for _, process in servers.values():
        process.wait(timeout=20)


def bench_loading(matinee, folder):
    print("loading: check and build of generated capsules")
    first = None
    for reviews in (500, 1000, 2000):
        capsule = folder / f"capsule-{reviews}"
        write_capsule(capsule, reviews)
        size = sum(f.stat().st_size for f in capsule.rglob("*.gmi")) / 1e6
        times = []
        for command in ([matinee, "check", capsule],
                        [matinee, "build", capsule, "--output", folder / f"tree-{reviews}"]):
            start = time.monotonic()
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            times.append(time.monotonic() - start)
        first = first or times
        print(f"  {reviews:5} reviews, {size:5.1f} MB: check {times[0]:6.2f} s ({times[0] / first[0]:4.1f}x)"
              f"  build {times[1]:6.2f} s ({times[1] / first[1]:4.1f}x)")


def bench_reload(matinee, folder):
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    capsule = folder / "capsule-1000"
    port = free_port()
    server = subprocess.Popen(
        [matinee, "serve", capsule, "--certs", folder / "certs", "--listen", f"127.0.0.1:{port}",
         "--workers", "2"], stderr=subprocess.DEVNULL)
    wait_for(context, port)
    loader = children(server.pid)[1]
    path = capsule / "reviews/000/review-500.gmi"
    lines = path.read_text(encoding="utf-8").split("\n")
    costs, times, first = [], [], []
    for number in range(SAVES):
        time.sleep(1.5)  # the old workers are gone, and reloads are a second apart at least
        lines[0] = f"Title: Saved {number}"
        before = own_cpu_seconds(loader)
        begun = time.monotonic()
        path.write_text("\n".join(lines), encoding="utf-8")
        while f"# Saved {number}\n".encode() not in fetch(context, port, "/reviews/review-500/"):
            time.sleep(0.005)
        times.append((time.monotonic() - begun) * 1000)
        for page in ("/", "/reviews/", "/people/", "/reviews/review-501/"):
            begun = time.monotonic()
            fetch(context, port, page)
            first.append((time.monotonic() - begun) * 1000)
        costs.append((own_cpu_seconds(loader) - before) * 1000)
    server.send_signal(signal.SIGTERM)
    server.wait(timeout=20)
    print(f"reload of 1,000 reviews, {SAVES} saves of one:")
    for name, values in (("served after", times), ("CPU of the loader", costs), ("pages right after", first)):
        print(f"  {name:18} median {statistics.median(values):4.0f} ms"
              f"   from {min(values):.0f} to {max(values):.0f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", required=True, type=Path)
    matinee = str((parser.parse_args().out / "matinee").resolve())
    with tempfile.TemporaryDirectory(prefix="matinee-bench-") as name:
        bench_requests(matinee, Path(name))
        bench_loading(matinee, Path(name))
        bench_reload(matinee, Path(name))


if __name__ == "__main__":
    main()
