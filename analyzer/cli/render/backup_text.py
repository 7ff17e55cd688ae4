"""Backups and keys, as lines of text for a terminal."""

from collections.abc import Sequence

from analyzer.custody.types import Backup, KeySheet


def backup_lines(found: Sequence[Backup]) -> list[str]:
    """Show backups, one or two lines each."""
    if not found:
        return ["no backups; make one with: analyzer backup create"]
    return [line for one in found for line in _backup(one)]


def drill_lines(found: Backup) -> list[str]:
    """Show what a drill showed."""
    if not found.ok:
        return [f"{found.path} could NOT be brought back", *(f"  {problem}" for problem in found.problems)]
    return [f"{found.path}: brought back whole in {found.seconds} s; {found.records:,} comments, every row the same"]


def restore_lines(found: Backup) -> list[str]:
    """Show what was restored."""
    return [
        f"restored from {found.path}, made {found.made}: {found.records:,} comments, {found.events:,} events",
        "what was erased since is erased again; what was in its place is among the backups",
    ]


def sheet_lines(sheet: KeySheet) -> list[str]:
    """Show a key to be written down or printed."""
    return [
        f"key of workspace {sheet.workspace}, as of {sheet.made}",
        *(f"    {line}" for line in sheet.lines),
        "whoever has it can read the workspace and its backups: keep it on paper, where neither of them is",
        f"to use it: analyzer key enter {sheet.workspace} < sheet.txt   (the numbered lines alone)",
    ]


def _backup(one: Backup) -> list[str]:
    if not one.ok:
        return [f"{one.path}: NOT SOUND", *(f"  {problem}" for problem in one.problems)]
    seconds = f", in {one.seconds} s" if one.seconds else ""
    return [f"{one.path}: {one.made}, {one.records:,} comments, {one.events:,} events, {one.bytes:,} bytes{seconds}"]
