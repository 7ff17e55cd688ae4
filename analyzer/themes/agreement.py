"""How far two ways to put things together, or two judgements, agree (scikit-learn's measures)."""

import numpy as np
from numpy.typing import NDArray

Labels = NDArray[np.int64]


def adjusted_rand(one: Labels, other: Labels) -> float:
    """Return the adjusted Rand index (Hubert & Arabie 1985): 1 for the same, 0 for chance."""
    from sklearn.metrics import adjusted_rand_score  # noqa: PLC0415

    return float(adjusted_rand_score(one, other))


def mutual_information(one: Labels, other: Labels) -> float:
    """Return the normalized mutual information, arithmetic mean: 1 for the same."""
    from sklearn.metrics import normalized_mutual_info_score  # noqa: PLC0415

    return float(normalized_mutual_info_score(one, other))


def macro_f1(truth: Labels, judged: Labels) -> float:
    """Return the mean over classes of F1."""
    from sklearn.metrics import f1_score  # noqa: PLC0415

    return float(f1_score(truth, judged, average="macro"))
