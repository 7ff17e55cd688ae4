"""Types."""

from collections.abc import Mapping
from dataclasses import dataclass

from analyzer.types import Column, FieldValue


@dataclass(frozen=True, slots=True)
class ImportSummary:
    """One import as the workspace remembers it."""

    file: str
    started: str
    finished: str
    stored: int
    duplicates: int
    rejected: int
    entities: Mapping[str, int]
    number: int = 0


@dataclass(frozen=True, slots=True)
class WorkspaceStatus:
    """What a workspace holds and whether what it needs is here.

    Attributes:
        days_since_drill: since a backup was last brought back to try it; None for never.
    """

    workspace: str
    records: int
    texts: int
    columns: tuple[Column, ...]
    imports: tuple[ImportSummary, ...]
    languages: Mapping[str, int]
    models: Mapping[str, bool]
    single_user: bool
    bytes: int
    days_since_drill: int | None = None


@dataclass(frozen=True, slots=True)
class Verification:
    """Outcome of a check of the whole workspace: problems is empty when ok."""

    ok: bool
    problems: tuple[str, ...]
    records: int
    audit_events: int
    cache: str


@dataclass(frozen=True, slots=True)
class Query:
    """What to look for, among which records, and how many to return."""

    text: str
    where: str = ""
    limit: int = 10


@dataclass(frozen=True, slots=True)
class Hit:
    """A record found; a higher score is better; same_words counts matching records with this very text."""

    id: str
    score: float
    text: str
    fields: Mapping[str, FieldValue]
    same_words: int = 1


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Hits in order, and how many records the filter left to search."""

    hits: tuple[Hit, ...]
    among: int
