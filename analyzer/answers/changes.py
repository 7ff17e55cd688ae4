"""Changes over time: whether a point, or a subject, is spoken of more or less often since a date than before.

The newest RECENT of the comments that match are compared with those before them, by a two-proportion z-test. Answers
have up to a dozen points, so that a change is named from SURE on (Bonferroni for .05 over a dozen is .004).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from math import erfc, sqrt

RECENT = 0.25
SURE = 0.005
LEAST_DATED = 80
"""Dated comments below which no change is looked for."""


@dataclass(frozen=True, slots=True)
class Change:
    """A change: shares, 0 to 1, since a date and before it.

    Attributes:
        since: the date, in the form of the column.
        recent_of, before_of: number of comments that the shares are of.
    """

    since: str
    recent: float
    before: float
    recent_of: int
    before_of: int


def find_change(having: Collection[str], dates: Mapping[str, str]) -> Change | None:
    """Return how the share of comments changed; None if it did not, or too few comments have a date.

    Args:
        having: ids of the comments that are counted.
        dates: date by id of all comments compared.
    """
    if len(dates) < LEAST_DATED:
        return None
    ordered = sorted(dates.values())
    since = ordered[int(len(ordered) * (1 - RECENT))]
    recent = {one for one, date in dates.items() if date >= since}
    if not len(recent) or len(recent) > len(dates) / 2:
        return None
    of, before_of = len(recent), len(dates) - len(recent)
    inside = sum(one in dates for one in having)
    now = sum(one in recent for one in having)
    before = inside - now
    pooled = inside / len(dates)
    error = sqrt(pooled * (1 - pooled) * (1 / of + 1 / before_of))
    if not error or erfc(abs(now / of - before / before_of) / error / sqrt(2)) > SURE:
        return None
    return Change(since, round(now / of, 6), round(before / before_of, 6), of, before_of)
