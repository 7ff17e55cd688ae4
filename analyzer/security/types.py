"""The types of custody: accounts and what they are granted, the log and what it proves."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Role(StrEnum):
    """What a person works as."""

    VIEWER = "viewer"
    ANALYST = "analyst"
    STEWARD = "steward"
    REVIEWER = "reviewer"
    ADMIN = "admin"
    CONSULTANT = "consultant"


@dataclass(frozen=True, slots=True)
class Grant:
    """What an account may do, given by whom, why, and until when.

    Attributes:
        number: of the grant; 0 before it is kept.
        datasets: ids of the imports it is limited to; empty for all.
        columns: kept columns it is limited to; empty for all.
        comments: whether a consultant sees comments, or figures alone.
        exports: "on", "off", or "marked": files name the account they were made for.
        also: permissions granted by name.
        since, until, reviewed, ended: UTC, ISO 8601; until is empty for an open end, ended while it is in force.
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
    """A person as they are known here.

    Attributes:
        state: "in force", "not granted", "expired", "revoked" or "not reviewed".
        signs_in: whether a passphrase is set; the page can be used with one only.
        last_used: when they last did anything; empty for never.
        remarks: what a review should look at, in words.
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
    """How somebody stands who is at work here.

    Attributes:
        account: the name they work under.
        single_user: nobody was given access, so whoever holds the key may do everything.
        permissions: what they may do, sorted.
        grant: what says so; None in single-user mode.
    """

    account: str
    single_user: bool
    permissions: tuple[str, ...]
    grant: Grant | None = None


@dataclass(frozen=True, slots=True)
class AccountAdded:
    """An account that was made or whose passphrase was; the passphrase is shown this once."""

    account: Account
    passphrase: str = ""


@dataclass(frozen=True, slots=True)
class AccessReview:
    """All accounts, as of a moment; signed tells whether this review is signed off in the log."""

    at: str
    accounts: tuple[Account, ...]
    signed: bool = False
    event: int = 0


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One event of the log: ids and counts, never the text of a comment."""

    seq: int
    at: str
    actor: str
    action: str
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AuditVerification:
    """What was found of the log.

    Attributes:
        ok: the chain is whole, its head is the one noted outside, and the grants are those that the log tells of.
        first_bad: number of the first event that does not fit; reason: why.
        anchor: file outside the workspace that the head is noted in.
    """

    ok: bool
    events: int
    first_bad: int | None = None
    reason: str = ""
    anchor: str = ""
