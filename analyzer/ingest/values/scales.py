"""Labels with an order: "1 - Very dissatisfied" by their numbers, verbal scales by the places of their words."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from analyzer.ingest.values.likert import COUNTED, rank
from analyzer.ingest.values.numbers import labeled_number, plain_number

MOST_LABELS = 15
_UNDER = (
    r"<=?|under|below|less than|up to|unter|bis|weniger als|moins de|jusqu'a|menos de|hasta|onder|minder dan|tot|"
    r"meno di|fino a"
)
_OVER = r">=?|over|more than|above|über|mehr als|ab|plus de|más de|mas de|meer dan|più di|oltre"
_AND_MORE = (
    r"(?:and|or|und|oder|et|ou|y|o|en|of|e) (?:over|older|more|above|älter|mehr|plus|más|mas|ouder|meer|oltre|più)"
)
_RANGE = re.compile(
    rf"(?:(?P<under>{_UNDER})|(?P<over>{_OVER}))? ?[$€£]?(?P<low>\d[\d.,]*) ?(?P<unit>[^\W\d_]{{2,}}|%|€)?"
    r"(?: ?(?:-|–|—|to|bis|à|a|tot|until) ?[$€£]?(?P<high>\d[\d.,]*)(?: ?[^\W\d_]+)?)?"
    rf" ?(?P<plus>\+|{_AND_MORE})?(?: ?[^\W\d_]+)?"
)
_PADDED = re.compile(r"(?<!\d)0\d|\d{8}")
"""Leading zeros and eight digits: phone numbers and postcodes are no ranges."""
_LONGEST_RANGE = 50
_VERY = 2.9
"""From this place on a label is an end of a verbal scale: "very", "strongly", "completely"."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """Labels, lowest first, with the number of each.

    Attributes:
        family: of a verbal scale: satisfaction, agreement …; "" if the labels carry numbers.
        is_numbered: whether the numbers are written in the labels.
    """

    labels: tuple[str, ...]
    numbers: tuple[float, ...]
    family: str = ""
    is_numbered: bool = False


def ranked_labels(counts: Mapping[str, int]) -> Ranked | None:
    """Return the labels of a column in their order; None if they have none.

    Args:
        counts: the different values without missing answers, and how often each occurs.
    """
    spellings = common_spellings(counts)
    if not 1 <= len(spellings) <= MOST_LABELS:
        return None
    return _by_numbers(spellings) or _by_words(spellings) or _by_ranges(spellings)


def common_spellings(counts: Mapping[str, int]) -> list[str]:
    """Return one spelling, the most frequent, of each label that is written in several ways (case, spaces)."""
    best: dict[str, tuple[int, str]] = {}
    for text, count in counts.items():
        key = fold_label(text)
        if key not in best or count > best[key][0]:
            best[key] = (count, text)
    return [text for _, text in best.values()]


def fold_label(text: str) -> str:
    """Return a label in one case, with single spaces and without end punctuation."""
    return " ".join(text.casefold().replace("’", "'").replace("–", "-").replace("—", "-").split()).rstrip(".,;!")


def given_order(labels: Iterable[str]) -> Ranked:
    """Return labels in the order in which a user gave them, lowest first."""
    kept = tuple(dict.fromkeys(label.strip() for label in labels if label.strip()))
    found = [labeled_number(label) for label in kept]
    if all(found):
        return Ranked(kept, tuple(one[0] for one in found if one), "", is_numbered=True)
    return Ranked(kept, tuple(float(place) for place in range(1, len(kept) + 1)))


def _by_numbers(labels: list[str]) -> Ranked | None:
    found = {label: labeled_number(label) for label in labels}
    numbers = [one[0] for one in found.values() if one is not None]
    if len(numbers) < len(labels) or len(set(numbers)) < len(numbers) or len(labels) < 2:
        return None
    if not all(float(number).is_integer() and -10 <= number <= 10 for number in numbers):
        return None
    texts = [one[1].casefold() for one in found.values() if one is not None]
    if len(set(texts)) == 1:  # 3 days, 5 days: amounts, not labels
        return None
    ordered = sorted(labels, key=lambda label: (found[label] or (0, ""))[0])
    return Ranked(tuple(ordered), tuple(sorted(numbers)), "", is_numbered=True)


def _by_words(labels: list[str]) -> Ranked | None:
    if len(labels) < 2 or any(plain_number(label) is not None for label in labels):
        return None
    found = rank(labels)
    if found is None:
        return None
    family, values = found
    pairs = sorted(zip(values, labels, strict=True))
    if family in COUNTED:
        return Ranked(tuple(label for _, label in pairs), tuple(value for value, _ in pairs), family)
    return Ranked(tuple(label for _, label in pairs), _numbers([value for value, _ in pairs]), family)


def _by_ranges(labels: list[str]) -> Ranked | None:
    """Return ranges of numbers in their order: Under 18, 18-24, 25-34, 65+; one at least must have two ends."""
    found = [(match, label) for label in labels if (match := _RANGE.fullmatch(label.casefold()[:_LONGEST_RANGE]))]
    if len(found) < len(labels) or len(labels) < 2 or not any(match["high"] for match, _ in found):
        return None
    units = {(match["unit"] or "").rstrip("sne") for match, _ in found} - {""}
    ends = sorted((_lower_end(match), _upper_end(match), label) for match, label in found)
    is_apart = all(low < high <= after for (low, high, _), (after, _, _) in pairwise(ends))
    if not is_apart or len(units) > 1 or any(_PADDED.search(label) for label in labels):
        return None
    ordered = tuple(label for _, _, label in ends)
    return Ranked(ordered, tuple(float(place) for place in range(1, len(ordered) + 1)), "range")


def _upper_end(match: re.Match[str]) -> float:
    """Return the upper end of a range; a lower bound alone has none, and "under 18" ends at 18."""
    if match["high"]:
        return _plain_number(match["high"])
    return _lower_end(match) + 0.5


def _plain_number(text: str) -> float:
    return float(re.sub(r"\D", "", text))


def _lower_end(match: re.Match[str]) -> float:
    low = _plain_number(match["low"])
    return low - 0.5 if match["under"] else low + 0.5 if match["over"] else low


def _numbers(values: list[float]) -> tuple[float, ...]:
    """Return the numbers of sorted places: 1 to 5 where labels of a scale of five are missing, else their ranks."""
    bins = [1 if v <= -_VERY else 2 if v < 0 else 3 if v == 0 else 4 if v < _VERY else 5 for v in values]
    is_of_five = len(set(bins)) == len(bins) and (1 in bins or 5 in bins) and min(values) < 0 < max(values)
    is_of_four = bins == [1, 2, 4, 5]
    if is_of_five and not is_of_four:
        return tuple(float(place) for place in bins)
    return tuple(float(place) for place in range(1, len(values) + 1))
