"""The seal: keep this process and its children from making network connections. Apply it, test it, report its status.

Chooses the strongest guard that the system has and stores which one is in force, or why the process is unsealed. Each
guard is in a module of its own.
"""

import platform
import threading
from dataclasses import dataclass, field, replace
from typing import Protocol

from analyzer.errors import EgressError, ModelError
from analyzer.models.server_address import ServerAddress, parse_server
from analyzer.models.server_client import Stream
from analyzer.security.sandbox import landlock
from analyzer.security.sandbox.descriptors import open_ways_out
from analyzer.security.sandbox.macos import Sandbox
from analyzer.security.sandbox.python_guard import PythonGuard
from analyzer.security.sandbox.seccomp import Seccomp
from analyzer.security.sandbox.server_broker import MODEL_SERVER, RESIDENT, SCHEDULER, ServerBroker


@dataclass(frozen=True, slots=True)
class SealStatus:
    """Whether this process is sealed against network connections.

    Attributes:
        ok: whether the seal is in force and its test found no faults.
        level: what enforces it, in words.
        stops: what it stops.
        does_not_stop: what it does not stop.
        faults: what the test found open.
        unsealed: the reason for an unsealed process; empty if it is sealed.
        hole: address of the one model server on this machine that the process can talk to; empty for none.
        cluster: address of the one scheduler that the process can talk to; empty for none.
    """

    ok: bool
    level: str
    stops: tuple[str, ...]
    does_not_stop: tuple[str, ...]
    faults: tuple[str, ...] = ()
    unsealed: str = ""
    hole: str = ""
    cluster: str = ""


class Guard(Protocol):
    """Interface of a mechanism that seals a process."""

    def close(self) -> None:
        """Apply the guard; it cannot be removed."""

    def faults(self) -> tuple[str, ...]:
        """Test the guard without sending anything; return what it does not stop, in words."""


@dataclass(frozen=True, slots=True)
class Level:
    """Description of a guard: its name, what it stops and what it does not stop."""

    name: str
    stops: tuple[str, ...]
    does_not_stop: tuple[str, ...]


_LIMITS = (
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
    _LIMITS,
)


KERNEL_WITHOUT_LANDLOCK = replace(
    KERNEL, does_not_stop=("the memory of another program of the same account, which /proc offers as a file", *_LIMITS)
)
"""KERNEL on kernels before 6.7 or without Landlock; Yama's ptrace_scope protects the memory there."""


SANDBOX = Level(
    "macOS sandbox profile",
    ("outgoing connections and new listeners of this process and the programs started from it",),
    (
        "what it may ask of others by the system's own messages (to open a page in the browser); sockets open before",
        "not tried on a real machine",
        *_LIMITS,
    ),
)


INTERPRETER = Level(
    "hook in the Python interpreter (best effort)",
    ("connections, datagrams and look-ups that Python code asks for, except to loopback",),
    ("libraries written in C, asyncio's own on Windows among them", "other programs started from here", *_LIMITS),
)


HOLE = (
    "the model server {} on this machine, which gets the questions and the comments that it is asked about: one hole, "
    "through a broker that can connect to this address only; what the server does with them is not under the seal"
)
"""What a seal with a hole does not stop, see server_broker."""


CLUSTER = (
    "the scheduler {} of a cluster, which gets the RAW comments that are imported and passes them to its workers: one "
    "hole, through a broker that can connect to this address only; what other machines do with them is under their "
    "own seal, if they run this program"
)
"""What a seal with a scheduler does not stop."""


WORKER = (
    "the resident worker of this account ({}), which has the models and gets the texts to embed and the prompts; it is "
    "this program too, under its own seal"
)
"""What a seal with a resident worker does not stop."""
HOLES = {MODEL_SERVER: HOLE, SCHEDULER: CLUSTER, RESIDENT: WORKER}


OPEN = Level("none", (), ("anything: this process was started unsealed",))


@dataclass
class _State:
    guard: Guard | None = None
    level: Level = OPEN
    reason: str = ""
    brokers: dict[str, ServerBroker] = field(default_factory=dict)


_state = _State()


_lock = threading.Lock()


def seal(
    unsealed: str = "", listener: int = -1, server: str = "", scheduler: ServerAddress | None = None,
    resident: ServerAddress | None = None,
) -> SealStatus:  # fmt: skip
    """Apply the seal unless it is in force or the process is unsealed; test it and return its status.

    Args:
        unsealed: reason to leave the process unsealed; empty for the ordinary case.
        listener: descriptor of the page's own listener, to which other machines may connect; the process accepts
            their connections but cannot open its own.
        server: setting of a model server on this machine (models.server_address); the process can talk to it, through
            a broker that is started before the seal, and to nothing else. Empty for none.
        scheduler: address of the scheduler of a cluster, reached in the same way; None for none.
        resident: address of the resident worker of this account, reached in the same way; None for none.

    Raises:
        EgressError: if it cannot be applied, its test fails, an open descriptor leads off this machine, or the process
            was sealed without the server or scheduler.
        UsageError: if the server is no address of this machine.
    """
    if unsealed and not _state.reason:
        leave_open(unsealed)
    with _lock:
        if server:
            _open_hole(MODEL_SERVER, parse_server(server).address)
        if scheduler:
            _open_hole(SCHEDULER, scheduler)
        if resident and _state.guard is None and RESIDENT not in _state.brokers:  # later ones load their own models
            _open_hole(RESIDENT, resident)
        if _state.guard is None and not _state.reason:
            _check_descriptors(listener)
            guard, level = _strongest()
            guard.close()
            _check_descriptors(listener)  # another thread may have opened a descriptor meanwhile
            _state.guard, _state.level = guard, level
    status = seal_status()
    if not status.ok and not status.unsealed:
        raise EgressError(f"the seal is not effective ({'; '.join(status.faults)}); nothing was done")
    return status


def leave_open(reason: str) -> None:
    """Leave this process unsealed.

    Raises:
        EgressError: if no reason is given, or the seal is in force already.
    """
    if not reason.strip():
        raise EgressError("--unsealed needs a reason, which is recorded")
    with _lock:
        if _state.guard is not None:
            raise EgressError("this process is sealed already, and that cannot be undone; start another one")
        _state.reason = reason.strip()


def adopt(guard: Guard, level: Level) -> None:
    """Register a guard that is in force already as the seal of this process (an outer sandbox, a test double)."""
    with _lock:
        _state.guard, _state.level, _state.reason = guard, level, ""


def server_connection() -> Stream:
    """Return a new connection to the model server that this process was sealed with.

    Raises:
        ModelError: if there is none, or the server cannot be reached.
    """
    if MODEL_SERVER not in _state.brokers:
        raise ModelError("this process was sealed without a model server; start it again with answering_server set")
    return _state.brokers[MODEL_SERVER].connect()


def scheduler_broker() -> ServerBroker | None:
    """Return the broker of the scheduler that this process was sealed with; None for none."""
    return _state.brokers.get(SCHEDULER)


def resident_broker() -> ServerBroker | None:
    """Return the broker of the resident worker that this process was sealed with; None for none."""
    return _state.brokers.get(RESIDENT)


def seal_status() -> SealStatus:
    """Test the seal and return its status."""
    guard, level, brokers = _state.guard, _state.level, _state.brokers
    faults = guard.faults() if guard else ("the process is not sealed",)
    found = (*faults, *(fault for broker in brokers.values() for fault in broker.faults()))
    holes = [HOLES[what].format(broker.address) for what, broker in brokers.items()]
    hole, cluster = (str(brokers[what].address) if what in brokers else "" for what in (MODEL_SERVER, SCHEDULER))
    return SealStatus(
        ok=not found, level=level.name, stops=level.stops, does_not_stop=(*holes, *level.does_not_stop),
        faults=found, unsealed=_state.reason, hole=hole, cluster=cluster,
    )  # fmt: skip


def _open_hole(what: str, address: ServerAddress) -> None:
    """Start the broker of a destination, unless it runs already."""
    if what not in _state.brokers:
        _state.brokers[what] = ServerBroker(address, what)
    elif _state.brokers[what].address != address:
        raise EgressError(f"this process talks to the {what} {_state.brokers[what].address} already; start another one")


def _check_descriptors(listener: int) -> None:
    ways = open_ways_out(listener) if platform.system() == "Linux" else ()
    if ways:
        raise EgressError(f"this process was started with an open way off this machine ({ways[0]}); close it first")


def _strongest() -> tuple[Guard, Level]:
    system = platform.system()
    if system == "Linux":
        return Seccomp(), KERNEL if landlock.is_there() else KERNEL_WITHOUT_LANDLOCK
    return (Sandbox(), SANDBOX) if system == "Darwin" else (PythonGuard(), INTERPRETER)
