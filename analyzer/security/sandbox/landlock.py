"""A second lock, where Linux has it (6.7 and later): on the memory of other programs, which /proc offers as files.

The filter refuses the calls that steer another program, but cannot tell one file from another. A process in a Landlock
domain (landlock(7)) may only reach into those of the same domain: those it started.
"""

import ctypes
import errno
import os

from analyzer.errors import EgressError

CREATE_RULESET, RESTRICT_SELF = 444, 446
"""System calls, of the same number on every architecture."""
ASK_VERSION = 1
WITH_NETWORK = 4
"""The version that knows connections: the one thing this domain rules, since a domain has to rule something."""
CONNECT_TCP = 2


class _Rules(ctypes.Structure):
    """`struct landlock_ruleset_attr` as of version 4."""

    _fields_ = (("files", ctypes.c_uint64), ("network", ctypes.c_uint64))


def is_there() -> bool:
    """Tell whether this kernel has what is needed, and has it turned on."""
    return _call(CREATE_RULESET, None, ctypes.c_size_t(0), ASK_VERSION) >= WITH_NETWORK


def keep_apart() -> None:
    """Put this thread, and what it starts from now on, into a domain of its own; there is no way back.

    The process must have given up new privileges. Within 16 domains already it is left as it is: the kernel nests no
    deeper.

    Raises:
        EgressError: if the kernel refuses.
    """
    rules = _Rules(0, CONNECT_TCP)
    number = _call(CREATE_RULESET, ctypes.byref(rules), ctypes.c_size_t(ctypes.sizeof(rules)), 0)
    outcome = number if number < 0 else _call(RESTRICT_SELF, number, 0)
    reason = ctypes.get_errno()
    if number >= 0:
        os.close(number)
    if outcome < 0 and reason != errno.E2BIG:
        raise EgressError(f"the kernel refused a Landlock domain ({errno.errorcode.get(reason, reason)})")


def _call(number: int, *arguments: object) -> int:
    libc = ctypes.CDLL(None, use_errno=True)
    return int(libc.syscall(ctypes.c_long(number), *arguments))
