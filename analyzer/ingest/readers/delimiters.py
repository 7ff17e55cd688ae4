"""Find the delimiter and the quoting of a delimited text: those that make the most even table of its first lines."""

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice

ONE_COLUMN = "\x1f"
"""Stands for "no delimiter": a unit separator, which no text holds."""
NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar", ONE_COLUMN: ""}
_SAMPLE_RECORDS = 200
_LEAST_EVEN = 0.5
"""Least share of records of one width for a delimiter that is not in the first line."""
_EVEN = 0.8
"""Share of records of one width from which commas are delimiters even where a space follows them."""
_MOST_TITLES = 40
_LONGEST_NAME = 8
"""Words above which a cell of the first line is a sentence, not the name of a column."""
_DECIMAL = re.compile(r"\d,\d")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a delimited text is written.

    Attributes:
        delimiter: one character; ONE_COLUMN if there is none.
        is_escaped: whether a quote inside a cell is written as a backslash and a quote.
        skips_space: whether a space follows each delimiter.
        is_declared: whether the first line is "sep=" and the delimiter.
        is_wrapped: whether each line is one quoted cell that holds the row.
        quote: the character around cells.
    """

    delimiter: str
    is_escaped: bool = False
    skips_space: bool = False
    is_declared: bool = False
    is_wrapped: bool = False
    quote: str = '"'

    @property
    def note(self) -> str:
        """The delimiter in words, for a note."""
        named = NAMES.get(self.delimiter, repr(self.delimiter))
        escaped = "; a backslash before a quote inside a cell left out" if self.is_escaped else ""
        wrapped = "; each line was quoted as a whole" if self.is_wrapped else ""
        return (f"delimiter {named}" if named else "one column") + escaped + wrapped


def find_dialect(sample: str, suffix: str = ".csv", given: str | None = None) -> Dialect:
    """Return the dialect of a text from its first characters.

    Args:
        sample: the start of the text, with its line ends.
        suffix: of the file; tabs are tried first for .tsv.
        given: the delimiter, if the user named it.
    """
    first = sample.lstrip("\ufeff").splitlines()[0].strip(" \"'") if sample.strip() else ""
    declared = first[4:] if first.lower().startswith("sep=") and len(first) == 5 else ""
    if first.lower() == "sep=" and sample.lstrip("\ufeff\"'").lower().startswith("sep=\t"):
        declared = "\t"
    is_declared = bool(declared)
    if is_declared:
        sample = sample.partition("\n")[2]
    is_escaped = _is_escaped(sample)
    text = sample.replace('\\"', '""') if is_escaped else sample
    quote = '"'
    if _is_single_quoted(text):
        quote, text = "'", text.replace("'", '"')
    delimiter = given or declared or _best_delimiter(text, suffix)
    if (
        delimiter == ONE_COLUMN
        and (inner := _unwrapped(text))
        and (found := _best_delimiter(inner, suffix)) != ONE_COLUMN
    ):
        return Dialect(found, is_escaped, is_declared=is_declared, is_wrapped=True)
    skips_space = delimiter != ONE_COLUMN and f'{delimiter} "' in text
    is_spaced = skips_space and _is_spaced(text, delimiter)
    return Dialect(delimiter, is_escaped, is_spaced, is_declared, quote=quote)


def _is_single_quoted(sample: str) -> bool:
    """Check whether most lines begin and end with an apostrophe, and no cell is in quotes."""
    lines = [line for line in sample.splitlines()[:_SAMPLE_RECORDS] if line]
    quoted = sum(line[0] == line[-1] == "'" and len(line) > 1 for line in lines)
    return '"' not in sample and quoted > 1 and quoted >= _EVEN * len(lines)


def _unwrapped(sample: str) -> str:
    """Return the rows inside lines that are each quoted as a whole; "" if most lines are not."""
    lines = sample.splitlines()[:_SAMPLE_RECORDS]
    whole = [line[1:-1].replace('""', '"') for line in lines if line[:1] == line[-1:] == '"' and len(line) > 1]
    return "\n".join(whole) if len(whole) > 1 and len(whole) >= 0.9 * len(lines) else ""


def _best_delimiter(sample: str, suffix: str) -> str:
    candidates = ("\t", ",", ";", "|") if suffix == ".tsv" else (",", ";", "\t", "|")
    found = {c: split for c in candidates if (split := _split(sample, c)) is not None}
    if not found:
        return ONE_COLUMN
    if len(found) > 1 and '"' in sample:  # a wrong delimiter makes most quotes wrong
        refused = {c: _refused(sample, c) for c in found}
        most = min(refused.values()) + max(1, min(sample.count("\n"), _SAMPLE_RECORDS) // 10)
        found = {c: split for c, split in found.items() if refused[c] <= most}
    if any(split.start == 0 for split in found.values()):
        found = {c: split for c, split in found.items() if split.start == 0 or split.evenness >= _EVEN}
    best = max(found, key=lambda c: found[c].evenness)
    if best == ",":  # a decimal comma or a comma in a sentence divides texts as evenly
        least = found[best].evenness - 0.05
        rivals = [c for c in found if c != "," and found[c].evenness >= least and found[c].start <= found[","].start]
        return max(rivals, key=lambda c: found[c].evenness, default=best)
    return best


@dataclass(frozen=True, slots=True)
class _Split:
    """What a delimiter makes of a sample: evenness of the table, 0..1, and the record in which it starts."""

    evenness: float
    start: int


def _split(sample: str, delimiter: str) -> _Split | None:
    """Return the table of the most frequent width of two or more, None if the delimiter makes no table."""
    widths = _widths(sample, delimiter)
    counts = Counter(w for w in widths if w > 1)
    if not counts:
        return None
    reached = _reached(sample, delimiter, widths)
    if reached >= _EVEN:
        return _Split(reached, 0)
    width = max(counts, key=lambda w: (counts[w], w))
    start = widths.index(width)
    share = sum(w == width for w in widths[start:]) / len(widths[start:])
    is_header_split = widths[0] > 1
    if delimiter == "," and (start or share < _EVEN) and _is_prose_comma(sample):
        return None
    if start > _MOST_TITLES or (not is_header_split and (counts[width] < 2 or share < _LEAST_EVEN)):
        return None
    return _Split(share * (1 - start / (4 * len(widths))), start)


def _reached(sample: str, delimiter: str, widths: Sequence[int]) -> float:
    """Return the share of records with at least the cells of the header, 0 if a delimiter is part of sentences there.

    Further delimiters of a row stand in its comment then. Those between cells have no space after them.
    """
    lines = [line for line in sample.splitlines()[:_SAMPLE_RECORDS] if line.strip(delimiter + " ")]
    if widths[0] < 2 or len(lines) < 3 or f"{delimiter} " in lines[0] or widths[0] == max(widths):
        return 0.0
    inner = slice(1, max(2, widths[0] - 1))
    tight = sum(not any(cell[:1] == " " for cell in line.split(delimiter)[inner]) for line in lines)
    is_header = not any(len(name.split()) > _LONGEST_NAME for name in lines[0].split(delimiter))
    return sum(w >= widths[0] for w in widths) / len(widths) if is_header and tight >= _EVEN * len(lines) else 0.0


def _is_prose_comma(sample: str) -> bool:
    """Check whether most commas outside quotes are followed by a space or divide a number."""
    plain = re.sub(r'"[^"]*"', "", sample)
    commas = plain.count(",")
    return commas > 0 and plain.count(", ") + len(_DECIMAL.findall(plain)) > commas / 2


def _widths(sample: str, delimiter: str) -> Sequence[int]:
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
    records: list[list[str]] = []
    with suppress(csv.Error):
        records.extend(islice(reader, _SAMPLE_RECORDS))
    widths = [len(cells) for cells in records if any(cells)] or list(filter(None, map(len, records)))
    return widths[:-1] if len(sample) >= 1 << 16 and len(widths) > 1 else widths


def _is_escaped(sample: str) -> bool:
    """Check whether quotes inside cells are written as a backslash and a quote, and not as two quotes."""
    if '\\"' not in sample:
        return False
    return _flaws(sample.replace('\\"', '""')) < _flaws(sample)


def _flaws(sample: str) -> int:
    """Return the least number of records that a strict parser refuses, over the usual delimiters."""
    return min(_refused(sample, delimiter) for delimiter in (",", ";", "\t", "|"))


def _refused(sample: str, delimiter: str) -> int:
    lines = sample.splitlines(keepends=True)[:_SAMPLE_RECORDS]
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    refused = 0
    while True:
        try:
            next(reader)
        except csv.Error:
            refused += 1
        except StopIteration:
            return refused


def _is_spaced(sample: str, delimiter: str) -> bool:
    lines = sample.splitlines()[:_SAMPLE_RECORDS]
    spaced = sum(line.count(f'{delimiter} "') for line in lines)
    tight = sum(line.count(f'{delimiter}"') for line in lines)
    return spaced > tight
