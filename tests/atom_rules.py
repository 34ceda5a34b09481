"""Is this an Atom feed? The rules of RFC 4287, clause by clause, and what matinee promises besides.

    python3 tests/atom_rules.py FILE...

problems(data) yields a line for each rule that is broken. tests/atom.rng is the grammar of the same RFC
(Appendix B) for programs that know RELAX NG; tests/e2e/test_feeds.py has feeds that break each rule.
"""

import datetime
import re
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

ATOM = "{http://www.w3.org/2005/Atom}"
XML = "{http://www.w3.org/XML/1998/namespace}"
ROOT = b'<feed xmlns="http://www.w3.org/2005/Atom">'

# How often an element may be there (4.1.1, 4.1.2): least and most.
MANY = 10 ** 9
FEED = {"author": (0, MANY), "category": (0, MANY), "contributor": (0, MANY), "entry": (0, MANY),
        "generator": (0, 1), "icon": (0, 1), "id": (1, 1), "link": (0, MANY), "logo": (0, 1),
        "rights": (0, 1), "subtitle": (0, 1), "title": (1, 1), "updated": (1, 1)}
ENTRY = {"author": (0, MANY), "category": (0, MANY), "content": (0, 1), "contributor": (0, MANY),
         "id": (1, 1), "link": (0, MANY), "published": (0, 1), "rights": (0, 1), "source": (0, 1),
         "summary": (0, 1), "title": (1, 1), "updated": (1, 1)}
PERSON = {"name": (1, 1), "uri": (0, 1), "email": (0, 1)}

# Attributes besides xml:base and xml:lang (2, "Common Attributes").
ATTRIBUTES = {"category": {"term", "scheme", "label"}, "content": {"type", "src"},
              "generator": {"uri", "version"},
              "link": {"href", "rel", "type", "hreflang", "title", "length"},
              "rights": {"type"}, "subtitle": {"type"}, "summary": {"type"}, "title": {"type"}}
TEXTS = {"rights", "subtitle", "summary", "title"}
DATES = {"published", "updated"}
IRIS = {"icon", "id", "logo", "uri"}

# RFC 3987, 2.2: a scheme, and none of the characters that no IRI has.
IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:([^\x00-\x20\x7f-\x9f<>\"{}|\\^`%\ufffd]|%[0-9A-Fa-f]{2})*")
LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")
MEDIA_TYPE = re.compile(r"[!#$&^_.+A-Za-z0-9-]+/[!#$&^_.+A-Za-z0-9-]+(\s*;.*)?")
DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
UUID = re.compile(r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def name_of(element):
    return element.tag.removeprefix(ATOM)


def children(element, name):
    return element.findall(ATOM + name)


def moment(text):
    """A date construct as a moment; None when it is none (3.3, RFC 3339)."""
    if not DATE.fullmatch(text or ""):
        return None
    try:
        return datetime.datetime.fromisoformat(re.sub(r"\.\d+", "", text).replace("Z", "+00:00"))
    except ValueError:
        return None


def counts(element, allowed):
    """4.1.1, 4.1.2, 3.2: what may be there, and how often."""
    for child in element:
        if not child.tag.startswith(ATOM):
            yield f"an element of another vocabulary: {child.tag}"
        elif name_of(child) not in allowed:
            yield f"{name_of(element)} may not hold {name_of(child)}"
    for name, (least, most) in allowed.items():
        if not least <= len(children(element, name)) <= most:
            yield f"{name_of(element)} has {len(children(element, name))} of {name}"
    if (element.text or "").strip() or any((child.tail or "").strip() for child in element):
        yield f"text between the elements of {name_of(element)}"


def attributes(element):
    """2: xml:base is an IRI, xml:lang a language tag, and there are no attributes that nobody knows."""
    for name, value in element.attrib.items():
        if name == XML + "lang":
            if value and not LANGUAGE.fullmatch(value):
                yield f"no language: {value!r}"
        elif name == XML + "base":
            if not IRI.fullmatch(value):
                yield f"no IRI: {value!r}"
        elif name not in ATTRIBUTES.get(name_of(element), ()):
            yield f"{name_of(element)} has no attribute {name}"


def is_xml(kind):
    return bool(re.search(r"(\+xml|/xml)$", kind, re.I))


def content(element):
    """4.1.3: what stands in content, by its type."""
    kind = element.get("type", "text")
    if element.get("src") is not None:
        if not IRI.fullmatch(element.get("src")):
            yield f"no IRI: {element.get('src')!r}"
        if len(element) or element.text:
            yield "content with src is not empty"                                   # 4.1.3.2
        if kind in ("text", "html", "xhtml"):
            yield "the type of content that is elsewhere is a media type"           # 4.1.3.2
    elif kind in ("text", "html", "xhtml"):
        yield from text(element)                                                    # 4.1.3.3, 1 to 3
    elif not MEDIA_TYPE.fullmatch(kind) or re.match(r"(message|multipart)/", kind, re.I):
        yield f"the type of content is no media type: {kind!r}"                     # 4.1.3.1
    elif is_xml(kind):
        if len(element) != 1:
            yield "content that is XML has not one element"                         # 4.1.3.3, 4
    elif len(element):
        yield f"content of type {kind} holds elements"                              # 4.1.3.3, 5 and 6
    elif not kind.lower().startswith("text/"):
        if not re.fullmatch(r"\s*([A-Za-z0-9+/]\s*)*={0,2}\s*", element.text or ""):
            yield "content is not in Base64"                                        # 4.1.3.3, 6


def text(element):
    """3.1: text constructs."""
    kind = element.get("type", "text")
    if kind not in ("text", "html", "xhtml"):
        yield f"{name_of(element)} of type {kind!r}"                                # 3.1.1
    elif kind == "xhtml":
        if len(element) != 1 or element[0].tag != "{http://www.w3.org/1999/xhtml}div":
            yield f"{name_of(element)} is not one div of XHTML"                     # 3.1.1.3
    elif len(element):
        yield f"{name_of(element)} holds elements"                                  # 3.1.1.1, 3.1.1.2


def link(element):
    """4.2.7"""
    if not IRI.fullmatch(element.get("href", "")):
        yield f"a link to {element.get('href')!r}, which is no IRI"                 # 4.2.7.1
    relation = element.get("rel", "alternate")
    if not re.fullmatch(r"[A-Za-z0-9._~!$&'()*+,;=@-]+", relation) and not IRI.fullmatch(relation):
        yield f"no relation: {relation!r}"                                          # 4.2.7.2
    if element.get("type") is not None and not MEDIA_TYPE.fullmatch(element.get("type")):
        yield f"no media type: {element.get('type')!r}"                             # 4.2.7.3
    if element.get("hreflang") is not None and not LANGUAGE.fullmatch(element.get("hreflang")):
        yield f"no language: {element.get('hreflang')!r}"                           # 4.2.7.4


def category(element):
    """4.2.2"""
    if not element.get("term"):
        yield "a category without a term"
    if element.get("scheme") is not None and not IRI.fullmatch(element.get("scheme")):
        yield f"a category's scheme is no IRI: {element.get('scheme')!r}"


def each_element(element):
    name = name_of(element)
    yield from attributes(element)
    if name in TEXTS:
        yield from text(element)
    elif name in DATES:
        if moment(element.text) is None:
            yield f"{name} is no date: {element.text!r}"                            # 3.3
    elif name in IRIS:
        if not IRI.fullmatch(element.text or ""):
            yield f"{name} is no IRI: {element.text!r}"                             # 4.2.5, 4.2.6, 4.2.8
    elif name in ("author", "contributor"):
        yield from counts(element, PERSON)                                          # 3.2
    elif name == "email":
        if not re.fullmatch(r".+@.+", element.text or ""):
            yield f"no address: {element.text!r}"                                   # 3.2.3
    elif name == "link":
        yield from link(element)
    elif name == "category":
        yield from category(element)
    elif name == "content":
        yield from content(element)
    elif name == "generator":
        if not (element.text or "").strip() or not IRI.fullmatch(element.get("uri", "x:")):
            yield "a generator without a name, or with another thing for an IRI"    # 4.2.4


def alternates(element):
    """At most one link for each type and language (4.1.1, 4.1.2)."""
    seen = [(item.get("type"), item.get("hreflang")) for item in children(element, "link")
            if item.get("rel", "alternate") == "alternate"]
    if len(seen) != len(set(seen)):
        yield f"{name_of(element)} has two alternates of one type and language"
    return seen


def entry_rules(entry, feed_has_author):
    """4.1.2, what a count alone does not say."""
    seen = yield from alternates(entry)
    inside = children(entry, "content")
    if not inside and not seen:
        yield "an entry without content has no alternate link"
    has_source_author = any(children(source, "author") for source in children(entry, "source"))
    if not children(entry, "author") and not has_source_author and not feed_has_author:
        yield "an entry without an author"
    for item in inside:
        kind = item.get("type", "text")
        encoded = "/" in kind and not kind.lower().startswith("text/") and not is_xml(kind)
        if (item.get("src") is not None or encoded) and not children(entry, "summary"):
            yield "content that is elsewhere, or in Base64, wants a summary"


def promises(root, fetched):
    """What RFC 4287 leaves open, or asks for softly, and matinee promises (docs/pages.md)."""
    pages = "text/html" if (fetched or "").startswith("https:") else "text/gemini"
    itself = [item.get("href") for item in children(root, "link") if item.get("rel") == "self"]
    if len(itself) != 1 or (fetched is not None and itself != [fetched]):
        yield f"the feed was fetched from {fetched}, and says {itself}"
    dates = []
    for element in [root, *children(root, "entry")]:
        first = element.find(ATOM + "link")
        if first is None or first.get("rel") != "alternate" or first.get("type") != pages:
            yield f"the first link of {name_of(element)} is not its page"
        if not UUID.fullmatch(element.findtext(ATOM + "id", "")):
            yield f"an id that is no UUID in small letters: {element.findtext(ATOM + 'id')}"
        if not element.findtext(ATOM + "title", "").strip():
            yield f"{name_of(element)} has an empty title"
    for entry in children(root, "entry"):
        published = moment(entry.findtext(ATOM + "published"))
        updated = moment(entry.findtext(ATOM + "updated"))
        dates.append(updated)
        if updated is None or (published is not None and updated < published):
            yield f"an entry was updated at {updated}, and published at {published}"
        for item in children(entry, "content"):
            yield from gemtext(item.text or "")
    if None not in dates and dates and moment(root.findtext(ATOM + "updated")) != max(dates):
        yield "the feed was not updated with the newest of its entries"
    if len(dates) > 50:
        yield f"{len(dates)} entries"


def gemtext(lines):
    """Nothing tells what a relative link in an entry is relative to."""
    inside = False
    for line in lines.split("\n"):
        inside = inside != line.startswith("```")
        if not inside and line.startswith("=>") and not re.match(r"=> [a-z][a-z0-9+.-]*:\S+( |$)", line):
            yield f"a link that leads nowhere outside of the capsule: {line!r}"


def problems(data, fetched=None):
    """What is wrong with the feed `data`, bytes that were fetched from the address `fetched`."""
    try:
        root = ElementTree.fromstring(data)                                         # 2: well-formed
    except (ElementTree.ParseError, ValueError) as error:
        yield f"not well-formed: {error}"
        return
    if ROOT not in data.split(b"\n")[:2]:
        yield "the root element is not as clients compare it"
    if root.tag != ATOM + "feed":
        yield f"the root element is {root.tag}"
        return
    yield from counts(root, FEED)
    yield from alternates(root)
    for element in root.iter():
        if element.tag.startswith(ATOM):
            yield from each_element(element)
    entries = children(root, "entry")
    for entry in entries:
        yield from counts(entry, ENTRY)
        yield from entry_rules(entry, bool(children(root, "author")))
    if not children(root, "author") and not entries:
        yield "a feed without an author"                                            # 4.1.1
    identities = [element.findtext(ATOM + "id") for element in [root, *entries]]
    if len(identities) != len(set(identities)):
        yield "one id for two things"                                               # 4.2.6, 4.1.1
    yield from promises(root, fetched)


def main():
    status = 0
    for path in sys.argv[1:]:
        for problem in problems(Path(path).read_bytes()):
            print(f"{path}: {problem}")
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())
