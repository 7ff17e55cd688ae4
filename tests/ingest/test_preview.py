"""The preview: every column in words, examples before and after, what is empty and how to change it."""

import csv
import json
from dataclasses import asdict
from pathlib import Path

from analyzer.cli.render.feedback_text import preview_lines
from analyzer.ingest.mapping import guess_mapping
from analyzer.ingest.preview import preview_file
from analyzer.ingest.readers.open_file import open_table
from analyzer.ingest.types import FilePreview
from analyzer.ingest.typing import profile
from analyzer.types import ScrubbedText

HEADER = ["Date", "NPS", "Satisfaction", "Branch", "Comment", "Why?", "Status", "Email", "Shops"]
ROWS = [
    [
        "03/04/2024",
        "9",
        "Very good",
        "Leeds",
        "call Anna about it please",
        "it was too slow for me",
        "Complete",
        "a@b.org",
        "A;B;",
    ],
    ["05/04/2024", "not asked", "Poor", "York", "Anna was very friendly to me", "", "Partial", "c@b.org", "A;"],
    ["06/04/2024", "4", "Good", "Leeds", "the queue was far too long", "N/A", "Complete", "d@b.org", "B;"],
    [
        "07/04/2024",
        "2",
        "Good",
        "York",
        "the queue was short this time",
        "because of Anna",
        "Complete",
        "e@b.org",
        "B;",
    ],
    ["n/a", "ask me", "Poor", "York", "the queue was short again", "", "Complete", "f@b.org", "A;B;"],
]


class MasksAnna:
    """Masks one name."""

    def scrub(self, texts: list[str]) -> list[ScrubbedText]:
        return [ScrubbedText(text.replace("Anna", "<PERSON_1>")) for text in texts]


def preview(path: Path, rows: list[list[str]] = ROWS) -> FilePreview:
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([HEADER, *rows])
    facts = profile(open_table(path))
    return preview_file(facts, guess_mapping(facts), MasksAnna())  # type: ignore[arg-type]


def test_every_column_is_read_in_words(tmp_path: Path) -> None:
    seen = {column.label: column for column in preview(tmp_path / "a.csv").columns}
    assert seen["Date"].reading == "date, day first"
    assert seen["NPS"].reading == "number 0 to 10, NPS"
    assert seen["Satisfaction"].reading == "ordinal: Poor < Good < Very good, CSAT"
    assert seen["Shops"].reading == 'multi-choice, options separated by ";"'
    assert seen["Comment"].reading == "text"
    assert (seen["Comment"].use, seen["Why?"].use, seen["Email"].use) == ("text", "question", "left out")


def test_examples_are_shown_before_and_after_and_scrubbed(tmp_path: Path) -> None:
    seen = {column.label: column for column in preview(tmp_path / "a.csv").columns}
    assert dict(zip(seen["Date"].examples, seen["Date"].values, strict=True))["03/04/2024"] == "2024-04-03"
    assert dict(zip(seen["Shops"].examples, seen["Shops"].values, strict=True))["A;B;"] == "A; B"
    assert seen["Email"].examples == ()
    assert "Anna" not in json.dumps(asdict(preview(tmp_path / "b.csv")))


def test_what_is_empty_is_counted(tmp_path: Path) -> None:
    seen = {column.label: column for column in preview(tmp_path / "a.csv").columns}
    assert dict(seen["NPS"].missing) == {"not asked": 1}
    assert (seen["NPS"].misfits, seen["NPS"].misfit_examples) == (1, ("ask me",))
    assert dict(seen["Date"].missing) == {"n/a": 1}
    assert dict(seen["Why?"].missing) == {"N/A": 1}


def test_the_options_that_change_a_reading_are_given(tmp_path: Path) -> None:
    seen = {column.label: column for column in preview(tmp_path / "a.csv").columns}
    assert '--dates "Date=mdy"' in seen["Date"].change
    assert '--order "Satisfaction=Poor|Good|Very good"' in seen["Satisfaction"].change
    assert seen["Email"].change == ('--map keep="Email"',)
    assert '--type "NPS=code"' in seen["NPS"].change


def test_the_file_is_summed_up(tmp_path: Path) -> None:
    found = preview(tmp_path / "a.csv")
    assert found.questions == ("Comment", "Why?")
    assert found.unclear_dates == 4
    assert [(one.label, one.values, one.rows) for one in found.excluded] == [("Status", ("partial",), 1)]


def test_the_lines_say_all_of_it(tmp_path: Path) -> None:
    text = "\n".join(preview_lines(preview(tmp_path / "a.csv")))
    parts = ["03/04/2024 → 2024-04-03", "no answer: 'not asked' 1", "1 do not fit", "left out: 1 rows"]
    parts += ['--dates "Date=mdy"', "free text: 'Comment', 'Why?'", "day first and month first: 4"]
    assert [part for part in parts if part not in text] == []
