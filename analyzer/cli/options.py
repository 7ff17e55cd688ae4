"""Options shared by the commands, and the settings and the workspace that they select."""

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analyzer.cli.output import say
from analyzer.config import Settings, load_settings
from analyzer.errors import UnnamedAccountError, UsageError

if TYPE_CHECKING:
    from analyzer.ingest.import_choices import ImportOptions
    from analyzer.types import Brand
    from analyzer.workspace import Workspace

MOST = 10_000
"""Largest --limit or --size."""


def add_command(
    commands: Any, name: str, summary: str, run: Callable[[argparse.Namespace], None], is_sealed: bool = True
) -> argparse.ArgumentParser:
    """Add a command with the options common to all commands.

    Args:
        commands: the subparsers to add it to.
        name: name of the command.
        summary: one line of help.
        run: function that runs the command.
        is_sealed: seal the process before the command runs; False if the command seals it itself or needs the network.
    """
    parser: argparse.ArgumentParser = commands.add_parser(
        name, help=summary, description=summary[0].upper() + summary[1:] + "."
    )
    parser.add_argument("--workspace", type=Path, metavar="DIR", help="folder of the workspace (default index/default)")
    parser.add_argument(
        "--as",
        dest="actor",
        metavar="USER",
        help="account to work as, where the workspace has accounts (default ANALYZER_ACTOR)",
    )
    parser.add_argument(
        "--json", action="store_true", help="print one JSON object on standard output, messages on standard error"
    )
    parser.add_argument(
        "--unsealed",
        metavar="REASON",
        help="run although this process can reach the network; the reason goes to the audit log",
    )
    parser.set_defaults(run=run, is_sealed=is_sealed, cluster="", opened=None, emitted=False, exit_code=0)
    return parser


def cluster_option(parser: argparse.ArgumentParser) -> None:
    """Add --cluster."""
    parser.add_argument(
        "--cluster", default="", metavar="ADDRESS",
        help="scrub and embed on a cluster: tls://ADDRESS:PORT of its scheduler, or local:N for N processes here "
        "(docs/cluster.md)",
    )  # fmt: skip


def filter_option(parser: argparse.ArgumentParser) -> None:
    """Add --where."""
    parser.add_argument(
        "--where", default="", metavar="FILTER", help='only records that match, such as "rating<=2 and channel=email"'
    )


def once_option(parser: argparse.ArgumentParser) -> None:
    """Add --once, which adds a condition to --where."""
    parser.add_argument(
        "--once", action="store_true", help="count near duplicates, such as a letter sent by many, once (copies = once)"
    )


def filter_of(options: argparse.Namespace) -> str:
    """Return the filter of --where and --once."""
    if not options.once:
        return str(options.where)
    return f"({options.where}) and copies = once" if options.where else "copies = once"


def brand_option(parser: argparse.ArgumentParser) -> None:
    """Add --brand."""
    parser.add_argument(
        "--brand", type=Path, metavar="FILE",
        help="TOML file with color (#rrggbb), logo (PNG or JPEG beside it) and name for html, pptx and doc",
    )  # fmt: skip


def brand(options: argparse.Namespace) -> "Brand":
    """Return the brand of --brand; the program's own look without it."""
    from analyzer.reports.brand import read_brand  # noqa: PLC0415
    from analyzer.types import PLAIN  # noqa: PLC0415

    return read_brand(options.brand) if options.brand else PLAIN


def mapping_options(parser: argparse.ArgumentParser) -> None:
    """Add --map."""
    parser.add_argument(
        "--map", action="append", nargs="+", default=[], metavar="ROLE=COLUMN",
        help="which column is the text, id, date, rating, respondent or link; drop=COLUMN leaves a column out, "
        "keep=COLUMN imports one that would be left out",
    )  # fmt: skip


def reading_options(parser: argparse.ArgumentParser) -> None:
    """Add the options on how a file and its columns are read."""
    group = parser.add_argument_group("how the file is read, where --preview shows that it is read wrongly")
    group.add_argument("--sheet", metavar="NAME", help="sheet of a workbook (default the one with the answers)")
    group.add_argument("--encoding", metavar="NAME", help="encoding of a text file, such as cp1252")
    group.add_argument(
        "--delimiter", metavar="CHARACTER", type=one_character, help="delimiter of a CSV file; tab for a tabulator"
    )
    group.add_argument(
        "--type", action="append", default=[], metavar="COLUMN=KIND",
        help="number, ordinal, category, multi-choice, date, period, boolean, text or code",
    )  # fmt: skip
    group.add_argument(
        "--dates", action="append", default=[], metavar="COLUMN=FORM",
        help="dmy, mdy, ymd, excel-1900, excel-1904, epoch-seconds or epoch-milliseconds",
    )  # fmt: skip
    group.add_argument(
        "--order", action="append", default=[], metavar='"COLUMN=low|mid|high"', help="labels of a scale, lowest first"
    )
    group.add_argument(
        "--missing", action="append", default=[], metavar="COLUMN=WORD", help="a word that means no answer"
    )
    group.add_argument(
        "--scale", action="append", default=[], metavar="COLUMN=1-5",
        help="ends of a rating scale, the worst first: 5-1 if 1 is the best",
    )  # fmt: skip
    group.add_argument(
        "--dataset", metavar="NAME", help="dataset whose ids the file continues, if ids start again in each form"
    )


def import_options(options: argparse.Namespace) -> "ImportOptions":
    """Parse the options on how a file and its columns are read."""
    from analyzer.ingest.column_options import parse_options  # noqa: PLC0415
    from analyzer.ingest.import_choices import ImportOptions  # noqa: PLC0415
    from analyzer.ingest.readers.read_options import ReadOptions  # noqa: PLC0415

    return ImportOptions(
        ReadOptions(options.sheet, options.encoding, options.delimiter),
        parse_options(options.type, options.dates, options.order, options.missing, options.scale),
        options.dataset,
    )


def mapping(options: argparse.Namespace) -> tuple[dict[str, str], list[str]]:
    """Parse --map; return role -> column, and the columns to leave out."""
    roles: dict[str, str] = {}
    drop: list[str] = []
    for pair in (pair for group in options.map for pair in group):
        role, equals, column = pair.partition("=")
        if not equals:
            raise UsageError(f'--map {pair}: write ROLE=COLUMN, such as --map "text=Review Text"')
        if role == "drop":
            drop.append(column)
        elif role == "keep" and role in roles:
            roles[role] += f",{column}"
        else:
            roles[role] = column
    return roles, drop


def one_character(text: str) -> str:
    """Return a delimiter: one character, or "tab"."""
    character = "\t" if text.casefold() in {"tab", "\\t"} else text
    if len(character) != 1:
        raise argparse.ArgumentTypeError("must be one character, or tab")
    return character


def positive(text: str) -> int:
    """Parse a number from 1 to 10,000."""
    number = int(text)
    if not 1 <= number <= MOST:
        raise argparse.ArgumentTypeError(f"from 1 to {MOST:,}")
    return number


def load(options: argparse.Namespace) -> Settings:
    """Return the settings of the environment and the settings file, with the workspace of --workspace."""
    environ = dict(os.environ)
    if options.workspace:
        environ["ANALYZER_WORKSPACE"] = str(options.workspace)
    return load_settings(environ=environ)


def open_workspace(options: argparse.Namespace, is_figures_only: bool = False) -> "Workspace":
    """Open the workspace of --workspace as the account of --as or ANALYZER_ACTOR; ask a person who named none.

    With is_figures_only the session is limited to figures, whatever the account may see.
    """
    from analyzer.workspace import Workspace  # noqa: PLC0415

    actor = options.actor or os.environ.get("ANALYZER_ACTOR", "")
    session = {"is_figures_only": True} if is_figures_only else {}
    try:
        workspace = Workspace(load(options), actor, **session)
    except UnnamedAccountError:
        if options.json or not sys.stdin.isatty():
            raise
        workspace = Workspace(load(options), input("account: ").strip(), **session)
    for notice in workspace.collaborators.store.notices:
        say(f"analyzer: {notice}")
    options.opened = workspace.settings.workspace.resolve()  # named after the result, in `main`
    return workspace
