"""A capsule whose capsule.conf says of paths what cannot be meant."""

import os
import sys
from pathlib import Path

CONF = f"""Title: Paths
Host: paths.example
Lang: en
Certificate: kim {"11" * 32} her phone
Closed: /reviews/for-friends/ kim
Closed: /private/ kim
Closed: /images/family/ kim
Closed: /nothing-here/ kim
Redirect: /old-about.gmi /about.gmi
Redirect: /start /reviews/
Redirect: /posts/* /reviews/*
Redirect: /round /round-again
Redirect: /round-again gemini://paths.example/round
Redirect: /down/* /down/down/*
Redirect: /nowhere.gmi /there-is-nothing.gmi
Redirect: /to-gone.gmi /guestbook.gmi
Redirect: /reviews/plum-summer/quotes.gmi /reviews/plum-summer/
Redirect-Temporary: /elsewhere/ gemini://other.example/
Gone: /guestbook.gmi, /images/old/*
Gone: /blog/old-plum.html
Lang-For: /ko/ ko
Lang-For: /nothing-there/ ko
Listing: /images/, /no-folder/
"""

REVIEW = """Title: {title}
Published: {published}
Tags: {tag}
Director: {director}
{more}
The lede of {title}.

## Story
> A line from {title}.
— Somebody
"""


def main():
    folder = Path(sys.argv[1])
    files = {
        "capsule.conf": CONF,
        "reviews/plum-summer.gmi": REVIEW.format(
            title="Plum Summer", published="2025-06-01", tag="Summer", director="Hong Example",
            more="Aliases: /blog/plum.html, /blog/old-plum.html\nRelated: for-friends, winter-line\n"),
        "reviews/winter-line.gmi": REVIEW.format(
            title="Winter Line", published="2025-01-02", tag="Winter", director="Lee Sample",
            more="") + """=> /guestbook.gmi Write something
=> /old-about.gmi Who wrote this
=> /posts/plum-summer/ Another one
=> /images Pictures
=> /images/family/picnic.png A picnic under a plum tree
=> review:for-friends
=> review:for-friends Not for all
=> tag:hidden What few see
""",
        "reviews/for-friends.gmi": REVIEW.format(
            title="A Title That Nobody Else Sees", published="2025-07-07", tag="Hidden",
            director="Kim Hidden", more="Aliases: /blog/friends.html\n")
            + "=> /private/note.gmi A note\n=> review:winter-line\n",
        "pages/about.gmi": "# About\nSomebody wrote this.\n",
        "pages/guestbook.gmi": "# Guestbook\nIt is gone.\n",
        "static/ko/index.gmi": "# 한국어\n=> /guestbook.gmi 방명록\n=> /start 시작\n",
        "static/images/plum tree.png": "not really a picture\n",
        "static/images/#1.txt": "1\n" * 600,
        "static/images/family/picnic.png": "not really a picture\n",
        "static/images/old/old.png": "not really a picture\n",
        "static/images/deep/er/deepest.txt": "deep\n",
        "static/images/indexed/index.gmi": "# An index of its own\n",
        "static/private/note.gmi": "# A note\n=> /reviews/for-friends/ That one\n",
    }
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        os.utime(path, (1735819200, 1735819200))  # 2025-01-02


main()
