"""`matinee build --format html`: every page is there, valid, and leads somewhere."""

import html.parser
import os
import posixpath
import re
import subprocess
import urllib.parse
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

import atom_rules
import web_capsule

MATINEE = os.environ.get("MATINEE", str(Path("build/release/matinee").resolve()))
NOW = "2026-01-15T12:00:00Z"
SAMPLE = Path(__file__).resolve().parents[2] / "capsule"
VOID = {"meta", "link", "br", "img"}
DANGEROUS = {"javascript", "data", "vbscript", "file", "blob"}


def build(capsule, output, *options):
    return subprocess.run([MATINEE, "build", capsule, "--output", output, "--now", NOW, *options],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120,
                          check=False)


def files_below(folder):
    return {str(path.relative_to(folder)): path for path in sorted(folder.rglob("*"))
            if path.is_file() and path.name != ".matinee-build"}


class Reader(html.parser.HTMLParser):
    """Elements with their attributes, ids, links; says what is not nested."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.elements = []
        self.open = []
        self.problems = []
        self.text = ""
        self.words = []
        self.feed(text)
        self.close()
        if self.open:
            self.problems.append(f"never closed: {self.open}")

    def handle_starttag(self, tag, attributes):
        names = [name for name, _ in attributes]
        if len(set(names)) != len(names):
            self.problems.append(f"an attribute twice: {tag} {names}")
        self.elements.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.problems.append(f"</{tag}> ends something else")

    def handle_data(self, data):
        self.text += data

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(name="trees", scope="module")
def make_trees(tmp_path_factory):
    """The same capsules in both formats: (name, gemtext, HTML)."""
    folder = tmp_path_factory.mktemp("html")
    capsules = {"wild": web_capsule.write(folder / "wild"), "sample": SAMPLE}
    trees = []
    for name, capsule in capsules.items():
        for form in ("gemini", "html"):
            done = build(capsule, folder / f"{name}-{form}", "--format", form, "--keep-going")
            assert done.returncode == 0, done.stderr
        trees.append((name, folder / f"{name}-gemini", folder / f"{name}-html"))
    return trees


@pytest.fixture(name="wild", scope="module")
def find_wild(trees):
    return trees[0][2]


def pages(tree):
    for name, path in files_below(tree).items():
        if name.endswith(".html"):
            yield name, path.read_text(encoding="utf-8")


def name_in_html(name):
    """Where the page of a file of the tree in gemtext is."""
    if name.endswith((".gmi", ".gemini")):
        return name.rsplit(".", 1)[0] + ".html"
    return name


def test_every_page_is_there(trees):
    for name, gemini, html_tree in trees:
        wanted = {name_in_html(file) for file in files_below(gemini)}
        given = set(files_below(html_tree))
        # An old address that says nothing of a form is a folder.
        wanted = {f"{file}/index.html" if f"{file}/index.html" in given and file not in given
                  else file for file in wanted}
        assert given - wanted == {"style.css"}, name
        assert wanted <= given, name


def test_what_is_no_page_is_the_same_file(trees):
    for _, gemini, html_tree in trees:
        for name, path in files_below(gemini).items():
            if name.endswith((".png", ".txt")) and not name.endswith(("robots.txt", "sitemap.txt")):
                assert (html_tree / name).read_bytes() == path.read_bytes(), name


def target_of(name, reference):
    """The file that a reference on the page `name` leads to."""
    path = urllib.parse.unquote(urllib.parse.urlsplit(reference).path)
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), path)) if path else name


def test_every_reference_leads_to_a_file(trees):
    for _, _, tree in trees:
        files = set(files_below(tree))
        for name, text in pages(tree):
            reader = Reader(text)
            ids = {attributes["id"] for _, attributes in reader.elements if "id" in attributes}
            references = [a["href"] for tag in ("a", "link") for a in reader.all(tag)]
            references += [image["src"] for image in reader.all("img")]
            assert references
            for reference in references:
                assert re.fullmatch(r"[\x21-\x7e]+", reference), (name, reference)
                parts = urllib.parse.urlsplit(reference)
                if parts.scheme:
                    assert parts.scheme.lower() not in DANGEROUS, (name, reference)
                    continue
                assert not parts.netloc and not reference.startswith("/"), (name, reference)
                assert target_of(name, reference) in files, (name, reference)
                if not parts.path:
                    assert parts.fragment in ids, (name, reference)


def test_elements_are_nested_and_ids_unique(trees):
    for _, _, tree in trees:
        for name, text in pages(tree):
            reader = Reader(text)
            assert not reader.problems, (name, reader.problems)
            ids = [attributes["id"] for _, attributes in reader.elements if "id" in attributes]
            assert len(set(ids)) == len(ids), (name, ids)
            assert not reader.all("script") and not reader.all("style"), name
            assert not any(attribute.startswith("on") for _, attributes in reader.elements
                           for attribute in attributes), name


def test_every_page_has_its_parts(trees):
    for _, _, tree in trees:
        for name, text in pages(tree):
            reader = Reader(text)
            count = {tag: len(reader.all(tag)) for tag, _ in reader.elements}
            for tag in ("html", "head", "title", "body", "header", "main", "h1"):
                assert count.get(tag) == 1, (name, tag, count)
            assert text.startswith("<!DOCTYPE html>\n"), name
            assert re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]+)*", reader.all("html")[0]["lang"]), name
            levels = [int(tag[1]) for tag, _ in reader.elements if re.fullmatch("h[1-6]", tag)]
            assert levels[0] == 1 and 1 not in levels[1:], (name, levels)
            assert all(b <= a + 1 for a, b in zip(levels, levels[1:])), (name, levels)
            assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", text), name
            for image in reader.all("img"):
                assert image["alt"] and image["loading"] == "lazy", (name, image)
                assert image["width"] and image["height"], (name, image)


def test_html_is_valid(trees):
    html5lib = pytest.importorskip("html5lib", reason="python3-html5lib is not installed")
    for _, _, tree in trees:
        for name, path in files_below(tree).items():
            if not name.endswith(".html"):
                continue
            parser = html5lib.HTMLParser(strict=False)
            parser.parse(path.read_bytes(), transport_encoding="utf-8")
            assert not parser.errors, (name, parser.errors[:3])


def test_text_is_not_taken_for_markup(wild):
    text = (wild / "wild.html").read_text()
    reader = Reader(text)
    assert "<script>alert(1)</script> & <img src=x onerror=alert(1)> \"quoted\" 'single'" in reader.text
    assert not reader.all("img")
    notes = Reader((wild / "notes.html").read_text())
    assert "Raw � bytes � � here" in notes.text and "not closed <b>" in notes.text


def test_only_good_addresses_can_be_clicked(wild):
    assert '<a href="gemini://elsewhere.example/x">Another host (gemini)</a>' in (
        wild / "notes.html").read_text()
    text = (wild / "reviews/plum-summer/places-to-go.html").read_text()
    links = {re.sub(r"<.*?>", "", label): html.unescape(href)
             for href, label in re.findall(r'<a href="(.*?)">(.*?)</a>', text)}
    for label, href in {
            "The web": "https://example.org/?a=1&b=2",
            "Another capsule (gemini)": "gemini://elsewhere.example/",
            "This capsule by its full address": "../../about.html",
            "Mail": "mailto:kim@example.org",
            "A gopher hole (gopher)": "gopher://example.org/1/",
            "Moved": "../../about.html",
            "Moved by a star": "../noon/index.html",
            "Files": "../../files/index.html",
            "Notes of static/": "../../notes.html",
            "With a query": "../../files/a%20b.txt"}.items():
        assert links.get(label) == href, label
    for words in ("Not to be clicked (javascript:alert(1))", "JaVaScRiPt:alert(2)",
                  "Unknown (x-unknown:y)", "A file (file:///etc/passwd)", "Closed"):
        assert f"<li>{words}</li>" in text, words


def test_quotes_are_figures(wild):
    text = (wild / "reviews/plum-summer/the-story.html").read_text()
    assert ("<figure><blockquote><p>The first line of a verse,<br>\nand the second.</p>"
            "<p>And one after a pause.</p></blockquote>\n"
            "<figcaption>— Yong, in the yard</figcaption>\n</figure>\n<p>Its commentary.</p>") in text
    text = (wild / "reviews/noon/index.html").read_text()
    assert "<p>All change.</p></blockquote>\n<figcaption>— the guard</figcaption>" in text
    text = (wild / "quotes/index.html").read_text()
    assert re.search(r"<p>All change.</p></blockquote>\n<figcaption><a href=\"../reviews/noon/quote-[^\"]*\">"
                     r"the guard</a></figcaption>\n</figure>", text)


def test_languages_and_directions_are_said(wild):
    text = (wild / "reviews/plum-summer/index.html").read_text()
    assert '<html lang="en">' in text
    assert '<li>Original title: <span lang="ko">자두 여름</span></li>' in text
    assert 'The lede has <span lang="ko">자두 여름</span> and 大韓民國<span lang="ko">의 자두</span> in it' in text
    assert "<time>2025-09-12</time>" in text and "written on <time>2025-09-10</time>." in text
    korean = (wild / "reviews/마지막-수업/index.html").read_text()
    assert '<header lang="en">' in korean and '<header>' in text
    assert '<html lang="ko">' in korean and '<span lang="ko">' not in korean
    hebrew = (wild / "reviews/ערב/index.html").read_text()
    assert '<html lang="he" dir="rtl">' in hebrew and '<p dir="auto">מתחילים' in hebrew
    assert '<p dir="auto">No heading at all' in (wild / "empty.html").read_text()


def test_old_addresses_lead_on(wild):
    for name, to in {"2013/05/plum.html": "../../reviews/plum-summer/index.html",
                     "2013/plum/index.html": "../../reviews/plum-summer/index.html",
                     "old/plum.html": "../reviews/plum-summer/index.html",
                     "moved/away.html": "../about.html",
                     "elsewhere/index.html": "https://example.org/x?a=1&amp;b=2"}.items():
        text = (wild / name).read_text()
        assert f'<meta http-equiv="refresh" content="0; url={to}">' in text, name
        main = text[text.index("<main"):text.index("</main>")]
        assert f'<a href="{to}">' in main, name


def test_pictures_are_shown(wild):
    text = (wild / "reviews/plum-summer/index.html").read_text()
    assert ('<figure><a href="../../images/plum.png"><img src="../../images/plum.png" '
            'alt="Poster: A man and a girl under a &quot;plum&quot; tree" width="320" height="480" '
            'loading="lazy"></a></figure>') in text
    assert 'width="2000" height="40"' in text


def test_pages_are_small(wild):
    assert (wild / "style.css").stat().st_size < 2500
    assert (wild / "reviews/noon/index.html").stat().st_size < 5000


def test_a_base_on_the_web(tmp_path):
    capsule = web_capsule.write(tmp_path / "capsule")
    done = build(capsule, tmp_path / "tree", "--format", "html", "--keep-going",
                 "--base", "https://example.org/~kim/")
    assert done.returncode == 0, done.stderr
    tree = tmp_path / "tree"
    lines = (tree / "sitemap.txt").read_text().splitlines()
    files = files_below(tree)
    for line in lines:
        assert line.startswith("https://example.org/~kim/"), line
        name = urllib.parse.unquote(line[len("https://example.org/~kim/"):])
        assert (name + "index.html" if name.endswith("/") or not name else name) in files, line
    assert "https://example.org/~kim/reviews/plum-summer/" in lines
    robots = (tree / "robots.txt").read_text()
    assert "Disallow: /~kim/quotes/random.html\n" in robots
    assert robots.endswith("Sitemap: https://example.org/~kim/sitemap.txt\n")
    atom = "{http://www.w3.org/2005/Atom}"
    feed = ElementTree.parse(tree / "atom.xml").getroot()
    links = {link.get("href") for link in feed.iter(atom + "link")}
    assert "https://example.org/~kim/reviews/noon/" in links
    assert "https://example.org/~kim/atom.xml" in links
    assert not any(link.startswith("gemini:") for link in links)
    for name in ("atom.xml", "quotes/atom.xml", "tags/courtroom/atom.xml"):
        data = (tree / name).read_bytes()
        assert not list(atom_rules.problems(data, f"https://example.org/~kim/{name}")), name
    contents = feed.findall(f".//{atom}content")
    assert len(contents) == len(feed.findall(atom + "entry"))
    for content in contents:
        assert content.get("type") == "html"
        reader = Reader(content.text)
        assert not reader.problems and reader.all("p"), content.text
        assert not any("id" in attributes or tag in ("h1", "script")
                       for tag, attributes in reader.elements), content.text
        for reference in [a["href"] for a in reader.all("a")] + [i["src"] for i in reader.all("img")]:
            assert re.match("(https|gemini|gopher|mailto):", reference), reference
    assert any('<img src="https://example.org/~kim/images/plum.png"' in content.text
               for content in contents)
    text = (tree / "reviews/noon/index.html").read_text()
    assert '<link rel="canonical" href="https://example.org/~kim/reviews/noon/">' in text
    assert '<link rel="canonical" href="https://example.org/~kim/">' in (tree / "index.html").read_text()


def test_files_of_static_go_before_pages(tmp_path):
    capsule = web_capsule.write(tmp_path / "capsule")
    (capsule / "static/style.css").write_text("body{}\n")
    (capsule / "static/about.html").write_text("<p>By hand\n")
    done = build(capsule, tmp_path / "tree", "--format", "html", "--keep-going")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "tree/style.css").read_text() == "body{}\n"
    assert (tmp_path / "tree/about.html").read_text() == "<p>By hand\n"
    assert "the page /about.html is left out" in done.stderr


@pytest.mark.parametrize("options", [
    ["--format", "docx"], ["--format"], ["--base", "https://example.org/"],
    ["--format", "html", "--base", "gopher://example.org/"], ["--format", "html", "--gpub"],
    ["--format", "html", "--base", "https://"],
])
def test_wrong_calls_end_with_2(tmp_path, options):
    done = build(SAMPLE, tmp_path / "tree", *options)
    assert done.returncode == 2, done.stderr
    assert not (tmp_path / "tree").exists()
