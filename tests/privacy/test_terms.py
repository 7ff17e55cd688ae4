"""Allow and deny lists as keyed hashes: terms are told again whatever their dress, and cannot be read."""

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.privacy.terms import LONGEST_TERM, Terms

KEY = bytes(range(32))
PLAIN = Terms(KEY)


def denying(*terms):
    return Terms(KEY, deny=frozenset(map(PLAIN.digest, terms)))


@pytest.mark.parametrize(
    "dressed", ["ann lee", " ANN\tLEE ", "“Ann  Lee”,", "Ａｎｎ Lee", "An\u200bn Lee", "(Ann Lee)!"]
)
def test_a_term_is_told_again_whatever_its_dress(dressed):
    assert PLAIN.digest(dressed) == PLAIN.digest("Ann Lee")
    assert Terms(KEY, allow=frozenset({PLAIN.digest("Ann Lee")})).is_allowed(dressed)


def test_another_term_and_another_key_have_another_digest():
    assert len({PLAIN.digest("Ann Lee"), PLAIN.digest("AnnLee"), Terms(bytes(32)).digest("Ann Lee")}) == 3
    assert len(PLAIN.digest("Ann Lee")) == 16


@pytest.mark.parametrize("terms", [Terms(), Terms(deny=frozenset({b""}), allow=frozenset({b""}))])
def test_without_a_key_there_are_no_terms(terms):
    assert (terms.digest("Ann"), terms.is_allowed("Ann"), terms.denied_spans("Ann")) == (b"", bool(terms.allow), [])


def test_what_holds_no_letter_is_no_term():
    assert PLAIN.digest(" –!? ") == b""


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("I met Ann Lee's dog", ["Ann Lee"]),
        ("ANN  LEE and ann lee", ["ANN  LEE", "ann lee"]),
        ("Annlee, Ann-Lee, joann lee", []),
        ("mail jo.poe@mail.example.", ["jo.poe@mail.example"]),
        ("Jos\u00e9 or Jose\u0301!", ["José", "Jose\u0301"]),
        ("", []),
    ],
)
def test_every_run_of_words_on_the_deny_list_is_found(text, found):
    terms = denying("Ann Lee", "jo.poe@mail.example", "José")
    assert [text[start:end] for start, end in terms.denied_spans(text)] == found


@given(st.text(max_size=80), st.text(max_size=80))
def test_a_denied_term_is_found_between_any_words(before, after):
    text = f"{before} Zebediah Quackenbush {after}"
    spans = denying("Zebediah Quackenbush").denied_spans(text)
    assert (len(before) + 1, len(before) + 21) in spans


@given(st.text(max_size=40))
def test_a_digest_never_raises_and_is_stable(value):
    assert PLAIN.digest(value) == PLAIN.digest(f" {value} ")


def test_the_longest_term_is_found_and_a_longer_run_is_not_looked_up():
    words = [f"word{n}" for n in range(LONGEST_TERM + 1)]
    assert denying(" ".join(words[1:])).denied_spans(" ".join(words))
    assert not denying(" ".join(words)).denied_spans(" ".join(words))


def test_the_fingerprint_follows_the_lists_and_not_their_order():
    one, other = PLAIN.digest("Ann"), PLAIN.digest("Bob")
    prints = {
        PLAIN.fingerprint,
        Terms(KEY, allow=frozenset({one})).fingerprint,
        Terms(KEY, deny=frozenset({one})).fingerprint,
        Terms(KEY, deny=frozenset({one, other})).fingerprint,
    }
    assert len(prints) == 4
    assert Terms(KEY, deny=frozenset([other, one])).fingerprint == Terms(KEY, deny=frozenset([one, other])).fingerprint


def test_terms_go_to_a_worker_and_do_not_show_what_they_hold():
    terms = denying("Ann Lee")
    assert pickle.loads(pickle.dumps(terms)) == terms
    assert KEY.hex() not in repr(terms)
    assert repr(KEY) not in repr(terms)
