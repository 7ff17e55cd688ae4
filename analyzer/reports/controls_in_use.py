"""Whether this workspace uses what the program offers for a control, judged from the facts of its evidence.

A control is in use only where a fact of the workspace shows it: accounts exist, a drill was run lately and passed, the
proof is intact and recent. What no fact can show is not claimed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from analyzer.reports.controls import CONTROLS, NOT, Control, Needed

Facts = Mapping[str, Any]
IN_USE, NOT_IN_USE, OUTSIDE = "in use", "not in use", "not part of the program"
DRILL_DAYS, PROOF_DAYS = 92, 92
"""Age in days up to which a drill, a backup or a proof counts: a quarter, the usual interval of reviews of controls."""


@dataclass(frozen=True, slots=True)
class ControlState:
    """A control, whether this workspace uses it, and what is missing for that (empty if nothing is)."""

    control: Control
    in_use: str
    missing: str = ""


def control_states(facts: Facts) -> tuple[ControlState, ...]:
    """Return every control with its state in the workspace that the facts describe."""
    return tuple(_state(control, facts) for control in CONTROLS)


def summary(states: tuple[ControlState, ...]) -> str:
    """Return how many of the controls that the program has something for are in use."""
    offered = [one for one in states if one.in_use != OUTSIDE]
    return f"{sum(one.in_use == IN_USE for one in offered)} of {len(offered)} available controls are in use here"


def _state(control: Control, facts: Facts) -> ControlState:
    if control.how_far == NOT:
        return ControlState(control, OUTSIDE)
    missing = [text for text in (CHECKS[need](facts) for need in control.needed) if text]
    return ControlState(control, NOT_IN_USE if missing else IN_USE, "; ".join(missing))


def _has_accounts(facts: Facts) -> str:
    return "" if facts["accounts"] else "there are no accounts: single-user mode"


def _are_grants_reviewed(facts: Facts) -> str:
    flagged = [str(one["account"]) for one in facts["accounts"] if one["to look at"]]
    return f"accounts with remarks: {', '.join(flagged)}" if flagged else ""


def _is_log_sound(facts: Facts) -> str:
    return "" if facts["log"]["ok"] else f"the log is not sound: {facts['log']['reason']}"


def _is_sealed(facts: Facts) -> str:
    return "" if facts["seal"]["in force"] else "this process is not sealed against network access"


def _is_proven(facts: Facts) -> str:
    proof = facts["seal"].get("proof")
    if not proof:
        return "no offline proof was given; make one with: analyzer offline prove"
    if not proof["intact"]:
        return "the offline proof was changed after it was signed"
    if not proof["ok"]:
        return "the offline proof does not hold"
    return _too_old(facts, proof.get("made"), PROOF_DAYS, "the offline proof")


def _drilled(what: str) -> Callable[[Facts], str]:
    def check(facts: Facts) -> str:
        found = next(one for one in facts["drills"] if one["what"] == what)
        if not found["latest"]:
            return f"not run yet: {what}"
        if not found["ok"]:
            return f"failed on the last run: {what}"
        return _too_old(facts, found["latest"], DRILL_DAYS, what)

    return check


def _has_backup(facts: Facts) -> str:
    return _too_old(facts, facts["latest backup"], DRILL_DAYS, "the latest backup") if facts["latest backup"] else (
        "there is no backup"
    )  # fmt: skip


def _has_imports(facts: Facts) -> str:
    return "" if facts["privacy"]["imports"] else "nothing was imported yet"


def _is_sampled(facts: Facts) -> str:
    return "" if facts["privacy"]["latest checked sample"] else "no sample was checked for personal data yet"


def _is_deleted(facts: Facts) -> str:
    return "" if facts["privacy"]["retention"] or facts["privacy"]["erasures"] else "no retention rule and no erasure"


def _too_old(facts: Facts, at: str | None, days: int, what: str) -> str:
    """Return that something is older than a number of days on the day the evidence was made; empty if it is not."""
    if not at:
        return f"{what}: its date is not known"
    age = datetime.fromisoformat(str(facts["made"])) - datetime.fromisoformat(at)
    return f"{what}: {age.days} days old, at most {days} count" if age > timedelta(days=days) else ""


CHECKS: Mapping[Needed, Callable[[Facts], str]] = {
    Needed.ACCOUNTS: _has_accounts,
    Needed.REVIEWS: _are_grants_reviewed,
    Needed.LOG: _is_log_sound,
    Needed.SEAL: _is_sealed,
    Needed.PROOF: _is_proven,
    Needed.RESTORE_DRILL: _drilled("backup restored"),
    Needed.INCIDENT_DRILL: _drilled("incident report"),
    Needed.SELF_TEST: _drilled("self-test of access and figures"),
    Needed.BACKUP: _has_backup,
    Needed.IMPORTS: _has_imports,
    Needed.SAMPLE: _is_sampled,
    Needed.DELETION: _is_deleted,
}
