"""Dates: read by the whole column, uncertain values counted, never guessed silently."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.ingest.dates import detect_order, parse_date


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2024-03-12", "2024-03-12"),
        ("2024/03/12", "2024-03-12"),
        ("2024-3-2", "2024-03-02"),
        ("2024-03-12T10:11:12Z", "2024-03-12T10:11:12+00:00"),
        ("2024-03-12 10:11:12.345+0200", "2024-03-12T10:11:12+02:00"),
        ("2024-03-12 10:11:12 UTC", "2024-03-12T10:11:12+00:00"),
        ("31/12/2024", "2024-12-31"),
        ("31.12.24", "2024-12-31"),
        ("31-12-98", "1998-12-31"),
        ("12/31/2024 11:05:06 PM", "2024-12-31T23:05:06"),
        ("12/31/2024 12:05 AM", "2024-12-31T00:05:00"),
        ("12 Mar 2024", "2024-03-12"),
        ("12-Mar-24", "2024-03-12"),
        ("March 12, 2024", "2024-03-12"),
        ("Tue, 12 March 2024", "2024-03-12"),
        ("12. März 2024", "2024-03-12"),
        ("12 août 2024", "2024-08-12"),
        ("12 de agosto de 2024", "2024-08-12"),
        ("12 mei 2024", "2024-05-12"),
    ],
)
def test_dates_of_many_shapes_are_read(text: str, iso: str) -> None:
    assert parse_date(text, "dmy") == iso


@pytest.mark.parametrize(
    "text",
    [
        "",
        "45000",
        "20240312",
        "31/02/2024",
        "13/13/2024",
        "1.2.3",
        "2.10.11",
        "12 Foo 2024",
        "99:99",
        "4/5",
        "²/²/2024",
    ],
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert parse_date(text, "dmy") is None


def test_the_order_comes_from_the_dates_that_can_be_read_one_way_only() -> None:
    day_first = detect_order(["13/01/2024", "01/02/2024", "28/02/2024"])
    assert (day_first.order, day_first.dmy, day_first.ambiguous) == ("dmy", 2, 1)
    assert parse_date("01/02/2024", day_first) == "2024-02-01"
    month_first = detect_order(["01/13/2024", "01/02/2024"])
    assert parse_date("01/02/2024", month_first) == "2024-01-02"
    assert detect_order(["2024-01-02"]).order == "ymd"


def test_a_clean_column_needs_no_note() -> None:
    assert detect_order(["13/01/2024", "01/02/2024"]).note("Date") == ""
    assert detect_order(["2024-01-02"]).note("Date") == ""


def test_a_mixed_column_says_how_many_dates_cannot_be_told() -> None:
    order = detect_order(["13/01/2024"] * 5 + ["01/13/2024"] * 2 + ["03/04/2024"] * 3 + ["05/05/2024", "soon"])
    assert (order.order, order.misfits, order.ambiguous, order.unreadable) == ("dmy", 2, 3, 1)
    note = order.note("Date")
    assert "2 of 12 dates fit only month first" in note
    assert "3 can be read both ways" in note
    assert "1 are not dates" in note
    assert parse_date("01/13/2024", order) == "2024-01-13"


def test_a_column_of_ambiguous_dates_only_says_so() -> None:
    order = detect_order(["01/02/2024", "03/04/2024"])
    assert (order.order, order.ambiguous) == ("dmy", 2)
    assert "2 can be read both ways" in order.note("Date")
    american = detect_order(["01/02/2024 10:00 PM", "03/04/2024 9:00 AM"])
    assert american.order == "mdy"
    assert "read month first" in american.note("Date")


@given(st.lists(st.text(st.sampled_from("0123456789/.- "), max_size=12)))
def test_every_value_is_counted_once(values: list[str]) -> None:
    order = detect_order(values)
    filled = [v for v in values if v.strip()]
    assert order.filled == len(filled)
    assert order.readable == sum(parse_date(v, order) is not None for v in filled)


@given(st.dates())
def test_iso_dates_are_kept(day) -> None:
    assert parse_date(day.isoformat(), "mdy") == day.isoformat()
