"""Delays after failed sign-ins: longer each time, never for others, and never without an end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.errors import AccessError
from analyzer.security import throttle as module
from analyzer.security.throttle import (
    FORGOTTEN_AFTER_S,
    FREE_TRIES,
    FREE_TRIES_OF_SOURCE,
    LONGEST_OF_SOURCE_S,
    LONGEST_WAIT_S,
    Devices,
    Throttle,
    source_of,
)

HERE, AWAY = "192.0.2.1", "192.0.2.2"


@pytest.fixture
def ticking(monkeypatch):
    """A machine's count of seconds that goes on when told to."""
    at = [10_000.0]
    monkeypatch.setattr(module, "ticks", lambda: at[0])
    return at


def test_failures_make_an_account_wait_longer_each_time(ticking):
    throttle = Throttle()
    for _ in range(FREE_TRIES):
        throttle.attempt("ann", HERE)
    with pytest.raises(AccessError, match="wait 2 seconds"):
        throttle.attempt("ann", HERE)
    throttle.check("ben", HERE)
    ticking[0] += 2.1
    throttle.attempt("ann", HERE)
    with pytest.raises(AccessError, match="wait 4 seconds"):
        throttle.check("ann", HERE)
    throttle.succeeded("ann", HERE)
    throttle.check("ann", HERE)


def test_failures_elsewhere_do_not_delay_an_account_here(ticking):
    throttle = Throttle()
    for _ in range(FREE_TRIES):
        throttle.attempt("ann", AWAY)
    with pytest.raises(AccessError, match="wait"):
        throttle.check("ann", AWAY)
    throttle.check("ann", HERE)
    assert throttle.delay_of_source(HERE) == 0.0


def test_any_number_of_failures_is_a_wait_with_an_end(ticking):
    throttle = Throttle()
    for _ in range(1_100):
        ticking[0] += LONGEST_WAIT_S
        throttle.attempt("ann", HERE)
    with pytest.raises(AccessError, match=f"wait {LONGEST_WAIT_S:.0f} seconds"):
        throttle.check("ann", HERE)
    ticking[0] += LONGEST_WAIT_S
    throttle.check("ann", HERE)


def test_failures_are_forgotten_after_an_hour(ticking):
    throttle = Throttle()
    for _ in range(FREE_TRIES):
        throttle.attempt("ann", HERE)
    ticking[0] += FORGOTTEN_AFTER_S
    throttle.attempt("ann", HERE)
    throttle.check("ann", HERE)


def test_a_source_with_many_failures_is_served_later_but_served(ticking):
    throttle = Throttle()
    for number in range(FREE_TRIES_OF_SOURCE):
        throttle.attempt(f"guess {number}", AWAY)
    assert throttle.delay_of_source(AWAY) == 0.0
    for number in range(500):
        throttle.attempt(f"other guess {number}", AWAY)
    assert throttle.delay_of_source(AWAY) == LONGEST_OF_SOURCE_S
    throttle.check("ann", AWAY)
    assert throttle.delay_of_source(HERE) == 0.0


def test_failures_of_more_accounts_than_are_kept_are_forgotten_oldest_first(ticking):
    throttle = Throttle(most_kept=3)
    for name in ("ann", "a", "ann", "b", "ann", "c", "ann", "ann", "d"):
        throttle.attempt(name, HERE)
    with pytest.raises(AccessError, match="wait"):
        throttle.check("ann", HERE)


@given(st.lists(st.tuples(st.sampled_from(["ann", "ben"]), st.sampled_from([HERE, AWAY]), st.booleans()), max_size=60))
def test_a_source_is_delayed_by_its_own_attempts_alone(done):
    both, alone = Throttle(), Throttle()
    for account, source, is_right in done:
        for one in (both, alone) if source == HERE else (both,):
            try:
                one.attempt(account, source)
            except AccessError:
                continue
            if is_right:
                one.succeeded(account, source)
    for account in ("ann", "ben"):
        outcomes = []
        for one in (both, alone):
            try:
                outcomes.append(one.check(account, HERE))
            except AccessError:
                outcomes.append("wait")
        assert outcomes[0] == outcomes[1]
    assert both.delay_of_source(HERE) == alone.delay_of_source(HERE)


def test_one_persons_network_is_one_source():
    assert source_of("2001:db8:1:2:3::4") == source_of("2001:db8:1:2:ffff::1") != source_of("2001:db8:1:3::4")
    assert source_of("::ffff:192.0.2.1") == source_of("192.0.2.1")
    assert source_of("fe80::1%eth0") == source_of("fe80::2")
    assert source_of("not an address") == "not an address"


def test_a_browser_in_which_an_account_has_signed_in_is_a_source_of_its_own():
    devices = Devices()
    token = devices.token("ann")
    assert devices.source("ann", token, HERE) == devices.source("ann", token, AWAY) != HERE
    for account, forged in (("ben", token), ("ann", ""), ("ann", token[:-1]), ("ann", "x.y"), ("ann", "é.é")):
        assert devices.source(account, forged, HERE) == HERE
    assert Devices().source("ann", token, HERE) == HERE
