"""The review queue and the decisions on terms, as database queries.

The queue stores no text. An entry is a keyed hash with the places of the value; its context is read from the stored
text each time, so erased and re-scrubbed texts are never shown.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from analyzer.errors import UsageError
from analyzer.privacy.review_candidates import KEPT, MASKED, Doubtful
from analyzer.privacy.terms import LONGEST_TERM, WORD, Terms
from analyzer.privacy.types import DecidedTerm
from analyzer.security.clock import now, stamp
from analyzer.store.database import Connection, Database

ALLOW = "allow"
DENY = "deny"
IN_FORCE = """undone IS NULL AND decision_id = (
    SELECT max(decision_id) FROM decisions later WHERE later.digest = d.digest AND later.undone IS NULL)"""
"""Of several decisions on one term, the last one that was not undone is in force."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A value to decide on: its hash, shape and number of words, and the number of records that contain it."""

    id: int
    kind: str
    type: str
    digest: bytes = field(repr=False)
    shape: str
    words: int
    records: int


@dataclass(frozen=True, slots=True)
class Place:
    """The place of an entry: the id of the comment or, with a column, of the response; and the span in that text."""

    record: str
    field: str
    start: int
    end: int


def note_doubts(connection: Connection, response: int, doubts: Iterable[tuple[int, str, Doubtful]]) -> None:
    """Add the doubtful places of a response to the queue, inside the caller's transaction.

    Args:
        connection: in a transaction.
        response: number of the response.
        doubts: number of the comment and "", or 0 and the name of a column; and the place.
    """
    for n, column, doubt in doubts:
        key = (doubt.kind, doubt.type, doubt.digest)
        connection.execute(
            "INSERT INTO doubts(kind, type, digest, shape, words) VALUES(?, ?, ?, ?, ?) "
            "ON CONFLICT(kind, type, digest) DO UPDATE SET shape = excluded.shape WHERE shape = ''",
            (*key, doubt.shape, doubt.words),
        )
        connection.execute(
            "INSERT OR IGNORE INTO doubt_places SELECT doubt_id, ?, ?, ?, ?, ? FROM doubts "
            "WHERE kind = ? AND type = ? AND digest = ?",
            (response, n, column, doubt.start, doubt.end, *key),
        )


def open_entries(database: Database, limit: int) -> list[Entry]:
    """Return the undecided entries, most frequent first."""
    rows = database.rows(
        "SELECT doubt_id, kind, type, digest, shape, words, count(DISTINCT response_id) "
        "FROM doubts JOIN doubt_places USING(doubt_id) "
        "WHERE digest NOT IN (SELECT digest FROM decisions WHERE undone IS NULL) "
        "GROUP BY doubt_id ORDER BY 7 DESC, 1 LIMIT ?",
        (limit,),
    )
    return [Entry(i, kind, type_, bytes(digest), shape, words, n) for i, kind, type_, digest, shape, words, n in rows]


def count_open(database: Database) -> int:
    """Count the undecided entries."""
    rows = database.rows(
        "SELECT count(*) FROM doubts WHERE digest NOT IN (SELECT digest FROM decisions WHERE undone IS NULL) "
        "AND doubt_id IN (SELECT doubt_id FROM doubt_places)"
    )
    return int(rows[0][0])


def find_entry(database: Database, entry_id: int) -> Entry:
    """Return one entry, decided or not.

    Raises:
        UsageError: if there is no such entry.
    """
    rows = database.rows(
        "SELECT doubt_id, kind, type, digest, shape, words, "
        "(SELECT count(DISTINCT response_id) FROM doubt_places p WHERE p.doubt_id = doubts.doubt_id) "
        "FROM doubts WHERE doubt_id = ?",
        (entry_id,),
    )
    if not rows:
        raise UsageError(f"no entry {entry_id} in the review queue; list it with: analyzer privacy queue")
    ((i, kind, type_, digest, shape, words, n),) = rows
    return Entry(i, kind, type_, bytes(digest), shape, words, n)


def places(database: Database, entry: Entry, limit: int) -> list[Place]:
    """Return the places of an entry, in order of record id."""
    rows = database.rows(
        'SELECT coalesce(f.id, r.id), p.field, p.start, p."end" FROM doubt_places p '
        "JOIN responses r USING(response_id) LEFT JOIN feedback f ON f.n = p.n WHERE doubt_id = ? "
        "ORDER BY 1, 2, 3 LIMIT ?",
        (entry.id, limit),
    )
    return [Place(*row) for row in rows]


def count_masked(database: Database, digest: bytes) -> int:
    """Count the records in which a value is known to be masked; the value itself is not stored."""
    rows = database.rows(
        "SELECT count(DISTINCT response_id) FROM doubts JOIN doubt_places USING(doubt_id) "
        "WHERE kind = ? AND digest = ?",
        (MASKED, digest),
    )
    return int(rows[0][0])


def check_term(terms: Terms, term: str) -> bytes:
    """Return the digest of a typed term.

    Raises:
        UsageError: if the text has too many words, or no letter or digit.
    """
    words = WORD.findall(term)
    if not 1 <= len(words) <= LONGEST_TERM or not terms.digest(term):
        raise UsageError(f"a term has one to {LONGEST_TERM} words of letters or digits")
    return terms.digest(term)


def keep_decision(connection: Connection, actor: str, verdict: str, entry: Entry, reason: str) -> int:
    """Store a decision inside the caller's transaction and return its number; the reason must be scrubbed."""
    row = (verdict, entry.digest, entry.type, entry.shape, stamp(now()), actor, reason)
    sql = (
        "INSERT INTO decisions(verdict, digest, type, shape, at, actor, reason) VALUES(?, ?, ?, ?, ?, ?, ?) "
        "RETURNING decision_id"
    )
    return int(connection.execute(sql, row).fetchone()[0])


def undo_last(connection: Connection, actor: str) -> DecidedTerm:
    """Undo the last decision, inside the caller's transaction; an earlier one on the same term is in force again.

    Raises:
        UsageError: if there is no decision to undo.
    """
    row = connection.execute(
        "UPDATE decisions SET undone = ?, undone_by = ? "
        "WHERE decision_id = (SELECT max(decision_id) FROM decisions WHERE undone IS NULL) "
        "RETURNING decision_id, verdict, type, shape, at, actor, reason",
        (stamp(now()), actor),
    ).fetchone()
    if row is None:
        raise UsageError("there is no decision to undo")
    return DecidedTerm(*row)


def decided_terms(database: Database) -> tuple[DecidedTerm, ...]:
    """Return the decisions in force; terms are known by their shapes only."""
    rows = database.rows(
        f"SELECT decision_id, verdict, type, shape, at, actor, reason FROM decisions d WHERE {IN_FORCE} ORDER BY 1"  # noqa: S608
    )
    return tuple(DecidedTerm(*row) for row in rows)


def read_terms(database: Database, key: bytes) -> Terms:
    """Return the allow and deny lists in force."""
    rows = database.rows(f"SELECT verdict, digest FROM decisions d WHERE {IN_FORCE}")  # noqa: S608
    listed = {kind: frozenset(bytes(digest) for verdict, digest in rows if verdict == kind) for kind in (ALLOW, DENY)}
    return Terms(key, listed[ALLOW], listed[DENY])


def is_still_there(entry: Entry, current: str, terms: Terms) -> bool:
    """Return whether the text at a place is still the value of the entry."""
    return terms.digest(current) == entry.digest if entry.kind == KEPT else current.startswith(f"<{entry.type}_")
