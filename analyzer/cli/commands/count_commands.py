"""Commands that count, and those for the labels that correct a count: count, table, labels."""

from argparse import Namespace
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analyzer.cli.label_files import read_label_rows
from analyzer.cli.options import add_command, filter_of, filter_option, once_option, open_workspace, positive
from analyzer.cli.output import emit
from analyzer.errors import InputFileError, UsageError

if TYPE_CHECKING:
    pass

PERIODS = ("day", "week", "month", "quarter", "year")
MEASURES = ("responses", "comments", "share", "respondents", "average", "nps", "csat", "top-box")
WORDS = {"yes": "yes", "y": "yes", "1": "yes", "true": "yes", "no": "no", "n": "no", "0": "no", "false": "no",
         "unsure": "unsure", "?": "unsure"}  # fmt: skip


def add(commands: Any) -> None:
    """Add the commands of this group."""
    count = add_command(commands, "count", "estimate how many comments say something, over all that match", _count)
    count.add_argument(
        "predicate", metavar="PREDICATE", nargs="?", default="", help="what they say, such as: long waiting times"
    )
    filter_option(count)
    once_option(count)
    _grouping(count)
    count.add_argument(
        "--labels",
        type=Path,
        metavar="FILE",
        help="CSV with the columns id and label (yes, no, unsure); stored before counting",
    )
    compare = add_command(
        commands,
        "compare",
        "compare two groups of comments, or two periods: scores, themes that differ, quotes",
        _compare,
    )
    compare.add_argument("first", metavar="FIRST", help='filter of the first side, such as "channel=app"')
    compare.add_argument(
        "second", metavar="SECOND", nargs="?", default="", help="filter of the second side (default: all others)"
    )
    filter_option(compare)
    table = add_command(
        commands, "table", "tabulate columns exactly: responses, shares, averages, NPS, CSAT by group", _table
    )
    table.add_argument("--measure", choices=MEASURES, default="responses", help="default responses")
    table.add_argument(
        "--of", default="", metavar="COLUMN", help="column that the measure is about (default the rating, the NPS)"
    )
    filter_option(table)
    once_option(table)
    _grouping(table)
    labels = commands.add_parser(
        "labels",
        help="label comments by hand to correct a count",
        description="Label comments by hand to correct a count.",
    )
    actions = labels.add_subparsers(required=True, metavar="ACTION")
    next_batch = add_command(actions, "next", "list the comments whose labels would improve the count most", _next)
    next_batch.add_argument("--limit", type=positive, default=25, help="number of comments (default 25)")
    next_batch.add_argument(
        "--out", type=Path, metavar="FILE", help="write a CSV with an empty column label, to fill in"
    )
    filter_option(next_batch)
    keep = add_command(actions, "keep", "store the labels of a file", _keep)
    undo = add_command(actions, "undo", "take back the latest label", _undo)
    for parser in (next_batch, keep, undo):
        parser.add_argument("predicate", metavar="PREDICATE", help="what comments say, as in: analyzer count")
    keep.add_argument("file", type=Path, metavar="FILE", help="CSV with the columns id and label (yes, no, unsure)")
    add_command(actions, "list", "list what was labeled, with the number of labels", _list)


def read_labels(file: Path) -> dict[str, str]:
    """Return record id -> yes, no or unsure from a CSV; rows without a label are left out.

    Raises:
        InputFileError: if the file cannot be read, lacks these columns, or a row is incomplete.
        UsageError: if a label is not yes, no or unsure.
    """
    rows = read_label_rows(file)
    if rows and not {"id", "label"} <= set(rows[0][1]):
        raise InputFileError(f"{file} needs the columns id and label")
    answers: dict[str, str] = {}
    for number, row in rows:
        if not (label := row["label"].strip().casefold()):
            continue
        if label not in WORDS:
            raise UsageError(f'{file} line {number}: the label is "{label}"; write yes, no or unsure')
        answers[row["id"]] = WORDS[label]
    return answers


def _grouping(parser: Any) -> None:
    parser.add_argument("--by", default="", metavar="COLUMN", help="one group for each value of this column")
    parser.add_argument(
        "--period", choices=PERIODS, default="", help="length of the groups where --by is a date (default month)"
    )


def _count(options: Namespace) -> None:
    from analyzer.cli.render.figure_text import count_lines  # noqa: PLC0415

    labels = read_labels(options.labels) if options.labels else None
    result = open_workspace(options).count(options.predicate, filter_of(options), options.by, options.period, labels)
    emit(options, result, count_lines(result))


def _compare(options: Namespace) -> None:
    from analyzer.cli.render.compare_text import compare_lines  # noqa: PLC0415

    found = open_workspace(options).compare.show(options.first, options.second, options.where)
    emit(options, found, compare_lines(found))


def _table(options: Namespace) -> None:
    from analyzer.cli.render.figure_text import table_lines  # noqa: PLC0415
    from analyzer.counting.tables import Wanted  # noqa: PLC0415
    from analyzer.counting.types import Measure  # noqa: PLC0415

    wanted = Wanted(Measure(options.measure), options.by, options.period, options.of)
    result = open_workspace(options).counts.table(wanted, filter_of(options))
    emit(options, result, table_lines(result))


def _next(options: Namespace) -> None:
    labels = open_workspace(options).labels
    if options.out:
        written = labels.write_next(options.predicate, options.out, options.where, options.limit)
        message = f"{written.rows} comments in {written.path}; fill in label, then: analyzer labels keep PREDICATE FILE"
        emit(options, written, [message])
        return
    tasks = labels.next(options.predicate, options.where, options.limit)
    lines = [line for task in tasks for line in (task.id, f"    {task.text}")]
    emit(options, {"tasks": [asdict(task) for task in tasks]}, lines)


def _keep(options: Namespace) -> None:
    answers = read_labels(options.file)
    labeled = open_workspace(options).labels.keep(options.predicate, answers)
    emit(
        options,
        {"kept": len(answers), "labeled": labeled},
        [f"{len(answers)} labels stored, {labeled} texts labeled now"],
    )


def _undo(options: Namespace) -> None:
    labeled = open_workspace(options).labels.undo(options.predicate)
    emit(options, {"labeled": labeled}, [f"taken back; {labeled} texts labeled now"])


def _list(options: Namespace) -> None:
    listed = open_workspace(options).labels.list()
    result = {"predicates": [{"predicate": name, "labeled": n} for name, n in listed]}
    lines = [f"{n:6,}  {name}" for name, n in listed]
    emit(options, result, lines or ["nothing has been labeled; begin with: analyzer labels next PREDICATE"])
