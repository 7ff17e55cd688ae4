"""What differs between Linux, macOS and Windows, in one place: open files, locks, rights, flushing, cores, dumps.

Each function asks for the ability, not for the name of the system, so that a test can take it away. What a system does
not have is said in the function; docs/systems.md has the whole list. Knows nothing of workspaces.
"""

import os
import stat
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import ModuleType

fcntl: ModuleType | None = None
msvcrt: ModuleType | None = None
resource: ModuleType | None = None
with suppress(ImportError):
    import fcntl
with suppress(ImportError):
    import msvcrt
with suppress(ImportError):
    import resource

PRIVATE_FILE = 0o600
HAS_MODES = os.name == "posix"
"""Whether the mode of a file says who may read it; on Windows that is the list of rights of its folder."""
LOCKED_AT = 1 << 40
"""Place of the one byte that is locked on Windows: behind the content, which a lock there would hide from readers."""
PAUSE_S = 0.02


def usable_cores() -> int:
    """Return the number of cores that this process may run on; all of the machine where the system does not tell."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def open_file(path: Path, flags: int, mode: int = PRIVATE_FILE) -> int:
    """Open a file as bytes, closed in child processes, and return its descriptor.

    Args:
        path: the file.
        flags: of os.open; the system's flags for bytes and child processes are added.
        mode: of a file that is created.
    """
    for name in ("O_CLOEXEC", "O_NOINHERIT", "O_BINARY"):
        flags |= getattr(os, name, 0)
    return os.open(path, flags, mode)


def open_without_waiting(path: Path) -> int:
    """Open a file to read; a pipe does not make the caller wait where the system can avoid that."""
    return open_file(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))


def read_at(handle: int, size: int, place: int) -> bytes:
    """Read from a place of an open file; without pread its position moves, which appending ignores."""
    if hasattr(os, "pread"):
        return os.pread(handle, size, place)
    os.lseek(handle, place, os.SEEK_SET)
    return os.read(handle, size)


def lock(handle: int, *, shared: bool, waits: bool = False) -> bool:
    """Lock an open file, or convert its lock; closing the file releases it. Return whether it is locked.

    Windows has no shared lock here: a shared one always succeeds there, and open files cannot be replaced anyway.

    Args:
        handle: descriptor of the open file.
        shared: whether others may have a shared lock at the same time.
        waits: whether to wait until no other process has a lock that excludes this one.

    Raises:
        OSError: if the file system has no locks.
    """
    if fcntl is not None:
        kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        try:
            fcntl.flock(handle, kind if waits else kind | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
    if msvcrt is None:
        return True
    if shared:
        _lock_byte(msvcrt, handle, msvcrt.LK_UNLCK)  # an exclusive one that is converted
        return True
    while not _lock_byte(msvcrt, handle, msvcrt.LK_NBLCK):
        if not waits:
            return False
        time.sleep(PAUSE_S)
    return True


def unlock(handle: int) -> None:
    """Release the lock of an open file."""
    if fcntl is not None:
        fcntl.flock(handle, fcntl.LOCK_UN)
    elif msvcrt is not None:
        _lock_byte(msvcrt, handle, msvcrt.LK_UNLCK)


def _lock_byte(locks: ModuleType, handle: int, kind: int) -> bool:
    """Lock or release one byte; return whether that worked."""
    place = os.lseek(handle, 0, os.SEEK_CUR)
    try:
        os.lseek(handle, LOCKED_AT, os.SEEK_SET)
        locks.locking(handle, kind, 1)
    except OSError:
        return False
    finally:
        os.lseek(handle, place, os.SEEK_SET)
    return True


def is_private(path: Path) -> bool:
    """Return whether other users are kept from a file by its mode.

    On Windows always True: files get the rights of their folder, and that of the user's profile is private.
    """
    return not HAS_MODES or not stat.S_IMODE(path.stat().st_mode) & 0o077


def flush(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on disk; Windows flushes no folder, and keeps names itself."""
    is_folder = path.is_dir()
    if is_folder and not HAS_MODES:
        return
    handle = open_file(path, os.O_RDONLY if is_folder or HAS_MODES else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def forbid_core_dumps() -> None:
    """Forbid core dumps of this process; Windows has none, its error reports are a setting of the system."""
    if resource is not None and sys.platform != "win32":
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
