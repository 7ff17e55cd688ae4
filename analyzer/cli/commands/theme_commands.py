"""Commands on themes: build, list, explain, edit, undo, segments, scorecard, report; trends; drivers."""

import json
from argparse import Namespace
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analyzer.cli.interrupts import stopping
from analyzer.cli.options import add_command, brand, brand_option, filter_option, open_workspace, positive
from analyzer.cli.output import emit, stream
from analyzer.index.dates_in_words import date_in_words

if TYPE_CHECKING:
    from analyzer.themes.types import Assigned, ThemeList

ACTIONS = "rename describe merge split move pin lock unlock exclude include reassign create".split()


def add(commands: Any) -> None:
    """Add the commands of this group."""
    themes = commands.add_parser(
        "themes",
        help="find, list and edit themes",
        description="Find, list and edit the themes that people write about.",
    )
    actions = themes.add_subparsers(required=True, metavar="ACTION")
    build = add_command(actions, "build", "find the themes of all comments", _build)
    build.add_argument(
        "--about",
        type=int,
        default=0,
        metavar="N",
        help="approximate number of themes (default: found from the comments)",
    )
    build.add_argument(
        "--no-names",
        action="store_true",
        help="name themes by their keywords; the language model writes no names and summaries",
    )
    listing = add_command(actions, "list", "list the themes with size and sentiment", _list)
    filter_option(listing)
    show = add_command(actions, "show", "show a theme with its subthemes and opinions", _show)
    show.add_argument("theme", metavar="THEME", help="id, such as T12")
    filter_option(show)
    show.add_argument("--limit", type=positive, default=20, help="number of opinions (default 20)")
    why = add_command(actions, "why", "explain why a comment is in its themes", _why)
    why.add_argument("record", metavar="ID", help="id of the record")
    assignments = add_command(
        actions, "assignments", "print the themes of each record, one line of JSON for each", _assignments
    )
    filter_option(assignments)
    assignments.add_argument("--out", type=Path, metavar="FILE", help="write to a file instead of standard output")
    _add_reports(actions)
    _add_edits(actions)
    _add_trends(commands)


def _add_reports(actions: Any) -> None:
    report = add_command(
        actions, "report", "write a report as .html, .xlsx, .pptx, .doc (HTML for Word), .csv or .parquet", _report
    )
    report.add_argument("out", type=Path, metavar="OUT", help="file to write")
    filter_option(report)
    report.add_argument("--rating", default="", metavar="COLUMN", help="include the drivers of this column of numbers")
    report.add_argument("--segment", default="", metavar="COLUMN", help="compare the values of this column by theme")
    brand_option(report)
    report.add_argument("--replace", action="store_true", help="overwrite OUT if it exists")
    segments = add_command(
        actions, "segments", "compare the share of each theme between the values of a column", _segments
    )
    segments.add_argument("column", metavar="COLUMN", help="column of categories")
    filter_option(segments)
    segments.add_argument(
        "--codebook", action="store_true", help="use the themes of the codebook instead of the discovered ones"
    )
    add_command(actions, "scorecard", "measure the quality of the themes", _scorecard)


def _add_edits(actions: Any) -> None:
    edit = add_command(actions, "edit", "edit a theme: " + ", ".join(ACTIONS), _edit)
    edit.add_argument("action", choices=ACTIONS, metavar="EDIT", help="one of the edits above")
    edit.add_argument("theme", metavar="THEME", help="id of the theme; reassign: id of the record; create: name")
    edit.add_argument(
        "values",
        nargs="*",
        metavar="VALUE",
        help="rename: the name; merge: other themes; split: number of parts; move: the group; create: ids of records",
    )
    add_command(actions, "undo", "take back the latest edit", _undo)
    add_command(actions, "log", "list all edits", _log)


def _add_trends(commands: Any) -> None:
    trends = add_command(commands, "trends", "count themes by week or month and flag significant changes", _trends)
    trends.add_argument("--by", choices=("week", "month"), default="month", help="default month")
    trends.add_argument("--theme", default="", metavar="THEME", help="only this theme")
    drivers = add_command(
        commands, "drivers", "measure how the rating differs between comments with and without each theme", _drivers
    )
    drivers.add_argument("--of", default="", metavar="COLUMN", help="a column of numbers (default: the rating)")
    scored = drivers.add_mutually_exclusive_group()
    scored.add_argument(
        "--nps", action="store_true", help="in points of NPS: the rating is 0 to 10, promoters minus detractors"
    )
    scored.add_argument(
        "--csat", action="store_true", help="in points of CSAT: the share of the best two values of the scale"
    )
    for parser in (trends, drivers):
        filter_option(parser)
        parser.add_argument(
            "--segment", default="", metavar="COLUMN", help="compare at a constant mix of the values of this column"
        )
        parser.add_argument(
            "--codebook", action="store_true", help="use the themes of the codebook instead of the discovered ones"
        )


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
    emit(options, _with_balance(listed), list_lines(listed))


def _with_balance(listed: "ThemeList") -> dict[str, Any]:
    """Return the JSON form of a list of themes: each sentiment has its balance, -1 to 1."""
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
    themes = open_workspace(options).themes
    if options.out is None:
        stream(_lines(themes.assignments(options.where)))
        return
    written = themes.write_assignments(options.out, options.where)
    emit(options, written, [f"{written.path}: {written.rows:,} records"])


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
    written = workspace.themes.report(
        options.out, "", options.where, options.rating, options.replace, options.segment, brand(options)
    )
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
        options.of, options.where, options.segment, options.nps, options.codebook, options.csat
    )
    emit(options, found, driver_lines(found))


def _edit(options: Namespace) -> None:
    made = open_workspace(options).themes.edit(options.action, options.theme, *options.values)
    emit(options, made, [f"{made.told}; {made.effect:,} comments changed their theme (undo: analyzer themes undo)"])


def _undo(options: Namespace) -> None:
    undone = open_workspace(options).themes.undo()
    emit(options, undone, [f"taken back: {undone.told}"])


def _log(options: Namespace) -> None:
    found = open_workspace(options).themes.log()
    lines = [
        f"{one.number:4}  {date_in_words(one.at):18}  {one.actor:10}  {one.told}{'  (undone)' if one.is_undone else ''}"
        for one in found
    ]
    emit(
        options,
        {"edits": [asdict(one) for one in found]},
        lines or ["nothing has been edited; begin with: analyzer themes edit rename T1 NAME"],
    )
