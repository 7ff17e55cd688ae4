"""A theme report as slides: an overview, one slide a theme with charts and quotes, the tables, and the method."""

from analyzer.reports.slides import FULL, LEFT, LOWER_RIGHT, RIGHT, Box, Deck, Line, shortened
from analyzer.reports.theme_report import (
    CODEBOOK_HEADS,
    DRIVER_HEADS,
    WITHHELD,
    codebook_rows,
    driver_rows,
    is_withheld,
    method_rows,
)
from analyzer.themes.trends.types import ThemeReport, TrendSeries
from analyzer.themes.types import Theme

MOST_BARS = 15
MOST_SLIDES = 40
"""Themes with a slide of their own; the others are in a table."""
LONGEST_QUOTE = 260
RED, SILVER, BLUE = "#b2182b", "#bbbbbb", "#2166ac"
DRIVERS = ("theme", "comments", "mean with", "mean without", "difference", "low", "high", "significant")


def theme_slides(report: ThemeReport) -> bytes:
    """Return the theme report as a PPTX file."""
    method = report.method
    title = f"Themes of {method.workspace}"
    deck = Deck(title, method.brand, method.mark)
    where = report.listed.accounted
    deck.add_title(title, [
        Line(f"{where.comments:,} comments, {method.dates}", 20),
        Line(f"{where.in_themes:,} in a theme, {where.other:,} in no theme, {where.without_content:,} without content"),
        Line(f"Filter: {report.where or 'none'}", is_gray=True),
    ])  # fmt: skip
    shown = [one for one in report.themes if not one.id.startswith("G") and not is_withheld(one)]
    shown.sort(key=lambda one: (-one.size, one.id))
    _overview(deck, shown)
    series = {one.theme: one for one in report.trends.series} if report.trends else {}
    for theme in shown[:MOST_SLIDES]:
        _theme(deck, report, theme, series.get(theme.id))
    _tables(deck, report, shown)
    deck.add_table("How this was made", ("What", "How"), method_rows(report))
    return deck.content()


def _overview(deck: Deck, shown: list[Theme]) -> None:
    slide = deck.add_slide("What people write about")
    most = shown[:MOST_BARS]
    if not most:
        deck.write(slide, FULL, [Line(f"Every theme has {WITHHELD} comments.")])
        return
    about = f"share of comments, the {len(most)} largest of {len(shown)} themes"
    deck.add_bars(slide, FULL, [one.label for one in most], [one.share for one in most], about)
    note = f"{about[0].upper()}{about[1:]}; a comment may be in several"
    deck.write(slide, Box(FULL.x, 6.75, FULL.width, 0.4), [Line(note, 12, is_gray=True)])


def _theme(deck: Deck, report: ThemeReport, theme: Theme, series: TrendSeries | None) -> None:
    slide = deck.add_slide(theme.label)
    group = report.label(theme.parent)
    size = f"{theme.size:,} comments, {100 * theme.share:.1f} % of all that match{f' · {group}' if group else ''}"
    lines = [Line(size, 14, is_gray=True)]
    lines += [Line(theme.description, 14)] if theme.description else []
    if theme.summary:
        cited = ", ".join(one.id for one in theme.summary.citations)
        lines += [Line(f"{theme.summary.text} [{cited}]", 16, is_bold=True)]
    for one in report.opinions.get(theme.id, ()):
        quote = shortened(one.text[one.start : one.end], LONGEST_QUOTE)
        lines += [
            Line(f"“{quote}”", 14, is_quote=True),
            Line(f"{one.id} · {one.sentiment}", 10, is_gray=True, is_source=True),
        ]
    deck.write(slide, LEFT, lines)
    counts = theme.sentiment
    parts = [
        ("negative", counts.negative, RED), ("neutral", counts.neutral, SILVER), ("positive", counts.positive, BLUE),
    ]  # fmt: skip
    said = ", ".join(f"{number} {name}" for name, number, _ in parts)
    deck.add_parts(slide, RIGHT, parts, f"opinions in {theme.label}: {said}")
    if series and report.trends and sum(share is not None for share in series.shares) > 1:
        changes = ", ".join(f"{period} {how}" for period, how in series.changes) or "no significant change"
        about = f"share of comments by {report.trends.by}: {changes}"
        deck.add_line(slide, LOWER_RIGHT, report.trends.periods, series.shares, about)
        deck.write(slide, Box(LOWER_RIGHT.x, 6.7, LOWER_RIGHT.width, 0.4), [Line(about, 11, is_gray=True)])


def _tables(deck: Deck, report: ThemeReport, shown: list[Theme]) -> None:
    if rest := shown[MOST_SLIDES:]:
        rows = [(one.id, one.label, one.size, f"{100 * one.share:.1f} %") for one in rest]
        deck.add_table("Further themes", ("id", "theme", "comments", "share"), rows)
    if report.drivers:
        chosen = [dict(zip(DRIVER_HEADS, row, strict=True)) for row in driver_rows(report)]
        cells = [[_rounded(row[head]) for head in DRIVERS] for row in chosen]
        deck.add_table(f"What goes with {report.drivers.outcome}", DRIVERS, cells)
    if report.codebook:
        rounded = [[_rounded(one) for one in row[:8]] for row in codebook_rows(report)]
        deck.add_table("Codebook", CODEBOOK_HEADS[:8], rounded)


def _rounded(value: object) -> object:
    return f"{value:,.2f}" if isinstance(value, float) else value
