"""What a restore takes from the workspace that it replaces: decisions, and the log of who did and read what.

A backup brings data back: responses, comments, themes, labels. Who has access, how long comments are kept, what was
denied, erased or asked, and whether an incident is open stay as they are now. Where the workspace is lost, only the
anchor tells how much is missing; then every grant lapses until an administrator has reviewed it.
"""

from collections.abc import Callable, Sequence
from functools import partial

from analyzer.custody.deletion import derived_data
from analyzer.errors import WorkspaceError
from analyzer.index.feedback_table import FeedbackTable
from analyzer.index.term_masking import Mask, mask_everywhere
from analyzer.privacy.review import read_terms
from analyzer.privacy.scrubber import DENIED
from analyzer.privacy.service import term_spans
from analyzer.privacy.terms import Terms
from analyzer.security import accounts
from analyzer.security.audit_anchor import Anchored
from analyzer.security.audit_log import AuditLog
from analyzer.store.database import Connection, Database

DECISIONS = ("audit", "accounts", "grants", "retention", "incidents", "decisions", "figures_asked")
"""Tables that a restore never takes from the backup, each after those it refers to; `erased` follows from the ledger,
`links` and `link_batches` are merged. A test assigns every table of the schema to one of these or to the data."""

LAST_IMPORT = "last_import"
"""Entry of the meta table: the highest number of an import that ever was. A grant limited to imports that a restore
took back must not cover other imports, so that their numbers are not given again."""

LAPSED = "1970-01-01T00:00:00+00:00"
"""Time of the last review that is noted for grants of which it is unknown whether they were revoked."""

Embed = Callable[[Sequence[str]], list[bytes]]


def is_current(existing: Database, log: AuditLog, backup: Database) -> bool:
    """Return whether a workspace has readable decisions and a whole log that is not older than that of a backup.

    Args:
        existing: the workspace to be replaced.
        log: with the key of the chain.
        backup: the unpacked backup.
    """
    try:
        for table in (*DECISIONS, "erased", "links", "link_batches"):
            for _ in existing.walk(f"SELECT * FROM {table}"):  # noqa: S608
                pass
        is_whole = AuditLog(log.key).verify(existing.connection).ok
        newest = newest_event(existing)
    except WorkspaceError:  # the file is damaged
        return False
    is_in_backup = bool(backup.rows("SELECT 1 FROM audit WHERE seq = ? AND mac = ?", newest))
    return is_whole and (not is_in_backup or newest == newest_event(backup))


def newest_event(database: Database) -> tuple[int, bytes]:
    """Return number and MAC of the newest event of a log."""
    seq, mac = database.rows("SELECT seq, mac FROM audit ORDER BY seq DESC LIMIT 1")[0]
    return int(seq), bytes(mac)


def take_decisions(existing: Database, restored: Connection) -> None:
    """Replace the decisions of a restored database by those of the workspace it replaces, in the caller's transaction.

    Both databases have the current schema.
    """
    for table in reversed(DECISIONS):
        restored.execute(f"DELETE FROM {table}")  # noqa: S608
    for table in DECISIONS:
        _copy_rows(existing, restored, table)
    _merge_links(existing, restored)
    last = existing.rows("SELECT max(n) FROM (SELECT max(import_id) n FROM imports UNION SELECT ?)", (_last(existing),))
    restored.execute("INSERT OR REPLACE INTO meta VALUES(?, ?)", (LAST_IMPORT, str(last[0][0] or 0)))


def mask_denied(existing: Database, restored: Database, terms_key: bytes, embed: Embed) -> int:
    """Mask the terms that were denied since a backup in the restored texts; return the number of records changed."""
    since = read_terms(existing, terms_key).deny - read_terms(restored, terms_key).deny
    changed: set[str] = set()
    for digest in sorted(since):
        finds = partial(term_spans, Terms(terms_key, deny=frozenset({digest})))
        with restored.transaction() as connection:
            mask = Mask(DENIED, digest, finds)
            changed |= mask_everywhere(connection, FeedbackTable(restored), mask, embed, derived_data()).ids
    return len(changed)


def lapse_grants(connection: Connection, log: AuditLog, actor: str, at: str) -> tuple[str, ...]:
    """Let every grant lapse until it is reviewed, in the caller's transaction; return the accounts.

    The grant of an administrator lapses too, but stays in force while no other one is, so that reviews are possible.
    """
    grants = [one for one in accounts.read_grants(connection) if not one.ended and not (one.until and one.until <= at)]
    numbers = [one.number for one in grants]
    if numbers:
        accounts.mark_reviewed(connection, numbers, LAPSED)
        log.append(connection, actor, accounts.REVIEW, {"grants": numbers, "at": LAPSED, "why": "decisions are lost"})
    return tuple(sorted(one.account for one in grants))


def missing_events(noted: Anchored | None, newest: tuple[int, bytes]) -> int:
    """Return how many events the anchor knows of after a log.

    Args:
        noted: the newest event in the anchor; None without an anchor.
        newest: number and MAC of the newest event of the log.
    """
    if noted is None or noted.seq < newest[0] or (noted.seq, noted.mac) == newest:
        return 0
    return max(noted.seq - newest[0], 1)


def _copy_rows(existing: Database, restored: Connection, table: str) -> None:
    columns = [row[1] for row in restored.execute(f"PRAGMA table_info({table})")]
    names, marks = ", ".join(columns), ", ".join("?" * len(columns))
    rows = existing.walk(f"SELECT {names} FROM {table}")  # noqa: S608
    restored.executemany(f"INSERT INTO {table}({names}) VALUES({marks})", rows)


def _merge_links(existing: Database, restored: Connection) -> None:
    """Keep the links that were issued since, and none that was erased.

    Answers that were given since are gone with the data, so that their links accept them again.
    """
    used = {bytes(digest): at for digest, at in restored.execute("SELECT digest, used FROM links")}
    restored.execute("DELETE FROM links")
    restored.execute("DELETE FROM link_batches")
    _copy_rows(existing, restored, "link_batches")
    _copy_rows(existing, restored, "links")
    restored.execute("UPDATE links SET used = ''")
    restored.executemany("UPDATE links SET used = ? WHERE digest = ?", [(at, one) for one, at in used.items() if at])


def _last(database: Database) -> int:
    return int(database.meta(LAST_IMPORT) or 0)
