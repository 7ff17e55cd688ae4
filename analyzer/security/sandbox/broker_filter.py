"""The seccomp filter of the broker: a list of allowed system calls, with connect to one address in memory.

A filter cannot read the bytes of an address, but it can compare the pointer to them. The broker writes its one address
into a page, makes the page read-only and applies this filter, which allows connect with exactly that pointer and
length. No call that could change the page is on the list (mprotect, munmap, mremap, madvise, mmap at a fixed address,
opening /proc/self/mem, ptrace), so the address stays what it was. All other calls fail with EPERM.
"""

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
from analyzer.security.sandbox.seccomp import (
    ALLOW,
    ARCHITECTURE,
    FAST_OPEN,
    KILL,
    KIND,
    MACHINES,
    NUMBER,
    REFUSE,
    STREAM,
    X32,
    load_argument,
)

MAP_FIXED = 0x10
"""Flag of mmap(2) that replaces what is mapped at an address."""
FIONBIO = 0x5421
"""Request of ioctl(2) with which Python sets a timeout on a socket."""
_PLAIN = (
    "read", "write", "close", "fstat", "poll", "ppoll", "lseek", "pread64", "brk", "rt_sigaction", "rt_sigprocmask",
    "rt_sigreturn", "sigaltstack", "sched_yield", "getpid", "gettid", "getuid", "recvfrom", "recvmsg", "shutdown",
    "getsockopt", "getsockname", "exit", "exit_group", "fcntl", "futex", "clock_gettime", "restart_syscall",
    "getrandom",
)  # fmt: skip
"""System calls that are allowed with any arguments: to move bytes between open sockets, and to end."""
_NUMBERS = {
    "x86_64": {
        "read": 0, "write": 1, "close": 3, "fstat": 5, "poll": 7, "ppoll": 271, "lseek": 8, "mmap": 9, "brk": 12,
        "rt_sigaction": 13, "rt_sigprocmask": 14, "rt_sigreturn": 15, "ioctl": 16, "pread64": 17, "sched_yield": 24,
        "getpid": 39, "socket": 41, "connect": 42, "sendto": 44, "recvfrom": 45, "recvmsg": 47, "shutdown": 48,
        "getsockname": 51, "getsockopt": 55, "exit": 60, "fcntl": 72, "getuid": 102, "sigaltstack": 131,
        "gettid": 186, "futex": 202, "restart_syscall": 219, "clock_gettime": 228, "exit_group": 231,
        "getrandom": 318,
    },
    "aarch64": {
        "fcntl": 25, "ioctl": 29, "close": 57, "lseek": 62, "read": 63, "write": 64, "pread64": 67, "ppoll": 73,
        "fstat": 80, "exit": 93, "exit_group": 94, "futex": 98, "clock_gettime": 113, "sched_yield": 124,
        "restart_syscall": 128, "sigaltstack": 132, "rt_sigaction": 134, "rt_sigprocmask": 135, "rt_sigreturn": 139,
        "getpid": 172, "getuid": 174, "gettid": 178, "socket": 198, "connect": 203, "getsockname": 204, "sendto": 206,
        "recvfrom": 207, "getsockopt": 209, "shutdown": 210, "recvmsg": 212, "brk": 214, "mmap": 222, "getrandom": 278,
    },
}  # fmt: skip
"""Numbers of arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h, where poll is missing."""


def broker_program(machine: str, family: int, pointer: int, length: int) -> bytes:
    """Return the filter of a broker.

    Args:
        machine: processor architecture, a key of seccomp.MACHINES.
        family: address family of the one destination.
        pointer: address in memory of the read-only `struct sockaddr`.
        length: its length in bytes.
    """
    numbers, known = _NUMBERS[machine], MACHINES[machine]
    lines: list[Line] = [Step(LOAD, ARCHITECTURE), Step(JUMP_EQUAL, known.audit, "known", "kill"), "known"]
    lines.append(Step(LOAD, NUMBER))
    if known.has_x32:
        lines.append(Step(JUMP_GREATER_EQUAL, X32, "kill"))
    lines += [Step(JUMP_EQUAL, numbers[name], "allow") for name in _PLAIN if name in numbers]
    lines += [Step(JUMP_EQUAL, numbers[name], name) for name in ("connect", "socket", "sendto", "mmap", "ioctl")]
    lines += [
        Step(RETURN, REFUSE),
        "connect",
        load_argument(1, is_high=False), Step(JUMP_EQUAL, pointer & 0xFFFFFFFF, "", "refuse"),
        load_argument(1, is_high=True), Step(JUMP_EQUAL, pointer >> 32, "", "refuse"),
        load_argument(2), Step(JUMP_EQUAL, length, "allow", "refuse"),
        "socket",
        load_argument(0), Step(JUMP_EQUAL, family, "", "refuse"),
        load_argument(1), Step(AND, KIND), Step(JUMP_EQUAL, STREAM, "", "refuse"),
        load_argument(2), Step(JUMP_EQUAL, 0, "allow", "refuse"),
        "sendto",  # send(2), without an address
        load_argument(4, is_high=False), Step(JUMP_EQUAL, 0, "", "refuse"),
        load_argument(4, is_high=True), Step(JUMP_EQUAL, 0, "", "refuse"),
        load_argument(3), Step(JUMP_SET, FAST_OPEN, "refuse", "allow"),
        "mmap",
        load_argument(3), Step(JUMP_SET, MAP_FIXED, "refuse", "allow"),
        "ioctl",
        load_argument(1), Step(JUMP_EQUAL, FIONBIO, "allow", "refuse"),
        "refuse", Step(RETURN, REFUSE),
        "allow", Step(RETURN, ALLOW),
        "kill", Step(RETURN, KILL),
    ]  # fmt: skip
    return assemble(lines)
