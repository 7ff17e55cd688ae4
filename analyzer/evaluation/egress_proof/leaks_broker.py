"""Leaks from inside the broker of a model server, as hostile code in that process would try: reach another address."""

import ctypes
import errno
import mmap
import os
import socket
from pathlib import Path

from analyzer.evaluation.egress_proof.leaks_sockets import MESSAGE, c_connect
from analyzer.models.server_address import parse_address
from analyzer.security.sandbox.broker_process import Destination, sockaddr

ALLOWED = "http://127.0.0.1:1"
"""The one address of the broker; nothing listens there."""
_destinations: list[Destination] = []


def prepare(_: str, __: int) -> str:
    """Write the allowed address into its read-only page, as the broker does before it seals itself."""
    _destinations.append(Destination(parse_address(ALLOWED)))
    return "prepared"


def seal_as_broker() -> None:
    """Apply the filter of the broker instead of the program's.

    Raises:
        OSError: if it is not effective.
    """
    if fault := _destinations[-1].seal():
        raise OSError(errno.EINVAL, fault)


def overwrite(host: str, port: int) -> str:
    """Make the page of the address writable and write another address."""
    page, size = _destinations[-1].page, ctypes.c_size_t(mmap.PAGESIZE)
    _check(ctypes.CDLL(None, use_errno=True).mprotect(page, size, mmap.PROT_READ | mmap.PROT_WRITE))
    return _redirected(host, port)


def remap(host: str, port: int) -> str:
    """Map new memory over the page of the address."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.mmap.restype = ctypes.c_ssize_t
    fixed = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x10
    size = ctypes.c_size_t(mmap.PAGESIZE)
    _check(libc.mmap(_destinations[-1].page, size, mmap.PROT_READ | mmap.PROT_WRITE, fixed, -1, ctypes.c_long(0)))
    return _redirected(host, port)


def memory_file(host: str, port: int) -> str:
    """Write another address through the file of this process's memory, which ignores that a page is read-only."""
    raw = _raw(host, port)
    with Path("/proc/self/mem").open("r+b", buffering=0) as memory:
        memory.seek(_destinations[-1].page.value or 0)
        memory.write(raw)
    return _connect()


def child(host: str, port: int) -> str:
    """Start a child process that connects."""
    number = os.fork()
    if number == 0:
        try:
            c_connect(host, port)
        finally:
            os._exit(0)
    _, status = os.waitpid(number, 0)
    return f"the child ended with {status}"


def _redirected(host: str, port: int) -> str:
    raw = _raw(host, port)
    ctypes.memmove(_destinations[-1].page, raw, len(raw))
    return _connect()


def _raw(host: str, port: int) -> bytes:
    blank = sockaddr(parse_address(ALLOWED))
    return blank[:2] + port.to_bytes(2, "big") + socket.inet_aton(host) + blank[8:]


def _connect() -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as one:
        libc = ctypes.CDLL(None, use_errno=True)
        _check(libc.connect(one.fileno(), _destinations[-1].page, len(sockaddr(parse_address(ALLOWED)))))
        one.sendall(MESSAGE)
        return "connected to another address"


def _check(outcome: int) -> None:
    if outcome == -1:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
