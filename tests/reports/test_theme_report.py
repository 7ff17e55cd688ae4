"""Theme reports: complete, safe to open, without figures about too few people."""

import csv
import io
import re
from html import unescape

import pyarrow.parquet as pq
import pytest
from openpyxl import load_workbook
from topics import imported, rows

from analyzer.errors import UsageError
from analyzer.themes.types import SMALLEST

HOSTILE = "=HYPERLINK(http://evil.example) <script>alert(1)</script> parcel box late"


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    hostile = {"id": "C-950", "comment": HOSTILE, "rating": 1, "channel": "app", "date": "2024-01-02"}
    workspace = imported(tmp_path_factory.mktemp("report"), [*rows(), hostile])
    workspace.themes.build(about=4, names=False)
    yield workspace
    workspace.close()


def written(built, tmp_path, name, **more):
    out = tmp_path / name
    return built.themes.report(out, **more), out


def test_the_page_fetches_nothing_and_runs_nothing(built, tmp_path):
    _, out = written(built, tmp_path, "themes.html", rating="rating")
    page = out.read_text("utf-8")
    assert "default-src &#x27;none&#x27;" in page
    assert not re.search(r"<script|<img|<link|<iframe|\bsrc=|href=(?!.#)|@import|url\(", page, re.IGNORECASE)
    for theme in built.themes.list().themes:
        assert theme.label in page
    assert "How this was made" in page
    assert "2024-01-01 to" in page


def test_the_page_begins_with_a_summary_and_contents_that_lead_to_its_sections(built, tmp_path):
    _, out = written(built, tmp_path, "themes.html", rating="rating")
    page = out.read_text("utf-8")
    heads = [unescape(one) for one in re.findall(r"<h2[^>]*>(.*?)</h2>", page)]
    assert heads[:2] == ["Summary", "Contents"]
    assert heads[-1] == "How this was made"
    links = re.findall(r'<li><a href="#(\w+)">', page)
    assert len(links) == len(heads) - 2
    assert all(page.count(f'<h2 id="{link}">') == 1 for link in links)
    largest = max((one for one in built.themes.list().themes if one.id[0] == "T"), key=lambda one: one.size)
    summary = unescape(page[page.index("Summary") : page.index("Contents")])
    assert f"Mentioned most: “{largest.label}” ({largest.size:,} comments, {largest.share:.1%})" in summary


def test_the_summary_names_no_theme_that_is_withheld(built, tmp_path):
    where = 'id = "C-950" or rating <= 1'
    few = [one.label for one in built.themes.list(where).themes if one.id[0] == "T" and one.size < SMALLEST]
    assert few
    _, out = written(built, tmp_path, "few.html", where=where)
    page = out.read_text("utf-8")
    summary = unescape(page[page.index("</h1>") : page.index("Contents")])
    assert not any(f"“{label}”" in summary for label in few)


def test_sheets_hold_text_and_no_formula(built, tmp_path):
    _, out = written(built, tmp_path, "themes.xlsx", rating="rating")
    book = load_workbook(out)
    assert book.sheetnames == ["Themes", "Opinions", "By period", "Drivers", "Method"]
    for sheet in book:
        for cell in (cell for row in sheet.iter_rows() for cell in row):
            assert cell.data_type != "f"
            assert not isinstance(cell.value, str) or not cell.value.startswith("=") or cell.quotePrefix
    table = {row[0].value: row for row in book["Themes"].iter_rows(min_row=2)}
    for theme in built.themes.list().themes:
        expected = theme.size if theme.size >= SMALLEST else f"fewer than {SMALLEST}"
        assert table[theme.id][3].value == expected


def test_a_table_for_programs_has_numbers_and_no_value_where_withheld(built, tmp_path):
    report, out = written(built, tmp_path, "themes.parquet", where="channel=app")
    table = pq.read_table(io.BytesIO(out.read_bytes())).to_pylist()
    sizes = {theme.id: theme.size for theme in built.themes.list("channel=app").themes}
    assert report.rows == len(table) == len(sizes)
    assert {row["id"]: row["comments"] for row in table} == {
        one: size if size >= SMALLEST else None for one, size in sizes.items()
    }


def test_a_csv_has_the_same_rows_and_begins_no_cell_like_a_formula(built, tmp_path):
    first = next(theme for theme in built.themes.list().themes if theme.id.startswith("T"))
    built.themes.edit("rename", first.id, "=cmd parcels")
    _, out = written(built, tmp_path, "themes.csv")
    built.themes.undo()
    rows_read = list(csv.DictReader(io.StringIO(out.read_text("utf-8"))))
    assert len(rows_read) == len(built.themes.list().themes)
    assert "'=cmd parcels" in {row["theme"] for row in rows_read}


def test_small_themes_are_withheld_with_their_quotes(built, tmp_path):
    _, out = written(built, tmp_path, "few.xlsx", where="id in (C-100, C-101, C-200)")
    book = load_workbook(out)
    assert {row[3].value for row in book["Themes"].iter_rows(min_row=2)} == {f"fewer than {SMALLEST}"}
    assert book["Opinions"].max_row == 1
    counts = [cell.value for row in book["By period"].iter_rows(min_row=3, min_col=3) for cell in row[:-1]]
    assert {value for value in counts if value} <= {f"<{SMALLEST}"}


def test_a_codebook_is_in_the_report_and_its_small_themes_are_withheld(built, tmp_path):
    assert "Codebook" not in load_workbook(written(built, tmp_path, "none.xlsx")[1]).sheetnames
    book = tmp_path / "codebook.yaml"
    book.write_text("themes:\n  - {name: Parcel, examples: [parcel box late]}\n")
    built.codebook.load(book)
    coded = built.codebook.apply().themes[0].comments
    assert coded >= SMALLEST
    for where, expected in (("", coded), ("id in (C-100, C-101)", f"fewer than {SMALLEST}")):
        _, out = written(built, tmp_path, "coded.xlsx", where=where, may_replace=True)
        table = {row[1].value: row[2].value for row in load_workbook(out)["Codebook"].iter_rows(min_row=2)}
        assert table == {"Parcel": expected}
    _, page = written(built, tmp_path, "coded.html")
    assert ">Codebook</h2>" in page.read_text("utf-8")


@pytest.mark.parametrize("name", ["a.html", "a.xlsx", "a.parquet"])
def test_the_same_themes_give_the_same_bytes_and_nothing_is_written_over(built, tmp_path, name, monkeypatch):
    class Still:
        @staticmethod
        def now(_zone):
            import datetime

            return datetime.datetime(2024, 5, 1, tzinfo=datetime.UTC)

    monkeypatch.setattr("analyzer.workspace.datetime", Still)
    first, out = written(built, tmp_path, name)
    with pytest.raises(UsageError, match="is there already"):
        written(built, tmp_path, name)
    assert written(built, tmp_path, name, may_replace=True)[0].sha256 == first.sha256
    assert out.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("name", "more", "message"),
    [
        ("a.docx", {}, "html, xlsx, pptx, doc, csv, parquet"),
        ("a.html", {"rating": "nowhere"}, "no column"),
        ("a.html", {"where": "x=1"}, "no column"),
    ],
)
def test_an_invalid_request_is_refused_and_nothing_is_written(built, tmp_path, name, more, message):
    with pytest.raises(UsageError, match=message):
        written(built, tmp_path, name, **more)
    assert list(tmp_path.iterdir()) == []


def test_without_themes_there_is_no_report(tmp_path):
    workspace = imported(tmp_path, rows(2))
    with pytest.raises(UsageError, match="no themes yet"):
        workspace.themes.report(tmp_path / "a.html")
