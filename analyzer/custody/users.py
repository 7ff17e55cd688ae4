"""The user service: accounts, grants, reviews, and what an account saw."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from analyzer.custody.recorded_reads import RecordedReads
from analyzer.custody.types import Engagement
from analyzer.errors import UsageError
from analyzer.privacy.workspace_scrubber import WorkspaceScrubber
from analyzer.security import accounts, incident_log
from analyzer.security.account_names import check_name, name_key
from analyzer.security.accounts import SIGN_IN, is_last_admin, read_grants
from analyzer.security.audit_trail import AuditTrail
from analyzer.security.authorization import Authorization
from analyzer.security.clock import now, stamp
from analyzer.security.passphrases import hash_passphrase, make_passphrase
from analyzer.security.permissions import Permission, needs, permissions_of
from analyzer.security.types import AccessReview, Account, AccountAdded, CurrentAccount, Grant, Role
from analyzer.store.database import Connection, Database

UNUSED_AFTER = timedelta(days=30)
SOON = timedelta(days=14)
LAST_USES = "SELECT actor, max(at) FROM audit WHERE action <> 'denied' GROUP BY actor"
FIRST_IS_ADMIN = "the first account must be an admin, as everyone needs an account from then on; use --role admin"

NO_LASTING_ADMIN = "no admin has access without an end: nobody can give access after that"
"""A state that only a workspace of an earlier version can be in."""


class UserService:
    """Accounts and grants: add, change, review, revoke."""

    name = "users"

    def __init__(
        self,
        *,
        database: Database,
        admin_database: Database,
        audit: AuditTrail,
        authorization: Authorization,
        scrubber: WorkspaceScrubber,
        reads: RecordedReads,
    ) -> None:
        """Create the service.

        Args:
            database: the account's connection.
            admin_database: the connection without restrictions, for the last use of each account and the names of
                columns that a grant can be limited to.
            audit: the audit log, which records every grant.
            authorization: checks the permissions of each call.
            scrubber: scrubs reasons before they are stored.
            reads: counts from the audit log who saw which records.
        """
        self._database = database
        self._admin_database = admin_database
        self._audit = audit
        self._authorization = authorization
        self._scrubber = scrubber
        self._reads = reads

    @needs(Permission.ACCOUNTS)
    def add(self, grant: Grant, sign_in: bool = True) -> AccountAdded:
        """Add an account with its first grant; once one exists, every user needs an account.

        Args:
            grant: name of the account, roles, limits, reason and end.
            sign_in: generate a passphrase for the web page.

        Raises:
            UsageError: if the name is taken or invalid, or the grant is not allowed.
        """
        moment = now()
        name = check_name(grant.account)
        if self._authorization.is_single_user and (Role.ADMIN not in grant.roles or grant.until):
            raise UsageError(FIRST_IS_ADMIN)
        prepared = self._prepare(replace(grant, account=name), moment)
        passphrase = make_passphrase() if sign_in else ""
        kept = hash_passphrase(passphrase, name) if passphrase else ""
        with self._changing(name) as connection:
            accounts.keep_account(connection, name, moment)
            accounts.keep_passphrase(connection, name, kept)
            detail = {"account": name, "passphrase": accounts.digest(kept)}
            self._audit.append(connection, accounts.ADD, detail)
            self._store_grant(connection, prepared)
        return AccountAdded(self._account(name), passphrase)

    @needs(Permission.ACCOUNTS)
    def grant(self, grant: Grant) -> Account:
        """Replace the grant of an account.

        Raises:
            UsageError: if there is no such account, or the grant is not allowed.
        """
        prepared = self._prepare(grant, now())
        self._check_exists(grant.account)
        with self._changing(grant.account) as connection:
            self._store_grant(connection, prepared)
        return self._account(grant.account)

    @needs(Permission.ACCOUNTS)
    def revoke(self, name: str, reason: str = "") -> Account:
        """End the grant of an account, immediately and in all sessions.

        Raises:
            UsageError: if there is no such account, it has no grant, or it is the only admin without an end.
        """
        self._check_exists(name)
        at = stamp(now())
        with self._changing(name) as connection:
            if not accounts.end_grants(connection, name, at):
                raise UsageError(f"{name} has no access to revoke")
            detail = {"account": name, "at": at, "reason": self._scrubber.scrub_note(reason)}
            self._audit.append(connection, accounts.REVOKE, detail)
        return self._account(name)

    @needs(Permission.ACCOUNTS)
    def passphrase(self, name: str, passphrase: str = "") -> AccountAdded:
        """Set the passphrase of an account, or generate one; the old one becomes invalid.

        Raises:
            UsageError: if there is no such account, or the passphrase is too short or easily guessed.
        """
        self._check_exists(name)
        chosen = passphrase or make_passphrase()
        kept = hash_passphrase(chosen, name)
        with self._changing(name) as connection:
            accounts.keep_passphrase(connection, name, kept)
            detail = {"account": name, "passphrase": accounts.digest(kept)}
            self._audit.append(connection, accounts.PASSPHRASE, detail)
        return AccountAdded(self._account(name), "" if passphrase else chosen)

    @needs()
    def me(self) -> CurrentAccount:
        """Return the current account, its permissions and its grant."""
        grant = self._authorization.grant_in_force()
        return CurrentAccount(self._audit.actor, grant is None, tuple(sorted(self._authorization.permissions)), grant)

    @needs(Permission.ACCOUNTS)
    def list(self) -> tuple[Account, ...]:
        """Return every account with its newest grant."""
        found = all_accounts(self._admin_database)
        self._audit.record("user.list", {"accounts": len(found)})
        return found

    @needs(Permission.ACCOUNTS)
    def review(self, sign: bool = False, keep: Sequence[str] = ()) -> AccessReview:
        """Return all accounts with review remarks; a signed review extends their grants by 90 days.

        Args:
            sign: record the review in the audit log.
            keep: names of the accounts to extend, if signed; empty for all in force.

        Raises:
            UsageError: if an account is unknown.
        """
        at = stamp(now())
        found = all_accounts(self._admin_database)
        if not sign:
            self._audit.record("user.reviewed", {"accounts": len(found)})
            return AccessReview(at, found)
        for name in keep:
            self._check_exists(name)
        chosen = keep or [one.name for one in found if one.state == "in force"]
        kept = [one.grant for one in found if one.grant and not one.grant.ended and one.name in chosen]
        numbers = [grant.number for grant in kept]
        with self._changing("") as connection:
            accounts.mark_reviewed(connection, numbers, at)
            event = self._audit.append(connection, accounts.REVIEW, {"grants": numbers, "at": at})
        return AccessReview(at, all_accounts(self._admin_database), True, event)

    @needs(Permission.INCIDENTS)
    def engagement(self, name: str) -> Engagement:
        """Return the grants, reads and exported files of an account, to check when its holder leaves.

        Raises:
            UsageError: if there is no such account.
        """
        connection = self._admin_database.connection
        grants = tuple(one for one in read_grants(connection) if one.account == name)
        if not grants:
            raise UsageError(f"no account {name} ever had a grant; accounts are listed by: analyzer user list")
        window = incident_log.events_between(connection, grants[0].since, stamp(now() + timedelta(seconds=1)))
        reads = incident_log.reads_by_account(window, frozenset({name})).get(name) or incident_log.AccountReads(name)
        seen = self._reads.by_account(reads)
        state = accounts.state_of(grants[-1], now(), is_last_admin(connection, grants[-1], now()))
        self._audit.record("user.engagement", {"account": name, "records": seen.records})
        signed_in = reads.actions.get(SIGN_IN, 0)
        return Engagement(name, state, grants, seen, signed_in, reads.last, tuple(sorted(set(seen.files))))

    def _prepare(self, grant: Grant, moment: datetime) -> Grant:
        known = {row[0] for row in self._database.rows("SELECT import_id FROM imports")}
        if unknown := [one for one in grant.datasets if one not in known]:
            raise UsageError(f"no import {unknown[0]}; they are listed by: analyzer status")
        names = {row[0] for row in self._admin_database.rows("SELECT name FROM columns")}  # also those of free text
        if missing := [one for one in grant.columns if one not in names]:
            raise UsageError(f'no column "{missing[0]}"; columns are listed by: analyzer status')
        until = stamp(_read_time(grant.until)) if grant.until else ""
        reason = self._scrubber.scrub_note(grant.reason)
        prepared = replace(grant, until=until, since=stamp(moment), granter=self._audit.actor, reason=reason)
        accounts.check_grant(prepared, moment)
        return prepared

    def _store_grant(self, connection: Connection, grant: Grant) -> None:
        number = accounts.keep_grant(connection, grant)
        body = accounts.grant_body(grant)
        detail = {"account": grant.account, "grant": number, "body": body, "at": grant.since}
        self._audit.append(connection, accounts.GRANT, detail)

    def _check_exists(self, name: str) -> None:
        if name not in {row[0] for row in self._database.rows("SELECT name FROM accounts")}:
            raise UsageError(f"there is no account {name}; they are listed by: analyzer user list")

    @contextmanager
    def _changing(self, name: str) -> Iterator[Connection]:
        """Run the block as the transaction of a change of an account, and keep an administrator.

        Both are checked in the transaction, so that two accounts that change each other at the same time cannot both
        succeed.

        Raises:
            AccessError: if the permissions of the current account were changed meanwhile.
            UsageError: if no admin without an end would be left.
        """
        with self._database.transaction() as connection:
            self._authorization.check_unchanged()
            had_one = accounts.has_lasting_admin(connection)
            yield connection
            if had_one and not accounts.has_lasting_admin(connection):
                raise UsageError(f"{name} is the only admin without an end; make another account such an admin first")

    def _account(self, name: str) -> Account:
        return next(one for one in all_accounts(self._admin_database) if one.name == name)


def all_accounts(admin_database: Database) -> tuple[Account, ...]:
    """Return every account with its newest grant, its last use, and review remarks."""
    connection, moment = admin_database.connection, now()
    uses = dict(admin_database.rows(LAST_USES))
    is_admin_lasting = accounts.has_lasting_admin(connection)
    found = []
    for name, signs_in, created in accounts.read_accounts(connection):
        grant = accounts.grant_of(connection, name)
        state = accounts.state_of(grant, moment, accounts.is_last_admin(connection, grant, moment))
        one = Account(name, state, grant, signs_in, created, uses.get(name, ""))
        is_admin = grant is not None and Role.ADMIN in grant.roles and state == "in force"
        ends = () if is_admin_lasting or not is_admin else (NO_LASTING_ADMIN,)
        found.append(replace(one, remarks=(*_remarks(one, moment), *ends)))
    return _with_look_alikes(found)


def _with_look_alikes(found: Sequence[Account]) -> tuple[Account, ...]:
    """Add a remark to accounts of before whose names differ in case or form only; new ones are refused."""
    by_key: dict[str, list[str]] = {}
    for one in found:
        by_key.setdefault(name_key(one.name), []).append(one.name)
    named = {one.name: [name for name in by_key[name_key(one.name)] if name != one.name] for one in found}
    return tuple(
        replace(one, remarks=(*one.remarks, *(f"the name reads like that of {other}" for other in named[one.name])))
        for one in found
    )


def _remarks(account: Account, moment: datetime) -> tuple[str, ...]:
    """Return the review remarks of an account."""
    grant = account.grant
    if grant is None or account.state != "in force":
        return ()
    used = account.last_used or account.created
    found = []
    if moment - datetime.fromisoformat(used) > UNUSED_AFTER:
        found.append(f"not used for {(moment - datetime.fromisoformat(used)).days} days")
    if {Permission.ACCOUNTS, Permission.COMMENTS} <= permissions_of(grant):
        found.append("broad: manages accounts and can also read comments")
    if grant.granter == account.name:
        found.append("granted by the account itself")
    if not grant.until and Role.ANALYST in grant.roles:
        found.append("no expiry date")
    if grant.until and datetime.fromisoformat(grant.until) - moment < SOON:
        found.append(f"ends {grant.until[:10]}")
    lapses = datetime.fromisoformat(grant.reviewed or grant.since) + accounts.REVIEWED_EVERY
    if lapses - moment < SOON:
        found.append(f"lapses {lapses.date()} unless it is reviewed")
    return tuple(found)


def _read_time(text: str) -> datetime:
    """Read a date or a time; a date means the end of that day.

    Raises:
        UsageError: if it is neither, or out of range.
    """
    try:
        read = datetime.fromisoformat(text)
        read = (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
        return read + timedelta(days=1) if _is_date(text) else read
    except ValueError as error:
        raise UsageError(f'"{text}" is not a date; write it as 2027-03-31') from error
    except OverflowError as error:
        raise UsageError(f'"{text}" is out of range; give a nearer date, or none for access without an end') from error


def _is_date(text: str) -> bool:
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False
