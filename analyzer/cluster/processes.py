"""Start the processes of a cluster on this machine and start again those that end.

The process that does this is not sealed, because each of its children seals itself, with a broker of its own that has
to be started before. It reads no comment, listens nowhere and connects to nothing. Everything ends when the process
that started it ends.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from types import FrameType

from analyzer.models.parallel import BLAS_THREADS
from analyzer.models.server_address import ServerAddress

SCHEDULER, WORKER = "analyzer.cluster.scheduler_process", "analyzer.cluster.worker_process"
SHORTEST_S, LONGEST_S = 0.5, 15.0
"""Pause before a process is started again; it doubles while the process ends at once."""
LOOK_S = 0.2
THIS_MACHINE = "local"
_PACKAGES = Path(__file__).resolve().parents[2]
_CODE = (
    "import sys; sys.path.insert(0, sys.argv.pop(1)); from analyzer.cluster.processes import end_with_parent; "
    "end_with_parent(); from {module} import main; sys.exit(main(sys.argv[1:]))"
)


@dataclass(frozen=True, slots=True)
class Program:
    """A process to keep running: the module with its `main`, and the arguments."""

    module: str
    arguments: tuple[str, ...]


def worker_programs(address: ServerAddress, models_dir: Path, certificates: Path | None, count: int, machine: str
                    ) -> tuple[Program, ...]:  # fmt: skip
    """Return the workers of one machine."""
    arguments = (str(address), str(models_dir), str(certificates or ""), machine)
    return (Program(WORKER, arguments),) * count


class LocalCluster:
    """A scheduler and workers on this machine, which end when this process ends.

    They talk over a Unix socket that this account alone can open.

    Attributes:
        address: of the scheduler.
    """

    def __init__(self, count: int, models_dir: Path) -> None:
        """Start the processes; this one must not be sealed yet.

        Args:
            count: number of workers.
            models_dir: folder of the models.
        """
        folder = private_folder()
        self.address = _local_address(folder)
        self._process = _started(Program("analyzer.cluster.processes", (str(folder), str(count), str(models_dir))))

    @property
    def process_id(self) -> int:
        """Process id of the program that started the scheduler and the workers."""
        return self._process.pid

    def close(self) -> None:
        """End all of them."""
        if self._process.stdin:
            self._process.stdin.close()
        self._process.wait()


def main(arguments: list[str]) -> int:
    """Keep a scheduler and workers running on this machine until the process that started this one ends."""
    folder, count, models_dir = Path(arguments[0]), int(arguments[1]), Path(arguments[2])
    address = _local_address(folder)
    workers = worker_programs(address, models_dir, None, count, THIS_MACHINE)
    keep_running([Program(SCHEDULER, (str(address), "")), *workers], folder)
    return 0


_folders: list[Path] = []


def private_folder() -> Path:
    """Make a folder that this account alone can open."""
    return Path(mkdtemp(prefix="analyzer-cluster-"))


def keep_running(programs: Sequence[Program], folder: Path) -> None:
    """Run programs, and start again each that ends, until SIGTERM or SIGINT.

    Args:
        programs: what to run.
        folder: for the empty folders that workers make; removed at the end.
    """
    _folders.append(folder)
    os.environ["TMPDIR"] = str(folder)
    children = [_Child(program) for program in programs]

    def end(*_: int | FrameType | None) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    try:
        while True:
            for child in children:
                child.look()
            time.sleep(LOOK_S)
    finally:
        for child in children:
            child.end()
        rmtree(folder, ignore_errors=True)


def end_with_parent() -> None:
    """End this process as soon as the one that started it has ended, which closes the pipe of standard input."""
    threading.Thread(target=_wait_for_end, daemon=True).start()


def _wait_for_end() -> None:
    while os.read(0, 1):
        pass
    for folder in _folders:
        rmtree(folder, ignore_errors=True)
    os._exit(0)


class _Child:
    """One program that is kept running."""

    def __init__(self, program: Program) -> None:
        self._program, self._pause_s, self._due = program, SHORTEST_S, 0.0
        self._started_at, self._process = time.monotonic(), _started(program)

    def look(self) -> None:
        """Start the program again if it has ended, after a pause."""
        if self._process.poll() is None:
            return
        now = time.monotonic()
        if not self._due:
            is_early = now - self._started_at < LONGEST_S
            self._pause_s = min(self._pause_s * 2, LONGEST_S) if is_early else SHORTEST_S
            self._due = now + self._pause_s
        elif now >= self._due:
            self._started_at, self._due, self._process = now, 0.0, _started(self._program)

    def end(self) -> None:
        """End the program."""
        self._process.kill()
        self._process.wait()


def _started(program: Program) -> subprocess.Popen[bytes]:
    """Start a program that ends with this process; a signal from the terminal does not reach it."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("DASK_", "PYTHON"))}
    environment.setdefault(BLAS_THREADS, "1")
    return subprocess.Popen(
        [sys.executable, "-I", "-c", _CODE.format(module=program.module), str(_PACKAGES), *program.arguments],
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, env=environment, start_new_session=True,
    )  # fmt: skip


def _local_address(folder: Path) -> ServerAddress:
    return ServerAddress(path=str(folder / "scheduler"))
