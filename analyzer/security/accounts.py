"""Accounts and grants: stored in tables, and each change in the audit log; replaying the log must give the tables.

An account has at most one grant in force; a new one ends it. Nothing is deleted, so the access of an account at any
earlier time is known. Grants without a review for 90 days lapse, except the last admin's, who has to do the reviews.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from analyzer.errors import AccessError, UsageError
from analyzer.security.account_names import same_name
from analyzer.security.audit_log import Event
from analyzer.security.clock import stamp
from analyzer.security.types import Grant, Role
from analyzer.store.database import Connection

REVIEWED_EVERY = timedelta(days=90)
SIGN_IN = "user.sign_in"
"""The event of a sign-in to the page."""
NO_ACCOUNT = "owner"
"""Actor of a workspace without accounts; in one with accounts: nobody was named."""
ADD, GRANT, REVOKE, REVIEW, PASSPHRASE = "user.add", "user.grant", "user.revoke", "user.review", "user.passphrase"
Rows = dict[int, tuple[str, str, str, str]]
"""Number of a grant -> account, body, reviewed, ended."""
GRANTS = "SELECT grant_id, account, body, reviewed, ended FROM grants ORDER BY grant_id"


def has_accounts(connection: Connection) -> bool:
    """Return whether there is an account; without one, the user who has the key may do everything."""
    return bool(connection.execute("SELECT 1 FROM accounts LIMIT 1").fetchone())


def read_grants(connection: Connection) -> list[Grant]:
    """Return all grants, in force or ended, oldest first."""
    return [_unpacked(*row) for row in connection.execute(GRANTS)]


def grant_of(connection: Connection, account: str) -> Grant | None:
    """Return the newest grant of an account, in force or not."""
    row = connection.execute(
        "SELECT grant_id, account, body, reviewed, ended FROM grants WHERE account = ? ORDER BY grant_id DESC LIMIT 1",
        (account,),
    ).fetchone()
    return _unpacked(*row) if row else None


def read_accounts(connection: Connection) -> list[tuple[str, bool, str]]:
    """Return name, whether a passphrase is set, and time of creation of every account."""
    rows = connection.execute("SELECT name, passphrase <> '', created FROM accounts ORDER BY name")
    return [(name, bool(signs_in), created) for name, signs_in, created in rows]


def account_names(connection: Connection) -> list[str]:
    """Return the names of all accounts, sorted."""
    return [name for (name,) in connection.execute("SELECT name FROM accounts ORDER BY name")]


def account_named(connection: Connection, name: str) -> str:
    """Return the stored name of the account that is meant, whatever the case and form; `name` if there is none."""
    return same_name(account_names(connection), name) or name


def passphrase_of(connection: Connection, account: str) -> str:
    """Return the stored hash of a passphrase; empty if the account has none or does not exist."""
    row = connection.execute("SELECT passphrase FROM accounts WHERE name = ?", (account,)).fetchone()
    return str(row[0]) if row else ""


def state_of(grant: Grant | None, moment: datetime, is_last_admin: bool = False) -> str:
    """Return the state of a grant at a moment: "in force", or the reason why it is not."""
    if grant is None:
        return "not granted"
    if grant.ended:
        return "revoked"
    if grant.until and moment >= datetime.fromisoformat(grant.until):
        return "expired"
    reviewed = datetime.fromisoformat(grant.reviewed or grant.since)
    if moment >= reviewed + REVIEWED_EVERY and not is_last_admin:
        return "not reviewed"
    return "in force"


def is_last_admin(connection: Connection, grant: Grant | None, moment: datetime) -> bool:
    """Return whether a grant is an admin's and no other admin's grant is in force."""
    if grant is None or Role.ADMIN not in grant.roles:
        return False
    others = (one for one in read_grants(connection) if Role.ADMIN in one.roles and one.number != grant.number)
    return not any(state_of(one, moment) == "in force" for one in others)


def has_lasting_admin(connection: Connection) -> bool:
    """Return whether an admin's grant has no end and was not ended.

    It is in force, or comes into force again once no other admin's is (see is_last_admin), so that at any later time
    there is an administrator.
    """
    return any(Role.ADMIN in one.roles and not one.until and not one.ended for one in read_grants(connection))


def check_grant(grant: Grant, moment: datetime) -> None:
    """Check that a grant is consistent and limited where its role requires it.

    Raises:
        UsageError: if it has no role, roles that cannot be combined, or no end where one is required.
    """
    if not grant.roles:
        raise UsageError(f"give at least one role: {', '.join(Role)}")
    if grant.until and datetime.fromisoformat(grant.until) <= moment:
        raise UsageError("that end is in the past; give a later one with --until")
    if Role.CONSULTANT in grant.roles:
        _check_consultant(grant)
    elif (grant.datasets or grant.columns) and not set(grant.roles) <= {Role.VIEWER, Role.ANALYST}:
        raise UsageError("only viewers, analysts and consultants can be limited to datasets or columns")


def _check_consultant(grant: Grant) -> None:
    if len(grant.roles) > 1:
        raise UsageError("a consultant has no other role; grant another account for another job")
    if not grant.until:
        raise UsageError("a consultant's access always has an end; give it with --until")
    if grant.exports == "on":
        raise UsageError("a consultant's exports are off or marked; give it with --exports")


def keep_account(connection: Connection, name: str, moment: datetime) -> None:
    """Add an account without a grant.

    Raises:
        UsageError: if an account of that name exists, whatever its case and form.
    """
    if taken := same_name(account_names(connection), name):
        raise UsageError(f"there is an account {taken} already; give it other rights with: analyzer user grant")
    connection.execute("INSERT INTO accounts VALUES(?, '', ?)", (name, stamp(moment)))


def keep_passphrase(connection: Connection, name: str, stored_hash: str) -> None:
    """Replace the stored hash of a passphrase."""
    connection.execute("UPDATE accounts SET passphrase = ? WHERE name = ?", (stored_hash, name))


def keep_grant(connection: Connection, grant: Grant) -> int:
    """End the grant in force of an account and store a new one; return its number."""
    end_grants(connection, grant.account, grant.since)
    row = connection.execute(
        "INSERT INTO grants(account, body, reviewed, ended) VALUES(?, ?, '', '') RETURNING grant_id",
        (grant.account, grant_body(grant)),
    ).fetchone()
    return int(row[0])


def end_grants(connection: Connection, account: str, at: str) -> int:
    """End the grants in force of an account; return their number."""
    cursor = connection.execute("UPDATE grants SET ended = ? WHERE account = ? AND ended = ''", (at, account))
    return int(cursor.rowcount)


def mark_reviewed(connection: Connection, numbers: Iterable[int], at: str) -> None:
    """Store the time at which these grants were reviewed and confirmed."""
    connection.executemany("UPDATE grants SET reviewed = ? WHERE grant_id = ?", [(at, number) for number in numbers])


def grant_body(grant: Grant) -> str:
    """Return the immutable fields of a grant as JSON."""
    body = asdict(grant)
    for name in ("account", "number", "reviewed", "ended"):
        del body[name]
    return json.dumps(body, sort_keys=True)


def replay_grants(events: Iterable[Event]) -> tuple[dict[str, str], Rows]:
    """Return account -> digest of its passphrase, and the grants by number, from the events of the audit log."""
    names: dict[str, str] = {}
    rows: Rows = {}
    for event in events:
        if event.action in (ADD, PASSPHRASE):
            names[event.detail["account"]] = event.detail["passphrase"]
        elif event.action in (GRANT, REVOKE, REVIEW):
            _replay(event.action, event.detail, rows)
    return names, rows


def digest(stored_hash: str) -> str:
    """Return the digest of a stored passphrase hash; the audit log has it, so that a replacement is detected."""
    return sha256(stored_hash.encode()).hexdigest()[:32] if stored_hash else ""


def differences(connection: Connection, events: Iterator[Event]) -> list[str]:
    """Return the differences between the tables and the audit log, in words; empty if they agree."""
    names, rows = replay_grants(events)
    digests = {name: digest(word) for name, word in connection.execute("SELECT name, passphrase FROM accounts")}
    found = [
        f"account {name} differs from the audit log"
        for name in sorted(digests.keys() | names.keys())
        if digests.get(name) != names.get(name)
    ]
    stored = {n: (account, body, reviewed, ended) for n, account, body, reviewed, ended in connection.execute(GRANTS)}
    numbers = sorted(stored.keys() | rows.keys())
    wrong = [number for number in numbers if stored.get(number) != rows.get(number)]
    return [*found, *(f"grant {number} differs from the audit log" for number in wrong)]


def _replay(action: str, detail: Mapping[str, Any], rows: Rows) -> None:
    if action == REVIEW:
        for number in detail["grants"]:
            account, body, _, ended = rows[number]
            rows[number] = (account, body, detail["at"], ended)
        return
    for number, (owner, body, reviewed, ended) in rows.items():
        if owner == detail["account"] and not ended:
            rows[number] = (owner, body, reviewed, detail["at"])
    if action == GRANT:
        rows[detail["grant"]] = (detail["account"], detail["body"], "", "")


def _unpacked(number: int, account: str, body: str, reviewed: str, ended: str) -> Grant:
    plain = json.loads(body)
    plain["roles"] = tuple(Role(role) for role in plain["roles"])
    for name in ("datasets", "columns", "also"):
        plain[name] = tuple(plain[name])
    return Grant(account=account, number=number, reviewed=reviewed, ended=ended, **plain)


def access_error(account: str, state: str) -> AccessError:
    """Return the error for an account without a grant in force."""
    return AccessError(
        f"{account}: access is {state}; an admin can grant it: analyzer user grant {account} --role ROLE"
    )
