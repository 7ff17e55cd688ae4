"""JSON with nested lists: answers become a column a question, other nested values are noted and not read."""

import json
from pathlib import Path

import pytest

from analyzer.ingest.readers.open_file import open_table
from analyzer.ingest.readers.source_table import SourceRow, SourceTable


def open_json(folder: Path, items: object) -> SourceTable:
    path = folder / "a.json"
    path.write_text(json.dumps(items))
    return open_table(path)


def cells(table: SourceTable) -> list[tuple[str, ...]]:
    return [row.cells for row in table.rows() if isinstance(row, SourceRow)]


@pytest.mark.parametrize(
    ("score", "why"),
    [
        ({"question": "Score", "value": 4}, {"question": "Why", "value": "it was late"}),
        ({"title": "Score", "answer": 4}, {"title": "Why", "answer": "it was late"}),
        ({"field": "Score", "text": "4"}, {"field": "Why", "text": "it was late"}),
        ({"id": "Score", "value": 4}, {"id": "Why", "value": "it was late"}),
        (
            {"field": {"id": "x1", "title": "Score"}, "type": "number", "number": 4},
            {"field": {"id": "x2", "title": "Why"}, "type": "text", "text": "it was late"},
        ),
        (
            {"question": {"text": "q", "id": "Score"}, "answers": [{"text": "4"}]},
            {"question": "Why", "text": "it was late"},
        ),
    ],
)
def test_a_list_of_answers_becomes_a_column_a_question(tmp_path: Path, score: object, why: object) -> None:
    table = open_json(
        tmp_path, [{"n": 1, "answers": [score, why]}, {"n": 2, "answers": [why]}, {"n": 3, "answers": []}]
    )
    assert table.header[:3] == ("n", "Score", "Why")
    assert [row[:3] for row in cells(table)] == [("1", "4", "it was late"), ("2", "", "it was late"), ("3", "", "")]
    assert not any("nested" in note for note in table.notes)


def test_choices_and_repeated_questions_are_joined(tmp_path: Path) -> None:
    choices = {"field": {"ref": "how"}, "type": "choices", "choices": {"labels": ["phone", "mail"]}}
    twice = [{"question": "Shop", "value": "Leeds"}, {"question": "Shop", "value": "York"}]
    skipped = {"question": "Why", "value": None}
    table = open_json(tmp_path, [{"id": 1, "answers": [choices, *twice, skipped, {"question": "id", "value": 9}]}] * 2)
    assert table.header == ("id", "how", "Shop", "Why", "answers.id")
    assert cells(table)[0] == ("1", "phone; mail", "Leeds; York", "", "9")


@pytest.mark.parametrize(
    "nested",
    [
        [{"id": "m1", "text": "hello"}, {"id": "m2", "text": "bye"}],
        [{"author": "x", "text": "hello"}],
        [{"id": 1, "label": "late"}],
        [["a", "b"], ["c"]],
        [{"question": "Why", "value": {"deep": [1]}}],
    ],
)
def test_other_nested_lists_are_left_out_and_noted(tmp_path: Path, nested: object) -> None:
    table = open_json(tmp_path, [{"comment": "it was late", "more": nested, "tags": ["box", "late"]}] * 2)
    assert table.header == ("comment", "more", "tags")
    assert cells(table)[0] == ("it was late", "", "box; late")
    assert "column more holds nested data that is not read" in table.notes


@pytest.mark.parametrize("count", [20, 1_500])
def test_reviews_with_titles_are_no_answers(tmp_path: Path, count: int) -> None:
    items = [{"shop": i, "reviews": [{"title": f"Review number {i}", "text": "it was late"}]} for i in range(count)]
    table = open_json(tmp_path, items)
    assert table.header == ("shop", "reviews")
    assert "column reviews holds nested data that is not read" in table.notes
    assert len(cells(table)) == count


@pytest.mark.parametrize("count", [1, 2, 30])
def test_a_long_questionnaire_is_read_from_few_respondents(tmp_path: Path, count: int) -> None:
    answers = [{"question": f"Question {i}", "value": i % 5} for i in range(40)]
    table = open_json(tmp_path, [{"id": i, "answers": answers} for i in range(count)])
    assert table.header == ("id", *(f"Question {i}" for i in range(40)))
