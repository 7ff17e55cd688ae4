"""Read the dates of a column: the order of day and month follows from all values, and uncertain ones are counted."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

from analyzer.ingest.date_text import MAX_LENGTH, Order, written_date

__all__ = ["MAX_LENGTH", "DateOrder", "DateTally", "Order", "detect_order", "parse_date", "read_date"]

ORDER_NAMES = {"dmy": "day first", "mdy": "month first", "ymd": "year first"}
_OLD = "1970"


@dataclass(frozen=True, slots=True)
class DateOrder:
    """The order in which the dates of a column are read, and the counts of values that support it.

    Attributes:
        order: order of day, month and year for values that fit more than one.
        filled: non-empty values.
        dmy, mdy: values that fit only day first, or only month first.
        ambiguous: values that fit both, with different results.
        unreadable: values that are not dates.
        zones: values with a time zone abbreviation of several offsets, which are kept as local times.
        first, last: the earliest and the latest date as ISO 8601; "" if there is none.
        old, future: values before 1970, and after today.
        is_by_file: whether other columns of the file decide the order.
    """

    order: Order
    filled: int = 0
    dmy: int = 0
    mdy: int = 0
    ambiguous: int = 0
    unreadable: int = 0
    zones: int = 0
    first: str = ""
    last: str = ""
    old: int = 0
    future: int = 0
    is_by_file: bool = False

    @property
    def readable(self) -> int:
        """Number of values that are dates."""
        return self.filled - self.unreadable

    @property
    def misfits(self) -> int:
        """Number of values that fit only the other order."""
        return {"dmy": self.mdy, "mdy": self.dmy}.get(self.order, 0)

    @property
    def doubtful(self) -> int:
        """Number of values that can be read both ways while nothing else in the column decides."""
        return 0 if self.is_by_file else self.ambiguous if self.misfits or not (self.dmy or self.mdy) else 0

    def note(self, label: str) -> str:
        """Return one line on the order and the number of uncertain values; "" if there are none."""
        parts = []
        if self.misfits:
            other = ORDER_NAMES["mdy" if self.order == "dmy" else "dmy"]
            parts.append(f"{self.misfits:,} of {self.filled:,} dates fit only {other} and were read that way")
        if self.doubtful:
            parts.append(f"{self.doubtful:,} can be read both ways and were read {ORDER_NAMES[self.order]}")
        if self.unreadable:
            parts.append(f"{self.unreadable:,} are not dates and were left empty")
        if self.zones:
            parts.append(f"{self.zones:,} name a time zone that has several offsets, and are kept as local times")
        if self.old:
            parts.append(f"{self.old:,} lie before 1970 (the earliest is {self.first[:10]})")
        if self.future:
            parts.append(f"{self.future:,} lie in the future (the latest is {self.last[:10]})")
        return f"column {label!r} is {ORDER_NAMES[self.order]}: {'; '.join(parts)}" if parts else ""


class DateTally:
    """Counts the orders that fit the values of a column, one value at a time."""

    def __init__(self, today: str = "") -> None:
        """Start a count.

        Args:
            today: ISO date after which a date lies in the future; the current day by default.
        """
        self.filled = self.unreadable = 0
        self._dmy = self._mdy = self._ambiguous = self._year_first = self._american_hints = 0
        self._zones = 0
        today = today or datetime.now(UTC).date().isoformat()
        self._days = {"dmy": _Days(today), "mdy": _Days(today)}

    def add(self, value: str, count: int = 1) -> bool:
        """Count one non-empty value that occurs `count` times; return whether it is a date."""
        self.filled += count
        written = written_date(value.strip())
        if written is None:
            self.unreadable += count
            return False
        self._zones += written.is_zone_unclear * count
        day_first, month_first = written.dmy, written.mdy
        if written.is_year_first:
            self._year_first += count
        elif day_first is None:
            self._mdy += count
        elif month_first is None:
            self._dmy += count
        elif day_first != month_first:
            self._ambiguous += count
            self._american_hints += count * written.has_half
        self._days["dmy"].add(day_first or month_first or "", count)
        self._days["mdy"].add(month_first or day_first or "", count)
        return True

    def add_other(self, count: int = 1) -> None:
        """Count one value that is known not to be a date."""
        self.filled += count
        self.unreadable += count

    def result(self) -> DateOrder:
        """Return the order that more values require; if none does, day first unless times have AM or PM."""
        order: Order = "dmy"
        if self._mdy > self._dmy or (self._mdy == self._dmy == 0 and self._american_hints * 2 > self._ambiguous):
            order = "mdy"
        elif self._year_first and not (self._dmy or self._ambiguous):
            order = "ymd"
        days = self._days["mdy" if order == "mdy" else "dmy"]
        return DateOrder(
            order, self.filled, self._dmy, self._mdy, self._ambiguous, self.unreadable, self._zones,
            days.first if days.last else "", days.last, days.old, days.future,
        )  # fmt: skip


class _Days:
    """The span of the dates of a column, read in one order."""

    def __init__(self, today: str) -> None:
        self._today = today
        self.first, self.last = "9999", ""
        self.old = self.future = 0

    def add(self, day: str, count: int) -> None:
        self.first, self.last = min(self.first, day), max(self.last, day)
        if day < _OLD:
            self.old += count
        elif day[:10] > self._today:
            self.future += count


def detect_order(values: Iterable[str]) -> DateOrder:
    """Return the order of day and month of a whole column; empty values are ignored."""
    tally = DateTally()
    for value in values:
        if value.strip():
            tally.add(value)
    return tally.result()


def parse_date(value: str, order: DateOrder | Order) -> str | None:
    """Return a date as ISO 8601, with time and offset if it has them; None if the text is not a date.

    A value that does not fit the order is read in the other order.
    """
    return read_date(value, order.order if isinstance(order, DateOrder) else order)


def read_date(value: str, order: Order | str) -> str | None:
    """Return one date text as ISO 8601, preferring an order of day and month; None if it is not a date."""
    written = written_date(value.strip())
    return written.read(cast("Order", order)) if written else None
