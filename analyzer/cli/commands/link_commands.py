"""Commands on survey links: links."""

from argparse import Namespace
from pathlib import Path
from typing import Any

from analyzer.cli.options import add_command, open_workspace
from analyzer.cli.output import emit, plain
from analyzer.errors import UsageError


def add(commands: Any) -> None:
    """Add the commands of this group."""
    links = commands.add_parser(
        "links",
        help="scan survey links for personal data, or issue opaque ones",
        description="Scan survey links for personal data, or issue opaque ones.",
    )
    actions = links.add_subparsers(required=True, metavar="ACTION")
    scan = add_command(actions, "scan", "find personal data in links", _scan)
    scan.add_argument(
        "file", type=Path, nargs="?", metavar="FILE", help="a list or a table (default: the stored comments)"
    )
    scan.add_argument("--strict", action="store_true", help="exit with 1 if a link identifies a person")
    issue = add_command(actions, "issue", "make opaque links for a list of customers", _issue)
    issue.add_argument("file", type=Path, metavar="FILE", help="table of customers")
    issue.add_argument(
        "--template", required=True, metavar="URL", help="address of the survey with {token} in place of the token"
    )
    issue.add_argument(
        "--who",
        required=True,
        metavar="COLUMN",
        help="column that identifies the customer; stored encrypted in the workspace",
    )
    issue.add_argument("--out", type=Path, required=True, metavar="CSV", help="file to write the links to")
    issue.add_argument(
        "--segment", nargs="+", default=(), metavar="COLUMN", help="columns joined to the answers at import"
    )
    issue.add_argument(
        "--carry",
        nargs="+",
        default=(),
        metavar="COLUMN",
        help="columns written beside the links, such as the address to send to",
    )
    add_command(actions, "list", "list the issued batches and the number of answers to each", _list)
    who = add_command(actions, "who", "look up whom a link belongs to; logged with the reason", _who)
    who.add_argument("token", metavar="LINK", help="a link, or its token")
    who.add_argument("--reason", required=True, help="goes to the audit log, scrubbed")


def _issue(options: Namespace) -> None:
    from analyzer.cli.render.account_text import batch_lines  # noqa: PLC0415

    made = open_workspace(options).survey_links.issue(
        options.file, options.template, options.out, options.who, options.segment, options.carry
    )
    emit(options, made, batch_lines([made]))


def _list(options: Namespace) -> None:
    from analyzer.cli.render.account_text import batch_lines  # noqa: PLC0415

    found = open_workspace(options).survey_links.list()
    emit(options, {"batches": [plain(one) for one in found]}, batch_lines(found))


def _who(options: Namespace) -> None:
    who = open_workspace(options).survey_links.who(options.token, options.reason)
    emit(options, {"who": who}, [who])


def _scan(options: Namespace) -> None:
    from analyzer.cli.render.account_text import scan_lines  # noqa: PLC0415

    found = open_workspace(options).survey_links.scan(options.file)
    emit(options, found, scan_lines(found))
    if options.strict and found.personal:
        raise UsageError(f"{found.personal:,} links identify a person; make opaque ones: analyzer links issue")
