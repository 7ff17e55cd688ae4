"""Sockets that were open before the seal: it stops new connections, not those a program was started with."""

import socket
import stat
from contextlib import suppress
from ipaddress import ip_address
from os import dup, fstat
from pathlib import Path

OPEN_FILES = Path("/proc/self/fd")


def open_ways_out() -> tuple[str, ...]:
    """Return the open sockets that could carry something off this machine, in words.

    Allowed are streams between programs of this machine (pipes of a terminal or a service manager), and TCP whose
    both ends are loopback or that listens there.
    """
    found = []
    for entry in sorted(OPEN_FILES.iterdir(), key=lambda path: int(path.name)):
        with suppress(OSError):  # closed meanwhile: the listing's own descriptor
            number = int(entry.name)
            if stat.S_ISSOCK(fstat(number).st_mode):
                found.append(_way_out(number))
    return tuple(way for way in found if way)


def _way_out(number: int) -> str:
    with socket.socket(fileno=dup(number)) as one:
        if one.family == socket.AF_UNIX:
            return f"descriptor {number} sends datagrams to other programs" if one.type == socket.SOCK_DGRAM else ""
        if one.family not in (socket.AF_INET, socket.AF_INET6) or one.type != socket.SOCK_STREAM:
            return f"descriptor {number} is a network socket of another kind than TCP"
        ends = [end for end in (_name(one), _peer(one)) if end]
        away = [end for end in ends if not _is_loopback(end)]
        return f"descriptor {number} is connected or bound to {away[-1]}" if away else ""


def _name(one: socket.socket) -> str:
    host, port = one.getsockname()[:2]
    return str(host) if port else ""


def _peer(one: socket.socket) -> str:
    try:
        return str(one.getpeername()[0])
    except OSError:  # not connected
        return ""


def _is_loopback(host: str) -> bool:
    address = ip_address(host.partition("%")[0])
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback
