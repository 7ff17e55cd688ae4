"""The incident service: stop exports and new access, report from the log who saw which records, rehearse."""

import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TypeAlias

from analyzer.custody.recorded_reads import RecordedReads
from analyzer.custody.types import IncidentDrill, IncidentReport, SeenBy
from analyzer.errors import UsageError
from analyzer.privacy.workspace_scrubber import WorkspaceScrubber
from analyzer.security import backup_archive, incident_log
from analyzer.security.audit_trail import AuditTrail
from analyzer.security.authorization import Authorization
from analyzer.security.clock import now, stamp
from analyzer.security.permissions import Permission, needs
from analyzer.security.workspace_store import WorkspaceStore

PLANTED = 20
"""Reads that a drill plants."""
ACTOR = "drill"
MEASURES = "exports and new access are stopped since the incident was opened; evidence is kept in\n   {}; "
READS = ("show", "search", "browse", "ask", "export")

DraftNotice: TypeAlias = Callable[[Mapping[str, str], Sequence[SeenBy], tuple[int, int], Mapping[str, int]], str]
"""Returns the text of a notice from facts, who saw what, (records, people), and what was masked by type."""


class IncidentService:
    """Incidents: opened, reported, closed, and rehearsed."""

    name = "incidents"

    def __init__(
        self,
        *,
        store: WorkspaceStore,
        backups_folder: Path,
        audit: AuditTrail,
        authorization: Authorization,
        scrubber: WorkspaceScrubber,
        reads: RecordedReads,
        draft_notice: DraftNotice,
    ) -> None:
        """Take what an incident is reported from.

        Args:
            store: the open workspace, backed up as evidence when an incident is opened.
            backups_folder: where the evidence goes.
            audit: where incidents are noted.
            authorization: decides about calls.
            scrubber: scrubs notes before they are kept.
            reads: tells from the log who saw which records.
            draft_notice: writes the notice to the supervisory authority.
        """
        self._store = store
        self._admin_database = store.database
        self._backups_folder = backups_folder
        self._audit = audit
        self._authorization = authorization
        self._scrubber = scrubber
        self._reads = reads
        self._draft_notice = draft_notice

    @needs(Permission.INCIDENTS)
    def open(self, note: str = "", days: int = 30) -> IncidentReport:
        """Open an incident: exports and new access stop, evidence is kept, the 72 hours run.

        Args:
            note: what is known; kept, scrubbed.
            days: how far back the first report looks.

        Raises:
            UsageError: if one is open already.
        """
        connection = self._admin_database.connection
        if incident_log.open_incident(connection):
            raise UsageError("an incident is open already; close it first: analyzer incident close")
        told = self._scrubber.scrub_note(note)
        at = stamp(now())
        with self._admin_database.transaction() as connection:
            row = connection.execute(
                "INSERT INTO incidents(opened, note, closed) VALUES(?, ?, '') RETURNING incident_id", (at, told)
            ).fetchone()
            self._audit.append(connection, incident_log.OPEN, {"incident": row[0], "note": told})
        self._keep_evidence(int(row[0]), at)
        return self._looked_back(days, ())

    @needs(Permission.INCIDENTS)
    def report(self, days: int = 30, accounts: tuple[str, ...] = ()) -> IncidentReport:
        """Say from the log who saw which records, and draft the notice.

        Args:
            days: how far back to look, from the moment the incident was opened, or from now.
            accounts: only these.
        """
        found = self._looked_back(days, tuple(accounts))
        self._audit.record("incident.report", {"accounts": len(found.seen), "records": found.records})
        return found

    @needs(Permission.INCIDENTS)
    def close(self, note: str = "") -> int:
        """Close the incident that is open; exports and new access go on. Return its number.

        Raises:
            UsageError: if none is open.
        """
        held = incident_log.open_incident(self._admin_database.connection)
        if held is None:
            raise UsageError("no incident is open")
        told = self._scrubber.scrub_note(note)
        with self._admin_database.transaction() as connection:
            connection.execute("UPDATE incidents SET closed = ? WHERE incident_id = ?", (stamp(now()), held[0]))
            self._audit.append(connection, incident_log.CLOSE, {"incident": held[0], "note": told})
        return held[0]

    @needs(Permission.INCIDENTS)
    def drill(self) -> IncidentDrill:
        """Plant reads by a made-up account in the log, look whether a report finds every one, put that on record.

        Raises:
            UsageError: if there are no records to read.
        """
        started = time.monotonic()
        ids = [
            row[0] for row in self._admin_database.rows("SELECT id FROM feedback ORDER BY random() LIMIT ?", (PLANTED,))
        ]
        if not ids:
            raise UsageError("there is nothing to read yet; import something first")
        began = stamp(now())
        for number, one in enumerate(ids):
            with self._admin_database.transaction() as connection:
                self._audit.log.append(connection, ACTOR, READS[number % len(READS)], {"ids": [one], "drill": True})
        window = incident_log.events_between(
            self._admin_database.connection, began, stamp(now() + timedelta(seconds=1))
        )
        seen = incident_log.reads_by_account(window, frozenset({ACTOR})).get(ACTOR)
        found = len(seen.ids & set(ids)) if seen else 0
        recall = found / len(ids)
        seconds = round(time.monotonic() - started, 2)
        self._audit.record(incident_log.DRILL, {"ok": found == len(ids), "planted": len(ids), "found": found})
        return IncidentDrill(found == len(ids), len(ids), found, recall, seconds)

    def _keep_evidence(self, number: int, at: str) -> None:
        """Back the workspace up as it is, and its anchor with it."""
        folder = self._evidence(number)
        backup_archive.make_backup(self._admin_database, folder, self._store.keys.key("backup"), at)
        if self._audit.log.anchor and self._audit.log.anchor.is_there:
            shutil.copy2(self._audit.log.anchor.file, folder)

    def _evidence(self, number: int) -> Path:
        return self._backups_folder / f"{self._store.path.name}-incident-{number}"

    def _looked_back(self, days: int, accounts: tuple[str, ...]) -> IncidentReport:
        connection = self._admin_database.connection
        held = incident_log.open_incident(connection)
        number, aware, note = held or (0, stamp(now()), "")
        since = stamp(now() - timedelta(days=days))
        until = stamp(now() + timedelta(seconds=1))
        seen = incident_log.reads_by_account(incident_log.events_between(connection, since, until), frozenset(accounts))
        told = sorted(
            (self._reads.by_account(one) for one in seen.values()), key=lambda one: (-one.records, one.account)
        )
        told = [one for one in told if one.records or one.all_records or one.files or one.refused]
        everything = any(one.all_records for one in told)
        ids = set().union(*(one.ids for one in told)) if told else set()
        records = self._admin_database.rows("SELECT count(*) FROM feedback")[0][0] if everything else len(ids)
        people = self._reads.people(None if everything else sorted(ids))
        masked = dict(self._admin_database.rows("SELECT type, sum(n) FROM findings GROUP BY 1 ORDER BY 2 DESC, 1"))
        is_sound = self._audit.log.verify(connection).ok
        left = incident_log.hours_left(aware, now())
        evidence = str(self._evidence(number)) if number else ""
        facts = {
            "note": note, "since": since[:16], "until": until[:16], "aware": aware,
            "measures": MEASURES.format(evidence) if number else "",
            "hours": f"{left} of 72 hours are left" if left > 0 else "THE 72 HOURS HAVE PASSED: say why (Art. 33(1))",
            "workspace": self._store.path.name, "log": "verifies" if is_sound else "DOES NOT VERIFY",
        }  # fmt: skip
        return IncidentReport(
            number, note, since, until, aware, left, tuple(told), records, people,
            tuple(row[0] for row in self._admin_database.rows("SELECT name FROM columns ORDER BY position")), masked,
            is_sound, evidence, self._draft_notice(facts, told, (records, people), masked),
        )  # fmt: skip
