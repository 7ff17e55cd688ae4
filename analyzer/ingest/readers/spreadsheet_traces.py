"""Take back what spreadsheets leave in cells: '-5 against formulas, ="007" against numbers, #NAME? where one failed."""

import re
from collections.abc import Iterable, Iterator

from analyzer.ingest.readers.source_table import Flaw, Record, count_of
from analyzer.store.output_files import FORMULA_STARTS

_GUARDED = tuple(f"'{start}" for start in FORMULA_STARTS)
_AS_TEXT = re.compile(r'="([^"]*)"')
_FIRST = frozenset("'=#")
_ERRORS = frozenset(
    f"#{error}"
    for error in (
        "N/A NAME? VALUE! REF! DIV/0! NULL! NUM! SPILL! CALC! FIELD! GETTING_DATA NV WERT! BEZUG! ZAHL! ÜBERLAUF! "
        "NOM? VALEUR! NOMBRE! NUL! N/D ¡VALOR! ¡REF! ¡DIV/0! ¡NUM! ¡NULO! NOMBRE? NB NAAM? WAARDE! VERW! DEEL/0! "
        "GETAL! LEEG! Err:502 Err:504 Err:508 Err:509 Err:522"
    ).split()
)
"""What Excel and LibreOffice show for a formula that failed, in English, German, French, Spanish and Dutch."""


class SpreadsheetTraces:
    """Removes guards and errors from cells and counts them."""

    def __init__(self, keeps_errors: bool = False) -> None:
        """Start with nothing counted.

        Args:
            keeps_errors: leave errors as text, where the columns are told which of their values mean "no answer".
        """
        self._keeps_errors = keeps_errors
        self.guarded = self.as_text = self.errors = 0

    def notes(self) -> list[str]:
        """Return what was removed in the latest pass."""
        said = (
            (self.guarded, "{} read without the apostrophe that guards spreadsheets against formulas"),
            (self.as_text, '{} read without the ="…" that keeps digits as text'),
            (self.errors, "{} with a spreadsheet error such as #NAME? or #N/A read as empty"),
        )
        return [text.format(count_of(count, "cell")) for count, text in said if count]

    def clean(self, records: Iterable[Record]) -> Iterator[Record]:
        """Yield records without guards and errors."""
        self.guarded = self.as_text = self.errors = 0
        for record in records:
            if isinstance(record, Flaw):
                yield record
            elif any(cell[0] in _FIRST for cell in record if cell):
                yield [self._cell(cell) for cell in record]
            else:
                yield record

    def _cell(self, cell: str) -> str:
        if cell.startswith(_GUARDED):
            self.guarded += 1
            return cell[1:]
        if not self._keeps_errors and cell.startswith("#") and cell.strip() in _ERRORS:
            self.errors += 1
            return ""
        if cell[:2] == '="' and (match := _AS_TEXT.fullmatch(cell)):
            self.as_text += 1
            return match[1]
        return cell
