"""Missing answers: which words empty a cell depends on the kind of its column."""

import pytest

from analyzer.ingest.values.missing import Strength, is_missing, strength
from analyzer.types import Kind


@pytest.mark.parametrize(
    "text",
    ["N/A", "n/a", "NaN", "-", "–", "--", "#NAME?", "#N/A", "#NV", "null", "NULL", "k.A.", "n.v.t.", "NA", "#¡REF!"],
)
def test_marks_empty_every_kind_of_column(text: str) -> None:
    kinds = [Kind.NUMBER, Kind.DATE, Kind.ORDINAL, Kind.CATEGORY]
    assert all(is_missing(text, kind) for kind in kinds)
    assert strength(text) >= Strength.UNANSWERED


@pytest.mark.parametrize("text", ["N/A", "NaN", "-", "#NAME?", "#VALUE!", "NA", "--", "n.a.", "NULL"])
def test_marks_empty_a_comment(text: str) -> None:
    assert is_missing(text, Kind.TEXT)


@pytest.mark.parametrize(
    "text", ["none", "Nothing", "nichts", "rien", "nada", "na", "no comment", "don't know", "not asked"]
)
def test_words_are_an_answer_in_a_comment(text: str) -> None:
    assert not is_missing(text, Kind.TEXT)


@pytest.mark.parametrize(
    "text",
    [
        *("not asked", "Prefer not to say", "not applicable", "keine Angabe", "Keine Angabe.", "nicht gefragt"),
        *("sans réponse", "Non renseigné", "sin respuesta", "no aplica", "geen antwoord", "niet van toepassing"),
        *("non risponde", "nessuna risposta", "don't know", "don’t know", "weiß nicht", "ne sait pas", "weet niet"),
    ],
)
def test_words_of_six_languages_empty_a_score(text: str) -> None:
    assert is_missing(text, Kind.NUMBER)
    assert is_missing(text, Kind.DATE)


def test_undecided_is_a_category_of_its_own() -> None:
    assert not is_missing("don't know", Kind.CATEGORY)
    assert is_missing("prefer not to say", Kind.CATEGORY)


def test_a_column_may_have_words_of_its_own() -> None:
    assert is_missing("99", Kind.NUMBER, {"99"})
    assert not is_missing("99", Kind.NUMBER)


@pytest.mark.parametrize(
    "text", ["4", "2024-01-01", "good", "", "the queue was far too long and nobody told us why it was"]
)
def test_answers_are_not_missing(text: str) -> None:
    assert strength(text) is Strength.NO
