"""Workbooks, SPSS, JSON, web tables and archives: each told by its content."""

import json
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pyreadstat
import pytest
from old_workbooks import old_workbook

from analyzer.errors import InputFileError
from analyzer.ingest.readers.open_file import find_files, open_table
from analyzer.ingest.readers.read_options import ReadOptions
from analyzer.ingest.readers.source_table import SourceRow, SourceTable

SAID = ("the delivery slot was moved twice", "friendly counter staff found my size", "the app logs me out all the time")
CASES = Path(__file__).parents[2].parent / "shared" / "cases" / "imports"


def cells(table: SourceTable) -> list[tuple[str, ...]]:
    return [row.cells for row in table.rows() if isinstance(row, SourceRow)]


def book(path: Path, **sheets: list[list[object]]) -> Path:
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for title, rows in sheets.items():
        sheet = workbook.create_sheet(title.replace("_", " "))
        for row in rows:
            sheet.append(row)
    workbook.save(path)
    return path


ANSWERS: list[list[object]] = [["Score", "Comment"], *([i, text] for i, text in enumerate(SAID))]


@pytest.mark.parametrize(
    "cover",
    [
        [["Customer survey"], ["See sheet Responses"]],
        [["Field", "Meaning"], ["Score", "From 1 (bad) to 5 (good), asked of everyone"], ["Comment", "Open question"]],
        [["Umfrage"], [], ["Erstellt am", "01.03.2024"], ["Hinweis", "Nur für den internen Gebrauch bestimmt"]],
        [["Branch", "Mean"], ["North", 2.5], ["South", 3.5]],
    ],
)
def test_the_sheet_with_the_answers_is_read(tmp_path: Path, cover: list[list[object]]) -> None:
    path = book(tmp_path / "a.xlsx", Read_me=cover, Responses=ANSWERS)
    table = open_table(path)
    assert table.header == ("Score", "Comment")
    assert [row[1] for row in cells(table)] == list(SAID)
    assert "sheets not read: 'Read me'" in table.notes
    assert open_table(path, options=ReadOptions(sheet="Read me")).header != table.header


def test_merged_cells_name_the_columns_that_they_cover(tmp_path: Path) -> None:
    rows: list[list[object]] = [["Feedback, March"], [None, "Your visit"], ["Date", "Food", "Staff", "Comment"]]
    path = book(tmp_path / "a.xlsx", One=[*rows, *(["2024-03-01", i, 3, text] for i, text in enumerate(SAID))])
    workbook = openpyxl.load_workbook(path)
    workbook["One"].merge_cells("A1:D1")
    workbook["One"].merge_cells("B2:C2")
    workbook.save(path)
    table = open_table(path)
    assert table.header == ("Date", "Your visit: Food", "Your visit: Staff", "Comment")
    assert len(cells(table)) == 3


def test_hidden_sheets_are_not_chosen_and_hidden_rows_are_said(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", Old=ANSWERS, Now=ANSWERS)
    workbook = openpyxl.load_workbook(path)
    workbook["Old"].sheet_state = "hidden"
    workbook["Now"].row_dimensions[3].hidden = True
    workbook["Now"].column_dimensions["A"].hidden = True
    workbook.save(path)
    table = open_table(path)
    assert {"sheet 'Now'", "1 hidden row read like the others", "1 hidden column read like the others"} <= set(
        table.notes
    )
    assert len(cells(table)) == 3


def test_failed_and_uncalculated_formulas_are_empty_and_said(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", One=[*ANSWERS, ["#N/A", "fine with me"], ["=1+1", "#VALUE!"]])
    table = open_table(path)
    assert cells(table)[3:] == [("", "fine with me")]
    assert any("1 formula without a stored result" in note for note in table.notes)
    assert any("with a spreadsheet error" in note for note in table.notes)


@pytest.mark.parametrize("name", ["X05.xlsx", "X04.xlsx", "Q04.xlsx", "X01.xlsx", "X02.xlsx"])
def test_the_workbooks_of_the_cases_are_read(name: str) -> None:
    if not (CASES / name).is_file():
        pytest.skip(f"{name} is not here")
    table = open_table(CASES / name)
    assert not any("column" in label for label in table.header)
    assert SAID[0] in " ".join(" ".join(row) for row in cells(table))


def test_an_xlsx_under_another_name_is_read(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", One=ANSWERS)
    for name in ("b.xls", "b.csv", "b.xlsm"):
        (tmp_path / name).write_bytes(path.read_bytes())
        assert len(cells(open_table(tmp_path / name))) == 3


def test_an_old_workbook_is_read_and_one_with_far_cells_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    path.write_bytes(old_workbook([["Score", "Comment"], *([i, text] for i, text in enumerate(SAID))]))
    table = open_table(path)
    assert table.header == ("Score", "Comment")
    assert cells(table) == [(str(i), text) for i, text in enumerate(SAID)]
    path.write_bytes(old_workbook([["Score"], [1]], [(65_000, 60_000, 1.0)]))
    with pytest.raises(InputFileError, match="more than 1,000 columns"):
        open_table(path)
    path.write_bytes(old_workbook([["Score"], [1]], [(65_000, 900, 1.0)]))
    with pytest.raises(InputFileError, match="far apart"):
        open_table(path)


def test_an_opendocument_sheet_is_read(tmp_path: Path) -> None:
    rows = "".join(
        f'<table:table-row><table:table-cell office:value-type="float" office:value="{i}"><text:p>{i}</text:p>'
        f'</table:table-cell><table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>'
        '<table:table-cell table:number-columns-repeated="16382"/></table:table-row>'
        for i, text in enumerate(SAID)
    )
    head = "".join(
        f'<table:table-cell office:value-type="string"><text:p>{name}</text:p></table:table-cell>'
        for name in ("Score", "Comment")
    )
    office = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content xmlns:office="{office}:office:1.0" '
        f'xmlns:table="{office}:table:1.0" xmlns:text="{office}:text:1.0"><office:body><office:spreadsheet>'
        f'<table:table table:name="One"><table:table-row>{head}</table:table-row>{rows}'
        '<table:table-row table:number-rows-repeated="1048572"><table:table-cell '
        'table:number-columns-repeated="16384"/></table:table-row></table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    path = tmp_path / "a.ods"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    table = open_table(path)
    assert table.header == ("Score", "Comment")
    assert cells(table) == [(str(i), text) for i, text in enumerate(SAID)]


HTML = (
    "<html><head><meta charset='utf-8'></head><body><table><tr><td>menu</td></tr></table>"
    "<table border=1><tr><th>Date</th><th colspan=2>Your visit</th></tr><tr><td></td><td>Food</td><td>Why?</td></tr>"
    "<tr><td>2024-03-01<td>4<td>caf&eacute; &amp; cake<br>were cold</tr>"
    "<tr><td>2024-03-02<td>5<td>friendly staff in there</tr></table></body></html>"
)
XML_2003 = (
    '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
    'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="A"><Table>'
    '<Row><Cell><Data ss:Type="String">Score</Data></Cell><Cell><Data ss:Type="String">Tip</Data></Cell>'
    '<Cell><Data ss:Type="String">Comment</Data></Cell></Row>'
    '<Row><Cell><Data ss:Type="Number">4</Data></Cell><Cell ss:Index="3"><Data ss:Type="String">cold</Data></Cell>'
    "</Row></Table></Worksheet></Workbook>"
)


def test_files_that_call_themselves_xls_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    path.write_text(HTML, encoding="utf-8")
    table = open_table(path)
    assert table.header == ("Date", "Your visit: Food", "Your visit: Why?")
    assert cells(table)[0] == ("2024-03-01", "4", "café & cake\nwere cold")
    path.write_text(XML_2003, encoding="utf-8")
    assert (open_table(path).header, cells(open_table(path))) == (
        ("Score", "Tip", "Comment"),
        [("4", "", "cold")],
    )
    path.write_bytes("Score\tComment\n4\tétait froid\n".encode("utf-16"))
    assert cells(open_table(path)) == [("4", "était froid")]


@pytest.mark.parametrize(
    ("content", "word"), [(b"%PDF-1.7 x", "PDF"), (b"\x89PNG\r\n", "picture"), (b"Rar!\x1a", "RAR")]
)
def test_other_files_are_called_what_they_are(tmp_path: Path, content: bytes, word: str) -> None:
    (tmp_path / "a.csv").write_bytes(content)
    with pytest.raises(InputFileError, match=word):
        open_table(tmp_path / "a.csv")


def test_spss_labels_are_headings_and_cells(tmp_path: Path) -> None:
    path = tmp_path / "a.sav"
    frame = pd.DataFrame(
        {
            "q1": [1.0, 2.0, None],
            "nps": [0.0, 7.0, 10.0],
            "q2": list(SAID),
            "day": [pd.Timestamp("2024-03-01").date()] * 3,
        }
    )
    pyreadstat.write_sav(
        frame,
        str(path),
        column_labels={"q1": "How satisfied?", "nps": "Recommend?", "q2": "Why?"},
        variable_value_labels={"q1": {1: "Very", 2: "Hardly"}, "nps": {0: "Not at all", 10: "Extremely"}},
    )
    table = open_table(path)
    assert table.header == ("How satisfied?", "Recommend?", "Why?", "day")
    assert cells(table) == [
        ("Very", "0", SAID[0], "2024-03-01"),
        ("Hardly", "7", SAID[1], "2024-03-01"),
        ("", "10", SAID[2], "2024-03-01"),
    ]


@pytest.mark.parametrize(
    "content",
    [
        {"responses": [{"n": 1, "text": "fine"}, {"n": 2, "text": "late"}]},
        {"meta": {"page": 1}, "data": {"items": [{"n": 1, "text": "fine"}, {"n": 2, "text": "late"}], "tags": [{}]}},
        [{"n": 1, "text": "fine"}, {"n": 2, "text": "late"}],
    ],
)
@pytest.mark.parametrize("indent", [None, 2])
def test_json_is_read_however_it_is_wrapped(tmp_path: Path, content: object, indent: int | None) -> None:
    for name in ("a.json", "a.txt", "a.jsonl"):
        if name == "a.jsonl" and indent is None and isinstance(content, dict):
            continue
        (tmp_path / name).write_text(json.dumps(content, indent=indent))
        table = open_table(tmp_path / name)
        assert (table.header, cells(table)) == (("n", "text"), [("1", "fine"), ("2", "late")])


def test_json_lines_named_json_and_numbers_that_are_none(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('{"n": 1.0, "text": "fine"}\n{"n": NaN, "text": NaN}\n{"n": Infinity, "text": null}\n')
    assert cells(open_table(path)) == [("1", "fine"), ("", ""), ("", "")]
    path.write_text('[{"n": 4.0, "text": "fine"}, {"n": NaN, "text": "late"}]')
    assert cells(open_table(path)) == [("4", "fine"), ("", "late")]


def test_an_archive_of_several_files_is_a_list_of_them(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("b/second.csv", "n,text\n2,late and cold\n")
        archive.writestr("first.csv", "n,text\n1,fine and warm\n")
        archive.writestr("readme.txt", "about this export")
        archive.writestr("photo.png", "x")
    files = find_files([path])
    assert files == (path / "b/second.csv", path / "first.csv")
    assert [open_table(file).name for file in files] == ["a.zip/b/second.csv", "a.zip/first.csv"]
    assert cells(open_table(files[1])) == [("1", "fine and warm")]
    with pytest.raises(InputFileError, match="holds 4 files"):
        open_table(path)
    with pytest.raises(InputFileError, match=r"holds no file 'none\.csv'"):
        open_table(path / "none.csv")


@pytest.mark.parametrize(
    ("codes", "labels", "expected"),
    [
        (
            [1, 2, 9, 2],
            {1: "Male", 2: "Female", 9: "Prefer not to say"},
            ["Male", "Female", "Prefer not to say", "Female"],
        ),
        ([1, 3, 7, 3], {1: "Nord", 3: "Süd", 7: "West"}, ["Nord", "Süd", "West", "Süd"]),
        ([0, 1, 1, 0], {0: "Not selected", 1: "Selected"}, ["Not selected", "Selected", "Selected", "Not selected"]),
        ([1, 5, 3, 2], {1: "Excellent", 5: "Terrible"}, ["1", "5", "3", "2"]),
        ([0, 100, 40, 98], {0: "Pas du tout", 100: "Tout à fait"}, ["0", "100", "40", "98"]),
        ([0, 10, 98, 7], {0: "Nooit", 10: "Zeker", 98: "Weet niet"}, ["0", "10", "Weet niet", "7"]),
    ],
)
def test_spss_labels_are_the_cells_unless_only_the_ends_of_a_scale_have_them(
    tmp_path: Path, codes: list[int], labels: dict[int, str], expected: list[str]
) -> None:
    frame = pd.DataFrame({"v": [float(code) for code in codes], "why": "late again"})
    pyreadstat.write_sav(frame, str(tmp_path / "a.sav"), variable_value_labels={"v": labels})
    rows = [row for row in open_table(tmp_path / "a.sav").rows() if isinstance(row, SourceRow)]
    assert [row.cells[0] for row in rows] == expected


@pytest.mark.parametrize(
    ("rows", "merged", "expected", "filled"),
    [
        (
            [["Region", "Score", "Comment"], ["North", 1, SAID[0]], [None, 2, SAID[1]], ["Süd", 3, SAID[2]]],
            ["A2:A3"],
            [("North", "1", SAID[0]), ("North", "2", SAID[1]), ("Süd", "3", SAID[2])],
            "1 cell filled",
        ),
        (
            [["Food", "Staff", "Store", "Comment"], [4, None, "Lille", SAID[0]], [2, 3, None, SAID[1]]],
            ["A2:B2", "C2:C3"],
            [("4", "4", "Lille", SAID[0]), ("2", "3", "Lille", SAID[1])],
            "2 cells filled",
        ),
        (
            [["Score", "Store", None, "Comment"], [4, "Gent", None, SAID[0]], [2, "Brugge", None, SAID[1]]],
            ["B1:C1", "B2:C2"],
            [("4", "Gent", "", SAID[0]), ("2", "Brugge", "", SAID[1])],
            "",
        ),
    ],
)
def test_merged_cells_of_the_data_are_filled(
    tmp_path: Path, rows: list[list[object]], merged: list[str], expected: list[tuple[str, ...]], filled: str
) -> None:
    path = book(tmp_path / "a.xlsx", One=rows)
    workbook = openpyxl.load_workbook(path)
    for covered in merged:
        workbook["One"].merge_cells(covered)
    workbook.save(path)
    table = open_table(path)
    assert [row[: len(expected[0])] for row in cells(table)] == expected
    assert any(note.startswith(filled) for note in table.notes if "merged" in note) == bool(filled)


def test_a_comment_merged_over_rows_is_one_answer(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", One=[["Score", "Comment"], [1, SAID[0]], [2, None], [3, SAID[1]], [4, SAID[2]]])
    workbook = openpyxl.load_workbook(path)
    workbook["One"].merge_cells("B2:B3")
    workbook.save(path)
    assert [row[1] for row in cells(open_table(path))] == [SAID[0], "", SAID[1], SAID[2]]


@pytest.mark.parametrize("aside", ["notes.txt", "Hinweise.txt", "about.md", "documentation.txt"])
def test_a_text_beside_the_tables_of_an_archive_is_not_read_and_said(tmp_path: Path, aside: str) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x1.csv", "n,text\n1,fine and warm\n")
        archive.writestr("x2.csv", "n,text\n2,late and cold\n")
        archive.writestr("x3.txt", "n\ttext\n3,wet and late\n3\tnobody called me back\n")
        archive.writestr(aside, "This file describes the export, it holds nothing.\nThe scores are from 1 to 5.\n")
    files = find_files([path])
    assert files == (path / "x1.csv", path / "x2.csv", path / "x3.txt")
    said = [[note for note in open_table(file).notes if "archive" in note] for file in files]
    assert said == [[f"1 file of the archive not read, without a table: {aside!r}"], [], []]


def test_an_archive_of_texts_alone_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in zip(("a.txt", "b.txt"), SAID, strict=False):
            archive.writestr(name, f"Comment\n{text}\n")
    assert [cells(open_table(file)) for file in find_files([path])] == [[(SAID[0],)], [(SAID[1],)]]
