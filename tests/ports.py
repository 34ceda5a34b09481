"""Ports for servers that cannot be told to take any free one."""

import random
import socket


def free_port():
    """A port that nobody listens on. Below those that the system gives to clients (Linux: from 32768 on),
    so that no connection of another test takes it in between."""
    for _ in range(1000):
        port = random.randrange(10000, 32768)
        with socket.socket() as probe:
            try:
                probe.bind(("", port))
            except OSError:
                continue
        return port
    raise OSError("no port is free")
