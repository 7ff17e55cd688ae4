"""Read the rules of alerts.toml, and say which of them a digest crosses.

    [[rule]]
    name = "rating falls"
    measure = "average"          # responses, comments, average, nps, or the share of a theme: theme
    below = 3.5                  # or above; a share is 0 to 1
    change = "fell"              # or rose: only if chance does not explain it; new: of a theme
    theme = "late parcels"       # id or name; without it every theme

A rule has a limit, a change, or both, and is crossed where all of them hold.
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from analyzer.errors import UsageError
from analyzer.reports.digest.types import CrossedRule, DigestFigure, DigestTheme

THEME = "theme"
MEASURES = ("responses", "comments", "average", "nps", THEME)
CHANGES = ("rose", "fell", "new")


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRule:
    """One rule, see the module."""

    name: str
    measure: str
    below: float | None = None
    above: float | None = None
    change: str = ""
    theme: str = ""

    def holds(self, value: float, change: str) -> bool:
        """Return whether a value with a change (rose, fell, new, or empty) crosses the rule."""
        is_outside = (self.below is None or value < self.below) and (self.above is None or value > self.above)
        return is_outside and (not self.change or self.change == change)


def read_rules(file: Path) -> tuple[AlertRule, ...]:
    """Read the rules of a file.

    Raises:
        UsageError: if it cannot be read, or a rule is not understood.
    """
    try:
        found = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{file}: cannot be read as TOML ({error}); see docs/data_teams.md") from error
    rules = found.get("rule", [])
    if set(found) - {"rule"} or not isinstance(rules, list):
        raise UsageError(f"{file}: write each rule under [[rule]]")
    return tuple(_rule(file, number, one) for number, one in enumerate(rules, start=1))


def crossed_rules(
    rules: Sequence[AlertRule], figures: Sequence[DigestFigure], themes: Sequence[DigestTheme]
) -> tuple[CrossedRule, ...]:
    """Return the rules that figures and themes cross, in the order of the rules.

    Raises:
        UsageError: if a rule names a theme that there is not.
    """
    return tuple(CrossedRule(rule.name, told) for rule in rules for told in _crossings(rule, figures, themes))


def _crossings(rule: AlertRule, figures: Sequence[DigestFigure], themes: Sequence[DigestTheme]) -> Iterator[str]:
    if rule.measure == THEME:
        wanted = [one for one in themes if rule.theme.casefold() in ("", one.theme.casefold(), one.label.casefold())]
        if rule.theme and not wanted:
            raise UsageError(f'rule "{rule.name}": no theme "{rule.theme}"; they are listed by: analyzer themes list')
        for one in wanted:
            if rule.holds(one.share, one.change):
                was = f", {100 * one.share_before:.1f} % before"
                yield f"{one.label}: {one.comments:,} comments, {100 * one.share:.1f} %{was}"
        return
    for figure in figures:
        if figure.name == rule.measure and figure.now is not None and rule.holds(figure.now, change_of(figure)):
            was = "" if figure.before is None else f", {figure.before:g} before"
            yield f"{figure.name} {figure.now:g}{was}"


def change_of(figure: DigestFigure) -> str:
    """Return rose or fell if chance does not explain the difference of a figure, else nothing."""
    if not figure.is_significant or figure.now is None or figure.before is None:
        return ""
    return "rose" if figure.now > figure.before else "fell"


def _rule(file: Path, number: int, given: Mapping[str, object]) -> AlertRule:
    named = f"{file}, rule {number}"
    known = AlertRule.__dataclass_fields__
    if unknown := [name for name in given if name not in known]:
        raise UsageError(f"{named}: {unknown[0]} is not understood; a rule has {', '.join(known)}")
    limits = {name: _limit(named, name, given[name]) for name in ("below", "above") if name in given}
    words = {name: str(given.get(name, "")) for name in ("measure", "change", "theme")}
    if words["measure"] not in MEASURES:
        raise UsageError(f"{named}: measure is one of {', '.join(MEASURES)}")
    if words["change"] not in ("", *CHANGES) or (words["change"] == "new" and words["measure"] != THEME):
        raise UsageError(f"{named}: change is rose or fell, of a theme also new")
    if not limits and not words["change"]:
        raise UsageError(f"{named}: give a limit (below, above) or a change")
    return AlertRule(
        name=str(given.get("name") or f"rule {number}"), measure=words["measure"], below=limits.get("below"),
        above=limits.get("above"), change=words["change"], theme=words["theme"],
    )  # fmt: skip


def _limit(named: str, name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UsageError(f"{named}: {name} is a number")
    return float(value)
