"""The seal: nothing this process or its children run can reach out. Put in force, tested, and asked for before work.

It chooses the strongest that the system has and remembers which, or why it was left open; how each works is in the
module of that name.
"""

import platform
import threading
from dataclasses import dataclass, replace
from typing import Protocol

from analyzer.errors import EgressError
from analyzer.security.sandbox import landlock
from analyzer.security.sandbox.descriptors import open_ways_out
from analyzer.security.sandbox.macos import Sandbox
from analyzer.security.sandbox.python_guard import PythonGuard
from analyzer.security.sandbox.seccomp import Seccomp


@dataclass(frozen=True, slots=True)
class SealStatus:
    """Whether this process is sealed against reaching out.

    Attributes:
        ok: the seal is in force and the test of it found nothing open.
        level: what enforces it, in words.
        stops: what it stops.
        does_not_stop: what it leaves to others.
        faults: what the test found open.
        unsealed: why the process was left open; empty if it was not.
    """

    ok: bool
    level: str
    stops: tuple[str, ...]
    does_not_stop: tuple[str, ...]
    faults: tuple[str, ...] = ()
    unsealed: str = ""


class Guard(Protocol):
    """One way to seal a process."""

    def close(self) -> None:
        """Put it in force, for good."""

    def faults(self) -> tuple[str, ...]:
        """Test that it holds without sending anything; return what does not, in words."""


@dataclass(frozen=True, slots=True)
class Level:
    """What a way to seal is called, what it stops, and what it does not."""

    name: str
    stops: tuple[str, ...]
    does_not_stop: tuple[str, ...]


_BEYOND = (
    "another program of the same account that is not sealed and that reads this one's files",
    "files in a folder that is itself on another machine (network drives, automounters, synchronized folders)",
    "streams to other programs of this machine that were open before (a terminal, a service manager, a notebook)",
    "hardware the account may write to (a modem, a radio); the kernel's own settings, where it runs as root",
    "what a person copies out of the page or exports",
)


KERNEL = Level(
    "kernel filter on system calls (seccomp)",
    (
        "every outgoing connection, to other machines and to other programs on this one, by any code in any language",
        "datagrams (DNS too), raw and packet sockets, new listeners, fast open, io_uring, foreign system-call numbers",
        "taking over another program: ptrace, its memory, its sockets, what is typed into its terminal",
        "look-ups by the kernel's helper, network file systems, virtual network cards",
        "the same from every thread, worker and program started from here",
    ),
    _BEYOND,
)


KERNEL_WITHOUT_LANDLOCK = replace(
    KERNEL, does_not_stop=("the memory of another program of the same account, which /proc offers as a file", *_BEYOND)
)
"""The same on kernels before 6.7, or where Landlock is off; Yama's ptrace_scope is what protects it there."""


SANDBOX = Level(
    "macOS sandbox profile",
    ("outgoing connections and new listeners of this process and the programs started from it",),
    (
        "what it may ask of others by the system's own messages (to open a page in the browser); sockets open before",
        "not tried on a real machine",
        *_BEYOND,
    ),
)


INTERPRETER = Level(
    "hook in the Python interpreter (best effort)",
    ("connections, datagrams and look-ups that Python code asks for, except to loopback",),
    ("libraries written in C, asyncio's own on Windows among them", "other programs started from here", *_BEYOND),
)


OPEN = Level("none", (), ("anything: this process was started unsealed",))


@dataclass
class _State:
    guard: Guard | None = None
    level: Level = OPEN
    reason: str = ""


_state = _State()


_lock = threading.Lock()


def seal(unsealed: str = "", listener: int = -1) -> SealStatus:
    """Put the seal in force unless it is already, or the process was left open; test it and say what is in force.

    Args:
        unsealed: why the process is to be left open; empty for the ordinary case.
        listener: descriptor of the page's own listener, which may be one that other machines can connect to; they can
            come in by it, nothing can go out.

    Raises:
        EgressError: if it cannot be put in force, does not hold, or a socket that was open before leads away.
    """
    if unsealed and not _state.reason:
        leave_open(unsealed)
    with _lock:
        if _state.guard is None and not _state.reason:
            _refuse_ways_out(listener)
            guard, level = _strongest()
            guard.close()
            _refuse_ways_out(listener)  # another thread may have opened one meanwhile
            _state.guard, _state.level = guard, level
    status = seal_status()
    if not status.ok and not status.unsealed:
        raise EgressError(f"the seal does not hold ({'; '.join(status.faults)}); nothing is done")
    return status


def leave_open(reason: str) -> None:
    """Let this process work unsealed.

    Raises:
        EgressError: if no reason is given, or the seal is in force already.
    """
    if not reason.strip():
        raise EgressError("--unsealed needs a reason: it is put on record")
    with _lock:
        if _state.guard is not None:
            raise EgressError("this process is sealed already, and that cannot be undone; start another one")
        _state.reason = reason.strip()


def adopt(guard: Guard, level: Level) -> None:
    """Take a guard that is in force already for this process's seal (a stricter one around it, a stand-in)."""
    with _lock:
        _state.guard, _state.level, _state.reason = guard, level, ""


def seal_status() -> SealStatus:
    """Test the seal and say what is in force."""
    guard, level = _state.guard, _state.level
    faults = guard.faults() if guard else ("the process is not sealed",)
    return SealStatus(
        ok=not faults, level=level.name, stops=level.stops, does_not_stop=level.does_not_stop, faults=faults,
        unsealed=_state.reason,
    )  # fmt: skip


def _refuse_ways_out(listener: int) -> None:
    ways = open_ways_out(listener) if platform.system() == "Linux" else ()
    if ways:
        raise EgressError(f"this process was started with a way out ({ways[0]}); close it first")


def _strongest() -> tuple[Guard, Level]:
    system = platform.system()
    if system == "Linux":
        return Seccomp(), KERNEL if landlock.is_there() else KERNEL_WITHOUT_LANDLOCK
    return (Sandbox(), SANDBOX) if system == "Darwin" else (PythonGuard(), INTERPRETER)
