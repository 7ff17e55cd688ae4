"""Directions in which the segments of a file lie apart, and points cut without them."""

import numpy as np

from analyzer.answers.segment_directions import segment_directions, without


def segmented(count=400):
    """Return vectors of clauses that differ by garment (axis 0) and by what is said (axis 1), with their garments."""
    chance = np.random.default_rng(5)
    garments = ["dress" if number % 2 else "shirt" for number in range(count)]
    vectors = chance.normal(scale=0.05, size=(count, 8))
    vectors[:, 0] += [1.0 if one == "dress" else -1.0 for one in garments]
    vectors[:, 1] += [0.5 if number % 3 else -0.5 for number in range(count)]
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float16), garments


def test_the_direction_is_that_of_the_column_that_explains_most():
    vectors, garments = segmented()
    rows = np.arange(len(garments))
    chance = np.random.default_rng(6)
    segments = {row: (str(chance.integers(4)), garments[row]) for row in rows.tolist()}
    found = segment_directions(vectors, rows, rows, segments)
    assert found.shape == (1, 8)
    assert abs(found[0, 0]) > 0.99
    np.testing.assert_allclose(found @ found.T, np.eye(len(found)), atol=1e-4)
    left = without(vectors.astype(np.float32), found)
    by_garment = np.array(garments) == "dress"
    assert np.abs(left[by_garment].mean(axis=0) - left[~by_garment].mean(axis=0)).max() < 0.05
    assert np.abs(left[:, 1]).mean() > 0.2, "what is said stays"


def test_a_file_without_columns_or_comments_has_no_direction():
    vectors, garments = segmented(10)
    rows = np.arange(len(garments))
    assert segment_directions(vectors, rows, rows, {}).shape == (0, 8)
    assert segment_directions(vectors, rows[:0], rows[:0], {0: ("a",)}).shape == (0, 8)
    np.testing.assert_array_equal(without(vectors.astype(np.float32), np.zeros((0, 8), np.float32)), vectors)
