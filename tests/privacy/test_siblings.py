"""Siblings of the kinds that leaked or were masked for nothing, written before the rules were read, in six languages.

Rules are tuned on one half only; the other half is run as a total and its texts are never looked at one by one.
"""

import csv
from collections import Counter
from pathlib import Path

import pytest

from analyzer.config import Settings
from analyzer.privacy.detector import Detector, Rules
from analyzer.privacy.residual_check import ResidualDecision, check
from analyzer.privacy.scrubber import Scrubber

FILE = Path(__file__).with_name("siblings.tsv")
LEAST = {("tuning", "hidden"): 0.9, ("tuning", "unchanged"): 0.85, ("held_back", "hidden"): 0.9,
         ("held_back", "unchanged"): 0.8}  # fmt: skip
"""Lowest shares: of texts whose secrets are all hidden, and of harmless texts that stay as they are."""


def rows():
    with FILE.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.fixture(scope="module")
def outcomes(models_dir):
    scrubber = Scrubber(Detector(Rules(models_dir / "en_core_web_sm", Settings().regions)))
    probes = rows()
    right, total = Counter(), Counter()
    for probe, after in zip(probes, scrubber.scrub([probe["text"] for probe in probes]), strict=True):
        is_refused = check(after.text).decision is ResidualDecision.REJECT
        group = (probe["part"], "hidden" if probe["gone"] else "unchanged")
        total[group] += 1
        if probe["gone"]:
            right[group] += is_refused or not any(part in after.text for part in probe["gone"].split(";"))
        else:
            right[group] += after.text == probe["text"] and not is_refused
    return right, total


@pytest.mark.parametrize("group", LEAST, ids=" ".join)
def test_siblings_are_hidden_or_left_alone(outcomes, group):
    right, total = outcomes
    assert right[group] >= LEAST[group] * total[group], f"{right[group]} of {total[group]}"


def test_each_kind_has_siblings_in_both_halves():
    kinds = Counter((row["part"], row["kind"]) for row in rows())
    assert all(kinds["held_back", kind] >= 2 for _, kind in kinds)
    assert all(
        part in row["text"] for row in rows() if row["kind"] != "M4" for part in filter(None, row["gone"].split(";"))
    )
