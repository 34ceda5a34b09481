"""Hold many connections and say little: a process for test_strangers.py.

    dawdlers.py PORT COUNT idle|hello|bytes GROUP

Each eighth connection has another address, 127.(100 + GROUP).x.y. Prints `ready N` when all are open,
sends a byte a second on some of those that dawdle, and prints `left N`, how many are still open, when
its standard input ends.
"""

import select
import socket
import sys
import time

import hostile


def is_open(client):
    client.setblocking(False)
    try:
        while client.recv(4096):
            pass
        return False
    except BlockingIOError:
        return True
    except OSError:
        return False


def main():
    port, count, kind, group = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
    hello = hostile.client_hello()
    clients = []
    for number in range(count):
        address = number // 8
        client = socket.socket()
        client.bind((f"127.{100 + group}.{address // 250}.{address % 250 + 1}", 0))
        client.connect(("127.0.0.1", port))
        if kind == "hello":
            client.send(hello)
        elif kind == "bytes":
            client.send(hello[:1])
        clients.append(client)
    print("ready", len(clients), flush=True)
    sent = 1
    while not select.select([sys.stdin], [], [], 1)[0]:
        begun = time.monotonic()
        for client in clients if kind == "bytes" and sent < len(hello) - 1 else []:
            try:
                client.send(hello[sent:sent + 1])
            except OSError:
                pass
            if time.monotonic() - begun > 1:
                break
        sent += 1
    print("left", sum(map(is_open, clients)), flush=True)


main()
