"""What time it is for access: never earlier than this process or the log has seen, whatever the system's clock says."""

import time
from datetime import UTC, datetime, timedelta


def now() -> datetime:
    """Return the system's clock, UTC."""
    return datetime.now(UTC)


def ticks() -> float:
    """Return seconds that only go forward, from any beginning."""
    return time.monotonic()


def stamp(moment: datetime) -> str:
    """Return a moment as text, to the second, in UTC."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")


class Clock:
    """Goes forward only: a clock that is set back does not bring an expired grant to life again."""

    def __init__(self) -> None:
        """Begin at the system's clock."""
        self._latest = now()
        self._ticks = ticks()

    def read(self, logged: str = "") -> datetime:
        """Return the latest of the system's clock, this process's own count, and the newest event of the log."""
        passed = ticks()
        counted = self._latest + timedelta(seconds=passed - self._ticks)
        seen = [counted, now(), *([datetime.fromisoformat(logged)] if logged else [])]
        self._latest, self._ticks = max(seen), passed
        return self._latest
