"""Records of the harness: network attempts, and one command with its attempts."""

from dataclasses import dataclass
from ipaddress import ip_address


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to reach something outside the process.

    Attributes:
        call: the system call, the audit event of Python, or the protocol that the sink saw ("DNS", "TCP", "UDP").
        destination: address and port, host name, socket file, or the kind of socket.
        process: the process, if known.
        stack: of Python, innermost last, as "file:line function"; empty for other code.
        outcome: result of the call.
        seen_by: the part of the harness that saw it.
    """

    call: str
    destination: str
    process: str
    stack: tuple[str, ...]
    outcome: str
    seen_by: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """A command that was run, and its network attempts.

    Attributes:
        output, said: its standard output and standard error.
        attempts: attempts to reach anything but this machine, stopped or not.
        refused_here: attempts to reach other programs on this machine, all refused.
        connected_here: connections to other programs on this machine that were made; all to the hole, if there is one.
        calls: network system calls examined; 0 without strace.
    """

    command: tuple[str, ...]
    exit_code: int
    seconds: float
    output: str
    said: str
    attempts: tuple[Attempt, ...] = ()
    refused_here: tuple[Attempt, ...] = ()
    calls: int = 0
    connected_here: tuple[Attempt, ...] = ()


def is_loopback(host: str) -> bool:
    """Return whether a host, an address or a name, is this machine."""
    name = host.strip("[]").partition("%")[0]
    if name in ("", "localhost", "None"):
        return True
    try:
        address = ip_address(name)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback
