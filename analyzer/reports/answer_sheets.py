"""Render an answer as sheets of a workbook: sentences, points, figures, table, verbatims, and method."""

from analyzer.answers.draft import number_citations
from analyzer.answers.types import Answer
from analyzer.answers.wording import format_number
from analyzer.reports.point_html import comments_of
from analyzer.reports.report_method import method_rows
from analyzer.reports.xlsx_sheets import Sheet
from analyzer.types import Method

POINT_HEADINGS = (
    "rank", "title", "stance", "comments", "people", "share", "low", "high", "elsewhere", "of", "sentence", "quote 1",
    "quote 2", "quote 3",
)  # fmt: skip
"""Columns of the sheet Points; shares are numbers from 0 to 1, "of" is the number of comments that they are of."""


def answer_sheets(question: str, answer: Answer, method: Method) -> list[Sheet]:
    """Return the sheets Answer, Points and Table (if the answer has any), Figures, Verbatims and Method."""
    sheets: list[Sheet] = [
        ("Answer", ("text", "comments cited"), _sentences(answer)),
        *([("Points", POINT_HEADINGS, _points(answer))] if answer.points else []),
        ("Figures", ("name", "value", "as shown", "of", "low", "high", "query", "filter", "how"), [
            (n.name, n.value, format_number(n), n.of, n.low, n.high, n.query, n.where, n.method)
            for n in answer.numbers]),
    ]  # fmt: skip
    if answer.table:
        rows = [(r.label, r.value, r.of, r.low, r.high, r.where) for r in answer.table.rows]
        sheets.append(("Table", (answer.table.by or "all", answer.table.unit, "of", "low", "high", "filter"), rows))
    names = sorted({name for hit in answer.evidence for name in hit.fields})
    headings = ("number", "id", "quote", "start", "end", "sentence", "point", "comment", *names)
    sheets.append(("Verbatims", headings, _verbatims(answer, names)))
    sheets.append(("Method", ("what", "how"), method_rows(question, answer, method)))
    return sheets


def _sentences(answer: Answer) -> list[tuple[object, ...]]:
    numbers = number_citations(answer.claims)
    cited = {claim.text: ", ".join(str(numbers[c.id]) for c in claim.citations) for claim in answer.claims}
    lines = [line for line in answer.text.split("\n") if not any(line.startswith(text) for text in cited)]
    return [*((line, "") for line in lines), *((text, marks) for text, marks in cited.items())]


def _points(answer: Answer) -> list[tuple[object, ...]]:
    return [
        (rank, point.title, point.stance.value, point.comments, point.people, point.share, point.low, point.high,
         point.elsewhere, comments_of(answer, point), point.sentence, *(one.quote for one in point.citations))
        for rank, point in enumerate(answer.points, start=1)
    ]  # fmt: skip


def _verbatims(answer: Answer, names: list[str]) -> list[tuple[object, ...]]:
    numbers, hits = number_citations(answer.claims), {hit.id: hit for hit in answer.evidence}
    rows: list[tuple[object, ...]] = []
    points = {point.number: f"{rank}. {point.title}" for rank, point in enumerate(answer.points, start=1)}
    for claim in answer.claims:
        for sentence, citations in ((claim.text, claim.citations), (f"opposite of: {claim.text}", claim.opposed)):
            for one in citations:
                hit = hits.get(one.id)
                fields = [hit.fields.get(name) if hit else None for name in names]
                point = points.get(claim.number, "")
                location = (numbers.get(one.id, ""), one.id, one.quote, one.start, one.end, sentence, point)
                rows.append((*location, hit.text if hit else "", *fields))
    return rows
