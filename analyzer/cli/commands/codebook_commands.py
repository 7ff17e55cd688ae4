"""Commands on codebooks: load, promote, add, remove, apply, list, queue, label, undo, assignments, save."""

import json
from argparse import Namespace
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analyzer.cli.interrupts import stopping
from analyzer.cli.label_files import read_label_rows
from analyzer.cli.options import add_command, filter_option, open_workspace, positive
from analyzer.cli.output import emit, stream
from analyzer.errors import InputFileError, UsageError

if TYPE_CHECKING:
    from analyzer.themes.codebook.types import Codebook

WORDS = {"yes": True, "no": False, "y": True, "n": False, "1": True, "0": False}
NONE = "none"


def add(commands: Any) -> None:
    """Add the commands of this group."""
    codebook = commands.add_parser(
        "codebook",
        help="classify comments with your own themes",
        description="Classify comments with your own themes (a codebook).",
    )
    actions = codebook.add_subparsers(required=True, metavar="ACTION")
    load = add_command(
        actions,
        "load",
        "load a codebook from .yaml, .json or .csv, or a taxonomy of Text iQ, ThemeFinder or 2 to 3 columns",
        _load,
    )
    load.add_argument("file", type=Path, metavar="FILE", help="themes with name, description, examples, exclusions")
    promote = add_command(actions, "promote", "add discovered themes to the codebook", _promote)
    promote.add_argument("themes", nargs="*", metavar="THEME", help="ids of discovered themes (default: all)")
    added = add_command(actions, "add", "add one theme to the codebook", _add)
    added.add_argument("name", metavar="NAME", help="name of the theme")
    added.add_argument("--description", default="", metavar="TEXT", help="its scope")
    added.add_argument("--example", action="append", default=[], metavar="TEXT", help="a phrase that belongs to it")
    removed = add_command(actions, "remove", "remove one theme from the codebook; its labels are kept", _remove)
    removed.add_argument("name", metavar="NAME", help="name or id of the theme")
    add_command(actions, "apply", "learn from the labels and classify every comment", _apply)
    filter_option(add_command(actions, "list", "list the themes with coded comments, precision and recall", _list))
    queue = add_command(actions, "queue", "list the comments whose labels would improve the coding most", _queue)
    filter_option(queue)
    queue.add_argument("--limit", type=positive, default=25, help="number of comments (default 25)")
    queue.add_argument("--out", type=Path, metavar="FILE", help="write a CSV with an empty column themes, to fill in")
    label = add_command(actions, "label", "store labels of one comment or of a file", _label)
    label.add_argument(
        "what",
        metavar="ID|FILE",
        help="id of a record, or a CSV with the columns id and themes, or id, theme and label",
    )
    label.add_argument(
        "themes",
        nargs="*",
        metavar="THEME",
        help="with an id: all themes of the comment, or none; every other theme is labeled no",
    )
    add_command(actions, "undo", "take back the latest labels", _undo)
    assignments = add_command(
        actions, "assignments", "print the themes of each record, one line of JSON for each", _assignments
    )
    filter_option(assignments)
    save = add_command(actions, "save", "write the codebook as YAML", _save)
    save.add_argument("out", type=Path, metavar="OUT", help="file to write")
    save.add_argument("--replace", action="store_true", help="overwrite OUT if it exists")


def read_code_labels(file: Path, names: Mapping[str, str]) -> dict[str, dict[str, bool]]:
    """Return record id -> theme -> yes or no.

    Args:
        file: a CSV with `id` and `themes`, all themes of a comment separated by ; ("none" for a comment without
            themes; an empty cell is not labeled yet); or with `id`, `theme` and `label` (yes, no), one row a judgement.
        names: names of all themes by id; with `themes`, every theme that is not listed counts as a no.

    Raises:
        InputFileError: if the file cannot be read, lacks these columns, or a row is incomplete.
        UsageError: if a label is neither yes nor no.
    """
    from analyzer.themes.codebook.types import SEPARATOR  # noqa: PLC0415

    rows = read_label_rows(file)
    columns = set(rows[0][1]) if rows else {"id", "themes"}
    if {"id", "themes"} <= columns:
        filled = [(row["id"], row["themes"].strip()) for _, row in rows if row["themes"].strip()]
        return {record: full_labels(themes.split(SEPARATOR), names) for record, themes in filled}
    if not {"id", "theme", "label"} <= columns:
        raise InputFileError(f"{file} needs the columns id and themes, or id, theme and label")
    answers: dict[str, dict[str, bool]] = {}
    for number, row in rows:
        label = row["label"].strip().casefold()
        if label and label not in WORDS:
            raise UsageError(f'{file} line {number}: the label is "{label}"; write yes or no')
        if label:
            answers.setdefault(row["id"], {})[row["theme"].strip()] = WORDS[label]
    return answers


def full_labels(themes: Sequence[str], names: Mapping[str, str]) -> dict[str, bool]:
    """Return yes for these themes, given by name or id, and no for all others."""
    known = {form.casefold(): name for theme, name in names.items() for form in (theme, name)}
    chosen = [theme.strip() for theme in themes if theme.strip() and theme.strip().casefold() != NONE]
    return {**dict.fromkeys(names.values(), False), **{known.get(one.casefold(), one): True for one in chosen}}


def _load(options: Namespace) -> None:
    _emit(options, open_workspace(options).codebook.load(options.file))


def _promote(options: Namespace) -> None:
    _emit(options, open_workspace(options).codebook.promote([one.upper() for one in options.themes]))


def _add(options: Namespace) -> None:
    _emit(options, open_workspace(options).codebook.add(options.name, options.description, options.example))


def _remove(options: Namespace) -> None:
    _emit(options, open_workspace(options).codebook.remove(options.name))


def _apply(options: Namespace) -> None:
    from analyzer.cli.render.feedback_text import ProgressLine  # noqa: PLC0415

    workspace = open_workspace(options)
    with ProgressLine("", "") as line, stopping(line) as progress:
        found = workspace.codebook.apply(progress)
    _emit(options, found)


def _list(options: Namespace) -> None:
    _emit(options, open_workspace(options).codebook.list(options.where))


def _emit(options: Namespace, found: "Codebook") -> None:
    from analyzer.cli.render.codebook_text import codebook_lines  # noqa: PLC0415

    emit(options, found, codebook_lines(found))


def _queue(options: Namespace) -> None:
    from analyzer.cli.render.codebook_text import task_lines  # noqa: PLC0415

    codebook = open_workspace(options).codebook
    if options.out is None:
        tasks = codebook.queue(options.where, options.limit)
        emit(options, {"tasks": [asdict(task) for task in tasks]}, task_lines(tasks))
        return
    written = codebook.write_queue(options.out, options.where, options.limit)
    message = f"{written.rows} comments in {written.path}; fill in themes, then: analyzer codebook label {written.path}"
    emit(options, written, [message])


def _names(found: "Codebook") -> dict[str, str]:
    return {one.theme.id: one.theme.name for one in found.themes}


def _label(options: Namespace) -> None:
    workspace = open_workspace(options)
    names = _names(workspace.codebook.list())
    is_file = Path(options.what).is_file() and not options.themes
    answers = (
        read_code_labels(Path(options.what), names) if is_file else {options.what: full_labels(options.themes, names)}
    )
    if not is_file and not options.themes:
        raise UsageError("name the themes of the comment, or none: analyzer codebook label ID none")
    stored = workspace.codebook.label(answers)
    message = f"{stored} labels of {len(answers)} comments stored; use them with: analyzer codebook apply"
    emit(options, {"labels": stored, "comments": len(answers)}, [message])


def _undo(options: Namespace) -> None:
    taken = open_workspace(options).codebook.undo()
    emit(options, {"labels": taken}, [f"{taken} labels taken back" if taken else "there are no labels to take back"])


def _assignments(options: Namespace) -> None:
    found = open_workspace(options).codebook.assignments(options.where)
    stream(json.dumps({"id": one.id, "themes": list(one.themes)}, ensure_ascii=False) for one in found)


def _save(options: Namespace) -> None:
    written = open_workspace(options).codebook.save(options.out, options.replace)
    emit(options, written, [f"{written.path}: {written.rows} themes, sha256 {written.sha256}"])
