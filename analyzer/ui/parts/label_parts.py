"""Draw the labeling of comments for a count, and how the interval narrows."""

from collections.abc import Sequence
from contextlib import suppress

import streamlit as st
from streamlit.errors import StreamlitAPIException

from analyzer.counting.types import Count
from analyzer.messages.number_formats import localized
from analyzer.messages.text import N_, _
from analyzer.ui.parts.charts import interval_chart
from analyzer.ui.parts.record_parts import fields_line, plain
from analyzer.ui.session import guarded, leases, page, workspace

BATCH = 25
"""Labels until the progress bar is full and starts again."""
STEPS = (0, 5, 10, 15, 20, 25, 35, 50, 75, 100, 150, 200)
"""Numbers of labels at which the chart gets a further interval."""
ANSWERS = {N_("Yes"): ("yes", "1"), N_("No"): ("no", "2"), N_("Cannot tell"): ("unsure", "3")}
"""Title -> the answer, and the key that gives it."""
UNDO_KEY = "U"


@st.fragment
def label_panel(count: Count, key: str) -> None:
    """Draw the comment whose label would improve a count most, and the count with the labels so far.

    A fragment: an answer draws this panel again and nothing else of the page.
    """
    with leases(), guarded():
        _draw_panel(count, key)


def _draw_panel(count: Count, key: str) -> None:
    predicate, where = count.predicate, count.where
    current = workspace()
    now = current.count(predicate, where)
    seen = page().intervals.setdefault((predicate, where), [])
    _figures(now, seen)
    if not seen or now.labelled > seen[-1].labelled:
        seen.append(now)
    tasks = current.labels.next(predicate, where, 1)
    if tasks:
        plain(_("Does this comment mention {predicate}?", predicate=predicate), "fa-claim")
        plain(tasks[0].text)
        fields_line(tasks[0].fields)
    else:
        st.success(_("Every comment that says something is checked."), icon=":material/task_alt:")
    with st.container(horizontal=True):
        for title, (answer, shortcut) in ANSWERS.items() if tasks else ():
            if st.button(_(title), key=f"{key}-{answer}", shortcut=shortcut):
                current.labels.keep(predicate, {tasks[0].id: answer})
                _draw_again()
        if now.labelled and st.button(_("Undo"), key=f"{key}-undo", shortcut=UNDO_KEY, icon=":material/undo:"):
            current.labels.undo(predicate)
            seen.clear()
            _draw_again()
    done = now.labelled % BATCH
    st.progress(
        done / BATCH,
        _("{done} of {batch} in this batch · {labelled} checked in all", done=done, batch=BATCH, labelled=now.labelled),
    )
    if now.labelled:
        interval_chart(now, tuple(one for one in seen if one.labelled < now.labelled and one.labelled in STEPS))


def _draw_again() -> None:
    """Draw the panel again, or the page if all of it was being drawn."""
    with suppress(StreamlitAPIException):
        st.rerun(scope="fragment")
    st.rerun()


def _figures(count: Count, seen: Sequence[Count]) -> None:
    """Draw the figure, with its change since the label before."""
    before = seen[-1] if seen and seen[-1].labelled < count.labelled else None
    cells = st.columns(3)
    cells[0].metric(
        _("Comments"),
        _(
            "{estimate:,} of {denominator:,}",
            estimate=round(count.estimate * count.denominator),
            denominator=count.denominator,
        ),
    )
    points = 100 * (round(count.estimate, 4) - round(before.estimate, 4)) if before else 0.0
    moved = _("{points:+.2f} points", points=points) if round(points, 2) else None
    cells[1].metric(_("Share"), localized(count.estimate, ".2%"), moved, delta_color="off")
    interval = (
        _("{low:.2%} to {high:.2%}", low=count.low, high=count.high) if count.is_corrected else _("not known yet")
    )
    cells[2].metric(_("95 % interval"), interval)
    plain(count.method, "fa-fields")
