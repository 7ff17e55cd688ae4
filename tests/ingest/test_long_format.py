"""Tables with a row for each answer become one row for each respondent."""

import random
from pathlib import Path

import pytest

from analyzer.ingest.readers.open_file import open_table
from analyzer.ingest.readers.source_table import SourceRow, SourceTable

TEXTS = ("the delivery slot was moved twice", "friendly staff found my size", "the app logs me out all the time")


def open_text(folder: Path, text: str) -> SourceTable:
    path = folder / "a.csv"
    path.write_text(text, encoding="utf-8")
    return open_table(path)


def cells(table: SourceTable) -> list[tuple[str, ...]]:
    return [row.cells for row in table.rows() if isinstance(row, SourceRow)]


@pytest.mark.parametrize(
    "heading",
    [
        "Respondent ID,Question,Answer,Date",
        "Antwort-ID,Frage,Antwort,Datum",
        "Submission ID,Question text,Answer text,Submitted at",
        "client_id,question,reponse,date",
        "Respondent-ID,Vraag,Antwoord,Datum",
        "cliente_id,Pregunta,Respuesta,Fecha",
    ],
)
@pytest.mark.parametrize("is_shuffled", [False, True])
def test_answers_become_columns(tmp_path: Path, heading: str, is_shuffled: bool) -> None:
    rows = []
    for i, text in enumerate(TEXTS):
        rows += [f"R{i},How likely?,{i},2024-03-0{i + 1}", f"R{i},Why?,{text},2024-03-0{i + 1}"]
    if is_shuffled:
        random.Random(1).shuffle(rows)
    table = open_text(tmp_path, "\n".join([heading, *rows]) + "\n")
    assert table.header[:2] == (heading.split(",")[0], heading.split(",")[3])
    assert sorted(table.header[2:]) == ["How likely?", "Why?"]
    why = table.header.index("Why?")
    assert sorted(row[why] for row in cells(table)) == sorted(TEXTS)
    assert any("6 rows are read as 3 respondents with a column for each of 2 questions" in n for n in table.notes)
    assert cells(table) == cells(table)


def test_several_answers_to_one_question_are_joined(tmp_path: Path) -> None:
    lines = [f"{i},{q},{a}" for i in range(8) for q, a in (("Channel", "shop"), ("Why?", TEXTS[i % 3]))]
    table = open_text(tmp_path, "\n".join(["Response ID,Question,Answer", *lines, "7,Channel,phone"]) + "\n")
    assert cells(table)[-1] == ("7", "shop; phone", TEXTS[1])


@pytest.mark.parametrize(
    ("heading", "choice"),
    [
        ("Respondent ID,Question,Answer", "Which channels?"),
        ("Teilnehmer-ID,Frage,Antwort", "Welche Kanäle?"),
        ("Respondent-ID,Vraag,Antwoord", "Welke kanalen?"),
    ],
)
@pytest.mark.parametrize("singles", [1, 3])
def test_a_question_with_several_answers_for_each_respondent_is_joined(
    tmp_path: Path, heading: str, choice: str, singles: int
) -> None:
    lines = []
    for i in range(12):
        lines += [f"r{i},Q{q},{TEXTS[(i + q) % 3]}" for q in range(singles)]
        lines += [f"r{i},{choice},{a}" for a in ("Email", "Phone", "Chat")]
    table = open_text(tmp_path, "\n".join([heading, *lines]) + "\n")
    assert table.header == (heading.split(",")[0], *(f"Q{q}" for q in range(singles)), choice)
    assert len(cells(table)) == 12
    assert {row[-1] for row in cells(table)} == {"Email; Phone; Chat"}


def test_shops_with_many_answers_to_each_question_are_no_respondents(tmp_path: Path) -> None:
    lines = [f"{i % 3},{q},{i}{q} {TEXTS[i % 3]}" for i in range(20) for q in ("Why?", "What else?")]
    table = open_text(tmp_path, "\n".join(["Customer ID,Question,Answer", *lines]) + "\n")
    assert table.header == ("Customer ID", "Question", "Answer")


def test_what_belongs_to_the_question_is_left_out(tmp_path: Path) -> None:
    lines = []
    for i, text in enumerate(TEXTS):
        lines += [f"{i},North,Q1,rating,How likely?,{i}", f"{i},North,Q2,text,Why?,{text}"]
    heading = "Respondent ID,Branch,Question ID,Question type,Question,Answer"
    table = open_text(tmp_path, "\n".join([heading, *lines]) + "\n")
    assert table.header == ("Respondent ID", "Branch", "How likely?", "Why?")
    assert any("'Question ID', 'Question type'" in note for note in table.notes)


@pytest.mark.parametrize(
    "text",
    [
        "ID,Question,Answer\n1,Why?,it was late\n2,How?,by phone\n3,When?,on Monday\n4,Where?,in the shop\n",
        "ID,Question,Answer\n1,Why?,it was late\n2,Why?,by phone\n3,How?,on Monday\n4,How?,in the shop\n",
        "Question,Answer\nWhy?,it was late\nWhy?,by phone\nHow?,on Monday\nHow?,in the shop\n",
    ],
)
def test_other_tables_with_questions_stay_as_they_are(tmp_path: Path, text: str) -> None:
    table = open_text(tmp_path, text)
    assert table.header == tuple(text.splitlines()[0].split(","))
    assert len(cells(table)) == 4
