"""Cluster comments that make the same point by their vectors, for questions about reasons.

Spherical k-means (scikit-learn) runs over distinct texts in alphabetical order on one thread, so that the same comments
give the same points. The points serve one answer; lasting themes are built in analyzer.themes.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analyzer.counting.sampling import Floats, Rows

LEAST_TEXTS = 12
MOST_POINTS = 10
TEXTS_A_POINT = 25
MOST_FITTED = 4_000
"""Maximum number of texts that the centers are fitted on; all texts are then assigned."""
MEMBER = 0.45
"""Minimum cosine of a text to a center for the text to belong to it; other texts belong to none."""
ALIKE = 0.85
SEED = 7


@dataclass(frozen=True, slots=True)
class Points:
    """Centers, float32[k, d] with unit rows, and the point of each text, -1 for none."""

    centers: NDArray[np.float32]
    members: Rows


def find_points(vectors: NDArray[np.float32], weights: Floats) -> Points:
    """Return the points of texts, largest first.

    Args:
        vectors: float32[n, d] with unit rows, in an order that does not depend on the import.
        weights: number of comments by text.
    """
    count = len(vectors)
    if count < LEAST_TEXTS:
        return Points(np.zeros((0, vectors.shape[1]), dtype=np.float32), np.full(count, -1, dtype=np.int64))
    fitted = np.linspace(0, count - 1, min(count, MOST_FITTED)).astype(np.int64)
    number = int(min(MOST_POINTS, max(3, count // TEXTS_A_POINT)))
    centers = _distinct(_centers(vectors[fitted], np.sqrt(weights[fitted]), number))
    members = assign(vectors, centers)
    size = np.array([weights[members == point].sum() for point in range(len(centers))])
    order = np.argsort(-size, kind="stable")
    return Points(centers[order], assign(vectors, centers[order]))


def assign(vectors: NDArray[np.float32], centers: NDArray[np.float32]) -> Rows:
    """Return the nearest center of each text, -1 if none is near enough."""
    if not len(centers):
        return np.full(len(vectors), -1, dtype=np.int64)
    likeness = np.round(vectors @ centers.T, 4)
    nearest = likeness.argmax(axis=1)
    return np.where(likeness.max(axis=1) >= MEMBER, nearest, -1).astype(np.int64)


def _centers(vectors: NDArray[np.float32], weights: Floats, number: int) -> NDArray[np.float32]:
    from sklearn.cluster import KMeans  # noqa: PLC0415
    from threadpoolctl import threadpool_limits  # noqa: PLC0415

    with threadpool_limits(1):
        fitted = KMeans(number, n_init=1, random_state=SEED).fit(vectors, sample_weight=weights)
    centers = np.asarray(fitted.cluster_centers_, dtype=np.float32)
    unit: NDArray[np.float32] = centers / np.maximum(np.linalg.norm(centers, axis=1, keepdims=True), 1e-9)
    return unit


def _distinct(centers: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the centers without those that are similar to an earlier one."""
    kept: list[int] = []
    for row in range(len(centers)):
        if all(float(centers[row] @ centers[other]) < ALIKE for other in kept):
            kept.append(row)
    return centers[kept]
