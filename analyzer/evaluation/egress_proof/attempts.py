"""What the harness records: tries to reach something, and one command with the tries it made."""

from dataclasses import dataclass
from ipaddress import ip_address


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to reach something outside the process.

    Attributes:
        call: the system call, the event of Python, or what the sink saw ("DNS", "TCP", "UDP").
        destination: where to: address and port, name, socket file, or the kind of socket.
        process: who, as far as it is known.
        stack: where in Python, innermost last, as "file:line function"; empty for other code.
        outcome: what became of it.
        seen_by: which part of the harness saw it.
    """

    call: str
    destination: str
    process: str
    stack: tuple[str, ...]
    outcome: str
    seen_by: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """A command that was run, and what it tried.

    Attributes:
        attempts: tries to reach anything that is not this machine, whether they were stopped or not.
        refused_here: tries to reach other programs on this machine, all refused.
        calls: network system calls looked at; 0 without strace.
    """

    command: tuple[str, ...]
    exit_code: int
    seconds: float
    output: str
    said: str
    attempts: tuple[Attempt, ...] = ()
    refused_here: tuple[Attempt, ...] = ()
    calls: int = 0


def is_loopback(host: str) -> bool:
    """Tell whether a host, an address or a name, is this machine."""
    name = host.strip("[]").partition("%")[0]
    if name in ("", "localhost", "None"):
        return True
    try:
        address = ip_address(name)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback
