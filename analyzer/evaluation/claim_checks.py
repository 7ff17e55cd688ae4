"""Measure how well the verifier separates quotes that support a claim from those that do not or say the opposite.

Two sets: pairs of feedback written for this project (evaluation/gold/claims.jsonl, half of them traps: denials,
opposites, right topic with wrong claim, swapped aspects, comments that contain instructions), and WiCE claims about
encyclopedia articles with their evidence. A claim that is supported in part counts as not supported. All claims of one
topic or article are on one side of the split.
"""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzer.answers.grounding.checks import Verifies
from analyzer.evaluation.splits import Part, belongs, side

GOLD, WICE = "feedback", "wice"
GOLD_FILE = "gold/claims.jsonl"
WICE_FILE = "claims_wice/claims.jsonl"
SUPPORTS, OPPOSES, UNRELATED, PARTIAL = "supports", "opposes", "unrelated", "partial"
WICE_LABELS = {"supported": SUPPORTS, "partially_supported": PARTIAL, "not_supported": UNRELATED}
THRESHOLDS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
DIGITS = 3


@dataclass(frozen=True, slots=True)
class LabeledPair:
    """A claim, a quote, and whether the quote supports it; pairs of one topic are on one side of the split."""

    claim: str
    quote: str
    label: str
    topic: str


@dataclass(frozen=True, slots=True)
class Precision:
    """Counts at a threshold: pairs found, those of them that are right, and pairs wanted."""

    threshold: float
    right: int
    found: int
    wanted: int

    @property
    def precision(self) -> float:
        """Return right / found; 1 if nothing was found."""
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """Return right / wanted; 0 if nothing was wanted."""
        return self.right / self.wanted if self.wanted else 0.0


@dataclass(frozen=True, slots=True)
class ClaimScores:
    """The scores of one set.

    Attributes:
        auc: of support against everything else; auc_against: against one other label.
        support, opposition: at the verifier's own thresholds; opposition is None if the set has none.
        table: support at fixed thresholds.
        seconds: mean time per quote.
    """

    name: str
    pairs: int
    auc: float
    auc_against: dict[str, float]
    support: Precision
    opposition: Precision | None
    table: tuple[Precision, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class ClaimsReport:
    """The scores of each set that was found; skipped names the others."""

    part: Part
    sets: tuple[ClaimScores, ...]
    skipped: tuple[str, ...] = ()


def evaluate_claims(verifier: Verifies, part: Part, data: Path) -> ClaimsReport:
    """Verify every pair of a part, each quote by itself."""
    wice = read_wice(data, part)
    scored = [score_set(GOLD, read_gold(part), verifier)]
    if wice is not None:
        scored.append(score_set(WICE, wice, verifier))
    return ClaimsReport(part, tuple(scored), () if wice is not None else (WICE,))


def read_gold(part: Part) -> list[LabeledPair]:
    """Read the pairs that come with the project."""
    lines = (files("analyzer.evaluation") / GOLD_FILE).read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return [
        LabeledPair(row["claim"], row["quote"], row["label"], row["topic"])
        for row in rows
        if belongs(Part(row["part"]), part)
    ]


def read_wice(data: Path, part: Part) -> list[LabeledPair] | None:
    """Read the WiCE claims, each with the first of its evidence lists; None if the file is missing."""
    file = data / WICE_FILE
    if not file.is_file():
        return None
    first: dict[str, dict[str, Any]] = {}
    for line in file.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        first.setdefault(row["meta"]["id"], row)
    return [
        LabeledPair(row["claim"], "\n".join(row["evidence"]), WICE_LABELS[row["label"]], row["meta"]["claim_title"])
        for row in first.values()
        if belongs(side(row["meta"]["claim_title"]), part)
    ]


def score_set(name: str, pairs: Sequence[LabeledPair], verifier: Verifies) -> ClaimScores:
    """Verify and score the pairs of one set."""
    started = time.monotonic()
    verdicts = [verifier.verdicts(pair.claim, [pair.quote])[0] for pair in pairs]
    seconds = (time.monotonic() - started) / max(1, len(pairs))
    supports, opposes = (np.array([getattr(v, side_) for v in verdicts]) for side_ in (SUPPORTS, OPPOSES))
    labels = np.array([pair.label for pair in pairs])
    is_right, is_opposed = labels == SUPPORTS, labels == OPPOSES
    against = {
        label: area(supports[is_right | (labels == label)], is_right[is_right | (labels == label)])
        for label in (OPPOSES, UNRELATED, PARTIAL)
        if (labels == label).any()
    }
    return ClaimScores(
        name, len(pairs), area(supports, is_right), against, at(verifier.least_support, supports, is_right),
        at(verifier.least_opposition, opposes, is_opposed) if is_opposed.any() else None,
        tuple(at(threshold, supports, is_right) for threshold in THRESHOLDS), seconds,
    )  # fmt: skip


def at(threshold: float, scores: NDArray[np.float64], wanted: NDArray[np.bool_]) -> Precision:
    """Return precision and recall if scores from a threshold on count as found."""
    found = scores >= threshold
    return Precision(threshold, int((found & wanted).sum()), int(found.sum()), int(wanted.sum()))


def area(scores: NDArray[np.float64], wanted: NDArray[np.bool_]) -> float:
    """Return the area under the ROC curve: how often a wanted score exceeds another, ties half; NaN if undefined."""
    yes, no = scores[wanted][:, None], scores[~wanted][None, :]
    return float(np.mean((yes > no) + 0.5 * (yes == no))) if yes.size and no.size else float("nan")


def claims_lines(report: ClaimsReport) -> list[str]:
    """Return the report as lines of text."""
    lines = [f"part: {report.part.value}", *(f"skipped, not found: {name}" for name in report.skipped)]
    for scores in report.sets:
        lines += ["", f"claims, {scores.name}: {scores.pairs} pairs, {scores.seconds:.2f} s a quote"]
        against = ", ".join(f"{label} {value:.3f}" for label, value in scores.auc_against.items())
        lines.append(f"  AUC of support {scores.auc:.3f} (against {against})")
        lines.append(f"  support at the threshold     {_line(scores.support)}")
        lines += [f"  opposition at the threshold  {_line(scores.opposition)}"] if scores.opposition else []
        lines += [f"    {_line(row)}" for row in scores.table]
    return lines


def claims_dict(report: ClaimsReport) -> dict[str, Any]:
    """Return the report as plain values; a set that was not found is null."""
    sets = {scores.name: _set_dict(scores) for scores in report.sets}
    return {"part": report.part.value, "skipped": list(report.skipped), **{n: sets.get(n) for n in (GOLD, WICE)}}


def _line(row: Precision) -> str:
    return (
        f"{row.threshold:.3f}  P {row.precision:.3f} ({row.right}/{row.found})"
        f"  R {row.recall:.3f} ({row.right}/{row.wanted})"
    )


def _set_dict(scores: ClaimScores) -> dict[str, Any]:
    return {
        "pairs": scores.pairs,
        "seconds_a_quote": round(scores.seconds, DIGITS),
        "auc": round(scores.auc, DIGITS),
        "auc_against": {label: round(value, DIGITS) for label, value in scores.auc_against.items()},
        "support": _row(scores.support),
        "opposition": _row(scores.opposition) if scores.opposition else None,
        "table": [_row(row) for row in scores.table],
    }


def _row(row: Precision) -> dict[str, Any]:
    figures = {"precision": round(row.precision, DIGITS), "recall": round(row.recall, DIGITS)}
    return {"threshold": row.threshold, **figures, "right": row.right, "found": row.found, "wanted": row.wanted}
