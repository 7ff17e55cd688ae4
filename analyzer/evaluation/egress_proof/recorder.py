"""Runs a command and records what it tries to reach: by strace, by a hook in Python, and by the sink."""

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
"""The sockets that one self-test of the seal asks for, to see that it is refused (analyzer.security.sandbox)."""
MAKING = "socket.__new__"
"""Python's event for a new socket; it may be a listener that is allowed, so by itself it is no try."""
PROBES = {("AF_INET6", "urllib3/util/connection.py")}
"""Kinds of socket that a library asks for only to learn whether the system has it, with nowhere to go, and where."""
_FAMILIES = {"1": "AF_UNIX", "2": "AF_INET", "10": "AF_INET6", "16": "AF_NETLINK", "17": "AF_PACKET", "40": "AF_VSOCK"}


class Recorder:
    """Records commands one after the other; a command's children are part of it."""

    def __init__(self, folder: Path, sink: Sink | None, strace: str | None) -> None:
        """Keep traces under a folder; strace is its path, or None where it is not installed."""
        self._folder, self._sink, self._strace = folder, sink, strace
        self._number = 0

    def run(self, command: Sequence[str], environ: Mapping[str, str], timeout_s: float = 600.0) -> Recorded:
        """Run a command to its end, or kill it and its children when the time is over."""
        with self.start(command, environ) as running:
            return running.finish(timeout_s)

    @property
    def has_sink(self) -> bool:
        """Whether it runs in a namespace with a sink."""
        return self._sink is not None

    def untraced(self, command: Sequence[str], environ: Mapping[str, str], timeout_s: float) -> Recorded:
        """Run a command that only the sink looks at: a browser makes too many calls of its own."""
        outer = Recorder(self._folder / "untraced", self._sink, None)
        with outer.start(command, environ, is_hooked=False) as running:
            return running.finish(timeout_s)

    def start(self, command: Sequence[str], environ: Mapping[str, str], is_hooked: bool = True) -> "Running":
        """Start a command; it is killed with its children when the returned context ends, if it still runs."""
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
    """The files that strace and the hook write."""

    strace: Path
    hook: Path


class Running:
    """A command under way; a context manager."""

    def __init__(
        self, command: tuple[str, ...], words: list[str], environ: dict[str, str], traces: Traces, sink: Sink | None
    ) -> None:
        """Start it in a process group of its own."""
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
        """Leave nothing running."""
        self._signal(signal.SIGKILL)
        self._process.wait()
        for pipe in (self._process.stdout, self._process.stderr):
            if pipe:
                pipe.close()

    def is_over(self) -> bool:
        """Tell whether it has ended by itself."""
        return self._process.poll() is not None

    def stop(self) -> Recorded:
        """Interrupt it as a person would, and return what it did."""
        self._signal(signal.SIGINT)
        return self.finish(PATIENCE_S)

    def finish(self, timeout_s: float) -> Recorded:
        """Wait for its end, or kill it; return what it did."""
        try:
            output, said = self._process.communicate(timeout=timeout_s)
        except subprocess.TimeoutExpired:
            self._signal(signal.SIGKILL)
            output, said = self._process.communicate()
        seconds = time.monotonic() - self._began
        seen = self._sink.taken() if self._sink else ()
        traced = read_trace(_lines(self._traces.strace))
        attempts, refused = classify_attempts(traced, read_hook(_lines(self._traces.hook)), seen)
        return Recorded(
            self._command, self._process.returncode, round(seconds, 2), output, said, attempts, refused, traced.calls
        )

    def _signal(self, number: signal.Signals) -> None:
        try:
            os.killpg(self._process.pid, number)
        except (ProcessLookupError, PermissionError):  # it has ended
            return


def classify_attempts(
    traced: Traced, hooked: Iterable[Attempt], seen: Iterable[Attempt]
) -> tuple[tuple[Attempt, ...], tuple[Attempt, ...]]:
    """Return the tries to reach other machines and those to reach other programs here, of all that was seen.

    A socket that was refused names no destination. Those of the self-test and known probes of libraries are left out;
    any other counts, since it is where a way out begins.
    """
    hooked = list(hooked)
    expected = Counter({key: n * traced.self_tests for key, n in SELF_TEST.items()})
    asked: dict[str, list[Attempt]] = {}
    for one in hooked:
        if one.call == MAKING:
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
    attempts += [one for one in hooked if one.call != MAKING]
    return tuple(dict.fromkeys([*attempts, *seen])), tuple(dict.fromkeys(traced.refused_here))


def is_probe(one: Attempt) -> bool:
    """Tell whether a socket is one that a library asks for only to learn whether the system has such."""
    return any(one.destination.startswith(kind) and any(file in line for line in one.stack) for kind, file in PROBES)


def read_hook(lines: Iterable[str]) -> Iterable[Attempt]:
    """Return what the hook wrote down and is not about loopback."""
    for line in lines:
        try:
            noted = json.loads(line)
        except ValueError:  # the process was killed while it wrote
            continue
        arguments = [str(argument) for argument in noted["arguments"]]
        destination, is_local = _meant(noted["event"], arguments)
        if not is_local:
            process = f"process {noted['pid']}: {' '.join(noted['argv'])[:160]}"
            yield Attempt(noted["event"], destination, process, tuple(noted["stack"]), "asked for", "hook in Python")


def _meant(event: str, arguments: list[str]) -> tuple[str, bool]:
    if event == MAKING:
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
