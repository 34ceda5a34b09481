"""/search.gmi over real TLS: what is found, what is said when nothing is, and queries that mean harm."""

import contextlib
import hashlib
import os
import random
import re
import shutil
import signal
import sqlite3
import ssl
import subprocess
import time
from pathlib import Path
from urllib.parse import quote, unquote

import pytest
import serving
import wire

ENDED = r"matinee: the background process ended: signal 9 \(Killed\); starting another"


def search(server, query, page=1, **options):
    path = "/search.gmi" if page == 1 else f"/search/page-{page}.gmi"
    return server.get(f"{path}?{quote(query, safe='')}", **options)


def found(answer):
    """The links of what was found."""
    assert answer.status == 20, answer.header
    return re.findall(r"^=> (/reviews/\S+) ", answer.text, re.M)


def finds(server, query):
    answer = search(server, query)
    return found(answer) if answer.status == 20 else []


def wait_until_found(server, query, *links):
    server.wait_until(lambda: finds(server, query) == list(links))


def index_of(server):
    return next(server.certs.with_name("state").glob("*/search.db"))


@pytest.fixture(name="ready")
def ready_fixture(server):
    """A server with its index."""
    wait_until_found(server, "title word first", "/reviews/first/")
    return server


@pytest.fixture(name="server")
def server_fixture(serve, capsule):
    serving.write_review(capsule, "first", title="First Title Word")
    return serve(capsule)


@pytest.fixture(name="sample", scope="module")
def sample_fixture(tmp_path_factory):
    """The sample capsule, for tests that only ask."""
    folder = tmp_path_factory.mktemp("search")
    shutil.copytree(Path(__file__).resolve().parents[2] / "capsule", folder / "capsule")
    with serving.Server(folder / "capsule", folder / "certs") as server:
        server.wait_until(lambda: search(server, "parasite").status == 20)
        yield server


# --- asking ---

def test_it_asks(server):
    for path in ("/search.gmi", "/search.gmi?", "/search.gmi?%20%20", "/search/page-2.gmi",
                 "/search.gmi?%0D%0A"):
        answer = server.get(path)
        assert (answer.header, answer.body) == ("10 What are you looking for?", b""), path
    for path in ("/search", "/search/", "/search/page-1.gmi?x", "/search/page-51.gmi?x",
                 "/search/page-02.gmi?x", "/search.gmi/?x"):
        assert server.get(path).status == 51, path
    assert "\n=> /search.gmi Search\n" in server.get("/").text
    robots = server.get("/robots.txt").text
    assert "Disallow: /search.gmi\n" in robots and "Disallow: /search/\n" in robots
    assert "/search" not in server.get("/sitemap.txt").text


def test_what_is_found_first(sample):
    """As tests/queries has it for the index; here the way through the server, and each link."""
    for query, link in {
            "peach housekeeper": "/reviews/parasite/a-comedy-of-employment.gmi",
            "sailor moon backpack": "/reviews/miracle-in-cell-no-7/a-yellow-bag-in-the-window.gmi",
            "나의 아저씨": "/reviews/my-mister/",
            "ＰＡＲＡＳＩＴＥ": "/reviews/parasite/",
            "year:2016 handmaiden": "/reviews/the-handmaiden/",
            "person:\"bong joon-ho\" tag:drama murder": "/reviews/memories-of-murder/"}.items():
        links = found(search(sample, query))
        assert links and links[0].startswith(link), (query, links)
        assert sample.get(links[0]).status == 20


def test_a_page_of_results(sample):
    answer = search(sample, "peach housekeeper")
    assert answer.header == "20 text/gemini; lang=en"
    lines = answer.text.split("\n")
    assert lines[0] == "# Search: peach housekeeper"
    assert re.fullmatch(r"\d+ reviews?", lines[1])
    link = next(i for i, line in enumerate(lines) if line.startswith("=> /reviews/parasite/"))
    assert "Parasite (2019): A Comedy of Employment" in lines[link]
    assert "peach" in lines[link + 1].lower()
    assert "\n=> /search.gmi Search for something else\n" in answer.text
    assert "## Ways to ask" in answer.text


def test_quotes(sample):
    answer = search(sample, "in:quotes love")
    assert re.search(r"^\d+ quotes$", answer.text, re.M)
    links = found(answer)
    assert links and all("/quote-" in link for link in links)
    assert answer.text.count("\n> ") >= len(links)


def test_near_words_are_offered(sample):
    answer = search(sample, "handmaidn thief")
    assert "Nothing is found that has all of this." in answer.text
    near = re.findall(r"^=> /search\.gmi\?(\S+) .* \(\d+ reviews?\)$", answer.text, re.M)
    assert "handmaiden thief" in [unquote(query) for query in near]
    assert found(sample.get(f"/search.gmi?{near[0]}"))
    assert "Perhaps" not in search(sample, "qzxqzxqzx").text


def test_what_is_typed_is_shown_as_text(sample):
    answer = search(sample, "\n# => /x\r\n=> gemini://other.example/ click")
    assert answer.status == 20
    assert answer.text.startswith("# Search: # => /x")
    assert not re.search(r"^=> (gemini|/x)", answer.text, re.M)


# --- pages ---

def test_paging(serve, tmp_path):
    capsule = serving.write_capsule(tmp_path / "capsule")
    for number in range(1, 46):
        serving.write_review(capsule, f"many-{number}", published=f"2023-01-{number % 28 + 1:02}")
    server = serve(capsule)
    server.wait_until(lambda: len(finds(server, "plum many")) == 20)
    pages = [search(server, "plum many", page) for page in (1, 2, 3)]
    links = [found(page) for page in pages]
    assert [len(page) for page in links] == [20, 20, 5]
    assert len(set(sum(links, []))) == 45
    assert "45 reviews, the best first; here are 21 to 40" in pages[1].text
    assert "\n=> /search/page-2.gmi?plum%20many More results, from the 21st on\n" in pages[0].text
    assert "\n=> /search.gmi?plum%20many Previous results\n" in pages[1].text
    assert "\n=> /search/page-2.gmi?plum%20many Previous results\n" in pages[2].text
    assert "More results" not in pages[2].text
    beyond = search(server, "plum many", 4)
    assert beyond.status == 20 and "There is no more" in beyond.text


# --- what has changed ---

def test_a_change_is_found_within_a_second(ready):
    path = ready.capsule / "reviews/second.gmi"
    taken = []
    for word in ("Zebrafinch", "Quokka", "Okapi"):
        time.sleep(1.1 * serving.PATIENCE)  # a reload a second is all there is
        path.write_text(path.read_text() + f"\nThe {word} is new.\n")
        begun = time.monotonic()
        ready.wait_until(lambda: finds(ready, word))  # pylint: disable=cell-var-from-loop
        taken.append(time.monotonic() - begun)
    assert min(taken) < 1 * serving.PATIENCE, taken


def test_what_is_removed_is_not_found(ready):
    assert finds(ready, "Second")
    path = ready.capsule / "reviews/second.gmi"
    path.unlink()
    ready.wait_until(lambda: not finds(ready, "Second"))
    path = ready.capsule / "reviews/first.gmi"
    path.write_text(path.read_text().replace("First Title Word", "Another Heading"))
    wait_until_found(ready, "another heading", "/reviews/first/")
    ready.wait_until(lambda: not finds(ready, "title:word") and not finds(ready, "title word"))


def test_drafts(serve, capsule):
    serving.write_review(capsule, "hidden", extra="\nA secretword.\n", published="2999-01-01")
    server = serve(capsule)
    wait_until_found(server, "title first", *finds(server, "title first"))
    server.wait_until(lambda: finds(server, "plum"))
    assert not finds(server, "secretword")
    server.close()
    server = serve(capsule, "--drafts")
    server.wait_until(lambda: finds(server, "secretword"))
    server.close()
    # The index of before has it still; this server knows of no such review.
    server = serve(capsule)
    server.wait_until(lambda: finds(server, "plum"))
    assert not finds(server, "secretword")


def test_several_capsules(serve, tmp_path):
    one = serving.write_capsule(tmp_path / "one")
    two = serving.write_capsule(tmp_path / "two")
    (two / "capsule.conf").write_text("Title: Two\nHost: two.test\nTimezone: UTC\n")
    serving.write_review(two, "third", title="Walrus")
    server = serve([one, two])

    def there(host):
        answer = wire.get(server.port, f"gemini://{host}/search.gmi?walrus", name=host)
        return answer.status == 20 and found(answer)
    server.wait_until(lambda: there("two.test") == ["/reviews/third/"])
    server.wait_until(lambda: there("localhost") == [])


# --- closed areas ---

def make_client(folder, name):
    """TLS settings with a certificate, and its fingerprint."""
    subprocess.run(["openssl", "req", "-x509", "-nodes", "-days", "30", "-subj", f"/CN={name}", "-newkey",
                    "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-keyout", folder / f"{name}.key", "-out",
                    folder / f"{name}.crt"], capture_output=True, check=True)
    tls = wire.context()
    tls.load_cert_chain(folder / f"{name}.crt", folder / f"{name}.key")
    pem = (folder / f"{name}.crt").read_text()
    return tls, hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest()


def test_closed_areas_are_told_to_those_who_may_enter(serve, tmp_path):
    kim, digest = make_client(tmp_path, "kim")
    stranger, _ = make_client(tmp_path, "stranger")
    capsule = serving.write_capsule(tmp_path / "capsule",
                                    f"Certificate: kim {digest}\nClosed: /reviews/second/ kim\n")
    serving.write_review(capsule, "second", title="Wombat",
                         extra="\n> Only a numbat says this.\n— Yong, whispering\n")
    server = serve(capsule)
    server.wait_until(lambda: finds(server, "plum"))

    def answer(query, tls):
        return search(server, query, tls=tls)
    server.wait_until(lambda: found(answer("wombat", kim)) == ["/reviews/second/"])
    for query in ("wombat", "wom*", "plum", "in:quotes numbat", "year:2013", "-zzz plum", "numbut",
                  "person:kim", "wombot"):
        for tls in (None, stranger):
            text = answer(query, tls).text if tls else search(server, query).text
            body = text.split("\n", 1)[1].split("## Ways to ask")[0]
            assert "second" not in body and "ombat" not in body and "umbat" not in body, (query, body)
        assert "second" in answer(query, kim).text or query in ("numbut", "wombot")
    assert len(found(answer("plum", kim))) == 2


def test_the_search_itself_can_be_closed(serve, tmp_path):
    kim, digest = make_client(tmp_path, "kim")
    server = serve(serving.write_capsule(tmp_path / "capsule",
                                         f"Certificate: kim {digest}\nClosed: / kim\n"))
    for path in ("/search.gmi", "/search.gmi?plum", "/search/page-2.gmi?plum"):
        assert server.get(path).status == 60
    server.wait_until(lambda: search(server, "plum", tls=kim).status == 20)
    assert len(found(search(server, "plum", tls=kim))) == 2


# --- queries that mean harm ---

HOSTILE = [
    "'", '"', '""', '"""', "*", "**", "^", "a^b", "(", ")", "((((", "{", "a AND", "OR", "NOT a", "NEAR(a b, 3)",
    "title:x", "text : a", "words MATCH", "'; DROP TABLE review; --", "a\x00b", "%s%n", "\\", "-", "--", "- -a",
    "a -", "tag:", "person:", "tag:*", 'tag:""', "in:", "in:x", "year:", "year:x", "year:99999999999999999999",
    "year:2013-", "year:-2013", "-year:2013", "-in:quotes", "a" * 900, "a " * 400, '"a ' * 200, "a* " * 300,
    "-a " * 300, "💥" * 100, "\u202e\u200b", "ﬀ" * 250, "\u0301" * 300, "e" + "\u0301" * 300, "가" * 250,
    "ㄱ", "ᄀ" * 200, "🇰🇷", "\ufeff", "\ufffe", "a\tb\r\nc", "../../etc/passwd", "$(id)", "<script>", "%",
    "100%", "%zz", "+", "a+b", "=> x", "```", "# x", "\x7f\x1b[2J", "AND" * 100, "a" * 64 + "*", "in:quotes",
    "in:quotes -a", "in:quotes year:2013", "tag:in:quotes", "year:2013year:2014", "\"unclosed", "«»", "「방」",
]


def sentence(answer, query=None):
    """Every answer is a page, a question, or a refusal to read the request."""
    assert answer.closed
    if answer.status == 59:
        assert re.search("%(?![0-9A-Fa-f]{2})", query), query  # no URL at all
    elif answer.status == 20:
        assert answer.text.startswith("# Search")
        assert re.search(r"^=> /search\.gmi Search for something else$", answer.text, re.M)
    else:
        assert answer.header == "10 What are you looking for?", (query, answer.header)


def test_hostile_queries(sample):
    workers = sample.workers()
    for query in HOSTILE:
        path = f"/search.gmi?{quote(query, safe='')}"
        if len(sample.url(path)) <= 1024:
            sentence(sample.get(path), query)
    for page in (2, 50):
        for query in HOSTILE[:20]:
            sentence(search(sample, query, page))
    for raw in ("%", "%%%", "%2", "%zz", "%C3", "%F0%9F", "%FF%FE", "%00", "%00%00a", "&=;", "a&b=c", "??", "%3F",
                "a%20%20b", "'", "%ED%A0%80"):
        sentence(sample.get(f"/search.gmi?{raw}"), raw)
    assert sample.workers() == workers


def test_random_bytes(sample):
    workers = sample.workers()
    dice = random.Random(6)
    for _ in range(300):
        query = bytes(dice.randrange(256) for _ in range(dice.randrange(1, 300)))
        sentence(sample.get("/search.gmi?" + "".join(f"%{byte:02X}" for byte in query)))
    words = ["the", "*", "-", '"', "tag:", "person:", "in:quotes", "year:", "love", "서울", "a", " ", "2013", "OR", "("]
    for _ in range(300):
        sentence(search(sample, "".join(dice.choice(words) for _ in range(dice.randrange(1, 40)))))
    assert sample.workers() == workers


def test_the_longest_request(sample):
    room = 1024 - len(sample.url("/search.gmi?"))
    sentence(sample.get("/search.gmi?" + "a" * room))
    sentence(sample.get("/search.gmi?" + "a*%20" * (room // 5)))
    assert sample.get("/search.gmi?" + "a" * (room + 1)).status == 59
    # A page that asks for the next one in more bytes than a request has does not link to it.
    for link in re.findall(r"^=> (/search\S*) ", search(sample, '"' * 200 + "the").text, re.M):
        assert len(sample.url(link)) <= 1024


# --- an index that is none ---

def test_without_a_state_folder(serve, capsule):
    server = serve(capsule, "--state", "none")
    answer = server.get("/search.gmi?plum")
    assert answer.header == "40 This server has no index to search in"
    assert server.get("/search.gmi").status == 40


def damage(kind, path):
    size = path.stat().st_size
    if kind == "empty":
        path.write_bytes(b"")
    elif kind == "truncated":
        os.truncate(path, size // 2)
    elif kind == "noise":
        with open(path, "r+b") as file:
            for place in range(100, size, 997):
                file.seek(place)
                file.write(b"\xff\x00\xff\x00")
    elif kind == "no index":
        path.write_text("this is no database\n" * 1000)
    elif kind == "gone":
        path.unlink()
    elif kind == "a pipe":
        path.unlink()
        os.mkfifo(path)
    elif kind == "a link":
        path.unlink()
        path.symlink_to("/etc/passwd")
    elif kind == "journal":
        path.with_name(path.name + "-journal").write_bytes(os.urandom(5000))


KINDS = ("empty", "truncated", "noise", "no index", "gone", "a link", "journal")


@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_index_is_made_anew(serve, capsule, kind):
    server = serve(capsule)
    server.wait_until(lambda: len(finds(server, "plum")) == 2)
    path = index_of(server)
    server.close()
    damage(kind, path)
    server = serve(capsule)
    server.wait_until(lambda: len(finds(server, "plum")) == 2)


@pytest.mark.parametrize("kind", KINDS)
def test_an_index_that_is_damaged_meanwhile(ready, kind):
    """No worker dies of it, and what is saved next mends it."""
    workers = ready.workers()
    damage(kind, index_of(ready))
    for query in ("plum", "in:quotes promise", "qzxq", "wom*"):
        answer = search(ready, query)
        assert answer.status in (20, 40), answer.header
    assert ready.workers() == workers
    serving.write_review(ready.capsule, "third", title="Walrus")
    if kind == "noise":
        # Only a start looks through all of it.
        ready.close()
        ready = serving.Server(ready.capsule, ready.certs)
    try:
        wait_until_found(ready, "walrus", "/reviews/third/")
        assert len(finds(ready, "plum")) == 3
    finally:
        if kind == "noise":
            ready.close()


def test_while_the_index_is_being_written(ready):
    """A moment is waited for; a process that is stuck holds nobody up."""
    with contextlib.closing(sqlite3.connect(index_of(ready), isolation_level=None)) as database:
        database.execute("BEGIN EXCLUSIVE")
        begun = time.monotonic()
        answer = search(ready, "plum")
        assert answer.header == "40 The index of words is being made; try again in a moment"
        assert 0.15 < time.monotonic() - begun < 1 * serving.PATIENCE
        database.execute("ROLLBACK")
    assert len(found(search(ready, "plum"))) == 2


def test_a_folder_in_its_place(serve, capsule):
    server = serve(capsule)
    server.wait_until(lambda: len(finds(server, "plum")) == 2)
    path = index_of(server)
    server.close()
    path.unlink()
    (path / "sub").mkdir(parents=True)
    server = serve(capsule)
    server.expect(r"matinee: search: cannot .*")
    server.wait_for("matinee: search: cannot ")
    answer = server.get("/search.gmi?plum")
    assert answer.header == "40 The index of words is being made; try again in a moment"
    (path / "sub").rmdir()
    path.rmdir()
    serving.write_review(capsule, "third", title="Walrus")
    wait_until_found(server, "walrus", "/reviews/third/")
    assert len([line for line in server.lines if "search: cannot" in line]) == 1


def test_kills_at_any_moment(serve, tmp_path):
    """The background process is killed again and again while the capsule changes."""
    capsule = serving.write_capsule(tmp_path / "capsule")
    for number in range(60):
        serving.write_review(capsule, f"many-{number}", extra="\nwords and words\n" * 50)
    server = serve(capsule)
    server.expect(ENDED)
    dice = random.Random(7)
    end = time.monotonic() + 6
    round_number = 0
    while time.monotonic() < end:
        round_number += 1
        serving.write_review(capsule, f"many-{dice.randrange(60)}", title=f"Round{round_number}",
                             extra="\nwords and words\n" * dice.randrange(50))
        for _ in range(20):
            for pid in server.processes("matinee-jobs"):
                with contextlib.suppress(ProcessLookupError):
                    time.sleep(dice.random() * 0.02)
                    os.kill(pid, signal.SIGKILL)
            answer = search(server, "plum")
            assert answer.status in (20, 40)
    serving.write_review(capsule, "last", title="Walrus")
    server.wait_until(lambda: finds(server, "walrus") == ["/reviews/last/"], seconds=30)
    server.wait_until(lambda: f"{63} reviews" in search(server, "plum").text, seconds=30)
