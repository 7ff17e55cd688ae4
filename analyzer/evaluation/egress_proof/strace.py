"""Read the strace output of a process and its children: network attempts, and self-tests of the seal."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from analyzer.evaluation.egress_proof.attempts import Attempt, is_loopback

TRACED = (
    "connect sendto sendmsg sendmmsg socket socketpair bind io_uring_setup ptrace process_vm_writev process_vm_readv "
    "pidfd_getfd request_key add_key mount"
).split()
_LINE = re.compile(r"^(\d+)\s+(.*)$")
_CALL = re.compile(r"^(\w+)\((.*)\)\s+= (-?\d+|\?)(?: (E[A-Z]+))?")
_UNFINISHED = re.compile(r"^(.*) <unfinished \.\.\.>$")
_RESUMED = re.compile(r"^<\.\.\. \w+ resumed>(.*)$")
_INET = re.compile(r'sin_port=htons\((\d+)\), sin_addr=inet_addr\("([^"]+)"\)')
_INET6 = re.compile(r'sin6_port=htons\((\d+)\).*?inet_pton\(AF_INET6, "([^"]+)"')
_UNIX = re.compile(r'sa_family=AF_UNIX, sun_path=(@?"[^"]*")')
_SOCKET = re.compile(r"^(AF_\w+|0x\w+[^,]*), (SOCK_\w+)")
_NO_DESTINATION = (
    "io_uring_setup ptrace process_vm_writev process_vm_readv pidfd_getfd request_key add_key mount".split()
)
MADE = ("done", "EINPROGRESS")
"""Outcomes of a connect that was made, or is being made without waiting."""
NOWHERE = ("-1,", "4294967295,", "0xffffffffffffffff")
"""First arguments of self-tests: an invalid descriptor, number or address, so that nothing is contacted."""


@dataclass(slots=True)
class Traced:
    """The contents of a trace: attempts, refused sockets, connections on this machine, and numbers of calls."""

    attempts: list[Attempt] = field(default_factory=list)
    refused_here: list[Attempt] = field(default_factory=list)
    sockets: list[Attempt] = field(default_factory=list)
    connected_here: list[Attempt] = field(default_factory=list)
    self_tests: int = 0
    calls: int = 0


def read_trace(lines: Iterable[str]) -> Traced:
    """Sort the lines of `strace -f -o` into attempts to reach other machines or programs, and refused sockets."""
    traced = Traced()
    for process, call, arguments, outcome in _calls(lines):
        traced.calls += 1
        _sort(traced, f"process {process}", call, arguments, outcome)
    return traced


def _calls(lines: Iterable[str]) -> Iterable[tuple[str, str, str, str]]:
    """Yield process, call, arguments and outcome; join calls that strace split into unfinished and resumed."""
    begun: dict[str, str] = {}
    for line in lines:
        if not (found := _LINE.match(line.strip())):
            continue
        process, text = found.groups()
        if part := _UNFINISHED.match(text):
            begun[process] = part.group(1)
            continue
        if part := _RESUMED.match(text):
            text = begun.pop(process, "") + part.group(1)
        if call := _CALL.match(text):
            name, arguments, value, error = call.groups()
            yield process, name, arguments, error or ("done" if value != "?" else "killed")


def _sort(traced: Traced, process: str, call: str, arguments: str, outcome: str) -> None:
    if arguments.startswith(NOWHERE) or arguments == "NULL, NULL, NULL, 0, NULL":
        traced.self_tests += call == "connect"
        return
    if call in ("socket", "socketpair"):
        kind = _SOCKET.match(arguments)
        if outcome == "EPERM" and kind:
            traced.sockets.append(Attempt(call, " ".join(kind.groups()), process, (), outcome, "strace"))
    elif call in _NO_DESTINATION:
        if outcome == "EPERM":
            traced.attempts.append(Attempt(call, arguments[:80], process, (), outcome, "strace"))
    else:
        destination, is_local = _destination(arguments)
        _place(traced, Attempt(call, destination, process, (), outcome, "strace"), is_local)


def _place(traced: Traced, attempt: Attempt, is_local: bool) -> None:
    """Add a call with a destination to the attempts, or a connection within this machine to those that were made."""
    is_refused = attempt.outcome == "EPERM"
    if is_local and attempt.call == "connect" and attempt.outcome in MADE and attempt.destination:
        traced.connected_here.append(attempt)
    if attempt.destination.startswith("unix:"):
        if is_refused and attempt.call != "bind":
            traced.refused_here.append(attempt)
    elif attempt.destination and (not is_local or (is_refused and attempt.call == "bind")):
        traced.attempts.append(attempt)


def _destination(arguments: str) -> tuple[str, bool]:
    """Return the destination of a call, and whether it is this machine."""
    if found := _INET.search(arguments):
        port, host = found.groups()
        return f"{host}:{port}", is_loopback(host)
    if found := _INET6.search(arguments):
        port, host = found.groups()
        return f"[{host}]:{port}", is_loopback(host)
    if found := _UNIX.search(arguments):
        return f"unix:{found.group(1).strip(chr(34))}", True
    return "", True
