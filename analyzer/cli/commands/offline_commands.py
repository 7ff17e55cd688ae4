"""Commands that test and prove that no data leaves this machine: offline status, prove, check."""

import json
import platform
from argparse import Namespace
from pathlib import Path
from typing import Any

from analyzer.cli.options import add_command, load
from analyzer.cli.output import emit, say
from analyzer.config import Settings
from analyzer.errors import EgressError, InputFileError, UsageError


def add(commands: Any) -> None:
    """Add the commands of this group."""
    offline = commands.add_parser(
        "offline",
        help="test and prove that nothing leaves this machine",
        description="Test and prove that nothing leaves this machine.",
    )
    actions = offline.add_subparsers(required=True, metavar="ACTION")
    add_command(actions, "status", "show what blocks the network in this process, and test it", _status)
    prove = add_command(
        actions,
        "prove",
        "run the whole program where every network attempt is recorded, and report",
        _prove,
        is_sealed=False,
    )
    prove.add_argument(
        "--out", type=Path, default=Path("proof.json"), metavar="FILE", help="report to write (default proof.json)"
    )
    prove.add_argument("--quick", action="store_true", help="skip the language model, the page and some controls")
    prove.add_argument("--shots", type=Path, metavar="DIR", help="folder for screenshots of the page")
    check = add_command(actions, "check", "verify the signature of a proof", _check)
    check.add_argument("file", type=Path, metavar="FILE", help="report written by: analyzer offline prove")


def _status(options: Namespace) -> None:
    from analyzer.evaluation.egress_proof.machine_facts import switches, warnings  # noqa: PLC0415
    from analyzer.security.sandbox.egress import seal_status  # noqa: PLC0415

    settings, status = load(options), seal_status()
    found_warnings = warnings({"the workspace": settings.workspace, "the models folder": settings.models_dir})
    if status.unsealed:
        found_warnings.insert(0, f"this process is unsealed: {status.unsealed}")
    outcome = {
        "ok": status.ok, "level": status.level, "attempts": [], "methods": [f"self-test of the {status.level}"],
        "stops": status.stops, "does_not_stop": status.does_not_stop, "faults": status.faults,
        "switches": switches(), "warnings": found_warnings, "hole": status.hole,
    }  # fmt: skip
    lines = [f"{'sealed' if status.ok else 'NOT SEALED'}: {status.level}"]
    lines += [f"one hole: the model server {status.hole}"] if status.hole else []
    lines.append("it stops")
    lines += [f"  {line}" for line in status.stops] + ["it does not stop"]
    lines += [f"  {line}" for line in status.does_not_stop] + [f"fault: {line}" for line in status.faults]
    lines += [f"warning: {line}" for line in found_warnings]
    lines.append(f"{len(outcome['switches'])} switches are set; the proof: analyzer offline prove")  # type: ignore[arg-type]
    emit(options, outcome, lines)
    if not status.ok:
        raise EgressError("this process can reach the network")


def _prove(options: Namespace) -> None:
    if platform.system() != "Linux":
        raise UsageError("the proof runs on Linux; elsewhere analyzer offline status says what is in force")
    from analyzer.evaluation.egress_proof.proof_report import verdict  # noqa: PLC0415
    from analyzer.evaluation.egress_proof.prove import Proof  # noqa: PLC0415

    settings, out = load(options), options.out.resolve()
    if out.suffix != ".json" or not out.parent.is_dir():
        raise UsageError(f"--out {options.out}: name a .json file in an existing folder, such as proof.json")
    shots = options.shots.resolve() if options.shots else None
    _signed({}, settings)  # fail before the run, which takes minutes, if the proof cannot be signed or written
    out.touch()
    report = _signed(Proof(settings, options.quick, lambda line: say(f"proof: {line}"), shots).run(), settings)
    page = _write(report, out)
    lines = [verdict(report), *(f"not proven: {line}" for line in report["not_proven"]), f"{out} and {page}"]
    emit(options, {**report, "path": str(out), "page": str(page)}, lines)
    if not report["ok"]:
        raise EgressError(verdict(report))


def _signed(report: dict[str, Any], settings: Settings) -> dict[str, Any]:
    from analyzer.security.signatures import KEY_FILE, machine_key, sign  # noqa: PLC0415

    return sign(report, machine_key(settings.keys_dir.parent / KEY_FILE))


def _write(report: dict[str, Any], out: Path) -> Path:
    from analyzer.evaluation.egress_proof.proof_report import as_page  # noqa: PLC0415

    out.write_text(json.dumps(report, indent=1, ensure_ascii=False), encoding="utf-8")
    page = out.with_suffix(".html")
    page.write_text(as_page(report), encoding="utf-8")
    return page


def _check(options: Namespace) -> None:
    from analyzer.evaluation.egress_proof.proof_report import verdict  # noqa: PLC0415
    from analyzer.security.signatures import is_intact  # noqa: PLC0415

    try:
        report = json.loads(options.file.read_text(encoding="utf-8"))
        summary = verdict(report)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputFileError(f"{options.file} is not a proof; name one that analyzer offline prove wrote") from error
    intact = is_intact(report)
    signature = report.get("signature", {})
    outcome = {
        "ok": intact and bool(report["ok"]), "intact": intact, "made_at": report["made_at"],
        "fingerprint": signature.get("fingerprint", ""), "verdict": summary,
    }  # fmt: skip
    state = "as it was signed" if intact else "CHANGED since it was signed, or not signed"
    emit(options, outcome, [f"{state}, by key {outcome['fingerprint']} on {outcome['made_at']}", summary])
    if not outcome["ok"]:
        raise EgressError(f"{options.file}: {state}; {summary}")
