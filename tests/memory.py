"""How much memory a command takes at most."""

import subprocess
import sys

# The kernel lets a process begin with the most that the one before it had, which is ours and may be large:
# so a small one is between.
WATCH = """
import os, subprocess, sys
process = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL)
_, status, usage = os.wait4(process.pid, 0)
print(os.waitstatus_to_exitcode(status), usage.ru_maxrss)
"""


def peak_kb(arguments, **options):
    """Run a command; return its exit code and the most memory that it had, in kB."""
    watched = subprocess.run([sys.executable, "-S", "-c", WATCH, *map(str, arguments)], check=True,
                             stdout=subprocess.PIPE, text=True, **options)
    code, peak = map(int, watched.stdout.split())
    return code, peak
