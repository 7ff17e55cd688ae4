"""Move the set of opinions that speak of a subject by the labels that people gave for it (`analyzer labels`)."""

from collections.abc import Mapping

import numpy as np

from analyzer.answers.opinion_snapshot import Floats, Rows
from analyzer.counting.labels import NO, YES

LEAST_LABELS, LEAST_OF_EACH = 20, 5
"""Labels of yes or no, and of each of them, from which they say where the set ends."""


def with_labels(chosen: Rows, rows: Rows, scores: Floats, text_ids: Rows, labels: Mapping[int, float]) -> Rows:
    """Return the rows of the opinions that speak of a subject, int64[m] in canonical order, as people's labels have it.

    A text labeled "no" leaves the set and one labeled "yes" is in it, by its opinion with the highest score. Where
    there are enough labels, the set ends where it fits them best (highest F1; as it was, if that fits as well).

    Args:
        chosen: int64[k], rows that were found without labels.
        rows: int64[l], rows that can be chosen, in canonical order.
        scores: float64[n], of all opinions.
        text_ids: int64[n], text of each opinion.
        labels: by text id: 1 if it speaks of the subject, 0 if not; others are unsure.
    """
    sure = {text: label == YES for text, label in labels.items() if label in (YES, NO)}
    if not sure or not len(rows):
        return chosen
    best = _best_rows(rows, scores, text_ids, sure)
    yes = sum(sure[text] for text in best)
    if len(best) >= LEAST_LABELS and min(yes, len(best) - yes) >= LEAST_OF_EACH:
        chosen = _fitting(chosen, rows, scores, text_ids, sure, best)
    kept = [row for row in chosen.tolist() if sure.get(int(text_ids[row]), True)]
    texts = {int(text_ids[row]) for row in kept}
    kept += [row for text, row in best.items() if sure[text] and text not in texts]
    return np.array(sorted(kept), dtype=np.int64)


def _best_rows(rows: Rows, scores: Floats, text_ids: Rows, sure: Mapping[int, bool]) -> dict[int, int]:
    """Return by labeled text the row of its opinion with the highest score, the first of equals."""
    best = dict[int, int]()
    for row in rows[np.isin(text_ids[rows], np.array(sorted(sure), dtype=np.int64))].tolist():
        text = int(text_ids[row])
        if text not in best or scores[row] > scores[best[text]]:
            best[text] = row
    return best


def _fitting(
    chosen: Rows, rows: Rows, scores: Floats, text_ids: Rows, sure: Mapping[int, bool], best: Mapping[int, int]
) -> Rows:
    """Return the rows from the score that fits the labels best, or those chosen if they fit as well."""
    inside = {int(text_ids[row]) for row in chosen.tolist()}
    found, highest = chosen, _f1([(text in inside, sure[text]) for text in best])
    for cut in sorted({float(scores[row]) for text, row in best.items() if sure[text]}, reverse=True):
        fit = _f1([(scores[row] >= cut, sure[text]) for text, row in best.items()])
        if fit > highest:
            found, highest = rows[scores[rows] >= cut], fit
    return found


def _f1(pairs: list[tuple[bool, bool]]) -> float:
    hits = sum(said and right for said, right in pairs)
    return round(2 * hits / max(sum(said for said, _ in pairs) + sum(right for _, right in pairs), 1), 6)
