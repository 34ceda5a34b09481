"""Write a capsule of any size: the same words every time for the same arguments.

    python3 tests/generate.py FOLDER REVIEWS

The text is made of sentences over a vocabulary with a natural spread (a few words often, most words
seldom), so that nothing in it compresses or repeats more than real prose does.
"""

import random
import sys
from pathlib import Path

ONSETS = ["b", "br", "ch", "d", "f", "g", "gr", "h", "j", "k", "l", "m", "n", "p", "r", "s", "st", "t", "w"]
VOWELS = ["a", "e", "i", "o", "u", "ai", "ea", "ou"]
CODAS = ["", "", "n", "r", "l", "st", "m", "ck"]
GENRES = ["Drama", "Comedy", "Crime", "Thriller", "Romance", "Historical", "Horror", "Mystery"]
PLATFORMS = ["Netflix", "Viki", "MUBI", "Disc"]


def vocabulary(dice, size):
    words = set()
    while len(words) < size:
        words.add("".join(dice.choice(ONSETS) + dice.choice(VOWELS) + dice.choice(CODAS)
                          for _ in range(dice.randint(1, 3))))
    return sorted(words)


class Writer:
    def __init__(self, seed=7):
        self.dice = random.Random(seed)
        self.words = vocabulary(self.dice, 4000)
        self.people = [f"{self.name()} {self.name()}-{self.word()}" for _ in range(800)]
        self.tags = [self.name() + self.name() for _ in range(300)]

    def word(self):
        return self.words[int(len(self.words) * self.dice.random() ** 3)]

    def name(self):
        return self.word().capitalize()

    def sentence(self):
        return " ".join(self.word() for _ in range(self.dice.randint(5, 24))).capitalize() + "."

    def paragraph(self):
        return " ".join(self.sentence() for _ in range(self.dice.randint(3, 7)))

    def quote(self):
        return (f"> {self.sentence()}\n— {self.name()}, {self.word()} {self.word()} {self.word()}\n"
                f"{self.paragraph()}\n")

    def review(self, number, sections=6, paragraphs=8, quotes=4, tags=()):
        dice = self.dice
        cast = ", ".join(f"{person} as {self.name()}" for person in dice.sample(self.people, 6))
        day = f"{1990 + number % 35:04d}-{1 + number // 35 % 12:02d}-{1 + number // 420 % 28:02d}"
        header = [
            f"Title: {self.name()} {self.word()} {number}",
            f"Published: {day}",
            f"Year: {1960 + number % 65}",
            f"Genre: {', '.join(dice.sample(GENRES, 2))}",
            f"Director: {dice.choice(self.people)}",
            f"Cast: {cast}",
            f"Platform: {dice.choice(PLATFORMS)}",
            f"Tags: {', '.join([*tags, *dice.sample(self.tags, 5)])}",
            f"Tagline: {self.sentence()}",
            f"Summary: {self.sentence()}",
        ]
        body = [self.paragraph(), ""]
        for section in range(sections):
            body += [f"## {self.name()} {self.word()} {section}"]
            for _ in range(paragraphs):
                body += [self.paragraph(), ""]
        body += ["## Lines"]
        for _ in range(quotes):
            body += [self.quote()]
        return "\n".join([*header, "", *body]) + "\n"


def write_capsule(folder, reviews, **shape):
    folder = Path(folder)
    (folder / "reviews").mkdir(parents=True)
    (folder / "capsule.conf").write_text(
        "Title: A Large Capsule\nHost: localhost\nLang: en\nTimezone: UTC\n", encoding="utf-8")
    writer = Writer()
    for number in range(reviews):
        part = folder / "reviews" / f"{number // 1000:03d}"
        part.mkdir(exist_ok=True)
        (part / f"review-{number}.gmi").write_text(writer.review(number, **shape), encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    write_capsule(sys.argv[1], int(sys.argv[2]))
