"""The broker: a process of its own that carries bytes between a sealed process and its one destination.

The destination is a model server on this machine or the scheduler of a cluster.

It is started before the program seals itself and talks to it over an inherited pair of sockets. Its own filter
(broker_filter) allows a connection to one address and no other. Each connection that the program asks for arrives as
one end of a new pair of sockets; the broker answers CONNECTED, or REFUSED with a reason, then carries bytes both ways
until one side closes. It ends when the program does. Run by server_broker.
"""

import ctypes
import errno
import mmap
import os
import platform
import select
import socket
import struct
import sys
from contextlib import suppress

from analyzer.models.server_address import ServerAddress, parse_destination
from analyzer.security.sandbox.broker_filter import broker_program
from analyzer.security.sandbox.peers import TABLES, peer_user
from analyzer.security.sandbox.process import keep_memory_private
from analyzer.security.sandbox.seccomp import apply_filter

READY = b"ready"
CONNECTED, REFUSED = b"+", b"-"
FIRST_PERSON = 1000
"""First user id of people; smaller ones are the system and its services (login.defs(5))."""
STALL_S = 60.0
"""Longest time that one side may accept no bytes."""
CHUNK = 1 << 16
NO_DESCRIPTOR = 1 << 20
"""A descriptor that is never open, for tests of the filter without effect."""
_LISTENS = "0A"


def main(arguments: list[str]) -> int:
    """Seal this process but for one destination, report READY or a reason, and serve until the program ends.

    Args:
        arguments: number of the inherited descriptor, and the address.
    """
    with socket.socket(fileno=int(arguments[0])) as control:
        try:
            destination = Destination(parse_destination(arguments[1]))
            fault = destination.seal()
        except Exception as error:  # noqa: BLE001 - whatever it is, the program that waits must learn of it
            fault = f"{type(error).__name__}: {error}"
        control.sendall(fault.encode() or READY)
        if not fault:
            Relay(destination, control).run()
    return bool(fault)


class Destination:
    """The one address that this process may connect to.

    Attributes:
        page: the read-only page of memory that contains it.
    """

    def __init__(self, address: ServerAddress) -> None:
        """Write the address into a page of memory and make the page read-only."""
        self._family = _family(address)
        self._port, self._is_here = address.port, address.is_here
        raw = sockaddr(address)
        libc = ctypes.CDLL(None, use_errno=True)
        libc.mmap.restype = ctypes.c_void_p
        page = libc.mmap(
            None, ctypes.c_size_t(mmap.PAGESIZE), mmap.PROT_READ | mmap.PROT_WRITE,
            mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, -1, ctypes.c_long(0),
        )  # fmt: skip
        self.page, self._length, self._libc = ctypes.c_void_p(page), len(raw), libc
        ctypes.memmove(page, raw, len(raw))
        if libc.mprotect(self.page, ctypes.c_size_t(mmap.PAGESIZE), mmap.PROT_READ):
            raise OSError(ctypes.get_errno(), "mprotect")
        tables = list(TABLES.values()) if self._port and self._is_here else []
        self._tables = [os.open(table, os.O_RDONLY | os.O_CLOEXEC) for table in tables if table.exists()]

    def seal(self) -> str:
        """Apply the filter for good and test it; return what does not hold, or ""."""
        keep_memory_private()
        os.chdir("/")
        page = self.page.value or 0
        apply_filter(broker_program(platform.machine(), self._family, page, self._length), self._port)
        if self._connect(NO_DESCRIPTOR) != errno.EBADF:
            return "this process is sealed already; start the program again"
        refused = [
            self._call("connect", NO_DESCRIPTOR, None, self._length),
            self._call("bind", NO_DESCRIPTOR, None, 0),
            self._call("open", b"/dev/null", os.O_RDONLY),
            self._call("mprotect", self.page, ctypes.c_size_t(mmap.PAGESIZE), mmap.PROT_READ),
        ]
        return "" if all(one == errno.EPERM for one in refused) else "the filter of the broker is not effective"

    def open(self) -> tuple[socket.socket | None, str]:
        """Return a connection to the address, or None and the reason."""
        if self._tables and (stranger := self._listener_of_a_person()) is not None:
            return None, _of_a_person(stranger)
        server = socket.socket(self._family, socket.SOCK_STREAM)
        reason = os.strerror(number) if (number := self._connect(server.fileno())) else self._fault_of_peer(server)
        if reason:
            server.close()
            return None, reason
        return server, ""

    def _fault_of_peer(self, server: socket.socket) -> str:
        if self._port:
            return ""
        user = peer_user(server)
        return _of_a_person(user) if is_another_person(user) else ""

    def _listener_of_a_person(self) -> int | None:
        """Return the user id of another person's listener on the port; None if there is none."""
        text = "".join(_read_again(table) for table in self._tables)
        return next((user for user in listeners(text, self._port) if is_another_person(user)), None)

    def _connect(self, descriptor: int) -> int:
        return self._call("connect", descriptor, self.page, self._length)

    def _call(self, name: str, *arguments: object) -> int:
        """Call the C library; return the error number, 0 for success."""
        ctypes.set_errno(0)
        return ctypes.get_errno() if getattr(self._libc, name)(*arguments) == -1 else 0


class Relay:
    """Carries bytes between connections of the program and connections to its one destination."""

    def __init__(self, destination: Destination, control: socket.socket) -> None:
        """Take the sealed destination and the socket over which the program sends its ends."""
        self._destination, self._control = destination, control
        self._other: dict[int, tuple[socket.socket, socket.socket]] = {}
        self._poll = select.poll()
        self._poll.register(control.fileno(), select.POLLIN)

    def run(self) -> None:
        """Serve until the program closes its socket, as it does when it ends."""
        while True:
            for number, _ in self._poll.poll():
                if number != self._control.fileno():
                    self._forward(number)
                elif not self._accept():
                    return

    def _accept(self) -> bool:
        """Connect for the program; return False if the program has ended."""
        message, descriptors, _, _ = socket.recv_fds(self._control, 1, 1)
        for descriptor in descriptors:
            program = socket.socket(fileno=descriptor)
            server, reason = self._destination.open()
            with suppress(OSError):  # the program may have given up
                program.sendall(CONNECTED if server else REFUSED + reason.encode())
            if server is None:
                program.close()
                continue
            for source, sink in ((program, server), (server, program)):
                source.settimeout(STALL_S)
                self._other[source.fileno()] = source, sink
                self._poll.register(source.fileno(), select.POLLIN)
        return bool(message)

    def _forward(self, number: int) -> None:
        if number not in self._other:  # closed since the poll, together with its other side
            return
        source, sink = self._other[number]
        try:
            data = source.recv(CHUNK)
            sink.sendall(data)
        except OSError:
            data = b""
        if not data:
            for one in (source, sink):
                del self._other[one.fileno()]
                self._poll.unregister(one.fileno())
                one.close()


def sockaddr(address: ServerAddress) -> bytes:
    """Return the `struct sockaddr_un`, `sockaddr_in` or `sockaddr_in6` of an address."""
    family = struct.pack("=H", _family(address))
    if address.path:
        return family + os.fsencode(address.path) + b"\0"
    port, host = struct.pack("!H", address.port), socket.inet_pton(_family(address), address.host.strip("[]"))
    return family + port + (bytes(4) + host + bytes(4) if _family(address) == socket.AF_INET6 else host + bytes(8))


def listeners(table: str, port: int) -> list[int]:
    """Return the user ids of the listeners on a port, from the text of /proc/net/tcp or tcp6 (proc_pid_net(5))."""
    rows = [line.split() for line in table.splitlines()]
    return [
        int(row[7]) for row in rows if len(row) > 7 and row[3] == _LISTENS and row[1].endswith(f":{port:04X}")
    ]  # fmt: skip


def is_another_person(user: int) -> bool:
    """Return whether a user id is a person's and not this process's own."""
    return user >= FIRST_PERSON and user != os.getuid()


def _of_a_person(user: int) -> str:
    return f"the server belongs to user {user}; run it as this account, or as a service of the system"


def _family(address: ServerAddress) -> int:
    if address.path:
        return socket.AF_UNIX
    return socket.AF_INET6 if address.host.startswith("[") else socket.AF_INET


def _read_again(descriptor: int) -> str:
    os.lseek(descriptor, 0, os.SEEK_SET)
    parts = []
    while part := os.read(descriptor, CHUNK):
        parts.append(part)
    return b"".join(parts).decode("ascii", "replace")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
