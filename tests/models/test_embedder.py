"""The embedder: contract tests for the fake and the real model, then tests of the real model alone."""

import random
import socket

import numpy as np
import pytest
from fakes import FakeEmbedder

from analyzer.errors import ModelError
from analyzer.models.embedder import LENGTHS, Embedder

TEXTS = [
    "The parcel arrived late.", "My delivery was delayed by a week", "Lovely staff", "ok", "", "  ", "!?", "é" * 40,
    "The app crashes whenever I open the basket. " * 12, "word " * 400, "emoji 😀👍🏽", "Livraison très tardive",
    *[f"Comment number {n} about {'refunds ' * (n % 9)}" for n in range(40)],
]  # fmt: skip


@pytest.fixture(scope="module")
def real(models_dir):
    return Embedder(models_dir / "all-MiniLM-L6-v2")


@pytest.fixture(params=["fake", "real"])
def embedder(request):
    return FakeEmbedder() if request.param == "fake" else request.getfixturevalue("real")


def cosine(embedder, one, other):
    first, second = embedder.embed([one, other])
    return float(first @ second)


def test_vectors_are_float32_of_unit_length(embedder):
    vectors = embedder.embed(TEXTS)
    assert vectors.shape == (len(TEXTS), embedder.dimension)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


def test_no_texts_give_no_vectors(embedder):
    assert embedder.embed([]).shape == (0, embedder.dimension)


def test_a_vector_is_the_same_bits_in_any_batch_and_order(embedder):
    vectors = embedder.embed(TEXTS)
    expected = {text: vectors[row].tobytes() for row, text in enumerate(TEXTS)}
    chance = random.Random(1)
    for _ in range(3):
        sample = chance.sample(TEXTS, chance.randint(2, len(TEXTS)))
        for text, vector in zip(sample, embedder.embed(sample), strict=True):
            assert vector.tobytes() == expected[text], text


def test_any_number_of_threads_gives_the_same_bits_in_the_same_order(models_dir, real):
    several = Embedder(models_dir / "all-MiniLM-L6-v2", threads=3)
    texts = TEXTS * 5
    assert several.embed(texts).tobytes() == real.embed(texts).tobytes()
    assert several.embed_queries(texts[:3]).tobytes() == real.embed_queries(texts[:3]).tobytes()


def test_a_vector_alone_is_the_vector_in_a_batch(embedder):
    vectors = embedder.embed(TEXTS)
    for row in range(0, len(TEXTS), 4):
        np.testing.assert_allclose(embedder.embed([TEXTS[row]])[0], vectors[row], atol=2e-6)


def test_a_text_alone_always_has_the_same_bits(embedder):
    one = [embedder.embed([TEXTS[0]]).tobytes() for _ in range(3)]
    assert len(set(one)) == 1


def test_equal_texts_have_equal_vectors(embedder):
    vectors = embedder.embed(["late again", "fine", "late again"])
    assert vectors[0].tobytes() == vectors[2].tobytes() != vectors[1].tobytes()


def test_texts_that_say_alike_are_nearer_than_others(embedder):
    alike = cosine(embedder, "my delivery was late", "the delivery was late again")
    assert alike > cosine(embedder, "my delivery was late", "friendly helpful staff in store") + 0.2


def test_the_real_model_agrees_with_sentence_transformers(real):
    stock = real._model.encode(TEXTS, normalize_embeddings=True, show_progress_bar=False)
    assert min((real.embed(TEXTS) * stock).sum(axis=1)) >= 0.9999


@pytest.mark.parametrize("length", LENGTHS)
def test_a_text_of_every_padded_length_agrees_too(real, length):
    words = ["late"] * (length - 2)
    texts = [" ".join(words[:count]) for count in (len(words) - 1, len(words), len(words) + 1)]
    stock = real._model.encode(texts, normalize_embeddings=True, show_progress_bar=False)
    assert min((real.embed(texts) * stock).sum(axis=1)) >= 0.9999


def test_a_folder_without_a_model_says_how_to_get_it(tmp_path):
    with pytest.raises(ModelError, match="run: analyzer models fetch"):
        Embedder(tmp_path)


def test_loading_and_embedding_touches_no_network(models_dir, egress, monkeypatch):
    def refuse(*arguments, **options):
        raise AssertionError("a socket was made")

    monkeypatch.setattr(socket, "socket", refuse)
    Embedder(models_dir / "all-MiniLM-L6-v2").embed(["late"])
    assert egress == []
