"""An answer as slides: the question, one slide a point with its interval and quotes, the table, the method."""

from analyzer.answers.types import Answer, Point
from analyzer.reports.point_html import comments_of
from analyzer.reports.report_method import method_rows
from analyzer.reports.slides import FULL, Box, Deck, Line, shortened
from analyzer.reports.svg_charts import PERIODS, value_text
from analyzer.types import Method

MOST_BARS = 15
LONGEST_QUOTE = 320
LONGEST_BAR_TITLE = 48


def answer_slides(question: str, answer: Answer, method: Method) -> bytes:
    """Return the answer as a PPTX file."""
    deck = Deck(question, method.brand, method.mark)
    text = [Line(line, 18) for line in shortened(answer.text, 900).split("\n") if line.strip()]
    said = f"{method.workspace}, {method.dates}; filter: {answer.plan.where or 'none'}"
    deck.add_title(question, [Line(said, 14, is_gray=True)] if answer.points else [*text, Line(said, 14, is_gray=True)])
    if answer.points:
        slide = deck.add_slide("What people say")
        titles = [f"{shortened(one.title, LONGEST_BAR_TITLE)} ({one.stance.value})" for one in answer.points]
        shares = [one.share for one in answer.points]
        deck.add_bars(slide, FULL, titles, shares, "share of the comments that the answer is about")
    for point in answer.points:
        _point(deck, answer, point)
    _table(deck, answer)
    if not answer.points:
        _claims(deck, answer)
    deck.add_table("How this was made", ("What", "How"), method_rows(question, answer, method))
    return deck.content()


def _point(deck: Deck, answer: Answer, point: Point) -> None:
    slide = deck.add_slide(point.title)
    share = f"{100 * point.share:.1f} % (95 % interval {100 * point.low:.1f} to {100 * point.high:.1f} %)"
    lines = [Line(f"{point.stance.value}: {point.comments:,} of {comments_of(answer, point):,} comments, {share}", 14,
                  is_gray=True)]  # fmt: skip
    lines += [Line(point.sentence, 18, is_bold=True)] if point.sentence else []
    for one in point.citations:
        quote = shortened(one.quote, LONGEST_QUOTE)
        lines += [Line(f"“{quote}”", 14, is_quote=True), Line(one.id, 10, is_gray=True, is_source=True)]
    deck.write(slide, FULL, lines)


def _table(deck: Deck, answer: Answer) -> None:
    table = answer.table
    if table is None or len(table.rows) < 2:
        return
    form = "0.0%" if table.unit == "share" else "#,##0.##"
    slide = deck.add_slide(table.title)
    labels, values = [row.label for row in table.rows], [row.value for row in table.rows]
    if table.by in PERIODS and table.unit == "share":
        deck.add_line(slide, FULL, labels, values, table.title)
    else:
        deck.add_bars(slide, FULL, labels[:MOST_BARS], values[:MOST_BARS], table.title, form)
    note = Box(FULL.x, 6.75, FULL.width, 0.4)
    deck.write(slide, note, [Line(f"{table.method}: {table.query}", 11, is_gray=True)])
    rows = [(row.label, value_text(table, row.value), row.of) for row in table.rows]
    deck.add_table(f"{table.title}: figures", (table.by or "all", table.unit, "of"), rows)


def _claims(deck: Deck, answer: Answer) -> None:
    """Add a slide for each sentence of an answer without points, with what it cites."""
    for claim in answer.claims:
        slide = deck.add_slide(claim.text)
        quotes = [(shortened(one.quote, LONGEST_QUOTE), one.id) for one in claim.citations[:4]]
        deck.write(slide, FULL, [
            line for quote, name in quotes
            for line in (Line(f"“{quote}”", 14, is_quote=True), Line(name, 10, is_gray=True, is_source=True))
        ])  # fmt: skip
