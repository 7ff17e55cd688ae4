"""Find open descriptors that lead off this machine; the seal stops new connections, not inherited ones."""

import os
import socket
import stat
from ipaddress import ip_address
from pathlib import Path

OPEN_FILES = Path("/proc/self/fd")
QUEUES = ("anon_inode:[io_uring]",)
NETWORK_CARDS = ("/dev/net/tun", "/dev/tap", "/dev/vhost")


def open_ways_out(listener: int = -1) -> tuple[str, ...]:
    """Return the open descriptors that could send data off this machine, in words.

    Allowed are streams between programs of this machine (pipes of a terminal or a service manager), and TCP sockets
    with loopback addresses only. A descriptor that cannot be inspected is not allowed.

    Args:
        listener: descriptor of the page's own socket, which may listen on any address; -1 for none.
    """
    numbers = sorted(int(entry.name) for entry in OPEN_FILES.iterdir())
    inspected = (number for number in numbers if not (number == listener and _listens(number)))
    return tuple(way for way in map(_way_out, inspected) if way)


def _listens(number: int) -> bool:
    with socket.socket(fileno=os.dup(number)) as one:
        return bool(one.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))


def _way_out(number: int) -> str:
    try:
        is_socket = stat.S_ISSOCK(os.fstat(number).st_mode)
    except OSError:  # closed meanwhile: the descriptor of the listing itself
        return ""
    try:
        way = _describe_socket(number) if is_socket else _describe_file(number)
    except OSError as error:
        way = f"cannot be inspected ({error.strerror})"
    return f"descriptor {number} {way}" if way else ""


def _describe_file(number: int) -> str:
    target = str((OPEN_FILES / str(number)).readlink())
    if target in QUEUES:
        return "is a queue of system calls that the kernel executes by itself"
    return "is a virtual network card" if target.startswith(NETWORK_CARDS) else ""


def _describe_socket(number: int) -> str:
    with socket.socket(fileno=os.dup(number)) as one:
        if one.family == socket.AF_UNIX:
            return "sends datagrams to other programs" if one.type == socket.SOCK_DGRAM else ""
        if one.family not in (socket.AF_INET, socket.AF_INET6) or one.proto != socket.IPPROTO_TCP:
            return "is a network socket of another kind than TCP"
        # An unbound socket has the address 0.0.0.0: after listen(2) every machine could connect to it.
        remote = [end for end in (str(one.getsockname()[0]), _peer(one)) if end and not _is_loopback(end)]
        return f"is connected or bound to {remote[-1]}" if remote else ""


def _peer(one: socket.socket) -> str:
    try:
        return str(one.getpeername()[0])
    except OSError:  # not connected
        return ""


def _is_loopback(host: str) -> bool:
    address = ip_address(host.partition("%")[0])
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback
