"""The seal on Linux: a seccomp(2) filter that refuses system calls with which a process can send data out.

The filter applies to every thread and child process, in any language, and cannot be removed. It cannot read the address
of a connect, so it refuses all of them and all binds; a server therefore opens its listener before it applies the
filter.
"""

import ctypes
import errno
import platform
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from analyzer.errors import EgressError
from analyzer.security.sandbox import landlock
from analyzer.security.sandbox.bpf import (
    AND,
    JUMP_EQUAL,
    JUMP_GREATER_EQUAL,
    JUMP_SET,
    LOAD,
    RETURN,
    Line,
    Step,
    assemble,
)

ALLOW, REFUSE, KILL = 0x7FFF0000, 0x00050000 | errno.EPERM, 0x80000000
"""Results of a filter: allow the call, fail it with EPERM, kill the process."""
PR_SET_NO_NEW_PRIVS, SECCOMP_SET_MODE_FILTER, ALL_THREADS = 38, 1, 1
X32 = 0x40000000
"""Bit in the call numbers of the x32 ABI of x86-64, which a filter on plain numbers would allow."""
FAST_OPEN = 0x20000000
"""MSG_FASTOPEN: a send that connects first."""
AF_UNIX, AF_INET, STREAM, SEQPACKET, DATAGRAM, KIND = 1, 2, 1, 5, 2, 0xF
REQUESTS = {
    "TIOCSTI": 0x5412,  # inserts input into the terminal, which a shell reads afterwards
    "TIOCLINUX": 0x541C,  # the same by pasting, on a console
    "TUNSETIFF": 0x400454CA,  # attaches to a virtual network card that was set up for this account
}
"""Refused requests of ioctl(2); the numbers are the same on x86-64 and aarch64."""
OWN_THREADS = Path("/proc/self/task")
NUMBER, ARCHITECTURE, FIRST_ARGUMENT = 0, 4, 16
"""Offsets in `struct seccomp_data`."""


@dataclass(frozen=True, slots=True)
class Machine:
    """A processor architecture: its AUDIT_ARCH value and its numbers of system calls."""

    audit: int
    calls: dict[str, int]
    has_x32: bool = False

    def number(self, name: str) -> int:
        """Return the number of a system call."""
        return self.calls[name]


_EVERYWHERE = {
    "io_uring_setup": 425, "io_uring_enter": 426, "io_uring_register": 427, "fsopen": 430, "pidfd_getfd": 438,
}  # fmt: skip
MACHINES = {
    "x86_64": Machine(0xC000003E, _EVERYWHERE | {
        "ioctl": 16, "socket": 41, "connect": 42, "sendto": 44, "sendmsg": 46, "bind": 49, "socketpair": 53,
        "ptrace": 101, "mount": 165, "add_key": 248, "request_key": 249, "keyctl": 250, "sendmmsg": 307,
        "process_vm_readv": 310, "process_vm_writev": 311, "seccomp": 317, "bpf": 321,
    }, has_x32=True),
    "aarch64": Machine(0xC00000B7, _EVERYWHERE | {
        "ioctl": 29, "mount": 40, "ptrace": 117, "socket": 198, "socketpair": 199, "bind": 200, "connect": 203,
        "sendto": 206, "sendmsg": 211, "add_key": 217, "request_key": 218, "keyctl": 219, "sendmmsg": 269,
        "process_vm_readv": 270, "process_vm_writev": 271, "seccomp": 277, "bpf": 280,
    }),
}  # fmt: skip
"""Numbers of arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h."""

REFUSED = {
    "connect": "outgoing connections of every family, the sockets of other programs on this machine included",
    "bind": "new listeners and datagram endpoints",
    "sendmmsg": "batches of datagrams",
    "io_uring_setup": "a queue of system calls that no filter sees",
    "io_uring_enter": "the same queue, if one was inherited",
    "io_uring_register": "the same queue, if one was inherited",
    "ptrace": "steering another program that is not sealed",
    "process_vm_readv": "reading another program's memory",
    "process_vm_writev": "writing another program's memory",
    "pidfd_getfd": "taking another program's open sockets",
    "add_key": "keys that make the kernel look something up",
    "request_key": "look-ups by the kernel's own helper (DNS)",
    "keyctl": "the same helper",
    "mount": "network file systems",
    "fsopen": "network file systems",
    "bpf": "programs in the kernel's network stack",
}
"""System calls that are refused with any arguments -> what they would allow."""


def program(machine: Machine) -> bytes:
    """Return the filter for a processor architecture."""
    lines: list[Line] = [Step(LOAD, ARCHITECTURE), Step(JUMP_EQUAL, machine.audit, "known", "kill"), "known"]
    lines.append(Step(LOAD, NUMBER))
    if machine.has_x32:
        lines.append(Step(JUMP_GREATER_EQUAL, X32, "kill"))
    lines += [Step(JUMP_EQUAL, machine.number(name), "refuse") for name in REFUSED]
    lines += [
        Step(JUMP_EQUAL, machine.number("ioctl"), "ioctl"),
        Step(JUMP_EQUAL, machine.number("sendto"), "sendto"),
        Step(JUMP_EQUAL, machine.number("sendmsg"), "sendmsg"),
        Step(JUMP_EQUAL, machine.number("socket"), "socket"),
        Step(JUMP_EQUAL, machine.number("socketpair"), "socket", "allow"),
        "ioctl",
        load_argument(1), *(Step(JUMP_EQUAL, request, "refuse") for request in REQUESTS.values()), Step(RETURN, ALLOW),
        "sendto",  # with an address it is a datagram; without one it is send(2) on something connected
        load_argument(4, is_high=False), Step(JUMP_EQUAL, 0, "", "refuse"),
        load_argument(4, is_high=True), Step(JUMP_EQUAL, 0, "", "refuse"),
        load_argument(3), Step(JUMP_SET, FAST_OPEN, "refuse", "allow"),
        "sendmsg",
        load_argument(2), Step(JUMP_SET, FAST_OPEN, "refuse", "allow"),
        "socket",  # only a pair within the program is allowed; a datagram socket could still name a receiver
        load_argument(0), Step(JUMP_EQUAL, AF_UNIX, "", "refuse"),
        load_argument(1), Step(AND, KIND), Step(JUMP_EQUAL, STREAM, "allow"), Step(JUMP_EQUAL, SEQPACKET, "allow"),
        "refuse", Step(RETURN, REFUSE),
        "allow", Step(RETURN, ALLOW),
        "kill", Step(RETURN, KILL),
    ]  # fmt: skip
    return assemble(lines)


def load_argument(argument: int, is_high: bool = False) -> Step:
    """Return the instruction that loads the low or the high 32 bits of an argument of the system call, from 0 on."""
    return Step(LOAD, FIRST_ARGUMENT + 8 * argument + 4 * is_high)


class Seccomp:
    """The guard with a system-call filter for this process."""

    def __init__(self) -> None:
        """Look up the architecture of this machine.

        Raises:
            EgressError: if MACHINES has no numbers for it.
        """
        name = platform.machine()
        if name not in MACHINES:
            raise EgressError(f"no filter for processors of type {name}; {REMEDY}")
        self._machine = MACHINES[name]

    def close(self) -> None:
        """Apply the filter to this process, its threads and its children; it cannot be removed.

        Raises:
            EgressError: if the kernel refuses.
        """
        apply_filter(program(self._machine))

    def faults(self) -> tuple[str, ...]:
        """Try each refused call with arguments without effect; return the calls that are not refused, in words.

        Without the filter these calls fail because of their arguments (EBADF, EFAULT, EINVAL …), never with EPERM.
        """
        libc = ctypes.CDLL(None, use_errno=True)
        calls = [name for name, arguments in _attempts() if not self._is_refused(libc, name, arguments)]
        threads = [task for task in _threads() if not is_filtered(OWN_THREADS / task)]
        return (*(f"{name} is not refused" for name in calls), *(f"thread {task} has no filter" for task in threads))

    def _is_refused(self, libc: ctypes.CDLL, name: str, arguments: tuple[int, ...]) -> bool:
        ctypes.set_errno(0)
        outcome = libc.syscall(ctypes.c_long(self._machine.number(name)), *map(ctypes.c_long, arguments))
        return bool(outcome == -1) and ctypes.get_errno() == errno.EPERM


def apply_filter(code: bytes, tcp_port: int = 0) -> None:
    """Apply a filter to this process, its threads and its children, in a new Landlock domain; it cannot be removed.

    Args:
        code: the filter.
        tcp_port: the one port that the Landlock domain allows connections to; 0 for none.

    Raises:
        EgressError: if the kernel refuses.
    """
    buffer = ctypes.create_string_buffer(code)
    filter_ = _Filter(len(code) // 8, ctypes.addressof(buffer))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_NO_NEW_PRIVS, *map(ctypes.c_ulong, (1, 0, 0, 0))):
        raise EgressError(f"the kernel refused no_new_privs ({_reason()}); {REMEDY}")
    if landlock.is_there():
        landlock.keep_apart(tcp_port)
    number = MACHINES[platform.machine()].number("seccomp")
    # A positive result is the id of a thread without the filter, which is a failure too.
    if libc.syscall(number, SECCOMP_SET_MODE_FILTER, ALL_THREADS, ctypes.byref(filter_)):
        raise EgressError(f"the kernel refused the filter on system calls ({_reason()}); {REMEDY}")


class _Filter(ctypes.Structure):
    """`struct sock_fprog`."""

    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


REMEDY = "use a system that has seccomp, or start with --unsealed REASON, which is recorded"
NOWHERE = -1
"""No descriptor, no process, no address."""


def _attempts() -> Iterable[tuple[str, tuple[int, ...]]]:
    """Yield every refused call with arguments that have no effect even without the filter."""
    special = {"ptrace": (NOWHERE, 0, 0, 0), "keyctl": (NOWHERE, 0, 0, 0, 0), "mount": (0, 0, 0, 0, 0)}
    for name in REFUSED:
        yield name, special.get(name, (NOWHERE, 0, 0, 0, 0, 0))
    yield "socket", (AF_INET, STREAM, 0)
    yield "socket", (AF_INET, DATAGRAM, 0)
    yield "socket", (AF_UNIX, DATAGRAM, 0)
    yield from (("ioctl", (NOWHERE, request, 0)) for request in REQUESTS.values())
    yield "sendto", (NOWHERE, 0, 0, FAST_OPEN, 0, 0)
    yield "sendmsg", (NOWHERE, 0, FAST_OPEN)


def _threads() -> list[str]:
    return sorted(path.name for path in OWN_THREADS.iterdir())


def is_filtered(task: Path) -> bool:
    """Return whether a thread or process, by its folder in /proc, has a filter or has ended."""
    try:
        status = (task / "status").read_text(encoding="ascii", errors="replace")
    except FileNotFoundError:  # the thread has ended meanwhile
        return True
    return "\nSeccomp:\t2\n" in status


def _reason() -> str:
    return errno.errorcode.get(ctypes.get_errno(), "a thread did not get the filter")
