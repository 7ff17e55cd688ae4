"""Leaks by sockets of every kind, from Python, from C and from a shell; each raises OSError when stopped."""

import ctypes
import errno
import os
import shutil
import socket
import struct
import subprocess
from contextlib import suppress
from errno import ECONNREFUSED, ENOENT, EPERM

MESSAGE = b"planted leak of a proof: harmless"
PATIENCE_S = 2.0
FAST_OPEN = 0x20000000
SCTP = 132
SOCK_DGRAM, SOCK_STREAM = socket.SOCK_DGRAM, socket.SOCK_STREAM
_opened: list[socket.socket] = []
"""Sockets opened before the seal."""


def python_connect(host: str, port: int) -> str:
    """Connect and send."""
    with socket.create_connection((host, port), PATIENCE_S) as one:
        one.sendall(MESSAGE)
    return "connected"


def c_connect(host: str, port: int) -> str:
    """Connect by the C library's functions."""
    libc = ctypes.CDLL(None, use_errno=True)
    number = libc.socket(socket.AF_INET, SOCK_STREAM, 0)
    _check(number)
    try:
        _check(libc.connect(number, _address(host, port), 16))
        _check(libc.send(number, MESSAGE, len(MESSAGE), 0))
    finally:
        os.close(number)
    return "connected"


def bash_connect(host: str, port: int) -> str:
    """Start a shell that connects."""
    shell = shutil.which("bash")
    if shell is None:
        raise FileNotFoundError(ENOENT, "bash is not installed: cannot be tried")
    script = f"exec 3<>/dev/tcp/{host}/{port} && echo planted >&3"
    done = subprocess.run([shell, "-c", script], capture_output=True, text=True, timeout=10, check=False)
    if "Operation not permitted" in done.stderr:
        raise PermissionError(EPERM, "the shell was refused")
    if done.returncode:
        raise OSError(ECONNREFUSED, "the shell got no answer")
    return "connected"


def look_up(host: str, _: int) -> str:
    """Look up a name that carries data."""
    name = f"planted-leak.{host.replace('.', '-')}.example"
    try:
        return f"looked up: {socket.getaddrinfo(name, 80)[0][4][0]}"
    except socket.gaierror as error:
        if error.errno == socket.EAI_NONAME:
            return "looked up: no such name"
        raise PermissionError(EPERM, f"not looked up ({error.strerror})") from error


def datagram(host: str, _: int) -> str:
    """Send a DNS query to port 53."""
    question = (
        struct.pack("!6H", 1, 0x100, 1, 0, 0, 0) + b"\x07planted\x04leak\x07example\x00" + struct.pack("!2H", 1, 1)
    )
    with socket.socket(socket.AF_INET, SOCK_DGRAM) as one:
        one.sendto(question, (host, 53))
    return "sent"


def datagram_batch(host: str, port: int) -> str:
    """Send a datagram by sendmmsg(2)."""

    class _Part(ctypes.Structure):
        _fields_ = (("base", ctypes.c_char_p), ("length", ctypes.c_size_t))

    class _Message(ctypes.Structure):
        _fields_ = (
            ("name", ctypes.c_char_p), ("name_length", ctypes.c_uint32), ("parts", ctypes.POINTER(_Part)),
            ("count", ctypes.c_size_t), ("control", ctypes.c_void_p), ("control_length", ctypes.c_size_t),
            ("flags", ctypes.c_int), ("sent", ctypes.c_uint),
        )  # fmt: skip

    part = _Part(MESSAGE, len(MESSAGE))
    message = _Message(_address(host, port), 16, ctypes.pointer(part), 1, None, 0, 0, 0)
    libc = ctypes.CDLL(None, use_errno=True)
    number = libc.socket(socket.AF_INET, SOCK_DGRAM, 0)
    _check(number if number >= 0 else libc.sendmmsg(-1, ctypes.byref(message), 1, 0))
    _check(libc.sendmmsg(number, ctypes.byref(message), 1, 0))
    os.close(number)
    return "sent"


def fast_open_sendto(host: str, port: int) -> str:
    """Send with MSG_FASTOPEN, which connects without connect(2)."""
    with socket.socket(socket.AF_INET, SOCK_STREAM) as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", int(PATIENCE_S), 0))
        one.sendto(MESSAGE, FAST_OPEN, (host, port))
    return "sent"


def fast_open_sendmsg(host: str, port: int) -> str:
    """Send with MSG_FASTOPEN by sendmsg(2)."""
    with socket.socket(socket.AF_INET, SOCK_STREAM) as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", int(PATIENCE_S), 0))
        one.sendmsg([MESSAGE], [], FAST_OPEN, (host, port))
    return "sent"


def ipv6_connect(_: str, port: int) -> str:
    """Connect by IPv6."""
    with socket.socket(socket.AF_INET6, SOCK_STREAM) as one:
        one.settimeout(PATIENCE_S)
        one.connect(("::1", port))
    return "connected"


def sctp_connect(host: str, port: int) -> str:
    """Connect by SCTP."""
    with socket.socket(socket.AF_INET, SOCK_STREAM, SCTP) as one:
        one.settimeout(PATIENCE_S)
        one.connect((host, port))
    return "connected"


def raw(host: str, _: int) -> str:
    """Send an echo request from a raw socket."""
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as one:
        one.sendto(struct.pack("!BBHHH", 8, 0, 0xF7FD, 1, 1), (host, 0))
    return "sent"


def packet(_: str, __: int) -> str:
    """Open a packet socket, which sends frames on any interface."""
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW):
        return "opened"


def netlink(_: str, __: int) -> str:
    """Open a netlink socket, which changes the kernel's network configuration."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW):
        return "opened"


def vsock(_: str, __: int) -> str:
    """Open a vsock socket, which reaches the host of this virtual machine."""
    with socket.socket(socket.AF_VSOCK, SOCK_STREAM):
        return "opened"


def listen_everywhere(_: str, __: int) -> str:
    """Listen on every address."""
    with socket.create_server(("0.0.0.0", 0)) as one:  # noqa: S104
        return f"listens on port {one.getsockname()[1]}"


def open_listener(_: str, __: int) -> str:
    """Open a listener on loopback, as a server does."""
    _opened.append(socket.create_server(("127.0.0.1", 0)))
    return "opened"


def turn_listener(host: str, port: int) -> str:
    """Shut the listener down, which made it an ordinary socket again until Linux 6.18, and connect it."""
    one = _opened[-1]
    one.settimeout(PATIENCE_S)
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    try:
        one.connect((host, port))
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
        raise OSError(errno.EOPNOTSUPP, "this kernel connects no former listener") from error
    one.sendall(MESSAGE)
    return "connected"


def open_unbound(_: str, __: int) -> str:
    """Open a socket without an address."""
    _opened.append(socket.socket())
    return "opened"


def listen_unbound(_: str, __: int) -> str:
    """Listen on the unbound socket; the kernel then binds it to a port on all addresses."""
    _opened[-1].listen()
    return f"listens on {_opened[-1].getsockname()}"


def open_datagram(_: str, __: int) -> str:
    """Open a datagram socket."""
    _opened.append(socket.socket(socket.AF_INET, SOCK_DGRAM))
    return "opened"


def open_connection(host: str, port: int) -> str:
    """Connect a datagram socket to the host, which sends no packet."""
    one = socket.socket(socket.AF_INET, SOCK_DGRAM)
    one.connect((host, port))
    _opened.append(one)
    return "opened"


def use_inherited(host: str, port: int) -> str:
    """Send by the socket that was opened before the seal."""
    with suppress(OSError):
        _opened[-1].send(MESSAGE)
        return "sent"
    _opened[-1].sendto(MESSAGE, (host, port))
    return "sent"


def close_opened() -> None:
    """Close the sockets opened before the seal."""
    while _opened:
        _opened.pop().close()


def _address(host: str, port: int) -> bytes:
    return struct.pack("=H", socket.AF_INET) + struct.pack("!H4s8x", port, socket.inet_aton(host))


def _check(outcome: int) -> None:
    if outcome < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
