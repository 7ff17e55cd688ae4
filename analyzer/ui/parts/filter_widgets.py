"""Widgets that make the filter, by kind of column: values with their counts, ranges, dates, stance, theme, question."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import streamlit as st

from analyzer.index.filter_parts import filtered_column, range_of, split_parts, values_of, with_range, with_values
from analyzer.index.filter_words import STANCE, THEME
from analyzer.index.filters import label_numbers
from analyzer.messages.text import _, ngettext
from analyzer.store.casefold import folded
from analyzer.themes.types import Theme
from analyzer.types import CHOICES, DATED, RANKED, Column, ColumnRole, Kind
from analyzer.ui.markup import unmarked
from analyzer.ui.session import preset, workspace
from analyzer.ui.value_names import value_name

MOST_MENUS = 4
"""Columns of choices that have a menu at once; the others are chosen by name."""
MOST_CHOICES = 200
MOST_STEPS = 200
"""Up to this many different numbers a slider is drawn; for more, the ends are typed."""
OLDEST = date(1990, 1, 1)
STANCES = ("negative", "neutral", "positive")
QUESTION = "question"


def draw_widgets(where: str, columns: Sequence[Column], themes: Sequence[Theme], version: str) -> str:
    """Draw a widget for each kind of condition; return the filter with what was changed in one of them.

    Args:
        where: the filter now.
        columns: of the workspace.
        themes: with their numbers of comments.
        version: part of the keys of the widgets; with another one they show the filter as it is now.
    """
    places = _WidgetGrid(version)
    wanted = where
    if themes:
        named = {theme.id: _("{label} ({size:,})", label=theme.label, size=theme.size) for theme in themes}
        wanted = _values(places, _("Theme"), THEME, list(named), wanted, lambda one: named.get(one, one))
        wanted = _values(places, _("Stance"), STANCE, list(STANCES), wanted, lambda one: value_name(one).capitalize())
    questions = [one for one in workspace().status().questions if one]
    if len(questions) > 1:
        wanted = _values(places, _("Question"), QUESTION, questions, wanted, str)
    for column in shown_first(columns, where):
        wanted = _of_column(places, column, wanted)
    others = [column for column in columns if column not in shown_first(columns, where)]
    if others:
        with places.next():
            more = st.selectbox(
                _("Another column"), others, None, format_func=lambda one: one.label, key=places.key("more"),
                placeholder=ngettext("{n} more column", "{n} more columns", len(others), n=len(others)),
            )  # fmt: skip
        if more:
            wanted = _of_column(places, more, wanted)
    return wanted


def shown_first(columns: Sequence[Column], where: str) -> list[Column]:
    """Return the columns that have a widget at once: date, rating, the first of choices, and those in the filter."""
    used = {column.name for part in split_parts(where) if (column := filtered_column(part, columns))}
    choices = [column for column in columns if column.kind in CHOICES and not column.role][:MOST_MENUS]
    return [column for column in columns if column.role or column in choices or column.name in used]


class _WidgetGrid:
    """Three cells in a row, one after the other, and the keys of what is in them."""

    def __init__(self, version: str) -> None:
        self._cells: list[Any] = []
        self._version = version

    def key(self, column: str) -> str:
        """Return the key of the widget of a column."""
        return f"filter-{column}-{self._version}"

    def next(self) -> Any:
        """Return the next cell."""
        self._cells = self._cells or list(st.columns(3))
        return self._cells.pop(0)


def _of_column(places: _WidgetGrid, column: Column, where: str) -> str:
    if column.kind in DATED:
        return _dates(places, column, where)
    tallied = workspace().feedback.tally(column.name, most=MOST_CHOICES)
    counts = {str(value): n for value, n in tallied if value is not None}
    if column.kind is Kind.NUMBER or (column.kind in RANKED and column.role is ColumnRole.RATING):
        return _range(places, column, where, counts)
    if column.kind is Kind.ORDINAL:
        numbers = label_numbers(column.reading)
        counts = dict(sorted(counts.items(), key=lambda one: numbers.get(one[0], 0.0)))
    return _values(
        places, column.label, column.name, list(counts), where,
        lambda value: _("{value} ({counts:,})", value=value, counts=counts[value]) if value in counts else value,
    )  # fmt: skip


def _values(
    places: _WidgetGrid, title: str, column: str, options: list[str], where: str, written: Callable[[str], str]
) -> str:
    """Draw a menu of several values; return the filter with those that are chosen."""
    known = {folded(option): option for option in options}
    now = [known.get(folded(value), value) for value in values_of(where, column)]
    key = places.key(column)
    preset(key, now)
    with places.next():
        chosen = st.multiselect(
            unmarked(title), [*options, *(one for one in now if one not in options)], key=key, format_func=written,
            placeholder=_("any"),
        )  # fmt: skip
    return where if set(chosen) == set(now) else with_values(where, column, chosen)


def _range(places: _WidgetGrid, column: Column, where: str, counts: dict[str, int]) -> str:
    """Draw a slider over the values that occur, or two boxes where there are many; return the changed filter."""
    numbers = label_numbers(column.reading) if column.kind is Kind.ORDINAL else {}
    steps = sorted(counts, key=lambda value: numbers.get(value, 0.0) if numbers else float(value))
    if len(steps) < 2:
        return where
    low, high = (_as_number(end) for end in range_of(where, column.name))
    key, title = places.key(column.name), unmarked(column.label)
    if len(steps) >= MOST_STEPS:
        preset(f"{key}-low", low)
        preset(f"{key}-high", high)
        with places.next():
            left, right = st.columns(2)
            ends = (
                left.text_input(_("{title} from", title=title), key=f"{key}-low").strip(),
                right.text_input(_("to"), key=f"{key}-high").strip(),
            )
        return where if ends == (low, high) else with_range(where, column.name, *ends)
    shown = {
        _as_number(value): _("{value} ({counts:,})", value=_as_number(value), counts=counts[value]) for value in steps
    }
    marks = list(shown)
    span = (low if low in marks else marks[0], high if high in marks else marks[-1])
    with places.next():
        first, last = st.select_slider(title, marks, span, key=key, format_func=lambda value: shown[value])
    if (first, last) == span:
        return where
    return with_range(where, column.name, "" if first == marks[0] else first, "" if last == marks[-1] else last)


def _dates(places: _WidgetGrid, column: Column, where: str) -> str:
    """Draw a field for the first and the last day; return the changed filter."""
    now = [_day(end) for end in range_of(where, column.name)]
    known: list[Any] = [day for day in now if day] if all(now) else []
    key = places.key(column.name)
    with places.next():
        span: Any = st.date_input(unmarked(column.label), known, OLDEST, key=key, format="DD/MM/YYYY")
    chosen = list(span) if isinstance(span, tuple | list) else []
    if len(chosen) == 1 or chosen == known:  # the first of two days is chosen
        return where
    return with_range(where, column.name, *(day.isoformat() for day in chosen)) if chosen else with_range(
        where, column.name, "", ""
    )  # fmt: skip


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None


def _as_number(value: str) -> str:
    """Return a number as it is written in a filter: 4.0 is 4; a label as it is."""
    try:
        return f"{float(value):.15g}"
    except ValueError:
        return value
