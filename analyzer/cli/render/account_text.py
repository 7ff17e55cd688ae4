"""Format accounts, audit events and survey links as lines of text for a terminal."""

import json
from collections.abc import Sequence

from analyzer.custody.types import LinkBatch, LinkScan, Reanchored
from analyzer.index.dates_in_words import date_in_words
from analyzer.security.types import (
    AccessReview,
    Account,
    AccountAdded,
    AuditEvent,
    AuditVerification,
    CurrentAccount,
    Grant,
    SelfTest,
)

LONGEST_DETAIL = 100
EXPORTS = {"on": "allowed", "off": "not allowed", "marked": "allowed, each file names the account"}
LINKS_SHOWN = 20


def account_lines(found: Sequence[Account]) -> list[str]:
    """Format accounts with their roles and limits."""
    if not found:
        return ["single-user mode: anyone who has the key has full access"]
    return [line for account in found for line in _account(account)]


def current_account_lines(current: CurrentAccount) -> list[str]:
    """Format the current account with its permissions."""
    if current.single_user:
        return [f"{current.account}: single-user mode, anyone who has the key has full access"]
    grant = current.grant
    until = f" until {date_in_words(grant.until)}" if grant and grant.until else ""
    roles = "+".join(grant.roles) if grant else ""
    limits = _limits(grant) if grant else ""
    lines = [f"{current.account}: {roles}{until}", f"may: {', '.join(current.permissions)}"]
    return [*lines, *([limits] if limits else [])]


def added_lines(added: AccountAdded) -> list[str]:
    """Format a new account; its passphrase is shown this once."""
    lines = account_lines([added.account])
    if added.passphrase:
        lines.append(f"passphrase: {added.passphrase}")
        lines.append("it is shown only once; hand it over in person or by telephone, never together with the address")
    return lines


def review_lines(review: AccessReview) -> list[str]:
    """Format an access review."""
    lines = [f"access as of {date_in_words(review.at)}", *account_lines(review.accounts)]
    if review.signed:
        return [*lines, f"signed off as event {review.event} of the log"]
    return [*lines, "sign it off with: analyzer user review --sign"]


def reanchored_lines(done: Reanchored) -> list[str]:
    """Format what an administrator confirmed about a workspace."""
    lines = [f"confirmed by {done.by}: the time is {done.at}; the latest in the audit log was {done.before}"]
    return [*lines, *(["the anchor was missing and is started with the newest event"] if done.is_new_anchor else [])]


def selftest_lines(found: SelfTest) -> list[str]:
    """Format the result of a self-test."""
    return [
        f"access: {found.calls:,} calls and {found.statements:,} statements of roles that may not",
        f"figures: {found.questions:,} questions of an adversary, {found.answered:,} answered, "
        f"{found.refused:,} refused, {found.recovered:,} groups of fewer than ten people recovered",
        *(f"wrong: {one}" for one in found.wrong),
        f"{'all held' if found.ok else 'not all held'} ({found.seconds:g} s, invented people under your columns)",
    ]


def event_lines(events: Sequence[AuditEvent]) -> list[str]:
    """Format audit events, one on each line."""
    return [_event(event) for event in events] or ["no events"]


def verification_lines(found: AuditVerification) -> list[str]:
    """Format the outcome of a verification of the audit log."""
    if found.ok:
        return [
            f"sound: {found.events:,} events, none changed, cut off or rolled back; grants match the log",
            f"the hash of the latest event is stored in {found.anchor}",
        ]
    where = f"event {found.first_bad}: " if found.first_bad else ""
    return [f"NOT SOUND: {where}{found.reason}"]


def _account(account: Account) -> list[str]:
    grant = account.grant
    roles = "+".join(grant.roles) if grant else "-"
    until = f" until {date_in_words(grant.until)}" if grant and grant.until else ""
    used = f"last used {date_in_words(account.last_used)}" if account.last_used else "never used"
    lines = [f"{account.name:20} {roles:18} {account.state}{until}, {used}"]
    limits = _limits(grant) if grant else ""
    lines += [f"{'':20} {limits}"] if limits else []
    return [*lines, *(f"{'':20} review: {remark}" for remark in account.remarks)]


def _limits(grant: Grant) -> str:
    parts = [f"imports {', '.join(map(str, grant.datasets))}"] if grant.datasets else []
    parts += [f"columns {', '.join(grant.columns)}"] if grant.columns else []
    parts += ["no comments"] if not grant.comments else []
    parts += [f"file exports {EXPORTS[grant.exports]}"] if grant.exports != "on" else []
    parts += ["may look up people"] if "persons" in grant.also else []
    return "; ".join(parts)


def _event(event: AuditEvent) -> str:
    detail = json.dumps(event.detail, ensure_ascii=False)
    shown = detail if len(detail) <= LONGEST_DETAIL else f"{detail[:LONGEST_DETAIL]}…"
    return f"{event.seq:>7}  {event.at[:19]}  {event.actor:16} {event.action:20} {shown}"


def batch_lines(found: Sequence[LinkBatch]) -> list[str]:
    """Format batches of survey links."""
    lines = []
    for one in found:
        segments = f", joined: {', '.join(one.segments)}" if one.segments else ""
        lines.append(
            f"batch {one.number}, {date_in_words(one.made)}, by {one.by}: "
            f"{one.links:,} links, {one.used:,} used{segments}"
        )
        lines += [f"    written to {one.path}"] if one.path else []
    return lines or ["no links were made; make some with: analyzer links issue"]


def scan_lines(found: LinkScan) -> list[str]:
    """Format the findings of a scan of links."""
    lines = [f"{found.links:,} links: {found.personal:,} identify a person, {found.unclear:,} more may"]
    lines += [f"  {count:>6,}  {kind}" for kind, count in found.kinds.items()]
    for one in found.findings[:LINKS_SHOWN]:
        where = f"row {one.row}" + (f", {one.column}" if one.column else "")
        what = f"{one.kind} in the {one.place}" + (f", {one.parameter}" if one.parameter else "")
        lines.append(f"{where}: {what}{f', {one.how}' if one.how else ''}{f' ({one.product})' if one.product else ''}")
        lines.append(f"    {one.link}")
    more = len(found.findings) - LINKS_SHOWN
    return [*lines, *([f"and {more:,} more (--json lists them)"] if more > 0 else [])]
