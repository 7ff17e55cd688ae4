"""Incidents in the audit log: which account saw which records and when, for the notification of GDPR 33.

Knows events and counts; nothing of comments.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from analyzer.security.audit_log import Event
from analyzer.security.clock import now
from analyzer.security.event_times import UNCONFIRMED, confirmed_time
from analyzer.store.database import Connection

HOURS = 72
"""Hours within which a breach must be notified (GDPR 33(1))."""
OPEN, CLOSE, DRILL = "incident.open", "incident.close", "incident.drill"
FROZEN = frozenset({"users.add", "users.grant", "keys.show", "erasure.export_person"})
"""Methods that are blocked while an incident is open, besides all that export."""
SAW_ALL = frozenset({"themes.assignments", "codebook.assignments", "feedback.export"})
"""Events of methods that return data of every record."""
SHOWN = frozenset({
    "search", "show", "browse", "ask", "replay", "count", "labels.next", "themes.show", "themes.why", "codebook.queue",
    "privacy.queue", "privacy.sample", "export", "themes.report", "person.export", "feedback.export_some",
    "comments.file", "duplicates.list", "digest.write", "agreement.next", "agreement.disagreements",
    "translation.show",
})  # fmt: skip
"""Events of methods that show comments; ids in other events are of records written, labeled or erased."""
FILES = frozenset({"export", "themes.report", "codebook.save", "person.export"})
"""Events of earlier versions that stand for a file; those of now have its name and its SHA-256, whatever the action."""


@dataclass(slots=True)
class AccountReads:
    """Activity of one account in a time window: record ids seen, number of events by action, files, denials."""

    account: str
    first: str = ""
    last: str = ""
    events: int = 0
    refused: int = 0
    ids: set[str] = field(default_factory=set)
    all_records: bool = False
    files: list[str] = field(default_factory=list)
    actions: dict[str, int] = field(default_factory=dict)


def open_incident(connection: Connection) -> tuple[int, str, str] | None:
    """Return number, opening time and note of the open incident; None if there is none."""
    row = connection.execute(
        "SELECT incident_id, opened, note FROM incidents WHERE closed = '' ORDER BY incident_id DESC LIMIT 1"
    ).fetchone()
    return (int(row[0]), str(row[1]), str(row[2])) if row else None


def reads_by_account(events: Iterable[Event], accounts: frozenset[str] = frozenset()) -> dict[str, AccountReads]:
    """Return the activity of each account.

    Args:
        events: of the time window, oldest first.
        accounts: only these; all if empty.
    """
    found: dict[str, AccountReads] = {}
    for event in events:
        if (accounts and event.actor not in accounts) or (event.detail.get("drill") and not accounts):
            continue
        one = found.setdefault(event.actor, AccountReads(event.actor, event.at))
        one.last = event.at
        one.events += 1
        one.actions[event.action] = one.actions.get(event.action, 0) + 1
        one.refused += event.action == "denied"
        one.ids |= set(ids_in(event.detail)) if event.action in SHOWN else set()
        one.all_records |= event.action in SAW_ALL
        if name := written_file(event):
            one.files.append(name)
    return found


def written_file(event: Event) -> str:
    """Return the name of the file that an event records as written or handed out; empty if there is none."""
    name = str(event.detail.get("file") or "")
    if name and "sha256" in event.detail:
        return name
    return str(name or event.detail.get("kind") or event.action) if event.action in FILES else ""


def ids_in(detail: Mapping[str, object]) -> list[str]:
    """Return the record ids in the detail of an event."""
    ids = detail.get("ids", [])
    return [str(one) for one in ids] if isinstance(ids, list) else []


def events_between(connection: Connection, since: str, until: str) -> Iterable[Event]:
    """Yield the events of a time window, oldest first; since and until are ISO 8601, UTC.

    Events whose time is unconfirmed or in the future are of every window: a wrong clock wrote them, perhaps in it.
    """
    rows = connection.execute(
        "SELECT seq, at, actor, action, detail FROM audit "
        "WHERE (at >= ? AND at <= ?) OR substr(at, -6) = ? OR at > ? ORDER BY seq",
        (since, until, UNCONFIRMED, confirmed_time(now())),
    )
    for seq, at, actor, action, detail in rows:
        yield Event(seq, at, actor, action, json.loads(detail))


def hours_left(aware: str, moment: datetime) -> float:
    """Return the hours left of the 72 since the breach became known; negative if they have passed."""
    return round(HOURS - (moment - datetime.fromisoformat(aware)) / timedelta(hours=1), 1)
