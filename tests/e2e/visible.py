"""What a browser shows of HTML, found by another reader than the one that is tested."""

import re
from collections import Counter
from html.parser import HTMLParser

LINES = ("br p div li dl dt dd td th tr h1 h2 h3 h4 h5 h6 ul ol pre blockquote option button "
         "caption").split()


class VisibleText(HTMLParser):
    """The text of a page."""

    def __init__(self):
        super().__init__()
        self.parts = []
        self.silent = 0

    def handle_starttag(self, tag, attrs):
        self.silent += tag in ("script", "style", "head")
        self.parts += " " * (tag in LINES)

    def handle_endtag(self, tag):
        self.silent -= tag in ("script", "style", "head")
        self.parts += " " * (tag in LINES)

    def handle_data(self, data):
        self.parts.append(data * (not self.silent))


def visible_text(content):
    reader = VisibleText()
    reader.feed(content)
    reader.close()
    return "".join(reader.parts)


def words_of(text):
    """What may not get lost: runs of letters and digits, whatever their case."""
    return Counter(re.findall(r"[^\W_]+", text.lower()))
