"""Reports as slides and as a document for Word: read back, complete, in the user's own look, and safe to open."""

import io
import os
import re
import shutil
import struct
import subprocess
import zipfile
import zlib

import pytest
from pptx import Presentation
from pptx.enum.shapes import MSO_SHAPE_TYPE
from roles import staffed
from topics import imported, rows

from analyzer.errors import UsageError
from analyzer.reports.brand import read_brand
from analyzer.reports.slides import FULL, NOT_ZERO, Deck, Line, shortened
from analyzer.themes.types import SMALLEST
from analyzer.types import PLAIN, Brand

HOSTILE = "=HYPERLINK(http://evil.example) <script>alert(1)</script> \u202eparcel\x07 box late"
LONG = "the parcel was late and the box was wet " * 40


def png(width=30, height=12):
    """Return a picture of one color."""
    raw = b"".join(b"\0" + b"\x20\x40\xa0" * width for _ in range(height))

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b"")


BRAND = Brand("#7a1fa2", png(), "image/png", "Nordic & Home")


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    odd = {"rating": 1, "channel": "app", "date": "2024-01-02"}
    more = [{"id": "C-950", "comment": HOSTILE} | odd, {"id": "C-951", "comment": LONG} | odd]
    workspace = imported(tmp_path_factory.mktemp("report"), [*rows(), *more])
    workspace.themes.build(about=4, names=False)
    yield workspace
    workspace.close()


@pytest.fixture(scope="module")
def deck(built, tmp_path_factory):
    out = tmp_path_factory.mktemp("deck") / "themes.pptx"
    written = built.themes.report(out, rating="rating", brand=BRAND)
    assert written.path == str(out)
    return Presentation(out)


def texts(slide):
    return [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]


def charts(slide):
    return [shape.chart for shape in slide.shapes if shape.has_chart]


def test_each_theme_has_a_slide_with_native_charts_and_its_quotes_word_for_word(built, deck):
    slides = {slide.shapes.title.text: slide for slide in deck.slides}
    themes = [one for one in built.themes.list().themes if not one.id.startswith("G") and one.size >= SMALLEST]
    assert themes
    for theme in themes:
        slide = slides[theme.label]
        stacked, line = charts(slide)
        sentiment = theme.sentiment
        parts = {series.name: list(series.values) for series in stacked.plots[0].series}
        expected = {"negative": [sentiment.negative], "neutral": [sentiment.neutral], "positive": [sentiment.positive]}
        assert parts == expected
        trend = next(one for one in built.trends.over_time().series if one.theme == theme.id)
        assert list(line.plots[0].series[0].values) == list(trend.shares)
        whole = "\n".join(texts(slide))
        assert f"{theme.size:,} comments" in whole
        quotes = re.findall("“(.*?)”", whole)
        everything = " ".join(one.text for one in built.feedback.browse(limit=1000))
        assert quotes
        assert all(quote.removesuffix(" […]") in everything for quote in quotes)


def test_the_overview_has_the_shares_and_the_deck_ends_with_the_method(built, deck):
    slides = list(deck.slides)
    [bars] = charts(slides[1])
    shown = dict(zip(bars.plots[0].categories, bars.plots[0].series[0].values, strict=True))
    for theme in built.themes.list().themes:
        if not theme.id.startswith("G") and theme.size >= SMALLEST:
            assert shown[theme.label] == theme.share
    last = [slide for slide in slides if slide.shapes.title.text.startswith("How this was made")]
    cells = [cell.text for slide in last for shape in slide.shapes if shape.has_table
             for row in shape.table.rows for cell in row.cells]  # fmt: skip
    assert {"Workspace", "Privacy", "Unit"} <= set(cells)


def tables(deck, title):
    """The tables of the slides with a title, as lists of rows of texts."""
    return [
        [[cell.text for cell in row.cells] for row in shape.table.rows]
        for slide in deck.slides for shape in slide.shapes
        if shape.has_table and slide.shapes.title.text.startswith(title)
    ]  # fmt: skip


def test_bars_begin_at_zero_and_their_numbers_are_read_on_any_color(deck):
    [bars] = charts(list(deck.slides)[1])
    assert bars.value_axis.minimum_scale == 0
    stacked = charts(list(deck.slides)[2])[0].plots[0]
    labels = {series.name: series.data_labels for series in stacked.series}
    assert {one.number_format for one in labels.values()} == {NOT_ZERO}
    assert {name: str(one.font.color.rgb) for name, one in labels.items()} == {
        "negative": "FFFFFF", "neutral": "222222", "positive": "FFFFFF",
    }  # fmt: skip


def test_the_table_of_drivers_has_each_figure_below_its_heading(built, deck):
    [(heads, *rows)] = tables(deck, "What goes with rating")
    found = {one.label: one for one in built.trends.drivers("rating").drivers}
    for row in rows:
        shown, driver = dict(zip(heads, row, strict=True)), found[row[0]]
        assert shown["significant"] == ("yes" if driver.is_driver else "no")
        assert (shown["difference"], shown["low"]) == (f"{driver.difference:,.2f}", f"{driver.low:,.2f}")
    assert rows


def test_a_table_goes_on_before_its_texts_leave_the_slide():
    made = Deck("T", PLAIN)
    made.add_table("Long", ("a", "b"), [(str(n), LONG) for n in range(12)] + [("short", "x")] * 20)
    pages = tables(Presentation(io.BytesIO(made.content())), "Long")
    assert sum(len(page) - 1 for page in pages) == 32
    assert len(pages[0]) - 1 < 10 < max(len(page) - 1 for page in pages) < 16


def test_libreoffice_shows_every_slide(built, tmp_path):
    if not (office := shutil.which("soffice")):
        pytest.skip("LibreOffice is not installed")
    built.themes.report(tmp_path / "themes.pptx", rating="rating", brand=BRAND)
    command = [office, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), str(tmp_path / "themes.pptx")]
    subprocess.run(command, env={**os.environ, "HOME": str(tmp_path)}, timeout=300, check=True)
    pages = len(re.findall(rb"/Type\s*/Page[^s]", (tmp_path / "themes.pdf").read_bytes()))
    assert pages == len(Presentation(tmp_path / "themes.pptx").slides)


def test_every_shape_is_on_its_slide_and_every_chart_is_described(deck):
    for slide in deck.slides:
        assert slide.shapes.title.text
        for shape in slide.shapes:
            assert shape.left >= 0
            assert shape.top >= 0
            assert shape.left + shape.width <= deck.slide_width + 1
            if shape.has_chart:
                assert shape.element.nvGraphicFramePr.cNvPr.get("descr")


def test_the_brand_is_on_every_slide_and_in_the_page(built, deck, tmp_path):
    for slide in deck.slides:
        assert [shape for shape in slide.shapes if shape.shape_type == MSO_SHAPE_TYPE.PICTURE]
    assert str(deck.slides[0].shapes.title.text_frame.paragraphs[0].font.color.rgb) == "7A1FA2"
    built.themes.report(tmp_path / "a.html", brand=BRAND)
    page = (tmp_path / "a.html").read_text("utf-8")
    assert 'src="data:image/png;base64,' in page
    assert "img-src data:" in page
    assert 'alt="Nordic &amp; Home"' in page
    assert "#0b6e6e" not in page.split("<h2>")[0].replace("&#x27;", "")


def test_the_program_s_own_look_admits_no_picture(built, tmp_path):
    built.themes.report(tmp_path / "a.html")
    assert "<img" not in (tmp_path / "a.html").read_text("utf-8")


def test_hostile_and_long_text_is_text_and_nothing_points_elsewhere():
    deck = Deck(HOSTILE, PLAIN)
    deck.write(deck.add_slide(HOSTILE), FULL, [Line(HOSTILE)])
    deck.add_table("T", ("a", "b"), [(HOSTILE, LONG)])
    content = deck.content()
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        relations = b"".join(file.read(name) for name in file.namelist() if name.endswith(".rels"))
    assert b'TargetMode="External"' not in relations
    slides = Presentation(io.BytesIO(content)).slides
    assert "<script>alert(1)</script>" in slides[0].shapes.title.text
    assert "\x07" not in slides[0].shapes.title.text


def test_equal_content_gives_equal_bytes():
    def made():
        deck = Deck("Title", BRAND, "Made for ann")
        slide = deck.add_slide("One")
        deck.add_bars(slide, FULL, ["a", "b"], [0.5, 0.25], "shares")
        return deck.content()

    assert made() == made()


@pytest.mark.parametrize(("text", "most"), [("one two three", 100), ("one two three", 9), ("x" * 50, 10)])
def test_a_cut_is_marked_and_keeps_words_whole(text, most):
    found = shortened(text, most)
    assert found == text or found.endswith(" […]")
    assert text.startswith(found.removesuffix(" […]"))


def test_a_document_for_word_has_headings_bars_and_quotes_and_nothing_word_cannot_draw(built, tmp_path):
    built.themes.report(tmp_path / "a.doc", rating="rating", brand=BRAND)
    page = (tmp_path / "a.doc").read_text("utf-8")
    assert not re.search(r"<script|<svg|<img|<link|flex|grid|https?://(?!www.w3.org)", page, re.IGNORECASE)
    for theme in built.themes.list().themes:
        if not theme.id.startswith("G") and theme.size >= SMALLEST:
            assert f"<h2>{theme.label}</h2>" in page
    assert 'bgcolor="#7a1fa2"' in page
    assert "How this was made" in page
    assert "<p class=Quote>" in page


@pytest.mark.parametrize("kind", ["pptx", "doc", "html"])
def test_an_answer_is_written_with_its_brand_and_is_on_record(built, tmp_path, kind):
    answer = built.ask("What do people say about the soup?")
    written = built.answers.export("answers", tmp_path / f"a.{kind}", kind, answer.receipt, brand=BRAND)
    [event] = built.audit.show(limit=1, action="export")
    assert written.sha256 in str(event)
    content = (tmp_path / f"a.{kind}").read_bytes()
    if kind == "pptx":
        slides = list(Presentation(io.BytesIO(content)).slides)
        titles = [slide.shapes.title.text for slide in slides]
        assert titles[0] == "What do people say about the soup?"
        assert {point.title for point in answer.points} <= set(titles)
    else:
        assert b"#7a1fa2" in content


def test_an_account_without_comments_gets_slides_without_quotes(tmp_path):
    from fakes import FakeWorkspace

    settings = staffed(tmp_path, tuple({**row, "Respondent ID": f"P{number}"} for number, row in enumerate(rows())))
    with FakeWorkspace(settings, "stu") as steward:
        steward.themes.build(about=4, names=False)
    with FakeWorkspace(settings, "vic") as viewer:
        viewer.themes.report(tmp_path / "v.pptx")
        viewer.themes.report(tmp_path / "v.doc")
    whole = "".join(text for slide in Presentation(tmp_path / "v.pptx").slides for text in texts(slide))
    assert "“" not in whole
    assert "class=Quote" not in (tmp_path / "v.doc").read_text("utf-8")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('color = "red"', "form #0b6e6e"), ("color = 5", "are texts"), ('colour = "#000000"', "unknown colour"),
        ('logo = "none.png"', "cannot be read"), ('logo = "brand.toml"', "PNG or JPEG"), ("color =", "TOML"),
    ],
)  # fmt: skip
def test_a_brand_that_is_not_understood_is_refused(tmp_path, text, fault):
    (tmp_path / "brand.toml").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=fault):
        read_brand(tmp_path / "brand.toml")


def test_a_brand_is_read_with_the_logo_beside_its_file(tmp_path):
    (tmp_path / "logo.png").write_bytes(png())
    (tmp_path / "brand.toml").write_text('color = "#7A1FA2"\nlogo = "logo.png"\nname = "Nordic & Home"\n')
    assert read_brand(tmp_path / "brand.toml") == BRAND
