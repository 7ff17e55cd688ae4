"""Commands that answer questions: ask, plan, history."""

from argparse import Namespace
from dataclasses import asdict
from pathlib import Path
from typing import Any

from analyzer.cli.options import add_command, brand, brand_option, filter_option, open_workspace, positive
from analyzer.cli.output import emit
from analyzer.errors import UsageError
from analyzer.index.dates_in_words import date_in_words


def add(commands: Any) -> None:
    """Add the commands of this group."""
    ask = add_command(
        commands, "ask", "answer a question with counted figures and with sentences that cite comments", _ask
    )
    asked = ask.add_mutually_exclusive_group(required=True)
    asked.add_argument("question", metavar="QUESTION", nargs="?", help="in plain words")
    asked.add_argument(
        "--receipt", metavar="ID", help="show the stored answer of this receipt, and what has changed since"
    )
    ask.add_argument(
        "--again", action="store_true", help="with --receipt: also answer again, to see whether the answer is the same"
    )
    filter_option(ask)
    plan = add_command(commands, "plan", "show how a question would be understood; nothing is run", _plan)
    plan.add_argument("question", metavar="QUESTION", help="in plain words")
    filter_option(plan)
    export = add_command(
        commands,
        "export",
        "write an answer, a report of the themes, comments, or the data of one person to a file",
        _export,
    )
    where = export.add_mutually_exclusive_group(required=True)
    where.add_argument("out", type=Path, nargs="?", metavar="OUT", help="file to write")
    where.add_argument("--out", dest="named_out", type=Path, metavar="OUT", help="the same")
    export.add_argument(
        "--what", choices=("answers", "themes", "comments", "responses"), default="answers",
        help="default answers; comments and responses are written as .parquet, comments as .csv too",
    )  # fmt: skip
    filter_option(export)
    export.add_argument(
        "--respondent",
        default="",
        metavar="REF",
        help="the data of this person, for a request for access (GDPR Article 15)",
    )
    kinds = ("html", "xlsx", "pptx", "doc", "csv", "parquet", "json")
    export.add_argument(
        "--format",
        dest="kind",
        choices=kinds,
        help="format of the file (default: by the extension of OUT); doc: HTML for Word",
    )
    export.add_argument("--receipt", default="", metavar="ID", help="receipt of the answer (default: your latest)")
    brand_option(export)
    export.add_argument("--replace", action="store_true", help="overwrite OUT if it exists")
    history = add_command(commands, "history", "list the questions you asked, with their receipts", _history)
    history.add_argument("--limit", type=positive, default=50, help="number of questions (default 50)")


def _ask(options: Namespace) -> None:
    from analyzer.cli.render.answer_text import answer_lines, reading_lines  # noqa: PLC0415
    from analyzer.cli.render.terminal_listener import TerminalListener  # noqa: PLC0415

    if options.again and not options.receipt:
        raise UsageError("--again needs --receipt ID; receipts are listed by: analyzer history")
    workspace = open_workspace(options)
    if options.receipt:
        answer = workspace.answers.replay(options.receipt, options.again)
        emit(options, {**asdict(answer), "more": []}, answer_lines(answer))
        return
    listener, lines = TerminalListener(options.json), list[str]()
    answers = []
    for plan in workspace.answers.plan_all(options.question, options.where):
        question = plan.asked or options.question
        answers.append(workspace.ask(question, options.where, plan, listener=listener))
        lines += ["", question] if plan.asked else []
        lines += [*answer_lines(answers[-1]), *reading_lines(plan)]
    first, *more = map(asdict, answers)
    emit(options, {**first, "more": more}, lines)


def _plan(options: Namespace) -> None:
    from analyzer.cli.render.answer_text import plan_lines, reading_lines  # noqa: PLC0415

    plans = open_workspace(options).answers.plan_all(options.question, options.where)
    lines = [line for plan in plans for line in (*plan_lines(plan), *reading_lines(plan))]
    first, *more = map(asdict, plans)
    emit(options, {**first, "more": more}, lines)


def _export(options: Namespace) -> None:
    options.out = options.out or options.named_out
    kind = options.kind or options.out.suffix.removeprefix(".").casefold()
    if options.where and (options.respondent or options.what == "answers"):
        raise UsageError("--where limits comments and themes; write one of them with --what")
    workspace = open_workspace(options)
    if options.respondent:
        written = workspace.erasure.export_person(options.respondent, options.out, kind, options.replace)
    elif options.what == "comments" and kind == "csv":
        written = workspace.feedback.write(options.out, options.where, may_replace=options.replace)
    elif options.what in ("comments", "responses"):
        written = workspace.feedback.export(options.out, options.where, options.what, options.replace)
    elif options.what == "themes":
        written = workspace.themes.report(
            options.out, kind, options.where, may_replace=options.replace, brand=brand(options)
        )
    elif options.where:
        raise UsageError("--where is for themes, comments and responses; an answer has the filter of its question")
    else:
        written = workspace.answers.export(
            options.what, options.out, kind, options.receipt, options.replace, brand(options)
        )
    rows = "records" if options.respondent else "quotes" if options.what == "answers" else options.what
    emit(options, written, [f"{written.path}: {written.rows} {rows}, sha256 {written.sha256}"])


def _history(options: Namespace) -> None:
    asked = open_workspace(options).answers.history(options.limit)
    lines = [f"{one.receipt}  {date_in_words(one.asked):18}  {one.status:9}  {one.question}" for one in asked]
    emit(options, {"answers": [asdict(one) for one in asked]}, lines or ["nothing asked yet"])
