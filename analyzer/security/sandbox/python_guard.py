"""The seal on systems without a kernel mechanism (Windows and others): an audit hook in this interpreter (PEP 578).

It refuses connections of Python code. Libraries written in C and child processes do not raise audit events.
"""

import errno
import sys
from ipaddress import ip_address
from typing import Any

CONNECTING = frozenset(("socket.connect", "socket.sendto", "socket.sendmsg", "socket.bind"))
"""Audit events whose arguments are a socket and an address (docs.python.org/3/library/audit_events.html)."""
ASKING = frozenset(("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo"))
"""Audit events whose first argument is a host, or an address that starts with one."""
SOMEWHERE = "192.0.2.1"
"""An address of RFC 5737, reserved for documentation."""


class PythonGuard:
    """The guard with an audit hook. Loopback is allowed: an event loop on Windows uses it internally."""

    def close(self) -> None:
        """Add the hook; it cannot be removed."""
        sys.addaudithook(_refuse)

    def faults(self) -> tuple[str, ...]:
        """Raise one of the audit events without connecting; return what was not refused, in words."""
        try:
            sys.audit("socket.connect", None, (SOMEWHERE, 9))
        except PermissionError:
            return ()
        return ("connections from Python are not refused",)


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event in CONNECTING:
        address = "localhost" if arguments[1] is None else arguments[1]  # None: sent over an existing connection
    elif event in ASKING:
        address = arguments[0] or "localhost"
    else:
        return
    host = address[0] if isinstance(address, tuple) and address else address
    if not _is_loopback(host):
        raise PermissionError(errno.EPERM, f"{event} was refused: this program makes no network connections")


def _is_loopback(host: object) -> bool:
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
    if name == "localhost":
        return True
    try:
        return ip_address(name.partition("%")[0]).is_loopback
    except ValueError:
        return False
