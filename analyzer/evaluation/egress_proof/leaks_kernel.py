"""Leaks without a socket of this process: by the kernel, by another process, or by system calls of other ABIs."""

import ctypes
import fcntl
import mmap
import os
import platform
import signal
import socket
import struct
import subprocess
import sys
import termios
from contextlib import suppress
from errno import EBADF, ENOENT, ENOSYS, EPERM
from pathlib import Path

from analyzer.security.sandbox.seccomp import MACHINES, REQUESTS

PTRACE_ATTACH = 16
CARDS, TAP = "/dev/net/tun", 0x1002
SESSION_KEYRING = -3
X32_SOCKET = 0x40000000 + 41
_I386_SOCKETCALL, _SOCKET = 102, 1
_INT_80 = bytes.fromhex("b866000000 bb01000000 b900000000 cd80 c3".replace(" ", ""))
"""mov eax, 102; mov ebx, 1; mov ecx, 0; int 0x80; ret: the 32-bit socketcall of i386, from 64-bit code."""
_SLEEPER = """
import os, socket, time
if os.fork() == 0:
    s = socket.create_server(("127.0.0.1", 0))
    os.write(1, b"%d %d\\n" % (os.getpid(), s.fileno()))
    os.dup2(os.open(os.devnull, os.O_RDWR), 1)
    time.sleep(30)
"""
_others: list[tuple[int, int]] = []
"""Programs started before the seal: process id and the file descriptor of the socket."""


def io_uring(_: str, __: int) -> str:
    """Set up an io_uring queue, by which sockets are made and connected without system calls of their own."""
    number = _call("io_uring_setup", 4, ctypes.create_string_buffer(120))
    os.close(number)
    return "set up"


def start_other(_: str, __: int) -> str:
    """Start another program with an open socket that is not a child of this process at the time of the attempt."""
    output = subprocess.run([sys.executable, "-c", _SLEEPER], stdout=subprocess.PIPE, timeout=10, check=True).stdout
    process, number = map(int, output.split())
    _others.append((process, number))
    return "started"


def end_others() -> None:
    """End the programs that start_other started."""
    while _others:
        with suppress(ProcessLookupError):
            os.kill(_others.pop()[0], signal.SIGKILL)


def ptrace(_: str, __: int) -> str:
    """Attach to the other program, which could then be made to call the network."""
    _call("ptrace", PTRACE_ATTACH, _others[-1][0], 0, 0)
    return "attached"


def take_socket(_: str, __: int) -> str:
    """Copy the other program's socket."""
    process, number = _others[-1]
    handle = os.pidfd_open(process)
    try:
        os.close(_call("pidfd_getfd", handle, number, 0))
    finally:
        os.close(handle)
    return "taken"


def write_memory(_: str, __: int) -> str:
    """Write zero bytes into the other program's memory, for which the kernel still checks the permission."""
    _call("process_vm_writev", _others[-1][0], None, 0, None, 0, 0)
    return "allowed"


def open_memory(_: str, __: int) -> str:
    """Open the other program's memory file for writing; nothing is written."""
    try:
        with Path(f"/proc/{_others[-1][0]}/mem").open("r+b", buffering=0):
            return "opened"
    except PermissionError as error:  # EACCES, as for any file
        raise PermissionError(EPERM, "Permission denied") from error


def type_ahead(_: str, __: int) -> str:
    """Push a character into the input of a new terminal (TIOCSTI), as its session leader."""
    first, second = os.openpty()
    child = os.fork()
    if child == 0:
        try:
            os.setsid()
            fcntl.ioctl(second, termios.TIOCSCTTY, 0)
            fcntl.ioctl(second, termios.TIOCSTI, b"#")
        except OSError as error:
            os._exit(error.errno or 255)
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    os.close(first)
    os.close(second)
    _raise(os.waitstatus_to_exitcode(status))
    return "typed"


def take_card(_: str, __: int) -> str:
    """Create a virtual network card, which ends with its descriptor; only if this account may open the device."""
    number = os.open(CARDS, os.O_RDWR) if os.access(CARDS, os.W_OK) else -1
    try:
        request = struct.pack("16sH22x", b"planted-leak", TAP)
        _call("ioctl", number, ctypes.c_ulong(REQUESTS["TUNSETIFF"]), request)
    except OSError as error:
        if error.errno == EBADF:
            raise OSError(ENOENT, "this account may not make virtual network cards: cannot be tried") from error
        raise
    finally:
        if number >= 0:
            os.close(number)
    return "taken"


def request_key(_: str, __: int) -> str:
    """Request a key of the type that the kernel's helper fills by a DNS look-up (request-key(8))."""
    try:
        _call("request_key", b"dns_resolver", b"planted-leak.example", b"", SESSION_KEYRING)
    except PermissionError:
        raise
    except OSError as error:
        return f"the kernel looked: {error.strerror}"
    return "looked up"


def mount(_: str, __: int) -> str:
    """Mount a network file system with invalid arguments; the error tells whether the call was allowed."""
    try:
        _call("mount", 0, 0, 0, 0, 0)
    except PermissionError:
        raise
    except OSError as error:
        return f"considered: {error.strerror}"
    return "mounted"


def foreign_abi(_: str, __: int) -> str:
    """Make a system call of the 32-bit x86 ABI."""
    if platform.machine() != "x86_64":
        raise OSError(ENOSYS, "this processor has no 32-bit x86 system calls: cannot be tried")
    code = mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    code.write(_INT_80)
    place = ctypes.addressof(ctypes.c_char.from_buffer(code))
    outcome = ctypes.CFUNCTYPE(ctypes.c_long)(place)()
    return f"the call was made and returned {outcome}"


def x32_abi(_: str, __: int) -> str:
    """Make a system call of the x32 ABI."""
    if platform.machine() != "x86_64":
        raise OSError(ENOSYS, "this processor has no x32 system calls: cannot be tried")
    libc = ctypes.CDLL(None, use_errno=True)
    number = libc.syscall(ctypes.c_long(X32_SOCKET), socket.AF_INET, socket.SOCK_STREAM, 0)
    return f"the call was made and returned {number}"


DEADLY = (foreign_abi, x32_abi)
"""Leaks that the kernel stops by killing the process."""


def _call(name: str, *arguments: object) -> int:
    libc = ctypes.CDLL(None, use_errno=True)
    number = MACHINES[platform.machine()].number(name)
    outcome = int(libc.syscall(ctypes.c_long(number), *arguments))
    _raise(ctypes.get_errno() if outcome < 0 else 0)
    return outcome


def _raise(error: int) -> None:
    if error:
        raise OSError(error, os.strerror(error))
