"""A theme over time in words: its peak, its trough, its change, and the periods that were too few to test."""

from collections.abc import Sequence

from analyzer.index.dates_in_words import period_in_words, span_in_words
from analyzer.messages.text import _
from analyzer.themes.trends.shares import LEAST_COMMENTS
from analyzer.themes.trends.types import Trends, TrendSeries


def trend_sentences(trends: Trends, series: TrendSeries) -> tuple[str, ...]:
    """Return sentences on one theme: peak and trough, the change from the first to the last period, what changed.

    Peaks and ends are taken from periods of at least LEAST_COMMENTS comments; no sentence if there are fewer than two.
    """
    large = [
        number
        for number, (total, share) in enumerate(zip(trends.totals, series.shares, strict=True))
        if total >= LEAST_COMMENTS and share is not None
    ]
    if len(large) < 2:
        return (_("No two periods have {least} comments, so nothing is said about change.", least=LEAST_COMMENTS),)
    peak = max(large, key=lambda one: (series.shares[one] or 0.0, -one))
    trough = min(large, key=lambda one: (series.shares[one] or 0.0, one))
    first, last = large[0], large[-1]
    named = _(
        "Highest in {peak}, lowest in {trough}.", peak=_at(trends, series, peak), trough=_at(trends, series, trough)
    )
    points = 100 * (_rounded(series, last) - _rounded(series, first))
    moved = _("{points:+.1f} points", points=points) if round(points, 1) else _("unchanged")
    start, end = (period_in_words(trends.periods[one]) for one in (first, last))
    ends = _("From {start} to {end}: {moved}.", start=start, end=end, moved=moved)
    flagged = ", ".join(f"{period_in_words(period)} ({_(direction)})" for period, direction in series.changes)
    tested = _("Statistically significant: {flagged}.", flagged=flagged) if flagged else ""
    return tuple(one for one in (named, ends, tested) if one)


def untested_sentence(trends: Trends) -> str:
    """Return which periods were not tested for change: "Not tested: Jan to Jun 2021, ..."; empty if all were."""
    if not trends.untested:
        return ""
    if len(trends.untested) == len(trends.periods):
        return _("No period could be tested for change: each needs 30 comments, and as many before it.")
    spans = ", ".join(span_in_words(first, last) for first, last in _runs(trends.periods, trends.untested))
    return _("Not tested for change, because there are too few comments in them or before: {spans}.", spans=spans)


def _at(trends: Trends, series: TrendSeries, number: int) -> str:
    """Return a period with the share and its count, from one rounded value: "Mar 2022 (5.2%, 65 of 1,256)"."""
    count, total = series.counts[number], trends.totals[number]
    return _(
        "{period} ({share:.1%}, {count:,} of {total:,})",
        period=period_in_words(trends.periods[number]), share=_rounded(series, number), count=count, total=total,
    )  # fmt: skip


def _rounded(series: TrendSeries, number: int) -> float:
    return round(series.shares[number] or 0.0, 3)


def _runs(periods: Sequence[str], chosen: Sequence[str]) -> list[tuple[str, str]]:
    """Return the first and last period of each run of neighbors among the chosen ones."""
    place = {period: number for number, period in enumerate(periods)}
    runs: list[tuple[str, str]] = []
    for period in chosen:
        if runs and place[period] == place[runs[-1][1]] + 1:
            runs[-1] = runs[-1][0], period
        else:
            runs.append((period, period))
    return runs
