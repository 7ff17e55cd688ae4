"""Keep the memory of this process, which contains raw comments, out of core dumps and other processes."""

import ctypes
import resource
import sys

PR_SET_DUMPABLE = 4


def keep_memory_private() -> None:
    """Forbid core dumps, and on Linux other processes of this account from reading or tracing this one.

    Both are needed: a dump that is piped to a program, as in most distributions, ignores the limit on its size
    but not the dumpable flag (core(5), prctl(2)). exec resets the flag, so each worker sets its own.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
