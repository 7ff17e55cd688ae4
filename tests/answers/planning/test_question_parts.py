"""What a question is about, where it lists several things or asks twice."""

import pytest

from analyzer.answers.planning.question_parts import tag

CLEAN = "cleanliness, tidiness & infection control"


@pytest.mark.parametrize(
    "subject", [CLEAN, "equality, diversity & inclusion", "pain, noise and parking", "food & drink"]
)
def test_a_list_of_subjects_is_one_subject(subject):
    assert tag(f"What do people say about {subject}?").subject == subject


def test_a_second_question_is_no_part_of_a_list():
    assert tag("What do people say about food?").subject == "food"
    assert "worse" not in tag("What do people say about food, and is it getting worse?").subject


@pytest.mark.parametrize(
    ("question", "subject", "excluded"),
    [
        (
            "What do people say about the color being different from the photo?",
            "color being different from the photo",
            (),
        ),
        ("What do people say about parcels being left at the neighbour?", "parcels being left at the neighbour", ()),
        ("complaints about size apart from sleeves", "size", ("sleeves",)),
        ("what do people say about food other than breakfast", "food", ("breakfast",)),
        ("staff, excluding nurses", "staff", ("nurses",)),
    ],
)
def test_a_noun_that_a_preposition_joins_to_the_subject_is_not_excluded(question, subject, excluded):
    found = tag(question)
    assert (found.subject, found.excluded) == (subject, excluded)
