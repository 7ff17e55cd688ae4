"""Types of the privacy service: the review queue, decisions on terms, and estimates of the residual risk."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from analyzer.types import FieldValue, Readable


@dataclass(frozen=True, slots=True)
class QueueEntry:
    """An entry of the review queue: one value, masked or left in the text.

    Attributes:
        id: the number that `privacy decide` takes.
        kind: "masked" (without certainty; the value is not stored) or "kept" (the value is left in the stored text).
        type: the type of a masked value, or the reason why a kept value is doubtful.
        shape: first letters and length of the value.
        records: number of records that contain the value.
        contexts: up to three passages of scrubbed text around the value, which is between « and ».
    """

    id: int
    kind: str
    type: str
    shape: str
    records: int
    contexts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReviewQueue:
    """The undecided entries, most frequent first, and their number in all."""

    entries: tuple[QueueEntry, ...]
    total: int


@dataclass(frozen=True, slots=True)
class DecidedTerm:
    """A decision on a term of the allow or deny list; the term is known by its shape only."""

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
    """The immediate effects of a decision; later imports follow it too.

    Attributes:
        term: the decision that was made or undone.
        is_undone: whether the decision was undone.
        records: records scrubbed again.
        texts: distinct comments and field values scrubbed again.
        answers: stored answers that were deleted because they cite changed texts.
        still_masked: records that keep the placeholder of an allowed value until their file is imported again.
        left_in_log: whether the write-ahead log still contains a denied term because of open readers.
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
    """The number of findings of a type, in a language, by a rule; each distinct text is counted once."""

    type: str
    language: str
    rule: str
    n: int


@dataclass(frozen=True, slots=True)
class ImportRisk:
    """Counts of one import: distinct comments read, altered by scrubbing, left with a doubt, and refused."""

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
    """A random sample and the result of its manual check.

    Attributes:
        sample: its number.
        import_id: the import it was drawn from, or None for all.
        size, population: comments drawn, and comments drawn from.
        misses: comments in which personal data was left; None until the sample is checked.
        leak_rate: misses as a share of the size.
        upper_bound: exact one-sided 95 % upper bound of the share of comments that leak.
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


@dataclass(frozen=True, slots=True, repr=False)
class RiskReport(Readable):
    """The residual risk: counts per import, results of samples, and the number of undecided entries."""

    imports: tuple[ImportRisk, ...]
    samples: tuple[SampleCheck, ...]
    waiting: int


@dataclass(frozen=True, slots=True)
class SampledComment:
    """A stored comment to check, with its number in the sample; `fields` are its other free-text fields."""

    number: int
    id: str
    text: str
    fields: Mapping[str, FieldValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PrivacySample:
    """A simple random sample of stored comments, drawn from `population` comments."""

    sample: int
    import_id: int | None
    size: int
    population: int
    comments: tuple[SampledComment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Translation:
    """A comment, and what it says in English in the words of the language model.

    Attributes:
        id: of the comment; language: of the comment, ISO 639-1, empty if unknown.
        text: the comment as it is stored.
        english: by the model; empty if it is withheld, or the comment is in English.
        notice: what the translation is and what it is not used for, or why there is none.
        model: name of the language model.
    """

    id: str
    language: str
    text: str
    english: str
    notice: str
    model: str
