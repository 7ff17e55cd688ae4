"""Types of the index: status of a workspace, queries and hits."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from analyzer.types import Column, FieldValue


@dataclass(frozen=True, slots=True)
class ImportSummary:
    """One import as recorded in the workspace."""

    file: str
    started: str
    finished: str
    stored: int
    duplicates: int
    rejected: int
    entities: Mapping[str, int]
    number: int = 0
    updated: int = 0


@dataclass(frozen=True, slots=True)
class WorkspaceStatus:
    """The content of a workspace, and which of its models are present.

    Attributes:
        records: number of comments; responses: number of responses, with or without comments.
        questions: headings of the columns of comments; empty where an older version did not store it.
        days_since_drill: days since the last restore drill; None if there was none.
        model_server: the one of the models that a server runs; empty if there is none.
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
    responses: int = 0
    questions: tuple[str, ...] = ()
    model_server: str = ""


@dataclass(frozen=True, slots=True)
class Verification:
    """Result of a check of the whole workspace; problems is empty if it is ok."""

    ok: bool
    problems: tuple[str, ...]
    records: int
    audit_events: int
    cache: str


class SearchMode(StrEnum):
    """What a comment must have to be found: a similar meaning or one of the words, every word, or the exact phrase."""

    MEANING = "meaning"
    WORDS = "words"
    PHRASE = "phrase"


@dataclass(frozen=True, slots=True)
class Query:
    """A search: the text, a filter of the records, the maximum number of hits, and what a comment must have."""

    text: str
    where: str = ""
    limit: int = 10
    mode: SearchMode = SearchMode.MEANING


@dataclass(frozen=True, slots=True)
class Hit:
    """A record found; a higher score is better; same_words counts matching records with the same text."""

    id: str
    score: float
    text: str
    fields: Mapping[str, FieldValue]
    same_words: int = 1


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Hits, best first, and the number of records that match the filter.

    Attributes:
        found: number of different texts that match, of which `hits` are the first; 0 for a search by meaning, which
            ranks and excludes none.
    """

    hits: tuple[Hit, ...]
    among: int
    found: int = 0


@dataclass(frozen=True, slots=True)
class UnknownValue:
    """A value of a filter that no response has: its column, and the values that are spelled most like it.

    Attributes:
        column: as the filter names it.
        nearest: nearest first; the most frequent values if none is spelled alike.
        is_near: whether they are spelled alike.
    """

    column: str
    value: str
    nearest: tuple[str, ...]
    is_near: bool = True
