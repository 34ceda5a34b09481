"""An HTTP server that stands for a blog on Blogger, and behaves as a test wants it to. All that it
tells is invented.

    with BlogServer(make_posts(25)) as blog:
        ... blog.url, blog.asked, blog.fault = cut("/images/", at=100) ...

A fault is a function of (handler, path, number): `number` counts the requests for this path from 1. It
answers by itself and returns True, or returns False to let the blog answer.
"""

import contextlib
import hashlib
import json
import random
import re
import socket
import struct
import threading
import time
import zlib
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

ID = "tag:blogger.com,1999:blog-7"
MOST = 150  # entries that Blogger gives at once
WORDS = ("attic cellar stair window lantern orchard river winter supper letter "
         "neighbour courtroom harbour violin curtain").split()


def png(number, side=8):
    """A picture like no other: `number` is its colour."""
    def chunk(kind, data):
        return (struct.pack(">I", len(data)) + kind + data
                + struct.pack(">I", zlib.crc32(kind + data)))
    rows = b"".join(b"\0" + struct.pack(">I", number * 2654435761 % 2**32)[:3] * side
                    for _ in range(side))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def make_posts(count, *, images=True, comments=True):
    """Posts like those of a real blog; the newest one is last."""
    chance = random.Random(count)
    posts = []
    for n in range(1, count + 1):
        month, day = (n - 1) // 28 % 12 + 1, (n - 1) % 28 + 1
        year = 2020 + (n - 1) // (28 * 12)
        title = f"The {chance.choice(WORDS).title()} {n}"
        path = f"/{year}/{month:02}/the-{n}.html"
        said = " ".join(chance.choice(WORDS) for _ in range(30))
        body = f"<p>Number {n}: {said}.</p>"
        if images:
            body += (f"<div class='separator'><a href='@/images/s1600/picture-{n}.png'>"
                     f"<img alt='Picture {n}' src='@/images/s320/picture-{n}.png'></a></div>")
        if n > 1:
            body += f"<p>Before it, <a href='@{posts[-1]['path']}'>the one before</a> was there.</p>"
        posts.append({
            "n": n, "title": title, "path": path, "html": body, "labels": [chance.choice(WORDS)],
            "published": f"{year}-{month:02}-{day:02}T20:00:00.000+09:00",
            "updated": f"{year}-{month:02}-{day:02}T21:00:00.000+09:00",
            "comments": [{"n": 100000 + n, "author": "Ann", "html": f"I saw number {n}."}]
                        if comments and n % 3 == 0 else [],
        })
    return posts


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 20
    disable_nagle_algorithm = True
    wbufsize = -1  # an answer is one packet: delayed acknowledgements cost 40 ms each

    def log_message(self, *args):
        pass

    def do_GET(self):
        blog = self.server.blog
        parts = urlsplit(self.path)
        with blog.lock:
            blog.asked.append(self.path)
            blog.headers.append(dict(self.headers))
            blog.counts[parts.path] += 1
            number = blog.counts[parts.path]
        if blog.fault is not None and blog.fault(self, parts.path, number):
            return
        answer = blog.answer(parts.path, parse_qs(parts.query))
        if answer is None:
            self.send(404, b"<html><body><p>There is no such page.</p></body></html>", "text/html")
            return
        self.send(200, *answer)

    def send(self, status, body, kind="text/plain", **headers):
        etag = '"' + hashlib.sha256(body).hexdigest()[:16] + '"'
        if status == 200 and self.server.blog.conditional:
            if self.headers.get("If-None-Match") == etag:
                status, body = 304, b""
            headers.setdefault("ETag", etag)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), str(value))
        if status != 304:
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request, client_address):
        pass  # clients are killed here


class BlogServer:
    def __init__(self, posts, *, pages=(), short=False, robots=None, give=MOST):
        self.posts, self.pages = list(posts), list(pages)
        self.short = short            # the feeds hold summaries
        self.robots = robots          # text of robots.txt
        self.give = give              # entries at once, whatever is asked for
        self.id = ID                  # that Blogger has for it
        self.conditional = True
        self.fault = None
        self.asked, self.headers, self.counts = [], [], Counter()
        self.lock = threading.Lock()
        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.blog = self
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def __enter__(self):
        # Python asks the resolver for the name of each address, otherwise.
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def forget(self):
        with self.lock:
            self.asked, self.headers, self.counts = [], [], Counter()

    # --- what is answered ---

    def answer(self, path, query):
        if path == "/robots.txt":
            return None if self.robots is None else (self.robots.encode(), "text/plain")
        if path == "/":
            return self.home().encode(), "text/html; charset=UTF-8"
        if path.startswith("/images/") and path.endswith(".png"):
            return png(int(path.rpartition("-")[2][:-4])), "image/png"
        for which in ("posts", "comments", "pages"):
            if path == f"/feeds/{which}/default":
                return self.feed(which, query)
        for post in self.posts + self.pages:
            if path == post["path"]:
                return self.page(post).encode(), "text/html; charset=UTF-8"
        return None

    def whole(self, html):
        return html.replace("@/", self.url + "/")

    def head(self):
        return (f"<link rel='alternate' type='application/atom+xml' title='Trial - Atom' "
                f"href='{self.url}/feeds/posts/default' />"
                f"<link rel='alternate' type='application/rss+xml' title='Trial - RSS' "
                f"href='{self.url}/feeds/posts/default?alt=rss' />")

    def home(self):
        links = "".join(f"<li><a href='{post['path']}'>{escape(post['title'])}</a></li>"
                        for post in self.posts[-5:])
        return (f"<!DOCTYPE html><html><head><title>Trial</title>{self.head()}</head>"
                f"<body><h1>Trial</h1><ul>{links}</ul></body></html>")

    def page(self, post):
        return (f"<!DOCTYPE html><html><head><title>Trial: {escape(post['title'])}</title>{self.head()}"
                f"<link rel='alternate' type='application/atom+xml' title='Comments' "
                f"href='{self.url}/feeds/{post['n']}/comments/default' /></head><body>"
                "<div class='nav'><a href='/'>Home</a></div>"
                f"<h3 class='post-title'>{escape(post['title'])}</h3>"
                f"<div class='post-body entry-content'>{self.whole(post['html'])}</div>"
                "<div id='comments'><h4>Comments</h4><p>Some words of a stranger.</p></div>"
                "<div class='widget'><h2>Popular Posts</h2><a href='/x'>Another one</a></div>"
                "</body></html>")

    def entries(self, which):
        if which == "comments":
            return [(post, comment) for post in reversed(self.posts) for comment in post["comments"]]
        return list(reversed(self.posts if which == "posts" else self.pages))

    def feed(self, which, query):
        start = int(query.get("start-index", ["1"])[0])
        most = min(int(query.get("max-results", ["25"])[0]), MOST, self.give)
        entries = self.entries(which)
        shown = entries[start - 1:start - 1 + most]
        more = start - 1 + most < len(entries)
        feed = {
            "id": {"$t": self.id}, "updated": {"$t": "2025-01-01T00:00:00.000Z"}, "title": {"$t": "Trial"},
            "link": [{"rel": "alternate", "href": self.url + "/"}],
            "author": [{"name": {"$t": "Kim"}}],
            "openSearch$totalResults": {"$t": str(len(entries))},
            "openSearch$startIndex": {"$t": str(start)},
            "openSearch$itemsPerPage": {"$t": str(most)},
            "entry": [self.entry(which, entry) for entry in shown],
        }
        if more:
            feed["link"].append({"rel": "next", "href": f"{self.url}/feeds/{which}/default?"
                                 f"start-index={start + most}&max-results={most}"})
        if query.get("alt") == ["json"]:
            text = json.dumps({"version": "1.0", "encoding": "UTF-8", "feed": dict(
                feed, **{"xmlns": "http://www.w3.org/2005/Atom",
                         "xmlns$openSearch": "http://a9.com/-/spec/opensearchrss/1.0/",
                         "xmlns$thr": "http://purl.org/syndication/thread/1.0"})})
            return text.encode(), "application/json; charset=UTF-8"
        return atom(feed).encode(), "application/atom+xml; charset=UTF-8"

    def entry(self, which, entry):
        if which == "comments":
            post, comment = entry
            return {
                "id": {"$t": f"{self.id}.post-{comment['n']}"}, "published": {"$t": post["published"]},
                "updated": {"$t": post["published"]}, "title": {"type": "text", "$t": "x"},
                "content": {"type": "html", "$t": comment["html"]},
                "link": [{"rel": "alternate", "href": f"{self.url}{post['path']}#c{comment['n']}"}],
                "author": [{"name": {"$t": comment["author"]}}],
                "thr$in-reply-to": {"ref": f"{self.id}.post-{post['n']}",
                                    "href": self.url + post["path"]},
            }
        html = self.whole(entry["html"])
        kind = "page" if which == "pages" else "post"
        begin = " ".join(re.sub("<[^>]*>", " ", html).split()[:6])
        text = {"summary": {"type": "text", "$t": begin}} if self.short else {
            "content": {"type": "html", "$t": html}}
        return {
            "id": {"$t": f"{self.id}.{kind}-{entry['n']}"}, "published": {"$t": entry["published"]},
            "updated": {"$t": entry["updated"]},
            "category": [{"scheme": "http://www.blogger.com/atom/ns#", "term": label}
                         for label in entry.get("labels", [])],
            "title": {"type": "text", "$t": entry["title"]}, **text,
            "link": [{"rel": "alternate", "href": self.url + entry["path"]}],
            "author": [{"name": {"$t": entry.get("author", "Kim")}}],
        }


def atom(feed):
    """The feed as XML: what has `$` in JSON has a colon, `$t` is the text, the rest attributes."""
    def element(name, value):
        if isinstance(value, list):
            return "".join(element(name, item) for item in value)
        attributes = "".join(f" {key}='{escape(item, {chr(39): '&apos;'})}'"
                             for key, item in value.items() if isinstance(item, str) and key != "$t")
        inside = escape(value.get("$t", "")) + "".join(
            element(key, item) for key, item in value.items() if not isinstance(item, str))
        name = name.replace("$", ":")
        return f"<{name}{attributes}>{inside}</{name}>"
    return ("<?xml version='1.0' encoding='UTF-8'?><feed xmlns='http://www.w3.org/2005/Atom' "
            "xmlns:openSearch='http://a9.com/-/spec/opensearchrss/1.0/' "
            "xmlns:thr='http://purl.org/syndication/thread/1.0'>"
            + "".join(element(key, value) for key, value in feed.items()) + "</feed>")


# --- faults ---------------------------------------------------------------------------------------


def status(path, code, times=10**9, **headers):
    """The first `times` requests for what begins with `path` get this status."""
    def fault(handler, asked, number):
        if not asked.startswith(path) or number > times:
            return False
        handler.send(code, b"Not now.\n", **headers)
        return True
    return fault


def cut(path, at, times=1):
    """The connection ends after `at` bytes of the body, of which more were promised."""
    def fault(handler, asked, number):
        if not asked.startswith(path) or number > times:
            return False
        parts = urlsplit(handler.path)
        body, kind = handler.server.blog.answer(parts.path, parse_qs(parts.query))
        handler.send_response(200)
        handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(max(len(body), at + 1)))
        handler.end_headers()
        handler.wfile.write(body[:at])
        close(handler)
        return True
    return fault


def close(handler):
    handler.close_connection = True
    with contextlib.suppress(OSError):
        handler.wfile.flush()
        handler.connection.shutdown(socket.SHUT_RDWR)


def endless(path, piece=b"x" * 65536, kind="text/plain"):
    """A body without an end."""
    def fault(handler, asked, _):
        if not asked.startswith(path):
            return False
        handler.send_response(200)
        handler.send_header("Content-Type", kind)
        handler.send_header("Connection", "close")
        handler.end_headers()
        with contextlib.suppress(OSError):
            while True:
                handler.wfile.write(piece)
        handler.close_connection = True
        return True
    return fault


def redirect(path, to):
    def fault(handler, asked, _):
        if not asked.startswith(path):
            return False
        handler.send(302, b"", Location=to)
        return True
    return fault


def instead(path, body, kind):
    def fault(handler, asked, _):
        if not asked.startswith(path):
            return False
        handler.send(200, body, kind)
        return True
    return fault


def slowly(path, seconds):
    def fault(_, asked, __):
        if asked.startswith(path):
            time.sleep(seconds)
        return False
    return fault


def both(*faults):
    def fault(handler, path, number):
        return any(one(handler, path, number) for one in faults)
    return fault
