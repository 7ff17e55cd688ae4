"""The scheduler of a cluster: deals batches to workers and passes their results on, in memory.

It listens on one address, which is opened before it seals itself, and connects to nothing: workers and imports connect
to it. Without TLS only programs of the same account, of root and of the system are served. No pages, no dashboard.
"""

import asyncio
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from analyzer.cluster.dask_settings import apply_settings
from analyzer.errors import UsageError
from analyzer.models.server_address import ServerAddress, parse_scheduler
from analyzer.security.sandbox.egress import seal
from analyzer.security.sandbox.process import keep_memory_private
from analyzer.security.sandbox.switches import harden_environment

BACKLOG = 1024


def main(arguments: list[str]) -> int:
    """Schedule until a signal ends it; return the exit code.

    Args:
        arguments: address to listen on, folder of certificates or "".
    """
    address, certificates = parse_scheduler(arguments[0]), arguments[1]
    harden_environment()
    keep_memory_private()
    with opened(address) as listener, suppress(KeyboardInterrupt):
        seal(listener=listener.fileno())
        asyncio.run(_schedule(listener, Path(certificates) if certificates else None))
    return 0


def opened(address: ServerAddress) -> socket.socket:
    """Return a socket that listens on an address; a Unix socket is readable by its owner alone.

    Raises:
        UsageError: if it cannot listen there.
    """
    try:
        if address.path:
            return _opened_path(Path(address.path))
        family = socket.AF_INET6 if address.host.startswith("[") else socket.AF_INET
        listener = socket.create_server((address.host.strip("[]"), address.port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise UsageError(f"the scheduler cannot listen on {address} ({error.strerror}); choose another") from error
    listener.setblocking(False)
    return listener


def _opened_path(path: Path) -> socket.socket:
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(path))
    path.chmod(0o600)
    listener.listen(BACKLOG)
    listener.setblocking(False)
    return listener


async def _schedule(listener: socket.socket, certificates: Path | None) -> None:
    apply_settings()
    from distributed import Scheduler  # noqa: PLC0415

    from analyzer.cluster.transport import SCHEME, register, security_of  # noqa: PLC0415

    class _Scheduler(Scheduler):  # type: ignore[misc]
        def start_http_server(self, *_: Any, **__: Any) -> None:
            """Serve no pages."""

    register(listener=listener, name="scheduler")
    security = security_of(certificates)
    scheduler = _Scheduler(host="scheduler", protocol=SCHEME, security=security, dashboard=False, validate=False)
    for one in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(one, lambda: asyncio.ensure_future(scheduler.close()))
    async with scheduler:
        await scheduler.finished()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
