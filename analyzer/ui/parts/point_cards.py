"""Draw the points of an answer as cards: title, stance bar, count, quotes. Every markup character is escaped."""

from collections.abc import Sequence
from html import escape

import streamlit as st

from analyzer.answers.types import Point, Stance
from analyzer.answers.wording import counted, format_share
from analyzer.types import Citation

COLORS = {Stance.COMPLAINT: "#b4532a", Stance.PRAISE: "#2f7d4f", Stance.NEUTRAL: "#7a7a7a"}
NAMES = {Stance.COMPLAINT: "complaint", Stance.PRAISE: "praise", Stance.NEUTRAL: "no stance"}
LEAST_WIDTH = 1


def draw_points(points: Sequence[Point]) -> None:
    """Draw the points in their order; bars are relative to the longest one."""
    longest = max((point.share for point in points), default=0.0) or 1.0
    for point in points:
        st.html(card(point, longest))


def card(point: Point, longest: float) -> str:
    """Return a point as HTML, all its texts escaped.

    Args:
        point: the point.
        longest: the largest share, whose bar is as wide as the card.
    """
    people = f" · {counted(point.people, 'person', 'people')}" if point.people else ""
    elsewhere = f" · {format_share(point.elsewhere)} elsewhere" if point.elsewhere is not None else ""
    interval = f"95 % interval {format_share(point.low)} to {format_share(point.high)}"
    figures = (
        f"{NAMES[point.stance]} · {counted(point.comments, 'comment', 'comments')}{people} · "
        f"{format_share(point.share)} ({interval}){elsewhere}"
    )
    width = max(LEAST_WIDTH, round(100 * point.share / longest))
    sentence = f'<div class="fa-fields">{escape(point.sentence)}</div>' if point.sentence else ""
    quotes = "".join(_quote(citation) for citation in point.citations)
    return (
        f'<div class="fa-point"><div class="fa-claim"><b>{escape(point.title)}</b></div>'
        f'<div class="fa-bar" style="width: {width}%; background: {COLORS[point.stance]};"></div>'
        f'<div class="fa-fields">{escape(figures)}</div>{sentence}{quotes}</div>'
    )


def _quote(citation: Citation) -> str:
    source = f'<span class="fa-fields">{escape(citation.id)}</span>'
    return f'<div class="fa-comment"><mark>{escape(citation.quote)}</mark> {source}</div>'
