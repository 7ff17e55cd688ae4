"""HTTP with a model server on this machine: JSON in and out, bounded in size and time; redirects are errors.

It opens no connection itself: the caller passes a function that does, because the process may be sealed. No proxy, no
environment variable and no redirect is followed. What the server says is never part of an error message, because it
may repeat a comment.
"""

import http.client
import io
import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol

from analyzer.errors import ModelError
from analyzer.models.server_address import ServerAddress

LONGEST_RESPONSE = 4 << 20
"""Bytes of a response with its headers; lists of models and chat templates are the longest."""
LOOK_UP_S = 15.0
"""Longest time of a question about the server itself."""
ANSWER_S = 600.0
"""Longest time of an answer: a model of 70 billion parameters without a graphics card loads in minutes and writes about
one token a second."""


class Stream(Protocol):
    """A connected stream socket."""

    def sendall(self, data: bytes, /) -> None:
        """Send all bytes."""

    def recv_into(self, buffer: Any, /) -> int:
        """Receive into a buffer; return the number of bytes, 0 at the end."""

    def settimeout(self, seconds: float, /) -> None:
        """Set the timeout of each operation."""

    def close(self) -> None:
        """Close the connection."""


class ServerClient:
    """Requests to one server; a new connection for each."""

    def __init__(self, address: ServerAddress, connect: Callable[[], Stream]) -> None:
        """Take the address, for the Host header and messages, and a function that opens a connection to it."""
        self.address = address
        self._connect = connect

    def get(self, path: str) -> Any:
        """Return the JSON of a response to GET; None if the server has no such path (404, 405, 501).

        Raises:
            ModelError: if the server cannot be reached or answers with anything else.
        """
        with self._response("GET", path, None, LOOK_UP_S) as response:
            if response.status in (404, 405, 501):
                return None
            self._check(response)
            return self._parsed(response.read())

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """Return the JSON of a response to POST.

        Raises:
            ModelError: if the server cannot be reached or answers with anything but JSON.
        """
        with self._response("POST", path, body, ANSWER_S) as response:
            self._check(response)
            return self._parsed(response.read())

    def stream(self, path: str, body: Mapping[str, Any]) -> Iterator[Any]:
        """Yield the JSON values of a response to POST as they come: one a line, or the data of server-sent events.

        Closing the iterator closes the connection, at which the servers stop writing.

        Raises:
            ModelError: as post.
        """
        with self._response("POST", path, body, ANSWER_S) as response:
            self._check(response)
            for line in response:
                text = line.strip().removeprefix(b"data:").strip()
                if text == b"[DONE]":
                    return
                if text and not text.startswith((b":", b"event:", b"id:")):
                    yield self._parsed(text)

    @contextmanager
    def _response(
        self, method: str, path: str, body: Mapping[str, Any] | None, longest_s: float
    ) -> Iterator[http.client.HTTPResponse]:
        raw = self._connect()
        connection = http.client.HTTPConnection("localhost")
        connection.sock = _Bounded(raw, time.monotonic() + longest_s)
        headers = {"Host": self.address.host_header, "Connection": "close", "Accept": "application/json"}
        try:
            data = None if body is None else json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
            if data is not None:
                headers["Content-Type"] = "application/json"
            connection.request(method, path, body=data, headers=headers)
            yield connection.getresponse()
        except TimeoutError as error:
            raise self._error(f"took longer than {longest_s:.0f} s") from error
        except _TooLongError as error:
            raise self._error(f"sent more than {LONGEST_RESPONSE >> 20} MB") from error
        except (OSError, http.client.HTTPException) as error:
            raise self._error("ended the connection before its answer was complete") from error
        finally:
            raw.close()

    def _check(self, response: http.client.HTTPResponse) -> None:
        if 300 <= response.status < 400:
            raise self._error("wants to send the request elsewhere, which is refused")
        if response.status != http.client.OK:
            raise self._error(f"answered with status {response.status}; see its own log")

    def _parsed(self, text: bytes) -> Any:
        try:
            return json.loads(text)
        except (ValueError, RecursionError) as error:
            raise self._error("answered with something other than JSON; check the address and the dialect") from error

    def _error(self, what: str) -> ModelError:
        return ModelError(f"the model server {self.address} {what}")


class _TooLongError(Exception):
    """The response is longer than LONGEST_RESPONSE."""


class _Bounded(io.RawIOBase):
    """The socket of an HTTPConnection: limits the time of all operations and the bytes received together."""

    def __init__(self, raw: Stream, deadline: float) -> None:
        self._raw, self._deadline, self._left = raw, deadline, LONGEST_RESPONSE

    def sendall(self, data: bytes) -> None:
        self._raw.settimeout(self._seconds())
        self._raw.sendall(data)

    def makefile(self, *_: object) -> io.BufferedReader:
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._raw.settimeout(self._seconds())
        count = self._raw.recv_into(buffer)
        self._left -= count
        if self._left < 0:
            raise _TooLongError
        return count

    def close(self) -> None:
        """Do nothing: the client closes the connection at the end of the exchange."""

    def _seconds(self) -> float:
        seconds = self._deadline - time.monotonic()
        if seconds <= 0:
            raise TimeoutError
        return seconds
