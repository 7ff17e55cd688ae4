"""Verbal scales in six languages: the labels get the order that their author meant."""

import random

import pytest

from analyzer.ingest.values.scales import ranked_labels

SCALES = [
    "Very dissatisfied|Dissatisfied|Neither satisfied nor dissatisfied|Satisfied|Very satisfied",
    "Not at all satisfied|Not very satisfied|Fairly satisfied|Very satisfied",
    "Sehr unzufrieden|Eher unzufrieden|Teils/teils|Eher zufrieden|Sehr zufrieden",
    "Sehr unzufrieden|Unzufrieden|Weder noch|Zufrieden|Sehr zufrieden",
    "Stimme überhaupt nicht zu|Stimme eher nicht zu|Neutral|Stimme eher zu|Stimme voll und ganz zu",
    "Trifft gar nicht zu|Trifft eher nicht zu|Trifft eher zu|Trifft voll zu",
    "Pas du tout d'accord|Plutôt pas d'accord|Ni d’accord ni pas d’accord|Plutôt d'accord|Tout à fait d'accord",
    "Très insatisfait|Insatisfait|Neutre|Satisfait|Très satisfait",
    "Pas du tout satisfait|Peu satisfait|Assez satisfait|Très satisfait",
    "Totalmente en desacuerdo|En desacuerdo|Ni de acuerdo ni en desacuerdo|De acuerdo|Totalmente de acuerdo",
    "Nada satisfecho|Poco satisfecho|Satisfecho|Muy satisfecho",
    "Zeer ontevreden|Ontevreden|Neutraal|Tevreden|Zeer tevreden",
    "Helemaal mee oneens|Mee oneens|Niet mee eens, niet mee oneens|Mee eens|Helemaal mee eens",
    "Molto insoddisfatto|Insoddisfatto|Neutrale|Soddisfatto|Molto soddisfatto",
    "Per niente d'accordo|Poco d'accordo|Abbastanza d'accordo|Molto d'accordo",
    "Strongly disagree|Somewhat disagree|Neutral|Somewhat agree|Strongly agree",
    "Never|Rarely|Sometimes|Often|Always",
    "Nie|Selten|Manchmal|Oft|Immer",
    "Jamais|Rarement|Parfois|Souvent|Toujours",
    "Nunca|Rara vez|A veces|A menudo|Siempre",
    "Nooit|Zelden|Soms|Vaak|Altijd",
    "Mai|Raramente|A volte|Spesso|Sempre",
    "Very unlikely|Unlikely|Neutral|Likely|Very likely",
    "Not at all important|Slightly important|Moderately important|Very important|Extremely important",
    "Unwichtig|Eher unwichtig|Eher wichtig|Sehr wichtig",
    "Very poor|Poor|Fair|Good|Very good|Excellent",
    "Ungenügend|Mangelhaft|Ausreichend|Befriedigend|Gut|Sehr gut",
    "Mauvais|Moyen|Bon|Très bon|Excellent",
    "Malo|Regular|Bueno|Excelente",
    "Slecht|Matig|Goed|Uitstekend",
    "Pessimo|Scarso|Sufficiente|Buono|Ottimo",
    "Very difficult|Difficult|Neutral|Easy|Very easy",
    "Sehr schwierig|Schwierig|Einfach|Sehr einfach",
    "Detractor|Passive|Promoter",
    "Détracteur|Passif|Promoteur",
    "Low|Medium|High",
    "Much worse|Worse|About the same|Better|Much better",
    "Monthly|Weekly|Daily",
    "1 - Very dissatisfied|2 - Dissatisfied|3 - Neutral|4 - Satisfied|5 - Very satisfied",
    "1 = sehr schlecht|2 = schlecht|3 = gut|4 = sehr gut",
    "Under 18|18-24|25-34|65 or older",
    "Unter 1 Jahr|1-2 Jahre|3-5 Jahre|10+ Jahre",
    "One|Two|Five",
    "Montag|Dienstag|Samstag",
    "January|March|December",
    "No|Maybe|Yes",
    "Pas du tout|Plutôt non|Plutôt oui|Tout à fait",
    "Definitely would not|Might or might not|Definitely would",
    "Very poor (1)|Poor (2)|Good (3)",
]


@pytest.mark.parametrize("scale", SCALES)
def test_labels_are_put_in_their_order(scale: str) -> None:
    labels = scale.split("|")
    shuffled = labels[:]
    random.Random(7).shuffle(shuffled)
    found = ranked_labels(dict.fromkeys(shuffled, 2))
    assert found is not None
    assert list(found.labels) == labels
    assert list(found.numbers) == sorted(set(found.numbers))


@pytest.mark.parametrize(
    "labels", ["web|shop", "North|South", "Leeds|Lincoln", "red|blue|green", "3 days|5 days", "1|2|3"]
)
def test_other_labels_have_no_order(labels: str) -> None:
    assert ranked_labels(dict.fromkeys(labels.split("|"), 2)) is None


def test_numbers_in_labels_are_kept() -> None:
    found = ranked_labels({"1 - Very dissatisfied": 3, "5 - Very satisfied": 1, "2 - Dissatisfied": 2})
    assert found is not None
    assert found.numbers == (1, 2, 5)


def test_a_scale_of_five_is_numbered_by_place_even_if_labels_are_absent() -> None:
    found = ranked_labels({"Satisfied": 3, "Very dissatisfied": 1})
    assert found is not None
    assert (found.labels, found.numbers) == (("Very dissatisfied", "Satisfied"), (1.0, 4.0))


def test_spellings_of_one_label_are_one() -> None:
    found = ranked_labels({"very good": 1, "Very Good": 4, "poor": 2})
    assert found is not None
    assert found.labels == ("poor", "Very Good")
