"""The types that reviewers are given: the queue, decisions, and how much personal data is likely left."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from analyzer.types import FieldValue


@dataclass(frozen=True, slots=True)
class QueueEntry:
    """Something for a reviewer to decide on.

    Attributes:
        id: what `privacy decide` takes.
        kind: "masked" (without certainty; the value is not kept) or "kept" (it stands in the stored text).
        type: the type of a masked value, or why a kept one is doubted.
        shape: first letters and length of the value.
        records: how many records it stands in.
        contexts: up to three places, as scrubbed text around it, the place itself between « and ».
    """

    id: int
    kind: str
    type: str
    shape: str
    records: int
    contexts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReviewQueue:
    """The entries nobody has decided on, most frequent first, and how many there are in all."""

    entries: tuple[QueueEntry, ...]
    total: int


@dataclass(frozen=True, slots=True)
class DecidedTerm:
    """A term of the allow or deny list: who decided, when and why; the term is known by its shape alone."""

    id: int
    verdict: str
    type: str
    shape: str
    at: str
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class TermList:
    """The allow and deny lists in force, in the order of the decisions."""

    terms: tuple[DecidedTerm, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """What a decision did at once; imports from now on follow it.

    Attributes:
        term: the decision that was made or undone.
        is_undone: whether it was taken back.
        records: records scrubbed again.
        texts: different comments and field values scrubbed again.
        answers: kept answers that were dropped, because they cite what was changed.
        still_masked: records that keep the placeholder of an allowed value until their file is imported again.
        left_in_log: whether readers still keep a denied term in the write-ahead log.
    """

    term: DecidedTerm
    is_undone: bool = False
    records: int = 0
    texts: int = 0
    answers: int = 0
    still_masked: int = 0
    left_in_log: bool = False


@dataclass(frozen=True, slots=True)
class FindingCount:
    """How often a rule found a type of personal data in texts of a language, each different text counted once."""

    type: str
    language: str
    rule: str
    n: int


@dataclass(frozen=True, slots=True)
class ImportRisk:
    """What an import found: different comments read, altered by scrubbing, left with a doubt, and refused."""

    import_id: int
    file: str
    started: str
    texts: int
    altered: int
    reviewed: int
    refused: int
    findings: tuple[FindingCount, ...]

    @property
    def share_altered(self) -> float:
        """Altered comments as a share of those read."""
        return self.altered / self.texts if self.texts else 0.0


@dataclass(frozen=True, slots=True)
class SampleCheck:
    """A random sample, and what a person missed in it.

    Attributes:
        sample: its number.
        import_id: the import it was drawn from, or None for all.
        size, population: comments drawn, and comments drawn from.
        misses: comments in which personal data was left; None until somebody has checked.
        leak_rate: misses as a share of the size.
        upper_bound: with 95 % confidence no larger share of the comments leaks.
    """

    sample: int
    import_id: int | None
    at: str
    by: str
    size: int
    population: int
    misses: int | None
    checked: str
    checked_by: str
    leak_rate: float | None
    upper_bound: float | None


@dataclass(frozen=True, slots=True)
class RiskReport:
    """The residual risk: what imports found, what samples showed, and what waits for a reviewer."""

    imports: tuple[ImportRisk, ...]
    samples: tuple[SampleCheck, ...]
    waiting: int


@dataclass(frozen=True, slots=True)
class SampledComment:
    """A stored comment to be checked, under its number in the sample; fields are its other free texts."""

    number: int
    id: str
    text: str
    fields: Mapping[str, FieldValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PrivacySample:
    """A simple random sample of stored comments, drawn from `population` of them."""

    sample: int
    import_id: int | None
    size: int
    population: int
    comments: tuple[SampledComment, ...]
