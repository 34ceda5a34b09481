"""One review in the HTML of many blogs: whatever it is written in, the same parts are found."""

import html
import itertools
import os
import re
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from visible import visible_text, words_of

ROOT = Path(__file__).resolve().parents[2]
MATINEE = os.environ.get("MATINEE", str(ROOT / "build/release/matinee"))

FACTS = [
    ("Title", "Memories of Murder (살인의 추억)"),
    ("Director", "Bong Joon-ho"),
    ("Cast", "Song Kang-ho as Park Doo-man, Kim Sang-kyung as Seo Tae-yoon"),
    ("Genre", "Crime, Drama"),
    ("Year", "2003"),
    ("Runtime", "131 min"),
]
LEDE = "Two detectives look for a man who kills when it rains, and find out what they are."
SECTIONS = [
    ("The Story", ["It begins with a boy in a field and a woman under a slab. The police tread on the "
                   "only footprint.", "It ends seventeen years later."]),
    ("Best Scenes", [
        ("The Footprint", "A tractor drives over it while everybody shouts at everybody else."),
        ("The Flying Kick", "He greets the man from Seoul with both feet, and is sorry at once."),
        ("The Tunnel", "The train comes out of the dark and cuts a letter in two.")]),
    ("Memorable Lines", [
        ("Do you get up early in the morning, too?", "Park Doo-man", "at the mouth of the tunnel"),
        ("Documents never lie.", "Seo Tae-yoon", "over and over"),
        ("Look into my eyes.", "Park Doo-man", "to everybody he arrests")]),
    ("Final Thoughts", ["The last look is at us, and it was meant for one of us."]),
]
TAGS = ["KoreanFilm", "BongJoonHo", "비"]
RATING = "9/10"

# --- ways to write things -------------------------------------------------------------------------

BLOCKS = {
    "p": lambda text: f"<p>{text}</p>\n",
    "div": lambda text: f"<div>{text}</div><div><br /></div>",
    "br": lambda text: f"{text}<br /><br />",
    "word": lambda text: f'<p class="MsoNormal" style="margin: 0in;"><span style="font-family: '
                         f'Arial; font-size: 11pt;">{text.replace(". ", ".&nbsp; ")}<o:p></o:p></span></p>',
    "spans": lambda text: f'<div style="text-align: justify;"><span style="color: #222;">{text}</span></div>\n'
                          f'<div style="text-align: justify;"><span>&nbsp;</span></div>',
}

HEADINGS = {
    "h2": lambda text, block: f"<h2 style='text-align: left;'>{text}</h2>",
    "h3 bold": lambda text, block: f"<h3><b>{text}</b></h3>",
    "h4": lambda text, block: f"<h4>{text}</h4>",
    "bold": lambda text, block: block(f"<b>{text}</b>"),
    "bold colon": lambda text, block: block(f"<strong>{text}:</strong>"),
    "bold above": lambda text, block: f"<b>{text}</b><br />",
    "underlined": lambda text, block: block(f"<u>{text}</u>"),
    "styled": lambda text, block: block(f'<span style="font-size: x-large;"><b>{text}</b></span>'),
    "large": lambda text, block: block(f'<span style="font-size: 20pt;">{text}</span>'),
    "font": lambda text, block: block(f'<font size="5">{text}</font>'),
    "capitals": lambda text, block: block(text.upper()),
    "bold capitals": lambda text, block: block(f"<b>{text.upper()}</b>"),
    "linked h2": lambda text, block: f'<h2 id="x"><a name="x"></a><span>{text}</span></h2><br />',
    "bold italics": lambda text, block: block(f"<b><i>{text}</i></b>&nbsp;<br />"),
    "bold picture": lambda text, block: block(f"<b>🎬 {text}</b>"),
    "centred": lambda text, block: f'<div style="text-align: center;"><b>{text}</b></div>',
    "picture": lambda text, block: block(f"🎬 {text}"),
    "plain": lambda text, block: block(text),
}

def bracketed(cast):
    return re.sub(r" as ([^,]*)", r" (\1)", cast)


FACT_LINES = {
    "br": lambda facts, block: block("<br />".join(f"<b>{k}:</b> {v}" for k, v in facts)),
    "colon outside": lambda facts, block: block("<br>".join(f"<b>{k}</b>: {v}" for k, v in facts)),
    "no colon": lambda facts, block: block("<br>".join(
        f"<b>{k}:</b> {v}" if k in ("Title", "Year") else f"<b>{k}</b> {v}" for k, v in facts)),
    "no blank": lambda facts, block: block("<br>".join(f"<b>{k}:</b>{v}" for k, v in facts)),
    "blocks": lambda facts, block: "".join(block(f"{k}: {v}") for k, v in facts),
    "list": lambda facts, block: "<ul>" + "".join(f"<li>{k}: {v}</li>" for k, v in facts) + "</ul>",
    "table": lambda facts, block: "<table><tbody>" + "".join(
        f"<tr><td><b>{k}</b></td><td>{v}</td></tr>" for k, v in facts) + "</tbody></table>",
    "table colon": lambda facts, block: "<table>" + "".join(
        f"<tr><th>{k}:</th><td>{v}</td></tr>" for k, v in facts) + "</table>",
    "dl": lambda facts, block: "<dl>" + "".join(
        f"<dt>{k}</dt><dd>{v}</dd>" for k, v in facts) + "</dl>",
    "bars": lambda facts, block: block(" | ".join(f"{k}: {v}" for k, v in facts)),
    "bullets": lambda facts, block: block("<br>".join(f"• {k}: {v}" for k, v in facts)),
    "run on": lambda facts, block: block(" ".join(f"<b>{k}:</b> {v}" for k, v in facts)),
    "dashes": lambda facts, block: block("<br />".join(f"{k} – {v}" for k, v in facts)),
    "hyphens": lambda facts, block: block("<br />".join(f"<b>{k}</b> - {v}" for k, v in facts)),
    "pictures": lambda facts, block: block("<br>".join(f"🎬 <b>{k}:</b> {v}" for k, v in facts)),
    "cast below": lambda facts, block: block("<br>".join(
        f"<b>{k}:</b> {v}" for k, v in facts if k != "Cast")) + "<p><b>Cast:</b></p><ul>" + "".join(
            f"<li>{name}</li>" for name in dict(facts)["Cast"].split(", ")) + "</ul>",
    "cast with dashes": lambda facts, block: block("<br>".join(
        f"<b>{k}:</b> {v}" for k, v in facts if k != "Cast")) + "Main Cast:<ul>" + "".join(
            f"<li>{name.replace(' as ', ' – ')}</li>" for name in dict(facts)["Cast"].split(", "))
    + "</ul>",
    "cast with brackets": lambda facts, block: block("<br>".join(
        f"<b>{k}</b>: {bracketed(v)}" for k, v in facts)),
    "heading above": lambda facts, block: "<h2>Movie Info</h2>" + block("<br>".join(
        f"{k}: {v}" for k, v in facts)) + "<h2>Introduction</h2>",
    "next line": lambda facts, block: "".join(f"<b>{k}:</b><br>{v}<br>" for k, v in facts) + "<br>",
}

SCENES = {
    "colon": lambda scenes, block: "".join(block(f"<b>{n}:</b> {t}") for n, t in scenes),
    "colon outside": lambda scenes, block: "".join(block(f"<i>{n}</i>: {t}") for n, t in scenes),
    "dash": lambda scenes, block: "".join(block(f"<b>{n}</b> – {t}") for n, t in scenes),
    "above": lambda scenes, block: "".join(block(f"<b>{n}</b><br />{t}") for n, t in scenes),
    "plain above": lambda scenes, block: "".join(block(f"{n}<br />{t}") for n, t in scenes),
    "list": lambda scenes, block: "<ul>" + "".join(
        f"<li><b>{n}:</b> {t}</li>" for n, t in scenes) + "</ul>",
    "list above": lambda scenes, block: "<ul>" + "".join(
        f"<li><b>{n}</b><br />{t}</li>" for n, t in scenes) + "</ul>",
    "list dash": lambda scenes, block: "<ul>" + "".join(
        f"<li>{n} – {t}</li>" for n, t in scenes) + "</ul>",
    "list blocks": lambda scenes, block: "<ul>" + "".join(
        f"<li><p><b>{n}</b></p><p>{t}</p></li>" for n, t in scenes) + "</ul>",
    "numbered": lambda scenes, block: "<ol>" + "".join(
        f"<li><b>{n}:</b> {t}</li>" for n, t in scenes) + "</ol>",
    "counted": lambda scenes, block: "".join(
        block(f"<b>{i}. {n}</b>") + block(t) for i, (n, t) in enumerate(scenes, 1)),
    "counted h2": lambda scenes, block: "".join(
        f"<h2>Scene {i}: {n}</h2>{block(t)}" for i, (n, t) in enumerate(scenes, 1)),
    "h5": lambda scenes, block: "".join(f"<h5>{n}</h5>{block(t)}" for n, t in scenes),
    "bold blocks": lambda scenes, block: "".join(block(f"<b>{n}</b>") + block(t) for n, t in scenes),
}

QUOTES = {
    "one line": lambda quotes, block: "".join(
        block(f"“{line}” – {who}, {where}") for line, who, where in quotes),
    "straight": lambda quotes, block: "".join(
        block(f'"{line}" - {who}, {where}') for line, who, where in quotes),
    "bracket": lambda quotes, block: "".join(
        block(f"“{line}” — {who} ({where})") for line, who, where in quotes),
    "italics": lambda quotes, block: "".join(
        block(f"<i>“{line}”</i> — <b>{who}</b>, {where}") for line, who, where in quotes),
    "bare italics": lambda quotes, block: "".join(
        block(f"<i>{line}</i><br />– {who}, {where}") for line, who, where in quotes),
    "below": lambda quotes, block: "".join(
        block(f"“{line}”<br />– {who}, {where}") for line, who, where in quotes),
    "blockquote": lambda quotes, block: "".join(
        f"<blockquote>“{line}” – {who}, {where}</blockquote>" for line, who, where in quotes),
    "blockquote br": lambda quotes, block: "".join(
        f"<blockquote>{line}<br />— {who}, {where}</blockquote>" for line, who, where in quotes),
    "blockquote p": lambda quotes, block: "".join(
        f"<blockquote><p>“{line}”</p><p>— {who}, {where}</p></blockquote>"
        for line, who, where in quotes),
    "cite": lambda quotes, block: "".join(
        f"<blockquote><p>{line}</p><cite>— {who}, {where}</cite></blockquote>"
        for line, who, where in quotes),
    "wordpress": lambda quotes, block: "".join(
        f'<blockquote class="wp-block-quote"><p>{line}</p><cite>{who}, {where}</cite></blockquote>'
        for line, who, where in quotes),
    "blockquote then": lambda quotes, block: "".join(
        f"<blockquote>{line}</blockquote>" + block(f"— {who}, {where}")
        for line, who, where in quotes),
    "list": lambda quotes, block: "<ul>" + "".join(
        f"<li>“{line}” – {who}, {where}</li>" for line, who, where in quotes) + "</ul>",
    "numbered": lambda quotes, block: "<ol>" + "".join(
        f"<li>“{line}” – {who}, {where}</li>" for line, who, where in quotes) + "</ol>",
    "counted": lambda quotes, block: "".join(
        block(f"{i}. “{line}” – {who}, {where}") for i, (line, who, where) in enumerate(quotes, 1)),
    "bracket alone": lambda quotes, block: "".join(
        block(f"“{line}” ({who}, {where})") for line, who, where in quotes),
    "name first": lambda quotes, block: "".join(
        block(f"<b>{who}</b> ({where}) – “{line}”") for line, who, where in quotes),
    "dialogue": lambda quotes, block: "".join(
        block(f"<b>{who}</b> ({where}): “{line}”") for line, who, where in quotes),
    "table": lambda quotes, block: "<table>" + "".join(
        f"<tr><td>“{line}”</td><td>{who}, {where}</td></tr>" for line, who, where in quotes)
    + "</table>",
}

TAG_LINES = {
    "hashtags": lambda tags, block: block(" ".join("#" + tag for tag in tags)),
    "commas": lambda tags, block: block(", ".join("#" + tag for tag in tags)),
    "labelled": lambda tags, block: block("Tags: " + ", ".join(tags)),
    "spans": lambda tags, block: block("".join(f"<span>#{tag}</span>" for tag in tags)),
    "lines": lambda tags, block: block("<br />".join("#" + tag for tag in tags)),
    "links": lambda tags, block: block(" ".join(
        f'<a href="https://blog.example/search/label/{tag}">#{tag}</a>' for tag in tags)),
}

RATINGS = {
    "line": lambda rating, block: block(f"<b>My rating:</b> {rating}"),
    "bold": lambda rating, block: block(f"<b>Rating: {rating}</b>"),
}

WRAPS = {
    "bare": lambda content: content,
    "blogger": lambda content: f'<div dir="ltr" style="text-align: left;" trbidi="on">\n{content}</div>',
    "large": lambda content: f'<span style="font-size: large;">{content}</span>',
    "font": lambda content: f'<font face="Georgia" size="4">{content}</font>',
    "table": lambda content: f"<table><tr><td>{content}</td></tr></table>",
    "centre": lambda content: f"<center>{content}</center>",
    "main": lambda content: f"<main><article><section>{content}</section></article></main>",
    "scripts": lambda content: f"<style>p {{}}</style>{content}<script>let x = 1;</script>",
    "shared": lambda content: f'{content}<div class="sharedaddy"><a href="#">Share</a></div>',
}

USUAL = {"wrap": "bare", "block": "p", "heading": "h2", "facts": "br", "scenes": "colon", "quotes": "one line",
         "tags": "hashtags", "rating": "line"}
WAYS = {"wrap": WRAPS, "block": BLOCKS, "heading": HEADINGS, "facts": FACT_LINES, "scenes": SCENES,
        "quotes": QUOTES, "tags": TAG_LINES, "rating": RATINGS}


def variants():
    """Each way once with each kind of block and, where it matters, with each kind of heading."""
    seen = []
    for kind, ways in WAYS.items():
        for way, block in itertools.product(ways, BLOCKS):
            seen.append({**USUAL, "block": block, kind: way} if kind != "block"
                        else {**USUAL, "block": block})
    for scenes, heading in itertools.product(SCENES, HEADINGS):
        seen.append({**USUAL, "scenes": scenes, "heading": heading})
    for quotes, heading in itertools.product(QUOTES, HEADINGS):
        seen.append({**USUAL, "quotes": quotes, "heading": heading})
    return [dict(way) for way in dict.fromkeys(tuple(way.items()) for way in seen)]


def written(way):
    block = BLOCKS[way["block"]]

    def heading(text):
        return HEADINGS[way["heading"]](text, block)

    (story, paragraphs), (best, scenes), (lines, quotes), (final, last) = SECTIONS
    return WRAPS[way["wrap"]]("".join([
        FACT_LINES[way["facts"]](FACTS, block), block(LEDE),
        heading(story), *map(block, paragraphs),
        heading(best), SCENES[way["scenes"]](scenes, block),
        heading(lines), QUOTES[way["quotes"]](quotes, block),
        heading(final), *map(block, last),
        RATINGS[way["rating"]](RATING, block), TAG_LINES[way["tags"]](TAGS, block)]))


def feed(posts):
    items = "".join(
        f"<item><title>Memories of Murder</title><link>https://blog.example/{number}.html</link>"
        f"<guid>{number}</guid><pubDate>Mon, 06 May 2024 12:00:00 GMT</pubDate>"
        f"<content:encoded>{html.escape(content)}</content:encoded></item>"
        for number, content in enumerate(posts))
    return ('<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" '
            'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>A blog</title>'
            f'<link>https://blog.example/</link>{items}</channel></rss>')


# --- what is found --------------------------------------------------------------------------------

HEADER = {
    "Title": "Memories of Murder", "Original-Title": "살인의 추억", "Year": "2003",
    "Genre": "Crime, Drama", "Director": "Bong Joon-ho", "Cast": dict(FACTS)["Cast"],
    "Runtime": "131 min", "Rating": RATING, "Tags": ", ".join(TAGS), "Kind": "film",
    "Summary": LEDE,
}


def found(text):
    head, _, body = text.partition("\n\n")
    header = dict(line.split(": ", 1) for line in head.splitlines())
    for key in ("Id", "Published", "Source", "Aliases", "Updated"):
        header.pop(key, None)
    if body.startswith("## Introduction\n"):  # there is no paragraph before the first section
        header.setdefault("Summary", LEDE)
    return {
        "header": header,
        "sections": [name.lower() for name in re.findall(r"^## (?:🎬 )?(.*)", body, re.M)
                     if name != "Introduction"],
        "scenes": re.findall(r"^### (?:Scene )?(?:\d[.:] )?(.*)\n(.*)", body, re.M),
        "quotes": re.findall(r"^> (.*)\n— ([^,\n]*), (.*)", body, re.M),
        "lede": body.removeprefix("## Introduction\n").split("\n")[0],
    }


EXPECTED = {
    "header": HEADER,
    "sections": [name.lower() for name, _ in SECTIONS],
    "scenes": SECTIONS[1][1],
    "quotes": SECTIONS[2][1],
    "lede": LEDE,
}


@pytest.fixture(scope="module")
def reviews(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shapes")
    (folder / "capsule").mkdir()
    (folder / "capsule/capsule.conf").write_text("Title: Trial\nTimezone: UTC\n")
    (folder / "feed.xml").write_text(feed(map(written, variants())))
    imported, checked = (
        subprocess.run([MATINEE, command, *files], cwd=folder, stdin=subprocess.DEVNULL,
                       capture_output=True, text=True, timeout=120, check=False)
        for command, *files in (["import", "feed.xml"], ["check"]))
    assert (imported.returncode, imported.stderr) == (0, "")
    assert checked.returncode == 0
    said = dict(re.findall(r"^feed.xml:\d+: capsule/reviews/(\d+).gmi written\n((?:  .*\n)*)",
                           imported.stdout, re.M))
    return [((folder / f"capsule/reviews/{number}.gmi").read_text(), said[str(number)],
             re.findall(rf"^reviews/{number}.gmi:.*", checked.stderr, re.M))
            for number in range(len(variants()))]


@pytest.mark.parametrize("number, way", enumerate(variants()),
                         ids=[", ".join(f"{k} {v}" for k, v in way.items() if USUAL[k] != v) or "usual"
                              for way in variants()])
def test_the_same_parts_are_found(reviews, number, way):
    review, said, problems = reviews[number]
    assert found(review) == EXPECTED
    assert problems == []
    assert words_of(visible_text(written(way))) - words_of(review + said) == Counter()
