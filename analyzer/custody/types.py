"""The types of safekeeping: what was erased, backed up, seen in an incident, found in links."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from analyzer.security.types import Grant


@dataclass(frozen=True, slots=True)
class Erasure:
    """A receipt for what was erased, or for what would be.

    Attributes:
        receipt: its number; empty for a preview.
        at, by, reason: when, by whom, why.
        of: "respondent", "record" or "retention"; reference: the pseudonym, ids or rule it was asked by.
        records, texts, vectors: how many went; texts and vectors that others share stay theirs.
        answers: kept answers that cited them; themes_relabelled: themes that lost a name, words or a sentence.
        ids: of the records.
        exports: files that this program wrote with them in, to be recalled by hand: name, when, by whom.
        backups: that still hold them; what is restored from one is brought up to the ledger.
        copies_found: places in the decrypted database, its log, caches and other files where pieces are left.
        event: number of the event in the log; signature: Ed25519 over all of this.
        left_in_log: whether readers still keep what was erased in the write-ahead log; it is emptied when they close.
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


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """How long comments are kept.

    Attributes:
        months: from the date of a comment, or of its import where it has none.
        where: which comments; due: how many are older now.
    """

    number: int
    months: int
    where: str
    reason: str
    made: str
    by: str
    due: int = 0


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup, made or looked at.

    Attributes:
        ok: it holds what was backed up; problems: what is wrong with it.
        path: its folder; made: when, UTC; records, events: in it.
        seconds: that it took, or that a drill took to bring it back.
        content: SHA-256 over all rows; of a drill the one that came back.
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


@dataclass(frozen=True, slots=True)
class KeySheet:
    """A key to be written down or printed, and kept where the workspace is not."""

    workspace: str
    made: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SeenBy:
    """What one account saw in a window of time, from the log.

    Attributes:
        records: how many different ones, by the ids in the log; ids: of these.
        all_records: it was given something of every record.
        respondents: how many known people wrote what it saw.
        files: that it had written; refused: how often it was refused.
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


@dataclass(frozen=True, slots=True)
class IncidentReport:
    """What is known of an incident.

    Attributes:
        number: of the incident; 0 for a window without one. since, until: the window looked at.
        aware: when somebody became aware; hours_left: of the 72 since then, below 0 when they have passed.
        seen: by account, most records first; records, respondents: by anybody, at most.
        columns: kept with every record; masked: kinds of personal data that imports replaced, with counts.
        log_is_sound: whether the log it is read from verifies.
        notice: a draft of what GDPR 33(3) wants, with gaps to fill.
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
    """Whether a report found what was planted: reads by made-up accounts."""

    ok: bool
    planted: int
    found: int
    recall: float
    seconds: float


@dataclass(frozen=True, slots=True)
class LinkFinding:
    """A piece of a link that says, or may say, who it belongs to; never what it says.

    Attributes:
        row: of the file, or id of the comment; column: where in it.
        place: query, path, fragment, host, account or address; parameter: its name, where that is harmless.
        kind: what it is; how: how it was hidden; product: survey product the link is of; link: without all of that.
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
    """Survey links that were made.

    Attributes:
        links: how many; used: how many an answer came with; segments: what is joined at import.
        path: of the file they were written to, where that was just done.
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
    """What was found in links.

    Attributes:
        links: looked at; personal: that say who they belong to; unclear: of the others, that may.
        kinds: pieces by kind.
    """

    links: int
    personal: int
    unclear: int
    kinds: Mapping[str, int]
    findings: tuple[LinkFinding, ...]


@dataclass(frozen=True, slots=True)
class EvidenceBundle:
    """What a reviewer takes away.

    Attributes:
        facts: by section: log, accounts, drills, seal, privacy, models, settings, processing.
        page: the same as one page of HTML, with the table of controls.
        signed: the same as JSON, with an Ed25519 signature by the workspace.
    """

    facts: Mapping[str, Any]
    page: str
    signed: str


@dataclass(frozen=True, slots=True)
class Engagement:
    """What somebody had and did, from their first grant to now: to be looked at when they leave.

    Attributes:
        account, state: who, and whether their access is over.
        grants: all they ever had, oldest first.
        seen: what they saw, wrote and were refused, by the log.
        signed_in: how often they signed in to the page; latest: their latest event, UTC.
        recall: files that were written for them, to be asked back.
    """

    account: str
    state: str
    grants: tuple[Grant, ...]
    seen: SeenBy
    signed_in: int
    latest: str
    recall: tuple[str, ...]
