"""Move this process into a network namespace with nothing but loopback, to which all other traffic is routed.

It needs Linux namespaces (namespaces(7)) and no right but to make a user namespace, which some systems refuse.
"""

import ctypes
import fcntl
import os
import socket
import struct
import tempfile
from contextlib import suppress
from pathlib import Path

NEW_MOUNTS, NEW_USER, NEW_NETWORK = 0x00020000, 0x10000000, 0x40000000
BIND, RECURSIVE, PRIVATE = 4096, 16384, 1 << 18
SET_ADDRESS, SET_FLAGS, ADD_ROUTE = 0x8916, 0x8914, 0x890B
UP_AND_RUNNING = 0x1 | 0x40
ROUTE_IS_UP = 0x1
SINK_ADDRESS = "198.51.100.7"
"""The address that every name resolves to (RFC 5737, reserved for documentation)."""
FILES = {
    "/etc/resolv.conf": "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n",
    "/etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
}


def enter() -> str:
    """Move this process, which must have one thread, into new namespaces; return "" or the reason for a refusal.

    Inside, loopback is up, all other addresses are routed to loopback, and names are looked up at 127.0.0.1. A child
    process tries first, so that this process does not move if only a part is allowed, as on systems that allow a
    namespace without its rights.
    """
    return _try_in_child() or _enter()


def _try_in_child() -> str:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, _enter().encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        reason = pipe.read().decode()
    _, status = os.waitpid(child, 0)
    return reason or ("" if status == 0 else "the system killed the process that tried")


def _enter() -> str:
    libc = ctypes.CDLL(None, use_errno=True)
    user, group = os.geteuid(), os.getegid()
    if libc.unshare(NEW_USER | NEW_NETWORK | NEW_MOUNTS):
        return f"the system refuses namespaces ({os.strerror(ctypes.get_errno())})"
    with suppress(OSError):  # kernels before 3.19 have no such file
        Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
    try:
        Path("/proc/self/uid_map").write_text(f"0 {user} 1", encoding="ascii")
        Path("/proc/self/gid_map").write_text(f"0 {group} 1", encoding="ascii")
        _connect_loopback()
        _replace_resolver_files(libc)
    except OSError as error:
        return f"the namespace could not be set up ({error.strerror})"
    return ""


def _connect_loopback() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        fcntl.ioctl(one, SET_FLAGS, struct.pack("16sH14x", b"lo", UP_AND_RUNNING))
        fcntl.ioctl(one, SET_ADDRESS, struct.pack("16s16s8x", b"lo:1", _address(SINK_ADDRESS)))
        device = ctypes.create_string_buffer(b"lo")
        anywhere = _address("0.0.0.0")  # noqa: S104
        route = struct.pack(
            "L16s16s16sHhLPhP3H",
            0, anywhere, anywhere, anywhere, ROUTE_IS_UP, 0, 0, 0, 0, ctypes.addressof(device), 0, 0, 0,
        )  # fmt: skip
        fcntl.ioctl(one, ADD_ROUTE, route)


def _replace_resolver_files(libc: ctypes.CDLL) -> None:
    """Mount FILES over the system's resolver configuration, in this mount namespace alone."""
    _check(libc.mount(b"none", b"/", None, RECURSIVE | PRIVATE, None))
    for name, text in FILES.items():
        target = Path(name).resolve()
        if target.is_file():
            with tempfile.NamedTemporaryFile("w", encoding="ascii", delete=False) as file:
                file.write(text)
            _check(libc.mount(file.name.encode(), bytes(target), None, BIND, None))
            Path(file.name).unlink()


def _address(host: str) -> bytes:
    return struct.pack("=H", socket.AF_INET) + struct.pack("!H4s8x", 0, socket.inet_aton(host))


def _check(outcome: int) -> None:
    if outcome < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
