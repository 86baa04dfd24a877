"""Text from somebody's data in everything that a report is made of: the page, its figures, its tables, the terminal."""

import csv
import dataclasses
import io
import re

import pytest
from rich.console import Console

from eligo.datasets import Column
from eligo.report import write_report
from eligo.report.terminal import print_answer
from eligo.study.outcome import write_results
from eligo.study.results import Problem
from outline import Outline

SCRIPT = "</svg><script>alert('x')</script>"
QUOTE = '"\' onload="alert(1)" x=\''
FORMULA = '=HYPERLINK("http://x","y")'
ESCAPES = "\x1b]0;owned\x07\x1b[2J"
MARKUP = "[red]bold[/red] [/]"
LATEX = r"\input{/etc/passwd} $\frac{ %"
HOSTILE = (
    SCRIPT,
    QUOTE,
    FORMULA,
    ESCAPES,
    MARKUP,
    LATEX,
    "@x",
    "a\r=1",
    "{{ 7*7 }}",
    "{% include 'x' %}",
    "&lt;b&gt;",
    "]]>",
    "ok;=1+1",
    'ok|"@x',
)
HARMLESS = tuple(f"name {place}" for place in range(len(HOSTILE)))


def problem_of(texts: tuple[str, ...]) -> Problem:
    """A problem whose every text is one of these."""
    columns = tuple(Column(text, "category", 1, texts[:3]) for text in texts)
    return Problem(
        texts[2], texts[0], "classification", 400, 12, len(texts), 320, 80, texts, texts[1], texts[3],
        class_counts=(30,) * len(texts), columns=columns,
    )  # fmt: skip


def hostile_study(study, texts: tuple[str, ...]):
    """A study whose title, environment and reasons are such texts too."""
    found = study(
        problems=(problem_of(texts),), methods=("passive", "entropy", "random_pool"), n_trials=3, has_cells=False
    )
    settings = found.settings | {"title": texts[0], "name": texts[5]}
    facts = {
        "settings": settings,
        "name": texts[5],
        "absent": {texts[0]: texts[1], texts[2]: texts[4]},
        "closed": {texts[0]: texts[2]},
    }
    return dataclasses.replace(found, environment={"command": texts[3], "cpu": texts[2]}, **facts)


@pytest.fixture(scope="module")
def reports(study, tmp_path_factory):
    """The same study twice: with hostile texts, and with plain ones."""
    folder = tmp_path_factory.mktemp("reports")
    written = {}
    for name, texts in (("hostile", HOSTILE), ("harmless", HARMLESS)):
        results = hostile_study(study, texts)
        write_results(results, folder)
        written[name] = write_report(results, folder / name)
    return written


def outline_of(reports, name: str) -> Outline:
    return Outline(reports[name].read_text(encoding="utf-8"))


def test_hostile_texts_add_no_element_and_no_attribute(reports):
    hostile, harmless = (outline_of(reports, name) for name in ("hostile", "harmless"))
    kinds = [{(tag, name) for tag, attributes in own.tags for name in (*attributes, "")} for own in (hostile, harmless)]
    assert kinds[0] <= kinds[1]
    assert not [tag for tag, _ in hostile.tags if tag in ("script", "b", "img")] or ("b", "") in kinds[1]
    assert sum(tag == "svg" for tag, _ in hostile.tags) == sum(tag == "svg" for tag, _ in harmless.tags)


def test_hostile_texts_are_there_to_be_read(reports):
    text = outline_of(reports, "hostile").text
    for words in (SCRIPT, QUOTE, FORMULA, MARKUP, "{{ 7*7 }}", "&lt;b&gt;"):
        assert re.sub(r"\s+", " ", words) in text, words
    assert "49" not in re.findall(r"\{\{.*?\}\}", text)


def test_an_address_in_the_page_is_one_of_its_own(reports):
    for tag, attributes in outline_of(reports, "hostile").tags:
        for name in ("href", "src", "action", "style"):
            value = attributes.get(name) or ""
            assert not re.search(r"(?i)javascript:|data:|https?:|expression|url\((?!#)", value), (tag, value)


@pytest.mark.parametrize("separator", [",", ";", "|"])
def test_no_cell_of_a_csv_is_a_formula(reports, separator):
    """Nor where a spreadsheet takes another sign for the end of a cell, and several cells for one."""
    folder = reports["hostile"].parent
    files = [*(folder / "tables").glob("*.csv"), *folder.parent.glob("*.csv")]
    assert len(files) > 10
    for file in files:
        with open(file, encoding="utf-8", newline="") as opened:
            for row in csv.reader(opened, delimiter=separator):
                for cell in row:
                    is_number = re.fullmatch(r"[-+]?[\d.]+(e[-+]?\d+)?|-inf", cell.split(",")[0])
                    assert is_number or not re.match(r"\s*[=+\-@]", cell), (file.name, cell)
                    assert not re.search(r"[\x00-\x1f\x7f]", cell), (file.name, cell)


def test_nothing_from_data_commands_latex(reports):
    for file in (reports["hostile"].parent / "latex").glob("*.tex"):
        text = file.read_text(encoding="utf-8")
        assert "\\input{/etc" not in text and "\x1b" not in text, file.name


def test_file_names_are_plain(reports):
    folder = reports["hostile"].parent
    for file in folder.rglob("*"):
        assert re.fullmatch(r"[\w.-]+", file.name), file


def test_a_terminal_is_told_nothing_but_words(study):
    results = hostile_study(study, HOSTILE)
    plain = {"notes": [FORMULA, ESCAPES, MARKUP]}
    results = dataclasses.replace(results, settings=results.settings | {"comparison": plain})
    stream = io.StringIO()
    print_answer(results, Console(file=stream, force_terminal=True, color_system=None, width=160))
    said = stream.getvalue()
    assert said and "\x07" not in said and "\x1b]" not in said and "\x1b[2J" not in said
