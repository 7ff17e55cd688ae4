"""Render the points of an answer as HTML cards: stance, title, bar with interval, counts, quotes. All text is escaped.

The page and the HTML report draw the same cards.
"""

from collections.abc import Iterable, Mapping, Sequence
from html import escape

from analyzer.answers.highlights import word_spans, words_of
from analyzer.answers.types import Answer, Point, Stance
from analyzer.answers.wording import change_words
from analyzer.messages.number_formats import localized
from analyzer.messages.text import N_, _, ngettext

NAMES = {Stance.COMPLAINT: N_("Complaint"), Stance.PRAISE: N_("Praise"), Stance.NEUTRAL: N_("No stance")}
MARKS = {Stance.COMPLAINT: "▼", Stance.PRAISE: "▲", Stance.NEUTRAL: "■"}
"""Marks of the stances, so that color is not needed to tell them apart."""
CUT = "…"
LEAST_WIDTH = 1.0
CARD_STYLE = """
.fa-point {margin: 0 0 .3rem 0; break-inside: avoid; overflow-wrap: anywhere;}
.fa-head {display: flex; gap: .6rem; align-items: baseline; margin: 0 0 .35rem 0;}
.fa-chip {flex: none; width: 6.6rem; font-size: .8rem; font-weight: 600; white-space: nowrap;}
.fa-sentence {margin: .1rem 0 .4rem 7.2rem;}
.fa-title {font-size: 1.05rem; font-weight: 600; line-height: 1.35;}
.fa-complaint {--stance: #9c3d14; --soft: #f0ddd3;}
.fa-praise {--stance: #1f6b3f; --soft: #d5e8dc;}
.fa-neutral {--stance: #565656; --soft: #e4e4e4;}
.fa-chip {color: var(--stance);}
.fa-bar {display: flex; gap: .6rem; align-items: center; margin: 0 0 .2rem 0;}
.fa-track {position: relative; flex: 1; height: .8rem; background: #f1f1f1; border-radius: .15rem;}
.fa-fill {position: absolute; left: 0; top: 0; bottom: 0; background: var(--stance); border-radius: .15rem;}
.fa-range {position: absolute; top: .36rem; height: 0; border-top: 2px solid #222; box-shadow: 0 0 0 1px #fff;}
.fa-other {position: absolute; top: -.2rem; bottom: -.2rem; width: 3px; background: #222; box-shadow: 0 0 0 1px #fff;}
.fa-share {flex: none; width: 6.6rem; font-weight: 600;}
.fa-count {color: #444; font-size: .88rem; margin: 0 0 .4rem 7.2rem;}
.fa-quote {border-left: 3px solid var(--soft); padding: .1rem .7rem; margin: .3rem 0 .3rem 7.2rem;}
.fa-quote mark, .fa-title mark {background: #fff0b8; color: inherit; padding: 0; border-radius: .15rem;}
.fa-source {color: #666; font-size: .8rem; white-space: nowrap; font-weight: 400; text-decoration: none;}
@media (max-width: 48rem) {
  .fa-head {flex-direction: column; gap: .1rem;} .fa-share {width: auto;}
  .fa-count, .fa-sentence, .fa-quote {margin-left: 0;}
  .fa-bar {flex-direction: row;}
}
@media print {.fa-fill, .fa-track, .fa-other, mark {print-color-adjust: exact; -webkit-print-color-adjust: exact;}}
"""


def scale_of(points: Iterable[Point]) -> float:
    """Return the share at the right end of the bars: the largest upper bound or share elsewhere, above 0."""
    return max((max(one.high, one.share, one.elsewhere or 0.0) for one in points), default=0.0) or 1.0


def point_card(
    point: Point,
    scale: float,
    subject: str = "",
    answer: Answer | None = None,
    numbers: Mapping[str, int] | None = None,
) -> str:
    """Return a point as HTML.

    Args:
        point: the point.
        scale: share at the right end of the bar, see scale_of().
        subject: of the question; its words are highlighted beside those of the point.
        answer: the answer of the point; None while it is being written.
        numbers: by record id the numbers of citations, which link to #c1, #c2, …; without them ids are shown.
    """
    words = words_of(point, subject)
    title, rest = _title_and_quotes(point, words, supporting(answer, point) if answer else (), numbers)
    return (
        f'<div class="fa-point fa-{point.stance.value}"><div class="fa-head">'
        f'<span class="fa-chip">{MARKS[point.stance]} {escape(_(NAMES[point.stance]))}</span>'
        f'<span class="fa-title">{title}</span></div>{_bar(point, scale)}'
        f'<div class="fa-count">{escape(figures_line(point, comments_of(answer, point) if answer else 0))}</div>'
        f"{rest}</div>"
    )


def supporting(answer: Answer, point: Point) -> tuple[str, ...]:
    """Return the ids of the comments that the sentence of a point rests on."""
    return tuple(c.id for claim in answer.claims if claim.number == point.number for c in claim.citations)


def figures_line(point: Point, of: int = 0) -> str:
    """Return the figures of a point in words: comments, people, interval, share elsewhere."""
    n = point.comments
    parts = [
        ngettext("{n:,} of {of:,} comment", "{n:,} of {of:,} comments", of, n=n, of=of)
        if of
        else ngettext("{n:,} comment", "{n:,} comments", n, n=n)
    ]
    parts += [ngettext("{n:,} person", "{n:,} people", point.people, n=point.people)] if point.people else []
    parts += [_("95 % interval {low} to {high}", low=percent(point.low), high=percent(point.high))]
    parts += (
        [_("{share} among the other ratings (upright line)", share=percent(point.elsewhere))]
        if point.elsewhere is not None
        else []
    )
    parts += [change] if (change := change_words(point.since, point.recent, point.before)) else []
    return " · ".join(parts)


def percent(share: float) -> str:
    """Return a share, 0 to 1, in percent with one decimal, as all cards have it; with two below one percent."""
    digits = 1 if share >= 0.01 or not share else 2
    return localized(100 * share, f".{digits}f") + " %"


def comments_of(answer: Answer, point: Point) -> int:
    """Return the number of comments that the share of a point is of; 0 if the answer has no such number."""
    return next((number.of for number in answer.numbers if number.name == point.number), 0)


def marked(text: str, words: Sequence[str]) -> str:
    """Return a text as HTML, with the forms of these words highlighted."""
    pieces, position = [], 0
    for start, end in word_spans(text, words):
        pieces += [escape(text[position:start]), f"<mark>{escape(text[start:end])}</mark>"]
        position = end
    return "".join([*pieces, escape(text[position:])])


def _title_and_quotes(
    point: Point, words: Sequence[str], support: Sequence[str], numbers: Mapping[str, int] | None
) -> tuple[str, str]:
    """Return the title, and the sentence and quotes as HTML; nothing is shortened, and nothing is said twice."""
    quoted = [(f"“{marked(one.quote, words)}”", _source(one.id, numbers)) for one in point.citations]
    title = escape(point.title)
    if point.is_title_quoted and quoted:
        said = point.citations[0].quote
        title = f"“{marked(said[:1].upper() + said[1:], words)}” {quoted.pop(0)[1]}"
    sources = ""
    if point.sentence and numbers is not None:
        sources = "".join(f" {_source(one, numbers)}" for one in support)
    elif point.sentence and support:
        sources = f' <span class="fa-source">{escape(_worded_from(len(support)))}</span>'
    is_said = point.sentence.rstrip(".").casefold() == point.title.casefold()
    said = f'<div class="fa-sentence">{escape(point.sentence)}{sources}</div>' if point.sentence and not is_said else ""
    title += sources if is_said else ""
    return title, said + "".join(f'<div class="fa-quote">{quote} {source}</div>' for quote, source in quoted)


def _worded_from(n: int) -> str:
    return ngettext("worded from {n:,} comment", "worded from {n:,} comments", n, n=n)


def _bar(point: Point, scale: float) -> str:
    width = max(LEAST_WIDTH, 100 * point.share / scale)
    left, right = 100 * point.low / scale, 100 * point.high / scale
    other = (
        f'<div class="fa-other" style="left: {100 * point.elsewhere / scale:.1f}%;"></div>'
        if point.elsewhere is not None else ""
    )  # fmt: skip
    return (
        f'<div class="fa-bar"><span class="fa-share">{percent(point.share)}</span><div class="fa-track">'
        f'<div class="fa-fill" style="width: {width:.1f}%;"></div>'
        f'<div class="fa-range" style="left: {left:.1f}%; width: {right - left:.1f}%;"></div>{other}</div></div>'
    )


def _source(record_id: str, numbers: Mapping[str, int] | None) -> str:
    if numbers is None:
        return f'<span class="fa-source">{escape(record_id)}</span>'
    number = numbers.get(record_id, 0)
    return f'<a class="fa-source" href="#c{number}">[{number}]</a>' if number else ""
