"""Weeks, months, quarters, and dates that are bare numbers."""

import pytest

from analyzer.ingest.values.date_numbers import read_number_date
from analyzer.ingest.values.period_text import granularity, read_period


@pytest.mark.parametrize(
    ("text", "period"),
    [
        *(("2024-W08", "2024-W08"), ("KW 8 2024", "2024-W08"), ("W8/2024", "2024-W08"), ("Week 8, 2024", "2024-W08")),
        *(("semaine 8 2024", "2024-W08"), ("2024 KW08", "2024-W08"), ("week 8 2024", "2024-W08")),
        *(("2024-01", "2024-01"), ("01/2024", "2024-01"), ("Jan 2024", "2024-01"), ("Januar 2024", "2024-01")),
        *(("janvier 2024", "2024-01"), ("enero de 2024", "2024-01"), ("maart 2024", "2024-03"), ("Mar-24", "2024-03")),
        *(("Q1 2024", "2024-Q1"), ("2024-Q1", "2024-Q1"), ("T1 2024", "2024-Q1"), ("1. Quartal 2024", "2024-Q1")),
        *(("1er trimestre 2024", "2024-Q1"), ("2e kwartaal 2024", "2024-Q2"), ("1T2024", "2024-Q1")),
    ],
)
def test_periods_are_read(text: str, period: str) -> None:
    assert read_period(text) == period


@pytest.mark.parametrize("text", ["2024", "2024-W54", "2024-13", "Q5 2024", "version 2024", "2024-01-02", "soon"])
def test_what_is_no_period_is_none(text: str) -> None:
    assert read_period(text) is None


def test_granularity_is_told_by_form() -> None:
    assert [granularity(p) for p in ("2024", "2024-01", "2024-Q1", "2024-W01")] == ["year", "month", "quarter", "week"]


@pytest.mark.parametrize(
    ("text", "form", "iso"),
    [
        ("45352", "excel-1900", "2024-03-01"),
        ("45352.5", "excel-1900", "2024-03-01T12:00:00"),
        ("45352,5", "excel-1900", "2024-03-01T12:00:00"),
        ("43890", "excel-1904", "2024-03-01"),
        ("1709251200", "epoch-seconds", "2024-03-01T00:00:00+00:00"),
        ("1709251200000", "epoch-milliseconds", "2024-03-01T00:00:00+00:00"),
        ("20240301", "ymd", "2024-03-01"),
        ("20240301101112", "ymd", "2024-03-01T10:11:12"),
        ("01032024", "dmy", "2024-03-01"),
        ("03012024", "mdy", "2024-03-01"),
        ("20241301", "ymd", None),
        ("12", "excel-1900", None),
    ],
)
def test_bare_numbers_are_dates_in_a_form(text: str, form: str, iso: str | None) -> None:
    assert read_number_date(text, form) == iso
