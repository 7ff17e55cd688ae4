"""Join two rankings of the same texts into one."""

from collections.abc import Sequence

Ranked = Sequence[tuple[int, float]]


def fuse(words: Ranked, meaning: Ranked, words_weight: float) -> list[tuple[int, float]]:
    """Add the two scaled scores of each text and sort; ties by id.

    A convex combination of scaled scores keeps how much better one text is than the next, which reciprocal ranks
    throw away (Bruch, Gai and Ingber 2023, "An Analysis of Fusion Functions for Hybrid Retrieval"). BM25 is scaled
    from its floor of 0; cosines crowd together, so they are scaled from the least one among the candidates.

    Args:
        words: (text id, BM25 score), best first.
        meaning: (text id, cosine), best first.
        words_weight: share of the words' score, 0 to 1.
    """
    total: dict[int, float] = {}
    floor = min((score for _, score in meaning), default=0.0)
    for ranked, weight, least in ((words, words_weight, 0.0), (meaning, 1 - words_weight, floor)):
        span = max((score for _, score in ranked), default=least) - least
        for text_id, score in ranked:
            scaled = (score - least) / span if span > 0 else 1.0
            total[text_id] = total.get(text_id, 0.0) + weight * scaled
    return sorted(total.items(), key=lambda pair: (-pair[1], pair[0]))
