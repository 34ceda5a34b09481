"""Golden tests: a capsule goes in, its pages and its diagnostics come out.

    tests/golden/run.py --matinee BINARY [--bless] [CASE...]

A case is a folder here with:

    capsule/     the sources; or make.py, which is called with the folder to write them to
    expected/    check.txt, what `matinee check` prints, and tree/, what `matinee build` writes
    only         (optional) patterns of the paths below tree/ that are compared, one a line
    formats      (optional) another format a line, and patterns of the paths that are compared in what
                 `matinee build --format` writes; they are in expected/FORMAT/

Every tree is also looked at for what holds for all pages, whatever is expected. --bless writes
expected/ anew; look at the difference before you commit it.
"""

import argparse
import fnmatch
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.parse
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import atom_rules  # noqa: E402
import gopher  # noqa: E402

NOW = "2026-01-15T12:00:00Z"
SECONDS = 120


def run(command, **settings):
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS,
                          check=False, **settings)


def describe(done):
    """Exit code, stdout and stderr as one text that a person can read."""
    return (f"exit code {done.returncode}\n--- stdout\n{done.stdout.decode()}"
            f"--- stderr\n{done.stderr.decode()}")


def files_below(folder):
    """Path -> bytes of every file but the marker."""
    return {str(path.relative_to(folder)): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file() and path.name != ".matinee-build"}


# --- what holds for every page ---------------------------------------------------------------------


def lines_outside_preformatted(text):
    inside = False
    for line in text.split("\n"):
        if line.startswith("```"):
            inside = not inside
        elif not inside:
            yield line
    if inside:
        raise AssertionError("preformatted text is not closed")


def check_gemtext(path, text, by_hand):
    if re.search(r"[\x00-\x08\x0b-\x1f\x7f]", text):
        yield "a control character"
    if not text.endswith("\n") or text.endswith("\n\n"):
        yield "does not end with one line break"
    if "\n\n\n" in re.sub(r"(?ms)^```.*?^```", "-", text):
        yield "two blank lines in a row"
    lines = list(lines_outside_preformatted(text))
    titles = [line for line in lines if re.match(r"#(?!#)", line)]
    if not by_hand and (len(titles) != 1 or not lines[0].startswith("# ")):
        yield f"{len(titles)} titles, or not on the first line"
    for line in lines:
        if line.startswith("=>") and not re.match(r"=> \S+( \S.*)?$", line):
            yield f"a link line that clients read differently: {line!r}"
        if line.startswith("=>") and re.search(r"[^\x21-\x7e]", line.split()[1]):
            yield f"a URL with other characters than URLs have: {line!r}"


def check_links(tree, path, text):
    """Every link without a scheme leads to a file of the tree."""
    for line in lines_outside_preformatted(text):
        target = line[2:].split()[0] if line.startswith("=>") and line[2:].split() else ""
        if not target.startswith("/"):
            continue
        name = urllib.parse.unquote(target.split("#")[0].split("?")[0])[1:]
        name += "index.gmi" if name.endswith("/") or not name else ""
        if name not in tree:
            yield f"a link that leads nowhere: {line!r}"


def check_tree(tree, sources_have_errors):
    origin = "/".join(tree["sitemap.txt"].decode().split("/")[:3])
    for path, contents in tree.items():
        problems = []
        if path.endswith(".gmi"):
            text = contents.decode()
            by_hand = "/" not in path and path not in ("index.gmi", "feed.gmi")
            problems += check_gemtext(path, text, by_hand)
            if not sources_have_errors:
                problems += check_links(tree, path, text)
        elif path.endswith("atom.xml"):
            problems += atom_rules.problems(contents, origin + urllib.parse.quote("/" + path))
        for problem in problems:
            yield f"{path}: {problem}"


# --- a case ----------------------------------------------------------------------------------------


def patterns_of(case):
    """The trees that there are, each with the patterns of what is compared."""
    only = case / "only"
    patterns = {"tree": only.read_text().split() if only.exists() else ["*"]}
    formats = case / "formats"
    for line in formats.read_text().splitlines() if formats.exists() else []:
        name, *rest = line.split()
        patterns[name] = rest
    return patterns


def compared(case, name, tree):
    patterns = patterns_of(case)[name]
    return {path: contents for path, contents in tree.items()
            if any(fnmatch.fnmatch(path, pattern) for pattern in patterns)}


def make_format(name, matinee, folder, trees):
    """The tree in another format, added to `trees`, and what is wrong with it."""
    built = run([matinee, "build", "capsule", "--now", NOW, "--output", name, "--format", name],
                cwd=folder)
    if built.returncode != 0:
        return [f"build --format {name} failed: {built.stderr.decode()}"]
    trees[name] = files_below(folder / name)
    return list(gopher.check_tree(trees[name], trees["tree"])) if name == "gopher" else []


def make(case, matinee, folder):
    """The outcome of a case: what check said, the trees, and what is wrong with them."""
    capsule = folder / "capsule"
    if (case / "make.py").exists():
        subprocess.run([sys.executable, case / "make.py", capsule], check=True)
    else:
        shutil.copytree(case / "capsule", capsule)
    checked = run([matinee, "check", "--now", NOW, "capsule"], cwd=folder)
    build = [matinee, "build", "capsule", "--now", NOW, "--output", "tree"]
    built = run(build, cwd=folder)
    said = describe(checked)
    problems = []
    if b"error: " in checked.stderr:
        said += "\n=== build\n" + describe(built)
        if built.returncode == 0 or (folder / "tree").exists():
            problems.append("a capsule with errors was built")
        built = run([*build, "--keep-going"], cwd=folder)
    if built.returncode != 0:
        problems.append(f"build failed: {built.stderr.decode()}")
        return said, {}, problems
    left = sorted(path.name for path in folder.iterdir())
    if left != ["capsule", "tree"]:
        problems.append(f"something was left beside the tree: {left}")
    trees = {"tree": files_below(folder / "tree")}
    problems += check_tree(trees["tree"], b"error: " in checked.stderr)
    for name in patterns_of(case).keys() - {"tree"}:
        problems += make_format(name, matinee, folder, trees)
    return said, trees, problems


def compare_tree(expected, given):
    wanted = files_below(expected) if expected.exists() else {}
    for path in sorted(wanted.keys() | given.keys()):
        if path not in given:
            yield f"{expected.name}/{path} is missing"
        elif path not in wanted:
            yield f"{expected.name}/{path} was not expected"
        elif wanted[path] != given[path]:
            yield f"{expected.name}/{path} differs; given:\n{given[path].decode(errors='replace')}"


def compare(case, said, trees):
    expected = case / "expected"
    if not (expected / "check.txt").exists() or (expected / "check.txt").read_text() != said:
        yield f"check said something else than expected/check.txt:\n{said}"
    for name in patterns_of(case):
        yield from compare_tree(expected / name, compared(case, name, trees.get(name, {})))


def bless(case, said, trees):
    expected = case / "expected"
    if expected.exists():
        shutil.rmtree(expected)
    expected.mkdir()
    (expected / "check.txt").write_text(said)
    for name, tree in trees.items():
        for path, contents in compared(case, name, tree).items():
            file = expected / name / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(contents)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--matinee", required=True, type=Path)
    parser.add_argument("--bless", action="store_true", help="write what is given to expected/")
    parser.add_argument("cases", nargs="*")
    options = parser.parse_args()
    matinee = options.matinee.resolve()
    cases = [HERE / name for name in options.cases] or sorted(
        path.parent for path in HERE.glob("*/*") if path.name in ("capsule", "make.py"))
    passed = failed = 0
    for case in cases:
        with tempfile.TemporaryDirectory() as folder:
            said, trees, problems = make(case, matinee, Path(folder))
        if options.bless:
            bless(case, said, trees)
        else:
            problems += compare(case, said, trees)
        passed += not problems
        failed += bool(problems)
        for problem in problems[:20]:
            print(f"{case.name}: {problem}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
