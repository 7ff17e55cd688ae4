"""The summary of a theme report: what is named most, criticized and praised, and what changed, with its figures."""

from collections.abc import Callable, Sequence

from analyzer.index.dates_in_words import period_in_words
from analyzer.reports.theme_report import is_withheld
from analyzer.themes.trends.types import ThemeReport
from analyzer.themes.types import Sentiment, Theme

MOST_NAMED = 3
LEAST_SHARE = 0.5
"""Share of the statements of a theme from which it counts as criticized, or as praised."""


def summary_sentences(report: ThemeReport) -> tuple[str, ...]:
    """Return up to five sentences about the themes whose figures may be shown; none if there are no such themes."""
    themes = [one for one in report.themes if not one.id.startswith("G") and not is_withheld(one)]
    themes = sorted((one for one in themes if not one.is_excluded), key=lambda one: -one.size)
    if not themes:
        return ()
    named = ", ".join(f"“{one.label}” ({one.size:,} comments, {one.share:.1%})" for one in themes[:MOST_NAMED])
    found = [f"Mentioned most: {named}."]
    found += _stance("Criticized", themes, "negative", lambda one: one.negative)
    found += _stance("Praised", themes, "positive", lambda one: one.positive)
    return (*found, *_changes(report), *_driver(report))


def _stance(verb: str, themes: Sequence[Theme], stance: str, count: Callable[[Sentiment], int]) -> list[str]:
    """Return a sentence on the theme with the most statements of a stance, among those where they are the most."""
    mostly = [one for one in themes if count(one.sentiment) >= LEAST_SHARE * max(_statements(one), 1)]
    first = max(mostly, key=lambda one: count(one.sentiment), default=None)
    if first is None or not count(first.sentiment):
        return []
    n, whole = count(first.sentiment), _statements(first)
    return [f"{verb} most: “{first.label}”, {n:,} of {whole:,} statements are {stance} ({n / whole:.0%})."]


def _statements(theme: Theme) -> int:
    return theme.sentiment.negative + theme.sentiment.neutral + theme.sentiment.positive


def _changes(report: ThemeReport) -> list[str]:
    if report.trends is None:
        return []
    changed = [(one.label, *one.changes[-1]) for one in report.trends.series if one.changes]
    if not changed:
        return ["No theme changed over time by more than chance explains."]
    said = "; ".join(f"“{label}” in {period_in_words(period)} ({how})" for label, period, how in changed[:MOST_NAMED])
    more = f", and {len(changed) - MOST_NAMED:,} more" if len(changed) > MOST_NAMED else ""
    return [f"Changed over time: {said}{more}."]


def _driver(report: ThemeReport) -> list[str]:
    """Return a sentence on the theme that goes with the largest significant difference of the rating."""
    drivers = [one for one in report.drivers.drivers if one.is_driver] if report.drivers else []
    first = max(drivers, key=lambda one: abs(one.difference or 0.0), default=None)
    if report.drivers is None or first is None or first.difference is None:
        return []
    return [
        f"Comments on “{first.label}” differ most in {report.drivers.outcome}: {first.difference:+.2f} against the "
        f"others ({first.comments:,} comments). This is not proof of a cause."
    ]
