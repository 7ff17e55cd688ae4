"""Polarity of opinions by their words: positive, negative and neutral, with negation and phrases."""

import json
from hashlib import blake2b
from importlib.resources import files

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.config import PROJECT
from analyzer.models.embedder import Embedder
from analyzer.opinions.clauses import clauses
from analyzer.opinions.foreign_polarity import language_of_clause
from analyzer.opinions.polarity import PolarityHead
from analyzer.opinions.polarity_features import WIDTH, features, own_words
from analyzer.opinions.stored_opinions import compared_as

HEAD = PolarityHead.load()
NEGATIVE, NEUTRAL, POSITIVE = 0, 1, 2


def judged(*texts):
    return HEAD.judge(texts, np.zeros((len(texts), 4), dtype=np.float32))


@pytest.mark.parametrize(
    ("praise", "blame"),
    [
        ("the nurses were wonderful", "the nurses were horrible"),
        ("delivery was fast", "delivery was slow"),
        ("the room was spotless", "the room was filthy"),
        ("not bad at all", "not good at all"),
        ("i can't complain", "i want to complain, it is awful"),
        ("nothing was too much trouble", "it was too much trouble"),
    ],
)
def test_praise_is_told_from_blame(praise, blame):
    good, bad = judged(praise, blame)
    assert good[POSITIVE] - good[NEGATIVE] > bad[POSITIVE] - bad[NEGATIVE]
    assert good[POSITIVE] > good[NEGATIVE]
    assert bad[NEGATIVE] > bad[POSITIVE]


@given(st.lists(st.text(max_size=60), min_size=1, max_size=5))
def test_probabilities_sum_to_one_whatever_is_said(texts):
    found = judged(*texts)
    assert found.shape == (len(texts), 3)
    assert (found >= 0).all()
    assert np.allclose(found.sum(axis=1), 1, atol=0.001)
    assert features(texts).shape == (len(texts), WIDTH)
    assert np.isfinite(features(texts)).all()


def test_an_opinion_is_judged_by_itself():
    texts = ["great staff", "awful food", "the bus"]
    assert (judged(*texts)[1] == judged("awful food")[0]).all()


def test_a_network_reads_the_vectors_of_the_model_it_was_trained_for_only():
    texts, vectors = ["the staff", "we waited"], np.random.default_rng(1).normal(size=(2, 384)).astype(np.float32)
    heads = {name: PolarityHead.load(name) for name in ("all-MiniLM-L6-v2", "multilingual-e5-small", "another")}
    judged_by = {name: head.judge(texts, vectors).tolist() for name, head in heads.items()}
    assert judged_by["another"] == judged(*texts).tolist()
    assert len({str(one) for one in judged_by.values()}) == 3
    assert len({head.version for head in heads.values()}) == 3


def test_the_version_for_the_default_model_is_that_of_its_files():
    own, words = (
        (files("analyzer.opinions") / name).read_bytes()
        for name in ("polarity_weights.json", "polarity_words_languages.json")
    )
    version = blake2b(b"|".join((own, own, words)), digest_size=8).hexdigest()
    assert PolarityHead.load("all-MiniLM-L6-v2").version == version


@pytest.mark.parametrize(
    ("praise", "blame"),
    [
        ("die bedienung war sehr nett", "die bedienung war nicht nett"),
        ("das essen war ausgezeichnet", "das essen war leider kalt"),
        ("le serveur était très gentil", "le serveur n'était pas gentil"),
        ("la habitación estaba muy limpia", "la habitación estaba muy sucia"),
        ("het personeel was heel behulpzaam", "het personeel was niet behulpzaam"),
        ("la camera era molto pulita", "la camera era sporca e troppo cara"),
    ],
)
def test_praise_is_told_from_blame_in_five_more_languages(praise, blame):
    good, bad = judged(praise, blame)
    assert good.argmax() == POSITIVE
    assert bad.argmax() == NEGATIVE


def test_german_words_are_not_read_as_english_ones():
    assert features(["die suppe war in der küche"])[0, 0] == 0.0
    assert features(["they died in the war"])[0, 0] < 0


def test_english_clauses_are_english():
    english = (
        "the staff were kind",
        "no",
        "me too",
        "was in pain",
        "met my needs",
        "die hard fan",
        "on time",
        "ok",
    )
    assert [language_of_clause(one) for one in english] == [""] * len(english)


def test_stance_by_words_alone_holds_in_six_languages():
    lines = (PROJECT / "benchmarks" / "stance_languages.tsv").read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines]
    truth = np.array(["CNP".index(row[0]) for row in rows])
    for place in range(1, 7):
        found = judged(*(compared_as(row[place]) for row in rows)).argmax(axis=1)
        assert (found == truth).mean() > 0.66, place


def test_nothing_to_judge_is_no_error():
    assert HEAD.judge([], np.zeros((0, 384), dtype=np.float32)).shape == (0, 3)


def test_valences_are_on_the_lexicon_s_scale():
    own = own_words()
    assert all(-4 <= valence <= 4 and valence for valence in [*own.words.values(), *own.idioms.values()])


@pytest.mark.parametrize("file", ["great_but_bad.jsonl", "great_but_bad_fresh.jsonl"])
def test_the_two_sides_of_a_sentence_are_two_opinions(file):
    cases = [
        json.loads(line) for line in (files("analyzer.evaluation") / "gold" / file).read_text("utf-8").splitlines()
    ]
    together = 0
    for case in cases:
        (g0, g1), (b0, b1) = case["positive"], case["negative"]
        spans = clauses(case["text"])
        good = max(spans, key=lambda s: min(s[1], g1) - max(s[0], g0))
        bad = max(spans, key=lambda s: min(s[1], b1) - max(s[0], b0))
        together += good == bad
    assert together <= 0.02 * len(cases)


WISHED = (
    "staff could be friendlier", "the quality could be slightly better", "i don't think it is worth the cost",
    "not worth full price at this build quality", "would have liked better food", "for the price it should be better",
    "answer the phone quicker", "if it were a little longer it would be perfect",
)  # fmt: skip
DENIED = (
    "nothing to improve", "could not have been treated better", "i found nothing to dislike about the fabric",
    "couldn't fault the care", "wouldn't change a thing", "i wish i could rate it higher than five stars",
)  # fmt: skip


def test_wishes_are_complaints_and_denied_faults_are_praise(models_dir):
    embedder = Embedder(models_dir / "all-MiniLM-L6-v2")
    odds = PolarityHead.load(embedder.name).judge([*WISHED, *DENIED], embedder.embed([*WISHED, *DENIED]))
    found = odds.argmax(axis=1)
    assert (found[: len(WISHED)] == 0).sum() >= len(WISHED) - 1
    assert (found[len(WISHED) :] == 2).sum() >= len(DENIED) - 1
