"""Measure the scrubber on labeled data, for tuning.

    .venv/bin/python benchmarks/privacy.py                        # figures on the tuning part
    .venv/bin/python benchmarks/privacy.py --show STREET_ADDRESS  # and misses and false hits of a type
    .venv/bin/python benchmarks/privacy.py --part held_back       # figures only, at the end

Examples are shown of the tuning part only: examples that have been read are no longer held back.
"""

import argparse
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from analyzer.evaluation.coverage import covered, is_masked, rule_of
from analyzer.evaluation.datasets import COMMENT_SETS, read_comments, read_synthetic, read_tweets
from analyzer.evaluation.privacy_quality import SETS, evaluate_privacy
from analyzer.evaluation.privacy_report import report_lines
from analyzer.evaluation.spans import Span
from analyzer.evaluation.splits import Part
from analyzer.evaluation.taxonomy import canonical
from analyzer.models.loaded_models import loaded_models
from analyzer.privacy.detector import Detector, rules_of
from analyzer.privacy.scrubber import Scrubber
from analyzer.types import Entity, ScrubbedText

PROJECT = Path(__file__).resolve().parents[1]
SHARED = PROJECT.parent / "shared" / "data"
REGIONS = ("GB", "US", "CA", "FR", "DE", "ES", "NL", "IT")
AROUND = 40


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--part", type=Part, choices=list(Part), default=Part.TUNING)
    parser.add_argument("--data", type=Path, default=SHARED)
    parser.add_argument("--show", metavar="TYPE", help="list misses and false hits of a type, tuning part only")
    parser.add_argument("--sets", nargs="+", choices=SETS, default=SETS)
    parser.add_argument("--limit", type=int, default=60, help="maximum number of examples of each kind")
    options = parser.parse_args()
    if options.show and options.part is not Part.TUNING:
        parser.error("--show works on the tuning part only: examples that have been read are no longer held back")
    started = time.perf_counter()
    scrubber = Scrubber(Detector(rules_of(loaded_models(PROJECT / "models"), "en_core_web_sm", REGIONS)))
    loaded = time.perf_counter()
    if options.show:
        show(scrubber, options)
        return
    print("\n".join(report_lines(evaluate_privacy(scrubber.scrub, options.data, options.part, options.sets))))
    print(f"\n{loaded - started:.1f} s to load, {time.perf_counter() - loaded:.1f} s to scrub and measure")


def show(scrubber: Scrubber, options: argparse.Namespace) -> None:
    """Print misses of a type, and false hits: found but not labeled, or found in a set without personal data."""
    misses: list[str] = []
    false: list[str] = []
    for name, reader in (("synthetic", read_synthetic), ("tweets", read_tweets)):
        labeled = (reader(options.data, Part.TUNING) if name in options.sets else None) or []
        scrubbed = scrubber.scrub([one.text for one in labeled])
        for gold, after in zip(labeled, scrubbed, strict=True):
            misses += [
                f"{name}: {marked(gold.text, span.start, span.end)}   {found_in(span, after)}"
                for span in gold.spans
                if options.show in (canonical(span.type), span.type) and not is_masked(gold.text, span, after.entities)
            ]
            wrong = [e for e in after.entities if not any(covered(span, [e]) > 0 for span in gold.spans)]
            false += hits(name, gold.text, wrong, options.show)
    for name in (name for name in COMMENT_SETS if name in options.sets):
        texts = sorted(set(read_comments(options.data, Part.TUNING, name) or []))
        for text, after in zip(texts, scrubber.scrub(texts), strict=True):
            false += hits(name, text, after.entities, options.show)
    print_some("not fully masked", misses, options.limit)
    print_some("false hits (not labeled)", false, options.limit)


def hits(name: str, text: str, entities: Sequence[Entity], kind: str) -> Iterator[str]:
    for e in entities:
        if kind in (e.type, rule_of(e)):
            yield f"{name}: {marked(text, e.start, e.end)}   {rule_of(e)}"


def found_in(span: Span, after: ScrubbedText) -> list[str]:
    return [
        f"{rule_of(e)} {e.start - span.start:+d}..{e.end - span.end:+d}" for e in after.entities if covered(span, [e])
    ]


def marked(text: str, start: int, end: int) -> str:
    before, after = text[max(start - AROUND, 0) : start], text[end : end + AROUND]
    return f"{before}[[{text[start:end]}]]{after}".replace("\n", "⏎")


def print_some(title: str, lines: list[str], limit: int) -> None:
    step = max(len(lines) // limit, 1)
    print(f"\n{title}: {len(lines)}")
    print("\n".join(lines[::step][:limit]))


if __name__ == "__main__":
    main()
