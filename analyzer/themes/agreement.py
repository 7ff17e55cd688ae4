"""Agreement of two clusterings, and of predicted with true classes (scikit-learn's measures)."""

import numpy as np
from numpy.typing import NDArray

Labels = NDArray[np.int64]


def adjusted_rand(one: Labels, other: Labels) -> float:
    """Return the adjusted Rand index (Hubert & Arabie 1985): 1 for identical clusterings, 0 for chance."""
    from sklearn.metrics import adjusted_rand_score  # noqa: PLC0415

    return float(adjusted_rand_score(one, other))


def mutual_information(one: Labels, other: Labels) -> float:
    """Return the normalized mutual information, arithmetic mean: 1 for identical clusterings."""
    from sklearn.metrics import normalized_mutual_info_score  # noqa: PLC0415

    return float(normalized_mutual_info_score(one, other))


def macro_f1(truth: Labels, judged: Labels) -> float:
    """Return macro-F1, the unweighted mean of F1 over classes."""
    from sklearn.metrics import f1_score  # noqa: PLC0415

    return float(f1_score(truth, judged, average="macro"))
