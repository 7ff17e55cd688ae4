"""Start the resident worker, and ask it how it is."""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from analyzer.config import Settings
from analyzer.errors import AnalyzerError, ModelError, UsageError
from analyzer.models.resident import ResidentClient
from analyzer.models.server_address import LONGEST_PATH, WORKER_SOCKET, resident_address
from analyzer.security.sandbox.egress import resident_broker
from analyzer.security.sandbox.server_broker import RESIDENT, ServerBroker

START_S = 60.0
STOP_S = 5.0
LOOK_S = 0.05
_PACKAGES = Path(__file__).resolve().parents[3]
_MODULE = "analyzer.cli.resident.resident_process"
_CODE = f"import sys; sys.path.insert(0, sys.argv.pop(1)); from {_MODULE} import main; sys.exit(main(sys.argv[1:]))"


def ask(settings: Settings, operation: str) -> dict[str, Any] | None:
    """Return what the running worker says about itself ("about"), or as it ends ("stop"); None if none runs.

    After "stop" it waits until the worker takes no more calls.
    """
    broker = resident_broker()
    if broker is None:
        return None
    told = _asked(broker, settings, operation)
    deadline = time.monotonic() + STOP_S
    while told and operation == "stop" and time.monotonic() < deadline and _asked(broker, settings, "about"):
        time.sleep(LOOK_S)
    return told


def start(settings: Settings, idle_s: float) -> dict[str, Any]:
    """Start the worker unless it runs; return what it says about itself. This process must not be sealed.

    Raises:
        UsageError: if the path of its socket is too long.
        AnalyzerError: if it does not start.
    """
    settings.keys_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = settings.keys_dir.absolute() / WORKER_SOCKET
    if len(str(path).encode()) > LONGEST_PATH:
        raise UsageError(f"{path} is longer than {LONGEST_PATH} bytes, which no socket may be; set a shorter keys_dir")
    if (about := _about(settings)) is not None:
        return about
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    arguments = [
        str(path), str(settings.models_dir), str(idle_s), settings.embedding_model, settings.answering_model,
        str(settings.context_tokens), str(settings.threads),
    ]  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-I", "-c", _CODE, str(_PACKAGES), *arguments], env=environment, cwd="/",
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    deadline = time.monotonic() + START_S
    while process.poll() is None and time.monotonic() < deadline:
        if (about := _about(settings)) is not None:
            return about
        time.sleep(LOOK_S)
    process.kill()
    raise AnalyzerError("the resident worker did not start; analyzer offline status says whether the seal holds here")


def _about(settings: Settings) -> dict[str, Any] | None:
    address = resident_address(settings.keys_dir)
    if address is None:
        return None
    broker = ServerBroker(address, RESIDENT)
    try:
        return _asked(broker, settings, "about")
    finally:
        broker.close()


def _asked(broker: ServerBroker, settings: Settings, operation: str) -> dict[str, Any] | None:
    try:
        answer = ResidentClient(broker.connect, settings.models_dir).value(operation)
    except (OSError, ModelError):
        return None
    return dict(answer)
