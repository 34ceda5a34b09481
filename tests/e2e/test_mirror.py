"""`matinee mirror` against a server that stands for a blog on Blogger, and means well or does not."""

import json
import os
import random
import re
import signal
import ssl
import subprocess
import time
import xml.etree.ElementTree as ElementTree
from email.utils import formatdate
from pathlib import Path

import pytest

import blog_server
import blogs
import serving
from blog_server import BlogServer, both, cut, endless, instead, make_posts, redirect, slowly, status
from capsules import MATINEE, ROOT, SECONDS, checked, contents, names, run, tree

ASAN = os.environ.get("MATINEE_MODE") == "asan"
REAL = Path(os.environ.get("MATINEE_SHARED", ROOT / "../shared")) / "samples/blogger-takeout-feed.atom"
MIRROR = ("mirror", "--delay", "0", "--allow-private")


@pytest.fixture
def capsule(tmp_path):
    return make_capsule(tmp_path / "capsule")


def make_capsule(folder):
    folder.mkdir(parents=True)
    (folder / "capsule.conf").write_text("Title: Trial\nAuthor: Kim\nTimezone: Asia/Seoul\n")
    return folder


def mirrored(capsule, *arguments):
    done = run(capsule, *MIRROR, *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def fails(capsule, blog, *said, words=()):
    """The mirror fails with a message, and nothing but its own folder was written."""
    before = contents(capsule)
    done = run(capsule, *MIRROR, blog.url if isinstance(blog, BlogServer) else blog, *words)
    assert done.returncode == 1, done.stdout + done.stderr
    for words in said:
        assert words in done.stderr, done.stderr
    assert contents(capsule) == before
    whole(capsule)
    return done.stderr


def whole(capsule):
    """No file is a part of what it should be: pictures are whole, reviews end as they should."""
    for path in capsule.rglob("*"):
        if path.suffix == ".png":
            assert path.read_bytes().endswith(b"IEND\xaeB`\x82"), path
        elif path.suffix == ".gmi":
            assert path.read_text().endswith("\n"), path
    leftovers = [path for path in capsule.rglob(".*") if path.name != ".matinee"]
    assert leftovers == []


# --- a blog, and what is done again ---------------------------------------------------------------


def test_a_blog(capsule):
    posts = make_posts(6)
    page = {"n": 900, "title": "About", "path": "/p/about.html", "html": "<p>Who writes here.</p>",
            "published": "2020-01-01T00:00:00.000+09:00", "updated": "2020-01-01T00:00:00.000+09:00"}
    with BlogServer(posts, pages=[page]) as blog:
        said = mirrored(capsule, blog.url)
        assert "reviews: 6 written" in said and "images: 6 stored" in said, said
    assert names(capsule) == [f"the-{n}" for n in range(1, 7)]
    assert names(capsule, "pages") == ["about"]
    assert names(capsule, "static/comments") == ["the-3", "the-6"]
    text = (capsule / "reviews/the-3.gmi").read_text()
    assert "=> images/picture-3.png Picture 3\n" in text
    assert "=> review:the-2 the one before\n" in text
    assert "Comments: comments/the-3.gmi | 1 comment\n" in text
    assert "I saw number 3." in (capsule / "static/comments/the-3.gmi").read_text()
    for n in range(1, 7):
        assert (capsule / f"static/images/picture-{n}.png").read_bytes() == blog_server.png(n)
    checked(capsule)
    whole(capsule)


def test_nothing_new(capsule):
    """A second run asks whether there is something new, and writes nothing; without URL, too."""
    with BlogServer(make_posts(5)) as blog:
        mirrored(capsule, blog.url)
        before = tree(capsule)
        blog.forget()
        assert mirrored(capsule) == "nothing new since the last time\n"
        assert tree(capsule) == before
        assert {path.partition("?")[0] for path in blog.asked} == {
            "/robots.txt", "/feeds/posts/default", "/feeds/comments/default", "/feeds/pages/default"}
        assert all("If-None-Match" in headers for path, headers in zip(blog.asked, blog.headers)
                   if path.startswith("/feeds/") and "pages" not in path)
        # A server that does not know of that tells all of it again; still nothing is written.
        blog.conditional = False
        assert "5 up to date" in mirrored(capsule, blog.url)
        unchanged = {name: stamp for name, stamp in before.items() if "mirror-state" not in name}
        after = {name: stamp for name, stamp in tree(capsule).items() if "mirror-state" not in name}
        assert after == unchanged


def test_something_new(capsule):
    with BlogServer(make_posts(5)) as blog:
        mirrored(capsule, blog.url)
        before = tree(capsule)
        more = make_posts(5)
        more[1]["html"] += "<p>Seen again.</p>"
        more[1]["updated"] = "2021-01-01T00:00:00.000+09:00"
        blog.posts = more + [dict(make_posts(6)[5], n=6)]
        blog.forget()
        said = mirrored(capsule)
        assert "the-2.gmi written again" in said and "the-6.gmi written\n" in said, said
        after = tree(capsule)
        changed = {name for name in after if after[name] != before.get(name)
                   and not name.startswith(".matinee/")}
        assert changed == {"reviews/the-2.gmi", "reviews/the-6.gmi", "static/images/picture-6.png",
                           "static/comments/the-6.gmi"}
        assert [path for path in blog.asked if "/images/" in path] == ["/images/s1600/picture-6.png"]


def test_a_persons_edit_stays(capsule):
    with BlogServer(make_posts(3)) as blog:
        mirrored(capsule, blog.url)
        review = capsule / "reviews/the-2.gmi"
        review.write_text(review.read_text() + "\nMy own words.\n")
        edited = review.read_text()
        blog.posts[1]["html"] += "<p>Seen again.</p>"
        said = mirrored(capsule)
        assert "stays as it is; the new version is in capsule/reviews/the-2.gmi.new" in said
        assert review.read_text() == edited
        assert "Seen again." in (capsule / "reviews/the-2.gmi.new").read_text()


@pytest.mark.parametrize("give", [150, 40])
@pytest.mark.parametrize("form", ["", "/feeds/posts/default?alt=json"])
def test_paging(capsule, form, give):
    """At most 150 an answer, or fewer: all posts come, each once."""
    with BlogServer(make_posts(310, images=False), give=give) as blog:
        mirrored(capsule, blog.url + form)
        starts = [int(re.search(r"start-index=(\d+)", path)[1]) for path in blog.asked
                  if path.startswith("/feeds/posts/") and "start-index" in path]
        assert starts == list(range(1, 311, give))
        assert all("alt=json" in path for path in blog.asked if "start-index" in path) == bool(form)
    assert len(names(capsule)) == 310
    assert len(names(capsule, "static/comments")) == 103


def test_both_forms_give_the_same(tmp_path):
    with BlogServer(make_posts(8)) as blog:
        one, two = make_capsule(tmp_path / "1/capsule"), make_capsule(tmp_path / "2/capsule")
        mirrored(one, blog.url)
        mirrored(two, blog.url + "/feeds/posts/default?alt=json")
    assert contents(one) == contents(two)


def test_after_an_export(capsule):
    """Who has imported Takeout already gets nothing twice; drafts stay, what is new comes."""
    posts = make_posts(6, images=False)
    with BlogServer(posts + [dict(make_posts(7, images=False)[6])]) as blog:
        blog.id = blogs.BLOG
        handed_out = [dict(post, html=blog.whole(post["html"]), comments=[dict(
            comment, published=post["published"]) for comment in post["comments"]]) for post in posts]
        draft = {"n": 50, "title": "Not yet", "html": "<p>Half.</p>", "draft": True,
                 "published": "2020-02-01T00:00:00Z"}
        (capsule.parent / "feed.atom").write_text(blogs.takeout([*handed_out, draft]))
        done = run(capsule, "import", "--blog", blog.url, "feed.atom")
        assert done.returncode == 0, done.stderr
        before = tree(capsule)
        said = mirrored(capsule, blog.url)
        assert "reviews: 1 written, 6 up to date" in said, said
        after = tree(capsule)
        assert {name for name in after if after[name] != before.get(name)
                and not name.startswith(".matinee/")} == {"reviews/the-7.gmi"}
    assert names(capsule) == sorted(["not-yet", *(f"the-{n}" for n in range(1, 8))])


def real_posts(text):
    """The live posts of an export, as the live feed has them, and the blog's id."""
    atom, blogger = "{http://www.w3.org/2005/Atom}", "{http://schemas.google.com/blogger/2018}"
    posts, answers, blog_id = {}, [], ""
    for entry in ElementTree.fromstring(text).iter(f"{atom}entry"):
        said = {"title": "title", "html": "content", "published": "published", "updated": "updated"}
        post = {key: entry.findtext(atom + name) or "" for key, name in said.items()}
        blog_id, _, post["n"] = entry.findtext(f"{atom}id").rpartition(".post-")
        post["author"] = entry.findtext(f"{atom}author/{atom}name") or "Unknown"
        if entry.findtext(f"{blogger}status") != "LIVE":
            continue
        if entry.findtext(f"{blogger}type") == "COMMENT":
            answers.append((entry.findtext(f"{blogger}parent").rpartition("-")[2], post))
        else:
            posts[post["n"]] = dict(
                post, path=entry.findtext(f"{blogger}filename"), comments=[],
                labels=[label.get("term") for label in entry.findall(f"{atom}category")
                        if label.get("term")])
    for parent, answer in answers:
        posts[parent]["comments"].append(answer)
    return sorted(posts.values(), key=lambda post: post["published"]), blog_id


@pytest.mark.skipif(not REAL.is_file(), reason="../shared/samples is not here")
def test_a_real_blog(tmp_path):
    """Its export, its feed, and its pages where the feed is short give the same reviews."""
    # Without its pictures: nothing is asked but this machine.
    export = re.sub("&lt;img.*?&gt;", "", REAL.read_text(), flags=re.S)
    (tmp_path / "export.xml").write_text(export)
    posts, blog_id = real_posts(export)
    exported, whole_feed, short = (make_capsule(tmp_path / name / "capsule")
                                   for name in ("exported", "whole", "short"))
    with BlogServer(posts) as blog:
        blog.id = blog_id
        assert run(exported, "import", "--blog", blog.url, "../export.xml").returncode == 0
        mirrored(whole_feed, blog.url)
        blog.short = True
        mirrored(short, blog.url)
    assert len(names(whole_feed)) == len(posts) == 33
    for path in (whole_feed / "reviews").iterdir():
        text = path.read_text()
        assert (exported / "reviews" / path.name).read_text() == text, path.name
        assert (short / "reviews" / path.name).read_text() == text, path.name
    assert names(whole_feed, "static/comments") == names(exported, "static/comments")
    checked(whole_feed)


@pytest.mark.parametrize("start", ["/", "/feeds/posts/default", "/feeds/posts/default?alt=rss",
                                   "/2020/01/the-2.html"])
def test_whatever_address(capsule, start):
    with BlogServer(make_posts(3)) as blog:
        mirrored(capsule, blog.url + start)
    assert len(names(capsule)) == 3


def test_feed_that_no_page_names(capsule):
    with BlogServer(make_posts(3)) as blog:
        blog.head = lambda: ""
        mirrored(capsule, blog.url)
    assert len(names(capsule)) == 3


def test_short_feed(capsule):
    """The page has the rest; of a page that is known and was not changed, nothing is asked."""
    with BlogServer(make_posts(6), short=True) as blog:
        said = mirrored(capsule, blog.url)
        text = (capsule / "reviews/the-4.gmi").read_text()
        assert "Number 4:" in text and "=> images/picture-4.png Picture 4\n" in text
        assert "=> review:the-3 the one before\n" in text
        assert "Popular" not in text and "stranger" not in text
        assert "from the page" not in said and "Published" not in said
        checked(capsule)
        before = tree(capsule)
        blog.posts[3]["html"] += "<p>Seen again.</p>"
        blog.posts[3]["updated"] = "2021-01-01T00:00:00.000+09:00"
        blog.posts[0]["comments"] = [{"n": 7777, "author": "Bob", "html": "The first one!"}]
        blog.forget()
        mirrored(capsule)
        assert [path for path in blog.asked if path.endswith(".html")] == [
            "/2020/01/the-4.html", "/2020/01/the-1.html"]
        after = tree(capsule)
        assert {name for name in after if after[name] != before.get(name)
                and not name.startswith(".matinee/")} == {
            "reviews/the-1.gmi", "reviews/the-4.gmi", "static/comments/the-1.gmi"}


def test_short_feed_with_a_page_that_is_gone(capsule):
    with BlogServer(make_posts(3, images=False), short=True) as blog:
        blog.fault = status("/2020/01/the-2.html", 404)
        done = run(capsule, *MIRROR, blog.url)
        assert "the-2.html: warning: not found (404); the post has what is in the feed" in done.stderr
    assert "Number 2:" in (capsule / "reviews/the-2.gmi").read_text()
    assert len(names(capsule)) == 3


def test_wordpress(capsule):
    """RSS, ten posts a page, 404 behind the last one; another site shows a page for people there."""
    def rss(first, last):
        items = "".join(
            f"<item><title>Post {n}</title><link>@/2020/post-{n}/</link><guid>@/?p={n}</guid>"
            f"<pubDate>Mon, {n % 27 + 1:02} Jan 2020 10:00:00 +0000</pubDate>"
            f"<content:encoded><![CDATA[<p>Words of number {n}.</p>]]></content:encoded></item>"
            for n in range(first, last + 1))
        return ("<?xml version='1.0'?><rss version='2.0' "
                "xmlns:content='http://purl.org/rss/1.0/modules/content/'><channel>"
                f"<title>W</title><link>@/</link>{items}</channel></rss>")

    class WordPress(BlogServer):
        behind = None

        def answer(self, path, query):
            if path == "/":
                return (b"<html><head><link rel='alternate' type='application/rss+xml' href='/feed/'>"
                        b"</head><body><p>W</p></body></html>"), "text/html"
            page = int(query.get("paged", ["1"])[0])
            if path != "/feed/":
                return None
            if page > 3:
                return self.behind
            return self.whole(rss(page * 10 - 9, page * 10)).encode(), "application/rss+xml"

    with WordPress([]) as blog:
        mirrored(capsule, blog.url)
        assert len(names(capsule)) == 30
        blog.behind = b"<html><body><p>Nothing here.</p></body></html>", "text/html"
        blog.conditional = False
        assert "30 up to date" in mirrored(capsule)


def test_json(capsule):
    with BlogServer(make_posts(3)) as blog:
        told = json.loads(mirrored(capsule, "--json", blog.url))
        assert [post["result"] for post in told["posts"]] == ["written"] * 3
        told = json.loads(mirrored(capsule, "--json"))
        assert told["posts"] == [] and told["problems"] == []


# --- servers that are busy, broken, or mean -------------------------------------------------------


@pytest.mark.parametrize("path", ["/robots.txt", "/", "/feeds/posts/", "/feeds/comments/", "/images/"])
@pytest.mark.parametrize("code", [429, 500, 503])
def test_busy(capsule, path, code):
    """What is busy is asked again after a while."""
    with BlogServer(make_posts(2)) as blog:
        blog.fault = both(status("/images/s1600/picture-1", code, times=2)) if path == "/images/" \
            else lambda handler, asked, number: (
                asked.startswith(path) if path != "/" else asked == "/") and number <= 2 and (
                    handler.send(code, b"Busy.\n") or True)
        done = run(capsule, *MIRROR, blog.url)
        assert done.returncode == 0, done.stderr
        assert f"the server answers {code}; asked again in" in done.stderr
    assert len(names(capsule)) == 2 and len(list((capsule / "static/images").iterdir())) == 2


def test_retry_after(capsule):
    with BlogServer(make_posts(1)) as blog:
        blog.fault = status("/feeds/posts/default", 503, times=1, Retry_After=1)
        begin = time.monotonic()
        mirrored(capsule, blog.url)
        assert time.monotonic() - begin >= 1
        # A date has seconds: the next one but one is between one and two away.
        blog.fault = status("/feeds/posts/default", 503, times=1,
                            Retry_After=formatdate(time.time() + 2, usegmt=True))
        blog.forget()
        done = run(capsule, *MIRROR, blog.url)
        assert done.returncode == 0
        assert re.search(r"503; asked again in [12]\.0 s", done.stderr), done.stderr
        blog.fault = status("/feeds/posts/default", 429, Retry_After=7200)
        blog.forget()
        fails(capsule, blog, "the server answers 429 and asks to wait for 120 minutes")
        assert blog.counts["/feeds/posts/default"] == 1


def test_always_busy(capsule):
    with BlogServer(make_posts(2)) as blog:
        blog.fault = status("/feeds/posts/default", 503)
        fails(capsule, blog, "/feeds/posts/default", "the server answers 503, after 5 tries")


@pytest.mark.parametrize("short", [False, True])
def test_comments_that_cannot_be_had(capsule, short):
    """The posts come all the same, and what comments there were stay; the next run asks for them."""
    with BlogServer(make_posts(3, images=False), short=short) as blog:
        blog.fault = status("/feeds/comments/", 503)
        done = run(capsule, *MIRROR, blog.url)
        assert done.returncode == 1 and "/feeds/comments/default" in done.stderr
        assert len(names(capsule)) == 3 and not (capsule / "static/comments").exists()
        blog.fault = None
        mirrored(capsule)
        assert names(capsule, "static/comments") == ["the-3"]
        before = contents(capsule)
        for fault in (status("/feeds/comments/", 503), status("/feeds/comments/", 404),
                      instead("/feeds/comments/", b"<html><p>Hello</p></html>", "text/html")):
            blog.fault = fault
            blog.conditional = False
            run(capsule, *MIRROR)
            assert contents(capsule) == before


def test_picture_that_comes_later(capsule):
    """A picture that cannot be had now is asked for again by the next run, though nothing else is new."""
    with BlogServer(make_posts(3)) as blog:
        blog.fault = status("/images/s1600/picture-2", 503)
        done = run(capsule, *MIRROR, blog.url)
        assert done.returncode == 1
        assert "picture-2.png" in done.stdout
        assert "some pictures could not be had now; the next run asks for them" in done.stderr
        assert len(names(capsule)) == 3
        whole(capsule)
        blog.fault = None
        mirrored(capsule)
        assert "=> images/picture-2.png Picture 2\n" in (capsule / "reviews/the-2.gmi").read_text()


def test_picture_that_is_gone(capsule):
    with BlogServer(make_posts(3)) as blog:
        blog.fault = both(status("/images/s1600/picture-1", 404), status("/images/s320/picture-1", 404),
                          instead("/images/s1600/picture-2", b"<html>No</html>", "image/png"),
                          instead("/images/s320/picture-2", b"<html>No</html>", "image/png"),
                          instead("/images/s1600/picture-3", blog_server.png(3), "text/html"))
        done = run(capsule, *MIRROR, blog.url)
        assert done.returncode == 0, done.stderr
    assert f"=> {blog.url}/images/" in (capsule / "reviews/the-1.gmi").read_text()
    assert [path.name for path in (capsule / "static/images").iterdir()] == ["picture-3.png"]


@pytest.mark.parametrize("path", ["/", "/feeds/posts/default", "/feeds/comments/default",
                                  "/images/s1600/picture-2.png", "/2020/01/the-2.html"])
def test_cut_off_at_every_kilobyte(tmp_path, path):
    """A connection that ends too early is begun again, and leaves nothing by halves."""
    with BlogServer(make_posts(12), short="html" in path) as blog:
        one = make_capsule(tmp_path / "one/capsule")
        mirrored(one, blog.url)
        body, _ = blog.answer(path, {})
        step = 1024 if len(body) > 4096 else len(body) // (3 if ASAN else 6) + 1
        for at in range(0, len(body), step):
            blog.forget()
            blog.fault = cut(path, at)
            capsule = make_capsule(tmp_path / f"{at}/capsule")
            done = run(capsule, *MIRROR, blog.url)
            assert done.returncode == 0, done.stderr
            assert f"{path}" in done.stderr and "asked again" in done.stderr
            assert contents(capsule) == contents(one)


def test_always_cut_off(capsule):
    with BlogServer(make_posts(6)) as blog:
        blog.fault = cut("/feeds/posts/default", 2000, times=10**9)
        fails(capsule, blog, "after 5 tries")


def test_feed_that_ends_too_early(capsule):
    """No length told, no error of the connection: the XML tells."""
    with BlogServer(make_posts(6)) as blog:
        body, kind = blog.answer("/feeds/posts/default", {})
        blog.fault = instead("/feeds/posts/default", body[:2000], kind)
        fails(capsule, blog, "/feeds/posts/default", "error:")


def test_endless_bodies(capsule):
    with BlogServer(make_posts(2)) as blog:
        blog.fault = endless("/images/s")
        done = run(capsule, *MIRROR, blog.url)
        assert done.returncode == 0, done.stderr
        assert "larger than" in done.stdout
        assert not (capsule / "static/images").exists() or not list((capsule / "static/images").iterdir())
        assert len(names(capsule)) == 2


def test_endless_entry(capsule):
    with BlogServer(make_posts(2)) as blog:
        head = (b"<?xml version='1.0'?><feed xmlns='http://www.w3.org/2005/Atom'><entry><id>x</id>"
                b"<content type='html'>")
        sent = []

        def fault(handler, path, number):
            if path != "/feeds/posts/default":
                return False
            handler.send_response(200)
            handler.send_header("Connection", "close")
            handler.end_headers()
            handler.wfile.write(head)
            try:
                while True:
                    handler.wfile.write(b"x" * 1048576)
                    sent.append(1)
            except OSError:
                handler.close_connection = True
                return True
        blog.fault = fault
        fails(capsule, blog, "larger than 268435456 bytes")
        assert len(sent) < 600


def test_endless_paging(capsule):
    """A feed that always has a next page, with the same posts, or with ever new ones."""
    with BlogServer(make_posts(3)) as blog:
        real = blog.feed

        def feed(which, query):
            body, kind = real(which, {})
            more = f"<link rel='next' href='{blog.url}/feeds/posts/default?x=1'/></feed>"
            return body.replace(b"</feed>", more.encode()), kind
        blog.feed = feed
        mirrored(capsule, blog.url)
        assert blog.counts["/feeds/posts/default"] == 2
    assert len(names(capsule)) == 3


@pytest.mark.parametrize("path", ["/", "/feeds/posts/default"])
def test_redirects_in_circles(capsule, path):
    with BlogServer(make_posts(2)) as blog:
        def fault(handler, asked, number):
            if asked not in (path, "/a", "/b"):
                return False
            handler.send(302, b"", Location="/b" if asked == "/a" else "/a")
            return True
        blog.fault = fault
        fails(capsule, blog, "redirects that go in a circle")


def test_redirect_is_followed(capsule):
    with BlogServer(make_posts(2)) as blog, BlogServer([]) as moved:
        moved.fault = lambda handler, path, number: path != "/robots.txt" and (
            handler.send(301, b"", Location=blog.url + handler.path) or True)
        mirrored(capsule, moved.url)
    assert len(names(capsule)) == 2


@pytest.mark.parametrize("body, said", [
    (b"<html><body><p>Please log in.</p></body></html>", "neither Atom nor RSS"),
    (b"Nothing.\n", "error:"),
    (b"{\"error\": 1}", "no feed of Blogger"),
    (b"", "error:"),
    (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "error:"),
    (b"<?xml version='1.0'?><feed xmlns='http://www.w3.org/2005/Atom'><entry>", "error:"),
])
def test_no_feed(capsule, body, said):
    with BlogServer(make_posts(2)) as blog:
        blog.fault = instead("/feeds/posts/default", body, "application/atom+xml")
        fails(capsule, blog, "/feeds/posts/default", said)


def test_no_blog(capsule):
    with BlogServer([]) as blog:
        blog.fault = lambda handler, path, number: path != "/" and (
            handler.send(404, b"No.\n") or True)
        blog.head = lambda: ""
        fails(capsule, blog, "names no feed")
        blog.fault = instead("/", b"%PDF-1.7\n", "text/html")
        fails(capsule, blog, "this is a PDF file, neither a page of a blog nor a feed")
        blog.fault = status("/", 404)
        fails(capsule, blog, "not found (404)")
    fails(capsule, blog, "after 5 tries")  # nobody listens there any more
    fails(capsule, "ftp://example.org/", "no address of the web")
    done = run(capsule, *MIRROR)
    assert done.returncode == 1 and "no blog was mirrored into it yet" in done.stderr


def test_robots(capsule):
    with BlogServer(make_posts(2), robots="User-agent: *\nDisallow: /feeds/\n") as blog:
        fails(capsule, blog, "the robots.txt of its site does not allow it")
        assert not any("/feeds/" in path for path in blog.asked)
        blog.robots = "User-agent: *\nDisallow: /search\n\nUser-agent: matinee\nDisallow: /images/\n"
        blog.forget()
        done = run(capsule, *MIRROR, blog.url)
        assert done.returncode == 0, done.stderr
        assert not any("/images/" in path for path in blog.asked)
    assert len(names(capsule)) == 2


def test_private_addresses(capsule):
    """Not even asked without --allow-private, by whatever name."""
    with BlogServer(make_posts(2)) as blog:
        port = blog.url.rpartition(":")[2]
        for host in ("127.0.0.1", "localhost", "[::1]", "2130706433", "0"):
            done = run(capsule, "mirror", "--delay", "0", f"http://{host}:{port}/")
            assert done.returncode == 1
            assert "its host is in a private network" in done.stderr
        assert blog.asked == []
    assert names(capsule) == []


def test_certificate_of_nobody(capsule, tmp_path):
    """Over TLS the certificate has to be one that the system trusts; that is not tried again."""
    done = run(capsule, "cert", "--certs", str(tmp_path / "certs"), "--host", "localhost", "make")
    assert done.returncode == 0, done.stderr
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "certs/localhost.crt", tmp_path / "certs/localhost.key")
    with BlogServer(make_posts(1)) as blog:
        blog.server.socket = context.wrap_socket(blog.server.socket, server_side=True)
        said = fails(capsule, blog.url.replace("http://127.0.0.1", "https://localhost"), "certificate")
        assert "asked again" not in said
        assert blog.asked == []


def test_who_asks(capsule):
    with BlogServer(make_posts(2)) as blog:
        mirrored(capsule, blog.url)
        for headers in blog.headers:
            assert re.fullmatch(r"matinee/\d+\.\d+\.\d+", headers["User-Agent"])
            assert "Cookie" not in headers and "Authorization" not in headers


def test_delay(capsule):
    with BlogServer(make_posts(1)) as blog:
        begin = time.monotonic()
        done = run(capsule, "mirror", "--delay", "0.2", "--allow-private", blog.url)
        assert done.returncode == 0
        assert time.monotonic() - begin >= 0.2 * (len(blog.asked) - 1)


# --- cut off at any moment ------------------------------------------------------------------------


def killed(capsule, url, seconds):
    """Run it, kill it after this time; False when it had ended by then."""
    with subprocess.Popen([MATINEE, *MIRROR, url], cwd=capsule.parent, stdin=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            process.wait(seconds)
            return False
        except subprocess.TimeoutExpired:
            process.kill()
            return True


@pytest.mark.parametrize("short", [False, True])
def test_killed_at_any_moment(tmp_path, short):
    """Killed, and run again: the same tree as of one run, and then nothing new."""
    chance = random.Random(2025)
    with BlogServer(make_posts(25), short=short) as blog:
        one = make_capsule(tmp_path / "one/capsule")
        begin = time.monotonic()
        mirrored(one, blog.url)
        takes = time.monotonic() - begin
        expected = contents(one)
        kills = 0
        for i in range(10 if ASAN else 50):
            capsule = make_capsule(tmp_path / f"{i}/capsule")
            kills += killed(capsule, blog.url, chance.uniform(0, takes))
            for name, content in contents(capsule).items():
                if not Path(name).name.startswith("."):
                    assert content == expected.get(name, content), f"{i}: {name}"
            mirrored(capsule, blog.url)
            assert contents(capsule) == expected, i
            whole(capsule)
        assert kills > 0
        before = tree(capsule)
        assert mirrored(capsule) == "nothing new since the last time\n"
        assert tree(capsule) == before


def test_stopped(capsule):
    with BlogServer(make_posts(3)) as blog:
        blog.fault = slowly("/feeds/posts/", 5)
        with subprocess.Popen([MATINEE, *MIRROR, blog.url], cwd=capsule.parent, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            time.sleep(0.5)
            process.send_signal(signal.SIGTERM)
            _, said = process.communicate(timeout=SECONDS)
            assert process.returncode == 1
            assert "stopped before the end" in said
    assert names(capsule) == []


# --- again and again ------------------------------------------------------------------------------


def until(what, seconds=20):
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def test_every(capsule):
    with BlogServer(make_posts(2)) as blog:
        with subprocess.Popen([MATINEE, *MIRROR, "--every", "1s", blog.url], cwd=capsule.parent,
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
            until(lambda: (capsule / ".matinee/mirror-state").exists())
            blog.posts = make_posts(3)
            until(lambda: (capsule / "reviews/the-3.gmi").exists())
            until(lambda: blog.counts["/feeds/posts/default"] > 5)
            begin = time.monotonic()
            process.send_signal(signal.SIGTERM)
            assert process.wait(SECONDS) == 0
            assert time.monotonic() - begin < 5
            assert process.stderr.read() == b""


def test_new_posts_appear_in_a_server(capsule, tmp_path):
    """`serve` and `mirror --every` on one capsule: nobody has to tell the server."""
    with BlogServer(make_posts(2)) as blog:
        mirrored(capsule, blog.url)
        with serving.Server(capsule, tmp_path / "certs") as server:
            assert b"The " in server.get("/reviews/the-2/").body
            assert server.get("/reviews/the-3/").status == 51
            with subprocess.Popen([MATINEE, *MIRROR, "--every", "1s"], cwd=capsule.parent,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
                blog.posts = make_posts(3)
                until(lambda: server.get("/reviews/the-3/").status == 20)
                page = server.get("/reviews/the-3/").body.decode()
                assert "Picture 3" in page and "comment" in page
                until(lambda: server.get("/images/picture-3.png").body == blog_server.png(3))
                assert server.get("/2020/01/the-3.html").status // 10 == 3
                process.send_signal(signal.SIGTERM)
                assert process.wait(SECONDS) == 0


def test_called_wrongly(capsule):
    for words in (["--every", "x", "u"], ["--every", "0h", "u"], ["--every", "1h", "--once", "u"],
                  ["--delay", "x", "u"], ["--delay", "-1", "u"], ["a", "b"], ["--into"], ["--what"]):
        done = run(capsule, "mirror", *words)
        assert done.returncode == 2, words
    assert "usage: matinee mirror" in run(capsule, "mirror", "--help").stdout
    done = run(capsule, "mirror", "--into", "nowhere", "http://127.0.0.1/")
    assert done.returncode == 1 and "nowhere" in done.stderr
