"""Batches over processes: in order, bounded, no worker left. Few imports, since every worker imports this file."""

import itertools
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from analyzer.errors import AnalyzerError, ScrubError
from analyzer.models.parallel import AHEAD, ORPHAN_CHECK_S, map_batches

PROJECT = Path(__file__).parents[2]
WAIT_S = 20.0


def square(number):
    time.sleep(0.02 * (number % 3))
    return number, os.getpid()


def die_on_five(number):
    if number == 5:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


@dataclass(frozen=True)
class DieOnce:
    """Kills its worker at the seventh batch, the first time; writes down every batch that a worker finished."""

    folder: Path

    def __call__(self):
        return self.run

    def run(self, number):
        mark = self.folder / "died"
        if number == 7 and not mark.exists():
            mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(0.01)
        with (self.folder / "finished").open("a") as out:
            out.write(f"{number}\n")
        return number, os.getpid()


def fail_on_three(number):
    if number == 3:
        raise ScrubError("batch three cannot be scrubbed")
    return number


def linger(number):
    os.write(1, f"{os.getpid()}\n".encode())  # in one call: two workers write at once
    time.sleep(60)


def blas_threads(_):
    return os.environ.get("OPENBLAS_NUM_THREADS")


@dataclass(frozen=True)
class Build:
    """A picklable start() that returns one of the functions above."""

    function: object

    def __call__(self):
        return self.function


class Broken:
    """A start() that fails in the worker."""

    def __call__(self):
        raise OSError("the model does not load")


class Counting:
    """Batches that count how many were taken."""

    def __init__(self, count):
        self.taken = 0
        self._numbers = iter(range(count))

    def __iter__(self):
        return self

    def __next__(self):
        number = next(self._numbers)
        self.taken += 1
        return number


@pytest.mark.parametrize("workers", [0, 1, 2])
def test_results_come_in_the_order_of_the_batches(workers):
    results = list(map_batches(Build(square), range(12), workers))
    assert [number for number, _ in results] == list(range(12))
    processes = {process for _, process in results}
    assert (processes == {os.getpid()}) == (workers < 2)


@pytest.mark.parametrize("workers", [1, 2])
def test_only_a_bounded_number_of_batches_is_taken_ahead(workers):
    batches = Counting(40)
    for done, _ in enumerate(map_batches(Build(square), batches, workers), start=1):
        assert batches.taken - done < max(1, workers * AHEAD)
    assert batches.taken == 40


def test_one_process_builds_the_function_once():
    built = []

    def start():
        built.append(1)
        return len

    assert list(map_batches(start, ["a", "bb", "ccc"], 1)) == [1, 2, 3]
    assert built == [1]


@pytest.mark.parametrize("workers", [1, 2])
def test_no_batches_give_no_results(workers):
    assert list(map_batches(Build(square), [], workers)) == []


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_in_the_function_reaches_the_caller_after_the_results_before_it(workers):
    seen = []
    with pytest.raises(ScrubError, match="batch three"):  # noqa: PT012 - what came before the error counts
        for result in map_batches(Build(fail_on_three), range(10), workers):
            seen.append(result)  # noqa: PERF402
    assert seen == [0, 1, 2]


def test_a_worker_that_is_killed_loses_no_batch_and_no_result_comes_twice(tmp_path):
    batches = Counting(40)
    results = list(map_batches(DieOnce(tmp_path), batches, 2))
    assert [number for number, _ in results] == list(range(40))
    assert batches.taken == 40
    assert (tmp_path / "died").exists()
    assert len({process for _, process in results}) > 2  # new workers took over
    finished = [int(number) for number in (tmp_path / "finished").read_text().split()]
    assert len(finished) - len(set(finished)) <= AHEAD  # what the other worker had in hand, or had just finished


def test_a_killed_import_worker_is_replaced_in_the_middle_of_many(tmp_path):
    """A kill from outside, as the system's out-of-memory killer does it, while results are being taken."""
    seen = []
    for number, process in map_batches(Build(square), range(60), 2):
        seen.append(number)
        if number in (10, 30) and is_running(process):
            os.kill(process, signal.SIGKILL)
    assert seen == list(range(60))


def test_a_dying_worker_is_an_error_that_says_what_to_do():
    with pytest.raises(AnalyzerError, match=r"a worker process died .*ANALYZER_WORKERS=1") as caught:
        list(map_batches(Build(die_on_five), range(50), 2))
    assert "\n" not in str(caught.value)


def test_a_worker_that_cannot_start_is_an_error_not_a_hang(capfd):
    with pytest.raises(AnalyzerError, match="a worker process died"):
        list(map_batches(Broken(), range(5), 2))


def test_stopping_early_ends_the_workers():
    results = map_batches(Build(square), itertools.count(), 2)
    processes = {process for _, process in itertools.islice(results, 8)}
    results.close()
    assert have_ended(processes - {os.getpid()})


SCRIPT = """
import itertools, sys
from test_parallel import Build, linger
from analyzer.models.parallel import map_batches
if __name__ == "__main__":
    list(map_batches(Build(linger), itertools.count(), 2))
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_busy_workers_end_when_their_parent_is_killed(tmp_path, how):
    script = tmp_path / "parent.py"
    script.write_text(SCRIPT)
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, [Path(__file__).parent, PROJECT]))}
    with subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environ
    ) as parent:
        processes = {int(parent.stdout.readline()) for _ in range(2)}
        assert len(processes) == 2
        assert not have_ended(processes, 0)
        parent.send_signal(how)
        parent.wait()
        assert have_ended(processes, WAIT_S + ORPHAN_CHECK_S)


def have_ended(processes, wait_s=WAIT_S):
    """Return whether the processes end within a time."""
    end = time.monotonic() + wait_s
    while True:
        if not any(is_running(process) for process in processes):
            return True
        if time.monotonic() >= end:
            return False
        time.sleep(0.05)


def is_running(process):
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in ("Z", "X")


def test_workers_do_linear_algebra_on_one_thread_unless_the_environment_sets_a_number(monkeypatch):
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    assert list(map_batches(Build(blas_threads), range(3), 2)) == ["1"] * 3
    assert "OPENBLAS_NUM_THREADS" not in os.environ
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "4")
    assert list(map_batches(Build(blas_threads), range(3), 2)) == ["4"] * 3
