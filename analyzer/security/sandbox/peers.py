"""Whose program is at the other end of a connection on this machine."""

import socket
import struct
from pathlib import Path

UNKNOWN_USER = 1 << 31
"""Returned where the system does not tell; it is no user's id and counts as another person."""
TABLES = {socket.AF_INET: Path("/proc/self/net/tcp"), socket.AF_INET6: Path("/proc/self/net/tcp6")}
_CONNECTED = "01"
_PEER = struct.Struct("=iII")


def peer_user(one: socket.socket) -> int:
    """Return the user id of the program at the other end of a Unix or loopback connection; UNKNOWN_USER if unknown."""
    if one.family == socket.AF_UNIX:
        return int(_PEER.unpack(one.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEER.size))[1])
    try:
        table = TABLES[one.family].read_text(encoding="ascii", errors="replace")
    except (KeyError, OSError):
        return UNKNOWN_USER
    return user_of(table, one.getpeername()[1], one.getsockname()[1])


def user_of(table: str, port: int, remote_port: int) -> int:
    """Return the owner of the connection from one port to another, from the text of /proc/net/tcp (proc_pid_net(5))."""
    rows = [row for line in table.splitlines() if len(row := line.split()) > 7 and row[3] == _CONNECTED]
    ends = (f":{port:04X}", f":{remote_port:04X}")
    found = [int(row[7]) for row in rows if row[1].endswith(ends[0]) and row[2].endswith(ends[1])]
    return found[0] if len(set(found)) == 1 else UNKNOWN_USER
