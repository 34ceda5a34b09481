"""The Debian package in whole systems, Debian 12 and 13, with systemd as process 1 of namespaces."""

import os
import re
import shutil
import subprocess
import time
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parent.parent.parent
TOOLS = [tool for tool in ("debootstrap", "unshare", "nsenter", "chroot") if not shutil.which(tool)]
pytestmark = [pytest.mark.skipif(os.geteuid() != 0, reason="not root"),
              pytest.mark.skipif(bool(TOOLS), reason=f"{', '.join(TOOLS)} is not installed")]

# Everything that systemd wants to find when it starts; then it takes the place of the shell.
BOOT = """
set -e
mount --make-rprivate /
mount --bind "$1" "$1"
cd "$1"
mount -t proc proc proc
mount -t sysfs sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
for folder in run tmp dev; do mount -t tmpfs -o mode=755 tmpfs $folder; done
chmod 1777 tmp
mkdir dev/pts dev/shm
for device in null zero full random urandom tty; do
    touch dev/$device
    mount --bind /dev/$device dev/$device
done
mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
mkdir -p oldroot
pivot_root . oldroot
umount -l /oldroot
exec env -i container=other PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --system
"""


def run(*command, seconds=600, **options):
    done = subprocess.run([str(part) for part in command], stdin=subprocess.DEVNULL, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=seconds,
                          check=False, **options)
    return done.returncode, done.stdout


class System:
    """A Debian in a folder: not running at first, then booted."""

    def __init__(self, root):
        self.root = root
        self.pid = None
        self.process = None

    def do(self, command, code=0):
        if self.pid is None:
            inside = ("chroot", self.root)
        else:
            inside = ("nsenter", "-t", self.pid, "-m", "-p", "-u", "-i", "-n")
        result, said = run(*inside, "env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8",
                           "HOME=/root", "DEBIAN_FRONTEND=noninteractive", "sh", "-c", command)
        assert code is None or result == code, f"{command}\n{said}"
        return said.strip()

    def boot(self):
        self.process = subprocess.Popen(
            ["unshare", "-m", "-p", "-f", "-C", "-u", "-i", "-n", "sh", "-c", BOOT, "sh", self.root],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        limit = time.monotonic() + 60
        while time.monotonic() < limit and self.process.poll() is None:
            time.sleep(0.5)
            self.pid = self.pid or children.read_text().strip() or None
            if self.pid and self.do("systemctl is-system-running", None) in ("running", "degraded"):
                self.do("ip link set lo up", None)
                return True
        return False

    def end(self):
        if self.process is not None and self.process.poll() is None:
            if self.pid:
                os.kill(int(self.pid), 9)
            self.process.kill()
            self.process.wait()

    def wait_for(self, command, said):
        limit = time.monotonic() + 20
        while (found := self.do(command, None)) != said:
            assert time.monotonic() < limit, f"{command}: {found}, not {said}"
            time.sleep(0.2)


@pytest.fixture(params=["bookworm", "trixie"])
def system(request, tmp_path):
    root = tmp_path / request.param
    code, said = run("debootstrap", "--variant=minbase", "--include=make,systemd,systemd-sysv,iproute2",
                     request.param, root, seconds=1200)
    if code != 0:
        pytest.skip(f"debootstrap cannot make a {request.param} here: {said.strip().splitlines()[-1:]}")
    shutil.copy("/etc/resolv.conf", root / "etc/resolv.conf")
    system = System(root)
    yield system
    system.end()


FILES = ("find /etc /usr /var /lib -xdev -path '*matinee*'"
         " -not -path '/usr/share/zoneinfo/*' -not -path '/var/cache/*'")


def test_the_package(system):
    (system.root / "src").mkdir()
    for name in (".ci", "Makefile", "README.md", "LICENSE", "CHANGELOG.md", "capsule", "docs", "src"):
        run("cp", "-R", TOP / name, system.root / "src")
    system.do("cd /src && make deb")
    # With what it depends on, while there is a network; then without a trace of it.
    system.do("apt-get install -y --no-install-recommends /src/build/matinee_*.deb")
    system.do("apt-get purge -y matinee")
    if not system.boot():
        pytest.skip("systemd cannot be process 1 of namespaces here")

    system.do("dpkg --install /src/build/matinee_*.deb")
    system.wait_for("systemctl is-active matinee", "active")
    ask = "matinee get --insecure gemini://localhost/ 2>&1 | head -1"
    system.wait_for(ask, "20 text/gemini; lang=en")
    owners = system.do("stat -c %U $(sed 's|^|/proc/|' /sys/fs/cgroup/system.slice/matinee.service/"
                       "cgroup.procs)")
    assert set(owners.split()) == {"matinee"}
    system.do("systemctl reload matinee")
    assert system.do("systemctl show -p NRestarts --value matinee") == "0"

    # The unit does not forbid what the server protects itself with.
    journal = system.do("journalctl -u matinee --no-pager")
    print(journal)
    assert "matinee: serving gemini://localhost/" in journal
    assert re.search(r"sandbox: restricted are .*system calls, privileges", journal)

    # A changed file of configuration and the certificate outlive the same package once more.
    certificate = system.do("sha256sum /var/lib/matinee/certs/localhost.crt")
    system.do("echo 'Workers: 1' >>/etc/matinee/matinee.conf")
    system.do("dpkg --install /src/build/matinee_*.deb")
    system.wait_for(ask, "20 text/gemini; lang=en")
    assert system.do("tail -1 /etc/matinee/matinee.conf") == "Workers: 1"
    assert system.do("sha256sum /var/lib/matinee/certs/localhost.crt") == certificate

    # The port held by systemd, the server started by the first who asks.
    system.do("systemctl stop matinee && systemctl start matinee.socket")
    assert system.do("systemctl is-active matinee", None) == "inactive"
    system.wait_for(ask, "20 text/gemini; lang=en")
    system.do("systemctl stop matinee.socket matinee")

    system.do("systemctl start matinee && dpkg --purge matinee")
    assert system.do("cat /proc/[0-9]*/comm | grep -c matinee", 1) == "0"
    assert system.do(FILES) == ""
