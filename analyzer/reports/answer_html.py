"""Render an answer as one self-contained HTML page: no requests, no scripts, all text of comments escaped."""

from base64 import b64encode
from collections.abc import Sequence
from html import escape

from analyzer.answers.draft import number_citations
from analyzer.answers.types import Answer
from analyzer.answers.wording import format_number
from analyzer.reports.point_html import CARD_STYLE, point_card, scale_of
from analyzer.reports.report_method import method_rows
from analyzer.reports.svg_charts import picture, value_text
from analyzer.types import PLAIN, Citation, Claim, Method

POLICY = "default-src 'none'; style-src 'unsafe-inline'"
WITH_LOGO = f"{POLICY}; img-src data:"
STYLE = """body{font:16px/1.5 Georgia,serif;color:#222;max-width:46rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.5rem}h2{font-size:1.1rem;margin-top:2rem;border-bottom:1px solid #ccc}
.claim{margin:.4rem 0}.mark{color:#0b6e6e;font-size:.8em;vertical-align:super;text-decoration:none}
.figure{background:#e0f0ef;border-radius:.3rem;padding:0 .35rem}
.quote{border-left:3px solid #0b6e6e;padding:.3rem .8rem;margin:.6rem 0;white-space:pre-wrap;overflow-wrap:anywhere}
.quote mark{background:#ffe9a8}.small{color:#555;font-size:.85rem}
table{border-collapse:collapse;font:14px/1.4 sans-serif;width:100%}
td,th{border-bottom:1px solid #ddd;padding:.25rem .5rem;text-align:left;
vertical-align:top;overflow-wrap:anywhere}.chart{font:13px sans-serif;width:100%}
.fa-point{padding:.7rem 0 .3rem 0;font-family:sans-serif;font-size:.95rem}
.fa-point+.fa-point{border-top:1px solid #ddd}
nav ol{columns:2;padding-left:1.4rem;margin:.3rem 0}nav a{color:#0b6e6e}
@media print{body{margin:0;max-width:none;font-size:11pt}.quote,tr,.fa-point,svg{break-inside:avoid}
h2,h3{break-after:avoid}nav a{color:inherit;text-decoration:none}}"""


def answer_html(question: str, answer: Answer, method: Method) -> str:
    """Return the answer as an HTML page."""
    parts = [
        *page_head(question[:80], method, CARD_STYLE),
        f"<h1>{escape(question)}</h1>",
        *_sentences(answer),
        *_points(answer),
        *_table(answer, method.brand.color),
        *_comments(answer),
        *_figures(answer),
        "<h2>How this was made</h2>",
        _rows(("What", "How"), method_rows(question, answer, method)),
        "</body></html>",
    ]
    return "\n".join(parts)


def page_head(title: str, method: Method, more_style: str = "") -> list[str]:
    """Return the beginning of a page up to its first heading: policy, style, mark, and the brand's logo and name."""
    brand = method.brand
    policy, style = (WITH_LOGO if brand.logo else POLICY), (more_style + STYLE).replace(PLAIN.color, brand.color)
    encoded = b64encode(brand.logo).decode()
    logo = f'<img alt="{escape(brand.name)}" height="48" src="data:{brand.logo_type};base64,{encoded}">'
    return [
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" '
        f'content="{escape(policy)}"><title>{escape(title)}</title><style>{style}</style></head><body>',
        f'<p class="small">{escape(method.mark)}</p>' if method.mark else "",
        f"<p>{logo}</p>" if brand.logo else f'<p class="small">{escape(brand.name)}</p>' if brand.name else "",
    ]


def _sentences(answer: Answer) -> list[str]:
    claims = {claim.text for claim in answer.claims}
    numbers, figures = number_citations(answer.claims), {number.name: number for number in answer.numbers}
    lines = [line for line in answer.text.split("\n") if not any(line.startswith(text) for text in claims)]
    parts = [f'<p class="claim">{escape(line)}</p>' for line in lines]
    for claim in () if answer.points else answer.claims:
        marks = "".join(f'<a class="mark" href="#c{numbers[c.id]}">[{numbers[c.id]}]</a>' for c in claim.citations)
        figure = figures.get(claim.number)
        prefix = f'<span class="figure">{escape(format_number(figure))}</span> ' if figure else ""
        parts.append(f'<p class="claim">{prefix}{escape(claim.text)} {marks}</p>')
        parts += _opposed(claim)
    return parts


def _points(answer: Answer) -> list[str]:
    """Return the points as cards, in the order of the answer, each with what says the opposite of its sentence."""
    scale, numbers = scale_of(answer.points), number_citations(answer.claims)
    parts = ["<h2>What people say</h2>"] if answer.points else []
    for point in answer.points:
        parts.append(point_card(point, scale, answer.plan.subject, answer, numbers))
        parts += [line for claim in answer.claims if claim.number == point.number for line in _opposed(claim)]
    return parts


def _opposed(claim: Claim) -> list[str]:
    if not claim.opposed:
        return []
    head = f'<p class="small">{len(claim.opposed)} of the comments read say the opposite:</p>'
    return [head, *(f'<div class="quote">{escape(c.quote)}</div>' for c in claim.opposed)]


def _table(answer: Answer, color: str) -> list[str]:
    table = answer.table
    if table is None or answer.points:  # the cards hold what a table of points does
        return []
    rows = [
        (row.label, value_text(table, row.value), f"{row.of:,}", _span(row.low, row.high, table.method), row.where)
        for row in table.rows
    ]
    headings = (table.by or "all", table.unit, "of", "95 % interval", "filter")
    return [f"<h2>{escape(table.title)}</h2>", picture(table, color), _rows(headings, rows)]


def _comments(answer: Answer) -> list[str]:
    records = {hit.id: hit for hit in answer.evidence}
    cited = [citation for claim in answer.claims for citation in claim.citations]
    parts = ["<h2>The comments cited, word for word</h2>"] if cited else []
    for record_id, number in number_citations(answer.claims).items():
        hit = records.get(record_id)
        text = _highlighted(hit.text, [c for c in cited if c.id == record_id]) if hit else ""
        fields = " · ".join(f"{name}: {value}" for name, value in hit.fields.items()) if hit else ""
        parts.append(f'<div class="quote" id="c{number}">[{number}] {text}</div>')
        parts.append(f'<p class="small">{escape(record_id)} · {escape(fields)}</p>')
    return parts


def _figures(answer: Answer) -> list[str]:
    rows = [(format_number(n), f"{n.of:,}", _span(n.low, n.high, n.method), n.query, n.method) for n in answer.numbers]
    return ["<h2>How each number was calculated</h2>", _rows(("figure", "of", "95 % interval", "query", "how"), rows)]


def _highlighted(text: str, cited: Sequence[Citation]) -> str:
    pieces, position = [], 0
    for start, end in sorted({(citation.start, citation.end) for citation in cited}):
        first = max(start, position)
        pieces += [escape(text[position:first]), f"<mark>{escape(text[first:end])}</mark>"]
        position = max(position, end)
    return "".join([*pieces, escape(text[position:])])


def _span(low: float | None, high: float | None, method: str) -> str:
    if low is None or high is None or "PPI" not in method:
        return ""
    return f"{100 * low:.2f} to {100 * high:.2f} %"


def _rows(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f"<th>{escape(one)}</th>" for one in headings)
    body = "".join("<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><tr>{head}</tr>{body}</table>"
