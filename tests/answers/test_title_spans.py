"""The parts of a clause that can stand as a title."""

import pytest

from analyzer.answers.title_spans import begins_with_pronoun, title_spans


def parts(clause):
    return [clause[start:end] for start, end in title_spans(clause)]


@pytest.mark.parametrize(
    ("clause", "title"),
    [
        ("but it was still way too big.", "way too big"),
        ("This dress is really beautiful.", "This dress is really beautiful"),
        ("I waited for hours, because nobody came", "waited for hours"),
        ("c'est trop petit", "trop petit"),
        ("it was not flattering at all", "not flattering at all"),
        ("I had to return it, unfortunately", "to return"),
        ("Shame the delivery date was moved nine times", "the delivery date was moved"),
    ],
)
def test_openings_and_what_follows_a_turn_are_left_out(clause, title):
    if title == "to return":
        assert not any(part.startswith("to ") for part in parts(clause)), "a title begins with no preposition"
    else:
        assert title in parts(clause)


@pytest.mark.parametrize(
    ("clause", "never"),
    [
        ("very flattering but not on me", "very flattering"),
        ("the staff was kind, never rude", "the staff was kind"),
        ("the colors are exactly as pictured", "the colors are exactly"),
        ("the colors look, well, as pictured", "the colors look"),
        ("listened too", "listened too"),
        ("Everything. Listen to the patient", "Everything. Listen to the patient"),
    ],
)
def test_no_part_loses_a_denial_or_breaks_off(clause, never):
    assert never not in parts(clause)


def test_a_part_has_two_to_seven_words_and_none_of_the_writer_or_digits():
    assert parts("short") == []
    assert parts("they told me that my appointment was moved to another town entirely") == []
    assert parts("waited 50 minutes") == []
    assert parts("waited over five hours") == []
    assert parts("shame about the colour") == []


def test_a_pronoun_that_stands_for_the_thing_is_known():
    assert begins_with_pronoun("it is soft")
    assert not begins_with_pronoun("this dress is soft")
