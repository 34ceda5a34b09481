"""`matinee import`: a saved page becomes a review file, and nothing of it is lost.

The pages in import/ are invented; what comes of each stands beside it (NAME.gmi, NAME.report).
After a change that is meant: MATINEE_BLESS=1 pytest tests/e2e/test_import.py, then look at the
difference. One real page is tried where it lies beside the project.
"""

import html
import os
import re
import shutil
import textwrap
import xml.etree.ElementTree as ElementTree
from collections import Counter
from pathlib import Path

import pytest

from capsules import ROOT, run
from visible import visible_text, words_of

PAGES = Path(__file__).parent / "import"
SHARED = Path(os.environ.get("MATINEE_SHARED", ROOT / "../shared"))
SEED = SHARED / "seed/blog-page.txt"
SAMPLES = SHARED / "samples"


@pytest.fixture
def capsule(tmp_path):
    folder = tmp_path / "capsule"
    folder.mkdir()
    (folder / "capsule.conf").write_text("Title: Trial\nTimezone: UTC\n")
    return folder


@pytest.fixture
def page(capsule):
    """Put a page beside the capsule, under a date that does not change."""
    def put(content, name="page.txt"):
        path = capsule.parent / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        os.utime(path, (1714996800, 1714996800))  # 2024-05-06 noon, UTC
        return name
    return put


def only_review(capsule):
    (review,) = capsule.glob("reviews/**/*.gmi")
    return review


def imported(capsule, page_name, *options):
    done = run(capsule, "import", *options, page_name)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return only_review(capsule).read_text(), done.stdout


def dropped_lines(report):
    lines = set()
    for ranges in re.findall(r"^  dropped: lines? ([\d, -]+):", report, re.M):
        for first, last in re.findall(r"(\d+)(?:-(\d+))?", ranges):
            lines.update(range(int(first), int(last or first) + 1))
    return lines


def lost_words(page_text, review, report):
    """Words of the page that are in no line that was dropped, nor in the review, nor in a note."""
    assert " more:" not in report, "the report counts lines that it does not name"
    dropped = dropped_lines(report)
    kept = [line for number, line in enumerate(page_text.splitlines(), 1) if number not in dropped]
    notes = "\n".join(line for line in report.splitlines()[1:] if not line.startswith("  dropped"))
    return words_of("\n".join(kept)) - words_of(review) - words_of(notes)


def header_of(review):
    head, _, body = review.partition("\n\n")
    return dict(line.split(": ", 1) for line in head.splitlines()), body


def quotes_of(body):
    return re.findall(r"^> (.*)\n— ([^,\n]*)(?:, (.*))?\n(.+)?$", body, re.M)


# --- pages with their results ---------------------------------------------------------------------

CASES = sorted(path.stem for path in PAGES.glob("*.txt"))


@pytest.mark.parametrize("case", CASES)
def test_page(capsule, page, case):
    content = (PAGES / f"{case}.txt").read_bytes()
    review, report = imported(capsule, page(content, f"{case}.txt"))
    for path, got in ((PAGES / f"{case}.gmi", review), (PAGES / f"{case}.report", report)):
        if os.environ.get("MATINEE_BLESS"):
            path.write_text(got)
        assert got == path.read_text()
    assert lost_words(content.decode("utf-8-sig"), review, report) == Counter()
    checked = run(capsule, "check")
    assert checked.returncode == 0, checked.stderr
    warnings = [line for line in checked.stderr.splitlines() if ": warning: " in line]
    assert all("unknown key" in line for line in warnings)


# --- HTML -----------------------------------------------------------------------------------------

HTML_CASES = sorted(path.stem for path in PAGES.glob("*.html"))


@pytest.mark.parametrize("case", HTML_CASES)
def test_html_page(capsule, page, case):
    content = (PAGES / f"{case}.html").read_bytes()
    review, report = imported(capsule, page(content, f"{case}.html"))
    for path, got in ((PAGES / f"{case}.gmi", review), (PAGES / f"{case}.report", report)):
        if os.environ.get("MATINEE_BLESS"):
            path.write_text(got)
        assert got == path.read_text()
    checked = run(capsule, "check")
    assert checked.returncode == 0, checked.stderr


def test_html_is_imported_again(capsule, page):
    content = (PAGES / "blogger.html").read_bytes()
    first, _ = imported(capsule, page(content, "a.html"))
    # The same post under another name: its address says that it is the same.
    again, said = imported(capsule, page(content + b"\n<!-- again -->", "b.html"))
    assert again == first
    assert "is up to date" in said


def sample_posts():
    atom = "{http://www.w3.org/2005/Atom}"
    for sample in sorted(SAMPLES.glob("blogger-*")):
        for entry in ElementTree.parse(sample).iter(atom + "entry"):
            terms = [category.get("term", "") for category in entry.findall(atom + "category")]
            content = entry.findtext(atom + "content")
            if content and not any(term.endswith(("#settings", "#template")) for term in terms):
                yield entry.findtext(atom + "title") or "", content


def test_real_posts_lose_no_word(capsule, page):
    """Word by word: what a browser would show of each post is in its review or in the report."""
    if not SAMPLES.exists():
        pytest.skip(f"no exports in {SAMPLES}")
    posts = list(sample_posts())
    names = [
        page(f"<!DOCTYPE html><title>{html.escape(title)}</title><article>{content}</article>",
             f"{number}.html")
        for number, (title, content) in enumerate(posts)]
    done = run(capsule, "import", *names)
    assert (done.returncode, done.stderr) == (0, "")
    reports = re.split(r"^\d+\.html: capsule/(reviews/\S+) .*\n", done.stdout, flags=re.M)[1:]
    assert len(reports) == 2 * len(posts) > 300
    for (title, content), path, report in zip(posts, reports[::2], reports[1::2]):
        review = (capsule / path).read_text()
        lost = words_of(visible_text(content)) - words_of(review) - words_of(report)
        assert lost == Counter(), title
    checked = run(capsule, "check")
    assert checked.returncode == 0, checked.stderr


# --- a real page ----------------------------------------------------------------------------------

@pytest.fixture
def seed(capsule):
    if not SEED.exists():
        pytest.skip(f"no saved page at {SEED}")
    shutil.copy(SEED, capsule.parent / "seed.txt")
    return imported(capsule, "seed.txt", "--published", "2025-09-12")


def test_real_page_header(seed):
    header, _ = header_of(seed[0])
    assert header["Title"] == "Miracle in Cell No. 7"
    assert re.fullmatch("[가-힣0-9 ]+", header["Original-Title"])
    assert header["Published"] == "2025-09-12"
    assert header["Year"] == "2013"
    assert header["Kind"] == "film"
    assert len(header["Genre"].split(", ")) == 2
    assert len(header["Cast"].split(", ")) == 8
    assert header["Runtime"] == "127 min"
    assert header["Platform"] == "Viki"
    assert header["Director"] == "Lee Hwan-kyung"
    assert len(header["Tags"].split(", ")) == 9
    assert "#" not in header["Tags"]
    assert header["Tagline"].startswith("A father") and header["Tagline"].endswith("stubborn love")
    assert header["Summary"].startswith("Miracle in Cell No. 7 (2013): ")
    assert header["Id"].startswith("urn:uuid:")


def test_real_page_sections_and_scenes(seed):
    _, body = header_of(seed[0])
    assert re.findall(r"^## (.*)", body, re.M) == [
        "Introduction", "Overall Story", "Highlight Scenes / Unforgettable Moments",
        "Memorable Lines", "Why It’s Special", "Popularity & Reception", "Cast & Fun Facts",
        "Conclusion / Warm Reminders"]
    scenes = re.search(r"^## Highlight.*?(?=^## )", body, re.M | re.S)[0]
    assert len(re.findall(r"^### (.*)\n\w", scenes, re.M)) == 7
    assert len(re.findall(r"^### ", body, re.M)) == 7


def test_real_page_quotes(seed):
    _, body = header_of(seed[0])
    quotes = quotes_of(body)
    assert [(speaker, context) for _, speaker, context, _ in quotes] == [
        ("Yong-gu", "at an early hearing"),
        ("Ye-seung", "during her first visit inside"),
        ("So Yang-ho", "correcting the cover story"),
        ("Ye-seung", "in a note that changes the room"),
        ("Yong-gu", "answering his daughter in the yard")]
    assert [commentary.split()[0] for *_, commentary in quotes] == [
        "He", "It’s", "The", "The", "Simple"]
    assert not any(re.match(r'["“”]', line) or re.search(r'["“”]$', line) for line, *_ in quotes)


def test_real_page_loses_nothing(seed, capsule):
    review, report = seed
    assert lost_words(SEED.read_text(), review, report) == Counter()
    header, body = header_of(review)
    for chrome in ("Skip to main content", "Featured", "Iljimae", "Related Posts", "Comments",
                   "Popular Posts", "Hashtags", header["Summary"]):
        assert chrome not in body
    checked = run(capsule, "check")
    assert (checked.returncode, checked.stderr) == (0, "")


def wrapped(text):
    """As browsers save it: paragraphs broken into lines, at hyphens and dashes too."""
    return "\n".join(textwrap.fill(line, 78) for line in text.split("\n"))


CASTAWAY = (PAGES / "castaway.txt").read_text()
HEADINGS = r"^(Introduction|Overview|Scenes Worth .*|Lines to .*|What I Would .*)$"
KEYS = r"^(Title|Year|Genre|Main Cast|Running Time|Streaming Platform|Director):"

# The same post, as other browsers, themes and keyboards give it.
VARIANTS = {
    "wrapped": wrapped,
    "crlf": lambda text: text.replace("\n", "\r\n"),
    "bom": lambda text: "\ufeff" + text,
    "no-break": lambda text: text.replace(" ", "\u00a0"),
    "no blank lines": lambda text: re.sub(r"\n+", "\n", text),
    "three blank lines": lambda text: text.replace("\n\n", "\n\n \n\n"),
    "no site": lambda text: text[text.index("Castaway"):text.index("Related Posts")]
    + text[text.index("#KoreanFilm"):text.index("Comments")],
    "curly": lambda text: re.sub(r'^"(.*?)" –', r"“\1” –", text, flags=re.M),
    "em dash": lambda text: text.replace(" – ", " — "),
    "hyphen": lambda text: text.replace(" – ", " - "),
    "markdown": lambda text: re.sub(HEADINGS, r"## \1", text, flags=re.M),
    "colons": lambda text: re.sub(HEADINGS, r"\1:", text, flags=re.M),
    "bullets": lambda text: re.sub(KEYS, r"• \1:", text, flags=re.M),
    "bold keys": lambda text: re.sub(KEYS, r"**\1:**", text, flags=re.M),
    "no overview": lambda text: text.replace("Overview\n\n", ""),
}


@pytest.mark.parametrize("variant", VARIANTS)
def test_variants_give_the_same_review(capsule, page, variant):
    expected, _ = imported(capsule, page(CASTAWAY, "castaway.txt"))
    shutil.rmtree(capsule / "reviews")
    shutil.rmtree(capsule / ".matinee")
    review, report = imported(capsule, page(VARIANTS[variant](CASTAWAY), "castaway.txt"))
    assert re.sub(" [–-] ", " — ", review) == re.sub(" – ", " — ", expected)
    # Word by word once more; joined lines have words that the page has in two.
    if variant != "wrapped":
        assert lost_words(VARIANTS[variant](CASTAWAY), review, report) == Counter()


# --- again, and again -----------------------------------------------------------------------------

PAGE = """The Understudy

Introduction

Nobody comes to see her, and then one evening they have to. The film asks what she does with it.
"""


def test_second_run_changes_nothing(capsule, page):
    name = page(PAGE)
    first, _ = imported(capsule, name)
    stamp = only_review(capsule).stat().st_mtime_ns
    os.utime(capsule.parent / name)  # a copy made today is still the same page
    again, said = imported(capsule, name)
    assert (again, only_review(capsule).stat().st_mtime_ns) == (first, stamp)
    assert "is up to date" in said
    assert "Published: 2024-05-06" in again


def test_a_changed_page_is_written_again(capsule, page):
    imported(capsule, page(PAGE))
    review, said = imported(capsule, page(PAGE + "\nA second thought.\n"))
    assert "written again" in said
    assert "A second thought." in review


def test_what_a_person_changed_stays(capsule, page):
    imported(capsule, page(PAGE))
    review = only_review(capsule)
    mine = review.read_text() + "\nMy own words.\n"
    review.write_text(mine)

    assert "holds nothing new" in imported(capsule, page(PAGE))[1]
    beside = review.with_name(review.name + ".new")
    assert not beside.exists()

    kept, said = imported(capsule, page(PAGE + "\nA second thought.\n"))
    assert kept == mine
    assert str(beside.relative_to(capsule.parent)) in said
    assert "A second thought." in beside.read_text()
    checked = run(capsule, "check")
    assert (checked.returncode, checked.stderr) == (0, "")

    # The new version taken over by hand is as good as imported.
    beside.replace(review)
    assert "is up to date" in imported(capsule, page(PAGE + "\nA second thought.\n"))[1]


def test_overwrite(capsule, page):
    first, _ = imported(capsule, page(PAGE))
    only_review(capsule).write_text("Title: Mine\nDraft: yes\n\nMine.\n")
    review, said = imported(capsule, page(PAGE), "--overwrite")
    assert review == first
    assert "is overwritten" in said


def test_a_lost_memory_does_not_make_a_second_review(capsule, page):
    first, _ = imported(capsule, page(PAGE))
    shutil.rmtree(capsule / ".matinee")
    review, said = imported(capsule, page(PAGE))
    assert review == first
    assert "is up to date" in said


def test_a_review_that_was_moved_is_found(capsule, page):
    imported(capsule, page(PAGE))
    (capsule / "reviews/2024").mkdir()
    only_review(capsule).rename(capsule / "reviews/2024/the-understudy.gmi")
    imported(capsule, page(PAGE + "\nA second thought.\n"))
    assert only_review(capsule).parent.name == "2024"


def test_names_that_collide_get_the_month(capsule, page):
    (capsule / "reviews").mkdir()
    by_hand = capsule / "reviews/the-understudy.gmi"
    by_hand.write_text("Title: The Understudy\nPublished: 2020-01-01\n\nBy hand.\n")
    names = [page(PAGE, "a.txt"), page(PAGE + "\nAnother one.\n", "b.txt"),
             page(PAGE + "\nA third.\n", "c.txt")]
    for _ in range(2):
        assert run(capsule, "import", *names).returncode == 0
        assert sorted(path.name for path in (capsule / "reviews").iterdir()) == [
            "the-understudy-2024-05-2.gmi", "the-understudy-2024-05-3.gmi",
            "the-understudy-2024-05.gmi", "the-understudy.gmi"]
        assert "Another one." in (capsule / "reviews/the-understudy-2024-05-2.gmi").read_text()
    assert "By hand." in by_hand.read_text()
    assert run(capsule, "check").returncode == 0


# --- what cannot be imported ----------------------------------------------------------------------

@pytest.mark.parametrize("content, message", [
    (b"", "it holds no text"),
    (b"\n \n\xc2\xa0\n", "it holds no text"),
    (b"Skip to main content\n\nFeatured\n", "site around a post"),
    (b"Title\n\nA \x00 byte.\n", "page.txt:3:3: error: a NUL byte"),
    (b"Title\n\nAll \xe9t\xe9.\n", "page.txt:3:5: error: not UTF-8: byte 0xe9"),
    ("Title\n\nA" + "\u0301" * 40 + "\n", "combining marks"),
    (b"<!DOCTYPE html><title>A</title>", "it has a title and no text"),
    (b"<html><body>A \x00 byte.", "page.txt:1:15: error: a NUL byte"),
    (b"<div>" * 5000, "nested too deeply"),
    (b"PK\x03\x04rest", "no zip archive, or a broken one"),
    (b'{"feed": {}}', "page.txt:1: error: this is neither Atom nor RSS 2.0"),
    (b'{"name": "x"}', "page.txt"),
    ("Title\n".encode("utf-16"), "UTF-16"),
])
def test_refused(capsule, page, content, message):
    name = page(content)
    done = run(capsule, "import", name)
    assert done.returncode == 1
    assert message in done.stderr
    assert name in done.stderr
    assert done.stdout == ""
    assert list(capsule.glob("reviews/*")) == []


def test_one_bad_file_does_not_stop_the_others(capsule, page):
    done = run(capsule, "import", page(b"\x00", "bad.txt"), "absent.txt", ".", page(PAGE))
    assert done.returncode == 1
    for name in ("bad.txt", "absent.txt", ".: error: it holds no feed"):
        assert name in done.stderr
    assert only_review(capsule).name == "the-understudy.gmi"


def test_called_wrongly(capsule, page):
    name = page(PAGE)
    for arguments in ([], ["--published", "12.9.2025", name], ["--published"], ["--frob", name]):
        done = run(capsule, "import", *arguments)
        assert done.returncode == 2
        assert "--help" in done.stderr
    assert "--overwrite" in run(capsule, "import", "--help").stdout


def test_a_folder_that_is_no_capsule(capsule, page):
    (capsule / "capsule.conf").unlink()
    done = run(capsule, "import", page(PAGE))
    assert done.returncode == 1
    assert "capsule.conf" in done.stderr
    assert run(capsule, "import", "--into", "elsewhere", page(PAGE)).returncode == 1


# --- sizes and odd text ---------------------------------------------------------------------------

def test_a_line_of_a_megabyte(capsule, page):
    text = "Long\n\n" + "word " * 200_000 + "end\n\n" + "x" * 300_000 + "\n"
    review, report = imported(capsule, page(text))
    assert max(map(len, review.splitlines())) <= 65536
    assert report.count("was divided") == 2
    assert words_of(review)["word"] == 200_000
    assert review.count("x") == 300_000
    assert run(capsule, "check").returncode == 0


def test_many_lines_are_linear(capsule, page):
    lines = ['"Line %d" – Someone, in a room\nHe says it.\n#tag%d\nKey: value\n' % (i, i)
             for i in range(20_000)]
    review, _ = imported(capsule, page("Many\n\nMemorable Lines\n\n" + "\n".join(lines)))
    assert review.count("\n— Someone, in a room\n") == 20_000


def test_too_many_lines(capsule, page):
    done = run(capsule, "import", page("a line\n" * 300_000))
    assert done.returncode == 1
    assert "more than 250000 lines" in done.stderr


def test_a_long_address_is_text(capsule, page):
    review, _ = imported(capsule, page("Far\n\nhttps://example.org/" + "é" * 100_000 + "\n"))
    assert review.count("é") == 100_000
    assert run(capsule, "check").returncode == 0


def test_text_that_looks_like_gemtext_stays_text(capsule, page):
    review, _ = imported(capsule, page(
        "Signs\n\nA first paragraph with enough words in it to be one, and no sign.\n\n"
        "# not a heading\n\n=> not-a-link here\n\n> not a quote\n\n```\n\n## Nor this {#pin}\n\n"
        "Draft: yes, I am still thinking about this one.\n"))
    _, body = header_of(review)
    assert not re.search(r"^(#|=>|>|```)", body, re.M)
    assert run(capsule, "check").returncode == 0


def test_control_characters_and_wide_blanks(capsule, page):
    review, report = imported(capsule, page("Bells\n\nOne\x07two\u00a0three\u2028four\u200b.\x1b\n"))
    assert "One two three\nfour.\n" in review
    assert "2 control characters became blanks" in report


def test_hangul_and_emoji_titles(capsule, page):
    imported(capsule, page("김씨 표류기\n\n섬에서 혼자 사는 남자의 이야기.\n"))
    assert only_review(capsule).name == "김씨-표류기.gmi"
    only_review(capsule).unlink()
    imported(capsule, page("🎬\n\nNo words above, a few below.\n", "reel.txt"))
    assert only_review(capsule).name == "reel.gmi"


# --- matinee new ----------------------------------------------------------------------------------

def test_new(capsule):
    done = run(capsule, "new", "The", "Long", "Title, Again")
    assert (done.returncode, done.stderr) == (0, "")
    path = capsule.parent / done.stdout.strip()
    assert path == capsule / "reviews/the-long-title-again.gmi"
    assert "Title: The Long Title, Again\nId: urn:uuid:" in path.read_text()
    assert "\nDraft: yes\n" in path.read_text()
    checked = run(capsule, "check")
    assert (checked.returncode, checked.stderr) == (0, "")

    path.write_text("mine")
    again = run(capsule, "new", "The Long Title Again")
    assert again.returncode == 1
    assert "exists already" in again.stderr
    assert path.read_text() == "mine"


@pytest.mark.parametrize("words, message", [
    ([], "needs a title"), (["--", "!!!"], "letter"), ([""], "letter"), (["a\nb"], "control"),
    (["x" * 2000], "too long"), (["--frob"], "unknown option"), (["--into"], "needs a value"),
])
def test_new_called_wrongly(capsule, words, message):
    done = run(capsule, "new", *words)
    assert done.returncode == 2
    assert message in done.stderr
    assert list(capsule.glob("reviews/*")) == []


def test_new_into_a_folder_that_is_no_capsule(capsule):
    (capsule / "capsule.conf").unlink()
    assert "capsule.conf" in run(capsule, "new", "Title").stderr
