"""Take part in a cluster: what `--cluster` says.

Runs before the process is sealed. Knows nothing of workspaces.
"""

import re
from pathlib import Path

from analyzer.cluster.certificates import certificates_for
from analyzer.cluster.client import check_installed
from analyzer.cluster.processes import LocalCluster
from analyzer.errors import UsageError
from analyzer.models.server_address import ServerAddress, parse_scheduler

MOST_LOCAL = 256
_LOCAL = re.compile(r"local:([0-9]{1,3})")

_running: list[LocalCluster] = []


def join(text: str, models_dir: Path, certificates: Path) -> ServerAddress:
    """Return the address of the scheduler that a text names; for local:N start one on this machine with N workers.

    Raises:
        UsageError: if the text is no address, Dask is not installed, or a certificate is missing.
    """
    check_installed()
    if local := _LOCAL.fullmatch(text):
        if not 1 <= int(local[1]) <= MOST_LOCAL:
            raise UsageError(f"cluster {text}: from 1 to {MOST_LOCAL} workers")
        cluster = LocalCluster(int(local[1]), models_dir)
        _running.append(cluster)
        return cluster.address
    address = parse_scheduler(text)
    certificates_for(address, certificates)
    return address
