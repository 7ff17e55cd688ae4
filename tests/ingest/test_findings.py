"""What people who used the import found: readings that were wrong in silence, each as it is right."""

from pathlib import Path

import pytest
from fakes import make_workspace, write_csv

from analyzer.counting.tables import Wanted
from analyzer.counting.types import Measure
from analyzer.ingest.label_names import keep_words
from analyzer.ingest.mapping import ColumnPlan, guess_mapping
from analyzer.ingest.personal_columns import personal_columns
from analyzer.ingest.readers.open_file import open_table
from analyzer.ingest.typing import profile
from analyzer.types import ColumnRole, Entity, Kind, Scale, ScrubbedText


def plan_of(folder: Path, heading: str, cells: list[str]) -> ColumnPlan:
    rows = [{"id": n, heading: cell, "Comment": f"the queue at the till was long {n}"} for n, cell in enumerate(cells)]
    seen = profile(open_table(write_csv(folder / "a.csv", rows)))
    return guess_mapping(seen, personal=personal_columns(seen))


def column_of(folder: Path, heading: str, cells: list[str]):
    (column,) = plan_of(folder, heading, cells).columns
    return column


def test_a_wave_whose_labels_run_the_other_way_is_turned_round(tmp_path):
    held = make_workspace(tmp_path / "home")
    text = "the queue at the till was long"
    first = [{"id": n, "Satisfaction": n % 5 + 1, "Comment": f"{text} {n}"} for n in range(10)]
    labels = ("Excellent (1)", "Good (2)", "Fair (3)", "Poor (4)", "Very poor (5)")
    second = [{"id": 100 + n, "Satisfaction": labels[n % 5], "Comment": f"{text} {n}"} for n in range(5)]
    held.ingest([write_csv(tmp_path / "a.csv", first)])
    report = held.ingest([write_csv(tmp_path / "b.csv", second)])
    assert any("runs the other way than in this workspace" in note for note in report.notes)
    assert [held.feedback.show([str(100 + n)])[0].fields["rating"] for n in range(5)] == [5, 4, 3, 2, 1]
    held.close()


@pytest.mark.parametrize(
    ("heading", "scale"),
    [
        ("Wie zufrieden sind Sie? (1 = sehr zufrieden ... 5 = gar nicht)", Scale("csat", 1, 5, is_reversed=True)),
        ("Satisfaction (1 = very satisfied)", Scale("csat", 1, 5, is_reversed=True)),
        ("Satisfaction (5 = very satisfied)", Scale("csat", 1, 5)),
        ("Effort (1 = very low effort; 5 = very high effort)", Scale("ces", 1, 5, is_reversed=True)),
    ],
)
def test_the_direction_that_a_heading_names_is_that_of_the_scale(tmp_path, heading, scale):
    assert column_of(tmp_path, heading, [str(n % 5 + 1) for n in range(20)]).reading.scale == scale


@pytest.mark.parametrize(
    ("heading", "scale"),
    [
        ("Wie zufrieden sind Sie? (1 = sehr gut, 6 = ungenügend)", Scale("csat", 1, 6, is_reversed=True)),
        ("Satisfaction on a scale from 1 to 10", Scale("csat", 1, 10)),
        ("Satisfaction (0-10)", Scale("csat", 0, 10)),
        ("Satisfaction in 2024-1-12", Scale("csat", 1, 5)),
        ("Satisfaction (1-3)", Scale("csat", 1, 5)),
    ],
)
def test_the_ends_that_a_heading_states_are_those_of_the_scale(tmp_path, heading, scale):
    """The values here are 1 to 5: most people do not use the whole of a scale."""
    assert column_of(tmp_path, heading, [str(n % 5 + 1) for n in range(20)]).reading.scale == scale


def test_decimals_of_many_digits_are_numbers(tmp_path):
    cells = [f"{0.26042604551951376 * (n + 1):.17f}" for n in range(20)]
    assert column_of(tmp_path, "weight", cells).kind is Kind.NUMBER


@pytest.mark.parametrize("heading", ["Employee", "Served by", "Advisor", "Mitarbeiter", "Bearbeiter", "Conseiller"])
def test_a_column_of_those_who_served_is_left_out(tmp_path, heading):
    names = ("Emma Watson", "Priya Patel", "Chris Evans", "Liam O'Neil")
    plan = plan_of(tmp_path, heading, [names[n % 4] for n in range(24)])
    assert dict(plan.dropped) == {heading: "holds names of people (by heading and content)"}


def test_the_same_heading_over_something_else_is_kept(tmp_path):
    assert column_of(tmp_path, "Manager", [("yes", "no")[n % 2] for n in range(24)]).kind is Kind.BOOLEAN
    assert column_of(tmp_path, "Agent", [("web", "phone", "chat")[n % 3] for n in range(24)]).kind is Kind.CATEGORY


def test_a_name_within_a_note_that_recurs_is_masked():
    note = "called customer Maria Gonzalez"
    assert keep_words(note, ScrubbedText(note)).text == "called customer <PERSON_1>"
    assert keep_words("Leeds Central Station North", ScrubbedText("Leeds Central Station North")).entities == ()


@pytest.mark.parametrize(
    ("label", "is_masked"), [("1.000 - 1.999 €", False), ("under 20,000", False), ("0770 0900123", True)]
)
def test_bands_of_amounts_are_no_phone_numbers(label, is_masked):
    found = ScrubbedText("<PHONE_NUMBER_1>", (Entity("PHONE_NUMBER", 0, len(label), "<PHONE_NUMBER_1>"),))
    assert (keep_words(label, found).text != label) is is_masked


@pytest.mark.parametrize(
    ("cells", "numbers"),
    [
        (["Very difficult", "2", "3", "4", "5", "6", "Very easy"], {"Very difficult": 1.0, "Very easy": 7.0}),
        (["Strongly disagree", "2", "3", "4", "Strongly agree"], {"Strongly disagree": 1.0, "Strongly agree": 5.0}),
    ],
)
def test_words_at_the_ends_of_numbers_are_the_ends_of_the_scale(tmp_path, cells, numbers):
    column = column_of(tmp_path, "How easy was it?", [cells[n % len(cells)] for n in range(35)])
    assert column.kind is Kind.NUMBER
    assert dict(zip(column.reading.labels, column.reading.numbers, strict=True)) == numbers


@pytest.mark.parametrize(
    ("heading", "order"),
    [
        ("Submitted (MM/DD/YYYY)", "mdy"),
        ("Visit date (US format)", "mdy"),
        ("Datum (TT.MM.JJJJ)", "dmy"),
        ("Date", "dmy"),
    ],
)
def test_an_order_of_dates_that_a_heading_names_is_used(tmp_path, heading, order):
    column = column_of(tmp_path, heading, [f"{n % 11 + 1:02}/{n % 9 + 2:02}/2024" for n in range(20)])
    assert (column.kind, column.reading.dates) == (Kind.DATE, order)


def test_impossible_dates_under_the_heading_of_a_date_are_empty(tmp_path):
    cells = ["2024-02-30", "2024-13-01", "0000-00-00", *(f"2024-03-{n + 1:02}" for n in range(10))]
    plan = plan_of(tmp_path, "Date", cells)
    assert plan.columns[0].role is ColumnRole.DATE
    assert any("2 are not dates and were left empty" in note for note in plan.notes)  # 0000-00-00 means none


def test_datasets_and_parts_of_headings_can_be_filtered(tmp_path):
    held = make_workspace(tmp_path / "home")
    rows = [{"ID": n, "Q3: Staff": n % 5 + 1, "Comment": f"the queue was long {n}"} for n in range(6)]
    other = [{"ID": n, "Q3: Staff": n % 5 + 1, "Comment": f"parking at the shop is dear {n}"} for n in range(4)]
    held.ingest([write_csv(tmp_path / "first.csv", rows)])
    held.ingest([write_csv(tmp_path / "kiosk.csv", other)])
    made = held.counts.table(Wanted(Measure.RESPONSES, "dataset"))
    assert {row.label: row.value for row in made.rows} == {"(empty)": 6, "kiosk": 4}
    assert held.feedback.matching("dataset=kiosk and q3<=2") == 2
    held.close()


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["1", "2,3", "1,2,4", "3", "1,4", "2"], Kind.MULTI),
        (["1,5", "2,5", "4,0", "3,5", "5,0", "2,0"], Kind.NUMBER),
    ],
)
def test_codes_of_several_choices_are_no_decimal_numbers(tmp_path, cells, kind):
    assert column_of(tmp_path, "Which did you use?", [cells[n % 6] for n in range(36)]).kind is kind
