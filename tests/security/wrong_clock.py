"""A machine whose clock is wrong: every module of the program reads the time that a test sets."""

from datetime import datetime, timedelta

import pytest


class WrongClock:
    """Moves the clock that the audit log and all services read; the monotonic clock goes on as it is."""

    def __init__(self, patched: pytest.MonkeyPatch) -> None:
        self.shift = timedelta(0)
        outer = self

        class Moved(datetime):
            """The class that the modules call; what it returns is an ordinary time."""

            @classmethod
            def now(cls, tz=None):
                return datetime.now(tz) + outer.shift

        patched.setattr("analyzer.security.audit_log.datetime", Moved)
        patched.setattr("analyzer.security.clock.datetime", Moved)

    def set(self, **shift: float) -> None:
        """Set how far the clock is ahead of the real time: days=100."""
        self.shift = timedelta(**shift)


@pytest.fixture
def clock(monkeypatch):
    return WrongClock(monkeypatch)
