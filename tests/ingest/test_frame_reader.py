"""Data frames are imported as files are: the same columns, the same kinds, the same report, and nothing on the disk."""

import duckdb
import pandas as pd
import polars as pl
import pytest
from fakes import make_workspace, write_csv

from analyzer.errors import InputFileError
from analyzer.ingest.import_choices import ImportOptions

ROWS = [
    {"id": f"R{n}", "comment": f"the parcel number {n} was late, says Ann Lee", "rating": 1 + n % 5,
     "day": f"2024-03-{1 + n:02}", "code": f"00{n}"}
    for n in range(12)
]  # fmt: skip


@pytest.fixture
def workspace(tmp_path):
    made = make_workspace(tmp_path / "workspace")
    yield made
    made.close()


def table(workspace):
    return workspace.feedback.to_arrow().to_pylist()


@pytest.mark.parametrize("library", ["pandas", "polars", "arrow", "duckdb"])
def test_a_frame_of_any_library_is_read_as_its_file_is(tmp_path, library):
    frame = pd.DataFrame(ROWS)
    given = {
        "pandas": lambda: frame, "polars": lambda: pl.DataFrame(ROWS),
        "arrow": lambda: pl.DataFrame(ROWS).to_arrow(), "duckdb": lambda: duckdb.from_df(frame),
    }  # fmt: skip
    of_file, of_frame = make_workspace(tmp_path / "one"), make_workspace(tmp_path / "two")
    file = write_csv(tmp_path / "rows.csv", ROWS)
    expected = of_file.ingest([file])
    report = of_frame.ingest(given[library]())
    assert (report.rows, report.stored, report.comments) == (expected.rows, expected.stored, expected.comments)
    assert report.entities == expected.entities == {"PERSON": 12}
    assert table(of_frame) == table(of_file)
    assert "Ann Lee" not in str(table(of_frame))
    assert of_frame.imports.preview(given[library]()).columns == of_file.imports.preview(file).columns
    of_file.close()
    of_frame.close()


def test_a_frame_is_recorded_under_its_name_and_imported_once(workspace):
    frame = pd.DataFrame(ROWS)
    first = workspace.ingest(frame, options=ImportOptions(frame_name="crm 2024"))
    again = workspace.ingest([frame], options=ImportOptions(frame_name="crm 2024"))
    assert first.files == ("crm 2024",)
    assert (first.stored, again.stored, again.duplicates) == (12, 0, 12)
    assert [one.file for one in workspace.status().imports][:1] == ["crm 2024"]
    assert first.notes[0] == "data frame"


def test_missing_values_and_mixed_columns_and_indexes_are_read_as_people_mean_them(workspace):
    frame = pd.DataFrame(
        {"comment": ["the soup was cold", None, "the soup was warm"], "rating": [1, None, 5],
         "mixed": [7, "seven", pd.NaT], "at": pd.to_datetime(["2024-01-02 10:00", None, "2024-01-03 00:00"])},
        index=pd.Index(["A1", "B2", "C3"], name="id"),
    )  # fmt: skip
    workspace.ingest(frame.iloc[:3], {"id": "id"})
    found = {one["id"]: one for one in workspace.feedback.to_arrow(of="responses").to_pylist()}
    assert set(found) == {"A1", "B2", "C3"}
    assert found["A1"]["mixed"] == "7"
    assert (found["B2"]["rating"], found["B2"]["date"]) == (None, None)


def test_a_frame_that_is_no_table_is_refused_in_one_line(workspace):
    twice = pd.DataFrame([["a", "b"]], columns=["comment", "comment"])
    with pytest.raises(InputFileError, match="one name of its own"):
        workspace.ingest(twice)
    with pytest.raises(InputFileError, match="no rows"):
        workspace.ingest(pd.DataFrame({"comment": []}))
    assert workspace.status().imports == ()


def test_files_and_frames_are_imported_together(workspace, tmp_path):
    file = write_csv(tmp_path / "rows.csv", ROWS[:6])
    report = workspace.ingest([file, pd.DataFrame(ROWS[6:])])
    assert report.files == ("rows.csv", "data frame")
    assert report.stored == 12
