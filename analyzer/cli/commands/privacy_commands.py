"""Commands on personal data: scrub, and the reviewer's desk: queue, decisions, residual risk."""

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
        "privacy", help="review what was masked or left, and the residual risk", description="Review personal data."
    )
    actions = privacy.add_subparsers(required=True, metavar="ACTION")
    _add_review(actions)
    _add_risk(actions)


def _add_review(actions: Any) -> None:
    queue = add_command(actions, "queue", "list what waits for a decision", _queue)
    queue.add_argument("--limit", type=positive, default=50, help="how many (default 50)")
    decide = add_command(actions, "decide", "allow or deny an entry of the queue", _decide)
    decide.add_argument("entry", type=int, metavar="ID")
    decide.add_argument("verdict", choices=("allow", "deny"))
    allow = add_command(actions, "allow", "never mask a term again", _allow)
    deny = add_command(actions, "deny", "mask a term always, at once in everything stored", _deny)
    for parser in (allow, deny):
        parser.add_argument("term", metavar="TERM", help="one to five words; - reads standard input")
    for parser in (decide, allow, deny):
        parser.add_argument("--reason", default="", help="why; kept, scrubbed")
    add_command(actions, "terms", "list the allow and deny lists by the shape of their terms", _terms)
    add_command(actions, "undo", "take the last decision back", _undo)


def _add_risk(actions: Any) -> None:
    report = add_command(actions, "report", "say what imports found and what checked samples show", _report)
    sample = add_command(actions, "sample", "draw stored comments at random for a person to check", _sample)
    sample.add_argument("--size", type=positive, default=60, help="how many (default 60)")
    for parser in (report, sample):
        parser.add_argument("--import", dest="import_id", type=int, metavar="N", help="of one import only")
    checked = add_command(actions, "checked", "keep what a person found in a sample", _checked)
    checked.add_argument("--sample", type=int, required=True, metavar="N")
    found = checked.add_mutually_exclusive_group(required=True)
    found.add_argument("--misses", type=int, metavar="N", help="comments with personal data left")
    found.add_argument("--missed", type=int, nargs="+", default=(), metavar="NUMBER", help="their numbers")


def _queue(options: Namespace) -> None:
    from analyzer.cli.render.review_text import queue_lines  # noqa: PLC0415

    queue = open_workspace(options).privacy.queue(options.limit)
    emit(options, queue, queue_lines(queue))


def _decide(options: Namespace) -> None:
    _emit_decision(options, open_workspace(options).privacy.decide(options.entry, options.verdict, options.reason))


def _allow(options: Namespace) -> None:
    _emit_decision(options, open_workspace(options).privacy.allow(_told(options), options.reason))


def _deny(options: Namespace) -> None:
    _emit_decision(options, open_workspace(options).privacy.deny(_told(options), options.reason))


def _told(options: Namespace) -> str:
    """Return the term; read from standard input it stays out of the shell's history and the list of processes."""
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
