"""Render an incident report and an engagement as lines of text, for the terminal and the web page."""

from analyzer.custody.types import Engagement, IncidentReport, SeenBy
from analyzer.index.dates_in_words import date_in_words


def report_lines(found: IncidentReport) -> list[str]:
    """Return who saw what, and the draft notice."""
    head = f"incident {found.number}, aware {found.aware}" if found.number else "no incident is open; from the log"
    left = f"{found.hours_left} of 72 hours are left" if found.hours_left > 0 else "THE 72 HOURS HAVE PASSED"
    lines = [f"{head}: {left}" if found.number else head]
    if not found.log_is_sound:
        lines.append("THE LOG DOES NOT VERIFY: this report is unreliable; see: analyzer audit verify")
    span = f"from {date_in_words(found.since)} to {date_in_words(found.until)}"
    lines.append(f"{span}: {found.records:,} records, {found.respondents:,} known people")
    lines += [_reads_line(one) for one in found.seen] or ["  no account saw any records"]
    if found.evidence:
        lines.append(f"evidence is kept in {found.evidence}; exports and new access are stopped until it is closed")
    return [*lines, "", found.notice]


def engagement_lines(found: Engagement) -> list[str]:
    """Return the grants, reads and exported files of an account."""
    latest = date_in_words(found.latest) or "-"
    lines = [f"{found.account}: {found.state}; signed in {found.signed_in} times, latest event {latest}"]
    for grant in found.grants:
        ends = (
            f"ended {date_in_words(grant.ended)}" if grant.ended else f"until {date_in_words(grant.until) or 'revoked'}"
        )
        limits = f"; imports {', '.join(map(str, grant.datasets))}" if grant.datasets else ""
        limits += f"; columns {', '.join(grant.columns)}" if grant.columns else ""
        origin = f"by {grant.granter}: {grant.reason}" if grant.reason else f"by {grant.granter}"
        lines.append(
            f"  {date_in_words(grant.since)} {'+'.join(grant.roles)}, {ends}, files {grant.exports}{limits}; {origin}"
        )
    lines.append(_reads_line(found.seen))
    lines += [f"  done: {', '.join(f'{n} {action}' for action, n in sorted(found.seen.actions.items()))}"]
    lines += [f"  ask back: {one}" for one in found.recall]
    if found.state == "in force":
        lines.append(f"access is still in force; end it with: analyzer user revoke {found.account}")
    return lines


def _reads_line(one: SeenBy) -> str:
    records = (
        "data of every record" if one.all_records else f"{one.records:,} records, {one.respondents:,} known people"
    )
    more = [f"files {', '.join(one.files)}"] if one.files else []
    more += [f"{one.refused} refused"] if one.refused else []
    span = f"{date_in_words(one.first)} to {date_in_words(one.last)}"
    return f"  {one.account:20} {'; '.join([f'{records}, {span}', *more])}"
