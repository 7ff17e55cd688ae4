"""Splitting of texts into clauses: at adversative words and second subjects, without loss of words."""

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from analyzer.opinions.clauses import LONGEST, clauses

texts = st.text(max_size=200) | st.lists(
    st.sampled_from(
        ["the staff were kind", "great food", " but ", ", ", ". ", "; ", "\n", " and ", "although", "- ", "!", "…",
         "it", "not", "é", "’", "  ", "aber", "ok", "x" * 400]
    ),
    max_size=20,
).map("".join)  # fmt: skip


def parts_of(text):
    return [text[start:end] for start, end in clauses(text)]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Great service, but parking is a nightmare!", ["Great service", "but parking is a nightmare!"]),
        ("Although the wait was long, she was lovely.", ["Although the wait was long", "she was lovely."]),
        ("The staff were kind and the food was cold.", ["The staff were kind", "the food was cold."]),
        ("Kind staff; dirty ward\nnever again", ["Kind staff", "dirty ward", "never again"]),
        ("The salt and the pepper", ["The salt and the pepper"]),
        ("Friendly and helpful staff, clean rooms, long wait",
         ["Friendly and helpful staff", "clean rooms", "long wait"]),
        ("Gutes Essen, aber das Zimmer war kalt.", ["Gutes Essen", "aber das Zimmer war kalt."]),
        ("nothing", ["nothing"]),
        ("...", []),
    ],
)  # fmt: skip
def test_what_turns_comes_apart(text, parts):
    assert parts_of(text) == parts


@given(texts)
@example(", but ,")
@example("a but\u2028b")
def test_spans_are_in_order_stripped_and_hold_every_word(text):
    spans = clauses(text)
    position = 0
    for start, end in spans:
        assert position <= start < end <= len(text)
        assert text[start:end] == text[start:end].strip()
        assert end - start <= LONGEST
        position = end
    borders = [0, *(place for span in spans for place in span), len(text)]
    outside = "".join(text[a:b] for a, b in zip(borders[::2], borders[1::2], strict=True))
    if spans:
        assert not set(outside.casefold().replace("and", "").replace("also", "")) & set("bcfghijklmpqrvwxz")


@pytest.mark.parametrize("piece", ["a, the x was ", "but ", "x", ", ", "the was and the was ", "- ", ". "])
def test_a_hostile_text_takes_no_time(piece):
    started = time.perf_counter()
    clauses(piece * (100_000 // len(piece)))
    assert time.perf_counter() - started < 2


SAID = {
    "fr": [
        "Le médecin a pris le temps d'expliquer|, |en revanche la secrétaire était désagréable",
        "Le restaurant est bon|, |même si les portions sont petites",
        "Mon colis est arrivé en retard| et |il était abîmé",
        "Je recommande ce magasin à tout le monde",
        "Le bus passe toutes les heures et les week-ends",
        "Les employés sourient|, |tandis que le directeur crie",
        "J'ai payé deux fois| et |on ne m'a jamais remboursé",
        "Le site est lent|, |pourtant il est joli",
        "La piscine était fermée| et |les enfants ont pleuré",
        "Rien à redire",
        "Un accueil chaleureux et une équipe souriante",
        "Malgré la pluie|, |la visite était superbe",
    ],
    "de": [
        "Der Arzt hat alles erklärt|, |die Empfangsdame war jedoch unfreundlich",
        "Das Restaurant ist gut|, |obwohl die Portionen klein sind",
        "Mein Paket kam zu spät an| und |es war beschädigt",
        "Ich empfehle diesen Laden allen weiter",
        "Der Bus fährt stündlich und am Wochenende",
        "Die Kellner lächeln|, |während der Chef schreit",
        "Ich habe zweimal bezahlt| und |niemand hat mir das Geld erstattet",
        "Die Seite ist langsam|, |trotzdem ist sie hübsch",
        "Der Pool war geschlossen| und |die Kinder haben geweint",
        "Nichts auszusetzen",
        "Das Essen war aber leider kalt",
        "Das Frühstück war gut| |aber viel zu teuer",
    ],
    "es": [
        "El médico me lo explicó todo|, |en cambio la secretaria fue antipática",
        "El restaurante es bueno|, |aunque las raciones son pequeñas",
        "Mi paquete llegó tarde| y |estaba dañado",
        "Recomiendo esta tienda a todo el mundo",
        "El autobús pasa cada hora y los fines de semana",
        "Los camareros sonríen|, |mientras que el jefe grita",
        "Pagué dos veces| y |nunca me devolvieron el dinero",
        "La página es lenta|, |sin embargo es bonita",
        "La piscina estaba cerrada| y |los niños lloraron",
        "Nada que objetar",
        "Una acogida cálida y un equipo sonriente",
        "Aunque llovía|, |la visita fue preciosa",
    ],
    "nl": [
        "De dokter heeft alles uitgelegd|, |de receptioniste was echter onvriendelijk",
        "Het restaurant is goed|, |hoewel de porties klein zijn",
        "Mijn pakket kwam te laat aan| en |het was beschadigd",
        "Ik raad deze winkel iedereen aan",
        "De bus rijdt elk uur en in het weekend",
        "De obers lachen|, |terwijl de baas schreeuwt",
        "Ik heb twee keer betaald| en |niemand heeft het geld teruggestort",
        "De site is traag|, |toch ziet hij er mooi uit",
        "Het zwembad was gesloten| en |de kinderen moesten huilen",
        "Niets op aan te merken",
        "Een warm onthaal en een lachend team",
        "Het ontbijt was goed| |maar veel te duur",
    ],
    "it": [
        "Il medico mi ha spiegato tutto|, |invece la segretaria è stata antipatica",
        "Il ristorante è buono|, |anche se le porzioni sono piccole",
        "Il mio pacco è arrivato tardi| e |era danneggiato",
        "Consiglio questo negozio a tutti",
        "L'autobus passa ogni ora e nei fine settimana",
        "I camerieri sorridono|, |mentre il capo grida",
        "Ho pagato due volte| e |nessuno mi ha rimborsato",
        "Il sito è lento|, |eppure è bello",
        "La piscina era chiusa| e |i bambini hanno pianto",
        "Niente da dire",
        "Un'accoglienza calorosa e una squadra sorridente",
        "Nonostante la pioggia|, |la visita è stata splendida",
    ],
}  # fmt: skip
"""Sentences by language; between bars is what stands between two parts. Written after clause_words.json by the same
hand: 57 of 60 came apart so before two rules were mended."""


@pytest.mark.parametrize("language", SAID)
def test_sentences_in_five_more_languages_come_apart_where_they_turn(language):
    for sentence in SAID[language]:
        text = sentence.replace("|", "")
        assert [text[start:end] for start, end in clauses(text, language)] == sentence.split("|")[::2]


@pytest.mark.parametrize("language", ["fr", "de", "es", "nl", "it"])
@given(texts)
def test_spans_in_any_language_hold_every_word_in_order(language, text):
    spans = clauses(text, language)
    borders = [0, *(place for span in spans for place in span), len(text)]
    assert borders == sorted(borders)
    assert all(text[start:end].strip() == text[start:end] for start, end in spans)


@pytest.mark.parametrize("language", ["fr", "de", "es", "nl", "it"])
def test_a_long_text_in_any_language_is_split_in_time(language):
    started = time.process_time()
    clauses("war aber mais est pero era maar was ma è " * 2_500, language)
    assert time.process_time() - started < 2


def test_english_is_split_by_its_own_words_alone():
    assert parts_of("The man in the red hat said die war met a hat") == [
        "The man in the red hat said die war met a hat"
    ]
    assert clauses("We paid, while the app was slow", "en") == clauses("We paid, while the app was slow")
