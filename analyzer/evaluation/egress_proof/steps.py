"""Steps of the proof: the program's commands, all ways to start it, the page in a browser, and the planted leaks."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from analyzer.config import IS_CHECKOUT, PACKAGE, PROJECT
from analyzer.evaluation.egress_proof.attempts import Recorded
from analyzer.evaluation.egress_proof.leaks import LEAKS, Leak
from analyzer.evaluation.egress_proof.namespace import SINK_ADDRESS
from analyzer.evaluation.egress_proof.recorder import Recorder
from analyzer.security.sandbox import landlock

ANALYZER = (sys.executable, "-m", "analyzer")
APP = PROJECT / "app.py" if IS_CHECKOUT else PACKAGE / "ui" / "script" / "app.py"
STREAMLIT = (str(Path(sys.executable).with_name("streamlit")), "run", str(APP))
QUESTION = "What do people say about delivery?"
FROM_PYTHON = """
from analyzer import Workspace
if __name__ == "__main__":
    workspace = Workspace.open()
    print(len(workspace.search("late delivery").hits), workspace.feedback.matching())
    workspace.close()
"""
OUTSIDE = ("203.0.113.9", 4444)
"""An address reserved for documentation (RFC 5737), for planted leaks."""
MEMORY_FILE = "proc-memory"
"""The leak that Landlock stops; older kernels lack it, and `offline status` says so."""
NAME_OUTSIDE = "sink.example"
CONTROL = f"""
import socket
def attempt(call):
    try:
        call()
    except OSError as error:
        print(type(error).__name__)
attempt(lambda: socket.create_connection(("control.example", 80), 1).close())
attempt(lambda: socket.create_connection({OUTSIDE!r}, 1).close())
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
    attempt(lambda: one.sendto(b"control of a proof", ("{SINK_ADDRESS}", 9)))
"""
QUIET_CONTROL = f"""
import socket
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
    one.connect({OUTSIDE!r})
"""
START_S = 90.0


@dataclass(frozen=True, slots=True)
class ProofStep:
    """One step of the proof, with its record."""

    name: str
    recorded: Recorded

    @property
    def is_done(self) -> bool:
        """Return whether the step succeeded."""
        return self.recorded.exit_code == 0

    def as_json(self) -> dict[str, Any]:
        """Return the step as plain values for the report."""
        values = asdict(self.recorded)
        output, errors = values.pop("output"), values.pop("said")
        lines = f"{errors}\n{output}".strip().splitlines()
        return {"name": self.name, **values, "ended": "" if self.is_done else " / ".join(lines[-3:])[-400:]}


def control(recorder: Recorder, environ: Mapping[str, str]) -> Recorded:
    """Run an unsealed process that tries to reach another host, to check that the harness sees it.

    Outside a namespace it only connects a datagram socket, which sends no packet.
    """
    return recorder.run([sys.executable, "-c", CONTROL if recorder.has_sink else QUIET_CONTROL], environ, 60)


def commands(
    sample: Path, folder: Path, can_answer: bool, *, is_quick: bool = False
) -> Iterator[tuple[str, Sequence[str]]]:
    """Yield name and command of each step that is one command, in order; a quick proof searches only from Python."""
    yield "make a workspace", [*ANALYZER, "init"]
    yield "import, with worker processes", [*ANALYZER, "ingest", str(sample)]
    if not is_quick:
        yield "search", [*ANALYZER, "search", "late delivery"]
        yield "count what comments say", [*ANALYZER, "count", "late delivery", "--by", "channel"]
        yield "comments to label", [*ANALYZER, "labels", "next", "late delivery"]
    if can_answer:
        yield "ask the language model", [*ANALYZER, "ask", QUESTION]
        yield "export the answer as a workbook", [*ANALYZER, "export", str(folder / "answer.xlsx")]
    yield "find themes", [*ANALYZER, "themes", "build", *([] if can_answer else ["--no-names"])]
    yield "list themes", [*ANALYZER, "themes", "list"]
    yield "list the privacy queue", [*ANALYZER, "privacy", "queue"]
    yield "privacy report", [*ANALYZER, "privacy", "report"]
    yield "write a scrubbed copy of a file", [*ANALYZER, "scrub", str(sample), "-o", str(folder / "scrubbed.csv")]
    yield "verify", [*ANALYZER, "verify"]
    yield "make a backup", [*ANALYZER, "backup", "create"]
    yield "restore the backup to test it", [*ANALYZER, "backup", "drill"]
    yield "evidence for a reviewer", [*ANALYZER, "evidence", str(folder / "evidence")]
    yield "installed command", [str(Path(sys.executable).with_name("analyzer")), "status"]
    yield "from Python", [sys.executable, "-c", FROM_PYTHON]


def page(recorder: Recorder, how: str, environ: Mapping[str, str], shots: Path) -> tuple[ProofStep, dict[str, Any]]:
    """Serve the page and drive it with a browser; return the server's record and the browser's."""
    port = free_port()
    words = [*ANALYZER, "serve", "--port", str(port)] if how == "serve" else [*STREAMLIT, "--server.port", str(port)]
    with recorder.start(words, environ) as server:
        is_up = _wait(port, server.is_over)
        drive = _drive(recorder, port, environ, shots) if is_up else {"driven": False, "why": "the page did not start"}
        was_up = is_up and not server.is_over()
        recorded = server.stop()
    if was_up:  # the exit code after the interrupt does not matter
        recorded = replace(recorded, exit_code=0)
    return ProofStep(f"the page, by {'analyzer serve' if how == 'serve' else 'streamlit run app.py'}", recorded), drive


def _drive(recorder: Recorder, port: int, environ: Mapping[str, str], shots: Path) -> dict[str, Any]:
    at_large = ["--at-large"] if recorder.has_sink else []
    command = [
        sys.executable,
        "-m",
        "analyzer.evaluation.egress_proof.browser",
        f"http://127.0.0.1:{port}",
        "--sink",
        NAME_OUTSIDE,
    ]
    done = recorder.untraced([*command, "--shots", str(shots), *at_large], environ, 300)
    try:
        seen: dict[str, Any] = json.loads(done.output)
    except ValueError:
        return {"driven": False, "why": done.said.strip()[-300:] or "the browser's driver gave no output"}
    seen["sink"] = [asdict(attempt) for attempt in done.attempts]
    return seen


def planted_leaks(
    recorder: Recorder, leak: Leak, environ: Mapping[str, str], is_quick: bool, server: str = ""
) -> dict[str, Any]:
    """Try one leak sealed, then unsealed if possible; return whether it was stopped, and what saw it.

    With a server the seal has one hole; the leak is then not tried unsealed again.
    """
    host, port = (SINK_ADDRESS, 80) if recorder.has_sink else ("127.0.0.1", 9)
    command = [
        sys.executable,
        "-m",
        "analyzer.evaluation.egress_proof.leaks",
        leak.name,
        "--host",
        host,
        "--port",
        str(port),
    ]
    sealed = recorder.run([*command, "--server", server] if server else command, environ, 60)
    outcome = _outcome(sealed)
    is_tried = recorder.has_sink and not is_quick and not server  # without a sink it might really leave this machine
    unsealed = _outcome(recorder.untraced([*command, "--open"], environ, 60)) if is_tried else {}
    traces = [*sealed.attempts, *sealed.refused_here]
    left = [one for one in sealed.attempts if one.seen_by == "sink"]
    return {
        "name": f"{leak.name}, with the hole" if server else leak.name,
        "what": f"{leak.what}, with one hole in the seal" if server else leak.what,
        "stopped": bool(outcome.get("stopped")) and not left,
        "said": outcome.get("said", "nothing: " + sealed.said.strip()[-200:]),
        "named": sorted({f"{one.seen_by}: {one.call} {one.destination} {one.outcome}" for one in traces}),
        "open": unsealed.get("said", ""), "is_real": bool(unsealed.get("tried")) and not unsealed.get("stopped", True),
    }  # fmt: skip


@contextmanager
def model_server(folder: Path, environ: Mapping[str, str]) -> Iterator[str]:
    """Run a scripted model server on a Unix socket in a folder, outside the recorder; yield its setting."""
    path = folder / "model.sock"
    command = [sys.executable, "-m", "analyzer.evaluation.egress_proof.model_server", str(path)]
    with subprocess.Popen(command, env=dict(environ), stdout=subprocess.PIPE, text=True) as server:
        if server.stdout:
            server.stdout.readline()
        try:
            yield f"unix:{path} llama-server scripted.gguf"
        finally:
            server.kill()


def all_leaks() -> tuple[Leak, ...]:
    """Return the planted leaks that the seal can stop on this system."""
    return tuple(leak for leak in LEAKS if leak.name != MEMORY_FILE or landlock.is_there())


def _outcome(recorded: Recorded) -> dict[str, Any]:
    try:
        return dict(json.loads(recorded.output))
    except ValueError:
        return {}


def free_port() -> int:
    """Return a free port of loopback."""
    with socket.create_server(("127.0.0.1", 0)) as one:
        return int(one.getsockname()[1])


def _wait(port: int, is_over: Callable[[], bool]) -> bool:
    """Wait until the server reports that it is healthy; return False if it ends or does not start in time."""
    question = f"GET /_stcore/health HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n"
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and not is_over():
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 5) as one:
            one.sendall(question.encode("ascii"))
            if b" 200 " in one.recv(64):
                return True
        time.sleep(0.3)
    return False


def clean_environment(folder: Path, models_dir: Path, answering_model: str) -> dict[str, str]:
    """Return an environment with a new home, empty caches, a new workspace, and no model server."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "PLAYWRIGHT_BROWSERS_PATH") if name in os.environ}
    home = folder / "home"
    for name in ("home", "tmp", "xdg"):
        (folder / name).mkdir(mode=0o700)
    browsers = Path.home() / ".cache" / "ms-playwright"
    return {"PLAYWRIGHT_BROWSERS_PATH": str(browsers)} | kept | {
        "HOME": str(home), "TMPDIR": str(folder / "tmp"), "XDG_CACHE_HOME": str(folder / "xdg"),
        "ANALYZER_WORKSPACE": str(folder / "workspace"), "ANALYZER_KEYS_DIR": str(folder / "keys"),
        "ANALYZER_MODELS_DIR": str(models_dir), "ANALYZER_ANSWERING_SERVER": "",
        "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(PROJECT),
    } | ({"ANALYZER_ANSWERING_MODEL": answering_model} if answering_model else {})  # fmt: skip
