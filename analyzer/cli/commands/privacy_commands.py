"""Commands on personal data: scrub; privacy with review queue, decisions and residual risk."""

import sys
from argparse import Namespace
from typing import TYPE_CHECKING, Any

from analyzer.cli.commands import scrub_commands
from analyzer.cli.options import add_command, open_workspace, positive
from analyzer.cli.output import emit

if TYPE_CHECKING:
    from analyzer.privacy.types import Decision


def add(commands: Any) -> None:
    """Add the commands of this group."""
    scrub_commands.add(commands)
    privacy = commands.add_parser(
        "privacy",
        help="review doubtful terms and measure what the privacy filter missed",
        description="Review doubtful terms and measure what the privacy filter missed.",
    )
    actions = privacy.add_subparsers(required=True, metavar="ACTION")
    _add_review(actions)
    _add_risk(actions)


def _add_review(actions: Any) -> None:
    queue = add_command(actions, "queue", "list the terms that need a decision", _queue)
    queue.add_argument("--limit", type=positive, default=50, help="number of entries (default 50)")
    decide = add_command(actions, "decide", "allow or deny a term of the queue", _decide)
    decide.add_argument("entry", type=int, metavar="ID", help="number of the entry in the queue")
    decide.add_argument("verdict", choices=("allow", "deny"), help="allow: never mask it; deny: always mask it")
    allow = add_command(actions, "allow", "never mask a term in later imports", _allow)
    deny = add_command(actions, "deny", "always mask a term, in later imports and now in everything stored", _deny)
    for parser in (allow, deny):
        parser.add_argument("term", metavar="TERM", help="one to five words, or - for standard input")
    for parser in (decide, allow, deny):
        parser.add_argument("--reason", default="", help="stored with the decision, scrubbed")
    add_command(
        actions, "terms", "show the allow and deny lists; terms are stored as hashes and shown as shapes", _terms
    )
    add_command(actions, "undo", "take back the latest decision, for later imports", _undo)


def _add_risk(actions: Any) -> None:
    report = add_command(
        actions, "report", "report what imports replaced, and the leak rate found in checked samples", _report
    )
    sample = add_command(actions, "sample", "draw a random sample of stored comments for a person to check", _sample)
    sample.add_argument("--size", type=positive, default=60, help="number of comments (default 60)")
    for parser in (report, sample):
        parser.add_argument(
            "--import", dest="import_id", type=int, metavar="N", help="only of this import (number in: analyzer status)"
        )
    checked = add_command(actions, "checked", "record what a person found in a sample", _checked)
    checked.add_argument("--sample", type=int, required=True, metavar="N", help="number of the sample")
    found = checked.add_mutually_exclusive_group(required=True)
    found.add_argument(
        "--misses", type=int, metavar="N", help="how many comments of the sample still contain personal data"
    )
    found.add_argument(
        "--missed",
        type=int,
        nargs="+",
        default=(),
        metavar="NUMBER",
        help="which comments of the sample still contain personal data",
    )


def _queue(options: Namespace) -> None:
    from analyzer.cli.render.review_text import queue_lines  # noqa: PLC0415

    queue = open_workspace(options).privacy.queue(options.limit)
    emit(options, queue, queue_lines(queue))


def _decide(options: Namespace) -> None:
    _emit_decision(options, open_workspace(options).privacy.decide(options.entry, options.verdict, options.reason))


def _allow(options: Namespace) -> None:
    _emit_decision(options, open_workspace(options).privacy.allow(_term(options), options.reason))


def _deny(options: Namespace) -> None:
    _emit_decision(options, open_workspace(options).privacy.deny(_term(options), options.reason))


def _term(options: Namespace) -> str:
    """Return the term; standard input keeps it out of the shell's history and the process list."""
    return sys.stdin.readline() if options.term == "-" else str(options.term)


def _undo(options: Namespace) -> None:
    _emit_decision(options, open_workspace(options).privacy.undo())


def _emit_decision(options: Namespace, decision: "Decision") -> None:
    from analyzer.cli.render.review_text import decision_lines  # noqa: PLC0415

    emit(options, decision, decision_lines(decision))


def _terms(options: Namespace) -> None:
    from analyzer.cli.render.review_text import term_lines  # noqa: PLC0415

    terms = open_workspace(options).privacy.terms()
    emit(options, terms, term_lines(terms))


def _report(options: Namespace) -> None:
    from analyzer.cli.render.review_text import risk_lines  # noqa: PLC0415

    report = open_workspace(options).privacy.report(options.import_id)
    emit(options, report, risk_lines(report))


def _sample(options: Namespace) -> None:
    from analyzer.cli.render.review_text import sample_lines  # noqa: PLC0415

    sample = open_workspace(options).privacy.sample(options.size, options.import_id)
    emit(options, sample, sample_lines(sample))


def _checked(options: Namespace) -> None:
    from analyzer.cli.render.review_text import check_line  # noqa: PLC0415

    check = open_workspace(options).privacy.checked(options.sample, options.misses, options.missed)
    emit(options, check, [check_line(check)])
