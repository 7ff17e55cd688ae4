"""A Landlock domain (Linux 6.7 and later), which protects the memory of other programs, in /proc as files.

The seccomp filter refuses the calls that control another program, but cannot tell one file from another. A process in a
Landlock domain (landlock(7)) can access the memory of processes in the same domain only: those it started.
"""

import ctypes
import errno
import os

from analyzer.errors import EgressError

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
"""Numbers of system calls, the same on every architecture."""
ASK_VERSION = 1
WITH_NETWORK = 4
"""First version with network rules; the domain restricts TCP connections, because an empty rule set is invalid."""
CONNECT_TCP = 2
PORT_RULE = 2
"""LANDLOCK_RULE_NET_PORT."""


class _Rules(ctypes.Structure):
    """`struct landlock_ruleset_attr` as of version 4."""

    _fields_ = (("files", ctypes.c_uint64), ("network", ctypes.c_uint64))


class _PortRule(ctypes.Structure):
    """`struct landlock_net_port_attr`."""

    _fields_ = (("allowed", ctypes.c_uint64), ("port", ctypes.c_uint64))


def is_there() -> bool:
    """Return whether this kernel has Landlock with network rules and has it enabled."""
    return _call(CREATE_RULESET, None, ctypes.c_size_t(0), ASK_VERSION) >= WITH_NETWORK


def keep_apart(tcp_port: int = 0) -> None:
    """Put this thread, and threads and processes it starts from now on, into a new domain; this cannot be undone.

    The process must have set no_new_privs. In a process within 16 domains nothing is changed: the kernel nests no
    deeper.

    Args:
        tcp_port: port of any address to which TCP connections stay allowed; 0 for none.

    Raises:
        EgressError: if the kernel refuses.
    """
    rules = _Rules(0, CONNECT_TCP)
    number = _call(CREATE_RULESET, ctypes.byref(rules), ctypes.c_size_t(ctypes.sizeof(rules)), 0)
    outcome = number
    if number >= 0 and tcp_port:
        outcome = _call(ADD_RULE, number, PORT_RULE, ctypes.byref(_PortRule(CONNECT_TCP, tcp_port)), 0)
    if outcome >= 0:
        outcome = _call(RESTRICT_SELF, number, 0)
    reason = ctypes.get_errno()
    if number >= 0:
        os.close(number)
    if outcome < 0 and reason != errno.E2BIG:
        raise EgressError(f"the kernel refused a Landlock domain ({errno.errorcode.get(reason, reason)})")


def _call(number: int, *arguments: object) -> int:
    libc = ctypes.CDLL(None, use_errno=True)
    return int(libc.syscall(ctypes.c_long(number), *arguments))
