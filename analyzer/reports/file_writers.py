"""Registry of file formats for answers and theme reports: format -> function that returns the bytes."""

from collections.abc import Callable, Mapping

from analyzer.answers.types import Answer
from analyzer.reports.answer_html import answer_html
from analyzer.reports.answer_sheets import answer_sheets
from analyzer.reports.answer_slides import answer_slides
from analyzer.reports.parquet_rows import parquet_bytes
from analyzer.reports.theme_html import theme_html
from analyzer.reports.theme_report import THEME_HEADS, data_rows, sheets
from analyzer.reports.theme_slides import theme_slides
from analyzer.reports.word_html import answer_document, theme_document
from analyzer.reports.xlsx_sheets import workbook_bytes
from analyzer.store.output_files import csv_bytes
from analyzer.themes.trends.types import ThemeReport
from analyzer.types import Method

ANSWER_WRITERS: Mapping[str, Callable[[str, Answer, Method], bytes]] = {
    "html": lambda question, answer, method: answer_html(question, answer, method).encode(),
    "xlsx": lambda question, answer, method: workbook_bytes(answer_sheets(question, answer, method)),
    "pptx": answer_slides,
    "doc": lambda question, answer, method: answer_document(question, answer, method).encode(),
}
THEME_WRITERS: Mapping[str, Callable[[ThemeReport], bytes]] = {
    "html": lambda report: theme_html(report).encode(),
    "xlsx": lambda report: workbook_bytes(sheets(report)),
    "pptx": theme_slides,
    "doc": lambda report: theme_document(report).encode(),
    "csv": lambda report: csv_bytes(THEME_HEADS, data_rows(report)),
    "parquet": lambda report: parquet_bytes(THEME_HEADS, data_rows(report)),
}
