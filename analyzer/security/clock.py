"""Time for access decisions: never earlier than a time that this process or the audit log has seen."""

import time
from datetime import UTC, datetime, timedelta


def now() -> datetime:
    """Return the current time of the system's clock, UTC."""
    return datetime.now(UTC)


def ticks() -> float:
    """Return the seconds of a monotonic clock with an arbitrary start."""
    return time.monotonic()


def stamp(moment: datetime) -> str:
    """Return a moment as text, to the second, in UTC."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")


class Clock:
    """A clock that never goes back: if the system's clock is set back, an expired grant stays expired."""

    def __init__(self) -> None:
        """Start at the time of the system's clock."""
        self._latest = now()
        self._ticks = ticks()

    def read(self, logged: str = "") -> datetime:
        """Return the latest of the system's clock, this process's monotonic clock, and the newest event of the log."""
        passed = ticks()
        counted = self._latest + timedelta(seconds=passed - self._ticks)
        seen = [counted, now(), *([datetime.fromisoformat(logged)] if logged else [])]
        self._latest, self._ticks = max(seen), passed
        return self._latest
