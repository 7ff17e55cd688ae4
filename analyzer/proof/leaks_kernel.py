"""Ways out that go around sockets: through the kernel, another process, or system calls by other numbers."""

import ctypes
import mmap
import os
import platform
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from errno import ENOSYS

from analyzer.proof.leaks_sockets import PATIENCE_S
from analyzer.security.seccomp import MACHINES

PTRACE_ATTACH = 16
SESSION_KEYRING = -3
X32_SOCKET = 0x40000000 + 41
_I386_SOCKETCALL, _SOCKET = 102, 1
_INT_80 = bytes.fromhex("b866000000 bb01000000 b900000000 cd80 c3".replace(" ", ""))
"""mov eax, 102; mov ebx, 1; mov ecx, 0; int 0x80; ret: the 32-bit socketcall of i386, from 64-bit code."""
_SLEEPER = (
    "import socket, time; s = socket.create_server(('127.0.0.1', 0)); print(s.fileno(), flush=True); time.sleep(30)"
)


def io_uring(_: str, __: int) -> str:
    """Set up a queue; by it sockets can be made and connected without a system call of their own."""
    number = _call("io_uring_setup", 4, ctypes.create_string_buffer(120))
    os.close(number)
    return "set up"


def ptrace(_: str, __: int) -> str:
    """Attach to a process that is not sealed: one that was started before, here a child of this process."""
    with _other() as (process, _number):
        _call("ptrace", PTRACE_ATTACH, process, 0, 0)
        os.waitpid(process, 0)
        return "attached"


def take_socket(_: str, __: int) -> str:
    """Copy another process's socket."""
    with _other() as (process, number):
        handle = os.pidfd_open(process)
        try:
            os.close(_call("pidfd_getfd", handle, number, 0))
        finally:
            os.close(handle)
        return "taken"


def write_memory(_: str, __: int) -> str:
    """Write into another process; nothing is written, at no address, which the kernel still has to allow."""
    with _other() as (process, _number):
        _call("process_vm_writev", process, None, 0, None, 0, 0)
        return "allowed"


def request_key(_: str, __: int) -> str:
    """Ask the kernel for a key of the type that its helper fills by a DNS look-up (request-key(8))."""
    try:
        _call("request_key", b"dns_resolver", b"planted-leak.example", b"", SESSION_KEYRING)
    except PermissionError:
        raise
    except OSError as error:
        return f"the kernel looked: {error.strerror}"
    return "looked up"


def mount(_: str, __: int) -> str:
    """Mount a network file system; the arguments are wrong, so what says so tells whether it was considered."""
    try:
        _call("mount", 0, 0, 0, 0, 0)
    except PermissionError:
        raise
    except OSError as error:
        return f"considered: {error.strerror}"
    return "mounted"


def foreign_abi(_: str, __: int) -> str:
    """Make a system call by the numbers of 32-bit programs."""
    if platform.machine() != "x86_64":
        raise OSError(ENOSYS, "this processor has no such numbers: cannot be tried")
    code = mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    code.write(_INT_80)
    place = ctypes.addressof(ctypes.c_char.from_buffer(code))
    outcome = ctypes.CFUNCTYPE(ctypes.c_long)(place)()
    return f"the call was made and returned {outcome}"


def x32_abi(_: str, __: int) -> str:
    """Make a system call by the numbers of x86-64's second ABI."""
    if platform.machine() != "x86_64":
        raise OSError(ENOSYS, "this processor has no such numbers: cannot be tried")
    libc = ctypes.CDLL(None, use_errno=True)
    number = libc.syscall(ctypes.c_long(X32_SOCKET), socket.AF_INET, socket.SOCK_STREAM, 0)
    return f"the call was made and returned {number}"


DEADLY = (foreign_abi, x32_abi)
"""Answered by ending the process."""


@contextmanager
def _other() -> Iterator[tuple[int, int]]:
    """Start another process that holds a socket; yield its id and the socket's number."""
    with subprocess.Popen([sys.executable, "-c", _SLEEPER], stdout=subprocess.PIPE, text=True) as other:
        try:
            said = other.stdout.readline() if other.stdout else ""
            yield other.pid, int(said or -1)
        finally:
            other.send_signal(signal.SIGKILL)
            other.wait(PATIENCE_S)


def _call(name: str, *arguments: object) -> int:
    libc = ctypes.CDLL(None, use_errno=True)
    number = MACHINES[platform.machine()].number(name)
    outcome = int(libc.syscall(ctypes.c_long(number), *arguments))
    if outcome < 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
    return outcome
