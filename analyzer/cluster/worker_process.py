"""A worker of a cluster: one process that connects to the scheduler, loads the models once and processes batches.

It listens nowhere, writes nothing, and is sealed before Dask and the models are loaded: its broker can connect to the
scheduler alone. It ends when the scheduler or the process that started it ends, and is then started again by
`processes`.
"""

import asyncio
import os
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

from analyzer.cluster.dask_settings import apply_settings
from analyzer.cluster.work import Work, Workshop
from analyzer.errors import AnalyzerError
from analyzer.models.server_address import parse_scheduler
from analyzer.security.sandbox.egress import scheduler_broker, seal
from analyzer.security.sandbox.process import keep_memory_private
from analyzer.security.sandbox.switches import harden_environment
from analyzer.store.terminal import say

_workshop: Workshop | None = None


def main(arguments: list[str]) -> int:
    """Work until the scheduler ends; return the exit code.

    Args:
        arguments: address of the scheduler, folder of the models, folder of certificates or "", name of the machine.
    """
    global _workshop  # noqa: PLW0603
    address, models_dir, certificates, machine = arguments
    harden_environment()
    keep_memory_private()
    seal(scheduler=parse_scheduler(address))
    _workshop = Workshop(Path(models_dir))
    with tempfile.TemporaryDirectory(prefix="analyzer-worker-") as folder, suppress(KeyboardInterrupt):
        return asyncio.run(_work(address, Path(certificates) if certificates else None, machine, folder))
    return 0


async def _work(address: str, certificates: Path | None, machine: str, folder: str) -> int:
    apply_settings()
    from distributed import Worker  # noqa: PLC0415

    from analyzer.cluster.transport import SCHEME, register, security_of  # noqa: PLC0415

    class _Worker(Worker):  # type: ignore[misc]
        def start_http_server(self, *_: Any, **__: Any) -> None:
            """Serve no pages."""

    broker = scheduler_broker()
    if broker is None:
        raise AnalyzerError("a worker needs its scheduler")
    name = f"{machine}-{os.getpid()}-{uuid4().hex[:8]}"
    register(connect=broker.connect, name=name)
    worker = _Worker(
        f"{SCHEME}://scheduler", nthreads=1, name=name, local_directory=folder, memory_limit=0, data=dict,
        security=security_of(certificates), death_timeout=30, validate=False,
    )  # fmt: skip
    try:
        await worker
    except (OSError, RuntimeError, TimeoutError):  # Dask raises RuntimeError for whatever kept it from starting
        say(f"analyzer: the scheduler {address} cannot be reached; trying again")
        return 1
    await worker.finished()
    return 0


def run_work(work: Work) -> None:
    """Process one batch in a worker and put the result into the queue of its import; called by Dask in a thread."""
    from distributed import get_worker  # noqa: PLC0415
    from distributed.utils import sync  # noqa: PLC0415

    worker = get_worker()
    if _workshop is None:
        raise AnalyzerError("this is no worker of this program")
    scheduler = worker.scheduler

    def fetch() -> bytes:
        return bytes(sync(worker.loop, scheduler.get_metadata, keys=[work.queue]))

    done, answer = _workshop.result(work, fetch)
    sync(worker.loop, scheduler.queue_put, name=work.queue, data=[work.number, done, answer], timeout=None)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
