"""Dates: read by the whole column, uncertain values counted, never guessed silently."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.ingest.dates import DateTally, detect_order, parse_date


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
        ("2024/01/10 1:05:33 AM GMT+1", "2024-01-10T01:05:33+01:00"),
        ("2024/04/11 2:05:33 PM GMT+2", "2024-04-11T14:05:33+02:00"),
        ("2024-03-10 10:00:00 EST", "2024-03-10T10:00:00-05:00"),
        ("2024-03-11 10:00:00 EDT", "2024-03-11T10:00:00-04:00"),
        ("01/03/2024 1:05 AM CET", "2024-03-01T01:05:00+01:00"),
        ("01.03.2024 10:00 MESZ", "2024-03-01T10:00:00+02:00"),
        ("2024-03-10 10:00:00 IST", "2024-03-10T10:00:00"),
        ("Mar 1, 2024 at 10:00 AM", "2024-03-01T10:00:00"),
        ("1/3/2024 1:05:00 p. m.", "2024-03-01T13:05:00"),
        ("1/3/2024 1:05:00 a.m.", "2024-03-01T01:05:00"),
        ("Fri Mar 01 2024 10:00:00 GMT+0100 (Central European Standard Time)", "2024-03-01T10:00:00+01:00"),
        ("Fri, 01 Mar 2024 10:00:00 +0100", "2024-03-01T10:00:00+01:00"),
        ("Fri Mar  1 10:00:00 CET 2024", "2024-03-01T10:00:00+01:00"),
        ("Freitag, 01.03.2024 um 10:15 Uhr", "2024-03-01T10:15:00"),
        ("01/03/2024 à 10h15", "2024-03-01T10:15:00"),
        ("martes, 5 de marzo de 2024", "2024-03-05"),
        ("mar. 5 mars 2024", "2024-03-05"),
        ("5 marzo 2024 alle 10:15", "2024-03-05T10:15:00"),
        ("5 mei 2024 om 10:15", "2024-05-05T10:15:00"),
        ("Reviewed in the United States on March 1, 2024", "2024-03-01"),
        ("Rezension aus Deutschland vom 1. März 2024", "2024-03-01"),
        ("Avis laissé en France le 1 mars 2024", "2024-03-01"),
        ("Revisado en España el 1 de marzo de 2024", "2024-03-01"),
        ("Recensito in Italia il 1 marzo 2024", "2024-03-01"),
        ("Beoordeeld in Nederland op 1 maart 2024", "2024-03-01"),
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
        "2024-03-01 25:00",
        "13/01/2024 13:61",
        "2024-03-10 10:00:00 XYZ",
        "we came with 3 of 12 friends in March",
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


def test_dots_are_written_day_first() -> None:
    assert detect_order(["01.03.2024", "02.03.2024"]).note("Datum") == ""


def test_oddities_are_said() -> None:
    order = detect_order(["2024-01-02", "1924-01-02", "2924-01-02", "2024-03-10 10:00 IST"])
    note = order.note("Date")
    assert "1 name a time zone that has several offsets" in note
    assert "1 lie before 1970 (the earliest is 1924-01-02)" in note
    assert "1 lie in the future (the latest is 2924-01-02)" in note


@given(st.text(max_size=60))
def test_any_text_is_a_date_or_none(text: str) -> None:
    found = parse_date(text, "dmy")
    assert found is None or found[4] == "-"


@given(st.lists(st.text(st.sampled_from("0123456789/.- "), max_size=12)))
def test_every_value_is_counted_once(values: list[str]) -> None:
    order = detect_order(values)
    filled = [v for v in values if v.strip()]
    assert order.filled == len(filled)
    assert order.readable == sum(parse_date(v, order) is not None for v in filled)


@given(st.dates())
def test_iso_dates_are_kept(day) -> None:
    assert parse_date(day.isoformat(), "mdy") == day.isoformat()


def test_what_lies_in_the_future_is_judged_in_the_order_that_the_column_has() -> None:
    tally = DateTally(today="2026-11-30")
    for value in ("03/14/2026", "04/12/2026", "12/04/2026"):
        tally.add(value)
    found = tally.result()
    assert (found.order, found.future, found.first, found.last) == ("mdy", 1, "2026-03-14", "2026-12-04")
    tally = DateTally(today="2026-11-30")
    for value in ("14/03/2026", "04/11/2026", "11/04/2026"):
        tally.add(value)
    assert (tally.result().order, tally.result().future) == ("dmy", 0)
