"""Run the cases of ../shared/cases/privacy through the whole gate: scrubber, then residual check.

    .venv/bin/python benchmarks/privacy_cases.py           # hidden secrets and unchanged texts by kind, and the rest
    .venv/bin/python benchmarks/privacy_cases.py --only K9 # one kind, with what was made of each text

A secret is hidden if none of its parts is in the scrubbed text, or the residual check refuses that text; in a case of
kind M the mask may not run on besides. Cases that are
situations of a file or a workspace (columns, links, custody) have no text to run and are counted apart.
"""

import argparse
import csv
import re
from collections import Counter
from pathlib import Path

from analyzer.models.loaded_models import loaded_models
from analyzer.privacy.detector import Detector, rules_of
from analyzer.privacy.residual_check import ResidualDecision, check
from analyzer.privacy.scrubber import Scrubber

PROJECT = Path(__file__).resolve().parents[1]
CASES = PROJECT.parent / "shared" / "cases" / "privacy" / "cases.tsv"
REGIONS = ("GB", "US", "CA", "FR", "DE", "ES", "NL", "IT")
GONE = "gone: "
NO_TEXT = ("C", "K15", "K18", "M8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", metavar="KIND", help="kinds that begin with these letters")
    parser.add_argument("--file", type=Path, default=CASES)
    options = parser.parse_args()
    with options.file.open(encoding="utf-8", newline="") as stream:
        cases = [c for c in csv.DictReader(stream, delimiter="\t") if c["kind"].startswith(options.only)]
    texts = [case for case in cases if not case["kind"].split()[0].startswith(NO_TEXT)]
    scrubber = Scrubber(Detector(rules_of(loaded_models(PROJECT / "models"), "en_core_web_sm", REGIONS)))
    scrubbed = scrubber.scrub([case["input"] for case in texts])
    total, right = Counter[str](), Counter[str]()
    for case, after in zip(texts, scrubbed, strict=True):
        kind = case["kind"].split()[0]
        is_refused = check(after.text).decision is ResidualDecision.REJECT
        if case["expected"].startswith(GONE):
            left = [part for part in case["expected"].removeprefix(GONE).split("; ") if part in after.text]
            is_right = is_refused or not left
            if kind.startswith("M") and is_right:
                is_right = all(is_of(case["input"][e.start : e.end], case["expected"]) for e in after.entities)
        else:
            is_right = after.text == case["input"] and not is_refused
        total[kind] += 1
        right[kind] += is_right
        if not is_right or options.only:
            said = "right" if is_right else "WRONG"
            print(f"{said} {case['id']:6} {kind:4} {after.language or '--'} {case['input'][:110]}\n"
                  f"{'':18} -> {after.text[:110]} {[e.rule for e in after.entities]}")  # fmt: skip
    for kind in sorted(total):
        print(f"{kind:4} {right[kind]:3} of {total[kind]:3}")
    for letter, what in (("K", "handed secrets hidden"), ("M", "harmless or mixed texts right")):
        n = sum(count for kind, count in total.items() if kind.startswith(letter))
        print(f"{what}: {sum(count for kind, count in right.items() if kind.startswith(letter))} of {n}")
    print(f"{len(cases) - len(texts)} situations without a text to run")


def is_of(masked: str, expected: str) -> bool:
    """Return whether masked words are those that must go, with at most one word more: a mask may not run on."""
    return len(set(re.findall(r"[^\W\d_]+", masked)) - set(re.findall(r"[^\W\d_]+", expected))) <= 1


if __name__ == "__main__":
    main()
