"""Leaks by another program on this machine, which listens on a socket file and forwards what it receives."""

import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from analyzer.evaluation.egress_proof.leaks_sockets import MESSAGE

_RELAY = """
import socket, sys
path, kind, host, port = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
listener = socket.socket(socket.AF_UNIX, kind)
listener.bind(path)
if kind == socket.SOCK_STREAM:
    listener.listen()
print("ready", flush=True)
source = listener.accept()[0] if kind == socket.SOCK_STREAM else listener
said = source.recv(1000)
with socket.create_connection((host, port), 2) as out:
    out.sendall(said)
"""
_relays: list[tuple[subprocess.Popen[str], Path]] = []
"""Relay programs, each with its socket file."""


def start_relay(host: str, port: int) -> str:
    """Start a relay to the host that accepts a connection, as D-Bus, Docker and resolvers do."""
    return _start(socket.SOCK_STREAM, host, port)


def start_datagram_relay(host: str, port: int) -> str:
    """Start a relay to the host that receives datagrams, as the system log does."""
    return _start(socket.SOCK_DGRAM, host, port)


def connect(_: str, __: int) -> str:
    """Connect to the socket file and send."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as one:
        one.connect(str(_relays[-1][1]))
        one.sendall(MESSAGE)
    return _relayed()


def send(_: str, __: int) -> str:
    """Send to the socket file without a connection."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as one:
        one.sendto(MESSAGE, str(_relays[-1][1]))
    return _relayed()


def end_relays() -> None:
    """End the relays and remove their socket files."""
    while _relays:
        relay, path = _relays.pop()
        relay.kill()
        relay.communicate()
        shutil.rmtree(path.parent)


def _start(kind: int, host: str, port: int) -> str:
    path = Path(tempfile.mkdtemp()) / "relay"
    command = [sys.executable, "-c", _RELAY, str(path), str(int(kind)), host, str(port)]
    relay = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    _relays.append((relay, path))
    return relay.stdout.readline().strip() if relay.stdout else ""


def _relayed() -> str:
    """Wait for the relay; return whether the host accepted the data."""
    is_forwarded = _relays[-1][0].wait(5) == 0
    return "sent, and forwarded" if is_forwarded else "sent; the relay got no answer"
