"""Render a theme report as one self-contained HTML page: no requests, no scripts, charts as inline SVG."""

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from analyzer.counting.types import Row, Table
from analyzer.reports.answer_html import page_head
from analyzer.reports.svg_charts import picture
from analyzer.reports.theme_report import (
    CODEBOOK_HEADS,
    DRIVER_HEADS,
    WITHHELD,
    codebook_rows,
    driver_rows,
    is_withheld,
    method_rows,
    segment_rows,
)
from analyzer.reports.theme_summary import summary_sentences
from analyzer.themes.trends.types import ThemeReport, TrendSeries
from analyzer.themes.types import Theme

MOST_CHARTED = 30
WIDTH, HEIGHT = 180, 26
RED, GRAY, BLUE = "#b2182b", "#cccccc", "#2166ac"


class Section(NamedTuple):
    """A section of a page: its title in the contents, its heading, and its lines of HTML."""

    title: str
    head: str
    lines: Sequence[str]


def theme_html(report: ThemeReport) -> str:
    """Return the theme report as an HTML page."""
    title = f"Themes of {report.method.workspace}"
    where = report.listed.accounted
    coverage = (
        f"{where.comments:,} comments: {where.in_themes:,} in a theme, {where.other:,} in no theme, "
        f"{where.without_content:,} without content"
    )
    return "\n".join([
        *page_head(title, report.method),
        f"<h1>{escape(title)}</h1>", f'<p class="small">{escape(coverage)}.</p>',
        *_summary(report), *with_contents(_sections(report)), "</body></html>",
    ])  # fmt: skip


def with_contents(sections: Sequence[Section]) -> list[str]:
    """Return the lines of sections, with a list of contents that links to each before the first."""
    numbered = [(f"s{number}", one) for number, one in enumerate(sections, start=1)]
    links = "".join(f'<li><a href="#{anchor}">{escape(one.title)}</a></li>' for anchor, one in numbered)
    return [
        f'<nav aria-label="Contents"><h2>Contents</h2><ol>{links}</ol></nav>',
        *(line for anchor, one in numbered for line in (f'<h2 id="{anchor}">{escape(one.head)}</h2>', *one.lines)),
    ]


def _sections(report: ThemeReport) -> list[Section]:
    found = [Section("The largest themes", "The largest themes", [_chart(report)]), *_themes(report)]
    found += _drivers(report) + _segments(report) + _codebook(report)
    how = [f'<p class="small">{escape(report.listed.criterion)}</p>', _rows(("What", "How"), method_rows(report))]
    return [*found, Section("How this was made", "How this was made", how)]


def _summary(report: ThemeReport) -> list[str]:
    lines = summary_sentences(report)
    return ["<h2>Summary</h2>", *(f'<p class="claim">{escape(line)}</p>' for line in lines)] if lines else []


def _chart(report: ThemeReport) -> str:
    shown = [t for t in report.themes if not t.id.startswith("G") and not is_withheld(t)][:MOST_CHARTED]
    rows = tuple(Row(theme.label, theme.share, report.listed.accounted.comments) for theme in shown)
    return picture(
        Table("share of comments", "share", "theme", rows, f"themes where {report.where or 'all'}"),
        report.method.brand.color,
    )


def _themes(report: ThemeReport) -> list[Section]:
    series = {one.theme: one for one in report.trends.series} if report.trends else {}
    groups = [theme for theme in report.themes if theme.id.startswith("G")]
    ungrouped = [theme for theme in report.themes if not theme.id.startswith("G") and not theme.parent]
    found = []
    for group in groups:
        lines = [line for t in report.themes if t.parent == group.id for line in _theme(report, t, series.get(t.id))]
        found.append(Section(group.label, f"{group.label} · {_size(group)}", lines))
    if ungrouped:
        title = "Themes without a group" if groups else "Each theme"
        lines = [line for theme in ungrouped for line in _theme(report, theme, series.get(theme.id))]
        found.append(Section(title, title, lines))
    return found


def _theme(report: ThemeReport, theme: Theme, series: TrendSeries | None) -> list[str]:
    head = f"<h3>{escape(theme.id)} · {escape(theme.label)} · {_size(theme)}</h3>"
    if is_withheld(theme):
        return [head]
    parts = [head, _sentiment_bar(theme), _spark(series) if series else ""]
    if theme.description:
        parts.append(f'<p class="small">{escape(theme.description)}</p>')
    if theme.summary:
        cited = ", ".join(citation.id for citation in theme.summary.citations)
        parts.append(f'<p class="claim">{escape(theme.summary.text)} <span class="small">[{escape(cited)}]</span></p>')
    parts.append(f'<p class="small">{escape(", ".join(theme.keywords))}</p>')
    for one in report.opinions.get(theme.id, ()):
        before, quoted, after = one.text[: one.start], one.text[one.start : one.end], one.text[one.end :]
        quote = f"{escape(before)}<mark>{escape(quoted)}</mark>{escape(after)}"
        parts.append(f'<div class="quote">{quote}</div><p class="small">{escape(one.id)} · {one.sentiment}</p>')
    return parts


def _size(theme: Theme) -> str:
    return WITHHELD if is_withheld(theme) else f"{theme.size:,} comments ({100 * theme.share:.1f} %)"


def _sentiment_bar(theme: Theme) -> str:
    counts = theme.sentiment
    total = max(counts.negative + counts.neutral + counts.positive, 1)
    x, parts = 0.0, []
    for count, color in ((counts.negative, RED), (counts.neutral, GRAY), (counts.positive, BLUE)):
        width = WIDTH * count / total
        parts.append(f'<rect x="{x:.1f}" y="4" width="{width:.1f}" height="10" fill="{color}"/>')
        x += width
    caption = f"{counts.negative:,} opinions negative, {counts.neutral:,} neutral, {counts.positive:,} positive"
    return _svg("".join(parts), 18, caption) + f' <span class="small">{caption}</span>'


def _spark(series: TrendSeries) -> str:
    shares = [share for share in series.shares if share is not None]
    if len(shares) < 2:
        return ""
    top, step = max(shares) or 1.0, WIDTH / (len(shares) - 1)
    points = " ".join(f"{i * step:.1f},{HEIGHT - 4 - (HEIGHT - 8) * s / top:.1f}" for i, s in enumerate(shares))
    caption = ", ".join(f"{period} {how}" for period, how in series.changes) or "no significant change"
    line = f'<polyline points="{points}" fill="none" stroke="#0b6e6e" stroke-width="1.5"/>'
    return f'<p class="small">{_svg(line, HEIGHT, caption)} {escape(caption)}</p>'


def _svg(body: str, height: int, caption: str) -> str:
    return (
        f'<svg viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img" '
        f'aria-label="{escape(caption)}">{body}</svg>'
    )


def _drivers(report: ThemeReport) -> list[Section]:
    if report.drivers is None:
        return []
    title = f"What goes with {report.drivers.outcome}"
    return [Section(title, title, [_rows(DRIVER_HEADS, driver_rows(report))])]


def _segments(report: ThemeReport) -> list[Section]:
    if not report.segments:
        return []
    title = f"By {report.segments.column}"
    return [Section(title, title, [_rows(*segment_rows(report))])]


def _codebook(report: ThemeReport) -> list[Section]:
    rows = _rows(CODEBOOK_HEADS, codebook_rows(report)) if report.codebook else ""
    return [Section("Codebook", "Codebook", [rows])] if rows else []


def _rows(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    head = "".join(f"<th>{escape(one)}</th>" for one in heads)
    body = "".join("<tr>" + "".join(f"<td>{escape(_cell(cell))}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><tr>{head}</tr>{body}</table>"


def _cell(value: object) -> str:
    return f"{value:,.2f}" if isinstance(value, float) else "" if value is None else str(value)
