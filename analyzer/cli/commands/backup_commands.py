"""Commands that keep a workspace safe: backup, key."""

import sys
from argparse import Namespace
from pathlib import Path
from typing import Any

from analyzer.cli.options import add_command, load, open_workspace
from analyzer.cli.output import emit, plain
from analyzer.errors import BackupError


def add(commands: Any) -> None:
    """Add the commands of this group."""
    backup = commands.add_parser("backup", help="make, check and restore backups", description="Backups.")
    actions = backup.add_subparsers(required=True, metavar="ACTION")
    made = add_command(actions, "create", "write a backup, also while the workspace is in use", _create)
    made.add_argument("--to", type=Path, metavar="DIR", help="folder to make (default: beside the workspace)")
    add_command(actions, "list", "list the backups", _list)
    for name, summary, run in (
        ("verify", "read everything in a backup", _verify),
        ("drill", "bring a backup back into a scratch place and compare every row", _drill),
    ):
        parser = add_command(actions, name, summary, run)
        parser.add_argument("folder", type=Path, nargs="?", metavar="DIR", help="default: the newest one")
    restored = add_command(actions, "restore", "put a backup in the workspace's place", _restore)
    restored.add_argument("folder", type=Path, metavar="DIR")
    restored.add_argument("--key", type=Path, metavar="FILE", help="key file of then, where it was changed since")
    key = commands.add_parser("key", help="write the key down, enter it, change it", description="The key.")
    actions = key.add_subparsers(required=True, metavar="ACTION")
    add_command(actions, "show", "print the key to be kept where the workspace is not", _show)
    add_command(actions, "change", "give the workspace another key and print that", _change)
    entered = add_command(actions, "enter", "make the key file from a sheet on standard input", _enter)
    entered.add_argument("workspace_id", metavar="ID", help="of the workspace, as the sheet says")


def _create(options: Namespace) -> None:
    from analyzer.cli.render.backup_text import backup_lines  # noqa: PLC0415

    found = open_workspace(options).backups.create(options.to)
    emit(options, found, backup_lines([found]))


def _list(options: Namespace) -> None:
    from analyzer.cli.render.backup_text import backup_lines  # noqa: PLC0415

    found = open_workspace(options).backups.list()
    emit(options, {"backups": [plain(one) for one in found]}, backup_lines(found))


def _verify(options: Namespace) -> None:
    from analyzer.cli.render.backup_text import backup_lines  # noqa: PLC0415

    found = open_workspace(options).backups.verify(options.folder)
    emit(options, found, backup_lines([found]))
    if not found.ok:
        raise BackupError(f"{found.path} is not what was backed up; take another one")


def _drill(options: Namespace) -> None:
    from analyzer.cli.render.backup_text import drill_lines  # noqa: PLC0415

    found = open_workspace(options).backups.drill(options.folder)
    emit(options, found, drill_lines(found))
    if not found.ok:
        raise BackupError(f"{found.path} could not be brought back; make another one: analyzer backup create")


def _restore(options: Namespace) -> None:
    from analyzer.cli.render.backup_text import restore_lines  # noqa: PLC0415
    from analyzer.workspace import Workspace  # noqa: PLC0415

    found = Workspace.restore(options.folder, load(options), options.actor or "", options.key)
    emit(options, found, restore_lines(found))


def _show(options: Namespace) -> None:
    from analyzer.cli.render.backup_text import sheet_lines  # noqa: PLC0415

    sheet = open_workspace(options).keys.show()
    emit(options, sheet, sheet_lines(sheet))


def _change(options: Namespace) -> None:
    from analyzer.cli.render.backup_text import sheet_lines  # noqa: PLC0415

    sheet = open_workspace(options).keys.change()
    emit(options, sheet, sheet_lines(sheet))


def _enter(options: Namespace) -> None:
    from analyzer.custody.restore import enter_key  # noqa: PLC0415

    file = enter_key(load(options), options.workspace_id, sys.stdin.read())
    emit(options, {"path": str(file)}, [f"wrote {file}"])
