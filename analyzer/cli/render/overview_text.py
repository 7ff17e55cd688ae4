"""Format the overview as lines of text for a terminal."""

from analyzer.cli.render.figure_text import percent
from analyzer.index.dates_in_words import date_in_words, period_in_words
from analyzer.reports.overview.figure_words import (
    comparison,
    figure_title,
    figure_value,
    no_changes,
    scale_note,
    theme_change,
)
from analyzer.reports.overview.types import Overview, TopTheme

BAR = 24
"""Length of the longest bar, in characters."""
MONTHS_SHOWN = 24
EMPTY = "there are no comments yet; import a file with: analyzer ingest FILE"


def overview_lines(found: Overview) -> list[str]:
    """Format headline figures, what changed, months, top themes, quotes and questions."""
    if not any(figure.value for figure in found.figures):
        return [EMPTY]
    lines = []
    width = max(len(figure_title(figure, found.rating_label)) for figure in found.figures)
    for figure in found.figures:
        compared = comparison(figure, found)
        note = f" ({scale_note(found)})" if figure.name == "rating" and scale_note(found) else ""
        lines.append(
            f"{figure_title(figure, found.rating_label):{width}} {figure_value(figure.name, figure.value):>8}{note}"
            + (f"   {compared}" if compared else "")
        )
    lines += _duplicate_lines(found)
    if latest := found.latest_import:
        lines.append(
            f"last import: {latest.file}, {date_in_words(latest.finished)}, {latest.stored:,} responses"
            + (f" ({latest.before:,} in the one before)" if latest.before is not None else "")
        )
    lines += ["", "What changed", *(f"  {change.text}" for change in found.changes)]
    lines += [f"  {no_changes(found)}"] if no_changes(found) else []
    lines += _month_lines(found)
    if found.themes:
        lines += ["", "Top themes"]
        for theme in found.themes:
            change = theme_change(theme.recent, theme.before)
            stance = f"{theme.positive:,} positive, {theme.negative:,} negative"
            mark = ", changed" if theme.is_significant else ""
            lines.append(
                f"  {theme.id:5} {theme.label[:36]:36} {theme.comments:6,} {percent(theme.share):>7}  "
                + (_copies(theme) + stance)
                + (f"  {change}{mark}" if change else "")
            )
    for quote in found.quotes:
        lines += ["", f"  “{quote.text}”  {quote.id}  {date_in_words(quote.date, has_time=False)}".rstrip()]
    if found.questions:
        lines += ["", "Questions to ask", *(f'  analyzer ask "{question}"' for question in found.questions)]
    return [*lines, *(["", *(f"note: {note}" for note in found.notes)] if found.notes else [])]


def _month_lines(found: Overview) -> list[str]:
    months = found.months[-MONTHS_SHOWN:]
    if not months:
        return []
    longest = max(month.responses for month in months) or 1
    lines = ["", "Responses and rating by month"]
    for month in months:
        rating = f"{month.rating:8.2f}" if month.rating is not None else f"{'–':>8}"
        bar = "█" * round(BAR * month.responses / longest)
        is_part = month.month == found.not_over
        note = f"  (up to {date_in_words(found.newest, has_time=False)})" if is_part else ""
        lines.append(f"  {period_in_words(month.month):9} {month.responses:7,} {rating}  {bar}{note}")
    return lines


def _duplicate_lines(found: Overview) -> list[str]:
    """Return how many different texts there are; nothing to accounts that see no comments."""
    if found.different is None:
        return []
    groups = found.duplicate_groups
    more = f"; {groups:,} groups of near duplicates: analyzer duplicates" if groups else ""
    stale = " (not looked for since the last import)" if found.duplicates_stale else ""
    return [f"{found.different:,} different texts among the comments{more}{stale}"]


def _copies(theme: TopTheme) -> str:
    """Return how many different texts a theme has, where some are near duplicates."""
    is_fewer = theme.different is not None and theme.different < theme.comments
    return f"{theme.different:,} different texts, " if is_fewer else ""
