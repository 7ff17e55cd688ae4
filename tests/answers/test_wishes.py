"""What people ask for is told from how it is, in six languages."""

import pytest

from analyzer.answers.wishes import is_wish


@pytest.mark.parametrize("clause", [
    "More staff", "answer the phone quicker", "The food could be better", "Please try to reduce waiting time",
    "Maybe more choices", "there should be a lift", "I would like to be listened to", "it needs a bigger lobby",
    "Provide faster service", "don't change appointments at the last minute", "would be nice to have a kettle",
    "Mehr Personal", "das Zimmer könnte größer sein", "plus de choix", "il faudrait un ascenseur",
    "más personal", "debería haber un ascensor", "meer personeel", "più personale", "si potrebbe migliorare",
])  # fmt: skip
def test_a_wish_is_told(clause):
    assert is_wish(clause)


@pytest.mark.parametrize("clause", [
    "The staff were rude", "it was more than two hours late", "waited three hours", "nobody answered the phone",
    "could not have been better", "you couldn't be kinder", "they made me feel like a burden", "the room was dirty",
    "das Personal war unfreundlich", "le repas était froid", "", "...", "7",
])  # fmt: skip
def test_how_it_is_is_no_wish(clause):
    assert not is_wish(clause)
