"""The commands worker start, stop and status: models that stay loaded for the other commands of this account."""

from argparse import ArgumentTypeError, Namespace
from typing import Any

from analyzer.cli.options import add_command, load
from analyzer.cli.output import emit

LONGEST_MIN = 1_440.0


def add(commands: Any) -> None:
    """Add the commands of this group."""
    group = commands.add_parser(
        "worker", help="keep the models loaded, so that search and ask start at once",
        description="A process of this account that keeps the models loaded; it has no key and opens no workspace.",
    )  # fmt: skip
    inner = group.add_subparsers(required=True, metavar="COMMAND")
    start = add_command(inner, "start", "start it; the other commands use it while it runs", _start, is_sealed=False)
    start.add_argument(
        "--idle", type=_minutes, default=30.0, metavar="MINUTES", help="end after so long without a call (default 30)"
    )
    add_command(inner, "stop", "end it", _stop)
    add_command(inner, "status", "show whether it runs, and which models it has loaded", _status)


def _start(options: Namespace) -> None:
    from analyzer.cli.resident.control import start  # noqa: PLC0415

    about = start(load(options), options.idle * 60)
    emit(
        options,
        about,
        [f"the resident worker runs (process {about['process']}); it ends after {options.idle:g} idle minutes"],
    )


def _stop(options: Namespace) -> None:
    from analyzer.cli.resident.control import ask  # noqa: PLC0415

    about = ask(load(options), "stop")
    emit(options, {"was_running": about is not None}, ["stopped" if about else "no resident worker was running"])


def _status(options: Namespace) -> None:
    from analyzer.cli.resident.control import ask  # noqa: PLC0415

    about = ask(load(options), "about")
    if about is None:
        emit(options, {"runs": False}, ["no resident worker runs; start one with: analyzer worker start"])
        return
    loaded = ", ".join(about["models"]) or "none yet"
    lines = [f"the resident worker runs (process {about['process']}); models loaded: {loaded}"]
    emit(options, {"runs": True, **about}, lines)


def _minutes(text: str) -> float:
    number = float(text)
    if not 0 < number <= LONGEST_MIN:
        raise ArgumentTypeError(f"more than 0, at most {LONGEST_MIN:,.0f}")
    return number
