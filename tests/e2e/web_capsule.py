"""A capsule with all that gemtext has, and all that may go wrong in HTML."""

import struct
import zlib

FILM = """Title: Plum & Summer <3
Original-Title: 자두 여름
Published: 2025-09-12
Updated: 2025-10-01
Kind: film
Year: 2013
Genre: Drama
Director: Hong Example
Cast: Kim Example as Yong, Lee Sample as the daughter
Tags: Courtroom, 한국영화, Night & Day
Rating: 9/10
Tagline: A father, a cell, a satchel
Summary: A man keeps a promise that nobody asked him to make.
Poster: images/plum.png | A man and a girl under a "plum" tree
Source: https://blog.example/2013/plum-summer?a=1&b=2
Aliases: /2013/05/plum.html, /2013/plum, /old/plum.gmi

The lede has 자두 여름 and 大韓民國의 자두 in it, and was written on 2025-09-10.

=> images/plum.png The same picture, in the text
=> images/wide.png
=> about.gmi About

## The Story
A first paragraph.
* one thing, of 2025-01-01
* another <thing>

> The first line of a verse,
> and the second.
>
> And one after a pause.
— Yong, in the yard
Its commentary.

## Sub-sections
### One of them
Text.
=> review:noon Noon
=> tag:courtroom
=> person:kim-example
### The other
```A table of times
 monday\t12:00   a line that is longer than any page of any telephone will ever be wide, to scroll
  <b>tuesday</b>  14:00
```
```
bare
```

## Places to Go
=> https://example.org/?a=1&b=2 The web
=> gemini://elsewhere.example/ Another capsule
=> gemini://notes.example/about.gmi This capsule by its full address
=> mailto:kim@example.org Mail
=> gopher://example.org/1/ A gopher hole
=> javascript:alert(1) Not to be clicked
=> JaVaScRiPt:alert(2)
=> data:text/html,<script>alert(3)</script> Data
=> vbscript:x Old
=> file:///etc/passwd A file
=> x-unknown:y Unknown
=> /private/secret.gmi Closed
=> /moved/away.gmi Moved
=> /moved-by-star/noon/ Moved by a star
=> /files/ Files
=> /notes.gmi Notes of static/
=> /files/a%20b.txt?x#y With a query
"""

NOON = """Title: Noon
Published: 2025-01-02
Tags: Courtroom
Cast: Kim Example as a passenger
Lang: {lang}

{text}

> {quote}
— {speaker}
"""

HAND = """Text before any heading.
### A deep heading first
# A second title
## A section
### A part
# A third title
## A section
=> / The way home
<script>alert(1)</script> & <img src=x onerror=alert(1)> "quoted" 'single'
"""


def png(width, height):
    """A picture of one colour."""
    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))
    rows = (b"\0" + b"\x55\x33\x77" * width) * height
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def write(folder):
    for name in ("reviews", "pages", "static/images", "static/files", "static/private"):
        (folder / name).mkdir(parents=True)
    (folder / "capsule.conf").write_text(
        "Title: Notes & Films\nTagline: Seen <late>\nHost: notes.example\nAuthor: Mira\nLang: en\n"
        "Footer: Written on the night bus.\n"
        f"Certificate: kim {'ab' * 32}\nClosed: /private/ kim\n"
        "Redirect: /moved/away.gmi /about.gmi\nRedirect: /moved-by-star/* /reviews/*\n"
        "Redirect-Temporary: /elsewhere https://example.org/x?a=1&b=2\n"
        "Gone: /gone.gmi\nListing: /files/\n")
    (folder / "reviews/plum-summer.gmi").write_text(FILM)
    (folder / "reviews/noon.gmi").write_text(NOON.format(
        lang="en", text="Short.", quote="All change.", speaker="the guard"))
    (folder / "reviews/마지막-수업.gmi").write_text(NOON.format(
        lang="ko", text="마지막 수업이다.", quote="안녕히 계세요.", speaker="선생님, 교실을 떠나며").replace(
            "Title: Noon", "Title: 마지막 수업"))
    (folder / "reviews/ערב.gmi").write_text(NOON.format(
        lang="he", text="מתחילים מימין לשמאל, ואז English, ואז שוב.", quote="שלום.",
        speaker="עמר").replace("Title: Noon", "Title: ערב טוב"))
    (folder / "pages/about.gmi").write_text("# About\nWho writes this.\n")
    (folder / "pages/wild.gmi").write_text(HAND)
    (folder / "pages/empty.gmi").write_text("No heading at all, عربي here.\n")
    (folder / "static/notes.gmi").write_bytes(
        b"# Raw \xff bytes \x01 \xef\xb7\x90 here\n=> files/a%20b.txt Relative\n=> nowhere.gmi Dead\n"
        b"=> //elsewhere.example/x Another host\n=> \x01javascript:alert(1) Trick\n```\nnot closed <b>\n")
    (folder / "static/files/a b.txt").write_text("A file.\n")
    (folder / "static/files/x&y's.gemini").write_text("Only text & more.\n")
    (folder / "static/private/secret.gmi").write_text("# Secret\n")
    (folder / "static/images/plum.png").write_bytes(png(320, 480))
    (folder / "static/images/wide.png").write_bytes(png(2000, 40))
    return folder
