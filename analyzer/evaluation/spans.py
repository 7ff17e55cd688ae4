"""Score predicted spans as presidio-research's SpanEvaluator does (PyPI presidio-evaluator 0.3.2).

The rules, read from its code:

* A token has the type of the span that contains its first character, or of a span within the token. Neighboring
  tokens of one type are one span; a span of skip words alone does not count.
* Spans of one type with nothing but skip words between them are merged.
* A span extends from its first to its last token that is not a skip word; intersection over union is of those.
* A labeled span is matched when the predicted spans of its type that touch it reach the threshold together. They count
  as one prediction then, each type that touches it as another; predictions that touch no labeled span count singly.
* "Overall" is the same with all types as one (its "pii" level); the published figures are these.

Compared with the package itself on the same predictions, all 1,500 texts of synth_dataset_v2, thresholds 0.5 and 0.9,
every labeled type and the types in scope: the counts (labeled, predicted, matched) of stock Presidio and of this
product were equal to the last one, overall and for each type.
Stock Presidio (default configuration, least score 0.4, en_core_web_sm, all types on both sides, IoU 0.5):
P .711, R .583, F2 .605.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from analyzer.evaluation.english_tokens import Word, english, skip_words

IOU = 0.5
"""Minimum intersection over union of a match."""
BETA = 2.0
"""Weight of recall against precision in the F-measure."""
ANY = "PII"
"""The single type of the overall score."""


@dataclass(frozen=True, slots=True)
class Span:
    """A span of a text: type, offsets, and a score if it is a prediction."""

    type: str
    start: int
    end: int
    score: float = 1.0


@dataclass(frozen=True, slots=True)
class SpanSample:
    """A text with its labeled and its predicted spans."""

    text: str
    gold: tuple[Span, ...]
    predicted: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Score:
    """Counts of labeled, predicted and matched spans, and the figures in 0..1 derived from them; 0 / 0 is 0."""

    gold: int
    predicted: int
    matched: int

    @property
    def precision(self) -> float:
        """Return the share of predictions that match."""
        return self.matched / self.predicted if self.predicted else 0.0

    @property
    def recall(self) -> float:
        """Return the share of labeled spans that are matched."""
        return self.matched / self.gold if self.gold else 0.0

    @property
    def f2(self) -> float:
        """Return the F2 measure, which weighs recall twice as much as precision."""
        weighed = BETA**2 * self.precision + self.recall
        return (1 + BETA**2) * self.precision * self.recall / weighed if weighed else 0.0


@dataclass(frozen=True, slots=True)
class SpanScores:
    """Scores with all types as one, and for each type."""

    overall: Score
    per_type: Mapping[str, Score]


@dataclass(slots=True)
class _Counts:
    gold: Counter[str] = field(default_factory=Counter)
    predicted: Counter[str] = field(default_factory=Counter)
    matched: Counter[str] = field(default_factory=Counter)

    def score(self, kind: str) -> Score:
        return Score(self.gold[kind], self.predicted[kind], self.matched[kind])


@dataclass(frozen=True, slots=True)
class _SpanRun:
    """A run of tokens of one type: token numbers, and the offsets from its first to its last non-skip word."""

    type: str
    first: int
    after: int
    start: int
    end: int


def score_spans(samples: Iterable[SpanSample], threshold: float = IOU) -> SpanScores:
    """Score the predictions of all samples; threshold is the minimum intersection over union of a match."""
    overall, typed = _Counts(), _Counts()
    for sample in samples:
        words = english()(sample.text)
        gold, predicted = _tags(words, sample.gold), _tags(words, sample.predicted)
        _count(_runs(words, gold), _runs(words, predicted), threshold, typed)
        _count(_runs(words, _as_one(gold)), _runs(words, _as_one(predicted)), threshold, overall)
    kinds = sorted({*typed.gold, *typed.predicted})
    return SpanScores(overall.score(ANY), {kind: typed.score(kind) for kind in kinds})


def _tags(words: Sequence[Word], spans: Iterable[Span]) -> list[str]:
    """Return each word's type or the empty string; of overlapping spans the one with the highest score decides."""
    best_first = sorted(spans, key=lambda span: (-span.score, span.start))
    return [next((span.type for span in best_first if _tagged(word, span)), "") for word in words]


def _tagged(word: Word, span: Span) -> bool:
    return span.start <= word.start < span.end or (word.start <= span.start and span.end <= word.end)


def _as_one(tags: Sequence[str]) -> list[str]:
    return [ANY if tag else "" for tag in tags]


def _runs(words: Sequence[Word], tags: Sequence[str]) -> list[_SpanRun]:
    """Turn tags into runs, merged across skip words."""
    runs: list[_SpanRun] = []
    first = 0
    for after in range(1, len(words) + 1):
        if after < len(words) and tags[after] == tags[first]:
            continue
        run = _run(tags[first], words, first, after)
        if run and runs and runs[-1].type == run.type and _only_skipped(words[runs[-1].after : first]):
            runs[-1] = replace(runs[-1], after=after, end=max(runs[-1].end, run.end))
        elif run:
            runs.append(run)
        first = after
    return runs


def _run(kind: str, words: Sequence[Word], first: int, after: int) -> _SpanRun | None:
    counting = [word for word in words[first:after] if word.text.lower() not in skip_words()]
    return _SpanRun(kind, first, after, counting[0].start, counting[-1].end) if kind and counting else None


def _only_skipped(words: Iterable[Word]) -> bool:
    return all(word.text.lower().strip() in skip_words() for word in words)


def _count(gold: Sequence[_SpanRun], predicted: Sequence[_SpanRun], threshold: float, counts: _Counts) -> None:
    touched: set[_SpanRun] = set()
    for label in gold:
        counts.gold[label.type] += 1
        touching: dict[str, list[_SpanRun]] = defaultdict(list)
        for run in predicted:
            if min(label.end, run.end) > max(label.start, run.start):
                touching[run.type].append(run)
                touched.add(run)
        counts.predicted.update(touching.keys())
        single = sum(map(len, touching.values())) == 1
        same = touching.get(label.type)
        if same and (_iou(label, same[0]) if single else _joint_iou(label, same)) >= threshold:
            counts.matched[label.type] += 1
    counts.predicted.update(run.type for run in predicted if run not in touched)


def _iou(one: _SpanRun, other: _SpanRun) -> float:
    shared = min(one.end, other.end) - max(one.start, other.start)
    return shared / (max(one.end, other.end) - min(one.start, other.start))


def _joint_iou(label: _SpanRun, runs: Sequence[_SpanRun]) -> float:
    """Return the joint intersection over union; the ends are off by one as they are upstream."""
    labeled = set(range(label.start, label.end + 1))
    covered = set(range(runs[0].start, runs[0].end + 1))
    covered.update(*(range(run.start - 1, run.end) for run in runs[1:]))
    return len(labeled & covered) / len(labeled | covered)
