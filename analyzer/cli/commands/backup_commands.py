"""Commands on backups and the key of a workspace: backup, key."""

import sys
from argparse import Namespace
from pathlib import Path
from typing import Any

from analyzer.cli.options import add_command, load, open_workspace
from analyzer.cli.output import emit, plain
from analyzer.errors import BackupError


def add(commands: Any) -> None:
    """Add the commands of this group."""
    backup = commands.add_parser(
        "backup", help="make, check and restore backups", description="Make, check and restore backups."
    )
    actions = backup.add_subparsers(required=True, metavar="ACTION")
    made = add_command(actions, "create", "write a backup, also while the workspace is in use", _create)
    made.add_argument("--to", type=Path, metavar="DIR", help="folder to create (default: beside the workspace)")
    add_command(actions, "list", "list the backups", _list)
    for name, summary, run in (
        ("verify", "read a backup completely and check it", _verify),
        ("drill", "restore a backup into a temporary folder and compare every row", _drill),
    ):
        parser = add_command(actions, name, summary, run)
        parser.add_argument(
            "folder", type=Path, nargs="?", metavar="DIR", help="folder of the backup (default: the newest one)"
        )
    restored = add_command(actions, "restore", "replace the workspace by a backup", _restore)
    restored.add_argument("folder", type=Path, metavar="DIR", help="folder of the backup")
    restored.add_argument(
        "--key", type=Path, metavar="FILE", help="key file of that time, if the key was changed since"
    )
    key = commands.add_parser(
        "key",
        help="print, enter or change the workspace's key",
        description="Print, enter or change the workspace's key.",
    )
    actions = key.add_subparsers(required=True, metavar="ACTION")
    add_command(actions, "show", "print the key for a paper copy; keep it apart from the workspace", _show)
    add_command(actions, "change", "replace the key of the workspace and print the new one", _change)
    entered = add_command(actions, "enter", "write the key file from a printed copy, read from standard input", _enter)
    entered.add_argument("workspace_id", metavar="ID", help="id of the workspace, as printed on the copy")


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
        raise BackupError(f"{found.path} is damaged or was changed; use another backup")


def _drill(options: Namespace) -> None:
    from analyzer.cli.render.backup_text import drill_lines  # noqa: PLC0415

    found = open_workspace(options).backups.drill(options.folder)
    emit(options, found, drill_lines(found))
    if not found.ok:
        raise BackupError(f"{found.path} could not be restored; make another backup: analyzer backup create")


def _restore(options: Namespace) -> None:
    from analyzer.cli.render.backup_text import restore_lines  # noqa: PLC0415
    from analyzer.workspace import Workspace  # noqa: PLC0415

    settings = load(options)
    found = Workspace.restore(options.folder, settings, options.actor or "", options.key)
    options.opened = settings.workspace.resolve()
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
