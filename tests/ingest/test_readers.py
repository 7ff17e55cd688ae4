"""How files are found, and the formats other than CSV."""

import gzip
import json
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from analyzer.errors import InputFileError
from analyzer.ingest.readers.open_file import find_files, open_table
from analyzer.ingest.readers.source_table import BadRow, SourceRow, SourceTable

CSV = "id,comment\n1,the staff were friendly\n2,it rained\n"


def cells(table: SourceTable) -> list[tuple[str, ...]]:
    return [row.cells for row in table.rows() if isinstance(row, SourceRow)]


def save_workbook(path: Path, **sheets: list[list[object]]) -> Path:
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for title, rows in sheets.items():
        sheet = workbook.create_sheet(title)
        for row in rows:
            sheet.append(row)
    workbook.save(path)
    return path


def test_a_folder_means_its_supported_files_in_order(tmp_path: Path) -> None:
    for name in ("b.csv", "a.xlsx", "c.PARQUET", "d.zip", "readme.md", ".hidden.csv", "~$a.xlsx"):
        (tmp_path / name).touch()
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "e.csv").touch()
    files = find_files([tmp_path, tmp_path / "b.csv"])
    assert [f.name for f in files] == ["a.xlsx", "b.csv", "c.PARQUET", "d.zip"]


def test_unsupported_missing_and_empty_places_are_named(tmp_path: Path) -> None:
    (tmp_path / "notes.docx").touch()
    with pytest.raises(InputFileError, match=r"notes\.docx: .*\.csv, .*\.parquet"):
        find_files([tmp_path / "notes.docx"])
    with pytest.raises(InputFileError, match="no such file"):
        find_files([tmp_path / "gone.csv"])
    with pytest.raises(InputFileError, match="holds no file to read"):
        find_files([tmp_path])
    with pytest.raises(InputFileError, match="cannot be opened"):
        open_table(tmp_path / "gone.csv")
    with pytest.raises(InputFileError, match="not supported"):
        open_table(tmp_path / "notes.docx")


@pytest.mark.parametrize("name", ["a.csv.gz", "a.csv.zip", "a.zip"])
def test_packed_files_are_read(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if name.endswith(".gz"):
        path.write_bytes(gzip.compress(CSV.encode()))
    else:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("__MACOSX/._a.csv", "x")
            archive.writestr("a.csv", CSV)
    table = open_table(path)
    assert table.name == name
    assert cells(table) == [("1", "the staff were friendly"), ("2", "it rained")]


def test_a_packed_workbook_is_read(tmp_path: Path) -> None:
    book = save_workbook(tmp_path / "a.xlsx", One=[["comment"], ["fine"]])
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.write(book, "a.xlsx")
    assert cells(open_table(tmp_path / "b.zip")) == [("fine",)]


def test_zips_that_hold_no_single_readable_file_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", CSV)
        archive.writestr("b.csv", CSV)
    with pytest.raises(InputFileError, match="holds 2 files"):
        open_table(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.exe", CSV)
    with pytest.raises(InputFileError, match="not supported"):
        open_table(path)
    path.write_bytes(b"PK not really")
    with pytest.raises(InputFileError, match="not a whole zip"):
        open_table(path)


def test_a_broken_gzip_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(CSV.encode() * 1_000)[:-20])
    with pytest.raises(InputFileError, match="cannot be unpacked"):
        cells(open_table(path))


def test_a_workbook_gives_texts_as_people_type_them(tmp_path: Path) -> None:
    when = datetime(2024, 3, 12, 10, 30)  # noqa: DTZ001 - spreadsheets have no zones
    rows = [["comment", "n", "half", "yes", "day", "when", "none"]]
    rows += [["fine", 7.0, 7.5, True, date(2024, 3, 12), when, None], [None, 3]]
    table = open_table(save_workbook(tmp_path / "a.xlsx", One=rows))
    assert cells(table) == [
        ("fine", "7", "7.5", "true", "2024-03-12", "2024-03-12T10:30:00", ""),
        ("", "3", "", "", "", "", ""),
    ]


def test_the_first_filled_sheet_is_read_and_others_are_named(tmp_path: Path) -> None:
    path = save_workbook(tmp_path / "a.xlsx", Empty=[], Data=[[], ["comment"], ["fine"]], More=[["x"], ["y"]])
    table = open_table(path)
    assert cells(table) == [("fine",)]
    assert table.notes == ("sheet 'Data'", "sheets not read: 'Empty', 'More'")
    assert open_table(path, sheet="More").header == ("x",)
    with pytest.raises(InputFileError, match="has no sheet 'Gone'; its sheets are Empty, Data, More"):
        open_table(path, sheet="Gone")
    with pytest.raises(InputFileError, match="is empty"):
        open_table(path, sheet="Empty")


def test_blank_rows_of_a_sheet_are_counted_but_are_no_rows(tmp_path: Path) -> None:
    path = save_workbook(tmp_path / "a.xlsx", One=[["comment"], ["one"], [], ["three"]])
    assert list(open_table(path).rows()) == [SourceRow(1, ("one",)), SourceRow(3, ("three",))]


def test_workbooks_that_are_none_say_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"\xd0\xcf\x11\xe0" + b"x" * 600)
    with pytest.raises(InputFileError, match=r"password or a damaged \.xls; save it as \.xlsx"):
        open_table(path)
    path.write_text("just text")
    with pytest.raises(InputFileError, match=r"a\.xlsx"):
        open_table(path)
    save_workbook(path, One=[["comment"], ["fine"]])
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(InputFileError, match=r"a\.xlsx"):
        open_table(path)


def test_json_lines_have_the_keys_of_the_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    lines = [{"text": "fine", "n": 7.0, "user": {"id": 3, "tags": ["a", 1]}} for _ in range(1_500)]
    lines.append({"late": True, "text": None, "list": [{"a": "é"}]})
    path.write_text("\n".join(map(json.dumps, lines)) + "\n\n[1]\n{oops}\n")
    table = open_table(path)
    assert table.header == ("text", "n", "user.id", "user.tags", "late", "list")
    rows = list(table.rows())
    assert rows[0] == SourceRow(1, ("fine", "7", "3", "a; 1", "", ""))
    assert rows[1500] == SourceRow(1501, ("", "", "", "", "true", ""))
    assert "column list holds nested data that is not read" in table.notes
    assert rows[1501:] == [BadRow(1502, "not a JSON object"), BadRow(1503, "not valid JSON")]


def test_a_json_array_is_read_and_anything_else_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('[{"text": "fine"}, 3]')
    assert list(open_table(path).rows()) == [SourceRow(1, ("fine",)), BadRow(2, "not a JSON object")]
    for content in ('{"text": "fine"}', '{"a": {"b": 1}}', "[]", '[{"a": 1}'):
        path.write_text(content)
        with pytest.raises(InputFileError, match=r"a\.json"):
            open_table(path)


def test_parquet_values_become_texts(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    when = datetime(2024, 3, 12, 10, 30, tzinfo=UTC)
    values = {
        "text": ["fine", None],
        "n": [7.0, 2.5],
        "when": [when, None],
        "tags": [["a", "b"], None],
        "user": [{"id": 1}, None],
    }
    pq.write_table(pa.table(values), path)
    assert cells(open_table(path)) == [
        ("fine", "7", "2024-03-12T10:30:00+00:00", '["a","b"]', '{"id":1}'),
        ("", "2.5", "", "", ""),
    ]
    path.write_bytes(b"PAR1 not really PAR1")
    with pytest.raises(InputFileError, match="not a readable Parquet"):
        open_table(path)


def test_no_row_shows_its_cells_when_printed(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(CSV)
    assert "friendly" not in repr(list(open_table(path).rows()))
