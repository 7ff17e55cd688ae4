"""The order of callers, and the number of callers ahead."""

import threading
import time

import pytest

from analyzer.models.fair_lock import FairLock


def test_callers_acquire_the_lock_in_order_of_arrival_and_get_the_number_ahead():
    lock, order, reported = FairLock(), [], {}
    hold = threading.Event()

    def work(name):
        with lock.turn(reported.setdefault(name, []).append):
            order.append(name)
            hold.wait(10)

    threads = [threading.Thread(target=work, args=(name,)) for name in "abc"]
    for number, thread in enumerate(threads, start=1):
        thread.start()
        while len(lock) < number:
            time.sleep(0.01)
    deadline = time.monotonic() + 10
    while reported["c"] != [2] and time.monotonic() < deadline:
        time.sleep(0.01)
    hold.set()
    for thread in threads:
        thread.join(10)
    assert order == ["a", "b", "c"]
    assert reported["a"] == []
    assert reported["b"] == [1]
    assert reported["c"][0] == 2
    assert len(lock) == 0


def test_a_failure_releases_the_lock():
    lock = FairLock()
    with pytest.raises(ValueError, match="x"), lock.turn():
        raise ValueError("x")
    with lock.turn():
        assert len(lock) == 1


def test_an_exception_while_waiting_leaves_the_queue():
    lock = FairLock()

    def give_up(ahead):
        raise KeyboardInterrupt

    with lock.turn():
        outcome = []

        def wait():
            try:
                with lock.turn(give_up):
                    outcome.append("in")
            except KeyboardInterrupt:
                outcome.append("out")

        thread = threading.Thread(target=wait)
        thread.start()
        thread.join(10)
        assert outcome == ["out"]
        assert len(lock) == 1
