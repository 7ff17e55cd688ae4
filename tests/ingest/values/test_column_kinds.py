"""The kind and the reading of whole columns, and the values that their cells become."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.ingest.readers.open_file import open_table
from analyzer.ingest.typing import ColumnProfile, profile
from analyzer.ingest.values.reader import reader
from analyzer.types import FieldValue, Kind, Reading, Scale

COMMENT = "the delivery slot was moved twice"


def column_of(path: Path, label: str, cells: list[str]) -> ColumnProfile:
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([[label, "Comment"], *([cell, COMMENT] for cell in cells)])
    return profile(open_table(path)).columns[0]


def read(column: ColumnProfile, cells: list[str]) -> list[FieldValue]:
    return list(map(reader(column.kind, column.reading), cells))


@pytest.mark.parametrize(
    ("label", "cells", "kind", "values"),
    [
        # numbers
        ("NPS", ["not asked", "0", "3", "6", "9", "10", "10"], Kind.NUMBER, [None, 0, 3, 6, 9, 10, 10]),
        ("Rating", ["4", "N/A", "2"], Kind.NUMBER, [4, None, 2]),
        ("Note", ["4", "keine Angabe", "2", "k.A."], Kind.NUMBER, [4, None, 2, None]),
        ("Note sur 10", ["8", "non renseigné", "7"], Kind.NUMBER, [8, None, 7]),
        ("rating", ["4.0", "NaN", "3.5"], Kind.NUMBER, [4.0, None, 3.5]),
        ("Score", ["5", "#N/A", "3"], Kind.NUMBER, [5, None, 3]),
        ("Score", ["2/10", "10/10"], Kind.NUMBER, [2, 10]),
        ("Sterne", ["5 Sterne", "1 Stern", "3 Sterne"], Kind.NUMBER, [5, 1, 3]),
        ("Stars", ["★★★★☆", "★☆☆☆☆"], Kind.NUMBER, [4, 1]),
        ("review_rating", ["5.0 out of 5 stars", "1.0 out of 5 stars"], Kind.NUMBER, [5.0, 1.0]),
        ("Bewertung", ["4,5", "3,0"], Kind.NUMBER, [4.5, 3.0]),
        ("Montant", ["1 200,50", "12,00"], Kind.NUMBER, [1200.5, 12.0]),
        ("Umsatz", ["1.200,50 €", "1.300 €"], Kind.NUMBER, [1200.5, 1300]),
        ("Price", ["$1,200.50", "$3.00"], Kind.NUMBER, [1200.5, 3.0]),
        ("Share", ["85 %", "7 %"], Kind.NUMBER, [85, 7]),
        ("NPS", ["0 - Not at all likely", "5", "7", "10 - Extremely likely"], Kind.NUMBER, [0, 5, 7, 10]),
        ("Wait", ["3 days", "1 day"], Kind.NUMBER, [3, 1]),
        ("Rating", ["4", "5", "2", "3", "99", "99"], Kind.NUMBER, [4, 5, 2, 3, None, None]),
        ("Views", ["1200", "4471203", "12"], Kind.NUMBER, [1200, 4471203, 12]),
        ("Agree", ["0", "1", "1"], Kind.NUMBER, [0, 1, 1]),
        ("Note /20", ["12,5", "15", "non noté"], Kind.NUMBER, [12.5, 15, None]),
        ("Rating", ["Rated 4 out of 5", "Rated 1 out of 5"], Kind.NUMBER, [4, 1]),
        ("Val", ["nan", "inf", "2.0", "3.0"], Kind.NUMBER, [None, None, 2.0, 3.0]),
        # codes
        ("Order", ["PO-123-9", "PO-124-1"], Kind.CODE, ["PO-123-9", "PO-124-1"]),
        ("Version", ["2.10", "2.9"], Kind.CODE, ["2.10", "2.9"]),
        ("Store code", ["4471203", "4471999"], Kind.CODE, ["4471203", "4471999"]),
        ("Collector ID", ["441203771", "441203772"], Kind.CODE, ["441203771", "441203772"]),
        ("Filialnummer", ["00412", "00413"], Kind.CODE, ["00412", "00413"]),
        ("Codigo", ["A-12", "B-13"], Kind.CODE, ["A-12", "B-13"]),
        ("q4", ["0041", "0412", "N/A"], Kind.CODE, ["0041", "0412", None]),
        ("Views", ["447120312", "447120313"], Kind.CODE, ["447120312", "447120313"]),
        # dates
        ("Date of visit", ["n/a", "2024-03-02", "2024-03-03"], Kind.DATE, [None, "2024-03-02", "2024-03-03"]),
        ("Datum", ["keine Angabe", "02.03.2024", "13.03.2024"], Kind.DATE, [None, "2024-03-02", "2024-03-13"]),
        (
            "Timestamp",
            ["2024/01/10 1:05:33 AM GMT+1", "2024/04/11 2:05:33 PM GMT+2"],
            Kind.DATE,
            ["2024-01-10T01:05:33+01:00", "2024-04-11T14:05:33+02:00"],
        ),
        (
            "created_at",
            ["1709251200000", "1710288000000"],
            Kind.DATE,
            ["2024-03-01T00:00:00+00:00", "2024-03-13T00:00:00+00:00"],
        ),
        (
            "submitted",
            ["1709251200", "1710288000"],
            Kind.DATE,
            ["2024-03-01T00:00:00+00:00", "2024-03-13T00:00:00+00:00"],
        ),
        ("date", ["20240301", "20240302"], Kind.DATE, ["2024-03-01", "2024-03-02"]),
        ("Date", ["45352", "45353", "N/A"], Kind.DATE, ["2024-03-01", "2024-03-02", None]),
        ("Fecha", ["45352.5", "45353"], Kind.DATE, ["2024-03-01T12:00:00", "2024-03-02"]),
        ("Date", ["2024-03-01", "45353"], Kind.DATE, ["2024-03-01", "2024-03-02"]),
        ("Date", ["0000-00-00", "2024-03-01", "2024-03-02"], Kind.DATE, [None, "2024-03-01", "2024-03-02"]),
        ("Date", ["01MAR2024", "02MAR2024"], Kind.DATE, ["2024-03-01", "2024-03-02"]),
        ("Datum", ["14-03-2024 om 10:00 uur"], Kind.DATE, ["2024-03-14T10:00:00"]),
        ("Date", ["2024-03-01 10:00:00 Europe/Berlin"], Kind.DATE, ["2024-03-01T10:00:00"]),
        # periods
        ("Month", ["202401", "202402"], Kind.PERIOD, ["2024-01", "2024-02"]),
        ("Kunde seit", ["2019", "2020"], Kind.PERIOD, ["2019", "2020"]),
        ("Week", ["2024-W08", "2024-W09"], Kind.PERIOD, ["2024-W08", "2024-W09"]),
        ("Woche", ["KW 8 2024", "KW 9 2024", "k.A."], Kind.PERIOD, ["2024-W08", "2024-W09", None]),
        ("Month", ["2024-01", "2024-02"], Kind.PERIOD, ["2024-01", "2024-02"]),
        ("Mois", ["janvier 2024", "février 2024"], Kind.PERIOD, ["2024-01", "2024-02"]),
        ("Quarter", ["Q1 2024", "Q2 2024"], Kind.PERIOD, ["2024-Q1", "2024-Q2"]),
        ("Year", ["2023", "2024"], Kind.PERIOD, ["2023", "2024"]),
        # labels
        (
            "Satisfaction",
            ["1 - Very dissatisfied", "5 - Very satisfied", "N/A"],
            Kind.ORDINAL,
            ["1 - Very dissatisfied", "5 - Very satisfied", None],
        ),
        (
            "Zufrieden?",
            ["sehr zufrieden", "unzufrieden", "weiß nicht"],
            Kind.ORDINAL,
            ["sehr zufrieden", "unzufrieden", None],
        ),
        ("Email support", ["Good", "Bad"], Kind.ORDINAL, ["Good", "Bad"]),
        ("Satisfaction rating", ["good", "bad", "offered"], Kind.ORDINAL, ["good", "bad", None]),
        ("starRating", ["FIVE", "ONE"], Kind.ORDINAL, ["FIVE", "ONE"]),
        ("Q4", ["Eher ja", "Eher nein", "Nein"], Kind.ORDINAL, ["Eher ja", "Eher nein", "Nein"]),
        ("Group", ["Promoter", "Detractor", "Passive"], Kind.ORDINAL, ["Promoter", "Detractor", "Passive"]),
        ("Bought again?", ["Ja", "Nein", "ja", "Ja"], Kind.BOOLEAN, ["Ja", "Nein", "Ja", "Ja"]),
        ("Recommend?", ["Oui", "Non", "N/A"], Kind.BOOLEAN, ["Oui", "Non", None]),
        ("Shops", ["North;South;", "North;"], Kind.MULTI, ["North; South", "North"]),
        ("Tags", ["slow,app", "app", "slow,price", "price"], Kind.MULTI, ["slow; app", "app", "slow; price", "price"]),
        ("Canales", ["Web, App", "Web", "App", "App, Web"], Kind.MULTI, ["Web; App", "Web", "App", "App; Web"]),
    ],
)
def test_columns_are_read_as_their_author_meant(
    tmp_path: Path, label: str, cells: list[str], kind: Kind, values: list[FieldValue]
) -> None:
    column = column_of(tmp_path / "a.csv", label, cells)
    assert column.kind is kind
    assert read(column, cells) == values
    assert column.misfits == 0
    assert column.filled == len(cells)
    assert sum(column.missing.values()) == values.count(None)


@pytest.mark.parametrize("word", ["N/A", "not asked", "sin respuesta", "geen antwoord", "-", "#NAME?"])
def test_missing_answers_are_listed_as_written(tmp_path: Path, word: str) -> None:
    column = column_of(tmp_path / "a.csv", "NPS", ["9", word, "4", word])
    assert dict(column.missing) == {word: 2}
    assert column.answered == 2
    assert (column.low, column.high) == (4, 9)


def test_a_few_misfits_become_empty_and_are_counted(tmp_path: Path) -> None:
    column = column_of(tmp_path / "a.csv", "Score", [*map(str, range(20)), "ask me", "later on"])
    assert (column.kind, column.misfits) == (Kind.NUMBER, 2)
    assert set(column.misfit_samples) == {"ask me", "later on"}
    assert read(column, ["ask me", "7"]) == [None, 7]


def test_a_mixed_column_stays_text(tmp_path: Path) -> None:
    cells = [str(i) for i in range(6)] + [f"{COMMENT} {i}" for i in range(4)]
    assert column_of(tmp_path / "a.csv", "Other", cells).kind is Kind.TEXT


@pytest.mark.parametrize("cells", [["9/10", "3/5", "4/7"], ["A", "B", "C"] * 9, ["Leeds, UK", "York, UK"] * 9])
def test_other_columns_are_categories_or_text(tmp_path: Path, cells: list[str]) -> None:
    assert column_of(tmp_path / "a.csv", "Other", cells).kind in {Kind.TEXT, Kind.CATEGORY}


@pytest.mark.parametrize(
    "cells", [["5551234567", "5551234568"], ["4111111111111111", "5500005555555559"], ["0612345678"] * 3]
)
def test_digits_that_may_be_personal_are_scrubbed_as_text(tmp_path: Path, cells: list[str]) -> None:
    assert column_of(tmp_path / "a.csv", "q7", cells).kind is Kind.TEXT


def test_durations_are_not_spreadsheet_dates(tmp_path: Path) -> None:
    assert column_of(tmp_path / "a.csv", "Response time", ["45352", "31000"]).kind is Kind.NUMBER


def test_comments_lose_their_markup_only_if_the_column_has_some(tmp_path: Path) -> None:
    cells = ["<div>too slow&nbsp;&amp; I&#39;m not happy<br>thanks</div>", "<div>it&#39;s fine &lt;3</div>"]
    column = column_of(tmp_path / "a.csv", "Description", cells)
    assert column.reading.is_markup
    assert read(column, cells) == ["too slow & I'm not happy\nthanks", "it's fine <3"]
    plain = column_of(tmp_path / "b.csv", "Description", ["I <3 it, a < b > c", "R&D; AT&T and <me>"])
    assert not plain.reading.is_markup
    assert read(plain, ["I <3 it, a < b > c"]) == ["I <3 it, a < b > c"]


def test_text_encoded_twice_is_repaired(tmp_path: Path) -> None:
    column = column_of(tmp_path / "a.csv", "Kommentar", ["die TÃ¼r klemmt seit Wochen", "schön hier"])
    assert column.encoded_twice == 1
    assert read(column, ["die TÃ¼r klemmt seit Wochen", "schön hier"]) == ["die Tür klemmt seit Wochen", "schön hier"]


def test_marks_empty_a_comment_but_words_do_not(tmp_path: Path) -> None:
    column = column_of(tmp_path / "a.csv", "Comment", ["N/A", "none", "nothing", "too slow for me", "-", "#NAME?"])
    assert column.kind is Kind.TEXT
    assert read(column, ["N/A", "none", "nothing", "-", "#NAME?"]) == [None, "none", "nothing", None, None]
    assert dict(column.missing) == {"#NAME?": 1, "-": 1, "N/A": 1}


@pytest.mark.parametrize(
    ("kind", "reading", "cell", "value"),
    [
        (Kind.NUMBER, Reading(), "1 - Very dissatisfied", 1),
        (Kind.NUMBER, Reading(), "N/A", None),
        (Kind.NUMBER, Reading(scale=Scale("nps", 0, 10)), "9/10", 9),
        (Kind.NUMBER, Reading(labels=("bad", "good"), numbers=(1, 5)), "Good", 5),
        (Kind.NUMBER, Reading(missing=("88",)), "88", None),
        (Kind.ORDINAL, Reading(labels=("1 - Bad", "2 - Good"), numbers=(1, 2)), "2", "2 - Good"),
        (Kind.ORDINAL, Reading(labels=("1 - Bad", "2 - Good"), numbers=(1, 2)), "good", "2 - Good"),
        (Kind.ORDINAL, Reading(labels=("Bad", "Good"), numbers=(1, 2)), "2 - Good", "Good"),
        (Kind.BOOLEAN, Reading(labels=("No", "Yes")), "yes", "Yes"),
        (Kind.PERIOD, Reading(granularity="month"), "2024-03-05", "2024-03"),
        (Kind.PERIOD, Reading(granularity="quarter"), "05.05.2024", "2024-Q2"),
        (Kind.PERIOD, Reading(granularity="week"), "2024-01", None),
        (Kind.CODE, Reading(), "jane@example.org", None),
        (Kind.CODE, Reading(), "Jane Doe 4", None),
        (Kind.DATE, Reading(dates="mdy"), "03/04/2024", "2024-03-04"),
        (Kind.DATE, Reading(dates="excel-1904"), "43890", "2024-03-01"),
    ],
)
def test_later_files_are_read_under_a_kept_reading(kind: Kind, reading: Reading, cell: str, value: FieldValue) -> None:
    assert reader(kind, reading)(cell) == value


@given(kind=st.sampled_from(list(Kind)), cell=st.text(max_size=80))
def test_any_cell_is_read_or_empty(kind: Kind, cell: str) -> None:
    value = reader(kind, Reading())(cell)
    assert value is None or value != ""


def test_large_columns_are_decided_from_every_value(tmp_path: Path) -> None:
    column = column_of(tmp_path / "a.csv", "Amount", [f"{i},5" for i in range(5_000)] + ["N/A", "soon"])
    assert (column.kind, dict(column.missing), column.misfits) == (Kind.NUMBER, {"N/A": 1}, 1)
    assert (column.low, column.high) == (0.5, 4999.5)


@pytest.mark.parametrize("label", ["Contact", "Best number to reach you", "WhatsApp", "Callback", "Kontakt"])
@pytest.mark.parametrize("cells", [["5551234", "5559876"], ["55512345", "55598765"], ["612345678", "698765432"]])
def test_long_numbers_under_a_heading_of_contact_are_scrubbed_as_text(
    tmp_path: Path, label: str, cells: list[str]
) -> None:
    assert column_of(tmp_path / "a.csv", label, cells).kind is Kind.TEXT
