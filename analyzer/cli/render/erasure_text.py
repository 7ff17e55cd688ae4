"""Format erasures and retention rules as lines of text for a terminal."""

from collections.abc import Sequence

from analyzer.custody.types import Erasure, RetentionRule

LEFT_IN_LOG = (
    "erased text is still in the write-ahead log, because other processes read from it; stop the page and other "
    "commands, then run: analyzer verify"
)


def erasure_lines(found: Erasure) -> list[str]:
    """Format an erasure, or what a dry run would erase."""
    if not found.records:
        return [f"no records of {found.reference}", *_log_lines(found)]
    erased = f"{found.records:,} records, {found.texts:,} texts and {found.vectors:,} vectors that no other record uses"
    if not found.receipt:
        return [f"would be erased: {erased}", *_elsewhere(found)]
    lines = [f"receipt {found.receipt}, {found.at}, by {found.by}, event {found.event} of the log", f"erased: {erased}"]
    lines.append(
        f"and {found.answers:,} stored answers; {found.themes_relabelled:,} themes lost a name, keywords or a summary"
    )
    lines.append(f"copies found in database, log, caches and files: {found.copies_found}")
    return [*lines, *_log_lines(found), *_elsewhere(found)]


def rule_lines(rules: Sequence[RetentionRule]) -> list[str]:
    """Format the rules in force."""
    if not rules:
        return ["no rules: comments are kept until they are erased by hand"]
    return [
        f"{rule.number:>4}  {rule.months} months{f', {rule.where}' if rule.where else ''}: {rule.due:,} due"
        f"{f' ({rule.reason})' if rule.reason else ''}"
        for rule in rules
    ]


def _log_lines(found: Erasure) -> list[str]:
    return [LEFT_IN_LOG] if found.left_in_log else []


def _elsewhere(found: Erasure) -> list[str]:
    lines = [f"recall this exported file by hand: {one}" for one in found.exports]
    return [
        *lines,
        *(f"in a backup until it is deleted; a restore erases the records again: {one}" for one in found.backups),
    ]
