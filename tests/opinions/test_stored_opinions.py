"""Opinions are stored with their comments, for every text and in one transaction."""

import pytest
from fakes import make_workspace, write_csv

from analyzer.opinions.stored_opinions import clause_digest, compared_as, count_pending, opinion_digests

ROWS = [
    {"id": "A-1", "comment": "The staff were kind but the wait was far too long. Parking cost a fortune!"},
    {"id": "A-2", "comment": "Thanks to Mary Johnson, and to Robert Miller who called me at 020 7946 0958."},
    {"id": "A-3", "comment": "Robert Miller was rude; the food was cold."},
    {"id": "A-4", "comment": "ok"},
    {"id": "A-5", "comment": "The staff were kind"},
]


@pytest.fixture
def opened(tmp_path):
    workspace = make_workspace(tmp_path)
    workspace.ingest([write_csv(tmp_path / "rows.csv", ROWS)])
    yield workspace
    workspace.close()


def stored(workspace):
    return workspace.database.rows(
        'SELECT t.text, o.start, o."end", c.digest FROM opinions o JOIN texts t USING(text_id) JOIN clauses c '
        "USING(clause_id) ORDER BY t.digest, o.start"
    )


def test_an_import_leaves_no_text_without_opinions(opened):
    assert count_pending(opened.database) == 0
    texts = {text for (text,) in opened.database.rows("SELECT text FROM texts")}
    assert {row[0] for row in stored(opened)} == texts
    assert len(texts) >= 4


def test_stored_spans_and_digests_are_those_of_the_stored_text(opened):
    for text, start, end, digest in stored(opened):
        assert bytes(digest) == clause_digest(compared_as(text[start:end]))
        assert (start, end, bytes(digest)) in opinion_digests(text)


def test_a_clause_is_the_same_whatever_number_its_placeholder_has():
    assert compared_as("<PERSON_1> was rude.") == compared_as("<PERSON_12> was rude")


def test_the_same_clause_in_two_comments_is_stored_once(opened):
    digests = [bytes(row[3]) for row in stored(opened)]
    shared = clause_digest(compared_as("The staff were kind"))
    assert digests.count(shared) == 2
    assert opened.database.rows("SELECT count(*) FROM clauses WHERE digest = ?", (shared,)) == [(1,)]


def test_a_changed_comment_has_the_opinions_of_its_new_text(opened, tmp_path):
    opened.ingest([write_csv(tmp_path / "rows.csv", [{**ROWS[0], "comment": "The lift was broken"}, *ROWS[1:]])])
    assert count_pending(opened.database) == 0
    clauses = {row[0][row[1] : row[2]] for row in stored(opened)}
    assert "The lift was broken" in clauses
    assert not any("Parking" in clause for clause in clauses)


def test_an_answer_after_an_import_takes_no_text_apart(opened):
    stages = []

    class Stages:
        is_stopped = False

        def on_stage(self, text):
            stages.append(text)

        def __getattr__(self, name):
            return lambda *_: None

    opened.llm.always = ""
    opened.ask("What do people say about the staff?", listener=Stages())
    assert stages
    assert not any("splitting" in stage for stage in stages)
