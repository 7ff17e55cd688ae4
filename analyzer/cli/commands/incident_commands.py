"""Commands for the response to a breach: incident."""

from argparse import Namespace
from pathlib import Path
from typing import Any

from analyzer.cli.options import add_command, open_workspace
from analyzer.cli.output import emit
from analyzer.errors import AuditError

DAYS = 30


def add(commands: Any) -> None:
    """Add the commands of this group."""
    incident = commands.add_parser(
        "incident",
        help="respond to a breach: who saw which records, with a draft notice",
        description="Respond to a breach, and practice it.",
    )
    actions = incident.add_subparsers(required=True, metavar="ACTION")
    opened = add_command(
        actions, "open", "open an incident: stop exports and new access, keep evidence, start the 72 hours", _open
    )
    report = add_command(actions, "report", "report who saw which records and when", _report)
    report.add_argument("--account", nargs="+", default=(), metavar="NAME", help="only these accounts")
    report.add_argument(
        "--notice",
        type=Path,
        metavar="FILE",
        help="write a draft notice for the authority (GDPR Article 33) to this file",
    )
    for parser in (opened, report):
        parser.add_argument(
            "--days", type=int, default=DAYS, metavar="N", help="number of days to look back (default 30)"
        )
    closed = add_command(actions, "close", "close the incident: allow exports and new access again", _close)
    for parser in (opened, closed):
        parser.add_argument("--note", default="", help="what is known; goes to the audit log, scrubbed")
    add_command(actions, "drill", "practice: plant reads and check that a report finds all of them", _drill)


def _open(options: Namespace) -> None:
    from analyzer.reports.incident_text import report_lines  # noqa: PLC0415

    found = open_workspace(options).incidents.open(options.note, options.days)
    emit(options, found, report_lines(found))


def _report(options: Namespace) -> None:
    from analyzer.reports.incident_text import report_lines  # noqa: PLC0415

    found = open_workspace(options).incidents.report(options.days, tuple(options.account), options.notice)
    emit(options, found, report_lines(found))


def _close(options: Namespace) -> None:
    number = open_workspace(options).incidents.close(options.note)
    emit(
        options,
        {"incident": number, "open": False},
        [f"incident {number} is closed; exports and new access are allowed again"],
    )


def _drill(options: Namespace) -> None:
    found = open_workspace(options).incidents.drill()
    message = f"{found.found} of {found.planted} planted reads were found, in {found.seconds} s"
    emit(options, found, [message])
    if not found.ok:
        raise AuditError("the report misses reads; verify the log: analyzer audit verify")
