"""Format erasures and retention rules as lines of text for a terminal."""

from collections.abc import Sequence

from analyzer.custody.types import Erasure, RetentionRule

LEFT_IN_LOG = (
    "erased text is still in the write-ahead log, because other processes read from it; stop the page and other "
    "commands, then run: analyzer verify"
)


def erasure_lines(found: Erasure) -> list[str]:
    """Format an erasure, or what a dry run would erase."""
    links = f"; {found.links:,} survey links now tell of nobody" if found.links else ""
    erased = f"{found.records:,} records, {found.texts:,} texts and {found.vectors:,} vectors that no other record uses"
    erased += links
    if not found.records and not found.links:
        refused = f"refused at every later import from now on; receipt {found.receipt}"
        if not found.receipt:
            refused = "without --dry-run they would be refused at every later import"
        return [
            f"no records of {found.reference}",
            *([refused] if found.of == "respondent" else []),
            *_log_lines(found),
        ]
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
    return [line for rule in rules for line in _rule(rule)]


def _rule(rule: RetentionRule) -> list[str]:
    what = f"{rule.months} months{f', {rule.where}' if rule.where else ''}: {rule.due:,} due"
    lines = [f"{rule.number:>4}  {what}{f' ({rule.reason})' if rule.reason else ''}"]
    return [*lines, f"      {rule.age_note}"] if rule.age_note else lines


def _log_lines(found: Erasure) -> list[str]:
    return [LEFT_IN_LOG] if found.left_in_log else []


def _elsewhere(found: Erasure) -> list[str]:
    lines = [f"recall this exported file by hand: {one}" for one in found.exports]
    return [
        *lines,
        *(f"in a backup until it is deleted; a restore erases the records again: {one}" for one in found.backups),
    ]
