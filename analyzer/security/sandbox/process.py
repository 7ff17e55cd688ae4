"""Keep the memory of this process, which contains raw comments, out of core dumps and other processes."""

import ctypes
import sys

from analyzer.system import forbid_core_dumps

PR_SET_DUMPABLE = 4


def keep_memory_private() -> None:
    """Forbid core dumps, and on Linux other processes of this account from reading or tracing this one.

    Both are needed: a dump that is piped to a program, as in most distributions, ignores the limit on its size
    but not the dumpable flag (core(5), prctl(2)). exec resets the flag, so each worker sets its own.
    """
    forbid_core_dumps()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
