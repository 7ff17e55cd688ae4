"""A deck of slides (PPTX) with native charts and tables: the one adapter of python-pptx. Knows nothing of feedback.

Charts keep their numbers, so that people can restyle them. Equal content gives equal bytes. Texts are cut to what a
slide holds, at a word and with "[…]" after it.
"""

import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from analyzer.store.output_files import safe_text
from analyzer.types import Brand

WIDTH_IN, HEIGHT_IN, EDGE_IN = 13.333, 7.5, 0.6
ROW_IN, LINE_IN = 0.36, 0.19
"""Height of a row of a table with one line, and of each further line, at 11 points."""
TABLE_IN = 5.0
"""Height of the rows of a table on one slide; longer tables go on."""
LONGEST_CELL = 400
LONGEST_LABEL = 68
CHARACTERS_PER_IN = 13
"""Of text of 11 points, on average; slides with text in capitals may need more."""
FIXED_TIME = datetime(2020, 1, 1)  # noqa: DTZ001 - as in xlsx_sheets
GRAY, DARK, WHITE = "666666", "222222", "FFFFFF"
NOT_ZERO = "0;-0;;"
"""Number format that leaves zeros out."""
CUT = " […]"


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph: its text, size in points, and whether it is bold, a quote (indented, italic), its source or gray."""

    text: str
    size: int = 16
    is_bold: bool = False
    is_quote: bool = False
    is_gray: bool = False
    is_source: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    """A place on a slide, in inches."""

    x: float
    y: float
    width: float
    height: float


FULL = Box(EDGE_IN, 1.5, WIDTH_IN - 2 * EDGE_IN, 5.3)
LEFT, RIGHT = Box(EDGE_IN, 1.5, 6.3, 5.3), Box(7.2, 1.5, WIDTH_IN - 7.2 - EDGE_IN, 2.4)
LOWER_RIGHT = Box(7.2, 4.1, WIDTH_IN - 7.2 - EDGE_IN, 2.7)


class Deck:
    """Slides that are added one after the other; `content` is the file."""

    def __init__(self, title: str, brand: Brand, mark: str = "") -> None:
        """Begin a deck; `mark` stands at the foot of each slide."""
        from pptx import Presentation  # noqa: PLC0415
        from pptx.util import Inches  # noqa: PLC0415

        self._deck: Any = Presentation()
        self._deck.slide_width, self._deck.slide_height = Inches(WIDTH_IN), Inches(HEIGHT_IN)
        self._brand, self._mark = brand, mark
        properties = self._deck.core_properties
        properties.title, properties.author = safe_text(title), brand.name or "analyzer"
        properties.created = properties.modified = FIXED_TIME

    def add_title(self, title: str, lines: Sequence[Line]) -> None:
        """Add the first slide: a title with lines below it, and the logo."""
        slide = self._blank(title, Box(EDGE_IN, 2.3, WIDTH_IN - 2 * EDGE_IN, 1.2), 36)
        self._write(slide, Box(EDGE_IN, 3.6, WIDTH_IN - 2 * EDGE_IN, 2.8), lines)

    def add_slide(self, title: str) -> Any:
        """Add a slide with a title; return it for the methods below."""
        return self._blank(title, Box(EDGE_IN, 0.45, WIDTH_IN - 2 * EDGE_IN - 1.6, 0.9), 26)

    def write(self, slide: Any, box: Box, lines: Sequence[Line]) -> None:
        """Put paragraphs on a slide."""
        self._write(slide, box, lines)

    def add_bars(
        self, slide: Any, box: Box, labels: Sequence[str], values: Sequence[float], about: str, form: str = "0.0%"
    ) -> None:
        """Put a chart of horizontal bars on a slide, the first label on top; `about` is read to who does not see it."""
        from pptx.enum.chart import XL_CHART_TYPE  # noqa: PLC0415

        chart = self._chart(slide, box, XL_CHART_TYPE.BAR_CLUSTERED, labels, [(about, values)], about)
        chart.category_axis.reverse_order = True
        chart.value_axis.visible = False
        if min(values, default=0) >= 0:
            chart.value_axis.minimum_scale = 0  # bars are compared by their lengths
        chart.plots[0].gap_width = 40
        self._color(chart.plots[0].series[0].format.fill, self._brand.color)
        self._label_values(chart.plots[0], form)

    def add_line(self, slide: Any, box: Box, labels: Sequence[str], values: Sequence[float | None], about: str) -> None:
        """Put a line over periods on a slide; a period without a value is a gap."""
        from pptx.enum.chart import XL_CHART_TYPE  # noqa: PLC0415
        from pptx.util import Pt  # noqa: PLC0415

        chart = self._chart(slide, box, XL_CHART_TYPE.LINE_MARKERS, labels, [(about, values)], about)
        chart.value_axis.tick_labels.number_format, chart.value_axis.tick_labels.number_format_is_linked = "0%", False
        chart.value_axis.minimum_scale = 0
        line = chart.plots[0].series[0]
        line.smooth = False
        line.format.line.color.rgb = self._rgb(self._brand.color)
        line.format.line.width = Pt(2)
        for axis in (chart.value_axis, chart.category_axis):
            axis.tick_labels.font.size = Pt(10)

    def add_parts(self, slide: Any, box: Box, parts: Sequence[tuple[str, int, str]], about: str) -> None:
        """Put one stacked bar on a slide; a part is (name, number, color)."""
        from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION  # noqa: PLC0415

        series = [(name, [number]) for name, number, _ in parts]
        chart = self._chart(slide, box, XL_CHART_TYPE.BAR_STACKED_100, ["opinions"], series, about)
        chart.value_axis.visible = chart.category_axis.visible = False
        chart.has_legend = True
        chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.BOTTOM, False
        for made, (_, _, color) in zip(chart.plots[0].series, parts, strict=True):
            self._color(made.format.fill, color)
            self._label_values(made, NOT_ZERO)
            made.data_labels.font.color.rgb = self._rgb(WHITE if _is_dark(color) else DARK)

    def add_table(self, title: str, heads: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """Add a table, on as many slides as it needs."""
        from pptx.util import Inches, Pt  # noqa: PLC0415

        widths = _widths(heads, rows)
        for number, part in enumerate(_pages(rows, widths)):
            slide = self.add_slide(title if not number else f"{title} (continued)")
            place = (Inches(FULL.x), Inches(FULL.y), Inches(FULL.width), Inches(ROW_IN * (len(part) + 1)))
            table = slide.shapes.add_table(len(part) + 1, len(heads), *place).table
            for row, cells in enumerate([heads, *part]):
                for column, value in enumerate(cells):
                    cell = table.cell(row, column)
                    cell.text = shortened(safe_text("" if value is None else value), LONGEST_CELL)
                    for paragraph in cell.text_frame.paragraphs:
                        paragraph.font.size = Pt(11)
                    if not row:
                        self._color(cell.fill, self._brand.color)
            for column, width in enumerate(widths):
                table.columns[column].width = Inches(width)

    def content(self) -> bytes:
        """Return the file."""
        draft = io.BytesIO()
        self._deck.save(draft)
        return _with_fixed_times(draft.getvalue())

    def _blank(self, title: str, box: Box, size: int) -> Any:
        from pptx.enum.shapes import MSO_SHAPE  # noqa: PLC0415
        from pptx.util import Inches, Pt  # noqa: PLC0415

        slide = self._deck.slides.add_slide(self._deck.slide_layouts[5])  # "Title Only": readers find the title there
        band = slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, 0, 0, self._deck.slide_width, Inches(0.18))
        self._color(band.fill, self._brand.color)
        band.line.fill.background()
        shape = slide.shapes.title
        shape.left, shape.top, shape.width, shape.height = map(Inches, (box.x, box.y, box.width, box.height))
        shape.text_frame.word_wrap = True
        shape.text_frame.text = shortened(safe_text(title), 160)
        paragraph = shape.text_frame.paragraphs[0]
        paragraph.font.size, paragraph.font.bold = Pt(size if len(title) < 70 else size - 6), True
        paragraph.font.color.rgb = self._rgb(self._brand.color)
        paragraph.alignment = 1
        if self._brand.logo:
            slide.shapes.add_picture(
                io.BytesIO(self._brand.logo), Inches(WIDTH_IN - EDGE_IN - 1.5), Inches(0.4), height=Inches(0.7)
            )
        if self._mark:
            self._write(slide, Box(EDGE_IN, 7.0, WIDTH_IN - 2 * EDGE_IN, 0.4), [Line(self._mark, 10, is_gray=True)])
        return slide

    def _write(self, slide: Any, box: Box, lines: Sequence[Line]) -> None:
        from pptx.util import Inches, Pt  # noqa: PLC0415

        frame = slide.shapes.add_textbox(*map(Inches, (box.x, box.y, box.width, box.height))).text_frame
        frame.word_wrap = True
        for number, line in enumerate(lines):
            paragraph = frame.paragraphs[0] if not number else frame.add_paragraph()
            run = paragraph.add_run()
            run.text = safe_text(line.text).replace("\n", " ")
            run.font.size, run.font.bold, run.font.italic = Pt(line.size), line.is_bold, line.is_quote
            run.font.color.rgb = self._rgb(GRAY if line.is_gray else DARK)
            paragraph.space_after = Pt(8)
            paragraph.level = 1 if line.is_quote or line.is_source else 0

    def _chart(self, slide: Any, box: Box, kind: Any, labels: Sequence[str], series: Any, about: str) -> Any:
        from pptx.chart.data import CategoryChartData  # noqa: PLC0415
        from pptx.util import Inches, Pt  # noqa: PLC0415

        data = CategoryChartData()
        data.categories = [shortened(safe_text(label), LONGEST_LABEL) for label in labels]
        for name, values in series:
            data.add_series(safe_text(name), values)
        frame = slide.shapes.add_chart(kind, *map(Inches, (box.x, box.y, box.width, box.height)), data)
        frame.element.nvGraphicFramePr.cNvPr.set("descr", safe_text(about))
        chart = frame.chart
        chart.has_legend = chart.has_title = False
        chart.font.size = Pt(12)
        if chart.plots and hasattr(chart, "value_axis"):
            chart.value_axis.has_major_gridlines = False
        return chart

    def _label_values(self, labeled: Any, form: str) -> None:
        """Write the values beside the bars of a plot, or of one series."""
        from pptx.util import Pt  # noqa: PLC0415

        if hasattr(labeled, "has_data_labels"):
            labeled.has_data_labels = True
        labels = labeled.data_labels
        labels.show_value = True
        labels.number_format, labels.number_format_is_linked, labels.font.size = form, False, Pt(11)

    def _color(self, fill: Any, color: str) -> None:
        fill.solid()
        fill.fore_color.rgb = self._rgb(color)

    def _rgb(self, color: str) -> Any:
        from pptx.dml.color import RGBColor  # noqa: PLC0415

        return RGBColor.from_string(color.removeprefix("#").upper())


def shortened(text: str, most: int) -> str:
    """Return a text of at most about `most` characters, cut at a word, with a mark where it was cut."""
    if len(text) <= most:
        return text
    return text[:most].rsplit(" ", 1)[0].rstrip() + CUT


def _widths(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> list[float]:
    """Return the widths of columns in inches, by the longest texts in them, each a twelfth of the whole at least."""
    longest = [min(60, max(len(str(row[column] or "")) for row in [heads, *rows])) + 4 for column in range(len(heads))]
    return [FULL.width * one / sum(longest) for one in longest]


def _pages(rows: Sequence[Sequence[object]], widths: Sequence[float]) -> list[list[Sequence[object]]]:
    """Return the rows of each slide: as many as fit by the lines that their texts need."""
    pages: list[list[Sequence[object]]] = [[]]
    filled = 0.0
    for row in rows:
        lengths = [min(len(str("" if cell is None else cell)), LONGEST_CELL) for cell in row]
        lines = max(
            1, *(-(-length // int(width * CHARACTERS_PER_IN)) for length, width in zip(lengths, widths, strict=True))
        )
        height = ROW_IN + (lines - 1) * LINE_IN
        if pages[-1] and filled + height > TABLE_IN:
            pages.append([])
            filled = 0.0
        pages[-1].append(row)
        filled += height
    return pages


def _is_dark(color: str) -> bool:
    """Return whether white text is read better on a color than dark text, by its luma (ITU-R BT.601)."""
    red, green, blue = (int(color.removeprefix("#")[at : at + 2], 16) for at in (0, 2, 4))
    return 0.299 * red + 0.587 * green + 0.114 * blue < 140


def _with_fixed_times(content: bytes) -> bytes:
    """Return an Office file, and the workbooks in it, with fixed times; the libraries write the current one."""
    fixed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as target:
        for item in source.infolist():
            part = source.read(item)
            if item.filename.endswith(".xlsx"):
                part = _with_fixed_times(part)
            elif item.filename == "docProps/core.xml":
                part = re.sub(rb"(<dcterms:\w+[^>]*>)[^<]*", rb"\g<1>2020-01-01T00:00:00Z", part)
            target.writestr(zipfile.ZipInfo(item.filename, (2020, 1, 1, 0, 0, 0)), part, zipfile.ZIP_DEFLATED)
    return fixed.getvalue()
