"""The incident service: stop exports and new access, report from the audit log who saw which records, run drills."""

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
from analyzer.security.files_service import FilesService
from analyzer.security.permissions import Permission, needs
from analyzer.security.workspace_store import WorkspaceStore
from analyzer.store.output_files import check_free

PLANTED = 20
"""Number of reads that a drill writes to the audit log."""
ACTOR = "drill"
MEASURES = "exports and new access have been stopped since the incident was opened; evidence is kept in\n   {}; "
READS = ("show", "search", "browse", "ask", "export")

DraftNotice: TypeAlias = Callable[[Mapping[str, str], Sequence[SeenBy], tuple[int, int], Mapping[str, int]], str]
"""Called with (facts, reads by account, (records, people), masked values by type); returns the text of a notice."""


class IncidentService:
    """Incidents: open, report, close, and drill."""

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
        files: FilesService,
    ) -> None:
        """Create the service.

        Args:
            store: the open workspace, backed up as evidence when an incident is opened.
            backups_folder: folder of the evidence.
            audit: the audit log, which records incidents.
            authorization: checks the permissions of each call.
            scrubber: scrubs notes before they are stored.
            reads: counts from the audit log who saw which records.
            draft_notice: writes the notice to the supervisory authority.
            files: writes and records files.
        """
        self._store = store
        self._admin_database = store.database
        self._backups_folder = backups_folder
        self._audit = audit
        self._authorization = authorization
        self._scrubber = scrubber
        self._reads = reads
        self._draft_notice = draft_notice
        self._files = files

    @needs(Permission.INCIDENTS)
    def open(self, note: str = "", days: int = 30) -> IncidentReport:
        """Open an incident: stop exports and new access, save evidence, start the 72 hours of GDPR 33.

        Args:
            note: what is known; scrubbed and stored.
            days: period of the first report, up to now.

        Raises:
            UsageError: if one is open already.
        """
        connection = self._admin_database.connection
        if incident_log.open_incident(connection):
            raise UsageError("an incident is open already; close it first: analyzer incident close")
        scrubbed = self._scrubber.scrub_note(note)
        at = stamp(now())
        with self._admin_database.transaction() as connection:
            row = connection.execute(
                "INSERT INTO incidents(opened, note, closed) VALUES(?, ?, '') RETURNING incident_id", (at, scrubbed)
            ).fetchone()
            self._audit.append(connection, incident_log.OPEN, {"incident": row[0], "note": scrubbed})
        self._save_evidence(int(row[0]), at)
        self._audit.record("backup.create", {"name": self._evidence_folder(int(row[0])).name})
        return self._report(days, ())

    @needs(Permission.INCIDENTS)
    def report(
        self, days: int = 30, accounts: tuple[str, ...] = (), notice: Path | str | None = None
    ) -> IncidentReport:
        """Report from the audit log who saw which records, and draft the notice.

        Args:
            days: period of the report, up to now.
            accounts: only these accounts; empty for all.
            notice: file to write the draft of the notice to.

        Raises:
            UsageError: if the file exists.
        """
        if notice:
            check_free(Path(notice))
        found = self._report(days, tuple(accounts))
        self._audit.record("incident.report", {"accounts": len(found.seen), "records": found.records})
        if notice:
            self._files.document(notice, found.notice.encode(), ("incident.notice", {"incident": found.number}))
        return found

    @needs(Permission.INCIDENTS)
    def close(self, note: str = "") -> int:
        """Close the open incident, allow exports and new access again, and return its number.

        Raises:
            UsageError: if none is open.
        """
        incident = incident_log.open_incident(self._admin_database.connection)
        if incident is None:
            raise UsageError("no incident is open")
        scrubbed = self._scrubber.scrub_note(note)
        with self._admin_database.transaction() as connection:
            connection.execute("UPDATE incidents SET closed = ? WHERE incident_id = ?", (stamp(now()), incident[0]))
            self._audit.append(connection, incident_log.CLOSE, {"incident": incident[0], "note": scrubbed})
        return incident[0]

    @needs(Permission.INCIDENTS)
    def drill(self) -> IncidentDrill:
        """Write reads of a fictitious account to the audit log, check that a report finds them all, record the result.

        Raises:
            UsageError: if there are no records.
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

    def _save_evidence(self, number: int, at: str) -> None:
        """Back up the workspace and the anchor of its audit log."""
        folder = self._evidence_folder(number)
        backup_archive.make_backup(self._admin_database, folder, self._store.keys.key("backup"), at)
        if self._audit.log.anchor and self._audit.log.anchor.is_there:
            shutil.copy2(self._audit.log.anchor.file, folder)

    def _evidence_folder(self, number: int) -> Path:
        return self._backups_folder / f"{self._store.path.name}-incident-{number}"

    def _report(self, days: int, accounts: tuple[str, ...]) -> IncidentReport:
        connection = self._admin_database.connection
        incident = incident_log.open_incident(connection)
        number, aware, note = incident or (0, stamp(now()), "")
        since = stamp(now() - timedelta(days=days))
        until = stamp(now() + timedelta(seconds=1))
        reads = incident_log.reads_by_account(
            incident_log.events_between(connection, since, until), frozenset(accounts)
        )
        seen = sorted(
            (self._reads.by_account(one) for one in reads.values()), key=lambda one: (-one.records, one.account)
        )
        seen = [one for one in seen if one.records or one.all_records or one.files or one.refused]
        everything = any(one.all_records for one in seen)
        ids = set().union(*(one.ids for one in seen)) if seen else set()
        records = self._admin_database.rows("SELECT count(*) FROM feedback")[0][0] if everything else len(ids)
        people = self._reads.people(None if everything else sorted(ids))
        masked = dict(self._admin_database.rows("SELECT type, sum(n) FROM findings GROUP BY 1 ORDER BY 2 DESC, 1"))
        is_sound = self._audit.log.verify(connection).ok
        left = incident_log.hours_left(aware, now())
        evidence = str(self._evidence_folder(number)) if number else ""
        facts = {
            "note": note, "since": since[:16], "until": until[:16], "aware": aware,
            "measures": MEASURES.format(evidence) if number else "",
            "hours": f"{left} of 72 hours are left" if left > 0 else "THE 72 HOURS HAVE PASSED: say why (Art. 33(1))",
            "workspace": self._store.path.name, "log": "verifies" if is_sound else "DOES NOT VERIFY",
        }  # fmt: skip
        return IncidentReport(
            number, note, since, until, aware, left, tuple(seen), records, people,
            tuple(row[0] for row in self._admin_database.rows("SELECT name FROM columns ORDER BY position")), masked,
            is_sound, evidence, self._draft_notice(facts, seen, (records, people), masked),
        )  # fmt: skip
