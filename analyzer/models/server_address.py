"""The setting of a model server on this machine: its address, its dialect and the model. Opens nothing."""

import re
from dataclasses import dataclass

from analyzer.errors import UsageError

LONGEST_PATH = 107
"""Length of `sun_path` in bytes without its closing zero (unix(7))."""
_HTTP = re.compile(r"http://(127\.0\.0\.1|\[::1\]):([1-9][0-9]{0,4})/?")
_REMEDY = "write unix:/path/of/the.sock, http://127.0.0.1:PORT or http://[::1]:PORT"


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """One destination on this machine.

    Attributes:
        path: absolute path of a Unix socket; empty for a port.
        host: "127.0.0.1" or "[::1]"; empty for a Unix socket.
        port: 1 to 65535; 0 for a Unix socket.
    """

    path: str = ""
    host: str = ""
    port: int = 0

    def __str__(self) -> str:
        """Return the address as it is written in the settings."""
        return f"unix:{self.path}" if self.path else f"http://{self.host}:{self.port}"

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
        path = text.removeprefix("unix:")
        is_usable = path.startswith("/") and re.fullmatch(r"[^\s\0]+", path) and len(path.encode()) <= LONGEST_PATH
        if not is_usable:
            raise UsageError(
                f"server {text!r}: the path must be absolute, without spaces, at most {LONGEST_PATH} bytes; {_REMEDY}"
            )
        return ServerAddress(path=path)
    found = _HTTP.fullmatch(text)
    if not found or int(found[2]) > 65_535:
        raise UsageError(f"server {text!r} is not an address of this machine; {_REMEDY}")
    return ServerAddress(host=found[1], port=int(found[2]))
