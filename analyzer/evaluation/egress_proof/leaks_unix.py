"""Ways out by another program of this machine: it listens on a socket file and passes on what it is sent."""

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
"""Programs that pass on, and the socket file of each."""


def start_relay(host: str, port: int) -> str:
    """Start a program that takes a connection, as D-Bus, Docker and resolvers do, and passes on to the host."""
    return _start(socket.SOCK_STREAM, host, port)


def start_datagram_relay(host: str, port: int) -> str:
    """Start one that takes datagrams, as the system's log does."""
    return _start(socket.SOCK_DGRAM, host, port)


def connect(_: str, __: int) -> str:
    """Connect to the socket file and send."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as one:
        one.connect(str(_relays[-1][1]))
        one.sendall(MESSAGE)
    return _passed_on()


def send(_: str, __: int) -> str:
    """Send to the socket file without a connection."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as one:
        one.sendto(MESSAGE, str(_relays[-1][1]))
    return _passed_on()


def end_relays() -> None:
    """End what was started and remove the socket files."""
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


def _passed_on() -> str:
    """Wait for the relay to do its part, whether or not somebody is there to take it."""
    reached = _relays[-1][0].wait(5) == 0
    return "sent, and passed on" if reached else "sent; the relay got no answer"
