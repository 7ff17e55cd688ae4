"""The classifier weighs what rules found against the words around it; brands and towns give way, people do not."""

import pytest

from analyzer.config import Settings
from analyzer.privacy.detector import Detector, Rules
from analyzer.privacy.findings import PERSON, Finding
from analyzer.privacy.names.lexicon import Lexicon
from analyzer.privacy.names.name_classifier import NameClassifier, name_classifier
from analyzer.privacy.names.places import place_phrases, place_sizes
from analyzer.privacy.names.words import NameWords
from analyzer.privacy.scrubber import Scrubber


@pytest.fixture(scope="module")
def scrubber(models_dir):
    return Scrubber(Detector(Rules(models_dir / "en_core_web_sm", Settings().regions)))


def words(text, language="en"):
    return NameWords(text, language, Lexicon(frozenset(text.lower().split())))


@pytest.mark.parametrize(
    ("person", "thing", "name"),
    [
        (
            "I spoke to Florence on the phone, she was rude.",
            "Flights from Florence to Siena were cancelled.",
            "Florence",
        ),
        ("mijn moeder geertruida lag op de gang", "De Geertruida koffie was op.", "eertruida"),
        ("Madison told me it would be refunded.", "The Madison and Austin branches are closed.", "Madison"),
    ],
)
def test_the_same_word_is_a_person_or_a_thing_by_what_stands_around_it(scrubber, person, thing, name):
    hidden, kept = scrubber.scrub([person, thing])
    assert name not in hidden.text
    assert name in kept.text


def test_a_text_is_judged_alone(scrubber):
    texts = ["Quellinda saved our trip.", "Thandiwe and Quellinda deserve a raise.", "The Quellinda shop was shut."]
    together = [one.text for one in scrubber.scrub(texts)]
    assert together == [scrubber.scrub([text])[0].text for text in texts]
    assert together == [one.text for one in scrubber.scrub(texts)]


def test_a_finding_that_is_unlikely_is_dropped_unless_only_people_stand_there():
    never, text = NameClassifier({"": -9.0}), words("my name is Corvin")
    weak = Finding(PERSON, 11, 17, 0.7, "name-given")
    sure = Finding(PERSON, 11, 17, 0.9, "name-introduced")
    assert never.judge(text, [weak], ()) == []
    assert never.judge(text, [sure], ()) == [sure]


def test_a_likely_word_is_found_and_joined_to_the_name_beside_it():
    always, text = NameClassifier({"": 9.0}), words("we met Corvin Aldermoor there")
    found = always.judge(text, [Finding(PERSON, 7, 13, 0.7, "name-given")], ())
    assert [(one.start, one.end) for one in found if one.start == 7] == [(7, 23)]


def test_a_text_without_words_has_no_names():
    assert name_classifier().judge(words("12 !"), [], ()) == []


def test_places_have_sizes_and_phrases():
    assert place_sizes()["houston"] == 3
    assert ("san", "francisco") in place_phrases()["san"]
    assert "sarah" not in place_sizes()
