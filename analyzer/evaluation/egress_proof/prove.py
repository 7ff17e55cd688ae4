"""Run the proof: everything the program does, under observation, and a report of all network attempts."""

import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from analyzer.config import Settings
from analyzer.evaluation.egress_proof import machine_facts, steps
from analyzer.evaluation.egress_proof.attempts import Recorded
from analyzer.evaluation.egress_proof.namespace import enter
from analyzer.evaluation.egress_proof.recorder import Recorder
from analyzer.evaluation.egress_proof.sample_data import write_sample
from analyzer.evaluation.egress_proof.sink import Sink
from analyzer.evaluation.egress_proof.steps import ProofStep
from analyzer.models.catalog import is_present, load_catalog
from analyzer.models.catalog_entries import ModelRole

MANY_ROWS, FEW_ROWS = 1_600, 60
"""Rows of the sample: enough to start worker processes; for a quick proof."""
NAMESPACE = "a network namespace with nothing but loopback, a false DNS and a sink that sees every packet"
STRACE = "strace: every network system call of every process, including refused ones"
HOOK = "a hook in every Python process: network events with the stack"
SEAL = "the self-test of the seal in every command, which ends the command if the seal does not work"
BROWSER = "Chromium's own network log, and violations of the page's content security policy"

Say = Callable[[str], None]


@dataclass(slots=True)
class Findings:
    """Results of the proof so far."""

    control: dict[str, Any] = field(default_factory=dict)
    steps: list[ProofStep] = field(default_factory=list)
    leaks: list[dict[str, Any]] = field(default_factory=list)
    browser: list[dict[str, Any]] = field(default_factory=list)
    not_proven: list[str] = field(default_factory=list)
    hole: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Proof:
    """One run of the proof in this process, which moves into a network namespace if the system allows it.

    Attributes:
        settings: for the models; the proof makes a workspace of its own.
        is_quick: leave out the language model, the page, search and counts by command, and the control of each leak.
        say: called with a line for each step.
        shots: folder for screenshots of the page.
    """

    settings: Settings
    is_quick: bool
    say: Say
    shots: Path | None = None
    found: Findings = field(default_factory=Findings)

    def run(self) -> dict[str, Any]:
        """Run everything and return the report, unsigned."""
        started = time.monotonic()
        known = {"versions": machine_facts.versions(), "models": machine_facts.models(self.settings.models_dir)}
        folders = {"the workspace": self.settings.workspace, "the models folder": self.settings.models_dir}
        known |= {
            "settings": machine_facts.settings_in_force(self.settings),
            "warnings": machine_facts.warnings(folders),
        }
        with tempfile.TemporaryDirectory(prefix="analyzer-proof-") as folder:
            refused = enter()
            if refused:
                self.found.not_proven.append(f"what a packet sniffer would see: {refused}")
                self._run_in(Path(folder), None)
            else:
                with Sink() as sink:
                    self._run_in(Path(folder), sink)
        return _report(self.found, known, is_namespaced=not refused, seconds=time.monotonic() - started)

    def _run_in(self, place: Path, sink: Sink | None) -> None:
        strace = shutil.which("strace")
        if strace is None:
            self.found.not_proven.append("attempts by code other than Python: strace is not installed")
        (place / "traces" / "untraced").mkdir(parents=True)
        recorder = Recorder(place / "traces", sink, strace)
        model = "" if self.is_quick else answering_model(self.settings)
        environ = steps.clean_environment(place, self.settings.models_dir, model)
        self.say("control: an unsealed process that tries to reach another host")
        self.found.control = judge(steps.control(recorder, environ), sink is not None, strace is not None)
        self._work(recorder, place, environ, model)
        self._leak(recorder, environ)
        self._pass_through_hole(recorder, place, environ)
        self._show(recorder, environ, self.shots or place / "shots")

    def _work(self, recorder: Recorder, place: Path, environ: dict[str, str], model: str) -> None:
        sample = place / "sample.csv"
        write_sample(sample, FEW_ROWS if self.is_quick else MANY_ROWS)
        if not model:
            why = "left out (--quick)" if self.is_quick else "no answering model is present"
            self.found.not_proven.append(f"an answer: {why}")
        if self.is_quick:
            self.found.not_proven.append("search, counts and labels by command: left out (--quick)")
        for name, command in steps.commands(sample, place, bool(model), is_quick=self.is_quick):
            self._add(ProofStep(name, recorder.run(command, environ)))

    def _leak(self, recorder: Recorder, environ: dict[str, str]) -> None:
        if not recorder.has_sink:
            self.found.not_proven.append("that the planted leaks succeed unsealed: without a namespace they would")
        for leak in steps.all_leaks():
            outcome = steps.planted_leaks(recorder, leak, environ, self.is_quick)
            self.found.leaks.append(outcome)
            self.say(f"planted leak {leak.name}: {'stopped' if outcome['stopped'] else 'NOT STOPPED'}")

    def _pass_through_hole(self, recorder: Recorder, place: Path, environ: dict[str, str]) -> None:
        """Ask a model server through the one hole, and plant the leaks while it is open."""
        with steps.model_server(place, environ) as server:
            command = [*steps.ANALYZER, "ask", steps.QUESTION]
            step = ProofStep(
                "ask a model server, through the one hole",
                recorder.run(command, environ | {"ANALYZER_ANSWERING_SERVER": server}),
            )
            self._add(step)
            self.found.hole = judge_hole(step.recorded, server.split()[0], recorder.has_strace)
            for leak in (one for one in steps.all_leaks() if one.seal_by is None):
                self.found.leaks.append(steps.planted_leaks(recorder, leak, environ, self.is_quick, server))
        self.say(f"one hole: {self.found.hole['verdict']}")
        self.found.not_proven.append("what a model server does with what it gets: it is another program")

    def _show(self, recorder: Recorder, environ: dict[str, str], shots: Path) -> None:
        if self.is_quick:
            self.found.not_proven.append("the page: left out (--quick)")
            return
        for how in ("serve", "streamlit"):
            step, seen = steps.page(recorder, how, environ, shots)
            self._add(step)
            self.found.browser.append({"served_by": how, **seen})
            if not seen["driven"]:
                self.found.not_proven.append(f"the page in a browser ({step.name}): {seen['why']}")

    def _add(self, step: ProofStep) -> None:
        self.found.steps.append(step)
        self.say(f"{step.name}: {_step_line(step)}")


def _step_line(step: ProofStep) -> str:
    attempts = len(step.recorded.attempts)
    failed = "" if step.is_done else f", FAILED with exit code {step.recorded.exit_code}"
    return f"{step.recorded.seconds:.0f} s, {attempts or 'no'} attempts{failed}"


def answering_model(settings: Settings) -> str:
    """Return the answering model to use: the configured one, else the smallest that is present, else ""."""
    here = [
        model
        for model in load_catalog(settings.models_dir).models
        if model.role is ModelRole.ANSWERING and is_present(settings.models_dir, model)
    ]
    here.sort(key=lambda model: (model.name != settings.answering_model, model.bytes))
    return here[0].name if here else ""


def judge(recorded: Recorded, has_sink: bool, has_strace: bool) -> dict[str, Any]:
    """Return whether each part of the harness saw the control, which tries a name, an address and a datagram."""
    wanted = {"hook in Python"} | ({"sink"} if has_sink else set()) | ({"strace"} if has_strace else set())
    by = {one.seen_by for one in recorded.attempts}
    return {
        "ok": by >= wanted, "seen_by": sorted(by), "missing": sorted(wanted - by),
        "attempts": [asdict(one) for one in recorded.attempts],
    }  # fmt: skip


def judge_hole(recorded: Recorded, address: str, is_traced: bool) -> dict[str, Any]:
    """Return the connections that a command made on this machine, and whether all led to the one address."""
    inside = [one for one in recorded.connected_here if one.destination == address]
    outside = [one for one in recorded.connected_here if one.destination != address]
    count = f"{len(inside)} connections to {address}, {len(outside)} to other programs"
    return {
        "ok": not outside and (bool(inside) or not is_traced), "address": address, "connections": len(inside),
        "elsewhere": sorted({one.destination for one in outside}),
        "verdict": count if is_traced else f"{address}; its connections were not seen, because strace is not installed",
    }  # fmt: skip


def _report(found: Findings, known: dict[str, Any], is_namespaced: bool, seconds: float) -> dict[str, Any]:
    attempts = [{"step": step.name, **asdict(one)} for step in found.steps for one in step.recorded.attempts]
    for seen in found.browser:
        attempts += [{"step": f"browser ({seen['served_by']})", **one} for one in seen.get("sink", [])]
        attempts += [
            {"step": f"browser ({seen['served_by']})", "call": "request", "destination": one, "seen_by": "browser"}
            for one in seen.get("requests", [])
        ]
    page_leaks = [leak for seen in found.browser for leak in seen.get("leaks", [])]
    failed = [step.name for step in found.steps if not step.is_done]
    is_stopped = all(leak["stopped"] for leak in [*found.leaks, *page_leaks])
    strace = any(step.recorded.calls for step in found.steps)
    parts = ((is_namespaced, NAMESPACE), (strace, STRACE), (True, HOOK), (True, SEAL), (bool(page_leaks), BROWSER))
    return {
        "ok": bool(found.control["ok"] and not attempts and not failed and is_stopped and found.hole.get("ok", True)),
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"), "seconds": round(seconds, 1),
        "attempts": attempts, "methods": [name for is_used, name in parts if is_used], "control": found.control,
        "steps": [step.as_json() for step in found.steps], "failed": failed, "leaks": found.leaks,
        "hole": found.hole,
        "browser": found.browser, "facts": {**known, "switches": machine_facts.switches()},
        "not_proven": found.not_proven,
    }  # fmt: skip
