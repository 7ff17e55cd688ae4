"""What the cells of a column allow: counts of numbers, dates, periods, codes and missing answers, value by value."""

import re
from collections import Counter

from analyzer.ingest.dates import DateTally
from analyzer.ingest.values.missing import Strength, strength
from analyzer.ingest.values.numbers import NumberTally, labeled_number, plain_number
from analyzer.ingest.values.period_text import granularity, read_period
from analyzer.ingest.values.plain_text import is_encoded_twice, is_markup
from analyzer.ingest.values.reader import is_code

LONGEST_VALUE = 110
"""Characters from which a value can only be text."""
HARDLY_ANY = 0.01
_DIGIT = re.compile(r"\d")
_NUMERIC = frozenset("0123456789+-")


class CellEvidence:
    """Counts over the different values of a column.

    Attributes:
        filled: values that are not empty, missing answers included.
        words, longest: words of all values, characters of the longest.
        missing: missing answers as written, by strength.
        misses: number of missing answers by strength.
        digits: values of digits only, by length; `padded` of them begin with a zero.
        labeled: values such as "1 - Very dissatisfied".
        periods: values that are weeks, months or quarters, by granularity.
        codes: values that have the form of an identifier.
        markup, encoded_twice: values with HTML; values with "Ã¼" for "ü".
    """

    def __init__(self) -> None:
        self.filled = self.words = self.longest = 0
        self.padded = self.labeled = self.codes = self.markup = self.encoded_twice = 0
        self.missing: dict[Strength, Counter[str]] = {one: Counter() for one in Strength if one}
        self.digits: Counter[int] = Counter()
        self.periods: Counter[str] = Counter()
        self.numbers = NumberTally()
        self.dates = DateTally()
        self._has_numbers = self._has_dates = True

    def add(self, text: str, count: int) -> None:
        """Count a non-empty value without outer space that occurs `count` times."""
        length = len(text)
        self.filled += count
        self.words += (text.count(" ") + 1) * count
        if length > self.longest:
            self.longest = length
        if length > LONGEST_VALUE:
            self.dates.add_other(count)
            self._look_inside(text, count)
            return
        if found := strength(text):
            self.missing[found][text] += count
            return
        self._add_value(text, count)

    def settle(self) -> None:
        """Stop to look for what hardly any value was so far; called once a column has very many different values."""
        enough = HARDLY_ANY * self.filled
        self._has_numbers = self.numbers.fits + self.digits.total() > enough
        self._has_dates = self.dates.filled - self.dates.unreadable + sum(self.periods.values()) > enough

    def missing_at(self, weakest: Strength) -> dict[str, int]:
        """Return the missing answers of a strength and above, as written, with their counts."""
        found: Counter[str] = Counter()
        for one, words in self.missing.items():
            if one >= weakest:
                found.update(words)
        return dict(found.most_common())

    def missed(self, weakest: Strength) -> int:
        """Return the number of missing answers of a strength and above."""
        return sum(words.total() for one, words in self.missing.items() if one >= weakest)

    def _add_value(self, text: str, count: int) -> None:
        plain = plain_number(text) if text[0] in _NUMERIC else None
        if text.isdecimal():
            self._add_digits(text, count, plain)
            return
        if plain is not None and text[-4:-3] != ".":  # 1.200 may be twelve hundred
            self.numbers.add_plain(plain, count, has_decimals="." in text)
            self.dates.add_other(count)
            return
        is_number = self._has_numbers and self.numbers.add(text, count)
        if plain is not None or _DIGIT.search(text) is None:
            self.dates.add_other(count)
        else:
            self._add_mixed(text, count, is_number)
        self._look_inside(text, count)

    def _add_digits(self, text: str, count: int, plain: float | None) -> None:
        self.digits[len(text)] += count
        self.padded += count * (text[0] == "0" and len(text) > 1)
        self.codes += count
        self.dates.add_other(count)
        if plain is not None:
            self.numbers.add_plain(plain, count, has_decimals=False)

    def _add_mixed(self, text: str, count: int, is_number: bool) -> None:
        """Count a value of digits and other characters."""
        has_form = is_code(text)
        self.codes += count * has_form
        self._add_day(text, count)
        if not has_form and not is_number and self._has_numbers and labeled_number(text):
            self.labeled += count

    def _add_day(self, text: str, count: int) -> None:
        if not self._has_dates:
            self.dates.add_other(count)
        elif not self.dates.add(text, count) and (period := read_period(text)):
            self.periods[granularity(period)] += count

    def _look_inside(self, text: str, count: int) -> None:
        if ("<" in text or "&" in text) and is_markup(text):
            self.markup += count
        if not text.isascii() and is_encoded_twice(text):
            self.encoded_twice += count
