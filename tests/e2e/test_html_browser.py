"""Pages in HTML in Chromium, on a phone and on a desk, in the light and in the dark: what a reader
sees, and what a reader hears. Pictures of them are left in build/MODE/screenshots.
"""

import os
import re
import subprocess
from pathlib import Path

import pytest

import browser
import web_capsule

MATINEE = os.environ.get("MATINEE", str(Path("build/release/matinee").resolve()))
SCREENSHOTS = Path(MATINEE).parent / "screenshots"
NOW = "2026-01-15T12:00:00Z"
SAMPLE = Path(__file__).resolve().parents[2] / "capsule"
SIZES = {"phone": (360, 740), "desk": (1280, 800)}
SCHEMES = ["light", "dark"]
PAGES = {
    "wild": ["index.html", "reviews/index.html", "reviews/plum-summer/index.html",
             "reviews/plum-summer/the-story.html", "reviews/plum-summer/sub-sections.html",
             "reviews/plum-summer/places-to-go.html", "reviews/plum-summer/full.html",
             "reviews/마지막-수업/index.html", "reviews/ערב/index.html", "quotes/index.html",
             "wild.html", "notes.html", "files/index.html", "tags/courtroom/index.html"],
    "sample": ["index.html", "reviews/iljimae/index.html", "people/index.html", "feed.html",
               "best/index.html", "reviews/today.html", "search.html"],
}
LEAST_CONTRAST = 7

pytestmark = pytest.mark.skipif(browser.find() is None, reason="chromium is not installed")

# Everything that is looked at on a page, in one go.
LOOK = """(() => {
  const number = color => color.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map(c => (c /= 255) <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4);
    return .2126 * x + .7152 * y + .0722 * z;
  };
  const back = element => {
    for (let e = element; e; e = e.parentElement) {
      const color = number(getComputedStyle(e).backgroundColor);
      if (color.length < 4 || color[3] > 0) return color;
    }
    return [255, 255, 255];
  };
  const contrast = (a, b) => {
    const [x, y] = [light(a), light(b)].sort((p, q) => q - p);
    return (x + .05) / (y + .05);
  };
  const texts = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement, words = walker.currentNode.data.trim();
    if (words) texts.push([contrast(number(getComputedStyle(element).color), back(element)), words.slice(0, 40)]);
  }
  const box = e => e.getBoundingClientRect();
  const lines = [...document.querySelectorAll('p')].map(p => {
    const style = getComputedStyle(p), count = Math.round(box(p).height / parseFloat(style.lineHeight));
    return count > 2 ? p.textContent.length / count : 0;
  });
  const css = getComputedStyle(document.documentElement);
  return {
    width: document.documentElement.scrollWidth, inside: innerWidth,
    contrast: texts.sort((a, b) => a[0] - b[0])[0],
    seen: contrast(number(`${parseInt(css.getPropertyValue('--seen').slice(1, 3), 16)} ` +
                          `${parseInt(css.getPropertyValue('--seen').slice(3, 5), 16)} ` +
                          `${parseInt(css.getPropertyValue('--seen').slice(5, 7), 16)}`), back(document.body)),
    back: light(back(document.body)),
    small: [...document.querySelectorAll('li > a, header a')].filter(
      a => box(a).height < 24).map(a => a.textContent),
    longest: Math.max(0, ...lines),
    size: parseFloat(getComputedStyle(document.body).fontSize),
    broken: [...document.images].filter(i => i.complete && i.naturalWidth === 0).map(i => i.src),
    outside: [...document.querySelectorAll('main *, header *, footer *')].filter(
      e => e.tagName !== 'TIME' && !e.closest('pre') && box(e).right > innerWidth + 1).map(e => e.outerHTML.slice(0, 80)),
  };
})()"""


@pytest.fixture(name="trees", scope="module")
def make_trees(tmp_path_factory):
    folder = tmp_path_factory.mktemp("browser")
    trees = {}
    for name, capsule in (("wild", web_capsule.write(folder / "capsule")), ("sample", SAMPLE)):
        trees[name] = folder / name
        subprocess.run([MATINEE, "build", capsule, "--output", trees[name], "--now", NOW, "--format",
                        "html", "--keep-going"], check=True, capture_output=True, timeout=120)
    return trees


@pytest.fixture(name="chromium", scope="module")
def start_chromium():
    try:
        started = browser.Browser()
    except (OSError, TimeoutError) as problem:
        pytest.skip(f"chromium does not start here: {problem}")
    with started as chromium:
        yield chromium


def every_page(trees):
    for name, files in PAGES.items():
        for file in files:
            yield f"{name}-{file[:-5].replace('/', '-')}", (trees[name] / file)


def requests_and_complaints(chromium):
    requests, complaints = [], []
    for event in chromium.events:
        parameters = event.get("params", {})
        if event["method"] == "Network.requestWillBeSent":
            requests.append(parameters["request"]["url"])
        elif event["method"] == "Log.entryAdded":
            complaints.append(parameters["entry"]["text"])
        elif event["method"] in ("Runtime.exceptionThrown", "Runtime.consoleAPICalled"):
            complaints.append(str(parameters))
    return requests, complaints


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("size", SIZES)
def test_pages_can_be_read(chromium, trees, size, scheme):
    width, height = SIZES[size]
    chromium.show(width, height, scheme)
    for name, path in every_page(trees):
        chromium.open(path.as_uri())
        seen = chromium.ask(LOOK)
        chromium.screenshot(SCREENSHOTS / f"{name}-{size}-{scheme}.png")
        requests, complaints = requests_and_complaints(chromium)
        assert not complaints, (name, complaints)
        assert requests and all(url.startswith("file:///") for url in requests), (name, requests)
        assert seen["width"] <= seen["inside"] == width, (name, seen)
        assert not seen["outside"], (name, seen["outside"])
        assert seen["contrast"][0] >= LEAST_CONTRAST, (name, seen["contrast"])
        assert seen["seen"] >= LEAST_CONTRAST, (name, seen["seen"])
        assert (seen["back"] > 0.8) == (scheme == "light"), (name, seen["back"])
        assert (seen["back"] < 0.1) == (scheme == "dark"), (name, seen["back"])
        assert not seen["small"], (name, seen["small"])
        assert seen["longest"] <= 90, (name, seen["longest"])
        assert seen["size"] >= 16, (name, seen["size"])
        assert not seen["broken"], (name, seen["broken"])


def test_pages_can_be_heard(chromium, trees):
    """What assistive technology is given."""
    chromium.show(*SIZES["phone"], "light")
    for name, path in every_page(trees):
        chromium.open(path.as_uri())
        nodes = chromium.accessibility_tree()
        roles = [node["role"] for node in nodes]
        assert roles.count("main") == 1, (name, roles)
        assert roles.count("banner") == 1 and roles.count("contentinfo") <= 1, (name, roles)
        for node in nodes:
            if node["role"] in ("link", "image", "img", "heading", "navigation", "RootWebArea"):
                assert node["name"].strip(), (name, node)
        navigations = [node["name"] for node in nodes if node["role"] == "navigation"]
        assert len(set(navigations)) == len(navigations) >= 1, (name, navigations)
        levels = [node["level"] for node in nodes if node["role"] == "heading"]
        assert levels.count(1) == 1 and levels[0] == 1, (name, levels)
        assert all(after <= before + 1 for before, after in zip(levels, levels[1:])), (name, levels)
        # No element that takes the keyboard is hidden from readers.
        assert re.fullmatch("[a-z]{2,3}(-.*)?", chromium.ask("document.documentElement.lang")), name


def test_lists_and_figures_are_what_they_are(chromium, trees):
    chromium.show(*SIZES["phone"], "light")
    chromium.open((trees["wild"] / "reviews/plum-summer/index.html").as_uri())
    roles = [node["role"] for node in chromium.accessibility_tree()]
    for role in ("list", "listitem", "figure", "blockquote", "time"):
        assert role in [r.lower() for r in roles], (role, sorted(set(roles)))


def test_the_keyboard_goes_to_the_text_first(chromium, trees):
    chromium.show(*SIZES["desk"], "light")
    chromium.open((trees["wild"] / "reviews/plum-summer/index.html").as_uri())
    chromium.press("Tab")
    first = chromium.ask("""(() => { const e = document.activeElement, box = e.getBoundingClientRect();
        return [e.className, box.left >= 0 && box.top >= 0 && box.width > 0,
                getComputedStyle(e).outlineStyle]; })()""")
    assert first[0] == "skip" and first[1], first
    assert first[2] == "solid", "the focus cannot be seen"
    chromium.press("Enter")
    assert chromium.ask("location.hash") == "#main"
    chromium.press("Tab")
    assert chromium.ask("document.activeElement.closest('main') !== null")


def test_wide_text_can_be_scrolled_with_the_keyboard(chromium, trees):
    chromium.show(*SIZES["phone"], "light")
    chromium.open((trees["wild"] / "reviews/plum-summer/sub-sections.html").as_uri())
    pre = chromium.ask("""(() => { const p = document.querySelector('pre');
        return [p.scrollWidth > p.clientWidth, p.tabIndex, p.getAttribute('aria-label')]; })()""")
    assert pre == [True, 0, "A table of times"]


def test_a_right_to_left_page_is_one(chromium, trees):
    chromium.show(*SIZES["phone"], "light")
    chromium.open((trees["wild"] / "reviews/ערב/index.html").as_uri())
    sides = chromium.ask("""(() => { const of = s => getComputedStyle(document.querySelector(s)).direction;
        return [of('html'), of('main p'), of('figcaption')]; })()""")
    assert sides == ["rtl", "rtl", "rtl"]


def test_an_old_address_leads_on(chromium, trees):
    chromium.show(*SIZES["phone"], "light")
    chromium.open((trees["wild"] / "2013/05/plum.html").as_uri())
    chromium.wait_until("location.pathname.endsWith('/reviews/plum-summer/index.html') && "
                        "document.readyState === 'complete'")


def test_print_has_no_ways_around(chromium, trees):
    chromium.call("Emulation.setEmulatedMedia", media="print")
    chromium.open((trees["wild"] / "reviews/plum-summer/full.html").as_uri())
    shown = chromium.ask("""['header', 'main', 'footer'].map(
        s => getComputedStyle(document.querySelector(s)).display)""")
    assert shown == ["none", "block", "none"]
