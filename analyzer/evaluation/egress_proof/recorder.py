"""Run a command and record its network attempts by strace, by a hook in Python, and by the sink."""

import json
import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from analyzer.evaluation.egress_proof.attempts import Attempt, Recorded, is_loopback
from analyzer.evaluation.egress_proof.sink import Sink
from analyzer.evaluation.egress_proof.strace import TRACED, Traced, read_trace

HOOK = Path(__file__).parent / "hook"
HOOK_LOG = "PROOF_HOOK_LOG"
PATIENCE_S = 20.0
SELF_TEST = Counter(
    {("socket", "AF_INET SOCK_STREAM"): 1, ("socket", "AF_INET SOCK_DGRAM"): 1, ("socket", "AF_UNIX SOCK_DGRAM"): 1}
)
"""The sockets that one self-test of the seal asks for, to check that they are refused (analyzer.security.sandbox)."""
NEW_SOCKET = "socket.__new__"
"""Python's audit event for a new socket; it may be an allowed listener, so by itself it is not an attempt."""
PROBES = {("AF_INET6", "urllib3/util/connection.py")}
"""Sockets without destination that a library makes only to detect support: kind, and file that makes it."""
_FAMILIES = {"1": "AF_UNIX", "2": "AF_INET", "10": "AF_INET6", "16": "AF_NETLINK", "17": "AF_PACKET", "40": "AF_VSOCK"}


class Recorder:
    """Records commands one after the other; child processes count as part of their command."""

    def __init__(self, folder: Path, sink: Sink | None, strace: str | None) -> None:
        """Store traces in a folder; strace is the path of the program, or None if it is not installed."""
        self._folder, self._sink, self._strace = folder, sink, strace
        self._number = 0

    def run(self, command: Sequence[str], environ: Mapping[str, str], timeout_s: float = 600.0) -> Recorded:
        """Run a command to its end; kill it and its children at the timeout."""
        with self.start(command, environ) as running:
            return running.finish(timeout_s)

    @property
    def has_sink(self) -> bool:
        """Return whether the recorder runs in a namespace with a sink."""
        return self._sink is not None

    @property
    def has_strace(self) -> bool:
        """Return whether system calls are traced."""
        return self._strace is not None

    def untraced(self, command: Sequence[str], environ: Mapping[str, str], timeout_s: float) -> Recorded:
        """Run a command that only the sink observes: a browser makes too many calls of its own."""
        outer = Recorder(self._folder / "untraced", self._sink, None)
        with outer.start(command, environ, is_hooked=False) as running:
            return running.finish(timeout_s)

    def start(self, command: Sequence[str], environ: Mapping[str, str], is_hooked: bool = True) -> "Running":
        """Start a command; at the end of the returned context it is killed with its children if it still runs."""
        self._number += 1
        traces = Traces(self._folder / f"{self._number}.strace", self._folder / f"{self._number}.hook")
        own = (
            {}
            if not is_hooked
            else {HOOK_LOG: str(traces.hook), "PYTHONPATH": os.pathsep.join([str(HOOK), environ.get("PYTHONPATH", "")])}
        )
        trace = [self._strace, "-f", "-q", "-s", "128", "-e", "signal=none", "-e", f"trace={','.join(TRACED)}"]
        prefix = [*trace, "-o", str(traces.strace)] if self._strace else []
        if self._sink:
            self._sink.taken()
        return Running(
            tuple(command), [str(word) for word in (*prefix, *command)], {**environ, **own}, traces, self._sink
        )


@dataclass(frozen=True, slots=True)
class Traces:
    """The files that strace and the hook write to."""

    strace: Path
    hook: Path


class Running:
    """A running command; a context manager."""

    def __init__(
        self, command: tuple[str, ...], words: list[str], environ: dict[str, str], traces: Traces, sink: Sink | None
    ) -> None:
        """Start the command in a process group of its own."""
        self._command, self._traces, self._sink = command, traces, sink
        self._began = time.monotonic()
        self._process = subprocess.Popen(
            words, env=environ, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            errors="replace", start_new_session=True,
        )  # fmt: skip

    def __enter__(self) -> "Running":
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Kill the process group."""
        self._signal(signal.SIGKILL)
        self._process.wait()
        for pipe in (self._process.stdout, self._process.stderr):
            if pipe:
                pipe.close()

    def is_over(self) -> bool:
        """Return whether the command has ended by itself."""
        return self._process.poll() is not None

    def stop(self) -> Recorded:
        """Send SIGINT, as Ctrl-C does, and return the record."""
        self._signal(signal.SIGINT)
        return self.finish(PATIENCE_S)

    def finish(self, timeout_s: float) -> Recorded:
        """Wait for the end of the command, kill it at the timeout, and return the record."""
        try:
            output, errors = self._process.communicate(timeout=timeout_s)
        except subprocess.TimeoutExpired:
            self._signal(signal.SIGKILL)
            output, errors = self._process.communicate()
        seconds = time.monotonic() - self._began
        seen = self._sink.taken() if self._sink else ()
        traced = read_trace(_lines(self._traces.strace))
        attempts, refused = classify_attempts(traced, read_hook(_lines(self._traces.hook)), seen)
        return Recorded(
            self._command, self._process.returncode, round(seconds, 2), output, errors, attempts, refused, traced.calls,
            tuple(traced.connected_here),
        )  # fmt: skip

    def _signal(self, number: signal.Signals) -> None:
        try:
            os.killpg(self._process.pid, number)
        except (ProcessLookupError, PermissionError):  # the process has ended
            return


def classify_attempts(
    traced: Traced, hooked: Iterable[Attempt], seen: Iterable[Attempt]
) -> tuple[tuple[Attempt, ...], tuple[Attempt, ...]]:
    """Return the attempts to reach other machines, and those to reach other programs on this machine.

    A refused socket has no destination. Sockets of the self-test and known probes of libraries are left out; every
    other one counts as an attempt.
    """
    hooked = list(hooked)
    expected = Counter({key: n * traced.self_tests for key, n in SELF_TEST.items()})
    asked: dict[str, list[Attempt]] = {}
    for one in hooked:
        if one.call == NEW_SOCKET:
            asked.setdefault(one.destination, []).append(one)
    attempts = list(traced.attempts)
    for one in traced.sockets:
        known = asked.get(one.destination, [])
        if expected[one.call, one.destination] > 0:
            expected[one.call, one.destination] -= 1
        elif known and is_probe(known[0]):
            known.pop(0)
        else:
            attempts.append(replace(one, stack=known.pop(0).stack) if known else one)
    attempts += [one for one in hooked if one.call != NEW_SOCKET]
    return tuple(dict.fromkeys([*attempts, *seen])), tuple(dict.fromkeys(traced.refused_here))


def is_probe(one: Attempt) -> bool:
    """Return whether a socket is one that a library makes only to detect support (PROBES)."""
    return any(one.destination.startswith(kind) and any(file in line for line in one.stack) for kind, file in PROBES)


def read_hook(lines: Iterable[str]) -> Iterable[Attempt]:
    """Yield the attempts that the hook logged, without those to loopback."""
    for line in lines:
        try:
            logged = json.loads(line)
        except ValueError:  # the process was killed while writing
            continue
        arguments = [str(argument) for argument in logged["arguments"]]
        destination, is_local = _destination(logged["event"], arguments)
        if not is_local:
            process = f"process {logged['pid']}: {' '.join(logged['argv'])[:160]}"
            yield Attempt(logged["event"], destination, process, tuple(logged["stack"]), "asked for", "hook in Python")


def _destination(event: str, arguments: list[str]) -> tuple[str, bool]:
    """Return the destination of a logged event, and whether it is on this machine."""
    if event == NEW_SOCKET:
        family, kind = arguments[0], int(arguments[1]) & 0xF
        kinds = {1: "SOCK_STREAM", 2: "SOCK_DGRAM", 3: "SOCK_RAW", 5: "SOCK_SEQPACKET"}
        return f"{_family(family)} {kinds.get(kind, kind)}", False
    host = arguments[0].lstrip("(").split(",")[0].strip("'\"b") if arguments else ""
    is_file = host.startswith("/") or "'/" in arguments[0] if arguments else True
    return ", ".join(arguments[:2]), is_file or is_loopback(host)


def _family(text: str) -> str:
    number = text.strip("<>").rpartition(":")[2].strip()
    return _FAMILIES.get(number, number)


def _lines(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8", errors="replace").splitlines() if file.exists() else []
