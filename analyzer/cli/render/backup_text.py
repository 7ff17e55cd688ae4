"""Format backups and keys as lines of text for a terminal."""

from collections.abc import Sequence

from analyzer.custody.types import Backup, KeySheet


def backup_lines(found: Sequence[Backup]) -> list[str]:
    """Format backups, one or more lines each."""
    if not found:
        return ["no backups; make one with: analyzer backup create"]
    return [line for one in found for line in _backup(one)]


def drill_lines(found: Backup) -> list[str]:
    """Format the outcome of a restore drill."""
    if not found.ok:
        return [f"{found.path} could NOT be restored", *(f"  {problem}" for problem in found.problems)]
    return [f"{found.path}: restored completely in {found.seconds} s; {found.records:,} comments, every row the same"]


def restore_lines(found: Backup) -> list[str]:
    """Format the outcome of a restore."""
    return [
        f"restored from {found.path}, made {found.made}: {found.records:,} comments, {found.events:,} events",
        "records erased since then are erased again; the replaced workspace is kept among the backups",
        *found.notes,
    ]


def sheet_lines(sheet: KeySheet) -> list[str]:
    """Format a key for a paper copy."""
    return [
        f"key of workspace {sheet.workspace}, as of {sheet.made}",
        *(f"    {line}" for line in sheet.lines),
        "this key opens the workspace and its backups: keep it on paper, apart from both",
        f"to use it: analyzer key enter {sheet.workspace} < sheet.txt   (the numbered lines alone)",
    ]


def _backup(one: Backup) -> list[str]:
    if not one.ok:
        return [f"{one.path}: NOT SOUND", *(f"  {problem}" for problem in one.problems)]
    seconds = f", in {one.seconds} s" if one.seconds else ""
    return [f"{one.path}: {one.made}, {one.records:,} comments, {one.events:,} events, {one.bytes:,} bytes{seconds}"]
