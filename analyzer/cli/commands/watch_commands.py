"""The command watch: import what is dropped into a folder, rebuild themes, write reports."""

import sys
from argparse import ArgumentTypeError, Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analyzer.cli.interrupts import stopping
from analyzer.cli.options import (
    add_command,
    cluster_option,
    import_options,
    mapping,
    mapping_options,
    open_workspace,
    reading_options,
)
from analyzer.cli.output import emit, say
from analyzer.errors import AnalyzerError

if TYPE_CHECKING:
    from analyzer.reports.watch_service import WatchRound

LONGEST_S = 86_400.0


def add(commands: Any) -> None:
    """Add the command."""
    watch = add_command(
        commands,
        "watch",
        "import what is dropped into a folder, rebuild themes and write reports, until stopped",
        _watch,
    )
    watch.add_argument("folder", type=Path, metavar="FOLDER", help="files directly in it are imported once each")
    watch.add_argument("--once", action="store_true", help="look once and end: for cron")
    watch.add_argument(
        "--quiet", type=_seconds, default=10.0, metavar="SECONDS",
        help="seconds for which a file must not change before it is read (default 10); 0 if whole files are moved here",
    )  # fmt: skip
    watch.add_argument(
        "--every", type=_seconds, default=5.0, metavar="SECONDS", help="seconds between two looks (default 5)"
    )
    watch.add_argument("--no-themes", action="store_true", help="only import")
    watch.add_argument(
        "--no-names", action="store_true", help="name themes by their keywords, not by the language model"
    )
    watch.add_argument(
        "--report", type=Path, action="append", default=[], metavar="OUT",
        help="report on themes to write again after each build: .html, .xlsx, .csv or .parquet; may be repeated",
    )  # fmt: skip
    cluster_option(watch)
    mapping_options(watch)
    reading_options(watch)


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 <= seconds <= LONGEST_S:
        raise ArgumentTypeError(f"from 0 to {LONGEST_S:,.0f}")
    return seconds


def _watch(options: Namespace) -> None:
    from analyzer.cli.render.feedback_text import ProgressLine  # noqa: PLC0415
    from analyzer.reports.watch_service import WatchOptions  # noqa: PLC0415

    workspace = open_workspace(options)
    roles, drop = mapping(options)
    wanted = WatchOptions(
        mapping=roles, drop=drop, reading=import_options(options), themes=not options.no_themes,
        names=not options.no_names, reports=options.report, quiet_s=options.quiet, every_s=options.every,
    )  # fmt: skip
    with ProgressLine("", "") as line, stopping(line) as progress:
        if options.once:
            done = workspace.watch.once(options.folder, wanted, progress)
            emit(options, done, _lines(done) or ["nothing new"])
            if done.failed:
                raise AnalyzerError(f"{len(done.failed)} of the steps failed; the messages above say which")
            return
        say(f"watching {options.folder}; stop with Ctrl-C")
        workspace.watch.run(options.folder, wanted, lambda done: _show(options, done), progress)


def _show(options: Namespace, done: "WatchRound") -> None:
    emit(options, done, _lines(done))
    sys.stdout.flush()  # to a log, where lines would wait for many others


def _lines(done: "WatchRound") -> list[str]:
    lines = []
    if done.imported:
        lines.append(
            f"imported {', '.join(done.imported)}: {done.stored:,} stored, {done.updated:,} updated, "
            f"{done.duplicates:,} known already, {done.rejected:,} rejected"
        )
    if done.themes is not None:
        lines.append(f"{done.themes} themes")
    return [*lines, *(f"wrote {path}" for path in done.reports), *(f"FAILED {one}" for one in done.failed)]
