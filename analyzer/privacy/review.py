"""The review queue and the decisions: what reviewers are asked, what they decided, and the terms that follow.

The queue keeps no text. An entry is a keyed hash with the places where it stands; what is shown of it is read from
the stored text each time, so what has been erased or scrubbed again is gone from here too.
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
"""Of several decisions on one term the last that was not undone holds."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing to decide on: its hash, shape and number of words, and how many records it stands in."""

    id: int
    kind: str
    type: str
    digest: bytes = field(repr=False)
    shape: str
    words: int
    records: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where an entry stands: the record's id, the column or "" for its comment, and the span there."""

    record: str
    field: str
    start: int
    end: int


def note_doubts(connection: Connection, n: int, doubts: Iterable[tuple[str, Doubtful]]) -> None:
    """Put the doubtful places of a record into the queue, inside the caller's transaction."""
    for column, doubt in doubts:
        key = (doubt.kind, doubt.type, doubt.digest)
        connection.execute(
            "INSERT INTO doubts(kind, type, digest, shape, words) VALUES(?, ?, ?, ?, ?) "
            "ON CONFLICT(kind, type, digest) DO UPDATE SET shape = excluded.shape WHERE shape = ''",
            (*key, doubt.shape, doubt.words),
        )
        connection.execute(
            "INSERT OR IGNORE INTO doubt_places SELECT doubt_id, ?, ?, ?, ? FROM doubts "
            "WHERE kind = ? AND type = ? AND digest = ?",
            (n, column, doubt.start, doubt.end, *key),
        )


def open_entries(database: Database, limit: int) -> list[Entry]:
    """Return what nobody has decided on yet, the most frequent first."""
    rows = database.rows(
        "SELECT doubt_id, kind, type, digest, shape, words, count(DISTINCT n) "
        "FROM doubts JOIN doubt_places USING(doubt_id) "
        "WHERE digest NOT IN (SELECT digest FROM decisions WHERE undone IS NULL) "
        "GROUP BY doubt_id ORDER BY 7 DESC, 1 LIMIT ?",
        (limit,),
    )
    return [Entry(i, kind, of, bytes(digest), shape, words, n) for i, kind, of, digest, shape, words, n in rows]


def count_open(database: Database) -> int:
    """Count what nobody has decided on yet."""
    rows = database.rows(
        "SELECT count(*) FROM doubts WHERE digest NOT IN (SELECT digest FROM decisions WHERE undone IS NULL) "
        "AND doubt_id IN (SELECT doubt_id FROM doubt_places)"
    )
    return int(rows[0][0])


def find_entry(database: Database, entry_id: int) -> Entry:
    """Return one entry, decided or not.

    Raises:
        UsageError: if there is none.
    """
    rows = database.rows(
        "SELECT doubt_id, kind, type, digest, shape, words, "
        "(SELECT count(DISTINCT n) FROM doubt_places p WHERE p.doubt_id = doubts.doubt_id) "
        "FROM doubts WHERE doubt_id = ?",
        (entry_id,),
    )
    if not rows:
        raise UsageError(f"no entry {entry_id} in the review queue; list it with: analyzer privacy queue")
    ((i, kind, of, digest, shape, words, n),) = rows
    return Entry(i, kind, of, bytes(digest), shape, words, n)


def places(database: Database, entry: Entry, limit: int) -> list[Place]:
    """Return where an entry stands, in order of record id."""
    rows = database.rows(
        'SELECT f.id, p.field, p.start, p."end" FROM doubt_places p JOIN feedback f USING(n) '
        "WHERE doubt_id = ? ORDER BY 1, 2, 3 LIMIT ?",
        (entry.id, limit),
    )
    return [Place(*row) for row in rows]


def count_masked(database: Database, digest: bytes) -> int:
    """Count the records in which a value is known to be masked; what it was is not stored."""
    rows = database.rows(
        "SELECT count(DISTINCT n) FROM doubts JOIN doubt_places USING(doubt_id) WHERE kind = ? AND digest = ?",
        (MASKED, digest),
    )
    return int(rows[0][0])


def check_term(terms: Terms, term: str) -> bytes:
    """Return the digest of a term that a person has typed.

    Raises:
        UsageError: if it can be no term.
    """
    words = WORD.findall(term)
    if not 1 <= len(words) <= LONGEST_TERM or not terms.digest(term):
        raise UsageError(f"a term has one to {LONGEST_TERM} words of letters or digits")
    return terms.digest(term)


def keep_decision(connection: Connection, actor: str, verdict: str, entry: Entry, reason: str) -> int:
    """Keep a decision inside the caller's transaction and return its number; the reason must be scrubbed."""
    row = (verdict, entry.digest, entry.type, entry.shape, stamp(now()), actor, reason)
    sql = (
        "INSERT INTO decisions(verdict, digest, type, shape, at, actor, reason) VALUES(?, ?, ?, ?, ?, ?, ?) "
        "RETURNING decision_id"
    )
    return int(connection.execute(sql, row).fetchone()[0])


def undo_last(connection: Connection, actor: str) -> DecidedTerm:
    """Take the last decision back, inside the caller's transaction; one before it on the same term holds again.

    Raises:
        UsageError: if there is none.
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
    """Return the decisions in force, by their shapes; the terms themselves are not known."""
    rows = database.rows(
        f"SELECT decision_id, verdict, type, shape, at, actor, reason FROM decisions d WHERE {IN_FORCE} ORDER BY 1"  # noqa: S608
    )
    return tuple(DecidedTerm(*row) for row in rows)


def read_terms(database: Database, key: bytes) -> Terms:
    """Return the allow and deny lists in force."""
    rows = database.rows(f"SELECT verdict, digest FROM decisions d WHERE {IN_FORCE}")  # noqa: S608
    listed = {kind: frozenset(bytes(digest) for verdict, digest in rows if verdict == kind) for kind in (ALLOW, DENY)}
    return Terms(key, listed[ALLOW], listed[DENY])


def is_still_there(entry: Entry, standing: str, terms: Terms) -> bool:
    """Tell whether what stands at a place is still what the entry is about."""
    return terms.digest(standing) == entry.digest if entry.kind == KEPT else standing.startswith(f"<{entry.type}_")
