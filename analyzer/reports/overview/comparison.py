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
from analyzer.messages.text import _
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
    low, high = shares_difference(count, of, count_before, of_before)[1:]
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
        text = _(
            "“{theme}” is in {recent:.1%} of the comments of {when} ({count_recent:,}), "
            "against {before:.1%} in {then} ({count_before:,}).",
            theme=theme.label, recent=theme.recent or 0.0, when=when, count_recent=theme.count_recent,
            before=theme.before or 0.0, then=then, count_before=theme.count_before,
        )  # fmt: skip
        wheres = (both(span.where, theme.where) for span in spans)
        found.append(ObservedChange(text, theme.id, *wheres))
    volume = next((one for one in figures if one.name == "responses"), None)
    if volume and volume.recent is not None and volume.before and _has_grown(volume):
        text = _(
            "{recent:,.0f} responses in {when}, against {before:,.0f} in {then}.",
            recent=volume.recent, when=when, before=volume.before, then=then,
        )  # fmt: skip
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
        return _(
            "{now:.1%} of the comments of {when} criticize something ({n_now:,} of {of_now:,}), "
            "against {past:.1%} in {then} ({n_past:,} of {of_past:,}).",
            now=now, when=when, n_now=round(now * one.of_recent), of_now=one.of_recent,
            past=past, then=then, n_past=round(past * one.of_before), of_past=one.of_before,
        )  # fmt: skip
    if one.name == "nps":
        return _(
            "The NPS of “{label}” was {now:+.0f} in {when}, against {past:+.0f} in {then}.",
            label=label, now=now, when=when, past=past, then=then,
        )  # fmt: skip
    return _(
        "The average of “{label}” was {now:.2f} in {when}, against {past:.2f} in {then}.",
        label=label, now=now, when=when, past=past, then=then,
    )  # fmt: skip
