"""A terminal program on a real terminal (tmux): type to it, read its screen."""

import re
import shutil
import socket
import subprocess
import time
import uuid

import pytest


class Terminal:
    """`command` in a tmux of its own, so that nobody's session is touched."""

    def __init__(self, command, home, columns=110, rows=200):
        for program in ("tmux", command[0]):
            if shutil.which(program) is None:
                pytest.skip(f"{program} is not installed")
        try:
            socket.getaddrinfo("localhost", None)
        except OSError as reason:
            pytest.skip(f"localhost has no address here: {reason}")
        self.tmux = f"matinee-{uuid.uuid4().hex}"
        # Some clients ask for the user's home without looking at HOME, but mind XDG's variables.
        environment = ["env", "-i", "PATH=/usr/bin:/bin", "TERM=screen-256color", "LANG=C.UTF-8",
                       f"HOME={home}", f"XDG_CONFIG_HOME={home}", f"XDG_DATA_HOME={home}",
                       f"XDG_CACHE_HOME={home}"]
        self._tmux("-f", "/dev/null", "new-session", "-d", "-x", str(columns), "-y", str(rows),
                   *environment, *command)

    def _tmux(self, *arguments):
        done = subprocess.run(["tmux", "-u", "-L", self.tmux, *arguments], text=True, timeout=20,
                              env={"LANG": "C.UTF-8", "PATH": "/usr/bin:/bin", "HOME": "/nonexistent"},
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=True)
        return done.stdout

    def type(self, *keys):
        self._tmux("send-keys", *keys)

    def screen(self):
        return self._tmux("capture-pane", "-p")

    def wait_for(self, pattern, seconds=15):
        """The screen, as soon as `pattern` is on it."""
        limit = time.monotonic() + seconds
        screen = ""
        while time.monotonic() < limit:
            screen = self.screen()
            if re.search(pattern, screen, re.M):
                return screen
            time.sleep(0.05)
        raise AssertionError(f"{pattern!r} did not appear on the screen:\n{screen}")

    def link_number(self, label):
        """The number that the client shows before the link whose label starts so."""
        link = r"\[(\d+)\]\s+" + re.escape(label)
        return re.search(link, self.wait_for(link))[1]

    def follow_to(self, label, pattern):
        """Follow a link, again when the client has missed the keys, as one does that is still drawing."""
        for _ in range(2):
            self.follow(label)
            try:
                return self.wait_for(pattern, 5)
            except AssertionError:
                pass
        self.follow(label)
        return self.wait_for(pattern)

    def close(self):
        subprocess.run(["tmux", "-L", self.tmux, "kill-server"], stderr=subprocess.DEVNULL,
                       env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent"}, timeout=20, check=False)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Amfora(Terminal):
    def __init__(self, url, home):
        super().__init__(["amfora", url], home)

    def follow(self, label):
        number = self.link_number(label)
        if len(number) == 1:
            self.type(number)
        else:
            self.type("Space")
            self.type(number, "Enter")

    def answer(self, text):
        """What the server has asked for; the cursor is in the dialogue."""
        self.type("-l", text)
        self.type("Tab", "Enter")


class Bombadillo(Terminal):
    def __init__(self, url, home):
        super().__init__(["bombadillo", url], home)

    def follow(self, label):
        number = self.link_number(label)
        if len(number) == 1:
            self.type(number)
        else:
            self.type(":")
            self.type(number, "Enter")

    def answer(self, text):
        self.type("-l", text)
        self.type("Enter")
