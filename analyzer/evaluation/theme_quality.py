"""Evaluate themes: agreement with labels, recovery of planted themes, and the polarity of opinions."""

import csv
import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from defusedxml.ElementTree import parse
from numpy.typing import NDArray

from analyzer.index.fulltext import is_without_content
from analyzer.models.embedder import Embeds
from analyzer.opinions.clauses import clauses
from analyzer.opinions.polarity import PolarityHead
from analyzer.opinions.stored_opinions import compared_as
from analyzer.themes.agreement import adjusted_rand, macro_f1, mutual_information
from analyzer.themes.discovery import Found, discover, order_of

BANKING = "banking_queries/train.csv"
NHS = "nhs_survey/comments.csv"
MAMS = "mams/train.xml"
SUITES = {"looked at while it was built": "great_but_bad.jsonl", "never looked at": "great_but_bad_fresh.jsonl"}
ORDERS = 5
PLANTED, TEXTS_A_PLANT = 20, 60
STARTS = (0, 25, 50)
"""Intents from which the choice of planted themes starts; each next one is the farthest from those chosen."""
RECOVERED = 0.5
NEGATIVE, NEUTRAL, POSITIVE = 0, 1, 2
POLARITIES = {"negative": NEGATIVE, "neutral": NEUTRAL, "positive": POSITIVE}
ASPECTS = {
    "food": "food dish meal taste", "service": "service waiting time order", "price": "price bill cost cheap expensive",
    "staff": "staff waiter waitress hostess bartender manager", "ambience": "ambience atmosphere decor music",
    "menu": "menu selection options", "place": "restaurant place location table",
    "miscellaneous": "reservation party we went",
}  # fmt: skip
"""Words for each category of MAMS: the clause nearest to them is taken as the opinion on the category."""

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Discovery:
    """Agreement of themes found in labeled texts with the labels; the number of themes is not given.

    Attributes:
        labels, themes: number of each.
        rand: adjusted Rand index; information: normalized mutual information.
        coverage: share of the texts in a theme, 0 to 1.
        same_in_orders: of ORDERS random row orders, those with byte-identical results.
    """

    model: str
    labels: int
    themes: int
    rand: float
    information: float
    coverage: float
    same_in_orders: int


@dataclass(frozen=True, slots=True)
class Planting:
    """Themes planted among real opinions and found again, each by the theme that fits best.

    Attributes:
        by_f1: found with F1 of RECOVERED and more; by_both: with precision and recall both of RECOVERED and more.
    """

    planted: int
    by_f1: int
    by_both: int
    mean_f1: float


@dataclass(frozen=True, slots=True)
class ThemesReport:
    """All results; None or empty where a set was not found.

    Attributes:
        polarity: macro-F1 over negative, neutral and positive of MAMS' held-back half; opinions: their number.
        apart: suite -> (sentences with praise and blame both right, number of sentences).
    """

    discovery: tuple[Discovery, ...]
    planting: Planting | None
    polarity: float | None
    opinions: int
    apart: Mapping[str, tuple[int, int]]


def evaluate_themes(embedders: Mapping[str, Embeds], data: Path, tell: Tell) -> ThemesReport:
    """Run every measurement that the sets in a folder allow.

    Args:
        embedders: by name, the default one first.
        data: the folder of labeled sets.
        tell: called with a line for each step.
    """
    first = next(iter(embedders.values()))
    discovery = []
    banking = _banking(data / BANKING)
    vectors: dict[str, NDArray[np.float32]] = {}
    for name, embedder in embedders.items() if banking[0] else ():
        tell(f"embedding and clustering {len(banking[0]):,} questions with {name}")
        vectors[name] = embedder.embed(banking[0])
        discovery.append(_discovery(name, banking, vectors[name]))
    planting = None
    if banking[0] and (data / NHS).is_file():
        tell("planting themes among real comments")
        planting = _planting(first, banking, next(iter(vectors.values())), _nhs(data / NHS))
    head = PolarityHead.load()
    tell("classifying the polarity of opinions")
    polarity, opinions = _polarity(first, head, data / MAMS) if (data / MAMS).is_file() else (None, 0)
    apart = {name: _apart(first, head, file) for name, file in SUITES.items()}
    return ThemesReport(tuple(discovery), planting, polarity, opinions, apart)


def themes_lines(report: ThemesReport) -> list[str]:
    """Return the report as lines of text."""
    lines = [
        f"{one.model}: {one.themes} themes for {one.labels} labels; ARI {one.rand:.3f}, "
        f"NMI {one.information:.3f}, coverage {100 * one.coverage:.1f} %; "
        f"{one.same_in_orders} of {ORDERS} row orders give byte-identical themes"
        for one in report.discovery
    ]
    if (one := report.planting) is not None:
        lines.append(
            f"planted themes: {one.by_f1} of {one.planted} found with F1 of at least {RECOVERED:g}, {one.by_both} with "
            f"precision and recall both; mean F1 {one.mean_f1:.3f}"
        )
    if report.polarity is not None:
        lines.append(f"polarity, held-back half of MAMS ({report.opinions:,}): macro-F1 {report.polarity:.3f}")
    return [*lines, *(f"“great X but bad Y”, {name}: {ok} of {n} right" for name, (ok, n) in report.apart.items())]


def themes_dict(report: ThemesReport) -> dict[str, Any]:
    """Return the report as plain values."""
    return asdict(report)


def _banking(file: Path) -> tuple[list[str], list[str]]:
    if not file.is_file():
        return [], []
    with file.open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    return [row["text"] for row in rows], [row["category"] for row in rows]


def _nhs(file: Path) -> list[str]:
    with file.open(newline="", encoding="utf-8-sig") as stream:
        answers = [row["FFT answer"].strip() for row in csv.DictReader(stream)]
    found = {compared_as(text[start:end]) for text in answers for start, end in clauses(text)}
    return sorted(one for one in found if not is_without_content(one))


def _found(texts: Sequence[str], vectors: NDArray[np.float32]) -> tuple[Found, NDArray[np.int64]]:
    """Return themes and each text's theme; the result does not depend on the order of the texts."""
    order = order_of(texts)
    found = discover(vectors[order], [texts[i] for i in order])
    members = np.empty(len(texts), dtype=np.int64)
    members[order] = found.members
    return found, members


def _discovery(name: str, labeled: tuple[list[str], list[str]], vectors: NDArray[np.float32]) -> Discovery:
    texts, labels = labeled
    found, members = _found(texts, vectors)
    same = 0
    for seed in range(ORDERS):
        order = np.array(random.Random(seed).sample(range(len(texts)), len(texts)))  # noqa: S311 - an order of rows
        again, shuffled = _found([texts[i] for i in order], vectors[order])
        same += bool((shuffled == members[order]).all()) and again.centers.tobytes() == found.centers.tobytes()
    codes = np.unique(labels, return_inverse=True)[1]
    return Discovery(
        name, len(set(labels)), len(found.centers), adjusted_rand(codes, members), mutual_information(codes, members),
        float((members >= 0).mean()), same,
    )  # fmt: skip


def _planting(
    embedder: Embeds, labeled: tuple[list[str], list[str]], vectors: NDArray[np.float32], real: Sequence[str]
) -> Planting:
    texts, labels = labeled
    kinds = sorted(set(labels))
    code = np.searchsorted(kinds, labels)
    centers = np.stack([vectors[code == k].mean(axis=0) for k in range(len(kinds))])
    centers /= np.linalg.norm(centers, axis=1, keepdims=True)
    around = embedder.embed(real)
    scores = []
    for start in STARTS:
        chosen = [start]
        while len(chosen) < PLANTED:
            chosen.append(int((centers @ centers[chosen].T).max(axis=1).argmin()))
        rows = [int(row) for k in chosen for row in np.nonzero(code == k)[0][:TEXTS_A_PLANT]]
        among = [*real, *(f"{compared_as(texts[row])} ({row})" for row in rows)]
        _, members = _found(among, np.vstack([around, vectors[rows]]))
        own = np.r_[np.full(len(real), -1), code[rows]]
        scores += [_best(own == k, members) for k in chosen]
    f1 = [2 * p * r / (p + r) if p + r else 0.0 for p, r in scores]
    both = sum(p >= RECOVERED and r >= RECOVERED for p, r in scores)
    return Planting(len(scores), sum(one >= RECOVERED for one in f1), both, float(np.mean(f1)))


def _best(own: NDArray[np.bool_], members: NDArray[np.int64]) -> tuple[float, float]:
    """Return precision and recall of the theme with the highest F1."""
    sizes = np.bincount(members[members >= 0])
    hits = np.bincount(members[own & (members >= 0)], minlength=len(sizes))
    best = int((2 * hits / (sizes + own.sum())).argmax())
    return float(hits[best] / sizes[best]), float(hits[best] / own.sum())


def _polarity(embedder: Embeds, head: PolarityHead, file: Path) -> tuple[float, int]:
    """Return macro-F1 over the categories of held-back sentences, and the number of categories."""
    aspects = {name: embedder.embed_one(words) for name, words in ASPECTS.items()}
    truth, predicted = [], []
    for sentence in parse(file).iter("sentence"):
        text = sentence.findtext("text") or ""
        if not sha256(text.encode()).digest()[0] % 2:
            continue
        parts = [compared_as(text[start:end]) for start, end in clauses(text)] or [text]
        vectors = embedder.embed(parts)
        polarity = head.judge(parts, vectors).argmax(axis=1)
        for one in sentence.iter("aspectCategory"):
            truth.append(POLARITIES[one.attrib["polarity"]])
            predicted.append(int(polarity[int((vectors @ aspects[one.attrib["category"]]).argmax())]))
    return macro_f1(np.array(truth), np.array(predicted)), len(truth)


def _apart(embedder: Embeds, head: PolarityHead, file: str) -> tuple[int, int]:
    """Return the number of sentences with praise and blame as two opinions of the right polarity, and of all."""
    lines = (files("analyzer.evaluation") / "gold" / file).read_text(encoding="utf-8").splitlines()
    right = 0
    for case in map(json.loads, lines):
        spans = clauses(case["text"])
        parts = [compared_as(case["text"][start:end]) for start, end in spans]
        polarity = head.judge(parts, embedder.embed(parts)).argmax(axis=1)
        good, bad = (_most_overlapping(spans, case[name]) for name in ("positive", "negative"))
        right += good != bad and polarity[good] == POSITIVE and polarity[bad] == NEGATIVE
    return int(right), len(lines)


def _most_overlapping(spans: Sequence[tuple[int, int]], wanted: Sequence[int]) -> int:
    return max(range(len(spans)), key=lambda i: min(spans[i][1], wanted[1]) - max(spans[i][0], wanted[0]))
