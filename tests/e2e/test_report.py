"""What a capsule tells its author: `matinee check --report`."""

import json
import re

import pytest

from surveys import NOW, SAMPLE, make_capsule, parts, run, run_on_full_device, write


@pytest.fixture(name="capsule")
def empty_capsule(tmp_path):
    return make_capsule(tmp_path / "capsule")


def report(capsule, code=0):
    out, _ = run("check", str(capsule), "--report", "--json", *NOW, code=code)
    return json.loads(out)


@pytest.fixture
def notes(capsule):
    (capsule / "static").mkdir()
    (capsule / "static/a.jpg").write_bytes(b"\xff\xd8\xff\xe0")
    write(capsule, "first", "Cast: Jung Jin-young as Min-hwan, Kim Other", "Tags: Night, Sea",
          "Poster: a.jpg | A sea", "Related: second", "Published: 2025-12-01",
          body="Three words here.\n\n## The Sea\nTwo words.\n\n> Wait.\n— Min-hwan, outside\n\n"
               "> No.\n— A Stranger, inside\n")
    write(capsule, "second", "Director: Jeong Jin-young", "Tags: NIGHT",
          body="=> review:first The first\n")
    write(capsule, "third", "Draft: yes")
    return capsule


def test_the_report_as_text(notes):
    out, errors = run("check", str(notes), "--report", *NOW)
    assert errors == ""
    said = parts(out)
    assert said == {
        "report on 3 reviews": [],
        "reviews without a poster: 2": ["reviews/second.gmi", "reviews/third.gmi (a draft)"],
        "reviews without a quote: 2": ["reviews/second.gmi", "reviews/third.gmi (a draft)"],
        "reviews without tags: 1": ["reviews/third.gmi (a draft)"],
        "reviews that nothing links to: 1": ["reviews/third.gmi (a draft)"],
        "tags used once: 1": ["reviews/first.gmi: Sea"],
        "people who may be one: 1": [
            "Jeong Jin-young (1 review, reviews/second.gmi) / Jung Jin-young (1 review, "
            "reviews/first.gmi): they sound alike"],
        "spellings that are shown as another: 1": [
            "reviews/second.gmi: the tag NIGHT is shown as Night"],
        "speakers who are nobody's role: 1": ["reviews/first.gmi:17: A Stranger"],
        "words: 16 in 3 reviews, 1 section": [
            "reviews/first.gmi: 14; lede 3, The Sea 9", "reviews/second.gmi: 0; lede 0",
            "reviews/third.gmi: 2; lede 2"],
        out.split("\n")[-2]: [],
    }
    assert out.split("\n")[-2].startswith("checked 3 reviews, ")


def test_the_report_as_json(notes):
    said = report(notes)
    first, second, third = said["reviews"]
    assert first == {
        "file": "reviews/first.gmi", "slug": "first", "title": "First", "draft": False, "missing": [],
        "links": 1, "words": 14, "lede": 3,
        "sections": [{"id": "the-sea", "heading": "The Sea", "words": 9}]}
    assert second["missing"] == ["poster", "quote"]
    assert third["missing"] == ["poster", "quote", "tags", "links"] and third["draft"]
    assert said["tags_used_once"] == [{"tag": "Sea", "slug": "sea", "file": "reviews/first.gmi"}]
    assert said["people_alike"] == [{
        "people": [{"name": "Jeong Jin-young", "slug": "jeong-jin-young", "reviews": 1},
                   {"name": "Jung Jin-young", "slug": "jung-jin-young", "reviews": 1}],
        "why": "sound"}]
    assert said["spellings"] == [{"kind": "tag", "written": "NIGHT", "shown": "Night",
                                  "file": "reviews/second.gmi"}]
    assert said["speakers_without_role"] == [
        {"speaker": "A Stranger", "file": "reviews/first.gmi", "line": 17}]
    assert said["problems"] == []
    assert said["totals"]["words"] == 16 and said["totals"]["errors"] == 0


def test_nothing_to_report(capsule):
    out, _ = run("check", str(capsule), "--report", *NOW)
    assert out.count(": none\n") == 8
    said = report(capsule)
    assert said["reviews"] == said["people_alike"] == said["problems"] == []


def test_a_report_with_errors(capsule):
    write(capsule, "good", "Tags: \"Odd\\\\ \x7f")
    write(capsule, "bad", "Year: 13")
    out, errors = run("check", str(capsule), "--report", "--json", *NOW, code=1)
    said = json.loads(out)
    assert "reviews/bad.gmi:2:7: error" in errors
    assert [(p["level"], p["file"], p["line"], p["column"]) for p in said["problems"]
            if p["level"] == "error" and p["file"] == "reviews/bad.gmi"] == [
                ("error", "reviews/bad.gmi", 2, 7)]
    assert said["totals"]["errors"] == sum(p["level"] == "error" for p in said["problems"])


def test_check_alone_is_as_it_was(notes):
    out, _ = run("check", str(notes), *NOW)
    assert re.fullmatch(r"checked 3 reviews, \d+ pages, \d+ links: no problems\n", out)


def test_called_wrongly(capsule):
    for arguments, message in [
            (["check", "--json"], "--json is for --report"),
            (["check", "--reports"], "unknown option")]:
        _, errors = run(*arguments, code=2)
        assert message in errors
    _, errors = run("check", "--report", str(capsule / "absent"), code=1)
    assert "there is no capsule" in errors


def test_output_that_cannot_be_written(notes):
    assert run_on_full_device("check", "--report", str(notes), *NOW) == 1
    assert run_on_full_device("check", "--report", "--json", str(notes), *NOW) == 1


def test_the_sample_capsule_is_whole():
    said = report(SAMPLE)
    assert len(said["reviews"]) == 17
    assert [r["slug"] for r in said["reviews"] if set(r["missing"]) & {"quote", "tags"}] == []
    # Two actresses, or nobody: what is said of the sample is for a person to look at.
    assert said["people_alike"] == []
    for review in said["reviews"]:
        headings = re.findall(r"^## (.*?)(?: \{#.*\})?$", (SAMPLE / review["file"]).read_text(), re.M)
        assert [section["heading"] for section in review["sections"]] == headings
        inside = review["lede"] + sum(section["words"] for section in review["sections"])
        assert 0 <= review["words"] - inside == sum(len(re.findall(r"\S*\w\S*", h)) for h in headings)
