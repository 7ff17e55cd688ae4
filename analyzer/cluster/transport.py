"""Dask's transport under the seal: connections are opened by a broker, listeners are opened before the seal.

Registered with Dask under a scheme of its own, so that none of Dask's other transports, which look up names and
addresses, is used. What follows the scheme is the scheduler's address, or the name of a worker, which listens nowhere:
workers and clients connect to the scheduler, and nothing connects to them. With certificates it is TLS from end to
end; the broker carries what it cannot read.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from distributed.comm.core import BaseListener, CommClosedError, Connector
from distributed.comm.registry import Backend, backends
from distributed.comm.tcp import MAX_BUFFER_SIZE, TCP, TLS
from distributed.security import Security
from tornado.iostream import IOStream
from tornado.tcpserver import TCPServer

from analyzer.cluster.certificates import AUTHORITY, CERTIFICATE, KEY
from analyzer.errors import ModelError
from analyzer.security.sandbox.broker_process import is_another_person
from analyzer.security.sandbox.peers import peer_user

SCHEME = "sealed"


def security_of(folder: Path | None) -> Security:
    """Return Dask's security settings for the certificates in a folder: required on both sides; None for no TLS."""
    if folder is None:
        return Security()
    pair = {f"tls_{role}_{kind}": str(folder / name) for role in ("client", "scheduler", "worker")
            for kind, name in (("cert", CERTIFICATE), ("key", KEY))}  # fmt: skip
    return Security(tls_ca_file=str(folder / AUTHORITY), require_encryption=True, **pair)


def register(
    *, connect: Callable[[], socket.socket] | None = None, listener: socket.socket | None = None, name: str = ""
) -> None:
    """Register the transport of this process.

    Args:
        connect: opens a connection to the scheduler; None in the scheduler.
        listener: socket that listens already; None in workers and clients.
        name: what follows the scheme in the address of this process.
    """
    backends[SCHEME] = _Transport(connect, listener, name)


class _Transport(Backend):  # type: ignore[misc]
    def __init__(self, connect: Callable[[], socket.socket] | None, listener: socket.socket | None, name: str) -> None:
        self._connect, self._listener, self._name = connect, listener, name

    def get_connector(self) -> Connector:
        return _BrokerConnector(self._connect)

    def get_listener(self, _: str, handle_comm: Any, deserialize: bool, **arguments: Any) -> BaseListener:
        return _OpenListener(self._listener, self._name, handle_comm, deserialize, arguments.get("ssl_context"))

    def get_address_host(self, loc: str) -> str:
        return loc

    def get_address_host_port(self, loc: str) -> tuple[str, int]:
        return loc, 0

    def resolve_address(self, loc: str) -> str:
        return loc

    def get_local_address_for(self, _: str) -> str:
        return self._name


class _BrokerConnector(Connector):  # type: ignore[misc]
    def __init__(self, connect: Callable[[], socket.socket] | None) -> None:
        self._connect = connect

    async def connect(self, address: str, deserialize: bool = True, **arguments: Any) -> TCP:
        if self._connect is None:
            raise CommClosedError("a scheduler connects to nothing")
        try:
            one = await asyncio.get_running_loop().run_in_executor(None, self._connect)
        except ModelError as error:
            raise CommClosedError(str(error)) from error
        one.setblocking(False)
        stream = IOStream(one, max_buffer_size=MAX_BUFFER_SIZE)
        context = arguments.get("ssl_context")
        try:
            if context is not None:
                stream = await stream.start_tls(False, ssl_options=context)
        except OSError as error:
            raise CommClosedError(f"TLS with {address}: {type(error).__name__}") from error
        kind = TLS if context is not None else TCP
        return kind(stream, f"{SCHEME}://", f"{SCHEME}://{address}", deserialize)


class _OpenListener(BaseListener):  # type: ignore[misc]
    """Serves a socket that listens already, or nothing."""

    prefix = f"{SCHEME}://"

    def __init__(
        self, listener: socket.socket | None, name: str, handle: Callable[[Any], Awaitable[None]], deserialize: bool,
        context: Any,
    ) -> None:  # fmt: skip
        super().__init__()
        self._listener, self._name, self._handle = listener, name, handle
        self._deserialize, self._context = deserialize, context
        self._server: TCPServer | None = None

    async def start(self) -> None:
        if self._listener is None:
            return
        self._server = TCPServer(max_buffer_size=MAX_BUFFER_SIZE, ssl_options=self._context)
        self._server.handle_stream = self._accept
        self._server.add_sockets([self._listener])

    def stop(self) -> None:
        if self._server is not None:
            self._server.stop()

    async def _accept(self, stream: Any, _: Any) -> None:
        try:
            if self._context is not None:
                await stream.wait_for_handshake()
            elif is_another_person(peer_user(stream.socket)):
                stream.close()
                return
        except OSError:  # no certificate of the authority, or no TLS
            stream.close()
            return
        kind = TLS if self._context is not None else TCP
        comm = kind(stream, self.listen_address, f"{SCHEME}://", self._deserialize)
        comm.allow_offload = False
        try:
            await self.on_connection(comm, {"pickle-protocol": 4, "compression": None})
        except CommClosedError:
            return
        await self._handle(comm)

    @property
    def listen_address(self) -> str:
        return f"{SCHEME}://{self._name}"

    @property
    def contact_address(self) -> str:
        return self.listen_address
