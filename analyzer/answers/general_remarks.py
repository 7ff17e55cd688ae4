"""Tell remarks that say only how content people are, or what they did in the end, from points that say why.

"Very disappointed", "excellent service" and "sending it back" name nothing that could be kept or changed. A group of
opinions is such a remark if its center is near to one of the examples below. Over the points of six broad questions on
two corpora the cosines lay from .62 for such groups, and up to .44 for all others.
"""

from collections.abc import Mapping, Sequence, Set

import numpy as np
from numpy.typing import NDArray

from analyzer.answers.opinion_snapshot import BLOCK, OpinionSnapshot, Rows
from analyzer.answers.points import FoundPoint, clause_of
from analyzer.answers.quotes import content_words, is_form_of
from analyzer.models.embedder import Embeds, Vectors
from analyzer.models.embedding_thresholds import thresholds_of
from analyzer.models.parallel import one_thread

MORE_FOR_CLAUSE = 0.07
"""How much more one opinion needs than the center of a group, since it scatters more."""
REMARKS = (
    "very disappointed", "so disappointing", "it was awful", "terrible experience", "absolutely terrible service",
    "not happy", "not good enough", "i did not like it", "it is bad", "it did not work for me", "worst ever",
    "it could be better", "i returned it", "it is going back", "sending it back", "i will not buy it again",
    "not worth it", "i cannot recommend it", "i love it", "it is great", "very good", "excellent service",
    "everything was perfect", "nothing, all was good", "nothing could have been better", "very happy",
    "very satisfied", "great experience", "good overall", "it is fine", "no complaints", "nothing to improve",
    "thank you", "i would recommend it", "i am glad i bought it", "highly recommend", "keep it up",
    "i am so pleased", "brilliant", "sehr enttäuscht", "sehr zufrieden", "alles bestens", "nichts zu verbessern",
    "ging zurück", "sehr gut", "très déçu", "très satisfait", "tout était parfait", "rien à améliorer",
    "je l'ai renvoyé", "très bien", "muy decepcionado", "muy satisfecho", "todo perfecto", "nada que mejorar",
    "lo devolví", "muy bien", "erg teleurgesteld", "zeer tevreden", "alles was prima", "niets te verbeteren",
    "teruggestuurd", "heel goed", "molto deluso", "molto soddisfatto", "tutto perfetto", "niente da migliorare",
    "l'ho restituito", "molto bene",
)  # fmt: skip


EVALUATIONS = frozenset(
    """absolutely adorable amazing awesome awful bad beautiful best better bought brilliant completely cute decent
    disappointed disappointing excellent exceptional extremely fabulous fantastic gorgeous great good hate hated
    horrible like liked love loved loves lovely mediocre nice outstanding perfect poor pretty quite really recommend
    slightly somewhat stunning super superb terrible totally want wanted wonderful worst
    schön toll super wunderbar hübsch liebe gefällt schlecht schrecklich furchtbar großartig
    beau belle magnifique génial génialissime adore aime joli jolie horrible nul mauvais
    bonito bonita hermoso hermosa precioso preciosa encanta genial horrible malo mala
    mooi mooie prachtig geweldig leuk vreselijk slecht
    bello bella bellissimo bellissima stupendo fantastico adoro orribile brutto pessimo""".split()
)
"""Words that say how good something is and nothing else of it, in six languages."""
MOSTLY = 0.5
"""Share of the LOOKED_AT most typical clauses of a point that name but the thing itself and say how good it is, from
which it is a general remark: .73 to 1.00 for "this dress is beautiful", up to .25 for all others over six questions."""
LOOKED_AT = 60


def without_general(
    opinions: OpinionSnapshot, points: Sequence[FoundPoint], embedder: Embeds, texts: Mapping[int, str],
    things: Set[str],
) -> tuple[list[FoundPoint], list[FoundPoint]]:  # fmt: skip
    """Return the points that say something in particular, and the general remarks, both in their order.

    Args:
        opinions: all opinions.
        points: the points.
        embedder: embeds the examples.
        texts: texts by id.
        things: words for what the comments are about ("dress"), which name nothing in particular.
    """
    if not points:
        return [], []
    nearest = np.round(np.stack([point.center for point in points]) @ _remarks(opinions, embedder).T, 4).max(axis=1)
    least = thresholds_of(embedder.name).general
    is_general = [
        bool(one >= least) or _only_evaluates(opinions, point, texts, things)
        for one, point in zip(nearest, points, strict=True)
    ]
    return (
        [point for point, general in zip(points, is_general, strict=True) if not general],
        [point for point, general in zip(points, is_general, strict=True) if general],
    )


def _only_evaluates(opinions: OpinionSnapshot, point: FoundPoint, texts: Mapping[int, str], things: Set[str]) -> bool:
    """Return whether most clauses of a point name but the things and say how good they are."""
    clauses = [clause_of(opinions, row, texts) for row in point.rows[:LOOKED_AT].tolist()]
    return sum(only_evaluates(clause, things) for clause in clauses) >= MOSTLY * len(clauses)


def only_evaluates(text: str, things: Set[str]) -> bool:
    """Return whether a text names but the things that the comments are about and says how good they are."""
    return all(word in EVALUATIONS or is_form_of(word, things) for word in content_words(text))


def are_general(opinions: OpinionSnapshot, rows: Rows, embedder: Embeds) -> NDArray[np.bool_]:
    """Return bool[k], which opinions are general remarks by themselves.

    Args:
        opinions: all opinions.
        rows: int64[k], rows of the opinions.
        embedder: embeds the examples.
    """
    remarks, mean = _remarks(opinions, embedder), opinions.background.mean
    clauses, back = np.unique(opinions.clauses[rows], return_inverse=True)
    nearest = np.zeros(len(clauses))
    for start in range(0, len(clauses), BLOCK):
        part = opinions.vectors[clauses[start : start + BLOCK]].astype(np.float32) - mean
        part /= np.maximum(np.linalg.norm(part, axis=1, keepdims=True), 1e-9)
        with one_thread():
            nearest[start : start + BLOCK] = np.round(part @ remarks.T, 4).max(axis=1)
    return np.asarray((nearest >= thresholds_of(embedder.name).general + MORE_FOR_CLAUSE)[back], dtype=np.bool_)


def _remarks(opinions: OpinionSnapshot, embedder: Embeds) -> Vectors:
    return np.stack([opinions.background.centered(vector) for vector in embedder.embed(REMARKS)])
