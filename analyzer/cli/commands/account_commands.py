"""Commands on accounts, the audit log and evidence: user, audit, evidence."""

import getpass
import sys
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analyzer.cli.options import add_command, load, open_workspace, positive
from analyzer.cli.output import emit, plain, say
from analyzer.errors import AuditError
from analyzer.security.types import Role

if TYPE_CHECKING:
    from analyzer.security.types import Grant


def add(commands: Any) -> None:
    """Add the commands of this group."""
    _add_user(commands)
    _add_audit(commands)
    evidence = add_command(commands, "evidence", "write evidence for a reviewer: a page and a signed file", _evidence)
    evidence.add_argument("folder", type=Path, metavar="DIR", help="folder to create")
    evidence.add_argument("--proof", type=Path, metavar="FILE", help="report written by: analyzer offline prove")


def _add_user(commands: Any) -> None:
    user = commands.add_parser(
        "user",
        help="manage accounts: who may do what, and until when",
        description="Manage accounts, grants and access reviews.",
    )
    actions = user.add_subparsers(required=True, metavar="ACTION")
    made = add_command(actions, "add", "create an account; the first one ends single-user mode", _add)
    granted = add_command(actions, "grant", "replace the rights of an account", _grant)
    for parser in (made, granted):
        _grant_options(parser)
    made.add_argument(
        "--no-passphrase", action="store_true", help="an account for scripts, which cannot sign in to the page"
    )
    add_command(actions, "me", "show your account and its permissions", _me)
    add_command(actions, "list", "list the accounts and their permissions", _list)
    ended = add_command(actions, "revoke", "end the access of an account at once", _revoke)
    ended.add_argument("name", metavar="NAME", help="name of the account")
    ended.add_argument("--reason", default="", help="goes to the audit log, scrubbed")
    review = add_command(actions, "review", "list all access with remarks for the reviewer", _review)
    review.add_argument("--sign", action="store_true", help="sign the review: accounts stay valid for another 90 days")
    review.add_argument(
        "--keep", nargs="+", default=(), metavar="NAME", help="with --sign: only these accounts stay valid"
    )
    leaves = add_command(
        actions,
        "engagement",
        "list the grants, reads and files of an account, for the end of an engagement",
        _engagement,
    )
    leaves.add_argument("name", metavar="NAME", help="name of the account")
    word = add_command(actions, "passphrase", "give an account a new passphrase", _passphrase)
    word.add_argument("name", metavar="NAME", help="name of the account")
    word.add_argument("--ask", action="store_true", help="ask for the passphrase instead of generating one")


def _add_audit(commands: Any) -> None:
    audit = commands.add_parser(
        "audit", help="show and verify the audit log", description="Show and verify the audit log."
    )
    actions = audit.add_subparsers(required=True, metavar="ACTION")
    show = add_command(actions, "show", "show events, newest first", _show)
    show.add_argument("--limit", type=positive, default=50, help="number of events (default 50)")
    show.add_argument("--by", default="", metavar="NAME", help="only events of this account")
    show.add_argument("--action", default="", metavar="KIND", help="only events of this kind, such as user or denied")
    show.add_argument("--since", default="", metavar="DATE", help="only events from this date on")
    again = add_command(
        actions, "reanchor", "confirm the clock, or that the workspace was moved to this machine", _reanchor
    )
    again.add_argument("--reason", required=True, help="goes to the audit log, scrubbed")
    add_command(actions, "verify", "verify that no event of the audit log was changed, cut off or rolled back", _verify)
    add_command(actions, "selftest", "try what each role may not do, and attack the figures of a viewer", _selftest)


def _grant_options(parser: Any) -> None:
    parser.add_argument("name", metavar="NAME", help="name of the account")
    parser.add_argument("--role", nargs="+", required=True, choices=[role.value for role in Role], help="one or more")
    parser.add_argument("--until", default="", metavar="DATE", help="last day of access; required for consultants")
    parser.add_argument("--reason", default="", help="goes to the audit log, scrubbed")
    parser.add_argument(
        "--dataset",
        type=int,
        nargs="+",
        default=(),
        metavar="N",
        help="only these imports (numbers in: analyzer status)",
    )
    parser.add_argument(
        "--column", nargs="+", default=(), metavar="NAME", help="only these columns (names in: analyzer status)"
    )
    parser.add_argument(
        "--figures-only", action="store_true", help="for a consultant who may see figures but no comment"
    )
    parser.add_argument(
        "--exports",
        choices=("on", "off", "marked"),
        help="whether files may be exported; marked: each file names the account",
    )
    parser.add_argument(
        "--may-look-up-people",
        action="store_true",
        help="permit looking up whom a pseudonym or a survey link belongs to",
    )


def _grant_of(options: Namespace) -> "Grant":
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

    added = open_workspace(options).users.add(_grant_of(options), not options.no_passphrase)
    emit(options, added, added_lines(added))


def _grant(options: Namespace) -> None:
    from analyzer.cli.render.account_text import account_lines  # noqa: PLC0415

    account = open_workspace(options).users.grant(_grant_of(options))
    emit(options, account, account_lines([account]))


def _me(options: Namespace) -> None:
    from analyzer.cli.render.account_text import current_account_lines  # noqa: PLC0415

    current = open_workspace(options).users.me()
    emit(options, current, current_account_lines(current))


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
    chosen = _read_passphrase() if options.ask else ""
    added = workspace.users.passphrase(options.name, chosen)
    emit(options, added, added_lines(added))


def _read_passphrase() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    first = getpass.getpass("passphrase: ")
    if getpass.getpass("once more: ") != first:
        say("the passphrases differ; try again")
        return _read_passphrase()
    return first


def _show(options: Namespace) -> None:
    from analyzer.cli.render.account_text import event_lines  # noqa: PLC0415

    found = open_workspace(options).audit.show(options.limit, options.by, options.action, options.since)
    emit(options, {"events": [plain(event) for event in found]}, event_lines(found))


def _reanchor(options: Namespace) -> None:
    from analyzer.cli.render.account_text import reanchored_lines  # noqa: PLC0415
    from analyzer.workspace import Workspace  # noqa: PLC0415

    settings = load(options)
    done = Workspace.reanchor(settings, options.actor or "", options.reason)
    emit(options, done, reanchored_lines(done))
    options.opened = settings.workspace.resolve()


def _evidence(options: Namespace) -> None:
    written = open_workspace(options).evidence.write(options.folder, options.proof)
    emit(options, written, [f"{written.path}: index.html and evidence.json, sha256 {written.sha256}"])


def _verify(options: Namespace) -> None:
    from analyzer.cli.render.account_text import verification_lines  # noqa: PLC0415

    found = open_workspace(options).audit.verify()
    emit(options, found, verification_lines(found))
    if not found.ok:
        raise AuditError("the audit log is not sound; do not rely on it from that event on")


def _selftest(options: Namespace) -> None:
    from analyzer.cli.render.account_text import selftest_lines  # noqa: PLC0415

    found = open_workspace(options).audit.selftest()
    emit(options, found, selftest_lines(found))
    if not found.ok:
        raise AuditError("access or disclosure control does not hold; give nobody access until it does")
