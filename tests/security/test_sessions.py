"""Sessions: a token opens one account for as long as it is used, at most half a day, and never after its end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.security import sessions as module
from analyzer.security.sessions import COOKIE, IDLE_S, LONGEST_S, MOST, SECURE_COOKIE, Sessions, token_of


class Ticks:
    """A monotonic clock that stands where it is put."""

    def __init__(self):
        self.seconds = 1_000.0

    def __call__(self):
        return self.seconds


@pytest.fixture
def clock(monkeypatch):
    made = Ticks()
    monkeypatch.setattr(module, "ticks", made)
    return made


@pytest.fixture
def sessions(clock):
    return Sessions()


def test_a_token_opens_the_account_it_was_made_for_and_no_other_token_does(sessions):
    ann, bob = sessions.begin("ann"), sessions.begin("bob")
    assert (sessions.account(ann), sessions.account(bob)) == ("ann", "bob")
    assert ann != sessions.begin("ann")
    assert len(ann) >= 43  # 256 bits
    for wrong in ("", ann[:-1], ann.swapcase(), f"{ann} ", "é𝄞", "\0", "x" * 100_000):
        assert sessions.account(wrong) == ""


def test_the_server_does_not_keep_the_token_itself(sessions):
    token = sessions.begin("ann")
    assert token not in repr(sessions)


def test_a_session_lasts_while_it_is_used_and_ends_after_half_an_hour_without(sessions, clock):
    token = sessions.begin("ann")
    for _ in range(3):
        clock.seconds += IDLE_S
        assert sessions.account(token) == "ann"
    clock.seconds += IDLE_S + 1
    assert sessions.account(token) == ""
    clock.seconds -= IDLE_S + 1
    assert sessions.account(token) == ""  # it is gone, whatever the clock says later


def test_an_open_page_that_asks_by_itself_does_not_keep_its_session(sessions, clock):
    token = sessions.begin("ann")
    clock.seconds += IDLE_S
    assert sessions.account(token, is_use=False) == "ann"
    clock.seconds += 1
    assert sessions.account(token, is_use=False) == ""


def test_a_session_ends_after_half_a_day_however_much_it_is_used(sessions, clock):
    token = sessions.begin("ann")
    end = clock.seconds + LONGEST_S
    while clock.seconds + IDLE_S < end:
        clock.seconds += IDLE_S
        assert sessions.account(token) == "ann"
    clock.seconds = end
    assert sessions.account(token) == "ann"
    clock.seconds += 1
    assert sessions.account(token) == ""


def test_signing_out_ends_one_session_and_an_incident_all(sessions):
    one, other, third = sessions.begin("ann"), sessions.begin("ann"), sessions.begin("bob")
    sessions.end(one)
    sessions.end(one)
    sessions.end("never issued")
    assert [sessions.account(token) for token in (one, other, third)] == ["", "ann", "bob"]
    assert (sessions.end_all(), sessions.end_all()) == (2, 0)
    assert [sessions.account(token) for token in (one, other, third)] == ["", "", ""]
    assert sessions.account(sessions.begin("ann")) == "ann"


def test_the_oldest_session_makes_room_for_one_more_than_there_may_be(sessions):
    tokens = [sessions.begin(f"a{n}") for n in range(MOST)]
    assert sessions.account(tokens[0]) == "a0"
    newest = sessions.begin("new")
    assert [sessions.account(token) for token in (tokens[0], tokens[1], tokens[-1], newest)] == [
        "", "a1", f"a{MOST - 1}", "new",
    ]  # fmt: skip
    assert sessions.end_all() == MOST


def test_sessions_that_are_over_do_not_count_for_the_limit(sessions, clock):
    for n in range(MOST):
        sessions.begin(f"a{n}")
    clock.seconds += IDLE_S + 1
    sessions.begin("new")
    assert sessions.end_all() == 1


@given(st.lists(st.tuples(st.floats(0, 4_000), st.booleans()), max_size=30))
def test_a_session_is_open_exactly_as_long_as_its_uses_allow(steps):
    clock = Ticks()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(module, "ticks", clock)
        sessions = Sessions()
        token, began, used, is_open = sessions.begin("ann"), clock.seconds, clock.seconds, True
        for passed, is_use in steps:
            clock.seconds += passed
            is_open = is_open and clock.seconds - used <= IDLE_S and clock.seconds - began <= LONGEST_S
            assert sessions.account(token, is_use=is_use) == ("ann" if is_open else "")
            used = clock.seconds if is_use else used


def test_the_cookie_that_only_this_host_can_set_comes_before_the_other():
    assert token_of({SECURE_COOKIE: "mine", COOKIE: "planted"}) == "mine"
    assert token_of({COOKIE: "plain"}) == token_of({SECURE_COOKIE: "", COOKIE: "plain"}) == "plain"
    assert token_of({"other": "x"}) == token_of({}) == ""
