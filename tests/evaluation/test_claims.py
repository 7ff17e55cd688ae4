"""Scores of a verifier: precision, recall, area under the curve, each pair by itself."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from analyzer.answers.grounding.checks import ClaimVerdict
from analyzer.evaluation.claim_checks import (  # fmt: skip
    GOLD,
    PARTIAL,
    SUPPORTS,
    WICE,
    LabeledPair,
    area,
    at,
    claims_dict,
    claims_lines,
    evaluate_claims,
    read_gold,
    read_wice,
    score_set,
)
from analyzer.evaluation.splits import Part, side

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
PAIRS = [
    LabeledPair("c", "yes", "supports", "t"),
    LabeledPair("c", "half", "partial", "t"),
    LabeledPair("c", "no", "opposes", "t"),
    LabeledPair("c", "else", "unrelated", "t"),
]


@dataclass
class Scripted:
    """A verifier with scripted verdicts by quote."""

    supports: dict
    opposes: dict
    least_support: float = 0.5
    least_opposition: float = 0.5

    def verdicts(self, claim, quotes):
        assert len(quotes) == 1
        return [ClaimVerdict(self.supports.get(quotes[0], 0.0), self.opposes.get(quotes[0], 0.0))]


def test_a_perfect_verifier_scores_one():
    scores = score_set("s", PAIRS, Scripted({"yes": 0.9}, {"no": 0.9}))
    assert (scores.support.precision, scores.support.recall, scores.auc) == (1, 1, 1)
    assert scores.opposition.precision == scores.opposition.recall == 1


def test_support_in_part_counts_as_none():
    scores = score_set("s", PAIRS, Scripted({"yes": 0.9, "half": 0.95}, {}))
    assert scores.support.precision == 0.5
    assert scores.auc_against[PARTIAL] == 0
    assert scores.auc == pytest.approx(2 / 3)


def test_the_area_counts_ties_half():
    assert area(np.array([1.0, 1.0]), np.array([True, False])) == 0.5


def test_precision_and_recall_count_from_the_threshold_on():
    row = at(0.5, np.array([0.5, 0.4, 0.9]), np.array([True, True, False]))
    assert (row.precision, row.recall) == (0.5, 0.5)
    assert at(1.0, np.array([0.5]), np.array([True])).precision == 1


def test_no_claim_no_quote_and_no_topic_is_on_both_sides():
    tuning, held_back = read_gold(Part.TUNING), read_gold(Part.HELD_BACK)
    assert len(tuning) + len(held_back) == len(read_gold(Part.ALL)) >= 120
    for key in ("claim", "quote", "topic"):
        assert not {getattr(p, key) for p in tuning} & {getattr(p, key) for p in held_back}
    assert {side(pair.topic) for pair in held_back} == {Part.HELD_BACK}


def test_every_label_is_in_both_halves():
    for part in (Part.TUNING, Part.HELD_BACK):
        assert set(Counter(pair.label for pair in read_gold(part))) == {"supports", "opposes", "unrelated", "partial"}


def test_the_report_names_the_set_that_is_missing(tmp_path):
    report = evaluate_claims(Scripted({}, {}), Part.HELD_BACK, tmp_path)
    assert report.skipped == (WICE,)
    assert any("skipped, not found: wice" in line for line in claims_lines(report))
    assert claims_dict(report)[WICE] is None
    assert claims_dict(report)[GOLD]["support"]["found"] == 0


@pytest.mark.skipif(not SHARED.is_dir(), reason="../shared/data is not here")
def test_wice_articles_are_on_one_side_and_each_claim_is_there_once():
    tuning, held_back = read_wice(SHARED, Part.TUNING), read_wice(SHARED, Part.HELD_BACK)
    assert len(tuning) + len(held_back) == 349
    assert not {pair.topic for pair in tuning} & {pair.topic for pair in held_back}
    assert SUPPORTS in {pair.label for pair in held_back}
