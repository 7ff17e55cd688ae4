"""The rows of a theme report, shared by its HTML page, its workbook and its CSV and Parquet tables."""

from collections.abc import Sequence

from analyzer.themes.codebook.types import Codebook
from analyzer.themes.trends.types import SEGMENTS_METHOD, ThemeReport
from analyzer.themes.types import SMALLEST, Theme

SEGMENT_MARKS = {"above": " ↑", "below": " ↓"}
WITHHELD = f"fewer than {SMALLEST}"
Cells = tuple[object, ...]
THEME_HEADS = (
    "id", "group", "theme", "comments", "share %", "negative opinions", "neutral", "positive", "words", "named by",
    "description", "summary",
)  # fmt: skip
QUOTE_HEADS = ("theme id", "theme", "record", "opinion", "sentiment", "similarity", "comment")
DRIVER_HEADS = (
    "theme id", "theme", "comments", "mean with", "mean without", "difference", "low", "high",
    "difference, other themes held constant", "effect on the overall mean",
    "effect, low", "effect, high", "significant",
)  # fmt: skip
CODEBOOK_HEADS = (
    "id", "theme", "comments", "share %", "confirmed", "rejected", "precision", "recall", "description",
)  # fmt: skip


def is_withheld(theme: Theme) -> bool:
    """Return whether a theme is too small for its figures to be disclosed."""
    return theme.size < SMALLEST


def theme_rows(report: ThemeReport) -> list[Cells]:
    """Return a row for each group and theme, without the figures of small ones."""
    rows: list[Cells] = []
    for one in report.themes:
        counts = one.sentiment
        figures: Cells = (one.size, round(100 * one.share, 2), counts.negative, counts.neutral, counts.positive)
        summary = one.summary.text if one.summary and not is_withheld(one) else ""
        rows.append((
            one.id, report.label(one.parent), one.label, *((WITHHELD, "", "", "", "") if is_withheld(one) else figures),
            ", ".join(one.keywords), one.named_by.value, one.description, summary,
        ))  # fmt: skip
    return rows


def data_rows(report: ThemeReport) -> list[Cells]:
    """Return the theme rows for data files; withheld and empty cells are None."""
    return [tuple(None if cell in (WITHHELD, "") else cell for cell in row) for row in theme_rows(report)]


def quote_rows(report: ThemeReport) -> list[Cells]:
    """Return the representative opinions of each theme, verbatim."""
    return [
        (one.id, one.label, o.id, o.text[o.start : o.end], o.sentiment, round(o.likeness, 2), o.text)
        for one in report.themes if not is_withheld(one) for o in report.opinions.get(one.id, ())
    ]  # fmt: skip


def trend_rows(report: ThemeReport) -> tuple[tuple[str, ...], list[Cells]]:
    """Return headings and rows of the counts by period; small counts are withheld."""
    trends = report.trends
    if trends is None:
        return (), []
    rows: list[Cells] = [("", "all comments", *trends.totals, "")]
    for one in trends.series:
        counts = (count if count == 0 or count >= SMALLEST else f"<{SMALLEST}" for count in one.counts)
        rows.append((one.theme, one.label, *counts, ", ".join(f"{period} {how}" for period, how in one.changes)))
    return ("theme id", "theme", *trends.periods, "changes"), rows


def driver_rows(report: ThemeReport) -> list[Cells]:
    """Return the themes with the difference that each makes to a rating."""
    if report.drivers is None:
        return []
    return [
        (d.theme, d.label, d.comments, d.mean, d.rest, d.difference, d.low, d.high, d.alone, d.impact,
         d.impact_low, d.impact_high, "yes" if d.is_driver else "no")
        for d in report.drivers.drivers if d.difference is not None
    ]  # fmt: skip


def segment_rows(report: ThemeReport) -> tuple[tuple[str, ...], list[Cells]]:
    """Return headings and rows of the shares by segment, with ↑ or ↓ where one differs; small counts are withheld."""
    found = report.segments
    if found is None:
        return (), []
    heads = tuple(f"{value or 'empty'} ({total:,})" for value, total in zip(found.values, found.totals, strict=True))
    rows: list[Cells] = []
    for one in found.themes:
        cells = (
            f"{100 * share:.1f} %{SEGMENT_MARKS.get(how, '')}"
            if count >= SMALLEST
            else f"<{SMALLEST}"
            if count
            else "0"
            for count, share, how in zip(one.counts, one.shares, one.differs, strict=True)
        )
        rows.append((one.theme, one.label, *cells))
    return ("theme id", "theme", *heads), rows


def codebook_rows(report: ThemeReport) -> list[Cells]:
    """Return the themes of the codebook, most frequent first, without the figures of small ones."""
    if report.codebook is None:
        return []
    return [
        (one.theme.id, one.theme.name,
         *((one.comments, round(100 * one.share, 2)) if one.comments >= SMALLEST else (WITHHELD, "")),
         one.confirmed, one.rejected, one.precision, one.recall, one.theme.description)
        for one in sorted(report.codebook.themes, key=lambda one: (-one.comments, one.theme.id))
    ]  # fmt: skip


def method_rows(report: ThemeReport) -> list[Cells]:
    """Return how the report was made, as (name, value) rows."""
    listed, method = report.listed, report.method
    where = listed.accounted
    rows: list[Cells] = [
        ("Filter", report.where or "none"), ("Comments that match", f"{where.comments:,}"),
        ("In a theme", f"{where.in_themes:,} ({100 * listed.coverage:.1f} % of those with content)"),
        ("No theme", f"{where.other:,}"), ("Empty answers", f"{where.without_content:,}"),
        ("Only in excluded themes", f"{where.excluded:,}"), ("How many themes", listed.criterion),
        ("Built", listed.built), ("Edits by people in force", str(listed.edits)),
        ("Withheld", f"figures and quotes of themes, and counts of periods, with fewer than {SMALLEST} comments"),
        ("Unit", "opinions: clauses of comments; a comment may be in several themes"),
        ("Workspace", method.workspace), ("Comments in all", f"{method.records:,}"), ("Dates", method.dates),
        ("Made", method.asked), ("Program", method.version),
        *((f"Model {name}", fingerprint) for name, fingerprint in method.models),
    ]  # fmt: skip
    rows += [("Trends", " · ".join([report.trends.method, *report.trends.notes]))] if report.trends else []
    rows += [("Drivers", report.drivers.method)] if report.drivers else []
    rows += [(f"By {report.segments.column}", SEGMENTS_METHOD)] if report.segments else []
    rows += [("Stale", listed.stale)] if listed.stale else []
    rows += [("Marked", method.mark)] if method.mark else []
    rows += [("Codebook", _coding_summary(report.codebook))] if report.codebook else []
    return [*rows, ("Privacy", "comments were scrubbed of personal data before they were stored")]


def sheets(report: ThemeReport) -> Sequence[tuple[str, Sequence[str], Sequence[Cells]]]:
    """Return the report as sheets of a workbook: (name, headings, rows)."""
    found = [("Themes", THEME_HEADS, theme_rows(report)), ("Opinions", QUOTE_HEADS, quote_rows(report))]
    heads, rows = trend_rows(report)
    found += [("By period", heads, rows)] if rows else []
    found += [("Drivers", DRIVER_HEADS, driver_rows(report))] if report.drivers else []
    heads, rows = segment_rows(report)
    found += [("Segments", heads, rows)] if rows else []
    found += [("Codebook", CODEBOOK_HEADS, codebook_rows(report))] if report.codebook else []
    return [*found, ("Method", ("What", "How"), method_rows(report))]


def _coding_summary(found: Codebook) -> str:
    good = "no labels to measure the quality" if found.f1 is None else f"micro-F1 {found.f1:.2f} on labeled comments"
    if found.human_f1 is not None:
        good += f" (two people against each other: {found.human_f1:.2f})"
    summary = f"coded {found.applied}; {100 * found.coverage:.1f} % of comments; {found.labeled:,} labeled; {good}"
    return f"{summary}; {found.stale}" if found.stale else summary
