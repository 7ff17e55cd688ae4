"""Commands on themes: build, list, explain, edit, undo, segments, scorecard, report; trends; drivers."""

import json
from argparse import Namespace
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analyzer.cli.interrupts import stopping
from analyzer.cli.options import add_command, filter_option, open_workspace, positive
from analyzer.cli.output import emit, stream

if TYPE_CHECKING:
    from analyzer.themes.types import Assigned, ThemeList

ACTIONS = "rename describe merge split move pin lock unlock exclude include reassign".split()


def add(commands: Any) -> None:
    """Add the commands of this group."""
    themes = commands.add_parser("themes", help="find, list and edit themes", description="Find, list and edit themes.")
    actions = themes.add_subparsers(required=True, metavar="ACTION")
    build = add_command(actions, "build", "find the themes of all comments", _build)
    build.add_argument("--about", type=int, default=0, metavar="N", help="about how many; without it the data say")
    build.add_argument("--no-names", action="store_true", help="do not let the model name them and sum them up")
    listing = add_command(actions, "list", "list the themes", _list)
    filter_option(listing)
    show = add_command(actions, "show", "show a theme, its parts and its opinions", _show)
    show.add_argument("theme", metavar="THEME")
    filter_option(show)
    show.add_argument("--limit", type=positive, default=20, help="how many opinions (default 20)")
    why = add_command(actions, "why", "say why a comment is in its themes", _why)
    why.add_argument("record", metavar="ID")
    assignments = add_command(
        actions, "assignments", "print each record's themes, a line of JSON a record", _assignments
    )
    filter_option(assignments)
    assignments.add_argument("--out", type=Path, metavar="FILE", help="write them to a file")
    report = add_command(actions, "report", "write a report: .html, .xlsx, .csv or .parquet", _report)
    report.add_argument("out", type=Path, metavar="OUT")
    filter_option(report)
    report.add_argument("--rating", default="", metavar="COLUMN", help="set the themes against this column of numbers")
    report.add_argument("--replace", action="store_true", help="replace a file that is there")
    segments = add_command(actions, "segments", "say how much each theme is spoken of by a column's values", _segments)
    segments.add_argument("column", metavar="COLUMN")
    filter_option(segments)
    segments.add_argument("--codebook", action="store_true", help="the codebook's themes, not the discovered ones")
    add_command(actions, "scorecard", "say how good the themes are", _scorecard)
    _add_edits(actions)
    _add_following(commands)


def _add_edits(actions: Any) -> None:
    edit = add_command(actions, "edit", "change themes: " + ", ".join(ACTIONS), _edit)
    edit.add_argument("action", choices=ACTIONS, metavar="EDIT")
    edit.add_argument("theme", metavar="THEME", help="a theme's id (a record's, to reassign)")
    edit.add_argument("values", nargs="*", metavar="VALUE", help="a name, other themes, a number of parts, a group")
    add_command(actions, "undo", "take the latest edit back", _undo)
    add_command(actions, "log", "list what was edited", _log)


def _add_following(commands: Any) -> None:
    trends = add_command(commands, "trends", "count themes by week or month, and flag what changed", _trends)
    trends.add_argument("--by", choices=("week", "month"), default="month")
    trends.add_argument("--theme", default="", metavar="THEME", help="one theme only")
    drivers = add_command(commands, "drivers", "say how much each theme goes with a rating", _drivers)
    drivers.add_argument("--of", default="", metavar="COLUMN", help="the rating (default: the first column of numbers)")
    drivers.add_argument("--nps", action="store_true", help="it goes from 0 to 10: take promoters minus detractors")
    for parser in (trends, drivers):
        filter_option(parser)
        parser.add_argument("--segment", default="", metavar="COLUMN", help="hold the mix of this column constant")
        parser.add_argument("--codebook", action="store_true", help="the codebook's themes, not the discovered ones")


def _build(options: Namespace) -> None:
    from analyzer.cli.render.feedback_text import ProgressLine  # noqa: PLC0415
    from analyzer.cli.render.theme_text import build_lines  # noqa: PLC0415

    workspace = open_workspace(options)
    with ProgressLine("", "") as line, stopping(line) as progress:
        report = workspace.themes.build(options.about, not options.no_names, progress)
    emit(options, report, build_lines(report))


def _list(options: Namespace) -> None:
    from analyzer.cli.render.theme_text import list_lines  # noqa: PLC0415

    listed = open_workspace(options).themes.list(options.where)
    emit(options, _balanced(listed), list_lines(listed))


def _balanced(listed: "ThemeList") -> dict[str, Any]:
    """Return a list of themes as JSON has it: sentiment with its balance, -1 to 1."""
    found = asdict(listed)
    for theme, plain in zip(listed.themes, found["themes"], strict=True):
        plain["sentiment"]["balance"] = round(theme.sentiment.balance, 4)
    return found


def _show(options: Namespace) -> None:
    from analyzer.cli.render.theme_text import detail_lines  # noqa: PLC0415

    detail = open_workspace(options).themes.show(options.theme, options.where, options.limit)
    emit(options, detail, detail_lines(detail))


def _why(options: Namespace) -> None:
    from analyzer.cli.render.theme_text import opinion_lines  # noqa: PLC0415

    found = open_workspace(options).themes.why(options.record)
    emit(options, {"id": options.record, "opinions": [asdict(one) for one in found]}, opinion_lines(found))


def _assignments(options: Namespace) -> None:
    found = open_workspace(options).themes.assignments(options.where)
    if options.out is None:
        stream(_lines(found))
        return
    from analyzer.store.output_files import write_lines  # noqa: PLC0415

    rows, digest = write_lines(options.out, _lines(found))
    emit(options, {"path": str(options.out), "rows": rows, "sha256": digest}, [f"{options.out}: {rows:,} records"])


def _lines(found: "Iterable[Assigned]") -> Iterable[str]:
    return (json.dumps({"id": one.id, "themes": list(one.themes)}, ensure_ascii=False) for one in found)


def _segments(options: Namespace) -> None:
    from analyzer.cli.render.theme_text import segment_lines  # noqa: PLC0415

    found = open_workspace(options).themes.segments(options.column, options.where, options.codebook)
    emit(options, found, segment_lines(found))


def _scorecard(options: Namespace) -> None:
    from analyzer.cli.render.theme_text import scorecard_lines  # noqa: PLC0415

    found = open_workspace(options).themes.scorecard()
    emit(options, found, scorecard_lines(found))


def _report(options: Namespace) -> None:
    workspace = open_workspace(options)
    written = workspace.themes.report(options.out, "", options.where, options.rating, options.replace)
    emit(options, written, [f"{written.path}: {written.rows} themes, sha256 {written.sha256}"])


def _trends(options: Namespace) -> None:
    from analyzer.cli.render.theme_text import trend_lines  # noqa: PLC0415

    found = open_workspace(options).trends.over_time(
        options.by, options.theme, options.where, options.segment, options.codebook
    )
    emit(options, found, trend_lines(found))


def _drivers(options: Namespace) -> None:
    from analyzer.cli.render.theme_text import driver_lines  # noqa: PLC0415

    found = open_workspace(options).trends.drivers(
        options.of, options.where, options.segment, options.nps, options.codebook
    )
    emit(options, found, driver_lines(found))


def _edit(options: Namespace) -> None:
    made = open_workspace(options).themes.edit(options.action, options.theme, *options.values)
    emit(options, made, [f"{made.told}; {made.effect:,} comments stand elsewhere now (undo: analyzer themes undo)"])


def _undo(options: Namespace) -> None:
    undone = open_workspace(options).themes.undo()
    emit(options, undone, [f"taken back: {undone.told}"])


def _log(options: Namespace) -> None:
    found = open_workspace(options).themes.log()
    lines = [
        f"{one.number:4}  {one.at[:16]}  {one.actor:10}  {one.told}{'  (taken back)' if one.is_undone else ''}"
        for one in found
    ]
    emit(
        options,
        {"edits": [asdict(one) for one in found]},
        lines or ["nothing has been edited; begin with: analyzer themes edit rename T1 NAME"],
    )
