"""Compare the scrubber with plain Presidio: speed, and quality on the same labeled data.

    .venv/bin/python benchmarks/scrubbing.py speed --texts 2000 --rounds 3
    .venv/bin/python benchmarks/scrubbing.py quality --part held_back

Plain Presidio is AnalyzerEngine in its default configuration with en_core_web_sm, then AnonymizerEngine, one text
after the other. "Ours" is the work of an import: batches over worker processes, one per core. Both process the same
texts (spread evenly over the set, repeats included) by turns in each round; start-up (imports, models) is timed
separately. The ratio of texts per second of processor time, times the workers, is that of an idle machine; other
programs distort the ratio of wall time, but hardly this one. Quality is measured on spans with a score of at least 0.4,
as upstream's own wrapper of Presidio does; without that minimum, Presidio alters a little more.
"""

import argparse
import os
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from analyzer.evaluation.datasets import COMMENT_SETS, read_comments
from analyzer.evaluation.privacy_quality import SETS, evaluate_privacy
from analyzer.evaluation.privacy_report import report_lines
from analyzer.evaluation.splits import Part
from analyzer.models.parallel import map_batches
from analyzer.privacy.detector import Detector, Rules
from analyzer.privacy.scrubber import Scrubber
from analyzer.types import Entity, ScrubbedText

PROJECT = Path(__file__).resolve().parents[1]
SHARED = PROJECT.parent / "shared" / "data"
NAMES_MODEL = PROJECT / "models" / "en_core_web_sm"
REGIONS = ("GB", "US", "CA", "FR", "DE", "ES", "NL", "IT")
BATCH = 256
UPSTREAM_FLOOR = 0.4


@dataclass(frozen=True)
class Timed:
    """One batch in a worker: begin and end (by the machine's monotonic clock), processor time, and texts altered."""

    began: float
    ended: float
    processor_s: float
    altered: int


@dataclass(frozen=True)
class Rates:
    """Texts per second and per second of processor time, texts altered, and seconds to start."""

    texts_per_s: float
    texts_per_processor_s: float
    altered: int
    start_up_s: float


@dataclass(frozen=True)
class Start:
    """Recipe of the timed scrub function of a worker process."""

    def __call__(self) -> Callable[[Sequence[str]], Timed]:
        """Load the models."""
        scrubber = Scrubber(Detector(Rules(NAMES_MODEL, REGIONS)))

        def timed(texts: Sequence[str]) -> Timed:
            began, worked = time.monotonic(), time.process_time()
            scrubbed = scrubber.scrub(texts)
            ended, worked = time.monotonic(), time.process_time() - worked
            return Timed(began, ended, worked, sum(a.text != t for a, t in zip(scrubbed, texts, strict=True)))

        return timed


def ours(texts: Sequence[str], workers: int) -> Rates:
    """Time the scrubber over worker processes; each is warmed up first."""
    started = time.monotonic()
    batches = [texts[:BATCH]] * workers + [texts[i : i + BATCH] for i in range(0, len(texts), BATCH)]
    results = list(map_batches(Start(), batches, workers))
    start_up = max(r.began for r in results[:workers]) - started
    results = results[workers:]
    seconds = max(r.ended for r in results) - min(r.began for r in results)
    worked, altered = sum(r.processor_s for r in results), sum(r.altered for r in results)
    return Rates(len(texts) / seconds, len(texts) / worked, altered, start_up)


class Plain:
    """Presidio as its documentation shows it."""

    def __init__(self) -> None:
        started = time.monotonic()
        os.environ["TLDEXTRACT_PUBLIC_SUFFIX_LIST_URLS"] = ""  # else it would fetch the list
        import presidio_analyzer
        import yaml
        from presidio_analyzer.nlp_engine import NlpEngineProvider
        from presidio_anonymizer import AnonymizerEngine

        default = Path(presidio_analyzer.__file__).parent / "conf" / "default.yaml"
        conf = yaml.safe_load(default.read_text())
        conf["models"] = [{"lang_code": "en", "model_name": str(NAMES_MODEL)}]
        engine = NlpEngineProvider(nlp_configuration=conf).create_engine()
        self.analyzer = presidio_analyzer.AnalyzerEngine(nlp_engine=engine)
        self.anonymizer = AnonymizerEngine()
        self.analyzer.analyze("warm up", "en")
        self.start_up_s = time.monotonic() - started

    def run(self, texts: Sequence[str]) -> Rates:
        """Time it, text by text."""
        started, worked = time.monotonic(), time.process_time()
        after = [self.anonymizer.anonymize(text, self.analyzer.analyze(text, "en")).text for text in texts]
        seconds, worked = time.monotonic() - started, time.process_time() - worked
        altered = sum(a != t for a, t in zip(after, texts, strict=True))
        return Rates(len(texts) / seconds, len(texts) / worked, altered, self.start_up_s)

    def scrub(self, texts: Sequence[str]) -> list[ScrubbedText]:
        """Scrub texts; offsets of entities are into the input."""
        return [self._scrubbed(text) for text in texts]

    def _scrubbed(self, text: str) -> ScrubbedText:
        results = self.analyzer.analyze(text, "en", score_threshold=UPSTREAM_FLOOR)
        entities = tuple(Entity(r.entity_type, r.start, r.end, f"<{r.entity_type}>", score=r.score) for r in results)
        return ScrubbedText(self.anonymizer.anonymize(text, results).text, entities)


@cache
def plain() -> Plain:
    """Return the plain engine, made once."""
    return Plain()


def speed(options: argparse.Namespace) -> None:
    workers = len(os.sched_getaffinity(0))
    for name in COMMENT_SETS:
        texts = spread(read_comments(options.data, Part.ALL, name) or [], options.texts)
        if not texts:
            print(f"{name}: skipped, not found")
            continue
        rounds = [(plain().run(texts), ours(texts, workers)) for _ in range(options.rounds)]
        for theirs, mine in rounds:
            print(f"{name}: plain {rates_text(theirs)}; ours on {workers} workers {rates_text(mine)}")
        clock = statistics.median(mine.texts_per_s / theirs.texts_per_s for theirs, mine in rounds)
        work = statistics.median(mine.texts_per_processor_s / theirs.texts_per_processor_s for theirs, mine in rounds)
        print(f"{name}, {len(texts)} texts: median ratio {clock:.2f}, by processor time {work * workers:.2f}")
        theirs, mine = rounds[0]
        print(f"{name}: altered by plain {theirs.altered / len(texts):.3f}, by ours {mine.altered / len(texts):.3f}")


def spread(texts: list[str], most: int) -> list[str]:
    """Return at most `most` texts, spread evenly."""
    return texts[:: max(len(texts) // most, 1)][:most]


def rates_text(rates: Rates) -> str:
    return (
        f"{rates.texts_per_s:.1f} texts/s ({rates.texts_per_processor_s:.1f} per processor second, "
        f"{rates.start_up_s:.1f} s to start)"
    )


def quality(options: argparse.Namespace) -> None:
    contenders = {"plain": plain().scrub, "ours": Scrubber(Detector(Rules(NAMES_MODEL, REGIONS))).scrub}
    for name in contenders:
        report = evaluate_privacy(contenders[name], options.data, options.part, options.sets)
        print(f"\n===== {name}", *report_lines(report), sep="\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("speed", "quality"))
    parser.add_argument("--data", type=Path, default=SHARED)
    parser.add_argument("--texts", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--part", type=Part, choices=list(Part), default=Part.HELD_BACK)
    parser.add_argument("--sets", nargs="+", choices=SETS, default=SETS)
    options = parser.parse_args()
    {"speed": speed, "quality": quality}[options.what](options)


if __name__ == "__main__":
    main()
