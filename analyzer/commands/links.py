"""Commands on survey links: links."""

from argparse import Namespace
from pathlib import Path
from typing import Any

from analyzer.commands.options import add_command, open_workspace
from analyzer.commands.output import emit
from analyzer.errors import UsageError


def add(commands: Any) -> None:
    """Add the commands of this group."""
    links = commands.add_parser("links", help="find personal data in survey links", description="Survey links.")
    actions = links.add_subparsers(required=True, metavar="ACTION")
    scan = add_command(actions, "scan", "say what in links tells who they belong to", _scan)
    scan.add_argument("file", type=Path, nargs="?", metavar="FILE", help="a list or a table; without it the comments")
    scan.add_argument("--strict", action="store_true", help="exit with 1 if a link says who it belongs to")


def _scan(options: Namespace) -> None:
    from analyzer.terminal_custody import scan_lines  # noqa: PLC0415

    found = open_workspace(options).links_scan(options.file)
    emit(options, found, scan_lines(found))
    if options.strict and found.personal:
        raise UsageError(f"{found.personal:,} links say who they belong to; make opaque ones")
