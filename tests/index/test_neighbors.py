"""Nearest neighbors of many vectors: exact, the same on every machine, and never a vector itself."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.index import neighbors as module
from analyzer.index.neighbors import BLOCK, DIGITS, SPARE, blocks, nearest, neighbors


def unit_rows(count, dimension=16, seed=7):
    rows = np.random.default_rng(seed).normal(size=(count, dimension))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def by_hand(queries, vectors, k):
    """Every cosine, rounded as the module does, best first with ties by row."""
    cosines = np.round(queries @ vectors.T, DIGITS)
    rows = np.broadcast_to(np.arange(len(vectors)), cosines.shape)
    order = np.lexsort((rows, -cosines), axis=1)[:, :k]
    return order, np.take_along_axis(cosines, order, axis=1)


@given(st.integers(0, 2**32 - 1), st.integers(1, 40), st.integers(1, 60), st.integers(1, 12))
def test_the_search_is_exact(seed, queries, vectors, k):
    asked, stored = unit_rows(queries, seed=seed), unit_rows(vectors, seed=seed + 1)
    rows, cosines = nearest(asked, stored, k)
    _, expected = by_hand(asked, stored, k)
    assert rows.shape == cosines.shape == (queries, min(k, vectors))
    np.testing.assert_allclose(cosines, expected, atol=10.0**-DIGITS)
    np.testing.assert_allclose((asked[:, None] * stored[rows]).sum(axis=2), cosines, atol=10.0**-DIGITS)
    assert all(len(set(row)) == len(row) for row in rows.tolist())


@given(st.integers(0, 2**32 - 1), st.integers(1, 4), st.integers(2, 5))
def test_equally_near_vectors_come_in_order_of_their_row(seed, different, copies):
    """As many copies as SPARE and one more are told apart by row, whatever order the search found them in."""
    assert copies <= SPARE + 1
    stored = np.tile(unit_rows(different, seed=seed), (copies, 1))
    rows, cosines = nearest(stored, stored, copies)
    for row, (found, scores) in enumerate(zip(rows.tolist(), cosines.tolist(), strict=True)):
        assert found == list(range(row % different, different * copies, different))
        assert scores == [1.0] * copies


def test_cosines_that_differ_by_less_than_their_rounding_are_equal():
    """So that another machine's last digits do not change the order: the nearest by a hair is the last row here."""
    cosines = 0.5 + 5e-6 * np.arange(SPARE + 1, dtype=np.float32)
    stored = np.stack([cosines, np.sqrt(1 - cosines**2)], axis=1)
    for k in range(1, SPARE + 2):
        rows, found = nearest(np.eye(1, 2, dtype=np.float32), stored, k)
        assert rows[0].tolist() == list(range(k))
        assert found[0].tolist() == [0.5] * k


@pytest.mark.parametrize("count", [2, SPARE, 40, 300])
def test_a_vector_is_never_its_own_neighbor_not_even_among_copies_of_itself(count):
    stored = np.tile(unit_rows(1), (count, 1))
    rows, cosines = neighbors(stored, 3)
    assert rows.shape == (count, min(3, count - 1))
    assert not (rows == np.arange(count)[:, None]).any()
    assert (cosines == 1.0).all()
    first = list(range(4))
    assert rows[-1].tolist() == first[: rows.shape[1]]  # its own row is too far behind to be found at all
    assert rows[0].tolist() == first[1 : 1 + rows.shape[1]]


@given(st.integers(0, 2**32 - 1), st.integers(2, 30), st.integers(1, 40))
def test_neighbors_are_the_nearest_others(seed, count, k):
    stored = unit_rows(count, seed=seed)
    rows, cosines = neighbors(stored, k)
    assert rows.shape == (count, min(k, count - 1))
    without = np.round(stored @ stored.T, DIGITS)
    np.fill_diagonal(without, -2)
    np.testing.assert_allclose(cosines, -np.sort(-without, axis=1)[:, : rows.shape[1]], atol=10.0**-DIGITS)
    assert not (rows == np.arange(count)[:, None]).any()


def test_one_vector_has_no_neighbor():
    rows, cosines = neighbors(unit_rows(1), 5)
    assert rows.shape == cosines.shape == (1, 0)


def test_a_query_is_answered_alike_alone_and_in_a_block_with_others():
    stored, asked = unit_rows(500), unit_rows(BLOCK + 3, seed=8)
    rows, cosines = nearest(asked, stored, 5)
    for place in (0, BLOCK - 1, BLOCK, BLOCK + 2):
        alone_rows, alone = nearest(asked[place : place + 1], stored, 5)
        assert alone_rows[0].tolist() == rows[place].tolist()
        assert alone[0].tolist() == cosines[place].tolist()


@pytest.fixture
def inverted(monkeypatch):
    """Search 3,000 vectors the way that 40,001 and more are searched."""
    monkeypatch.setattr(module, "EXACT", 2_999)
    return unit_rows(3_000)


def test_beyond_the_limit_most_true_neighbors_are_found_with_their_true_cosines(inverted):
    rows, cosines = nearest(inverted[:200], inverted, 10)
    expected, _ = by_hand(inverted[:200], inverted, 10)
    shared = [len(set(found) & set(wanted)) for found, wanted in zip(rows.tolist(), expected.tolist(), strict=True)]
    assert np.mean(shared) / 10 >= 0.8
    found = rows >= 0
    true = (inverted[:200][:, None] * inverted[rows]).sum(axis=2)
    np.testing.assert_allclose(cosines[found], true[found], atol=10.0**-DIGITS)


def test_beyond_the_limit_the_neighbors_are_the_same_every_time(inverted):
    first = neighbors(inverted, 5)
    again = neighbors(inverted, 5)
    assert first[0].tolist() == again[0].tolist()
    assert first[1].tolist() == again[1].tolist()


def test_what_an_inverted_file_does_not_find_is_marked_as_missing_and_comes_last(inverted):
    rows, cosines = nearest(inverted[:3], inverted, 3_000)
    for found, scores in zip(rows, cosines, strict=True):
        missing = found < 0
        assert missing.any()
        assert (scores[missing] == -1).all()
        assert not missing[: len(found) - missing.sum()].any()


@given(st.integers(0, 10_000), st.integers(1, 5_000))
def test_blocks_cover_every_row_once_and_none_is_larger_than_asked(count, size):
    parts = list(blocks(count, size))
    assert [row for part in parts for row in range(part.start, part.stop)] == list(range(count))
    assert all(0 < part.stop - part.start <= size for part in parts)
