"""Draw the points of an answer as cards, in a chosen order and of a chosen stance; their comments open in place."""

from collections.abc import Callable, Mapping, Sequence
from html import escape

import streamlit as st

from analyzer.answers.highlights import words_of
from analyzer.answers.types import Answer, Point, Stance
from analyzer.index.filters import MAX_LIST, of_comments
from analyzer.messages.number_formats import localized
from analyzer.messages.text import N_, _
from analyzer.reports.point_html import marked, point_card, scale_of, supporting
from analyzer.types import Feedback
from analyzer.ui.parts.point_actions import draw_actions, draw_kept
from analyzer.ui.parts.record_parts import opposed_quotes
from analyzer.ui.session import PointsView, guarded, leases, page, workspace

PAGE_ROWS = 10
MOST, STRONGEST, BY_TITLE = N_("Most comments"), N_("Strongest against the rest"), "A–Z"
ORDERS: Mapping[str, Callable[[Point], tuple[float, str]]] = {
    MOST: lambda point: (-point.comments, ""),
    STRONGEST: lambda point: ((point.elsewhere or 0.0) - point.share, ""),
    BY_TITLE: lambda point: (0.0, point.title.strip("“").casefold()),
}
"""Names of the orders -> sort keys; ties stay in the order of the answer."""
STANCES = {
    N_("All"): "",
    N_("Complaints"): Stance.COMPLAINT.value,
    N_("Praise"): Stance.PRAISE.value,
    N_("No stance"): Stance.NEUTRAL.value,
}

NONE = {
    Stance.COMPLAINT.value: N_("None of the points is a complaint."),
    Stance.PRAISE.value: N_("None of the points is praise."),
    Stance.NEUTRAL.value: N_("All points take a stance: complaint or praise."),
}


def draw_points(points: Sequence[Point], subject: str = "") -> None:
    """Draw the cards of an answer that is still being written."""
    scale = scale_of(points)
    for point in points:
        with st.container(border=True):
            st.html(point_card(point, scale, subject))


def chosen_points(points: Sequence[Point], view: PointsView) -> list[Point]:
    """Return the points of the chosen stance in the chosen order; what is left beside them last."""
    shown = [point for point in points if not view.stance or point.stance.value == view.stance]
    order = ORDERS.get(view.order, ORDERS[MOST])
    return sorted(shown, key=lambda point: (point.is_rest, order(point)))


def point_ids(answer: Answer, point: Point) -> tuple[str, ...]:
    """Return the ids of the comments of a point, at most MAX_LIST.

    Those of its quotes are first, then those that its sentence rests on, then the most typical ones.
    """
    found = next((number.ids for number in answer.numbers if number.name == point.number), ())
    return tuple(dict.fromkeys([*(one.id for one in point.citations), *supporting(answer, point), *found]))[:MAX_LIST]


@st.fragment
def draw_point_list(answer: Answer, key: str) -> None:
    """Draw the points of an answer with the controls above them; what is chosen is kept for the session."""
    with leases(), guarded():
        view = page().points.setdefault(key, PointsView())
        if len(answer.points) > 1:
            _draw_controls(answer.points, view, key)
        draw_kept(key)
        scale = scale_of(answer.points)
        shown = chosen_points(answer.points, view)
        if not shown:
            st.caption(_(NONE[view.stance]))
        for point in shown:
            with st.container(border=True):
                st.html(point_card(point, scale, answer.plan.subject, answer))
                for claim in answer.claims:
                    if claim.number == point.number:
                        opposed_quotes(claim)
                _draw_buttons(answer, point, view, key)


def _draw_controls(points: Sequence[Point], view: PointsView, key: str) -> None:
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    counts = {name: sum(not stance or p.stance.value == stance for p in points) for name, stance in STANCES.items()}
    names = list(STANCES)
    chosen = left.segmented_control(
        _("Stance"),
        names,
        default=next(name for name, stance in STANCES.items() if stance == view.stance),
        format_func=lambda name: f"{_(name)} {localized(counts[name])}",
        key=f"stance-{key}",
        label_visibility="collapsed",
    )
    orders = [one for one in ORDERS if one != STRONGEST or any(point.elsewhere is not None for point in points)]
    order = right.selectbox(
        _("Order"), orders, orders.index(view.order) if view.order in orders else 0, key=f"order-{key}",
        format_func=lambda name: _("Order: {name}", name=_(name)), label_visibility="collapsed",
    )  # fmt: skip
    view.stance, view.order = STANCES[chosen or names[0]], order


def _draw_buttons(answer: Answer, point: Point, view: PointsView, key: str) -> None:
    ids, name = point_ids(answer, point), f"{key}-{point.number}"
    is_open = point.number in view.opened
    with st.container(horizontal=True, gap="small"):
        is_whole = len(ids) >= point.comments
        shown = (
            _("Show all {n:,}", n=len(ids))
            if is_whole
            else _("Show {n:,} of {comments:,}", n=len(ids), comments=point.comments)
        )
        label = _("Hide the comments") if is_open else shown
        st.button(label, key=f"all-{name}", on_click=_toggle, args=(view, point.number))
        if not point.is_rest:
            draw_actions(answer, point, ids, key)
    if is_open:
        _draw_comments(answer, point, ids, view, name)


def _toggle(view: PointsView, number: str) -> None:
    """Open the comments of a point, or close them."""
    if view.opened.pop(number, None) is None:
        view.opened[number] = 0


def _draw_comments(answer: Answer, point: Point, ids: Sequence[str], view: PointsView, name: str) -> None:
    """Draw a page of the comments of a point, those that still exist and that the account may read."""
    pages = -(-len(ids) // PAGE_ROWS)
    if pages > 1:
        narrow = st.columns([1, 4])[0]
        number = narrow.number_input(
            _("Page of {pages:,}", pages=pages), 1, pages, view.opened[point.number] + 1, key=f"page-{name}"
        )
        view.opened[point.number] = int(number) - 1
    first = view.opened[point.number] * PAGE_ROWS
    wanted = ids[first : first + PAGE_ROWS]
    found = {item.id: item for item in workspace().feedback.browse(of_comments(wanted), PAGE_ROWS)}
    words = words_of(point, answer.plan.subject)
    for record_id in wanted:
        if record_id in found:
            _draw_comment(found[record_id], words)
    if len(found) < len(wanted):
        st.caption(_("Deleted since, or not open to your account: {n} of these.", n=len(wanted) - len(found)))


def _draw_comment(item: Feedback, words: Sequence[str]) -> None:
    """Draw a comment with its words highlighted, its id, question, date and rating."""
    named = {column.name for column in workspace().feedback.columns() if column.role}
    shown = [(name, str(value)) for name, value in item.fields.items() if name in named]
    fields = [item.id, item.question, *(_("{name}: {value}", name=name, value=value) for name, value in shown)]
    source = escape(" · ".join(str(one) for one in fields if one))
    text = f'<div class="fa-comment">{marked(item.text, words)}</div>'
    st.html(f'{text}<div class="fa-fields">{source}</div>')
