"""Times of audit events: what a wrong clock may do to them, and how an administrator puts it right.

A clock that is far ahead of the newest event may be right, after a pause, or wrong. Until an administrator says which,
events carry the clock's time marked as unconfirmed, and the log has a confirmed time too: that of its newest event
before the jump. Times within one confirmed run never go back. Knows nothing of what the events record.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

JUMP = timedelta(days=35)
"""Longest pause between two events that is believed: a month, which is how often retention rules are applied where
nothing else is done, and some days."""
SLACK = timedelta(minutes=5)
"""How far a clock may be behind the log: clocks of machines that share a workspace differ by seconds."""
UNCONFIRMED = "-00:00"
"""Offset of an unconfirmed time; in RFC 3339, section 4.3, it says that the offset to the place's time is unknown."""


@dataclass(frozen=True, slots=True)
class LoggedTime:
    """What the log says about the time.

    Attributes:
        confirmed: time of the newest event that the clock had not jumped before, or that confirmed it, ISO 8601.
        latest: latest time since then; the same if nothing is unconfirmed.
    """

    confirmed: str
    latest: str

    @property
    def is_confirmed(self) -> bool:
        """Whether no jump of the clock is unconfirmed."""
        return not is_unconfirmed(self.latest)

    def is_behind(self, moment: datetime) -> bool:
        """Return whether a clock is behind the confirmed time."""
        return datetime.fromisoformat(self.confirmed) > moment + SLACK

    def doubt(self, moment: datetime) -> str:
        """Return why a clock is not to be relied on, in words; empty if it is."""
        ahead = moment - datetime.fromisoformat(self.confirmed)
        if has_jumped(self.confirmed, moment):
            found = f"the clock is {ahead.days:,} days ahead of the audit log, whose newest confirmed event is of "
        elif not self.is_confirmed:
            found = f"the clock was wrong until {self.latest[:16]}; the newest confirmed event of the audit log is of "
        else:
            return ""
        return f"{found}{self.confirmed[:16]} UTC"


def is_unconfirmed(at: str) -> bool:
    """Return whether the time of an event was unconfirmed when it was written."""
    return at.endswith(UNCONFIRMED)


def has_jumped(previous: str, moment: datetime) -> bool:
    """Return whether a clock is too far ahead of a confirmed time to be believed."""
    return moment - datetime.fromisoformat(previous) > JUMP


def confirmed_time(moment: datetime) -> str:
    """Return a time to be written, to the millisecond, in UTC."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")


def unconfirmed_time(moment: datetime) -> str:
    """Return a time to be written that is marked as unconfirmed."""
    return confirmed_time(moment).removesuffix("+00:00") + UNCONFIRMED


def next_time(previous: str, moment: datetime) -> str:
    """Return the time of an event after another one: unconfirmed after an unconfirmed one, else never earlier."""
    if is_unconfirmed(previous):
        return unconfirmed_time(moment)
    return confirmed_time(max(moment, datetime.fromisoformat(previous)))
