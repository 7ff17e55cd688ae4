"""Commands on erasure and retention: erase, retention."""

from argparse import Namespace
from pathlib import Path
from typing import Any

from analyzer.cli.options import add_command, filter_option, open_workspace
from analyzer.cli.output import emit, plain
from analyzer.errors import AuditError


def add(commands: Any) -> None:
    """Add the commands of this group."""
    erase = add_command(
        commands, "erase", "erase a person or single records for good, with everything made from them", _erase
    )
    which = erase.add_mutually_exclusive_group(required=True)
    which.add_argument(
        "--respondent",
        default="",
        metavar="REF",
        help="the person, as the imported file named them, or their pseudonym",
    )
    which.add_argument("--id", nargs="+", default=(), metavar="ID", help="ids of the records")
    which.add_argument("--check", type=Path, metavar="RECEIPT", help="verify the signature of an erasure receipt")
    erase.add_argument("--reason", default="", help="stored with the receipt, scrubbed")
    erase.add_argument("--dry-run", action="store_true", help="show what would be erased; nothing is changed")
    erase.add_argument("--out", type=Path, metavar="FILE", help="file to write the signed receipt to")
    retention = commands.add_parser(
        "retention", help="set how long comments are kept", description="Set how long comments are kept."
    )
    actions = retention.add_subparsers(required=True, metavar="ACTION")
    made = add_command(actions, "set", "add a rule: comments are kept for this many months", _set)
    made.add_argument("--months", type=int, required=True, metavar="N", help="age at which comments are erased")
    filter_option(made)
    made.add_argument("--reason", default="", help="stored with the rule, scrubbed")
    add_command(actions, "list", "list the rules and how many comments are due for erasure", _list)
    ended = add_command(actions, "drop", "delete a rule", _drop)
    ended.add_argument("number", type=int, metavar="N", help="number of the rule")
    run = add_command(actions, "run", "erase the comments that are due", _run)
    run.add_argument("--dry-run", action="store_true", help="show what would be erased; nothing is changed")


def _erase(options: Namespace) -> None:
    from analyzer.cli.render.erasure_text import erasure_lines  # noqa: PLC0415

    workspace = open_workspace(options)
    if options.check:
        if not workspace.erasure.check(options.check):
            raise AuditError(
                f"{options.check}: the signature is not valid; the receipt was changed, or another workspace wrote it"
            )
        emit(options, {"ok": True}, [f"{options.check}: the signature is valid"])
        return
    found = workspace.erasure.erase(options.respondent, options.id, options.reason, options.dry_run, options.out)
    emit(options, found, erasure_lines(found))


def _set(options: Namespace) -> None:
    from analyzer.cli.render.erasure_text import rule_lines  # noqa: PLC0415

    rule = open_workspace(options).retention.set(options.months, options.where, options.reason)
    emit(options, rule, rule_lines([rule]))


def _list(options: Namespace) -> None:
    from analyzer.cli.render.erasure_text import rule_lines  # noqa: PLC0415

    rules = open_workspace(options).retention.list()
    emit(options, {"rules": [plain(rule) for rule in rules]}, rule_lines(rules))


def _drop(options: Namespace) -> None:
    from analyzer.cli.render.erasure_text import rule_lines  # noqa: PLC0415

    rules = open_workspace(options).retention.drop(options.number)
    emit(options, {"rules": [plain(rule) for rule in rules]}, rule_lines(rules))


def _run(options: Namespace) -> None:
    from analyzer.cli.render.erasure_text import erasure_lines  # noqa: PLC0415

    found = open_workspace(options).retention.run(options.dry_run)
    lines = [line for one in found for line in erasure_lines(one)] or ["nothing is due"]
    emit(options, {"erasures": [plain(one) for one in found]}, lines)
