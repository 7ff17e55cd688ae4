"""The bench of usefulness: what fits people's labels, what a point covers, and answers to be read."""

import json

import pytest
from fakes import make_workspace, write_csv

from analyzer.evaluation.answer_usefulness import (
    Stopped,
    measure_labels,
    read_labels,
    read_questions,
    usefulness_lines,
    written_answers,
)

STAFF, FOOD = "Staff", "Food"
ENDS = ("again", "today", "as always", "on Monday", "for my mother", "yesterday", "this week", "at night")


def labeled(number, text, *labels):
    columns = dict.fromkeys(("Not assigned", STAFF, FOOD, "Labelling not possible"), "")
    return {"id": f"C-{number}", "comment": text, **columns, **dict.fromkeys(labels, "1")}


ROWS = [
    *(labeled(n, f"Rude staff shouted at us {end}", STAFF) for n, end in enumerate(ENDS)),
    *(labeled(n + 20, f"Staff were lovely and kind {end}", STAFF) for n, end in enumerate(ENDS)),
    *(labeled(n + 40, f"Terrible cold food served {end}", FOOD) for n, end in enumerate(ENDS)),
    *(labeled(n + 60, f"Awful food and rude staff {end}", FOOD, STAFF) for n, end in enumerate(ENDS)),
    labeled(90, "Nothing to say here", "Labelling not possible"),
]


@pytest.fixture(scope="module")
def nhs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("labeled")
    opened = make_workspace(folder)
    opened.ingest([write_csv(folder / "nhs.csv", ROWS)])
    opened.llm.always = ""
    yield opened
    opened.close()


def test_labels_are_read_by_comment_and_the_most_frequent_come_first(nhs):
    labels, frequent = read_labels(nhs)
    assert frequent == [STAFF, FOOD]
    assert labels["C-60"] == {STAFF, FOOD}
    assert "C-90" not in labels


def test_label_questions_are_measured_against_the_labels(nhs):
    found = measure_labels(nhs, Stopped(), lambda _: None)
    assert (found.questions, found.answered) == (2, 2)
    assert 0 < found.fitting <= found.labeled
    assert found.expected == 2
    assert 0 <= found.covered <= found.expected
    assert 0.5 <= found.purity <= 1
    assert found.empty == 0
    assert found.with_title is None
    assert "label questions answered: 2 of 2" in usefulness_lines(found)


def test_answers_to_be_read_have_figures_quotes_and_room_for_a_mark(nhs):
    text = written_answers({"nhs": nhs}, lambda _: None)
    asked = [json.loads(line) for line in read_questions().splitlines()]
    assert text.count("Mark (1-5): ") == sum(one["corpus"] == "nhs" for one in asked) + 2
    assert "- “" in text
    assert " comments, " in text
