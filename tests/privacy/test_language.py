"""The language of a comment: told when it can be, and never guessed from a few words."""

import pytest

from analyzer.privacy.language import LONGEST_READ, SHORTEST_SURE, UNSURE, detect_language


@pytest.mark.parametrize(
    "text", ["", "ok", "Excellent service", "None", "Très bien", "12345", "x" * (SHORTEST_SURE - 1)]
)
def test_a_short_text_has_no_language(text):
    assert detect_language(text) == UNSURE


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The delivery was three days late and nobody answered the phone.", "en"),
        ("La livraison est arrivée avec trois jours de retard et personne ne répond.", "fr"),
        ("Die Lieferung kam drei Tage zu spät und niemand geht ans Telefon.", "de"),
        ("El pedido llegó tres días tarde y nadie contesta el teléfono.", "es"),
        ("De bestelling kwam drie dagen te laat en niemand neemt de telefoon op.", "nl"),
        ("La consegna è arrivata con tre giorni di ritardo e nessuno risponde al telefono.", "it"),
    ],
)
def test_a_sentence_has_its_language(text, language):
    assert detect_language(text) == language


@pytest.mark.parametrize("text", ["1234567890 1234567890 1234567890", "!!!!!!!!!!!!!!!!!!!!!!!!!!!!!", "😀" * 30])
def test_what_is_no_language_has_none(text):
    assert detect_language(text) == UNSURE


def test_only_the_beginning_of_a_long_text_is_read():
    start = "The delivery was three days late and nobody answered. " * 20
    assert detect_language(start[:LONGEST_READ] + "Die Lieferung kam zu spät. " * 2000) == "en"
