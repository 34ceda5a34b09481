"""A gopher hole as a tree of files and on the wire: what its menus have to keep to, and Gophernicus
behind a socket, which is a program of inetd's."""

import os
import re
import shutil
import socket
import subprocess
import threading
import unicodedata

COLUMNS = 70    # RFC 1436, 3.9
LINE_BYTES = 1000  # below what Gophernicus and Lynx take for a line
GOPHERNICUS = shutil.which("gophernicus") or "/usr/sbin/gophernicus"


def columns(text):
    """What a terminal takes for it, roughly: the two sides need not agree on every symbol."""
    return sum(0 if unicodedata.category(c) in ("Mn", "Me", "Cf")
               else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def preformatted_lines(gemtext):
    inside = False
    for line in gemtext.split("\n"):
        if line.startswith("```"):
            inside = not inside
        elif inside:
            yield line.expandtabs(8).rstrip()


def items(menu):
    """(type, label, selector, host, port) of each line; host and port None where a server fills them
    in. Raises ValueError for what is no item."""
    lines = menu.split("\n")
    if lines.pop() != "":
        raise ValueError("the last line has no end")
    for line in lines:
        fields = line.split("\t")
        if len(fields) not in (2, 4) or not fields[0]:
            raise ValueError(f"not an item: {line!r}")
        host, port = (fields[2], int(fields[3])) if len(fields) == 4 else (None, None)
        yield fields[0][0], fields[0][1:], fields[1], host, port


def file_of(selector):
    """The file of a tree that a selector stands for, when it is a menu or when it is not."""
    place = selector.strip("/")
    return (place + "/gophermap" if place else "gophermap"), place


def check_line(kind, label, selector, wide):
    problem = None
    if not re.fullmatch(r"[0-9A-Za-hj-zI+;:]|i", kind):
        problem = "no type of an item"
    elif any(unicodedata.category(c) == "Cc" for c in label + selector):
        problem = "a control character"
    elif len(f"{kind}{label}\t{selector}".encode()) > LINE_BYTES:
        problem = "too long for servers"
    elif columns(label) > COLUMNS and "://" not in label and label not in wide:
        problem = f"{columns(label)} columns"
    return problem


def check_menu(text, tree, base="", wide=()):
    """What is wrong with a menu of `tree` (names of files); `wide` are the lines that may be wide."""
    try:
        found = list(items(text))
    except ValueError as error:
        yield str(error)
        return
    for kind, label, selector, host, _ in found:
        problem = check_line(kind, label, selector, wide)
        if problem:
            yield f"{problem}: {kind}{label!r} {selector!r}"
        if kind == "i" or host is not None:
            continue
        if selector.startswith("URL:"):
            if kind != "h" or not re.fullmatch(r"URL:[\x21-\x7e]+", selector):
                yield f"no address: {selector!r}"
        elif not selector.startswith(base + "/"):
            yield f"a selector that is not below {base!r}: {selector!r}"
        elif file_of(selector[len(base):])[kind != "1"] not in tree:
            yield f"an item that leads nowhere: {label!r} {selector!r}"


def check_text(text, wide=()):
    """What is wrong with a page as plain text."""
    for line in text.split("\n"):
        if line == ".":
            yield "a dot alone, which ends a text"
        elif any(unicodedata.category(c) == "Cc" for c in line):
            yield f"a control character: {line!r}"
        elif columns(line) > COLUMNS and "://" not in line and line not in wide:
            yield f"{columns(line)} columns: {line!r}"


def check_tree(tree, gemini, base=""):
    """What is wrong with a hole (name -> bytes) made of the same capsule as the tree `gemini`."""
    wide = {line for name, contents in gemini.items() if name.endswith(".gmi")
            for line in preformatted_lines(contents.decode(errors="replace"))}
    for name, contents in tree.items():
        problems = []
        if name == "gophermap" or name.endswith("/gophermap"):
            problems = check_menu(contents.decode(), tree, base, wide)
        elif name.endswith("/full.gmi"):
            problems = check_text(contents.decode(), wide)
        for problem in problems:
            yield f"{name}: {problem}"
    for name, contents in gemini.items():
        # What has moved is a menu that says so, whatever it is called.
        if place_of(name) not in tree and name + "/gophermap" not in tree:
            yield f"{name} has no page in the hole"
        elif not name.endswith(".gmi") and tree.get(name, contents) != contents:
            yield f"{name} is not the same file"


def place_of(name):
    """Where the page of a Gemini tree is in a hole."""
    if name == "index.gmi" or name.endswith("/index.gmi"):
        return name[:-len("index.gmi")] + "gophermap"
    if name.endswith(".gmi") and not name.endswith("/full.gmi"):
        return name + "/gophermap"
    return name


# --- on the wire -----------------------------------------------------------------------------------


def fetch(port, selector, seconds=60):
    """The answer of a gopher server to a selector."""
    answer = b""
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as connection:
        connection.sendall(selector.encode() + b"\r\n")
        while block := connection.recv(65536):
            answer += block
    return answer


class Gophernicus:
    """`tree` served at self.port of 127.0.0.1: one process a request, as inetd starts it."""

    def __init__(self, tree, *options):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self.listener.getsockname()[1]
        # Without shared memory, the system's log, scripts, folders of users; also as root.
        self.command = [GOPHERNICUS, "-r", str(tree), "-h", "localhost", "-p", str(self.port), "-nm",
                        "-ns", "-nx", "-nu", "-nr", *options]
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection:
                subprocess.run(self.command, stdin=connection, stdout=connection,
                               stderr=subprocess.DEVNULL, timeout=60, check=False)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        # What waits in accept() is told by a shutdown, not by a close.
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join(timeout=60)


def is_installed():
    return os.access(GOPHERNICUS, os.X_OK)


def readable_by_all(folder):
    """Gophernicus shows what everybody may read, whoever it runs as."""
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)


def crawl(port, tree):
    """Every item of the host, from the root on and from what no page leads to, such as robots.txt:
    (type, selector) -> what the server gave."""
    found = {}
    waiting = [("1", "/" + name[:-len("gophermap")]) if name.endswith("gophermap") else ("0", "/" + name)
               for name in sorted(tree)]
    while waiting:
        kind, selector = waiting.pop()
        if (kind, selector) in found:
            continue
        found[kind, selector] = answer = fetch(port, selector)
        for line in answer.decode().split("\r\n") if kind == "1" else []:
            fields = line[1:].split("\t")
            if line[:1] != "i" and fields[2:] == ["localhost", str(port)] and \
                    not fields[1].startswith("URL:"):
                waiting.append((line[0], fields[1]))
    return found


def check_answer(name, kind, answer, given):
    """What is wrong with what a server made of a file of the hole."""
    lines = answer.split(b"\r\n")
    if kind == "1":
        if answer[-5:] != b"\r\n.\r\n" or any(b"\n" in line for line in lines):
            yield f"{name}: lines or the end of a menu are not as they should be"
        for line in lines[:-2]:
            if line.count(b"\t") != 3 or line[:1] == b"3":
                yield f"{name}: no item: {line!r}"
        for line, wanted in zip(lines, given.split(b"\n")[:-1]):
            if not line.startswith(wanted):
                yield f"{name}: {line!r} is not {wanted!r}"
    elif kind == "0":
        # Gophernicus breaks lines of 1,023 bytes; those of sources are as long as they are. It takes
        # not all that is read as text for that.
        if b"".join(answer.split()) != b"".join(given.split()):
            yield f"{name}: another text than it should be"
    elif answer != given:
        yield f"{name}: other bytes than those of the file"


def check_crawl(found, tree):
    """What is wrong with what crawl() found, where the hole is `tree`."""
    names = {(kind, selector): file_of(selector)[kind != "1"] for kind, selector in found}
    for (kind, selector), name in names.items():
        if name not in tree:
            yield f"{selector} leads to no file"
        else:
            yield from check_answer(name, kind, found[kind, selector], tree[name])
