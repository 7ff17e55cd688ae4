"""Tell rows that are no answers: totals and footnotes at the end, repeated headers and rules in the middle."""

import re
from collections.abc import Sequence

from analyzer.ingest.header import slug
from analyzer.ingest.readers.cell_kinds import TYPED, ColumnShape, Shape, shape_of

MOST_FOOTERS = 12
"""Records at the end of a file among which footers are looked for."""
MOST_LINES = 5
"""Lines of remarks after the last blank record."""
ALWAYS = 0.95
"""Share of rows from which a column counts as always filled."""
USUALLY = 0.6
"""Share of rows from which a column counts as usually filled."""
_LABELS = 3
"""First columns in which the label of a subtotal may stand."""
_LONGEST = 80
"""Characters of such a label."""
_LONGEST_TOTAL = 6
"""Words of the label of a subtotal, with the name of its group."""
_LONGEST_CODE = 3
"""Characters of a cell that may be a code, such as N for no, when it stands alone."""
_TOTALS = frozenset(
    "total totals sum subtotal average mean median overall avg count grand stdev minimum maximum "
    "standardabweichung ecart desviacion standaarddeviatie "
    "gesamt gesamtergebnis gesamtsumme summe insgesamt durchschnitt mittelwert anzahl "
    "totaux moyenne somme ensemble nombre totales promedio media suma recuento "
    "totaal eindtotaal gemiddelde gemiddeld som aantal".split()
)
_SUBTOTALS = re.compile(
    r"(?:sub|zwischen|teil|tussen|sous|deel)[- ]?(?:total(?:e[ns]?|s)?|totaa?l|summen?|ergebnis(?:se)?|telling|sommes?)"
    r"|totale?s? parcial(?:es)?"
)
_TOTAL_WORD = re.compile(
    r"(?i)tota|summ|ergebnis|som|average|mean|durchschnitt|mittelwert|moyenne|promedio|media|gemiddeld|tussen"
)
_REMARK = re.compile(
    r"\W*(?:confidential\w*|strictly confidential|vertraulich\w*|streng vertraulich|confidentiel\w*|confidencial\w*|"
    r"vertrouwelijk\w*|(?:copyright|©) ?\w[\w ,.]+|end of (?:\w+ ){0,2}\w+|ende de[rs] \w+|"
    r"fin d\w+ \w+|no more \w+|"
    r"keine weiteren \w+|n ?= ?\d+|generated (?:by|on|at) .+|exported (?:by|on|from) .+|exportiert am .+|"
    r"page \d+ (?:of|/) \d+|"
    r"\d[\d,.]* (?:rows?|records?|responses?|results?|zeilen|antworten|lignes|réponses|filas|respuestas|rijen)\b.*)",
    re.IGNORECASE,
)
_COUNT_ALONE = re.compile(r"\(\d[\d,.]* \w+(?: \w+){0,4}\)")
_FRACTION = re.compile(r"[-+]?\d+[.,]\d+")
_RULE = re.compile(r"[-=_+*\s]{3,}")


def is_rule(cells: Sequence[str]) -> bool:
    """Check whether a row draws a line: its filled cells are dashes."""
    first = next((cell for cell in cells if cell), "")
    return first[:1] in {"-", "=", "_", "+", "*"} and all(_RULE.fullmatch(cell) for cell in cells if cell)


class Subtotals:
    """Recognizes the rows between answers that sum up those above: they have the name of a total and no comment."""

    def __init__(self, shapes: Sequence[ColumnShape]) -> None:
        """Take the columns of the data."""
        self._prose = [j for j, column in enumerate(shapes) if column.is_prose]
        self._usual = [j for j, column in enumerate(shapes) if column.filled >= USUALLY]
        self._shapes = shapes
        self._group = ""

    def is_subtotal(self, record: Sequence[str]) -> bool:
        """Check whether a record with cells is a subtotal; records must be given in order."""
        width = len(record)
        for j in self._prose:
            if j < width and record[j] and not record[j].isspace():
                break
        else:
            labels = [
                j for j, cell in enumerate(record[:_LABELS]) if len(cell) <= _LONGEST and _TOTAL_WORD.search(cell)
            ]
            if labels and self._is_named(record[labels[0]], labels[0]) and self._is_bare(record, labels[0]):
                return True
        if record[0]:
            self._group = record[0]
        return False

    def _is_named(self, label: str, place: int) -> bool:
        """Check whether a label says "subtotal", or is "total" and the name of the group above, in either order."""
        name = " ".join(label.casefold().split()).rstrip(": ")
        found = _SUBTOTALS.match(name)
        if found and len(name.split()) <= _LONGEST_TOTAL:
            return place not in self._prose and not name[found.end() :][:1].isalpha()
        first, _, rest = name.partition(" ")
        start, _, last = name.rpartition(" ")
        pairs = ((first, rest), (last, start))
        above = " ".join(self._group.casefold().split())
        return bool(above) and any(
            (slug(word) in _TOTALS or word == "ergebnis") and group.strip(" -:()") == above for word, group in pairs
        )

    def _is_bare(self, record: Sequence[str], place: int) -> bool:
        """Check whether a row has numbers at most after its label, and lacks a comment or what answers have."""
        filled = {j for j, cell in enumerate(record) if cell.strip() and j > place}
        if any(j >= len(self._shapes) or shape_of(record[j]) is not Shape.NUMBER for j in filled):
            return False
        return bool(self._prose) or any(j > place and j not in filled for j in self._usual)


def footer_start(tail: Sequence[Sequence[str]], shapes: Sequence[ColumnShape]) -> int:
    """Return the position in the last records of a file at which its footers begin; len(tail) if there are none.

    Args:
        tail: the last records, at most MOST_FOOTERS; a blank record is empty or has empty cells only.
        shapes: the columns of the data.
    """
    start = len(tail)
    for i in range(len(tail) - 1, -1, -1):
        if any(cell.strip() for cell in tail[i]):
            if not _is_footer(tail[i], shapes):
                break
            start = i
    if start == len(tail):
        start = _block_after_blank(tail, shapes)
    return start


def is_remark(text: str) -> bool:
    """Check whether a text is a remark about the file: "Confidential", "(no more rows)", "12 rows"."""
    return _REMARK.match(text) is not None


def is_total(text: str) -> bool:
    """Check whether a text is the label of a total or an average, in up to four words."""
    words = slug(text).split("_")
    return words[0] in _TOTALS and len(words) <= 4


def _is_footer(cells: Sequence[str], shapes: Sequence[ColumnShape]) -> bool:
    filled = [(j, cell.strip()) for j, cell in enumerate(cells) if cell.strip()]
    place, first = filled[0]
    if place >= len(shapes):
        return False
    column = shapes[place]
    if _is_total_of(first, column):
        rest = filled[1:]
        is_alone = not rest and len(first) > _LONGEST_CODE
        return is_alone or any(shape_of(cell) in TYPED for _, cell in rest) or column.misfits(first)
    if filled[-1][0] < len(shapes) and (_is_bare(filled, shapes) or _is_named_last(filled, shapes)):
        return True
    if len(filled) > 1:
        return False
    if len(shapes) == 1:
        is_in_brackets = first.startswith("(") and first.endswith(")")
        return is_in_brackets and (is_remark(first) or _COUNT_ALONE.fullmatch(first) is not None)
    if is_remark(first) and (not column.is_prose or len(first.split()) <= 8):
        return True
    return _is_alien(first, column, place) and sum(c.filled >= USUALLY for c in shapes) > 1


def _is_total_of(text: str, column: ColumnShape) -> bool:
    return is_total(text) and text not in column.recurring and (" " not in text or not column.is_prose)


def _is_bare(filled: Sequence[tuple[int, str]], shapes: Sequence[ColumnShape]) -> bool:
    """Check whether a row holds only fractions where columns have whole numbers, and lacks what every answer has."""
    places = {j for j, _ in filled}
    lacks = sum(column.filled >= ALWAYS and j not in places for j, column in enumerate(shapes))
    return lacks >= 2 and all(_is_fraction(cell) and _is_whole(shapes[j], cell) for j, cell in filled)


def _is_named_last(filled: Sequence[tuple[int, str]], shapes: Sequence[ColumnShape]) -> bool:
    """Check whether the name of a total stands behind its numbers, and the first column is blank."""
    names = [(j, cell) for j, cell in filled if shape_of(cell) not in TYPED]
    lacks_first = filled[0][0] > 0 and shapes[0].filled >= USUALLY
    return lacks_first and len(names) == 1 < len(filled) and _is_total_of(names[0][1], shapes[names[0][0]])


def _is_fraction(cell: str) -> bool:
    return _FRACTION.fullmatch(cell) is not None


def _is_whole(column: ColumnShape, cell: str) -> bool:
    others = column.values - {cell}
    return len(others) > 1 and column.shape is Shape.NUMBER and not any(map(_is_fraction, others))


def _is_alien(text: str, column: ColumnShape, place: int) -> bool:
    """Check whether a text of several words stands in a column of numbers, dates, codes or short names."""
    words = sum(any(map(str.isalpha, word)) for word in text.split())
    if place > 0:
        return False
    if column.misfits(text):
        others = [v for v in column.values - {text} if column.misfits(v) and not is_total(v) and not is_remark(v)]
        return words >= 2 and len(column.values) > 2 and len(others) * 5 <= len(column.values)
    is_short = not column.is_prose and (column.shape is Shape.CODE or len(column.recurring) > 1)
    return words >= 4 and is_short and text not in column.recurring


def _block_after_blank(tail: Sequence[Sequence[str]], shapes: Sequence[ColumnShape]) -> int:
    """Return where lines with one filled cell follow the last blank record, in a table whose rows have more."""
    blanks = [i for i, cells in enumerate(tail) if not any(cell.strip() for cell in cells)]
    if blanks and len(shapes) == 1:
        is_remarks = all(is_remark(cell) for cells in tail[blanks[-1] + 1 :] for cell in cells[:1])
        return blanks[-1] + 1 if is_remarks else len(tail)
    if not blanks or sum(column.filled >= USUALLY for column in shapes) < 2:
        return len(tail)
    block = [tail[i] for i in range(blanks[-1] + 1, len(tail))]
    are_lines = len(block) <= MOST_LINES and all(_is_line_of_text(cells, shapes) for cells in block)
    is_certain = any(_is_footer(cells, shapes) or _is_outside(cells, shapes) for cells in block)
    return blanks[-1] + 1 if are_lines and is_certain else len(tail)


def _is_line_of_text(cells: Sequence[str], shapes: Sequence[ColumnShape]) -> bool:
    filled = [cell.strip() for cell in cells if cell.strip()]
    is_line = len(filled) == 1 and " " in filled[0] and shape_of(filled[0]) is Shape.TEXT
    return is_line or _is_footer(cells, shapes)


def _is_outside(cells: Sequence[str], shapes: Sequence[ColumnShape]) -> bool:
    """Check whether a line stands in a first column that is not the one of comments: no answer is there alone."""
    is_short = shapes[0].is_typed or shapes[0].shape is Shape.CODE or len(shapes[0].recurring) > 1
    return bool(cells[0].strip()) and is_short and shapes[0].words < 2
