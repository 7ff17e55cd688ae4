"""Commands on the agreement of people who label: agreement measure, next, disagreements, settle."""

from argparse import Namespace
from dataclasses import asdict
from typing import Any

from analyzer.cli.options import add_command, open_workspace, positive
from analyzer.cli.output import emit
from analyzer.errors import UsageError


def add(commands: Any) -> None:
    """Add the commands of this group."""
    agreement = commands.add_parser(
        "agreement",
        help="measure how far people agree who label, and settle where they do not",
        description="Measure how far people agree who label the same comments, and settle where they do not.",
    )
    actions = agreement.add_subparsers(required=True, metavar="ACTION")
    add_command(actions, "measure", "show kappa, alpha and F1 of people on each theme and statement", _measure)
    following = add_command(actions, "next", "list comments that others labeled and you did not", _next)
    differing = add_command(actions, "disagreements", "list comments on which people differ", _disagreements)
    differing.add_argument("--settled", action="store_true", help="those that were settled, with who said what")
    for parser in (following, differing):
        parser.add_argument("--limit", type=positive, default=25, help="number of comments (default 25)")
    settle = add_command(actions, "settle", "settle disagreements; what each person said stays on record", _settle)
    settle.add_argument("subject", metavar="SUBJECT", help="theme of the codebook, or the statement that was counted")
    settle.add_argument("answers", nargs="+", metavar="ID=ANSWER", help="id of the comment and yes or no, R-12=yes")


def _measure(options: Namespace) -> None:
    from analyzer.cli.render.agreement_text import agreement_lines  # noqa: PLC0415

    found = open_workspace(options).agreement.measure()
    emit(options, found, agreement_lines(found))


def _next(options: Namespace) -> None:
    tasks = open_workspace(options).agreement.next(options.limit)
    lines = [f"{task.id}  {' '.join(task.text.split())}" for task in tasks]
    emit(options, {"tasks": [asdict(task) for task in tasks]}, lines or ["you labeled what the others did"])


def _disagreements(options: Namespace) -> None:
    from analyzer.cli.render.agreement_text import disagreement_lines  # noqa: PLC0415

    found = open_workspace(options).agreement.disagreements(options.limit, options.settled)
    emit(options, {"disagreements": [asdict(one) for one in found]}, disagreement_lines(found))


def _settle(options: Namespace) -> None:
    answers = {}
    for pair in options.answers:
        record, equals, answer = pair.rpartition("=")
        if not equals:
            raise UsageError(f"{pair}: write ID=yes or ID=no")
        answers[record] = answer
    left = open_workspace(options).agreement.settle(options.subject, answers)
    emit(options, {"settled": len(answers), "open": left}, [f"{len(answers)} settled; {left} still open on it"])
