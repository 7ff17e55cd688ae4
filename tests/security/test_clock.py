"""The clock of access decisions: it never goes back, whatever happens to the system's clock."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.security import clock as module
from analyzer.security.clock import Clock, stamp

START = datetime(2026, 1, 1, tzinfo=UTC)


class Machine:
    """A machine whose two clocks stand where they are put."""

    def __init__(self, patched):
        self.moment, self.seconds = START, 1_000.0
        patched.setattr(module, "now", lambda: self.moment)
        patched.setattr(module, "ticks", lambda: self.seconds)

    def go(self, seconds):
        """Let time pass for both."""
        self.moment += timedelta(seconds=seconds)
        self.seconds += seconds


@pytest.fixture
def machine(monkeypatch):
    return Machine(monkeypatch)


def test_time_passes_also_while_the_system_clock_is_set_back(machine):
    clock = Clock()
    machine.go(60)
    machine.moment -= timedelta(days=400)
    assert clock.read() == START + timedelta(seconds=60)
    machine.go(60)
    assert clock.read() == START + timedelta(seconds=120)


def test_a_clock_that_is_set_forward_is_believed_and_not_believed_to_be_set_back_again(machine):
    clock = Clock()
    machine.moment += timedelta(days=2)
    assert clock.read() == START + timedelta(days=2)
    machine.moment -= timedelta(days=2)
    assert clock.read() == START + timedelta(days=2)


def test_a_new_process_believes_the_log_rather_than_a_clock_that_is_behind_it(machine):
    logged = START + timedelta(days=3)
    clock = Clock()
    assert clock.read(logged.isoformat(timespec="milliseconds")) == logged
    machine.go(5)
    assert clock.read() == logged + timedelta(seconds=5)
    assert clock.read(stamp(START)) == logged + timedelta(seconds=5)


@given(
    st.lists(st.tuples(st.integers(0, 10**6), st.integers(-(10**8), 10**8), st.integers(-(10**8), 10**8)), max_size=20)
)
def test_no_reading_is_earlier_than_one_before_it_than_the_clock_or_than_the_log(steps):
    with pytest.MonkeyPatch.context() as patched:
        machine = Machine(patched)
        clock, before = Clock(), START
        for passed, changed, logged in steps:
            machine.go(passed)
            machine.moment += timedelta(seconds=changed)
            event = START + timedelta(seconds=logged)
            read = clock.read(stamp(event))
            assert read == max(before + timedelta(seconds=passed), machine.moment, event)
            before = read


def test_a_stamp_is_in_utc_to_the_second():
    moment = datetime(2026, 3, 1, 1, 30, 59, 999_999, tzinfo=timezone(timedelta(hours=2)))
    assert stamp(moment) == "2026-02-28T23:30:59+00:00"
