"""Read Chromium's own network log (--log-net-log): every look-up and connection, by pages and by the browser itself.

Format: net/log in the Chromium sources; names of event types are in the file's own `constants`.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TARGETS = {
    "HOST_RESOLVER_MANAGER_REQUEST": "host",
    "URL_REQUEST_START_JOB": "url",
    "TCP_CONNECT_ATTEMPT": "address",
    "UDP_CONNECT": "address",
    "UDP_BYTES_SENT": "address",
}
"""Event types with a target, and the parameter that names it."""
ELSEWHERE = "127.7.255.254"
"""The loopback address that every other host is mapped to if the browser is contained."""
LOOPBACK = re.compile(r"^(?:\w+://)?(?:127\.\d+\.\d+\.\d+|localhost|\[?::1\]?)(?::\d+)?(?:[/?#]|$)")
LOCAL_SCHEMES = ("data:", "blob:", "about:", "chrome:", "chrome-extension:", "devtools:")


@dataclass(frozen=True, slots=True)
class NetEvent:
    """One target that the browser contacted.

    Attributes:
        kind: the event's type.
        target: the URL, host, or address and port.
        is_pages: whether a page asked for it, not the browser itself.
    """

    kind: str
    target: str
    is_pages: bool

    @property
    def leaves(self) -> bool:
        """Return whether the target is another machine."""
        return ELSEWHERE in self.target or (
            not LOOPBACK.match(self.target) and not self.target.startswith(LOCAL_SCHEMES)
        )


def read_netlog(file: Path) -> tuple[NetEvent, ...]:
    """Read a finished log.

    Raises:
        OSError: if the file is missing.
        ValueError: if it is incomplete, because the browser was killed.
    """
    log = json.loads(file.read_text(encoding="utf-8"))
    names = {number: name for name, number in log["constants"]["logEventTypes"].items()}
    found = []
    for event in log["events"]:
        kind = names.get(event["type"], "")
        parameters = event.get("params") or {}
        if kind in TARGETS and parameters.get(TARGETS[kind]):
            found.append(NetEvent(kind, str(parameters[TARGETS[kind]]), _is_pages(parameters)))
    return tuple(found)


def _is_pages(parameters: dict[str, Any]) -> bool:
    asked_by = [str(parameters.get(key, "")) for key in ("initiator", "network_anonymization_key")]
    return any(f"//{host}" in name for name in asked_by for host in ("127.", "localhost", "[::1]"))
