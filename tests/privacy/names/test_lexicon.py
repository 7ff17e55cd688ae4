"""The lexicon: words, names, and what a corpus says of both, whatever the order of its comments."""

import random
import subprocess
import sys

import pytest
from spacy.lang.fr.stop_words import STOP_WORDS

from analyzer.config import PROJECT
from analyzer.privacy.names.gazetteer import (
    AMBIGUOUS,
    MOSTLY_NAMES,
    family_names,
    function_words,
    given_names,
    is_given_name,
    plain_words,
)
from analyzer.privacy.names.lexicon import WORD, CorpusVocabulary, Learner, Lexicon


def test_function_words_are_those_of_spacy_whose_languages_are_not_imported():
    code = (
        "import sys; from analyzer.privacy.names.gazetteer import function_words as f, WORD_LOCALES as known; "
        "print(sum(len(f(one)) > 200 for one in known), [one for one in sys.modules if one.startswith('spacy')])"
    )
    said = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    assert said == "6 []\n"
    assert function_words("fr") >= {word for word in STOP_WORDS if word.isascii() and word.isalpha() and len(word) > 1}
    assert function_words("xx") == frozenset()


def learned(texts, products=()):
    learner = Learner()
    for text in texts:
        learner.add(text)
    return learner.result(products)


def test_names_of_many_countries_are_known():
    for name in ("Sarah", "fiona", "Giovanni", "Jürgen", "Siobhán", "Lukáš", "Ayşe", "María"):
        assert is_given_name(name), name
    assert {"patel", "garcia", "johnson"} <= family_names()


def test_words_that_are_names_too_are_not_given_names():
    assert given_names().isdisjoint(AMBIGUOUS)
    assert given_names().isdisjoint(plain_words("en"))
    assert {"will", "mark", "may", "grace"} <= MOSTLY_NAMES


def test_a_capitalized_word_of_many_comments_is_a_brand():
    texts = [f"My Zeppelin number {n} arrived" for n in range(10)] + ["Xiomara was kind", "Sarah helped, Sarah stayed"]
    vocabulary = learned(texts)
    assert "zeppelin" in vocabulary.brands
    assert "xiomara" not in vocabulary.brands


def test_a_given_name_never_becomes_a_brand_however_often_it_comes():
    vocabulary = learned([f"it was Sarah who helped me {n}" for n in range(50)], ["Sarah", "Norvik"])
    assert "sarah" not in vocabulary.brands
    assert "norvik" in vocabulary.brands


def test_a_name_written_small_now_and_then_stays_a_name():
    vocabulary = learned(["there Sarah was kind"] * 9 + ["sarah was kind"] * 4)
    assert "sarah" not in vocabulary.words
    assert "paige" in learned(["the paige jeans"] * 4).words


def test_the_order_of_the_comments_makes_no_difference():
    texts = [f"The Zeppelin {n % 7} of Norvik is late" for n in range(40)] + ["a cat", "A Cat", "Cat"] * 3
    shuffled = random.Random(5).sample(texts, len(texts))
    assert learned(texts) == learned(shuffled)
    assert learned(texts).fingerprint == learned(shuffled).fingerprint


def test_comments_in_capitals_teach_nothing():
    assert learned(["THE ZEPPELIN IS LATE AGAIN"] * 20).brands == frozenset()


def test_words_with_endings_are_ordinary_when_their_stem_is():
    lexicon = Lexicon(frozenset({"explain", "stop", "carry", "bake"}))
    for word in ("explained", "explains", "stopped", "carries", "baked", "baking"):
        assert lexicon.is_ordinary(word, "en"), word
    assert not lexicon.is_ordinary("baader", "en")
    assert not lexicon.is_ordinary("explained", "de")


def test_a_brand_of_the_corpus_is_told():
    lexicon = Lexicon(vocabulary=CorpusVocabulary(frozenset({"paige"}), frozenset({"zeppelin"})))
    assert lexicon.is_brand("zeppelin")
    assert lexicon.is_ordinary("paige", "fr")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("l'équipe d'Amandine", ["l'équipe", "d", "Amandine"]),
        ("qu’Anselmetti", ["qu", "Anselmetti"]),
        ("dell'Anna", ["dell", "Anna"]),
        ("O'Brien and D'Angelo", ["O'Brien", "and", "D'Angelo"]),
        ("it's Ann's, don't", ["it's", "Ann's", "don't"]),
    ],
)
def test_an_elision_is_a_word_of_its_own_before_a_capital(text, words):
    assert WORD.findall(text) == words


def test_a_name_found_once_in_a_file_is_one_in_the_whole_file():
    learner = Learner()
    learner.add("I was helped by Thandeka and all was well again.")
    for number in range(7):
        learner.add(f"In the end Thandeka found my bag number {number}.")
    for number in range(9):
        learner.add(f"We bought a Zeppelin for the garden {number}, the Zeppelin flies.")
    learner.add("Thanks to Support for nothing, thank you to Wednesday.")
    vocabulary = learner.result()
    assert "thandeka" in vocabulary.names
    assert "thandeka" not in vocabulary.brands
    assert "zeppelin" in vocabulary.brands
    assert Lexicon(frozenset({"support"}), vocabulary=vocabulary).is_given("thandeka")
    assert not Lexicon(frozenset({"support"}), vocabulary=vocabulary).is_given("support")


def test_a_brand_that_is_thanked_once_stays_a_brand():
    learner = Learner()
    learner.add("Thanks to Zeppelin for the quick answer here.")
    for number in range(40):
        learner.add(f"I use the Zeppelin every day {number} and like it.")
    assert "zeppelin" in learner.result().brands


@pytest.mark.parametrize(
    ("word", "is_slip"), [("dissapointed", True), ("recieved", True), ("babajide", False), ("xyzzy", False)]
)
def test_a_slip_of_a_word_is_no_new_word(word, is_slip):
    assert Lexicon(frozenset({"disappoint", "disappointed", "receive", "received"})).is_slip(word) is is_slip
