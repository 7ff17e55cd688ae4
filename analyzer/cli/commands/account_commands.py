"""Commands on who comes in and what is on record: user, audit, evidence."""

import getpass
import sys
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analyzer.cli.options import add_command, open_workspace, positive
from analyzer.cli.output import emit, plain, say
from analyzer.errors import AuditError
from analyzer.security.types import Role

if TYPE_CHECKING:
    from analyzer.security.types import Grant


def add(commands: Any) -> None:
    """Add the commands of this group."""
    user = commands.add_parser("user", help="say who may do what", description="Accounts, grants, reviews.")
    actions = user.add_subparsers(required=True, metavar="ACTION")
    made = add_command(actions, "add", "make an account; the first one ends single-user mode", _add)
    granted = add_command(actions, "grant", "give an account other rights; those it has end", _grant)
    for parser in (made, granted):
        _grant_options(parser)
    made.add_argument("--no-passphrase", action="store_true", help="for scripts: it cannot sign in to the page")
    add_command(actions, "me", "say who you are here and what you may do", _me)
    add_command(actions, "list", "list the accounts and what they may do", _list)
    ended = add_command(actions, "revoke", "end what an account may do, at once", _revoke)
    ended.add_argument("name", metavar="NAME")
    ended.add_argument("--reason", default="", help="why; kept, scrubbed")
    review = add_command(actions, "review", "list what a review of access should look at", _review)
    review.add_argument("--sign", action="store_true", help="sign it off: accounts go on for another 90 days")
    review.add_argument("--keep", nargs="+", default=(), metavar="NAME", help="with --sign: these alone go on")
    leaves = add_command(
        actions, "engagement", "list what somebody had, saw and wrote, for when they leave", _engagement
    )
    leaves.add_argument("name", metavar="NAME")
    word = add_command(actions, "passphrase", "make a passphrase for an account, or set one", _passphrase)
    word.add_argument("name", metavar="NAME")
    word.add_argument("--ask", action="store_true", help="ask for it instead of making one")
    audit = commands.add_parser("audit", help="show and verify the log", description="The log.")
    actions = audit.add_subparsers(required=True, metavar="ACTION")
    show = add_command(actions, "show", "show events, newest first", _show)
    show.add_argument("--limit", type=positive, default=50, help="how many (default 50)")
    show.add_argument("--by", default="", metavar="NAME", help="of one account")
    show.add_argument("--action", default="", metavar="KIND", help="of one kind, such as user or denied")
    show.add_argument("--since", default="", metavar="DATE", help="from then on")
    evidence = add_command(commands, "evidence", "write a reviewer's evidence: a page and a signed file", _evidence)
    evidence.add_argument("folder", type=Path, metavar="DIR", help="folder to make")
    evidence.add_argument("--proof", type=Path, metavar="FILE", help="a report by: analyzer offline prove")
    add_command(actions, "verify", "prove that nothing in the log was changed, cut off or put back", _verify)


def _grant_options(parser: Any) -> None:
    parser.add_argument("name", metavar="NAME")
    parser.add_argument("--role", nargs="+", required=True, choices=[role.value for role in Role])
    parser.add_argument("--until", default="", metavar="DATE", help="last day; a consultant must have one")
    parser.add_argument("--reason", default="", help="why; kept, scrubbed")
    parser.add_argument("--dataset", type=int, nargs="+", default=(), metavar="N", help="these imports alone (status)")
    parser.add_argument("--column", nargs="+", default=(), metavar="NAME", help="these columns alone (status)")
    parser.add_argument("--figures-only", action="store_true", help="a consultant who sees no comment")
    parser.add_argument("--exports", choices=("on", "off", "marked"), help="marked: files name the account")
    parser.add_argument("--may-look-up-people", action="store_true", help="who a pseudonym or a link belongs to")


def _granted(options: Namespace) -> "Grant":
    from analyzer.security.types import Grant  # noqa: PLC0415

    roles = tuple(Role(role) for role in options.role)
    exports = options.exports or ("off" if Role.CONSULTANT in roles else "on")
    return Grant(
        options.name, roles, options.reason, until=options.until, datasets=tuple(options.dataset),
        columns=tuple(options.column), comments=not options.figures_only, exports=exports,
        also=("persons",) if options.may_look_up_people else (),
    )  # fmt: skip


def _add(options: Namespace) -> None:
    from analyzer.cli.render.account_text import added_lines  # noqa: PLC0415

    added = open_workspace(options).users.add(_granted(options), not options.no_passphrase)
    emit(options, added, added_lines(added))


def _grant(options: Namespace) -> None:
    from analyzer.cli.render.account_text import account_lines  # noqa: PLC0415

    account = open_workspace(options).users.grant(_granted(options))
    emit(options, account, account_lines([account]))


def _me(options: Namespace) -> None:
    from analyzer.cli.render.account_text import standing_lines  # noqa: PLC0415

    standing = open_workspace(options).users.me()
    emit(options, standing, standing_lines(standing))


def _list(options: Namespace) -> None:
    from analyzer.cli.render.account_text import account_lines  # noqa: PLC0415

    found = open_workspace(options).users.list()
    emit(options, {"users": [plain(account) for account in found]}, account_lines(found))


def _revoke(options: Namespace) -> None:
    from analyzer.cli.render.account_text import account_lines  # noqa: PLC0415

    account = open_workspace(options).users.revoke(options.name, options.reason)
    emit(options, account, account_lines([account]))


def _review(options: Namespace) -> None:
    from analyzer.cli.render.account_text import review_lines  # noqa: PLC0415

    review = open_workspace(options).users.review(options.sign, options.keep)
    emit(options, review, review_lines(review))


def _engagement(options: Namespace) -> None:
    from analyzer.reports.incident_text import engagement_lines  # noqa: PLC0415

    found = open_workspace(options).users.engagement(options.name)
    emit(options, found, engagement_lines(found))


def _passphrase(options: Namespace) -> None:
    from analyzer.cli.render.account_text import added_lines  # noqa: PLC0415

    workspace = open_workspace(options)
    chosen = _asked() if options.ask else ""
    added = workspace.users.passphrase(options.name, chosen)
    emit(options, added, added_lines(added))


def _asked() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    first = getpass.getpass("passphrase: ")
    if getpass.getpass("once more: ") != first:
        say("they differ; try again")
        return _asked()
    return first


def _show(options: Namespace) -> None:
    from analyzer.cli.render.account_text import event_lines  # noqa: PLC0415

    found = open_workspace(options).audit.show(options.limit, options.by, options.action, options.since)
    emit(options, {"events": [plain(event) for event in found]}, event_lines(found))


def _evidence(options: Namespace) -> None:
    written = open_workspace(options).evidence.write(options.folder, options.proof)
    emit(options, written, [f"{written.path}: index.html and evidence.json, sha256 {written.sha256}"])


def _verify(options: Namespace) -> None:
    from analyzer.cli.render.account_text import verification_lines  # noqa: PLC0415

    found = open_workspace(options).audit.verify()
    emit(options, found, verification_lines(found))
    if not found.ok:
        raise AuditError("the log is not sound; nothing it says can be relied on after that event")
