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
