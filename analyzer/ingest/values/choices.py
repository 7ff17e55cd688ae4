"""Choices: yes and no in six languages, and cells that hold several options."""

import json
import re
from collections import Counter
from collections.abc import Mapping
from itertools import pairwise

MOST_OPTIONS = 60
LONGEST_OPTION = 80
MOST_WORDS = 9
LIST = "[]"
"""The separator of cells written as a list: ["North", "South"]."""
_PAIRS = (
    ("no", "yes"), ("n", "y"), ("false", "true"), ("f", "t"), ("nein", "ja"), ("non", "oui"), ("no", "sí"),
    ("no", "si"),    ("nee", "ja"), ("no", "sì"),
    ("falsch", "wahr"), ("faux", "vrai"), ("falso", "verdadero"), ("onwaar", "waar"),
    ("falso", "vero"), ("unchecked", "checked"), ("not selected", "selected"), ("not checked", "checked"), ("n", "j"),
    ("n", "o"), ("n", "s"), ("nicht ausgewählt", "ausgewählt"), ("non sélectionné", "sélectionné"), ("no", "yes, i do"),
    ("off", "on"), ("✗", "✓"), ("✘", "✔"), ("no seleccionado", "seleccionado"), ("niet geselecteerd", "geselecteerd"),
)  # fmt: skip
_ALONE = frozenset(
    {"yes", "true", "ja", "oui", "sí", "sì", "si", "checked", "selected", "wahr", "vrai", "verdadero", "vero"}
)
_SEPARATORS = (";", "|", "\n", ",")


def boolean_labels(counts: Mapping[str, int]) -> tuple[str, str] | None:
    """Return the labels of no and yes as written; None if the values are not a pair of them.

    A label that does not occur is taken from the pair, in the case of the other one.

    Args:
        counts: the different values without missing answers, and how often each occurs.
    """
    folded: dict[str, Counter[str]] = {}
    for text, count in counts.items():
        folded.setdefault(text.casefold().strip(" ."), Counter())[text] += count
    if len(folded) == 1 and next(iter(folded)) not in _ALONE | {"no", "false", "nein", "non", "nee"}:
        return None
    for no, yes in _PAIRS:
        if folded and folded.keys() <= {no, yes}:
            spelled = {key: found.most_common(1)[0][0] for key, found in folded.items()}
            other = next(iter(spelled.values()))
            return spelled.get(no) or _as_written(no, other), spelled.get(yes) or _as_written(yes, other)
    return None


def options_in(cell: str, separator: str) -> list[str]:
    """Return the options in a multi-choice cell, without empty ones and repeats."""
    if separator == LIST:
        parts = _list_items(cell)
        return list(dict.fromkeys(parts)) if parts is not None else [cell]
    parts = cell.split(separator) if separator else [cell]
    return list(dict.fromkeys(part for part in (" ".join(p.split()) for p in parts) if part))


def multi_separator(counts: Mapping[str, int]) -> str:
    """Return the separator between the options of a multi-choice column; "" if it is not one.

    Options recur, are short, and stand in different numbers and places; "Leeds, UK" has a town and a country instead.

    Args:
        counts: the different values without missing answers, and how often each occurs.
    """
    if sum(n for text, n in counts.items() if text.startswith("[") and _list_items(text) is not None) >= 0.9 * sum(
        counts.values()
    ):
        return LIST
    return next((mark for mark in _SEPARATORS if _separates(counts, mark)), "")


def _separates(counts: Mapping[str, int], mark: str) -> bool:
    total = sum(counts.values())
    holding = sum(n for text, n in counts.items() if mark in text)
    if holding < 0.1 * total or not holding:
        return False
    if holding < 2:
        (single,) = [options_in(text, mark) for text in counts if mark in text]
        return len(single) > 1 and {option.casefold() for option in single} <= {text.casefold() for text in counts}
    cells = {text: options_in(text, mark) for text in counts}
    uses: Counter[str] = Counter()
    for text, options in cells.items():
        uses.update({option.casefold(): counts[text] for option in options})
    if len(uses) > MOST_OPTIONS or any(len(o) > LONGEST_OPTION or o.count(" ") >= MOST_WORDS for o in uses):
        return False
    if all(text.rstrip().endswith(mark) for text in counts):
        return mark == ";" or len(uses) < total
    if mark == "," and any(re.search(r"\d,\d", text) for text in counts):
        return _are_code_lists(counts)
    recurring = sum(n for n in uses.values() if n > 1)
    return recurring >= (0.95 if mark == "," else 0.7) * uses.total() and not _is_record(list(cells.values()))


def _are_code_lists(counts: Mapping[str, int]) -> bool:
    """Check whether digits and commas are lists of codes in their order, "1,2,4", and not decimal numbers."""
    codes = [text.split(",") for text in counts]
    if not all(part.strip().isdecimal() for parts in codes for part in parts) or max(map(len, codes)) <= 2:
        return False
    return all(int(one) < int(other) for parts in codes for one, other in pairwise(parts))


def _is_record(cells: list[list[str]]) -> bool:
    """Check whether all cells have the same number of parts, each of its own vocabulary, as town and country have."""
    if len({len(cell) for cell in cells}) != 1:
        return False
    columns = [set(column) for column in zip(*cells, strict=True)]
    return all(left.isdisjoint(right) for left, right in pairwise(columns))


def _list_items(cell: str) -> list[str] | None:
    if not (cell.startswith("[") and cell.endswith("]")):
        return None
    for text in (cell, cell.replace("'", '"')):
        try:
            items = json.loads(text)
        except (ValueError, RecursionError):
            continue
        if isinstance(items, list) and all(isinstance(item, str | int | float) for item in items):
            return [" ".join(str(item).split()) for item in items]
    return None


def _as_written(word: str, like: str) -> str:
    if like.isupper() and len(like) > 1:
        return word.upper()
    return word.capitalize() if like[:1].isupper() else word
