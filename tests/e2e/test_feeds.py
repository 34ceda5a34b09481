"""Following a capsule: gemsub and Atom feeds of all reviews, of a value and of quotes."""

import datetime
import re
import shutil
import subprocess
import urllib.parse
import uuid
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

import atom_rules
import capsules
import serving
import wire

ROOT = Path(__file__).resolve().parents[2]
ATOM = atom_rules.ATOM
GRAMMAR = ROOT / "tests/atom.rng"
NAMESPACE = uuid.UUID("6b1f0c52-3a7d-4e94-9c15-d2608e41b7af")  # src/text/uuid.c
CAPSULE_ID = "urn:uuid:11111111-2222-4333-8444-555555555555"
REVIEW_ID = "urn:uuid:AAAAAAAA-bbbb-4ccc-8ddd-eeeeeeeeeeee"


def build(capsule, output="tree", *options):
    """Export; the feeds of the tree, by path."""
    done = capsules.run(capsule, "build", capsule.name, "--output", output, *options)
    assert done.returncode == 0, done.stderr
    tree = capsule.parent / output
    return {"/" + str(path.relative_to(tree)): path.read_bytes()
            for name in ("atom.xml", "feed.gmi") for path in tree.rglob(name)}


def entries(feed):
    return list(ElementTree.fromstring(feed).iter(ATOM + "entry"))


def values(feed, name):
    return [entry.findtext(ATOM + name) for entry in entries(feed)]


def addresses(feed):
    """The page of each entry, by its id."""
    return {entry.findtext(ATOM + "id"): entry.find(ATOM + "link").get("href") for entry in entries(feed)}


def identities(feed):
    return [ElementTree.fromstring(feed).findtext(ATOM + "id"), *values(feed, "id")]


def gemsub(text):
    """What Lagrange takes for entries of a feed: address, day and title."""
    return [match.groups() for line in text.split("\n") if
            (match := re.match(r"^=>\s*([^\s]+)\s+([0-9]{4}-[01][0-9]-[0-3][0-9])([^0-9].*)", line))]


def derived(*names):
    """What ids are made of one after the other, by a library that is not ours."""
    identity = ""
    for name in names:
        identity = "urn:uuid:" + str(uuid.uuid5(NAMESPACE, identity + name))
    return identity


def change(path, before, after):
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after))


# --- the rules ---


GOOD = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">
  <title xml:lang="en">T</title>
  <subtitle>S</subtitle>
  <id>urn:uuid:11111111-2222-4333-8444-555555555555</id>
  <link rel="alternate" type="text/gemini" href="gemini://a.example/"/>
  <link rel="self" type="application/atom+xml" href="gemini://a.example/atom.xml"/>
  <updated>2025-01-02T00:00:00+09:00</updated>
  <author><name>N</name></author>
  <generator>matinee</generator>
  <entry xml:lang="ko">
    <title>E</title>
    <link rel="alternate" type="text/gemini" href="gemini://a.example/e"/>
    <link rel="related" href="https://a.example/e"/>
    <id>urn:uuid:11111111-2222-4333-8444-666666666666</id>
    <published>2025-01-01T00:00:00Z</published>
    <updated>2025-01-01T15:00:00Z</updated>
    <category scheme="gemini://a.example/tags/" term="t" label="T"/>
    <summary>S</summary>
    <content type="text/gemini">Words
=&gt; gemini://a.example/ A link
</content>
  </entry>
</feed>
"""

# What is broken, how, and what is said; True when the grammar sees it as well.
BROKEN = [
    ("</feed>", "", "not well-formed", True),
    ("E</title>", "E\x01</title>", "not well-formed", True),
    ('<feed xmlns="', '<feed xml:lang="en" xmlns="', "root element is not", False),
    ("/2005/Atom", "/2006/Atom", "root element is", True),
    ("<title xml:lang=\"en\">T</title>", "", "0 of title", True),
    ("<subtitle>S</subtitle>", "<subtitle>S</subtitle><subtitle>S</subtitle>", "2 of subtitle", True),
    ("<id>urn:uuid:11111111-2222-4333-8444-666666666666</id>", "", "0 of id", True),
    ("<updated>2025-01-01T15:00:00Z</updated>", "", "0 of updated", True),
    ("<published>", "<published>2025-01-01T00:00:00Z</published><published>", "2 of published", True),
    ("<summary>S</summary>", "<summary>S</summary><summary>S</summary>", "2 of summary", True),
    ("<generator>", "<generator>x</generator><generator>", "2 of generator", True),
    ("<author><name>N</name></author>", "", "without an author", False),
    ("<author><name>N</name></author>", "<author></author>", "0 of name", True),
    ("<author><name>N</name>", "<author><name>N</name><email>n</email>", "no address", True),
    ("2025-01-01T15:00:00Z", "2025-01-01", "no date", True),
    ("2025-01-01T15:00:00Z", "2025-01-01T15:00:00", "no date", True),
    ("2025-01-01T15:00:00Z", "2025-02-30T15:00:00Z", "no date", True),
    ("2025-01-01T15:00:00Z", "2025-01-01t15:00:00z", "no date", True),
    ("2025-01-01T15:00:00Z", "2024-12-31T23:59:59Z", "published at", False),
    ("2025-01-02T00:00:00+09:00", "2025-01-02T00:00:00Z", "newest of its entries", False),
    ("urn:uuid:11111111-2222-4333-8444-666666666666", "", "id is no IRI", True),
    ("urn:uuid:11111111-2222-4333-8444-666666666666", "/e", "id is no IRI", False),
    ("-8444-666666666666", "-8444-66666666666A", "no UUID in small letters", False),
    ("-8444-666666666666", "-8444-555555555555", "one id for two things", False),
    ('href="gemini://a.example/e"', 'href="gemini://a.example/a b"', "no IRI", True),
    ('href="gemini://a.example/e"', 'href="/e"', "no IRI", False),
    ('href="gemini://a.example/e"', 'href="gemini://a.example/100%"', "no IRI", False),
    ('href="gemini://a.example/e"', "", "no IRI", True),
    ('rel="related"', 'rel="alternate"  type="text/gemini"', "two alternates", False),
    ('rel="related"', 'rel="re lated"', "no relation", True),
    ('rel="related"', 'hreflang="?" rel="related"', "no language", True),
    ('rel="related"', 'media="all" rel="related"', "no attribute", True),
    ('xml:lang="ko"', 'xml:lang="?"', "no language", True),
    ('term="t" ', "", "without a term", True),
    ('scheme="gemini://a.example/tags/"', 'scheme="tags"', "scheme is no IRI", False),
    ("<summary>", "<summary><b/>", "summary holds elements", True),
    ("<summary>", '<summary type="text/plain">', "summary of type", True),
    ("<summary>", "<keyword/><summary>", "may not hold", True),
    ("<summary>", "words<summary>", "text between", True),
    ("<content type=\"text/gemini\">", "<content type=\"text/gemini\"><b/>", "holds elements", True),
    ('type="text/gemini">Words', 'type="gemtext">Words', "no media type", True),
    ('type="text/gemini">Words', 'type="multipart/mixed">Words', "no media type", False),
    ('type="text/gemini">Words', 'type="image/png">???', "Base64", False),
    ('type="text/gemini">Words', 'type="image/svg+xml">Words', "XML has not one", False),
    ('type="text/gemini">Words', 'type="text/gemini" src="gemini://a.example/e">Words', "not empty", True),
    ("=&gt; gemini://a.example/ A", "=&gt; /a A", "leads nowhere", False),
    ('rel="self"', 'rel="via"', "was fetched from", False),
    ("a.example/atom.xml", "b.example/atom.xml", "was fetched from", False),
]


def grammar_says(data):
    """What xmllint says of a feed by the grammar; empty when it is one."""
    if shutil.which("xmllint") is None:
        pytest.skip("no xmllint on this machine")
    done = subprocess.run(["xmllint", "--noout", "--relaxng", str(GRAMMAR), "-"], input=data,
                          capture_output=True, timeout=60, check=False)
    return done.stderr.decode() if done.returncode != 0 else ""


def test_a_good_feed_keeps_the_rules():
    assert list(atom_rules.problems(GOOD.encode(), "gemini://a.example/atom.xml")) == []


def test_grammar_takes_a_good_feed():
    assert grammar_says(GOOD.encode()) == ""


@pytest.mark.parametrize("before, after, said, in_grammar", BROKEN)
def test_rules_and_grammar_see_what_is_broken(before, after, said, in_grammar):
    assert before in GOOD
    broken = GOOD.replace(before, after, 1) if before != "2025-01-01T15:00:00Z" else GOOD.replace(before, after)
    problems = list(atom_rules.problems(broken.encode(), "gemini://a.example/atom.xml"))
    assert any(said in problem for problem in problems), problems
    assert not in_grammar or grammar_says(broken.encode())


def test_content_that_is_elsewhere_wants_a_summary():
    broken = GOOD.replace("<summary>S</summary>", "")
    broken = re.sub(r"(?s)<content.*</content>", '<content type="image/png">AAAA</content>', broken)
    assert any("wants a summary" in problem for problem in atom_rules.problems(broken.encode()))
    broken = re.sub(r"<content.*</content>", "", broken)
    broken = broken.replace('<link rel="alternate" type="text/gemini" href="gemini://a.example/e"/>', "")
    assert any("no alternate link" in problem for problem in atom_rules.problems(broken.encode()))


# --- every feed of a capsule, served and exported ---


@pytest.fixture(scope="module", params=["sample", "hostile"])
def followed(request, tmp_path_factory):
    """A capsule with all its feeds: (its server, path -> bytes as exported)."""
    folder = tmp_path_factory.mktemp(request.param)
    case = {"sample": ROOT / "capsule", "hostile": ROOT / "tests/golden/hostile"}[request.param]
    if (case / "make.py").exists():
        subprocess.run(["python3", str(case / "make.py"), str(folder / "capsule")], check=True)
    else:
        shutil.copytree(case / "capsule" if (case / "capsule").exists() else case, folder / "capsule")
    feeds = build(folder / "capsule", "tree", "--keep-going")
    with serving.Server(folder / "capsule", folder / "certs") as server:
        server.expect(r".*")
        yield server, feeds


def test_every_feed_keeps_the_rules(followed):
    server, feeds = followed
    atoms = [path for path in feeds if path.endswith("atom.xml")]
    assert {"/atom.xml", "/quotes/atom.xml"} < set(atoms)
    assert {path.split("/")[1] for path in atoms} >= {"tags", "people"}
    for path in atoms:
        exported = f"gemini://localhost{urllib.parse.quote(path)}"
        assert list(atom_rules.problems(feeds[path], exported)) == [], path
        url = exported.replace("localhost", f"localhost:{server.port}")
        answer = wire.get(server.port, url)
        assert answer.header == "20 application/atom+xml", path
        assert list(atom_rules.problems(answer.body, url)) == [], path
        assert answer.body.replace(b"localhost:%d" % server.port, b"localhost") == feeds[path], path


def test_every_feed_fits_the_grammar(followed, tmp_path):
    _, feeds = followed
    if shutil.which("xmllint") is None:
        pytest.skip("no xmllint on this machine")
    files = []
    for path, contents in feeds.items():
        if path.endswith("atom.xml"):
            files.append(tmp_path / f"{len(files)}.xml")
            files[-1].write_bytes(contents)
    done = subprocess.run(["xmllint", "--noout", "--relaxng", str(GRAMMAR), *map(str, files)],
                          capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


def test_gemsub_and_atom_tell_the_same(followed):
    server, feeds = followed
    for path, contents in feeds.items():
        if not path.endswith("feed.gmi"):
            continue
        atom = feeds[path.replace("feed.gmi", "atom.xml")]
        lines = gemsub(contents.decode())
        assert ["gemini://localhost" + url for url, _, _ in lines] == [
            entry.find(ATOM + "link").get("href") for entry in entries(atom)], path
        assert [day for _, day, _ in lines] == [
            moment[:10] for moment in values(atom, "published")], path
        assert [title[1:] for _, _, title in lines] == values(atom, "title"), path
        assert contents.decode().split("\n")[0] == "# " + ElementTree.fromstring(atom).findtext(ATOM + "title")
        for url, _, _ in lines[:5]:
            assert wire.get(server.port, f"gemini://localhost{url}").status == 20, url


def test_content_is_the_whole_review(followed):
    server, feeds = followed
    for entry in entries(feeds["/atom.xml"]):
        url = entry.find(ATOM + "link").get("href")
        full = wire.get(server.port, url + "full.gmi")
        page = full if full.status == 20 else wire.get(server.port, url)
        content = entry.find(ATOM + "content")
        assert content.get("type") == "text/gemini"
        # Links have their host; all else stands on the page as it stands here.
        local = content.text.replace("=> gemini://localhost/", "=> /").rstrip("\n")
        assert local in page.text, url


def test_another_reader_understands(followed):
    feedparser = pytest.importorskip("feedparser", reason="no feedparser on this machine")
    _, feeds = followed
    for path in [path for path in feeds if path.endswith("atom.xml")]:
        # It would take the content for HTML otherwise.
        parsed = feedparser.parse(feeds[path], sanitize_html=False, resolve_relative_uris=False)
        assert not parsed.bozo, path
        assert parsed.version == "atom10"
        mine = entries(feeds[path])
        assert [entry.id for entry in parsed.entries] == values(feeds[path], "id")
        for entry, element in zip(parsed.entries, mine):
            assert entry.links[0].rel == "alternate"
            assert entry.content[0].type == "text/gemini"
            assert entry.content[0].value.strip() == element.findtext(ATOM + "content").strip()
            assert entry.updated_parsed >= entry.published_parsed


# --- ids ---


def test_ids_are_made_as_documented(capsule):
    feeds = build(capsule)
    own = derived("capsule:A Test Capsule")
    second, first = own + "/reviews/second/", own + "/reviews/first/"
    assert identities(feeds["/atom.xml"]) == [own, derived(second), derived(first)]
    assert identities(feeds["/tags/plum/atom.xml"]) == [
        derived(own + "/tags/plum/"), derived(second), derived(first)]
    assert identities(feeds["/people/kim-example/atom.xml"])[0] == derived(own + "/people/kim-example/")
    assert identities(feeds["/quotes/atom.xml"]) == [
        derived(own + "/quotes/"), derived(second, "/quote-i-promise"), derived(first, "/quote-i-promise")]


def test_ids_survive_a_move(capsule):
    """Another host, port, base, author and time zone, served and exported: the same ids."""
    before = {path: identities(feed) for path, feed in build(capsule).items() if path.endswith("xml")}
    change(capsule / "capsule.conf", "Host: localhost, capsule.test\nLang: en\nTimezone: UTC\n",
           "Host: moved.example\nPort: 1966\nLang: ko\nTimezone: Asia/Seoul\nAuthor: Somebody Else\n")
    after = build(capsule, "moved", "--base", "/~kim")
    assert b"gemini://moved.example:1966/~kim/" in after["/atom.xml"]
    assert {path: identities(feed) for path, feed in after.items() if path.endswith("xml")} == before


def test_an_id_is_pinned_by_writing_it_down(capsule):
    """What a feed says of itself can be put into capsule.conf; then the title is free."""
    before = {path: identities(feed) for path, feed in build(capsule).items() if path.endswith("xml")}
    change(capsule / "capsule.conf", "Title: A Test Capsule",
           f"Title: Another Name\nId: {before['/atom.xml'][0]}")
    after = build(capsule, "renamed")
    assert {path: identities(feed) for path, feed in after.items() if path.endswith("xml")} == before
    change(capsule / "reviews/first.gmi", "Title: First", f"Title: Renamed\nId: {before['/atom.xml'][2]}")
    (capsule / "reviews/first.gmi").rename(capsule / "reviews/other.gmi")
    after = build(capsule, "renamed-too")
    assert {path: identities(feed) for path, feed in after.items() if path.endswith("xml")} == before


def test_a_capsule_with_an_id(capsule):
    change(capsule / "capsule.conf", "Lang: en", f"Lang: en\nId: {CAPSULE_ID.upper()}")
    feeds = build(capsule)
    assert identities(feeds["/atom.xml"])[:2] == [CAPSULE_ID, derived(CAPSULE_ID + "/reviews/second/")]
    change(capsule / "capsule.conf", "Id: URN:UUID:1", "Id: URN:UUID:x")
    done = capsules.run(capsule, "check", "capsule")
    assert done.returncode == 1
    assert "expected `urn:uuid:` and a UUID" in done.stderr


def test_a_review_that_is_renamed_stays_one_entry(serve, capsule):
    """Its id is that of before, in every feed, and so are those of its quotes; its old address leads
    to the new one."""
    review = capsule / "reviews/first.gmi"
    change(review, "Title: First", f"Title: First\nId: {REVIEW_ID}")
    before = {path: identities(feed) for path, feed in build(capsule).items() if path.endswith("xml")}
    assert REVIEW_ID.lower() in before["/atom.xml"]
    assert derived(REVIEW_ID.lower() + "/quote-i-promise") in before["/quotes/atom.xml"]
    change(review, "Title: First", "Title: Renamed\nAliases: /reviews/first/")
    review.rename(capsule / "reviews/renamed.gmi")
    after = {path: identities(feed) for path, feed in build(capsule, "after").items() if path.endswith("xml")}
    assert after == before
    server = serve(capsule)
    answer = wire.get(server.port, "gemini://localhost/reviews/first/")
    assert answer.header == "31 /reviews/renamed/"


def test_a_quote_keeps_its_id_and_address(capsule):
    """Whatever is written around it, and whichever quotes are added; pinned, when it is reworded."""
    review = capsule / "reviews/second.gmi"
    before = build(capsule)["/quotes/atom.xml"]
    change(review, "A promise that is kept.\n", "A promise that is broken.\n\n> Wait.\n— Yong\n")
    change(review, "> I promise.", "> First of all.\n— Yong\n\n> I promise.")
    after = build(capsule, "after")["/quotes/atom.xml"]
    known = addresses(before)
    now = addresses(after)
    assert len(now) == len(known) + 2
    assert known.items() <= now.items()
    change(review, "> I promise.\n— Yong, answering his daughter",
           "> You have my word.\n— Yong, answering his daughter {#i-promise}")
    after = build(capsule, "reworded")["/quotes/atom.xml"]
    assert values(after, "title")[1] == "Yong in Second: You have my word."
    assert known.items() <= addresses(after).items()


# --- what is in them ---


def test_an_entry_says_all_that_is_known(capsule):
    review = capsule / "reviews/first.gmi"
    change(review, "Title: First", "Title: First\nAuthor: Ann\nLang: ko\nUpdated: 2025-01-02T03:04:05+09:00\n"
           "Source: https://old.example/2013/first.html?a=1&b=2")
    change(review, "Words about the story.", "Words about the story.\n=> review:second The second\n"
           "=> /about.gmi\n=> images/dot.png A dot\n=> https://b.example/?a&b Elsewhere\n=> tag:plum")
    feeds = build(capsule)
    entry = entries(feeds["/atom.xml"])[1]
    assert entry.findtext(ATOM + "title") == "First"
    assert entry.get(atom_rules.XML + "lang") == "ko"
    assert [dict(link.attrib) for link in entry.iter(ATOM + "link")] == [
        {"rel": "alternate", "type": "text/gemini", "href": "gemini://localhost/reviews/first/"},
        {"rel": "related", "href": "https://old.example/2013/first.html?a=1&b=2"}]
    assert entry.findtext(ATOM + "published") == "2024-05-06T00:00:00Z"
    assert entry.findtext(ATOM + "updated") == "2025-01-01T18:04:05Z"
    assert entry.findtext(f"{ATOM}author/{ATOM}name") == "Ann"
    assert [tuple(item.get(key) for key in ("scheme", "term", "label"))
            for item in entry.iter(ATOM + "category")] == [
        ("gemini://localhost/tags/", "courtroom", "Courtroom"),
        ("gemini://localhost/tags/", "plum", "Plum"), ("gemini://localhost/genres/", "drama", "Drama")]
    assert entry.findtext(ATOM + "summary") == "A summary of First."
    assert entry.findtext(ATOM + "content") == """The lede of First.

## Story
Words about the story.
=> gemini://localhost/reviews/second/ The second
=> gemini://localhost/about.gmi /about.gmi
=> gemini://localhost/images/dot.png A dot
=> https://b.example/?a&b Elsewhere
=> gemini://localhost/tags/plum/ Plum

## Memorable Lines
> I promise.
— Yong, answering his daughter
A promise that is kept.
"""
    root = ElementTree.fromstring(feeds["/atom.xml"])
    assert root.findtext(f"{ATOM}author/{ATOM}name") == "A Test Capsule"
    assert root.findtext(ATOM + "updated") == "2025-01-01T18:04:05Z"


def test_a_quote_is_an_entry(capsule):
    entry = entries(build(capsule)["/quotes/atom.xml"])[0]
    assert entry.findtext(ATOM + "title") == "Yong in Second: I promise."
    assert entry.find(ATOM + "link").get("href") == "gemini://localhost/reviews/second/quote-i-promise.gmi"
    assert entry.findtext(ATOM + "summary") == "I promise."
    assert entry.findtext(ATOM + "content") == """> I promise.
— Yong, answering his daughter

A promise that is kept.

=> gemini://localhost/reviews/second/ The review: Second
"""


def test_days_are_those_of_the_capsule(capsule):
    """The moment is right wherever it is read, and its first ten letters are the day on the pages."""
    change(capsule / "capsule.conf", "Timezone: UTC", "Timezone: Asia/Seoul")
    change(capsule / "reviews/first.gmi", "2024-05-06", "2024-05-06\nUpdated: 2024-05-06T10:00-03:30")
    feeds = build(capsule)
    assert values(feeds["/atom.xml"], "published") == ["2024-06-07T00:00:00+09:00", "2024-05-06T00:00:00+09:00"]
    assert values(feeds["/atom.xml"], "updated")[1] == "2024-05-06T22:30:00+09:00"
    assert [day for _, day, _ in gemsub(feeds["/feed.gmi"].decode())] == ["2024-06-07", "2024-05-06"]


def test_the_zone_of_another_capsule_is_its_own(serve, capsule, tmp_path):
    other = serving.write_capsule(tmp_path / "other")
    change(other / "capsule.conf", "Host: localhost, capsule.test", "Host: other.test")
    change(other / "capsule.conf", "Timezone: UTC", "Timezone: Asia/Seoul")
    server = serve([other, capsule])
    for host, moment in (("other.test", "2024-06-07T00:00:00+09:00"), ("localhost", "2024-06-07T00:00:00Z")):
        feed = wire.get(server.port, f"gemini://{host}/atom.xml", name=host).body
        assert values(feed, "updated")[0] == moment


@pytest.mark.parametrize("published, updated, expected", [
    ("2024-05-06", "2024-07-08", "2024-07-08T00:00:00Z"),
    ("2024-05-06", "", "2024-05-06T00:00:00Z"),
    ("2024-05-06T20:00Z", "2024-05-06", "2024-05-06T20:00:00Z"),   # the same day
    ("2024-05-06", "2024-05-01", "2024-05-06T00:00:00Z"),          # a warning of check
])
def test_updated_is_never_before_published(capsule, published, updated, expected):
    line = f"Updated: {updated}\n" if updated else ""
    change(capsule / "reviews/first.gmi", "Published: 2024-05-06\n", f"Published: {published}\n{line}")
    done = capsules.run(capsule, "check", "capsule")
    assert ("Updated is before Published" in done.stderr) == (updated == "2024-05-01")
    assert values(build(capsule)["/atom.xml"], "updated")[1] == expected


def test_what_has_changed_is_seen(serve, capsule):
    """A change that the author gives a date is news of the feeds that hold it, and of no other."""
    change(capsule / "reviews/second.gmi", "Tags: Courtroom, Plum", "Tags: Rain")
    server = serve(capsule)
    ask = lambda path: wire.get(server.port, f"gemini://localhost{path}").body  # noqa: E731
    paths = ["/atom.xml", "/tags/plum/atom.xml", "/people/kim-example/atom.xml", "/quotes/atom.xml"]
    unchanged = ask("/tags/rain/atom.xml")
    mark = server.mark()
    change(capsule / "reviews/first.gmi", "Kind: film", "Updated: 2025-02-03\nKind: film")
    server.wait_for_reload(mark)
    for path in paths:
        feed = ElementTree.fromstring(ask(path))
        assert feed.findtext(ATOM + "updated") == "2025-02-03T00:00:00Z", path
    assert ask("/tags/rain/atom.xml") == unchanged


def test_facets_that_can_be_followed(capsule):
    change(capsule / "reviews/first.gmi", "Kind: film",
           "Platform: Viki\nWriter: Seo Script\nSeries: Trio, 1\nKind: film")
    feeds = build(capsule)
    for path in ("/tags/plum/", "/people/hong-example/", "/people/seo-script/", "/genres/drama/",
                 "/platforms/viki/", "/series/trio/", "/quotes/"):
        assert path + "atom.xml" in feeds and path + "feed.gmi" in feeds
        page = (capsule.parent / f"tree{path}index.gmi").read_text()
        assert f"\n=> {path}feed.gmi " in page and f"\n=> {path}atom.xml " in page
    assert "/years/2013/atom.xml" not in feeds
    assert values(feeds["/people/seo-script/atom.xml"], "title") == ["First"]


def test_what_is_hidden_or_closed_is_in_no_feed(serve, capsule):
    serving.write_review(capsule, "draft", extra="\n")
    change(capsule / "reviews/draft.gmi", "Kind: film", "Draft: yes\nKind: film")
    serving.write_review(capsule, "later", published="2999-01-01")
    serving.write_review(capsule, "secret")
    change(capsule / "reviews/second.gmi", "Words about", "=> review:secret\nWords about")
    with open(capsule / "capsule.conf", "a", encoding="utf-8") as conf:
        conf.write(f"Certificate: kim {'ab' * 32}\nClosed: /reviews/secret/ kim\n")
    done = capsules.run(capsule, "check", "capsule")
    server = serve(capsule)
    assert done.returncode == 0, done.stderr
    paths = build(capsule)
    for path in paths:
        answer = wire.get(server.port, f"gemini://localhost{urllib.parse.quote(path)}")
        assert answer.status == 20
        for text in (answer.text, paths[path].decode()):
            assert not re.search("Draft|Later|Secret|draft/|later/", text), path


def test_a_feed_in_a_closed_area_is_closed(serve, capsule):
    with open(capsule / "capsule.conf", "a", encoding="utf-8") as conf:
        conf.write(f"Certificate: kim {'ab' * 32}\nClosed: /tags/plum/ kim\n")
    server = serve(capsule)
    for name in ("feed.gmi", "atom.xml"):
        assert wire.get(server.port, f"gemini://localhost/tags/plum/{name}").status == 60
        assert wire.get(server.port, f"gemini://localhost/tags/courtroom/{name}").status == 20


def test_drafts_that_are_shown(serve, capsule):
    """Without a date an entry has none, and its feed is valid all the same."""
    (capsule / "reviews/draft.gmi").write_text("Title: Unfinished\nDraft: yes\n\nWords.\n")
    server = serve(capsule, "--drafts")
    url = f"gemini://localhost:{server.port}/atom.xml"
    feed = wire.get(server.port, url).body
    assert list(atom_rules.problems(feed, url)) == []
    assert values(feed, "title").count("Unfinished") == 1
    assert values(feed, "published").count(None) == 1


# --- how much ---


def long_text(size):
    return ("Words and more words. " * (size // 22 + 1))[:size]


def test_a_feed_has_the_newest_fifty(capsule):
    day = datetime.date(2024, 7, 1)
    for i in range(70):
        serving.write_review(capsule, f"n{i}", published=str(day + datetime.timedelta(days=i)))
    feeds = build(capsule)
    for path in ("/atom.xml", "/tags/plum/atom.xml", "/people/kim-example/atom.xml", "/quotes/atom.xml"):
        assert list(atom_rules.problems(feeds[path])) == []
        assert len(entries(feeds[path])) == 50
        assert len(gemsub(feeds[path.replace("atom.xml", "feed.gmi")].decode())) == 50
    assert values(feeds["/atom.xml"], "title") == [f"N{i}" for i in range(69, 19, -1)]


def test_long_texts_are_left_out_whole(capsule):
    """A text is there to its end, or not at all; the next ones are there none the less."""
    (capsule / "reviews/novel.gmi").write_text(
        "Title: Novel\nPublished: 2024-07-01\nTagline: Long\n\n" +
        "\n".join(long_text(60000) for _ in range(3)) + "\n")
    (capsule / "reviews/quoted.gmi").write_text(
        "Title: Quoted\nPublished: 2024-07-02\n\n" +
        "".join(f"> {long_text(60000)}\n" for _ in range(3)) + "— Somebody\n")
    feeds = build(capsule)
    assert list(atom_rules.problems(feeds["/atom.xml"])) == []
    assert [content is None for content in values(feeds["/atom.xml"], "content")] == [True, True, False, False]
    assert values(feeds["/atom.xml"], "summary")[1] == "Long"
    assert [content is None for content in values(feeds["/quotes/atom.xml"], "content")] == [True, False, False]
    summary = values(feeds["/quotes/atom.xml"], "summary")[0]
    assert summary.startswith("Words and more words.") and summary.endswith(" …") and len(summary) <= 302


def test_a_feed_is_bounded(capsule):
    for i in range(60):
        (capsule / f"reviews/l{i}.gmi").write_text(
            f"Title: Long {i}\nPublished: 2024-08-{1 + i // 3:02d}\nTags: Plum\n\n{long_text(40000)}\n")
    feeds = build(capsule)
    for path in ("/atom.xml", "/tags/plum/atom.xml"):
        assert list(atom_rules.problems(feeds[path])) == []
        texts = [content is not None for content in values(feeds[path], "content")]
        assert texts == sorted(texts, reverse=True), "not the newest"
        assert texts.count(True) == 512 * 1024 // 40001
        assert all(values(feeds[path], "summary"))
        assert len(feeds[path]) < 600 * 1024


@pytest.mark.parametrize("source, address", [
    ("https://old.example/a?b=1&c=%20#d", "https://old.example/a?b=1&c=%20#d"),
    ("https://bücher.example/ü<>\"100%", "https://bücher.example/%C3%BC%3C%3E%22100%25"),
    ("https://a\"b<c>.example", "https://a%22b%3Cc%3E.example"),
    ("HTTP://[::1]:80/x{y}|z\\", "HTTP://[::1]:80/x%7By%7D%7Cz%5C"),
    ("urn:isbn:0", "urn:isbn:0"),
    ("x:", "x:"),
])
def test_an_address_of_any_kind_becomes_an_iri(capsule, source, address):
    change(capsule / "reviews/first.gmi", "Kind: film", f"Kind: film\nSource: {source}")
    feed = build(capsule)["/atom.xml"]
    assert list(atom_rules.problems(feed)) == []
    assert grammar_says(feed) == ""
    assert [link.get("href") for link in entries(feed)[1].iter(ATOM + "link")][1] == address
