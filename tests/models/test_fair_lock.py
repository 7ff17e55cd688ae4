"""Who waits for the model, and behind how many."""

import threading
import time

import pytest

from analyzer.models.fair_lock import FairLock


def test_whoever_comes_first_goes_first_and_sees_how_many_are_before():
    lane, order, told = FairLock(), [], {}
    hold = threading.Event()

    def work(name):
        with lane.turn(told.setdefault(name, []).append):
            order.append(name)
            hold.wait(10)

    threads = [threading.Thread(target=work, args=(name,)) for name in "abc"]
    for number, thread in enumerate(threads, start=1):
        thread.start()
        while len(lane) < number:
            time.sleep(0.01)
    deadline = time.monotonic() + 10
    while told["c"] != [2] and time.monotonic() < deadline:
        time.sleep(0.01)
    hold.set()
    for thread in threads:
        thread.join(10)
    assert order == ["a", "b", "c"]
    assert told["a"] == []
    assert told["b"] == [1]
    assert told["c"][0] == 2
    assert len(lane) == 0


def test_a_failure_leaves_the_lane():
    lane = FairLock()
    with pytest.raises(ValueError, match="x"), lane.turn():
        raise ValueError("x")
    with lane.turn():
        assert len(lane) == 1


def test_whoever_gives_up_waiting_is_out_of_the_queue():
    lane = FairLock()

    def give_up(before):
        raise KeyboardInterrupt

    with lane.turn():
        outcome = []

        def wait():
            try:
                with lane.turn(give_up):
                    outcome.append("in")
            except KeyboardInterrupt:
                outcome.append("out")

        thread = threading.Thread(target=wait)
        thread.start()
        thread.join(10)
        assert outcome == ["out"]
        assert len(lane) == 1
