"""Siblings of the kinds that leaked or were masked for nothing, written before the rules were read, in six languages.

Rules are tuned on one half only. The held-back half of the first file was read when the second file was written. That
of the second was read after a first measurement (hidden 102 of 124, unchanged 68 of 79): both are regression sets now.
The third is a smaller sample; what of its held-back half failed has not been read (both halves before any mending:
hidden 55 of 62, unchanged 55 of 62), so its own floor is what was measured.
"""

import csv
from collections import Counter
from pathlib import Path

import pytest

from analyzer.config import Settings
from analyzer.models.loaded_models import loaded_models
from analyzer.privacy.detector import Detector, rules_of
from analyzer.privacy.residual_check import ResidualDecision, check
from analyzer.privacy.scrubber import Scrubber

FILES = ("siblings", "siblings_second", "siblings_third")
SAMPLES = {"siblings_third"}
LEAST = {("tuning", "hidden"): 0.9, ("tuning", "unchanged"): 0.9, ("held_back", "hidden"): 0.9,
         ("held_back", "unchanged"): 0.85}  # fmt: skip
LEAST_OF_FILE = {("siblings_third", ("held_back", "hidden")): 0.85}
"""Lowest shares: of texts whose secrets are all hidden, and of harmless texts that stay as they are."""


def rows(name):
    with Path(__file__).with_name(f"{name}.tsv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.fixture(scope="module")
def scrubber(models_dir):
    return Scrubber(Detector(rules_of(loaded_models(models_dir), "en_core_web_sm", Settings().regions)))


@pytest.fixture(scope="module", params=FILES)
def outcomes(scrubber, request):
    probes = rows(request.param)
    right, total = Counter(), Counter()
    for probe, after in zip(probes, scrubber.scrub([probe["text"] for probe in probes]), strict=True):
        is_refused = check(after.text).decision is ResidualDecision.REJECT
        group = (probe["part"], "hidden" if probe["gone"] else "unchanged")
        total[group] += 1
        if probe["gone"]:
            right[group] += is_refused or not any(part in after.text for part in probe["gone"].split(";"))
        else:
            right[group] += after.text == probe["text"] and not is_refused
    return request.param, right, total


@pytest.mark.parametrize("group", LEAST, ids=" ".join)
def test_siblings_are_hidden_or_left_alone(outcomes, group):
    name, right, total = outcomes
    least = LEAST_OF_FILE.get((name, group), LEAST[group])
    assert right[group] >= least * total[group], f"{right[group]} of {total[group]}"


@pytest.mark.parametrize("name", [name for name in FILES if name not in SAMPLES])
def test_each_kind_has_siblings_in_both_halves(name):
    kinds = Counter((row["part"], row["kind"]) for row in rows(name))
    assert all(kinds["held_back", kind] >= 2 for _, kind in kinds)


@pytest.mark.parametrize("name", FILES)
def test_each_secret_is_in_its_text(name):
    assert all(
        part in row["text"]
        for row in rows(name)
        if row["kind"] != "M4"
        for part in filter(None, row["gone"].split(";"))
    )
