"""Directions of language: found where a model knows languages, and nothing is left of them afterwards."""

import json
from importlib.resources import files

import numpy as np
from fakes import FakeEmbedder

from analyzer.models.language_directions import directions_of, language_directions, without_directions

SAID, LANGUAGES, DIMENSION = 20, 6, 48


def made(meaning=1.0):
    """Return unit vectors [said, languages, d] of what is said, moved by language."""
    chance = np.random.default_rng(3)
    said, moved = chance.normal(size=(SAID, 1, DIMENSION)), 0.7 * chance.normal(size=(1, LANGUAGES, DIMENSION))
    noise = 0.05 * chance.normal(size=(SAID, LANGUAGES, DIMENSION))
    vectors = meaning * said + moved + noise
    return (vectors / np.linalg.norm(vectors, axis=2, keepdims=True)).astype(np.float32)


def test_what_is_said_is_the_same_in_every_language_without_them():
    vectors = made()
    directions = directions_of(vectors)
    assert directions.shape == (LANGUAGES - 1, DIMENSION)
    assert np.allclose(directions @ directions.T, np.eye(LANGUAGES - 1), atol=1e-5)
    left = without_directions(vectors.reshape(-1, DIMENSION), directions).reshape(vectors.shape)
    before, after = ((one[:, 0] * one[:, 1]).sum(axis=1).min() for one in (vectors, left))
    assert after > before + 0.1
    assert after > 0.95
    assert np.allclose(np.linalg.norm(left, axis=2), 1.0, atol=1e-5)


def test_a_model_that_does_not_know_languages_has_none():
    assert directions_of(made(meaning=0.0)).shape == (0, DIMENSION)
    assert len(language_directions(FakeEmbedder())) == 0
    vectors = made().reshape(-1, DIMENSION)
    assert np.allclose(without_directions(vectors, np.zeros((0, DIMENSION), np.float32)), vectors, atol=1e-6)


def test_every_sentence_is_there_in_six_languages_once():
    stored = json.loads((files("analyzer.models") / "parallel_sentences.json").read_text(encoding="utf-8"))
    assert stored["languages"] == ["en", "fr", "de", "es", "nl", "it"]
    assert {len(said) for said in stored["sentences"]} == {LANGUAGES}
    texts = [one for said in stored["sentences"] for one in said]
    assert len(set(texts)) == len(texts)
