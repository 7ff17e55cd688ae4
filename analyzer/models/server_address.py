"""Addresses of the one other program that a sealed process may talk to: a model server, or a cluster's scheduler.

A model server is on this machine. A scheduler may be on another one, over TLS. Opens nothing and looks no name up.
"""

import re
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from analyzer.errors import UsageError

LONGEST_PATH = 107
"""Length of `sun_path` in bytes without its closing zero (unix(7))."""
WORKER_SOCKET = "worker.sock"
_HTTP = re.compile(r"http://(127\.0\.0\.1|\[::1\]):([1-9][0-9]{0,4})/?")
_SCHEDULER = re.compile(r"(tcp|tls)://([0-9.]+|\[[0-9A-Fa-f:.]+\]):([1-9][0-9]{0,4})")
_SCHEDULER_REMEDY = "write tls://ADDRESS:PORT, on this machine also tcp://127.0.0.1:PORT or unix:/path/of/the.sock"
_REMEDY = "write unix:/path/of/the.sock, http://127.0.0.1:PORT or http://[::1]:PORT"


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """One destination.

    Attributes:
        path: absolute path of a Unix socket; empty for a port.
        host: a numeric address, IPv6 in brackets; of a model server "127.0.0.1" or "[::1]"; empty for a Unix socket.
        port: 1 to 65535; 0 for a Unix socket.
        scheme: http, or of a scheduler tcp or tls; not used for a Unix socket.
    """

    path: str = ""
    host: str = ""
    port: int = 0
    scheme: str = "http"

    def __str__(self) -> str:
        """Return the address as it is written in the settings."""
        return f"unix:{self.path}" if self.path else f"{self.scheme}://{self.host}:{self.port}"

    @property
    def is_here(self) -> bool:
        """Whether it is on this machine."""
        return bool(self.path) or ip_address(self.host.strip("[]")).is_loopback

    @property
    def host_header(self) -> str:
        """Value of the Host header of a request."""
        return "localhost" if self.path else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class ServerSetting:
    """A model server, as the setting answering_server describes it: ADDRESS [DIALECT [MODEL]].

    Attributes:
        address: where it is.
        dialect: llama-server, vllm or ollama; empty: asked of the server.
        model: name of the model on the server; empty: the only one that it has.
    """

    address: ServerAddress
    dialect: str = ""
    model: str = ""

    def __str__(self) -> str:
        """Return the text of the setting."""
        return " ".join(part for part in (str(self.address), self.dialect, self.model) if part)


def parse_server(text: str) -> ServerSetting:
    """Return the server that a setting describes.

    Raises:
        UsageError: if the address is not on this machine, or there are more than three words.
    """
    words = text.split()
    if not 1 <= len(words) <= 3:
        raise UsageError(f"server {text!r}: write ADDRESS, ADDRESS DIALECT or ADDRESS DIALECT MODEL")
    return ServerSetting(parse_address(words[0]), *words[1:])


def parse_address(text: str) -> ServerAddress:
    """Return an address of this machine.

    Raises:
        UsageError: if it is another machine, a name (localhost too, because names are looked up), or has a path.
    """
    if text.startswith("unix:"):
        return _unix(text, _REMEDY)
    found = _HTTP.fullmatch(text)
    if not found or int(found[2]) > 65_535:
        raise UsageError(f"server {text!r} is not an address of this machine; {_REMEDY}")
    return ServerAddress(host=found[1], port=int(found[2]))


def parse_scheduler(text: str) -> ServerAddress:
    """Return the address of a cluster's scheduler.

    Raises:
        UsageError: if it is a name (names would be looked up), or another machine without TLS.
    """
    if text.startswith("unix:"):
        return _unix(text, _SCHEDULER_REMEDY)
    found = _SCHEDULER.fullmatch(text)
    if not found or int(found[3]) > 65_535 or not _is_numeric(found[2].strip("[]")):
        raise UsageError(f"scheduler {text!r} is not a numeric address with a port; {_SCHEDULER_REMEDY}")
    address = ServerAddress(host=found[2], port=int(found[3]), scheme=found[1])
    if address.scheme == "tcp" and not address.is_here:
        raise UsageError(f"scheduler {text!r} is another machine: raw comments travel there by TLS only; write tls://")
    return address


def resident_address(folder: Path) -> ServerAddress | None:
    """Return the address of the resident worker whose socket is in a folder; None if there is none.

    Args:
        folder: the user's folder of keys, which no other account can write to.
    """
    path = folder.absolute() / WORKER_SOCKET
    return ServerAddress(path=str(path)) if path.is_socket() and len(str(path).encode()) <= LONGEST_PATH else None


def parse_destination(text: str) -> ServerAddress:
    """Return the address of a model server or a scheduler from its text.

    Raises:
        UsageError: if it is neither.
    """
    return parse_scheduler(text) if text.startswith(("tcp:", "tls:")) else parse_address(text)


def _unix(text: str, remedy: str) -> ServerAddress:
    path = text.removeprefix("unix:")
    is_usable = path.startswith("/") and re.fullmatch(r"[^\s\0]+", path) and len(path.encode()) <= LONGEST_PATH
    if not is_usable:
        raise UsageError(
            f"server {text!r}: the path must be absolute, without spaces, at most {LONGEST_PATH} bytes; {remedy}"
        )
    return ServerAddress(path=path)


def _is_numeric(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
