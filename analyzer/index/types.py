"""Types of the index: status of a workspace, queries and hits."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from analyzer.types import Column, FieldValue, Readable, Tabular


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


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexStatus:
    """How texts are searched by meaning.

    Attributes:
        is_exact: whether every vector is compared.
        recall: share of the 10 nearest vectors that a search finds, measured when the index was built or extended;
            1 if it is exact.
        lists: of the inverted file; probed: of these, searched for a query; candidates: compared by their vectors.
        measured_among: number of vectors, and queries: number of queries, with which the recall was measured.
    """

    is_exact: bool
    vectors: int
    recall: float
    lists: int = 0
    probed: int = 0
    candidates: int = 0
    measured_among: int = 0
    queries: int = 0


@dataclass(frozen=True, slots=True, repr=False)
class WorkspaceStatus(Readable):
    """The content of a workspace, and which of its models are present.

    Attributes:
        records: number of comments; responses: number of responses, with or without comments.
        questions: headings of the columns of comments; empty where an older version did not store it.
        days_since_drill: days since the last restore drill; None if there was none.
        different: number of different texts, near duplicates as one; duplicate_groups: number of groups of near
            duplicates; None for accounts that see no comments. duplicates_stale: texts were added since.
        model_server: the one of the models that a server runs; empty if there is none.
        index: how texts are searched by meaning; None if it is not built, or has what the account does not see.
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
    index: IndexStatus | None = None
    different: int | None = None
    duplicate_groups: int | None = None
    duplicates_stale: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class Verification(Readable):
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


@dataclass(frozen=True, slots=True, repr=False)
class SearchResult(Tabular):
    """Hits, best first, and the number of records that match the filter.

    Attributes:
        found: number of different texts that match, of which `hits` are the first; 0 for a search by meaning, which
            ranks and excludes none.
    """

    rows_in: ClassVar[str] = "hits"

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


@dataclass(frozen=True, slots=True)
class DuplicateGroup:
    """Comments that are near duplicates of each other.

    Attributes:
        id, text: of the comment whose text the most of them have.
        comments: their number; texts: number of texts that differ in any character.
        ids: of all of them, sorted.
    """

    id: str
    text: str
    comments: int
    texts: int
    ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Duplicates(Tabular):
    """Near duplicates among matching comments.

    Attributes:
        comments: number of matching comments; different: of different texts among them, near duplicates as one.
        count: number of groups; copies: number of comments in them.
        groups: the largest groups.
        is_stale: whether texts were added since near duplicates were looked for.
    """

    rows_in: ClassVar[str] = "groups"

    comments: int
    different: int
    count: int
    copies: int
    groups: tuple[DuplicateGroup, ...] = ()
    is_stale: bool = False


@dataclass(frozen=True, slots=True)
class SavedView:
    """A named filter of an account, and the page that it opens on.

    Attributes:
        number: of the view; page: address of the page, such as "comments"; made: when it was saved, ISO 8601.
    """

    number: int
    name: str
    page: str
    where: str
    made: str
