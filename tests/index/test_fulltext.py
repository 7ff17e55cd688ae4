"""Words of a question: which ones are searched, and that no question is ever parsed as a query language."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.index.fulltext import MOST_WORDS, is_without_content, search_words, subject_words
from analyzer.store.database import Database

TEXTS = ("The delivery was late", "A late refund and a late reply", "Lovely staff", "Livraison très tardive")


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    made = Database.create(tmp_path_factory.mktemp("words") / "feedback.db", bytes(32), {})
    with made.transaction() as connection:
        for number, text in enumerate(TEXTS, start=1):
            row = (number, bytes([number]), text, "en", bytes(8))
            connection.execute("INSERT INTO texts VALUES(?, ?, ?, ?, ?)", row)
            connection.execute("INSERT INTO words(rowid, text) VALUES(?, ?)", (number, text))
    yield made
    made.close()


def found(database, query, limit=10, allowed=None):
    return [text_id for text_id, _ in search_words(database, query, limit, allowed)]


@pytest.mark.parametrize(
    ("query", "texts"),
    [
        ("late", [2, 1]),
        ("deliveries", [1]),
        ("TRES", [4]),
        ("très tardives", [4]),
        ("weather", []),
        ("", []),
        ("?!", []),
    ],
)
def test_words_match_by_stem_without_case_or_accents(database, query, texts):
    assert found(database, query) == texts


def test_scores_are_above_zero_and_the_limit_holds(database):
    scores = [score for _, score in search_words(database, "late staff livraison", 10)]
    assert len(scores) == 4
    assert min(scores) > 0
    assert scores == sorted(scores, reverse=True)
    assert len(found(database, "late staff livraison", 2)) == 2


def test_words_that_say_nothing_are_left_out_unless_there_are_no_others():
    assert subject_words("What do customers say about the late delivery?") == ["late", "delivery"]
    assert subject_words("What about it?") == ["what", "about", "it"]


@pytest.mark.parametrize(
    "query", ['late OR "', "late NEAR(", "text: late", "-late", "late*", "^late", '"', "(", "a AND"]
)
def test_query_syntax_is_only_words(database, query):
    search_words(database, query, 10)


@given(st.text(max_size=60))
def test_any_text_can_be_looked_for(database, query):
    search_words(database, query, 5)


def test_a_very_long_question_is_bounded(database, monkeypatch):
    monkeypatch.setattr("analyzer.index.fulltext.rank_texts", lambda _, words, *rest: words)
    assert len(search_words(database, " ".join(f"word{n}" for n in range(10_000)), 10)) == MOST_WORDS


def test_an_impossible_filter_finds_nothing(database):
    assert found(database, "late", 10, np.array([], dtype=np.int64)) == []
    assert found(database, "late", 10, np.array([1, 3])) == [1]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Rien", ""), ("rien du tout", "fr"), ("Je ne sais pas", "fr"), ("nichts", ""), ("Weiß ich nicht", "de"),
        ("nada", ""), ("nada más", "es"), ("geen", ""), ("Niets, nee", "nl"), ("niente", ""), ("Nulla di più", "it"),
    ],
)  # fmt: skip
def test_an_answer_without_content_is_known_in_six_languages(text, language):
    assert is_without_content(text, language)


@pytest.mark.parametrize(
    ("text", "language"),
    [("rien à redire", "fr"), ("nichts zu beanstanden", "de"), ("die war met", ""), ("sin quejas", "es"),
     ("geen klachten", "nl"), ("niente parcheggio", "it")],
)  # fmt: skip
def test_an_answer_with_a_reason_has_content(text, language):
    assert not is_without_content(text, language)
