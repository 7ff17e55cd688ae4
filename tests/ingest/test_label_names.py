"""Labels of choices: full names are masked, towns and products stay."""

import pytest

from analyzer.ingest.label_names import keep_words
from analyzer.ingest.worker import RawPiece
from analyzer.types import Entity, ScrubbedText


@pytest.mark.parametrize(
    "label",
    [
        *("Leeds", "Lincoln", "Glasgow", "Chester armchair", "Florence", "Victoria Station", "Emma Dress", "Sofia"),
        *("North; South", "Very good", "Madison Park", "New York", "Store & More", "Jackson Heights | Paris"),
    ],
)
def test_words_that_a_detector_took_for_people_stay(label: str) -> None:
    masked = ScrubbedText("<PERSON_1>", (Entity("PERSON", 0, len(label), "<PERSON_1>"),))
    assert keep_words(label, masked).text == label


@pytest.mark.parametrize("label", ["Jane Doe", "John Smith", "Dr. Miller", "Maria Garcia"])
def test_full_names_are_masked_even_if_no_detector_found_them(label: str) -> None:
    assert keep_words(label, ScrubbedText(label)).text == "<PERSON_1>"
    assert keep_words(f"Leeds; {label}", ScrubbedText(label)).text == "Leeds; <PERSON_1>"


def test_other_personal_data_stay_masked() -> None:
    label = "Leeds jane@example.org"
    found = ScrubbedText(
        "<PERSON_1> <EMAIL_1>", (Entity("PERSON", 0, 5, "<PERSON_1>"), Entity("EMAIL", 6, 22, "<EMAIL_1>"))
    )
    kept = keep_words(label, found)
    assert kept.text == "Leeds <EMAIL_1>"
    assert [entity.type for entity in kept.entities] == ["EMAIL"]


def test_a_label_and_a_sentence_are_two_pieces() -> None:
    assert RawPiece("Leeds").digest != RawPiece("Leeds", is_label=True).digest
