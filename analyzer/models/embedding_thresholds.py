"""Thresholds on cosines by embedding model. Cosines of two models do not compare, not even at the same dimension.

Unrelated clauses have a median cosine of .80 with multilingual-e5-small, where .61 says "speaks of it" with
all-MiniLM-L6-v2. A threshold is therefore used with the model it was measured for; with any other, what it decides is
left to words, to the corpus or undone, see `thresholds_of`.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from analyzer.models.parallel import one_thread

NEVER, ALWAYS = 2.0, -2.0
"""Thresholds that no cosine and every cosine reaches."""


@dataclass(frozen=True, slots=True)
class AlikeCosines:
    """Cosines of clauses, centered on their corpus.

    Attributes:
        clauses: least mean cosine between groups of clauses that become one point.
        many_clauses: the same among a thousand clauses and more.
        points: least mean cosine between points of a stance that become one.
        points_surely: cosine from which two points do, whatever else they are near.
        offered: least cosine of a subject that is offered in place of one that nobody speaks of.
    """

    clauses: float
    many_clauses: float
    points: float
    points_surely: float
    offered: float


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddingThresholds:
    """What was measured for one embedding model.

    Attributes:
        same: least cosine of a clause that speaks of a subject whatever its words, in a corpus too small to measure it.
        near: the same for a clause of a comment with every word of the subject.
        same_sentence: cosine from which two sentences say the same.
        general: cosine, centered on the corpus, from which a group of opinions is a general remark.
        is_counted: whether the link from cosine to probability of counting.priors was measured for the model.
        is_verified: whether the verifier of claims (grounding.entailment) was trained with cosines of the model.
        reads_questions: whether the question model was trained with vectors of the model.
        words_weight: weight of the words in hybrid search, 0 to 1; the rest is that of meaning.
        theme_level: how far the space of themes is leveled (themes.graph.leveling_of), 0 to 1.
        alike: cosines of centered clauses from which they are alike; None for those of a corpus, see `alike_in`.
    """

    same: float
    near: float
    same_sentence: float
    general: float
    is_counted: bool
    is_verified: bool
    reads_questions: bool
    words_weight: float = 0.8
    theme_level: float = 0.0
    alike: AlikeCosines | None = None


_UNMEASURED = EmbeddingThresholds(
    same=NEVER, near=ALWAYS, same_sentence=NEVER, general=NEVER, is_counted=False, is_verified=False,
    reads_questions=False,
)  # fmt: skip
"""Only clauses with every word of a subject speak of it; no sentence repeats another, no remark is general; counts
start from expected shares; no sentence is verified; questions are understood by their words."""
_MEASURED = {
    "all-MiniLM-L6-v2": EmbeddingThresholds(
        same=0.61, near=0.5, same_sentence=0.9, general=0.53, is_counted=True, is_verified=True, reads_questions=True,
        alike=AlikeCosines(0.15, 0.2, 0.7, 0.8, 0.2),
    ),
    "multilingual-e5-small": replace(
        _UNMEASURED, reads_questions=True, words_weight=0.4, theme_level=0.4,
        alike=AlikeCosines(0.18, 0.23, 0.69, 0.78, 0.24),
    ),
}  # fmt: skip
"""Weights of words in search: on the 12 judged queries of benchmarks/ranking.py with all-MiniLM-L6-v2 nDCG@10 .896 with
.8, .885 by words alone, .80 by reciprocal ranks. On the 360 searches of benchmarks/languages.py with
multilingual-e5-small, where languages share words that mean nothing alike (French and Dutch "je"), 347 find the same
point first with .5 to .8, 355 with .4, 357 with .3; .4 keeps most of the words."""


_PAIRS = (0.084, 0.046, 2.4e-4, 7e-5, 0.06)
"""Share of the pairs of clauses whose centered cosine reaches the thresholds of all-MiniLM-L6-v2, in the order of
AlikeCosines: mean of NHS and clothing clauses. As many pairs reach those of multilingual-e5-small."""
LEAST_FOR_PAIRS, MOST_FOR_PAIRS = 200, 2_000
"""Clauses from which the cosines of a model that was not measured are taken from a corpus; most that are compared."""


def thresholds_of(model: str) -> EmbeddingThresholds:
    """Return what was measured for an embedding model by its name; the cautious side of everything if nothing was."""
    return _MEASURED.get(model, _UNMEASURED)


def notes_on(model: str) -> tuple[str, ...]:
    """Return what follows for users where something was not measured for an embedding model, one line each."""
    measured = thresholds_of(model)
    missing = (
        (measured.is_counted, "counts by a statement start from expected shares until comments are labeled"),
        (measured.is_verified, "sentences of the answering model are not verified, so points speak in comments' words"),
        (
            measured.alike is not None,
            "what is alike follows from the comments, and from fewer than "
            f"{LEAST_FOR_PAIRS} different clauses no points are joined",
        ),
        (measured.same < NEVER, "in a small workspace a subject is found by its words alone"),
    )
    return tuple(f"not measured with {model}: {what}" for is_measured, what in missing if not is_measured)


def alike_in(model: str, centered: NDArray[np.float32]) -> AlikeCosines:
    """Return the cosines from which clauses of a corpus are alike under an embedding model.

    Those of a model that was not measured are reached by as many pairs of the corpus' clauses as those of the default
    model are. In a corpus of fewer than LEAST_FOR_PAIRS clauses no points become one under such a model.

    Args:
        model: its name.
        centered: float32[n, d], clauses of the corpus, at most MOST_FOR_PAIRS, centered on its mean, unit rows.
    """
    if (measured := thresholds_of(model).alike) is not None:
        return measured
    if len(centered) < LEAST_FOR_PAIRS:
        return AlikeCosines(NEVER, NEVER, NEVER, NEVER, NEVER)
    with one_thread():
        cosines = (centered @ centered.T)[np.triu_indices(len(centered), 1)]
    return AlikeCosines(*(round(float(np.quantile(cosines, 1.0 - share)), 3) for share in _PAIRS))
