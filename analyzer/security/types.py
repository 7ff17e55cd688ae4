"""Types of accounts, grants, access reviews, and the audit log."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Role(StrEnum):
    """A role of an account; analyzer.security.permissions has the permissions of each."""

    VIEWER = "viewer"
    ANALYST = "analyst"
    STEWARD = "steward"
    REVIEWER = "reviewer"
    ADMIN = "admin"
    CONSULTANT = "consultant"


@dataclass(frozen=True, slots=True)
class Grant:
    """A grant of roles to an account, with its reason, granter and period.

    Attributes:
        number: of the grant; 0 before it is stored.
        datasets: ids of the imports it is limited to; empty for all.
        columns: kept columns it is limited to; empty for all.
        comments: whether a consultant sees comments, or figures only.
        exports: "on", "off", or "marked": exported files name the account.
        also: permissions granted by name.
        since, until, reviewed, ended: UTC, ISO 8601; until is empty if there is no end,
            ended is empty if the grant was not ended.
    """

    account: str
    roles: tuple[Role, ...]
    reason: str = ""
    granter: str = ""
    since: str = ""
    until: str = ""
    datasets: tuple[int, ...] = ()
    columns: tuple[str, ...] = ()
    comments: bool = True
    exports: str = "on"
    also: tuple[str, ...] = ()
    reviewed: str = ""
    ended: str = ""
    number: int = 0


@dataclass(frozen=True, slots=True)
class Account:
    """An account with its state.

    Attributes:
        state: "in force", "not granted", "expired", "revoked" or "not reviewed".
        signs_in: whether a passphrase is set; sign-in to the page with a passphrase needs one.
        last_used: time of the last event of the account; empty for never.
        remarks: points to check in a review, in words.
    """

    name: str
    state: str
    grant: Grant | None
    signs_in: bool
    created: str
    last_used: str = ""
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CurrentAccount:
    """The current account, its permissions and its grant.

    Attributes:
        account: the name of the account.
        single_user: whether the workspace has no accounts, so that the user with the key may do everything.
        permissions: of the account, sorted.
        grant: the grant in force; None in single-user mode.
    """

    account: str
    single_user: bool
    permissions: tuple[str, ...]
    grant: Grant | None = None


@dataclass(frozen=True, slots=True)
class AccountAdded:
    """An account with a new passphrase, which is shown only once; empty if none was set."""

    account: Account
    passphrase: str = ""


@dataclass(frozen=True, slots=True)
class AccessReview:
    """All accounts at a time; signed: whether the audit log has the sign-off of this review, as number `event`."""

    at: str
    accounts: tuple[Account, ...]
    signed: bool = False
    event: int = 0


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One event of the audit log: ids and counts, never the text of a comment."""

    seq: int
    at: str
    actor: str
    action: str
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AuditVerification:
    """Result of a verification of the audit log.

    Attributes:
        ok: whether the chain is intact, its head is the one in the anchor, and accounts and grants agree with the log.
        first_bad: number of the first invalid event; reason: why.
        anchor: path of the anchor file outside the workspace.
    """

    ok: bool
    events: int
    first_bad: int | None = None
    reason: str = ""
    anchor: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfTest:
    """The result of a self-test of access and disclosure control.

    Attributes:
        ok: whether nothing went wrong; wrong: what did, in words.
        calls, statements: calls of methods and SQL statements that were tried as roles that may not.
        questions, answered, refused: of the adversary that asks for figures as a viewer.
        recovered: groups of fewer than ten people that follow from its answers.
    """

    ok: bool
    calls: int
    statements: int
    questions: int
    answered: int
    refused: int
    recovered: int
    wrong: tuple[str, ...]
    seconds: float
