"""Ways from one review to another in the sample capsule, as a reader finds them."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MATINEE = os.environ.get("MATINEE", str(ROOT / "build/release/matinee"))
SAMPLE = ROOT / "capsule"

# What is read after each review, and why. Somebody who knows these films has looked at every line: who
# changes how reviews are related looks at those that change, and asks whether they would say so, too.
RELATED = """
a-taxi-driver
  Memories of Murder (also tagged TrueStory; also with Song Kang-ho)
  Parasite (also with Song Kang-ho and Lee Jung-eun)
  Reply 1988 (also tagged Friendship; also with Ryu Jun-yeol)
  Miracle in Cell No. 7 (also tagged FatherAndDaughter)
  Train to Busan (also tagged FatherAndDaughter; also with Choi Gwi-hwa)
burning
  Poetry (also by Lee Chang-dong)
  Parasite (also tagged ClassAndMoney and Thriller)
  Decision to Leave (also tagged SlowBurn)
  Memories of Murder (also tagged Unsolved)
  My Mister (also tagged ClassAndMoney and SlowBurn)
crash-landing-on-you
  Reply 1988 (also tagged Neighbourhood; also with Kim Sun-young)
  Mr. Sunshine (also tagged KoreanDrama and Romance)
  My Mister (also tagged Neighbourhood; also with Kim Young-min)
  Parasite (also with Jang Hye-jin and Park Myung-hoon)
  Iljimae (also tagged FoundFamily and KoreanDrama)
decision-to-leave
  The Handmaiden (also by Chung Seo-kyung and Park Chan-wook)
  Memories of Murder (also tagged ColdCase; also with Park Hae-il)
  Burning (also tagged SlowBurn)
  Signal (also tagged ColdCase and Crime)
  Oldboy (also by Park Chan-wook)
iljimae
  Mr. Sunshine (also tagged Historical and KoreanDrama)
  Miracle in Cell No. 7 (also tagged FoundFamily and Family)
  Reply 1988 (also tagged KoreanDrama and Family)
  Crash Landing on You (also tagged FoundFamily and KoreanDrama)
  Oldboy (also tagged Revenge)
memories-of-murder
  Mother (also by Bong Joon-ho; also with Jeon Mi-seon)
  Signal (also tagged ColdCase and Crime)
  Parasite (also by Bong Joon-ho; also with Song Kang-ho)
  A Taxi Driver (also tagged TrueStory; also with Song Kang-ho)
  Decision to Leave (also tagged ColdCase; also with Park Hae-il)
miracle-in-cell-no-7
  Mother (also tagged WrongfulConviction)
  A Taxi Driver (also tagged FatherAndDaughter)
  Train to Busan (also tagged FatherAndDaughter)
  Iljimae (also tagged FoundFamily and Family)
  Crash Landing on You (also tagged FoundFamily)
mother
  Memories of Murder (also by Bong Joon-ho; also with Jeon Mi-seon)
  Parasite (also by Bong Joon-ho)
  Miracle in Cell No. 7 (also tagged WrongfulConviction)
  Poetry (also tagged Family)
mr-sunshine
  Iljimae (also tagged Historical and KoreanDrama)
  The Handmaiden (also with Kim Tae-ri; also tagged Historical)
  Crash Landing on You (also tagged KoreanDrama and Romance)
  A Taxi Driver (also tagged Historical; also with Lee Jung-eun)
  Reply 1988 (also with Choi Moo-sung; also tagged KoreanDrama)
my-mister
  Signal (also by Kim Won-seok)
  Reply 1988 (also tagged Neighbourhood and KoreanDrama)
  Parasite (also with Lee Sun-kyun; also tagged ClassAndMoney)
  Mother (also with Song Sae-byeok; also tagged Family)
  Crash Landing on You (also tagged Neighbourhood; also with Kim Young-min)
oldboy
  The Handmaiden (also by Park Chan-wook)
  Decision to Leave (also by Park Chan-wook)
  Memories of Murder (also tagged Thriller; also in the genre Mystery)
  Signal (also tagged Thriller)
  Iljimae (also tagged Revenge)
parasite
  Memories of Murder (also by Bong Joon-ho; also with Song Kang-ho)
  Mother (also by Bong Joon-ho)
  Burning (also tagged ClassAndMoney and Thriller)
  Train to Busan (also with Choi Woo-shik; also tagged ClassAndMoney)
  My Mister (also with Lee Sun-kyun; also tagged ClassAndMoney)
poetry
  Burning (also by Lee Chang-dong)
  Mother (also tagged Family)
  My Mister (also tagged SlowBurn and Family)
  Signal (also tagged Grief)
reply-1988
  My Mister (also tagged Neighbourhood and KoreanDrama)
  A Taxi Driver (also tagged Friendship; also with Ryu Jun-yeol)
  Iljimae (also tagged KoreanDrama and Family)
  Miracle in Cell No. 7 (also tagged Family; also in the genre Comedy-Drama)
  Crash Landing on You (also tagged Neighbourhood; also with Kim Sun-young)
signal
  Memories of Murder (also tagged ColdCase and Crime)
  My Mister (also by Kim Won-seok)
  Mother (also tagged Crime and Thriller)
  Decision to Leave (also tagged ColdCase and Crime)
  The Handmaiden (also with Cho Jin-woong; also tagged Thriller)
the-handmaiden
  Oldboy (also by Park Chan-wook)
  Decision to Leave (also by Chung Seo-kyung and Park Chan-wook)
  Mr. Sunshine (also with Kim Tae-ri; also tagged Historical)
  Parasite (also tagged Thriller)
train-to-busan
  Parasite (also with Choi Woo-shik; also tagged ClassAndMoney)
  Miracle in Cell No. 7 (also tagged FatherAndDaughter)
  A Taxi Driver (also tagged FatherAndDaughter; also with Choi Gwi-hwa)
  Burning (also tagged ClassAndMoney and Thriller)
  Mr. Sunshine (also with Kim Eui-sung)
"""

# The first one, if the author of the review named none.
FOUND = """
a-taxi-driver
  Memories of Murder (also tagged TrueStory; also with Song Kang-ho)
burning
  Poetry (also by Lee Chang-dong)
crash-landing-on-you
  Reply 1988 (also tagged Neighbourhood; also with Kim Sun-young)
decision-to-leave
  The Handmaiden (also by Chung Seo-kyung and Park Chan-wook)
iljimae
  Mr. Sunshine (also tagged Historical and KoreanDrama)
memories-of-murder
  Mother (also by Bong Joon-ho; also with Jeon Mi-seon)
miracle-in-cell-no-7
  Mother (also tagged WrongfulConviction)
mother
  Memories of Murder (also by Bong Joon-ho; also with Jeon Mi-seon)
mr-sunshine
  The Handmaiden (also with Kim Tae-ri; also tagged Historical)
my-mister
  Parasite (also with Lee Sun-kyun; also tagged ClassAndMoney)
oldboy
  The Handmaiden (also by Park Chan-wook)
parasite
  Memories of Murder (also by Bong Joon-ho; also with Song Kang-ho)
poetry
  Burning (also by Lee Chang-dong)
reply-1988
  Crash Landing on You (also tagged Neighbourhood; also with Kim Sun-young)
signal
  My Mister (also by Kim Won-seok)
the-handmaiden
  Decision to Leave (also by Chung Seo-kyung and Park Chan-wook)
train-to-busan
  Parasite (also with Choi Woo-shik; also tagged ClassAndMoney)
"""


def written(table):
    lists = {}
    slug = None
    for line in table.strip().split("\n"):
        if line.startswith("  "):
            lists[slug].append(line[2:])
        else:
            slug = line
            lists[slug] = []
    return lists


def build(capsule, tree, now="2026-11-23T12:00:00Z"):
    done = subprocess.run([MATINEE, "build", str(capsule), "--output", str(tree), "--now", now],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120,
                          check=False)
    assert done.returncode == 0, done.stderr
    return tree


@pytest.fixture(name="tree", scope="module")
def sample_tree(tmp_path_factory):
    return build(SAMPLE, tmp_path_factory.mktemp("sample") / "tree")


def links(text):
    return re.findall(r"^=> (\S+) (.*)$", text, re.M)


def related(tree):
    lists = {}
    for page in sorted((tree / "reviews").glob("*/index.gmi")):
        text = page.read_text()
        part = text.partition("\n## Related reviews\n")[2].partition("\n\n")[0]
        lists[page.parent.name] = [label for _, label in links(part)]
    return lists


def test_what_is_related_and_why(tree):
    assert related(tree) == written(RELATED)


def test_what_is_related_without_the_author(tmp_path):
    shutil.copytree(SAMPLE, tmp_path / "capsule")
    for review in (tmp_path / "capsule/reviews").glob("*.gmi"):
        review.write_text(re.sub(r"^Related:.*\n", "", review.read_text(), flags=re.M))
    found = related(build(tmp_path / "capsule", tmp_path / "tree"))
    assert {slug: labels[:1] for slug, labels in found.items()} == written(FOUND)


def test_every_reason_is_true(tree):
    """What a page says that two reviews have in common, both of them say."""
    for slug, labels in related(tree).items():
        for label in labels:
            title, reasons = re.fullmatch(r"(.*) \((also .*)\)", label).groups()
            other = next(path.read_text() for path in (SAMPLE / "reviews").glob("*.gmi")
                         if path.read_text().startswith(f"Title: {title}\n"))
            own = (SAMPLE / f"reviews/{slug}.gmi").read_text()
            for reason in reasons.split("; "):
                kind, names = re.fullmatch(r"also (by|with|tagged|in the genre) (.*)", reason).groups()
                keys = {"by": "Director|Writer", "with": "Cast|Director|Writer", "tagged": "Tags",
                        "in the genre": "Genre"}[kind]
                for name in names.split(" and "):
                    for text in own, other:
                        assert re.search(rf"^({keys}): .*{re.escape(name)}", text, re.M), (slug, label)


def test_the_best_come_first(tree):
    labels = [label for url, label in links((tree / "best/index.gmi").read_text()) if ", " in label]
    ratings = [int(re.search(r", (\d+)/10$", label)[1]) for label in labels]
    assert len(ratings) == 17 and ratings == sorted(ratings, reverse=True)
    assert labels[0] == "Poetry (2010), 10/10"  # of those with the same rating, the newest review


def test_filmographies(tree):
    page = (tree / "people/bong-joon-ho/index.gmi").read_text()
    works = ["Parasite (2019)", "Mother (2009)", "Memories of Murder (2003)"]
    for part in "Director", "Writer":
        assert f"## {part}\n" in page
        block = page.partition(f"## {part}\n")[2].partition("\n\n")[0]
        assert [label for _, label in links(block)] == works
    page = (tree / "people/song-kang-ho/index.gmi").read_text()
    block = page.partition("## Roles\n")[2].partition("\n\n")[0]
    assert [label for _, label in links(block)] == [
        "Parasite (2019), as Ki-taek", "A Taxi Driver (2017), as Kim Man-seob",
        "Memories of Murder (2003), as Park Doo-man"]
    assert ("/actors/song-kang-ho/", "Quotes: Song Kang-ho") in links(page)


def test_quotes_by_who_says_them(tree):
    page = (tree / "actors/lee-sun-kyun/index.gmi").read_text()
    assert ", in My Mister\n" in page and ", in Parasite\n" in page
    index = (tree / "speakers/index.gmi").read_text()
    assert ("/speakers/oh-dae-su/", "Oh Dae-su, in Oldboy (3 quotes)") in links(index)
    assert {"/speakers/", "/actors/"} <= {url for url, _ in links((tree / "quotes/index.gmi").read_text())}


# The capsule is in Seoul, where the day begins nine hours before it does in UTC.
@pytest.mark.parametrize("now, day, label", [
    ("2027-01-09T01:00:00Z", "2027-01-09", "2026-01-09 Mother"),
    ("2027-01-08T16:00:00Z", "2027-01-09", "2026-01-09 Mother"),
    ("2027-01-08T14:00:00Z", "2027-01-08", None),
    ("2027-01-09T16:00:00Z", "2027-01-10", None),
])
def test_on_this_day(tmp_path, now, day, label):
    page = (build(SAMPLE, tmp_path / "tree", now) / "reviews/today.gmi").read_text()
    assert page.startswith(f"# On this day\n{day}\n\n")
    if label:
        assert page.split("\n")[3] == f"=> /reviews/mother/ {label}"
    else:
        assert "No review was published on this day of any year. Next comes:\n=> " in page


@pytest.mark.parametrize("what", ["reviews", "quotes"])
def test_random_ones_are_of_the_capsule(sample_server, tree, what):
    targets = set()
    for _ in range(40):
        answer = sample_server.ask(f"gemini://localhost/{what}/random.gmi\r\n".encode())
        assert answer.status == 30
        targets.add(answer.meta)
    assert len(targets) > 5
    for target in targets:
        name = target[1:] + "index.gmi" if target.endswith("/") else target[1:]
        assert (tree / name).is_file()
    # A tree has the day's instead.
    assert (tree / what / "random.gmi").read_text().startswith(f"# {what[:-1].capitalize()} of the day\n")
