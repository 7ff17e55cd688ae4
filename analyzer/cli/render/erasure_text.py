"""Erasures and rules of retention, as lines of text for a terminal."""

from collections.abc import Sequence

from analyzer.custody.types import Erasure, RetentionRule

LEFT_IN_LOG = (
    "not all is gone yet: others read from the write-ahead log, which keeps it until they are done; stop the page and "
    "other commands, then run: analyzer verify"
)


def erasure_lines(found: Erasure) -> list[str]:
    """Show what was erased, or what would be."""
    if not found.records:
        return [f"nothing is held of {found.reference}", *_log_lines(found)]
    gone = f"{found.records:,} records, {found.texts:,} texts and {found.vectors:,} vectors that nobody else shares"
    if not found.receipt:
        return [f"would go: {gone}", *_elsewhere(found)]
    lines = [f"receipt {found.receipt}, {found.at}, by {found.by}, event {found.event} of the log", f"gone: {gone}"]
    lines.append(
        f"and {found.answers:,} kept answers; {found.themes_relabelled:,} themes lost a name, words or a sentence"
    )
    lines.append(f"copies found in database, log, caches and files: {found.copies_found}")
    return [*lines, *_log_lines(found), *_elsewhere(found)]


def rule_lines(rules: Sequence[RetentionRule]) -> list[str]:
    """Show the rules in force."""
    if not rules:
        return ["no rules: comments are kept until somebody erases them"]
    return [
        f"{rule.number:>4}  {rule.months} months{f', {rule.where}' if rule.where else ''}: {rule.due:,} due"
        f"{f' ({rule.reason})' if rule.reason else ''}"
        for rule in rules
    ]


def _log_lines(found: Erasure) -> list[str]:
    return [LEFT_IN_LOG] if found.left_in_log else []


def _elsewhere(found: Erasure) -> list[str]:
    lines = [f"recall by hand: {one}" for one in found.exports]
    return [
        *lines,
        *(f"held in a backup until it is deleted; a restore erases it again: {one}" for one in found.backups),
    ]
