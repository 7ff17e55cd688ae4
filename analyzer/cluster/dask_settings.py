"""Settings with which Dask writes nothing, listens nowhere by itself and logs nothing.

Called in each process of a cluster before Dask is used. Dask reads settings from files of the user, the system and the
environment, some of which name code to run (preloads): none of them are in force here.
"""

import logging
import os
from typing import Any

NO_FOLDER = "/dev/null/dask"
"""Where Dask looks for settings and would write its defaults to; it cannot exist."""
LONGEST_CONNECT_S = 15
DIES_WITH = 3
"""Workers that die with one batch before it is given up (as parallel.STARTS for processes of this machine)."""
_SETTINGS: dict[str, Any] = {
    "distributed.scheduler.preload": [],
    "distributed.worker.preload": [],
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
    "distributed.scheduler.allowed-failures": DIES_WITH,
    "distributed.scheduler.worker-saturation": 1.0,  # one batch a worker; the others wait for whichever is free
    "distributed.scheduler.work-stealing": False,
    "distributed.scheduler.active-memory-manager.start": False,
    "distributed.worker.memory.target": False,  # no result is written to a disk
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.pause": False,
    "distributed.worker.memory.terminate": False,
    "distributed.worker.profile.enabled": False,
    "distributed.diagnostics.nvml": False,
    "distributed.comm.compression": False,
    "distributed.comm.timeouts.connect": f"{LONGEST_CONNECT_S}s",
    "distributed.admin.log-length": 1,
}


def clean_environment() -> None:
    """Remove the settings of the environment, and name a folder of settings that is none; before Dask is imported."""
    for name in [name for name in os.environ if name.startswith("DASK_")]:
        del os.environ[name]
    os.environ["DASK_CONFIG"] = os.environ["DASK_ROOT_CONFIG"] = NO_FOLDER


def apply_settings() -> None:
    """Import Dask with its own defaults and _SETTINGS.

    Its logs are off: they repeat the arguments of what fails, here raw comments.
    """
    clean_environment()
    import dask.config  # noqa: PLC0415
    import distributed  # noqa: F401, PLC0415 - adds its defaults

    dask.config.refresh(paths=[], env={})
    dask.config.set(_SETTINGS)
    logging.getLogger("distributed").setLevel(logging.CRITICAL + 1)
    logging.getLogger("tornado").setLevel(logging.CRITICAL + 1)
