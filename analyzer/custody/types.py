"""The types of custody: erasures, retention rules, backups, key sheets, incidents, survey links, evidence."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from analyzer.security.types import Grant
from analyzer.types import Readable


@dataclass(frozen=True, slots=True, repr=False)
class Erasure(Readable):
    """The receipt of an erasure, or the preview of one.

    Attributes:
        receipt: number of the receipt; empty for a preview.
        at, by, reason: time (UTC), account, and scrubbed reason.
        of: "respondent", "record" or "retention"; reference: the pseudonym, ids or rule requested.
        records, texts, vectors: numbers erased; texts and vectors shared with other records stay.
        answers: saved answers that cited them; themes_relabelled: themes that lost a name, keywords or a summary.
        ids: ids of the records.
        exports: files written by this program that contain them, to be recalled by hand: name, time, account.
        backups: backups that may contain them; a restore applies the ledger of erasures again.
        copies_found: blocks of the decrypted database, its log, caches and other files that still contain pieces.
        event: number of the event in the audit log; signature: Ed25519 over all other fields.
        left_in_log: whether open readers keep erased data in the write-ahead log; it is emptied after they close.
        links: number of survey links whose recipient was erased.
    """

    receipt: str
    at: str
    by: str
    reason: str
    of: str
    reference: str
    records: int
    texts: int
    vectors: int
    answers: int
    themes_relabelled: int
    ids: tuple[str, ...]
    exports: tuple[str, ...] = ()
    backups: tuple[str, ...] = ()
    copies_found: int = 0
    event: int = 0
    signature: Mapping[str, str] | None = None
    left_in_log: bool = False
    links: int = 0


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """A rule that says how long comments are kept.

    Attributes:
        months: age limit, from the date of a comment; without one, or if it is after the import, from the import.
        where: filter of the comments; due: number of comments older than the limit.
        undated: number of comments without a date; future: number of those dated after their import.
    """

    number: int
    months: int
    where: str
    reason: str
    made: str
    by: str
    due: int = 0
    undated: int = 0
    future: int = 0

    @property
    def age_note(self) -> str:
        """What happens to comments without a date and to those dated after their import; empty if there are none."""
        parts = [f"{self.undated:,} without a date"] if self.undated else []
        parts += [f"{self.future:,} dated after their import"] if self.future else []
        return f"{' and '.join(parts)}: their age counts from their import" if parts else ""


@dataclass(frozen=True, slots=True, repr=False)
class Backup(Readable):
    """A backup, as created, listed or verified.

    Attributes:
        ok: whether it verifies; problems: what is wrong with it.
        path: its folder; made: time, UTC; records, events: numbers of records and audit events in it.
        seconds: duration of the creation, verification or drill.
        content: SHA-256 over all rows; for a drill, over the restored rows.
        notes: for a restore, what was kept of the replaced workspace, and what is to be done.
    """

    ok: bool
    path: str
    made: str = ""
    records: int = 0
    events: int = 0
    content: str = ""
    bytes: int = 0
    seconds: float = 0.0
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KeySheet:
    """A workspace key to write down or print, and to store apart from the workspace."""

    workspace: str
    made: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SeenBy:
    """What one account saw in a period, according to the audit log.

    Attributes:
        records: number of distinct records; ids: their ids.
        all_records: whether it received data of every record.
        respondents: number of known people who wrote these records.
        files: names of the files it exported; refused: number of denied calls.
    """

    account: str
    roles: tuple[str, ...]
    first: str
    last: str
    events: int
    records: int
    respondents: int
    all_records: bool
    refused: int
    files: tuple[str, ...]
    actions: Mapping[str, int]
    ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class IncidentReport(Readable):
    """What is known about an incident.

    Attributes:
        number: of the incident; 0 if none is open. since, until: period of the report, UTC.
        aware: time the incident was opened; hours_left: hours left of the 72 since then, below 0 if they have passed.
        seen: reads by account, most records first; records, respondents: upper bound over all accounts.
        columns: stored with every record; masked: types of personal data replaced at import, with counts.
        log_is_sound: whether the audit log verifies.
        notice: draft of the notice that GDPR 33(3) requires, with gaps to fill.
    """

    number: int
    note: str
    since: str
    until: str
    aware: str
    hours_left: float
    seen: tuple[SeenBy, ...]
    records: int
    respondents: int
    columns: tuple[str, ...]
    masked: Mapping[str, int]
    log_is_sound: bool
    evidence: str
    notice: str


@dataclass(frozen=True, slots=True)
class IncidentDrill:
    """Result of an incident drill: the planted reads of a fictitious account, and how many a report found."""

    ok: bool
    planted: int
    found: int
    recall: float
    seconds: float


@dataclass(frozen=True, slots=True)
class LinkFinding:
    """A part of a link that is, or may be, personal data; never the data itself.

    Attributes:
        row: row of the file, or id of the comment; column: column of the row.
        place: query, path, fragment, host, account or address; parameter: its name, unless that is personal data.
        kind: type of the data; how: its encoding; product: survey product; link: the link without personal data.
    """

    row: str
    column: str
    place: str
    parameter: str
    kind: str
    how: str
    product: str
    link: str


@dataclass(frozen=True, slots=True)
class LinkBatch:
    """A batch of issued survey links.

    Attributes:
        links: number of links; used: number of links with an answer; segments: columns joined at import.
        path: file of the links, if it was just written; otherwise empty.
    """

    number: int
    made: str
    by: str
    template: str
    segments: tuple[str, ...]
    links: int
    used: int
    path: str = ""


@dataclass(frozen=True, slots=True)
class LinkScan:
    """Personal data found in links.

    Attributes:
        links: number scanned; personal: number with personal data; unclear: number that may have some.
        kinds: number of findings by kind.
    """

    links: int
    personal: int
    unclear: int
    kinds: Mapping[str, int]
    findings: tuple[LinkFinding, ...]


@dataclass(frozen=True, slots=True)
class EvidenceBundle:
    """Evidence for a reviewer.

    Attributes:
        facts: by section: log, accounts, drills, seal, privacy, models, settings, processing.
        page: the facts as one HTML page, with the table of controls.
        signed: the facts as JSON, with an Ed25519 signature of the workspace.
    """

    facts: Mapping[str, Any]
    page: str
    signed: str


@dataclass(frozen=True, slots=True)
class Engagement:
    """Grants and activity of an account from its first grant to now, to check when its holder leaves.

    Attributes:
        account, state: name of the account, and whether its access is in force.
        grants: all grants, oldest first.
        seen: records seen, files exported and calls denied, from the audit log.
        signed_in: number of sign-ins to the web page; latest: time of the latest event, UTC.
        recall: files exported by the account, to be returned.
    """

    account: str
    state: str
    grants: tuple[Grant, ...]
    seen: SeenBy
    signed_in: int
    latest: str
    recall: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reanchored:
    """A workspace that was anchored again.

    Attributes:
        at: time that is confirmed, UTC; before: the latest time that the log had.
        by: the account; reason: as stored, scrubbed.
        is_new_anchor: whether the anchor was missing and was started with the newest event.
    """

    at: str
    before: str
    by: str
    reason: str
    is_new_anchor: bool


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class Reindexed(Readable):
    """The outcome of a change of the embedding model.

    Attributes:
        model: the model of the workspace now; before: the model before, the same if nothing was to do.
        texts, clauses: numbers of distinct texts and of distinct clauses, which all have vectors of the model.
        resumed: whether an interrupted run was continued.
        backup: folder of the backup that was made before the vectors were replaced; empty if nothing was to do.
        notes: what follows for the user, one line each.
        seconds: time taken.
    """

    model: str
    before: str
    texts: int
    clauses: int
    resumed: bool
    backup: str
    notes: tuple[str, ...]
    seconds: float
