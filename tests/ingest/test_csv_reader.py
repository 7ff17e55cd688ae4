"""CSV: encodings, delimiters, broken quotes, and that no row is lost silently."""

import csv
import io
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.errors import InputFileError
from analyzer.ingest.readers.csv_reader import parse
from analyzer.ingest.readers.open_file import open_table
from analyzer.ingest.readers.source_table import BadRow, Flaw, SourceRow

CELL = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def cells(path: Path) -> list[tuple[str, ...]]:
    return [row.cells for row in open_table(path).rows() if isinstance(row, SourceRow)]


@given(st.lists(st.lists(CELL, min_size=3, max_size=3), max_size=12), st.sampled_from(",;\t|"))
def test_what_csv_writer_wrote_is_read_back(rows: list[list[str]], delimiter: str) -> None:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows(rows)
    buffer.seek(0)
    assert list(parse(buffer, delimiter, "a.csv")) == rows


@given(rows=st.lists(st.lists(CELL, min_size=2, max_size=2), min_size=1, max_size=8))
def test_a_file_is_read_back_with_one_item_a_row(rows: list[list[str]], tmp_path_factory: pytest.TempPathFactory):
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, quoting=csv.QUOTE_ALL)
        writer.writerow(["number", "first", "second"])
        writer.writerows([str(i), *row] for i, row in enumerate(rows))
    assert cells(path) == [(str(i), *row) for i, row in enumerate(rows)]


@given(text=st.text(st.sampled_from('a",;\n\r\0é'), max_size=200))
def test_every_line_that_is_not_blank_is_accounted_for(text: str) -> None:
    records = list(parse(io.StringIO(text, newline=""), ",", "a.csv"))
    read = "".join("".join(r) for r in records if not isinstance(r, Flaw))
    lines = [line for line in io.StringIO(text, newline="") if line.strip("\r\n")]
    flaws = sum(isinstance(r, Flaw) for r in records)
    assert len(records) <= len(lines)
    assert flaws or read.count("a") == text.count("a")


@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("utf-8", "encoding UTF-8"),
        ("utf-8-sig", "byte order mark"),
        ("utf-16", "byte order mark"),
        ("utf-32", "byte order mark"),
        ("utf-16-le", "zero bytes"),
        ("utf-16-be", "zero bytes"),
        ("cp1252", "guessed as CP1252"),
    ],
)
def test_encodings_are_found_and_noted(tmp_path: Path, encoding: str, said: str) -> None:
    path = write(tmp_path / "a.csv", "id,comment\n1,très bien reçu à l’accueil\n", encoding)
    table = open_table(path)
    assert table.header == ("id", "comment")
    assert cells(path) == [("1", "très bien reçu à l’accueil")]
    assert said in table.notes[0]


def test_a_late_accent_is_not_missed_by_a_sample(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"comment,n\n" + b"plain text,1\n" * 200_000 + "déjà vu,2\n".encode("cp1252"))
    table = open_table(path)
    assert "CP1252" in table.notes[0]
    assert [r.cells[0] for r in table.rows() if isinstance(r, SourceRow)][-1] == "déjà vu"


def test_a_few_damaged_bytes_do_not_change_the_encoding(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"comment,n\n" + "très très bien,1\n".encode() * 100 + b"bro\xffken,2\n")
    assert "damaged" in open_table(path).notes[0]
    assert cells(path)[0] == ("très très bien", "1")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_although_texts_hold_others(tmp_path: Path, delimiter: str) -> None:
    lines = [["id", "comment", "n"], ["1", "good, but; slow | really\tso", "3"], ["2", "fine", "4"]]
    path = tmp_path / "a.csv"
    with path.open("w", newline="") as stream:
        csv.writer(stream, delimiter=delimiter).writerows(lines)
    assert cells(path) == [tuple(line) for line in lines[1:]]


def test_one_column_with_commas_in_its_texts_stays_one_column(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "comment\ngood, but slow\nfine\nlate, dirty, rude\n")
    assert cells(path) == [("good, but slow",), ("fine",), ("late, dirty, rude",)]
    assert "one column" in open_table(path).notes


def test_a_declared_separator_is_honored(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "sep=;\nid;comment\n1;fine, thanks\n")
    assert open_table(path).header == ("id", "comment")
    assert cells(path) == [("1", "fine, thanks")]


def test_an_unclosed_quote_costs_one_row_and_hides_none(tmp_path: Path) -> None:
    lines = [f"{i},comment number {i}" for i in range(1, 501)]
    lines[99] = '100,"this quote never ends'
    path = write(tmp_path / "a.csv", "id,comment\n" + "\n".join(lines) + "\n")
    rows = list(open_table(path).rows())
    bad = [row for row in rows if isinstance(row, BadRow)]
    assert len(rows) == 500
    assert bad == [BadRow(100, "a quote is opened and not closed")]
    assert rows[-1].number == 500


def test_an_unclosed_quote_on_the_last_line_is_rejected(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", 'id,comment\n1,fine\n2,"oh')
    assert [type(row) for row in open_table(path).rows()] == [SourceRow, BadRow]


def test_text_after_a_closing_quote_is_rejected_by_name(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", 'id,comment\n1,"so" called\n2,fine\n')
    rows = list(open_table(path).rows())
    assert isinstance(rows[0], BadRow)
    assert "closing quote" in rows[0].reason
    assert rows[1].cells == ("2", "fine")


def test_short_rows_are_padded_and_long_rows_rejected(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "a,b,c\n1\n\n1,2,3,4\n1,2,3,\n")
    assert list(open_table(path).rows()) == [
        SourceRow(1, ("1", "", "")),
        BadRow(2, "has 4 cells, header has 3"),
        SourceRow(3, ("1", "2", "3")),
    ]


def test_headers_are_trimmed_named_and_numbered(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "\ufeff Name ,,Name,x\ty\n1,2,3,4\n")
    assert open_table(path).header == ("Name", "column 2", "Name (2)", "x y")


def test_rows_can_be_read_twice_and_partly(tmp_path: Path) -> None:
    table = open_table(write(tmp_path / "a.csv", "a,b\n1,2\n3,4\n"))
    next(table.rows())
    assert list(table.rows()) == list(table.rows())


@pytest.mark.parametrize("content", ["", "\n\n", ",,\n,\n", '"never closed\n'])
def test_a_file_without_text_is_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(InputFileError, match=r"^a\.csv: "):
        open_table(write(tmp_path / "a.csv", content))


@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.txt"])
@pytest.mark.parametrize("text", ["id,comment\n", "Datum;Note;Kommentar", "fecha|nota|comentario\n\n"])
def test_a_header_without_rows_is_an_error_that_says_so(tmp_path: Path, name: str, text: str) -> None:
    with pytest.raises(InputFileError, match="has column names but no rows"):
        open_table(write(tmp_path / name, text))


def test_a_sheet_with_a_header_alone_is_an_error_that_says_so(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Datum", "Commentaire"])
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(InputFileError, match="has column names but no rows"):
        open_table(tmp_path / "a.xlsx")
