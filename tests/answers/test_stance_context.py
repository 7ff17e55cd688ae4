"""Rating and question of a comment move the stance of its opinions; a column of questions counts as the question."""

import numpy as np
import pytest
from fakes import make_workspace, write_csv
from hypothesis import given
from hypothesis import strategies as st

from analyzer.answers.stance_context import read_contexts, with_contexts
from analyzer.opinions.polarity import PolarityHead
from analyzer.opinions.stored_opinions import JUDGED_BY

UNSURE = (0.4, 0.4)


def moved(groups):
    """Return the probabilities by context, of groups of probabilities by context."""
    contexts = [name for name, found in groups.items() for _ in found]
    return dict(
        zip(contexts, with_contexts(np.array([p for found in groups.values() for p in found]), contexts), strict=True)
    )


def test_the_same_words_are_a_complaint_among_complaints_and_praise_among_praise():
    bad, good = [(0.9, 0.05)] * 200, [(0.05, 0.9)] * 200
    found = moved({("1",): [*bad, UNSURE], ("5",): [*good, UNSURE]})
    assert found[("1",)][0] > 0.5 > found[("1",)][1]
    assert found[("5",)][1] > 0.5 > found[("5",)][0]


def test_no_end_of_a_scale_is_taken_for_the_good_one():
    bad, good = [(0.9, 0.05)] * 200, [(0.05, 0.9)] * 200
    found = moved({("5",): [*bad, UNSURE], ("1",): [*good, UNSURE]})
    assert found[("5",)][0] > 0.5
    assert found[("1",)][1] > 0.5


def test_a_clear_complaint_stays_one_in_a_good_review():
    found = moved({("5",): [*[(0.05, 0.9)] * 200, (0.97, 0.01)]})
    assert found[("5",)][0] > 0.5


def test_a_context_of_one_comment_moves_little():
    alone = with_contexts(np.array([(0.9, 0.05)] * 100 + [UNSURE]), [("a",)] * 100 + [("b",)])[-1]
    among = with_contexts(np.array([(0.9, 0.05)] * 100 + [UNSURE]), [("a",)] * 101)[-1]
    assert abs(alone[0] - among[0]) < 0.2


@given(st.lists(st.tuples(st.floats(0, 0.5), st.floats(0, 0.5), st.sampled_from("abc")), max_size=30))
def test_they_stay_probabilities_and_do_not_depend_on_the_order(rows):
    polarity = np.array([row[:2] for row in rows]).reshape(len(rows), 2)
    found = with_contexts(polarity, [(row[2],) for row in rows])
    assert found.shape == (len(rows), 2)
    assert ((found >= 0) & (found <= 1)).all()
    assert (found.sum(axis=1) <= 1.001).all()
    turned = with_contexts(polarity[::-1], [(row[2],) for row in rows[::-1]])[::-1]
    assert np.allclose(found, turned, atol=0.001)


@pytest.fixture
def asked(tmp_path):
    opened = make_workspace(tmp_path)
    rows = [
        {
            "comment": f"The parcel was {'awful' if n % 5 < 2 else 'lovely'}, the {n}th", "rating": 1 + n % 5,
            "asked": ("What was good?", "What was bad?")[n % 2],
        }
        for n in range(20)
    ]  # fmt: skip
    opened.ingest([write_csv(tmp_path / "a.csv", rows)])
    yield opened
    opened.close()


def test_rating_and_a_column_of_questions_are_the_context_of_a_text(asked):
    found = read_contexts(asked.database, asked.collaborators.table)
    assert len(found) == 20
    assert {context[0] for context in found.values()} == {"1", "2", "3", "4", "5"}
    assert {context[-1] for context in found.values()} == {"What was good?", "What was bad?"}


def test_clauses_that_another_classifier_judged_are_judged_again(asked):
    right = asked.database.rows("SELECT digest, negative, positive FROM clauses ORDER BY 1")
    assert asked.database.meta(JUDGED_BY) == PolarityHead.load("all-MiniLM-L6-v2").version
    with asked.store.database.transaction() as connection:
        connection.execute("UPDATE clauses SET negative = 0.1, positive = 0.1")
        connection.execute("UPDATE meta SET value = 'old' WHERE key = ?", (JUDGED_BY,))
    asked.collaborators.opinions.split_pending()
    assert asked.database.rows("SELECT digest, negative, positive FROM clauses ORDER BY 1") == right
    assert asked.database.meta(JUDGED_BY) == PolarityHead.load("all-MiniLM-L6-v2").version


def test_why_ratings_are_low_is_told_by_complaints(asked):
    plan = asked.answers.plan("Why are ratings low?")
    assert (plan.where, plan.stance) == ("rating<=2", "complaint")
