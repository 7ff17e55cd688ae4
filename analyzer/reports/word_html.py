"""Answers and theme reports as HTML that Word opens as a document: headings for its outline, bars as table cells.

Word draws no SVG in HTML, no flexible boxes and no script; what it draws are tables, colors, and pictures beside the
page. So a bar is a cell of a width, and the logo stands in the PPTX and the page alone.
"""

from collections.abc import Sequence
from html import escape

from analyzer.answers.types import Answer
from analyzer.reports.point_html import comments_of
from analyzer.reports.report_method import method_rows as answer_method_rows
from analyzer.reports.svg_charts import value_text
from analyzer.reports.theme_report import (
    CODEBOOK_HEADS,
    DRIVER_HEADS,
    WITHHELD,
    codebook_rows,
    driver_rows,
    is_withheld,
    method_rows,
)
from analyzer.themes.trends.types import ThemeReport
from analyzer.themes.types import Theme
from analyzer.types import Method

BAR_POINTS = 220
"""Width of the longest bar, in points."""
MOST_BARS = 40


def theme_document(report: ThemeReport) -> str:
    """Return the theme report as a document."""
    title = f"Themes of {report.method.workspace}"
    where = report.listed.accounted
    shown = sorted(
        (one for one in report.themes if not one.id.startswith("G") and not is_withheld(one)),
        key=lambda one: (-one.size, one.id),
    )
    parts = [
        f"<h1>{escape(title)}</h1>",
        f"<p>{where.comments:,} comments, {escape(report.method.dates)}: {where.in_themes:,} in a theme, "
        f"{where.other:,} in no theme, {where.without_content:,} without content.</p>",
        _bars([(one.label, one.share, f"{100 * one.share:.1f} %") for one in shown[:MOST_BARS]], report.method),
    ]
    for theme in shown:
        parts += _theme(report, theme)
    if any(is_withheld(one) for one in report.themes):
        parts.append(f"<p>Themes with {WITHHELD} comments are left out.</p>")
    if report.drivers:
        head = f"<h1>What goes with {escape(report.drivers.outcome)}</h1>"
        parts += [head, _rows(DRIVER_HEADS, driver_rows(report))]
    if report.codebook:
        parts += ["<h1>Codebook</h1>", _rows(CODEBOOK_HEADS, codebook_rows(report))]
    parts += ["<h1>How this was made</h1>", _rows(("What", "How"), method_rows(report))]
    return _document(title, parts, report.method)


def answer_document(question: str, answer: Answer, method: Method) -> str:
    """Return the answer as a document."""
    parts = [f"<h1>{escape(question)}</h1>"]
    if answer.points:
        bars = [(f"{one.title} ({one.stance.value})", one.share, f"{100 * one.share:.1f} %") for one in answer.points]
        parts.append(_bars(bars, method))
    else:
        parts += [f"<p>{escape(line)}</p>" for line in answer.text.split("\n") if line.strip()]
    for point in answer.points:
        of = comments_of(answer, point)
        parts += [
            f"<h2>{escape(point.title)}</h2>",
            f"<p class=Small>{escape(point.stance.value)}: {point.comments:,} of {of:,} comments, "
            f"95 % interval {100 * point.low:.1f} to {100 * point.high:.1f} %</p>",
            f"<p><b>{escape(point.sentence)}</b></p>" if point.sentence else "",
            *(_quote(one.quote, one.id) for one in point.citations),
        ]
    if answer.table and not answer.points:
        rows = [(row.label, row.value, value_text(answer.table, row.value)) for row in answer.table.rows[:MOST_BARS]]
        parts += [f"<h2>{escape(answer.table.title)}</h2>", _bars(rows, method)]
    for claim in () if answer.points else answer.claims:
        parts += [_quote(one.quote, one.id) for one in claim.citations]
    parts += ["<h1>How this was made</h1>", _rows(("What", "How"), answer_method_rows(question, answer, method))]
    return _document(question[:80], parts, method)


def _document(title: str, parts: Sequence[str], method: Method) -> str:
    color = method.brand.color
    style = (
        "@page Section1{size:21cm 29.7cm;margin:2cm}div.Section1{page:Section1}"
        "body{font-family:Calibri,Arial,sans-serif;font-size:11pt;color:#222222}"
        f"h1{{font-size:18pt;color:{color};mso-outline-level:1}}h2{{font-size:14pt;color:{color};mso-outline-level:2}}"
        "p.Quote{margin-left:1cm;font-style:italic}p.Small{font-size:9pt;color:#555555}"
        "table{border-collapse:collapse}td,th{border:1px solid #cccccc;padding:2pt 4pt;font-size:9pt;"
        "vertical-align:top;text-align:left}td.Bar{border:none;padding:1pt 0}"
    )
    heads = [f"<p class=Small>{escape(one)}</p>" for one in (method.brand.name, method.mark) if one]
    return "\n".join([
        '<html xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:w="urn:schemas-microsoft-com:office:word" '
        'xmlns="http://www.w3.org/TR/REC-html40"><head><meta charset="utf-8"><meta name=ProgId content=Word.Document>'
        f"<title>{escape(title)}</title><style>{style}</style></head><body><div class=Section1>",
        *heads, *parts, "</div></body></html>",
    ])  # fmt: skip


def _theme(report: ThemeReport, theme: Theme) -> list[str]:
    counts = theme.sentiment
    parts = [
        f"<h2>{escape(theme.label)}</h2>",
        f"<p class=Small>{escape(theme.id)}: {theme.size:,} comments ({100 * theme.share:.1f} %); opinions: "
        f"{counts.negative:,} negative, {counts.neutral:,} neutral, {counts.positive:,} positive</p>",
    ]
    parts += [f"<p>{escape(theme.description)}</p>"] if theme.description else []
    if theme.summary:
        cited = ", ".join(one.id for one in theme.summary.citations)
        parts.append(f"<p><b>{escape(theme.summary.text)}</b> [{escape(cited)}]</p>")
    changes = [one.changes for one in report.trends.series if one.theme == theme.id] if report.trends else []
    said = ", ".join(f"{period} {how}" for found in changes for period, how in found)
    parts += [f"<p class=Small>Significant changes: {escape(said)}</p>"] if said else []
    opinions = report.opinions.get(theme.id, ())
    return [*parts, *(_quote(one.text[one.start : one.end], f"{one.id} · {one.sentiment}") for one in opinions)]


def _quote(text: str, source: str) -> str:
    return f"<p class=Quote>“{escape(text)}”</p><p class=Small>{escape(source)}</p>"


def _bars(rows: Sequence[tuple[str, float, str]], method: Method) -> str:
    """Return a table with a bar a row: (label, value, value in words)."""
    top = max((value for _, value, _ in rows), default=0) or 1
    lines = []
    for label, value, said in rows:
        width = max(1, round(BAR_POINTS * value / top))
        bar = (
            f'<table cellspacing=0><tr><td class=Bar width={width} bgcolor="{method.brand.color}" '
            f'style="width:{width}pt">&nbsp;</td><td class=Bar>&nbsp;{escape(said)}</td></tr></table>'
        )
        lines.append(f"<tr><td class=Bar>{escape(label)}&nbsp;</td><td class=Bar>{bar}</td></tr>")
    return f"<table cellspacing=0>{''.join(lines)}</table>"


def _rows(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    head = "".join(f"<th>{escape(one)}</th>" for one in heads)
    body = "".join("<tr>" + "".join(f"<td>{escape(_cell(cell))}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><tr>{head}</tr>{body}</table>"


def _cell(value: object) -> str:
    return f"{value:,.2f}" if isinstance(value, float) else "" if value is None else str(value)
