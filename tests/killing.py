"""Children that work on a workspace and are killed at any moment; a fork server has what is heavy loaded for them."""

import contextlib
import multiprocessing
import os
import signal
import time
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
WAIT_S = 60


@pytest.fixture(scope="module")
def server():
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join(map(str, [TESTS, TESTS.parent]))
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["preloaded"])
    start(context, time.sleep, 0).join(WAIT_S)
    if before is None:
        del os.environ["PYTHONPATH"]
    else:
        os.environ["PYTHONPATH"] = before
    return context


def start(context, function, *arguments):
    process = context.Process(target=function, args=arguments)
    process.start()
    return process


class Child:
    """An import, or other work, in a process of its own, and what it has acknowledged."""

    def __init__(self, context, folder, file, work):
        self._reports, theirs = context.Pipe(duplex=False)
        self._process = start(context, work, folder, file, theirs)
        theirs.close()
        self.acknowledged = 0
        self.is_done = False

    def wait_for(self, rows):
        """Wait until so many rows are acknowledged, or the import is done."""
        while self.acknowledged < rows and not self.is_done and self._reports.poll(WAIT_S):
            if not self._receive():
                return

    def kill(self):
        """Kill the child and take in what it still managed to say."""
        with contextlib.suppress(ProcessLookupError):  # it was quicker, and is done
            os.kill(self._process.pid, signal.SIGKILL)
        self._process.join(WAIT_S)
        assert self._process.exitcode in (-signal.SIGKILL, 0)
        while self._receive():
            pass
        self._reports.close()
        self._process.close()

    def _receive(self):
        try:
            report = self._reports.recv()
        except (EOFError, OSError):
            return False
        if report == "done":
            self.is_done = True
        else:
            self.acknowledged = max(self.acknowledged, report)
        return True
