"""When something went wrong or somebody leaves: stop what could make it worse, say from the log who saw what."""

import shutil
import time
from datetime import timedelta
from pathlib import Path

from analyzer.custody import backup_archive
from analyzer.custody.types import Engagement, IncidentDrill, IncidentReport, SeenBy
from analyzer.errors import UsageError
from analyzer.index.feedback_table import CHUNK
from analyzer.opened import OpenWorkspace
from analyzer.reports.breach_notice import breach_notice
from analyzer.security import incident_log as said
from analyzer.security.accounts import SIGN_IN, grant_of, is_last_admin, read_grants, state_of
from analyzer.security.clock import now, stamp
from analyzer.security.permissions import Permission, needs

PLANTED = 20
"""Reads that a drill plants."""
ACTOR = "drill"
MEASURES = "exports and new access are stopped since the incident was opened; evidence is kept in\n   {}; "
READS = ("show", "search", "browse", "ask", "export")


class IncidentDesk(OpenWorkspace):
    """What can be done in an incident."""

    @needs(Permission.INCIDENTS)
    def incident_open(self, note: str = "", days: int = 30) -> IncidentReport:
        """Open an incident: exports and new access stop, evidence is kept, the 72 hours run.

        Args:
            note: what is known; kept, scrubbed.
            days: how far back the first report looks.

        Raises:
            UsageError: if one is open already.
        """
        connection = self._custodian.connection
        if said.open_incident(connection):
            raise UsageError("an incident is open already; close it first: analyzer incident close")
        told = self._scrubber.scrub([note])[0].text if note else ""
        at = stamp(now())
        with self._custodian.transaction() as connection:
            row = connection.execute(
                "INSERT INTO incidents(opened, note, closed) VALUES(?, ?, '') RETURNING incident_id", (at, told)
            ).fetchone()
            self._audit.append(connection, self.actor, said.OPEN, {"incident": row[0], "note": told})
        self._keep_evidence(int(row[0]), at)
        return self._looked_back(days, ())

    @needs(Permission.INCIDENTS)
    def incident_report(self, days: int = 30, accounts: tuple[str, ...] = ()) -> IncidentReport:
        """Say from the log who saw which records, and draft the notice.

        Args:
            days: how far back to look, from the moment the incident was opened, or from now.
            accounts: only these.
        """
        found = self._looked_back(days, tuple(accounts))
        self._record("incident.report", {"accounts": len(found.seen), "records": found.records})
        return found

    @needs(Permission.INCIDENTS)
    def incident_close(self, note: str = "") -> int:
        """Close the incident that is open; exports and new access go on. Return its number.

        Raises:
            UsageError: if none is open.
        """
        held = said.open_incident(self._custodian.connection)
        if held is None:
            raise UsageError("no incident is open")
        told = self._scrubber.scrub([note])[0].text if note else ""
        with self._custodian.transaction() as connection:
            connection.execute("UPDATE incidents SET closed = ? WHERE incident_id = ?", (stamp(now()), held[0]))
            self._audit.append(connection, self.actor, said.CLOSE, {"incident": held[0], "note": told})
        return held[0]

    @needs(Permission.INCIDENTS)
    def incident_drill(self) -> IncidentDrill:
        """Plant reads by a made-up account in the log, look whether a report finds every one, put that on record.

        Raises:
            UsageError: if there are no records to read.
        """
        started = time.monotonic()
        ids = [row[0] for row in self._custodian.rows("SELECT id FROM feedback ORDER BY random() LIMIT ?", (PLANTED,))]
        if not ids:
            raise UsageError("there is nothing to read yet; import something first")
        began = stamp(now())
        for number, one in enumerate(ids):
            with self._custodian.transaction() as connection:
                self._audit.append(connection, ACTOR, READS[number % len(READS)], {"ids": [one], "drill": True})
        window = said.events_between(self._custodian.connection, began, stamp(now() + timedelta(seconds=1)))
        seen = said.seen_in(window, frozenset({ACTOR})).get(ACTOR)
        found = len(seen.ids & set(ids)) if seen else 0
        recall = found / len(ids)
        seconds = round(time.monotonic() - started, 2)
        self._record(said.DRILL, {"ok": found == len(ids), "planted": len(ids), "found": found})
        return IncidentDrill(found == len(ids), len(ids), found, recall, seconds)

    @needs(Permission.INCIDENTS)
    def user_engagement(self, name: str) -> Engagement:
        """Say what an account had, saw and wrote from its first grant to now: the list to go through when they leave.

        Raises:
            UsageError: if there is no such account.
        """
        connection = self._custodian.connection
        grants = tuple(one for one in read_grants(connection) if one.account == name)
        if not grants:
            raise UsageError(f"nobody was ever given access as {name}; see: analyzer user list")
        window = said.events_between(connection, grants[0].since, stamp(now() + timedelta(seconds=1)))
        held = said.seen_in(window, frozenset({name})).get(name) or said.Seen(name)
        seen = self._seen(held)
        state = state_of(grants[-1], now(), is_last_admin(connection, grants[-1], now()))
        self._record("user.engagement", {"account": name, "records": seen.records})
        signed_in = held.actions.get(SIGN_IN, 0)
        return Engagement(name, state, grants, seen, signed_in, held.last, tuple(sorted(set(seen.files))))

    def _keep_evidence(self, number: int, at: str) -> None:
        """Back the workspace up as it is, and its anchor with it."""
        folder = self._evidence(number)
        backup_archive.make_backup(self._custodian, folder, self._vault.keys.key("backup"), at)
        if self._audit.anchor and self._audit.anchor.is_there:
            shutil.copy2(self._audit.anchor.file, folder)

    def _evidence(self, number: int) -> Path:
        return self.settings.backups / f"{self._path.name}-incident-{number}"

    def _looked_back(self, days: int, accounts: tuple[str, ...]) -> IncidentReport:
        connection = self._custodian.connection
        held = said.open_incident(connection)
        number, aware, note = held or (0, stamp(now()), "")
        since = stamp(now() - timedelta(days=days))
        until = stamp(now() + timedelta(seconds=1))
        seen = said.seen_in(said.events_between(connection, since, until), frozenset(accounts))
        told = sorted((self._seen(one) for one in seen.values()), key=lambda one: (-one.records, one.account))
        told = [one for one in told if one.records or one.all_records or one.files or one.refused]
        everything = any(one.all_records for one in told)
        ids = set().union(*(one.ids for one in told)) if told else set()
        records = self._custodian.rows("SELECT count(*) FROM feedback")[0][0] if everything else len(ids)
        people = self._people(None if everything else sorted(ids))
        masked = dict(self._custodian.rows("SELECT type, sum(n) FROM findings GROUP BY 1 ORDER BY 2 DESC, 1"))
        is_sound = self._audit.verify(connection).ok
        left = said.hours_left(aware, now())
        evidence = str(self._evidence(number)) if number else ""
        facts = {
            "note": note, "since": since[:16], "until": until[:16], "aware": aware,
            "measures": MEASURES.format(evidence) if number else "",
            "hours": f"{left} of 72 hours are left" if left > 0 else "THE 72 HOURS HAVE PASSED: say why (Art. 33(1))",
            "workspace": self._path.name, "log": "verifies" if is_sound else "DOES NOT VERIFY",
        }  # fmt: skip
        return IncidentReport(
            number, note, since, until, aware, left, tuple(told), records, people,
            tuple(row[0] for row in self._custodian.rows("SELECT name FROM columns ORDER BY position")), masked,
            is_sound, evidence, breach_notice(facts, told, (records, people), masked),
        )  # fmt: skip

    def _seen(self, one: said.Seen) -> SeenBy:
        grant = grant_of(self._custodian.connection, one.account)
        ids = sorted(one.ids)
        return SeenBy(
            one.account, tuple(grant.roles) if grant else (), one.first, one.last, one.events, len(ids),
            self._people(ids), one.all_records, one.refused, tuple(one.files), one.actions, tuple(ids),
        )  # fmt: skip

    def _people(self, ids: list[str] | None) -> int:
        """Return how many known people wrote records; None for all."""
        if ids is None:
            return int(self._custodian.rows("SELECT count(DISTINCT respondent) FROM feedback")[0][0])
        found: set[str] = set()
        for start in range(0, len(ids), CHUNK):
            part = ids[start : start + CHUNK]
            marks = ",".join("?" * len(part))
            sql = f"SELECT DISTINCT respondent FROM feedback WHERE respondent IS NOT NULL AND id IN ({marks})"
            found |= {row[0] for row in self._custodian.rows(sql, part)}
        return len(found)
