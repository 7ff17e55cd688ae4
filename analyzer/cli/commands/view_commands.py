"""Commands on saved views: views list, save, remove."""

from argparse import Namespace
from dataclasses import asdict
from typing import Any

from analyzer.cli.options import add_command, filter_option, open_workspace
from analyzer.cli.output import emit


def add(commands: Any) -> None:
    """Add the commands of this group."""
    views = commands.add_parser(
        "views", help="keep filters under a name", description="Keep filters of your account under a name."
    )
    actions = views.add_subparsers(required=True, metavar="ACTION")
    add_command(actions, "list", "list your views", _list)
    save = add_command(actions, "save", "keep a filter under a name; a view of that name is replaced", _save)
    save.add_argument("name", metavar="NAME", help="name of the view")
    save.add_argument("--page", default="comments", metavar="PAGE", help="page on which it opens (default comments)")
    filter_option(save)
    remove = add_command(actions, "remove", "delete a view", _remove)
    remove.add_argument("number", type=int, metavar="NUMBER", help="number of the view, see: views list")


def _list(options: Namespace) -> None:
    found = open_workspace(options).views.list()
    emit(
        options,
        {"views": [asdict(one) for one in found]},
        [f"{one.number}  {one.name}: {one.where or 'all comments'} (page {one.page})" for one in found],
    )


def _save(options: Namespace) -> None:
    made = open_workspace(options).views.save(options.name, options.where, options.page)
    emit(options, made, [f"saved as view {made.number}: {made.name}"])


def _remove(options: Namespace) -> None:
    workspace = open_workspace(options)
    workspace.views.remove(options.number)
    found = workspace.views.list()
    emit(options, {"views": [asdict(one) for one in found]}, [f"deleted view {options.number}; {len(found)} left"])
