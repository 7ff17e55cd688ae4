"""Compare a figure of two spans, and say in up to three sentences what changed.

A difference of ratings or shares is said only if chance does not explain it: its 95 % interval excludes 0 (ratings:
normal; shares: Newcombe 1998, method 10). Themes are tested together at a false discovery rate of 5 %.
"""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from analyzer.counting.scores import ScaleScore
from analyzer.index.dates_in_words import span_in_words
from analyzer.index.filter_parts import both
from analyzer.reports.overview.types import HeadlineFigure, ObservedChange, TimeSpan, TopTheme
from analyzer.themes.trends.shares import LEAST_COMMENTS, LEAST_EXPECTED, LEAST_POINTS, LEAST_RATIO
from analyzer.themes.trends.significance import discoveries, shares_difference, shares_p_value

MOST_CHANGES = 3
LEAST_GROWTH = 0.2
"""Change of the number of responses from which it is said."""
NAMES = {"responses": "responses", "comments": "comments", "rating": "average", "nps": "NPS", "negative": "share"}


def ratings_differ(one: ScaleScore | None, other: ScaleScore | None) -> bool:
    """Return whether the 95 % interval of the difference of two ratings excludes 0; False if one has no interval."""
    if one is None or other is None or one.low is None or other.low is None:
        return False
    return abs(one.value - other.value) > math.hypot(one.value - one.low, other.value - other.low)


def shares_differ(count: int, of: int, count_before: int, of_before: int) -> bool:
    """Return whether the 95 % interval of the difference of two shares excludes 0 (Newcombe 1998, method 10)."""
    if not of or not of_before:
        return False
    _, low, high = shares_difference(count, of, count_before, of_before)
    return low > 0 or high < 0


def tested_themes(themes: Sequence[TopTheme], of_recent: int, of_before: int) -> list[TopTheme]:
    """Return themes with their shares of the comments of both spans, tested together.

    Only themes with enough comments are tested (see analyzer.themes.trends.shares); a difference also has a least size.
    """
    if not of_recent or not of_before:
        return list(themes)
    p_values = np.array([_p_value(one, of_recent, of_before) for one in themes], dtype=np.float64)
    found = []
    for theme, is_found in zip(themes, discoveries(p_values), strict=True):
        recent, before = theme.count_recent / of_recent, theme.count_before / of_before
        is_large = abs(recent - before) >= max(LEAST_POINTS, LEAST_RATIO * before)
        found.append(
            replace(theme, recent=round(recent, 6), before=round(before, 6), is_significant=bool(is_found and is_large))
        )
    return found


def observed_changes(
    figures: Sequence[HeadlineFigure],
    themes: Sequence[TopTheme],
    rating_label: str,
    spans: tuple[TimeSpan, TimeSpan] | None,
) -> tuple[ObservedChange, ...]:
    """Return up to three sentences on what changed from the earlier span to the recent one.

    Args:
        figures: the headline figures.
        themes: all tested themes.
        rating_label: heading of the rating column.
        spans: the recent and the earlier span.
    """
    if spans is None:
        return ()
    recent, before = spans
    when, then = (span_in_words(span.first, span.last) for span in spans)
    found = [
        ObservedChange(_figure_text(one, rating_label, when, then), one.name, recent.where, before.where)
        for one in figures
        if one.is_significant
    ]
    changed = sorted((one for one in themes if one.is_significant), key=lambda one: -_effect(one))
    for theme in changed:
        text = (
            f"“{theme.label}” is in {theme.recent or 0:.1%} of the comments of {when} ({theme.count_recent:,}), "
            f"against {theme.before or 0:.1%} in {then} ({theme.count_before:,})."
        )
        wheres = (both(span.where, theme.where) for span in spans)
        found.append(ObservedChange(text, theme.id, *wheres))
    volume = next((one for one in figures if one.name == "responses"), None)
    if volume and volume.recent is not None and volume.before and _has_grown(volume):
        text = f"{volume.recent:,.0f} responses in {when}, against {volume.before:,.0f} in {then}."
        found.append(ObservedChange(text, volume.name, recent.where, before.where))
    return tuple(found[:MOST_CHANGES])


def _p_value(theme: TopTheme, of_recent: int, of_before: int) -> float:
    """Return the two-sided p-value of a theme's share in two spans (arcsine scale); NaN if there are too few."""
    pooled = (theme.count_recent + theme.count_before) / (of_recent + of_before)
    if min(of_recent, of_before) < LEAST_COMMENTS or pooled * min(of_recent, of_before) < LEAST_EXPECTED:
        return math.nan
    return shares_p_value(theme.count_recent, of_recent, theme.count_before, of_before)


def _effect(theme: TopTheme) -> float:
    return abs(math.asin(math.sqrt(theme.recent or 0.0)) - math.asin(math.sqrt(theme.before or 0.0)))


def _has_grown(volume: HeadlineFigure) -> bool:
    return abs((volume.recent or 0.0) / (volume.before or 1.0) - 1) >= LEAST_GROWTH


def _figure_text(one: HeadlineFigure, label: str, when: str, then: str) -> str:
    now, past = one.recent or 0.0, one.before or 0.0
    if one.name == "negative":
        return (
            f"{now:.1%} of the comments of {when} criticize something ({round(now * one.of_recent):,} of "
            f"{one.of_recent:,}), against {past:.1%} in {then} ({round(past * one.of_before):,} of {one.of_before:,})."
        )
    what = f"The NPS of “{label}”" if one.name == "nps" else f"The average of “{label}”"
    form = "+.0f" if one.name == "nps" else ".2f"
    return f"{what} was {now:{form}} in {when}, against {past:{form}} in {then}."
