"""The commands cluster scheduler, worker and certificates: imports on several machines."""

import platform
from argparse import ArgumentTypeError, Namespace
from pathlib import Path
from typing import Any

from analyzer.cli.options import add_command, load
from analyzer.cli.output import emit, say
from analyzer.system import usable_cores

MOST_PROCESSES = 256


def add(commands: Any) -> None:
    """Add the commands of this group."""
    group = commands.add_parser(
        "cluster", help="import on several machines: scheduler, workers, certificates",
        description="Processes of a cluster that scrubs and embeds for `analyzer ingest --cluster`.",
    )  # fmt: skip
    inner = group.add_subparsers(required=True, metavar="COMMAND")
    scheduler = add_command(
        inner, "scheduler", "deal batches of imports to workers, until stopped", _scheduler, is_sealed=False
    )
    scheduler.add_argument("address", metavar="ADDRESS", help="where to listen: tls://10.0.0.1:8786, or unix:/PATH")
    worker = add_command(
        inner, "worker", "scrub and embed for the imports of a scheduler, until stopped", _worker, is_sealed=False
    )
    worker.add_argument("address", metavar="ADDRESS", help="the scheduler: tls://10.0.0.1:8786, or unix:/PATH")
    worker.add_argument(
        "--processes", type=_processes, default=0, metavar="N", help="worker processes (default one per core)"
    )
    worker.add_argument("--name", default=platform.node(), metavar="NAME", help="name of this machine in the audit log")
    certificates = add_command(
        inner, "certificates", "issue a certificate for each machine, with an authority of your own", _certificates
    )
    certificates.add_argument("folder", type=Path, metavar="FOLDER", help="keeps the authority")
    certificates.add_argument("machines", nargs="+", metavar="MACHINE", help="names of machines: one folder for each")


def _scheduler(options: Namespace) -> None:
    from analyzer.cluster.certificates import certificates_for  # noqa: PLC0415
    from analyzer.cluster.client import check_installed  # noqa: PLC0415
    from analyzer.cluster.scheduler_process import main  # noqa: PLC0415
    from analyzer.models.server_address import parse_scheduler  # noqa: PLC0415

    check_installed()
    address = parse_scheduler(options.address)
    folder = certificates_for(address, load(options).cluster_dir)
    say(f"analyzer cluster: scheduler at {address}; stop it with Ctrl+C")
    main([str(address), str(folder or "")])


def _worker(options: Namespace) -> None:
    from analyzer.cluster.certificates import certificates_for  # noqa: PLC0415
    from analyzer.cluster.client import check_installed  # noqa: PLC0415
    from analyzer.cluster.processes import keep_running, private_folder, worker_programs  # noqa: PLC0415
    from analyzer.models.server_address import parse_scheduler  # noqa: PLC0415

    check_installed()
    settings, address = load(options), parse_scheduler(options.address)
    folder, count = certificates_for(address, settings.cluster_dir), options.processes or usable_cores()
    say(
        f"analyzer cluster: {count} workers of {address}; RAW comments are processed in their memory; Ctrl+C stops them"
    )
    keep_running(worker_programs(address, settings.models_dir, folder, count, options.name), private_folder())


def _certificates(options: Namespace) -> None:
    from analyzer.cluster.issue import issue  # noqa: PLC0415

    written = issue(options.folder, options.machines)
    lines = [
        f"{one}: copy it to ~/.config/feedback-analyzer/keys/cluster of that machine, readable by its account"
        for one in written
    ]
    lines.append(f"{options.folder / 'authority.key'} can admit more machines: keep it off the cluster")
    emit(options, {"folders": [str(one) for one in written]}, lines)


def _processes(text: str) -> int:
    number = int(text)
    if not 1 <= number <= MOST_PROCESSES:
        raise ArgumentTypeError(f"from 1 to {MOST_PROCESSES}")
    return number
