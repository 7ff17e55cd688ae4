"""What the system may keep of this process's memory: nothing. Raw comments pass through it."""

import ctypes
import resource
import sys

PR_SET_DUMPABLE = 4


def keep_memory_private() -> None:
    """Forbid core dumps, and on Linux other processes of this account from reading or tracing this one.

    Both are needed: a dump that is piped to a program, as most distributions do it, ignores the limit on its size
    but not the dumpable flag (core(5), prctl(2)). The flag falls with exec, so each worker sets its own.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
