"""A signal ends a long command even if a library swallowed the KeyboardInterrupt."""

import contextlib
import os
import signal
import threading

import pytest

from analyzer.cli.interrupts import SIGNALS, stopping


@pytest.mark.parametrize("sent", SIGNALS)
def test_a_swallowed_signal_stops_the_next_step(sent):
    steps = []
    with pytest.raises(KeyboardInterrupt), stopping(lambda *step: steps.append(step)) as progress:  # noqa: PT012
        progress("a", 1, 3)
        with contextlib.suppress(KeyboardInterrupt):  # as a callback in C does
            os.kill(os.getpid(), sent)
        progress("a", 2, 3)
    assert steps == [("a", 1, 3)]


def test_handlers_are_put_back():
    before = [signal.getsignal(number) for number in SIGNALS]
    with stopping(lambda *_: None):
        assert [signal.getsignal(number) for number in SIGNALS] != before
    assert [signal.getsignal(number) for number in SIGNALS] == before


def test_in_another_thread_signals_are_left_alone():
    told, before = [], signal.getsignal(signal.SIGINT)

    def work():
        with stopping(lambda *step: told.append(step)) as progress:
            progress("a", 1, 1)
            told.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert told == [("a", 1, 1), before]
