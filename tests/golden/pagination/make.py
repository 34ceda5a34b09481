"""A capsule of 120 reviews under one tag, by one director, with a quote each and 60 tags."""

import sys
from pathlib import Path

folder = Path(sys.argv[1])
(folder / "reviews").mkdir(parents=True)
(folder / "capsule.conf").write_text("Title: Many\n")
for number in range(1, 121):
    (folder / f"reviews/film-{number:03}.gmi").write_text(f"""Title: Film {number}
Published: {2010 + number // 12}-{number % 12 + 1:02}-05
Director: Hong Example
Tags: All, Tag{number % 60:02}

> Line number {number}.
— somebody, somewhere
""")
