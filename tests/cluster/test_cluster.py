"""Batches on real workers: in order, each once, whoever is killed or stopped meanwhile."""

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from analyzer.cluster.client import Cluster
from analyzer.cluster.processes import LocalCluster
from analyzer.errors import AnalyzerError
from analyzer.models.parallel import map_batches
from analyzer.security.sandbox.server_broker import SCHEDULER, ServerBroker
from tests.cluster.batch_functions import Recipe

pytest.importorskip("distributed")
pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="the broker's filter is Linux's"), pytest.mark.long(60),
]  # fmt: skip
WAIT_S = 30.0


class Running:
    """Two workers and the connection to their scheduler."""

    def __init__(self, models_dir):
        self.local = LocalCluster(2, models_dir)
        self.broker = ServerBroker(self.local.address, SCHEDULER)
        self.named = []
        self.cluster = Cluster(self.broker, None, (), lambda _, names: self.named.extend(names))

    def processes(self, module):
        """Return the ids of the processes of a module below the local cluster."""
        children = Path(f"/proc/{self.local.process_id}/task/{self.local.process_id}/children").read_text().split()
        return [int(one) for one in children if module in Path(f"/proc/{one}/cmdline").read_text()]

    def close(self):
        self.broker.close()
        self.local.close()


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    one = Running(tmp_path_factory.mktemp("models"))
    yield one
    one.close()


def numbers_in(file):
    return [int(line) for line in file.read_text().split()]


def squares(results):
    return [square for square, _ in results]


def test_results_are_in_order_from_both_workers_and_built_once_each(running, tmp_path):
    results = list(map_batches(Recipe(tmp_path, "square"), range(40), running.cluster))
    assert squares(results) == [number * number for number in range(40)]
    assert len({process for _, process in results}) == 2
    assert sorted(numbers_in(tmp_path / "finished")) == list(range(40))  # none is repeated
    assert sorted(numbers_in(tmp_path / "built")) == sorted({process for _, process in results})
    assert all(name.startswith("local-") for name in running.named)


def test_the_input_is_read_as_far_as_there_are_workers(running, tmp_path):
    read = []
    source = (read.append(number) or number for number in range(1000))
    results = map_batches(Recipe(tmp_path, "square"), source, running.cluster)
    next(results)
    results.close()
    assert len(read) <= 8


def test_a_killed_worker_loses_and_repeats_nothing(running, tmp_path):
    results = list(map_batches(Recipe(tmp_path, "die_once"), range(30), running.cluster))
    assert (tmp_path / "died").exists()
    assert squares(results) == [number * number for number in range(30)]
    assert sorted(numbers_in(tmp_path / "finished")) == list(range(30))


def test_a_killed_scheduler_gets_what_is_unfinished_again(running, tmp_path):
    results = map_batches(Recipe(tmp_path, "square"), range(60), running.cluster)
    done = [next(results) for _ in range(10)]
    for one in running.processes("scheduler_process"):
        os.kill(one, signal.SIGKILL)
    assert squares([*done, *results]) == [number * number for number in range(60)]
    finished = numbers_in(tmp_path / "finished")
    assert set(finished) == set(range(60))
    assert len(finished) <= 60 + 8  # only what was in progress was done again


def test_what_a_stopped_worker_has_is_given_to_the_other(running, tmp_path):
    try:
        results = list(map_batches(Recipe(tmp_path, "stop_once"), range(30), running.cluster))
    finally:
        os.kill(int((tmp_path / "stopped").read_text()), signal.SIGCONT)
    assert squares(results) == [number * number for number in range(30)]


def test_a_batch_that_kills_every_worker_is_given_up(running, tmp_path):
    results = map_batches(Recipe(tmp_path, "die_always"), range(10), running.cluster)
    assert squares([next(results), next(results)]) == [0, 1]
    with pytest.raises(AnalyzerError, match="died with one batch"):
        next(results)


def test_failures_say_what_a_failure_may_say(running, tmp_path):
    with pytest.raises(AnalyzerError, match=r"^batch cannot be scrubbed$"):
        list(map_batches(Recipe(tmp_path, "refuse"), [1], running.cluster))
    with pytest.raises(AnalyzerError, match=r"failed with ValueError$"):
        list(map_batches(Recipe(tmp_path, "fail"), [1], running.cluster))


def test_what_a_worker_sends_runs_no_code_here(running, tmp_path):
    forged = Path("/tmp/forged")
    forged.unlink(missing_ok=True)
    with pytest.raises(AnalyzerError, match="no result"):
        list(map_batches(Recipe(tmp_path, "forge"), [1], running.cluster))
    assert not forged.exists()


def test_workers_are_sealed_listen_nowhere_and_write_nothing(running, tmp_path):
    for is_filtered, listening, written in map_batches(Recipe(tmp_path, "look"), range(4), running.cluster):
        assert is_filtered
        assert listening == []
        assert written == []
    for one in running.processes("scheduler_process") + running.processes("worker_process"):
        assert "\nSeccomp:\t2\n" in Path(f"/proc/{one}/status").read_text()


def test_nothing_is_left_when_the_program_ends(tmp_path):
    one = Running(tmp_path)
    list(map_batches(Recipe(tmp_path, "square"), range(2), one.cluster))
    processes = one.processes("_process")
    assert len(processes) == 3
    folder = Path(one.local.address.path).parent
    one.close()
    deadline = time.monotonic() + WAIT_S
    while any(Path(f"/proc/{each}").exists() for each in processes) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not any(Path(f"/proc/{each}").exists() for each in processes)
    assert not folder.exists()
