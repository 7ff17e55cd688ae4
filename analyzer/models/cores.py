"""Count the cores that no other process keeps busy.

The threads of the answering model meet at a barrier hundreds of times a token. Where one of them waits for a core that
another process uses, all wait for it: beside a busy core, two threads on two cores take longer than one.
"""

import time
from pathlib import Path

from analyzer.system import usable_cores as usable_cores

LOAD = Path("/proc/loadavg")
SAMPLES = 4
PAUSE_S = 0.002


def idle_cores(cores: int, load: Path = LOAD) -> int:
    """Return how many of the cores are idle, at least 1; all of them where the system does not tell.

    The least of a few samples counts as busy: what runs for a moment only is no load.

    Args:
        cores: number of cores that this process may run on.
        load: file in the format of /proc/loadavg; its fourth field has the number of threads that run or could run,
            with the one that reads it.
    """
    busy = cores
    for sample in range(SAMPLES):
        if sample:
            time.sleep(PAUSE_S)
        try:
            running = int(load.read_text(encoding="ascii").split()[3].split("/")[0])
        except (OSError, ValueError, IndexError):
            return cores
        busy = min(busy, running - 1)
        if busy <= 0:
            break
    return max(1, cores - max(busy, 0))
