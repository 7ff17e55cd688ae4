"""Models in the resident worker of this account: the same interfaces as models in this process.

Each call is one connection: a request in JSON, answered by frames of text, numbers or vectors. Nothing is pickled. If
the worker does not answer, the model is loaded in this process and used from then on; the results are the same. Opens
no connection itself: the caller passes a function that does, because the process is sealed.
"""

import json
import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from analyzer.errors import ModelError
from analyzer.models.embedder import Embeds, Vectors
from analyzer.models.fair_lock import FairLock
from analyzer.models.families import Family
from analyzer.models.llm import Answers, Message, OnText

TEXT, VALUE, VECTORS, FAILED = b"t", b"v", b"f", b"e"
"""Kinds of frames: a piece of output, a value as JSON, vectors (rows and columns, then float32), a message."""
FRAME, SHAPE, LENGTH = struct.Struct("!cI"), struct.Struct("!II"), struct.Struct("!I")
LONGEST = 1 << 28
"""Bytes of a request or a frame."""
ANSWER_S = 600.0


class Connection(Protocol):
    """A connected stream socket."""

    def sendall(self, data: bytes, /) -> None:
        """Send all bytes."""

    def recv(self, size: int, /) -> bytes:
        """Return up to so many bytes, none at the end."""

    def settimeout(self, seconds: float, /) -> None:
        """Set the timeout of each operation."""

    def close(self) -> None:
        """Close the connection."""


class ResidentClient:
    """Calls to the resident worker."""

    def __init__(self, connect: Callable[[], Connection], models_dir: Path) -> None:
        """Take a function that opens a connection, and the folder of the models, which has to be the worker's too."""
        self._connect, self._models_dir = connect, str(models_dir.resolve())

    def call(self, operation: str, **arguments: Any) -> Iterator[tuple[bytes, bytes]]:
        """Yield the frames of an answer.

        Raises:
            ModelError: if the worker says that the call failed.
            OSError: if it cannot be reached, or ends before its answer is complete.
        """
        try:
            connection = self._connect()
        except ModelError as error:
            raise ConnectionError(str(error)) from error
        try:
            connection.settimeout(ANSWER_S)
            request = json.dumps({"operation": operation, "models_dir": self._models_dir, **arguments}).encode()
            connection.sendall(LENGTH.pack(len(request)) + request)
            while True:
                kind, length = FRAME.unpack(read_exactly(connection, FRAME.size))
                content = read_exactly(connection, length)
                if kind == FAILED:
                    raise ModelError(content.decode("utf-8", "replace"))
                yield kind, content
                if kind != TEXT:
                    return
        finally:
            connection.close()

    def value(self, operation: str, **arguments: Any) -> Any:
        """Return the value or vectors that a call ends with."""
        for kind, content in self.call(operation, **arguments):
            if kind == VALUE:
                return json.loads(content)
            if kind == VECTORS:
                return _vectors(content)
        raise ConnectionError("no value")


class ResidentEmbedder:
    """An embedding model in the resident worker (protocol Embeds)."""

    def __init__(self, client: ResidentClient, name: str, fingerprint: str, load: Callable[[], Embeds]) -> None:
        """Take the model and the function that loads it in this process instead.

        Raises:
            OSError, ModelError: if the worker cannot be reached, or has another file.
        """
        self._client, self._asked, self._load = client, {"model": name, "fingerprint": fingerprint}, load
        self._own: Embeds | None = None
        self.name, self.dimension = name, int(client.value("dimension", **self._asked))

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return float32[n, dimension], rows of unit length."""
        return self._vectors("embed", texts)

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Return float32[n, dimension], rows of unit length."""
        return self._vectors("embed_queries", texts)

    def embed_one(self, text: str) -> Vectors:
        """Return float32[dimension], of unit length."""
        return self._vectors("embed_one", text)

    def knows(self, word: str) -> bool:
        """Return whether a word is a single token of the model."""
        return bool(self._result("knows", word))

    def _vectors(self, operation: str, given: object) -> Vectors:
        found: Vectors = self._result(operation, given)
        return found

    def _result(self, operation: str, given: object) -> Any:
        if self._own is None:
            with suppress(OSError):
                return self._client.value(operation, given=given, **self._asked)
            self._own = self._load()
        return getattr(self._own, operation)(given)


class ResidentAnswering:
    """An answering model in the resident worker (protocol Answers)."""

    gives_probabilities = True

    def __init__(
        self, client: ResidentClient, asked: Mapping[str, Any], family: Family, load: Callable[[], Answers]
    ) -> None:
        """Take the model and the function that loads it in this process instead.

        Args:
            client: calls the worker.
            asked: name, fingerprint, context tokens and threads of the model.
            family: family of the model.
            load: loads it in this process.

        Raises:
            OSError, ModelError: if the worker cannot be reached, or has another file.
        """
        self.lock, self.family = FairLock(), family
        self._client, self._asked, self._load = client, dict(asked), load
        self._own: Answers | None = None
        client.value("has", **self._asked)

    def complete(
        self, messages: Sequence[Message], grammar: str, max_tokens: int, on_text: OnText | None = None
    ) -> str:
        """Return the output of the model under a GBNF grammar, at temperature 0.

        Raises:
            ModelError: if the prompt does not fit the context window.
        """
        if self._own is None:
            with suppress(OSError), self.lock.turn():
                return self._completed(messages, grammar, max_tokens, on_text)
            self._own = self._load()
        return self._own.complete(messages, grammar, max_tokens, on_text)

    def _completed(self, messages: Sequence[Message], grammar: str, max_tokens: int, on_text: OnText | None) -> str:
        turns = [[message.role, message.content] for message in messages]
        arguments = {"messages": turns, "grammar": grammar, "max_tokens": max_tokens}
        for kind, content in self._client.call("complete", **arguments, **self._asked):
            if kind == VALUE:
                return str(json.loads(content))
            if on_text:
                on_text(content.decode("utf-8", "replace"))
        raise ConnectionError("no value")

    def prefers(self, messages: Sequence[Message], yes: str = "Yes", no: str = "No") -> float:
        """Return the logit of one word minus the logit of another as the first word of the turn of the model.

        Raises:
            ModelError: if the prompt does not fit the context window.
        """
        if self._own is None:
            turns = [[message.role, message.content] for message in messages]
            with suppress(OSError), self.lock.turn():
                return float(self._client.value("prefers", messages=turns, yes=yes, no=no, **self._asked))
            self._own = self._load()
        return self._own.prefers(messages, yes, no)


def read_exactly(connection: Connection, length: int) -> bytes:
    """Return so many bytes.

    Raises:
        OSError: if the other side ends before, or the length is beyond LONGEST.
    """
    if length > LONGEST:
        raise ConnectionError("too long")
    parts = []
    while length:
        part = connection.recv(min(length, 1 << 20))
        if not part:
            raise ConnectionError("the other side has ended")
        parts.append(part)
        length -= len(part)
    return b"".join(parts)


def vector_frame(vectors: Vectors) -> bytes:
    """Return the content of a frame of vectors; one of no rows and n columns is a single vector."""
    rows, columns = (0, len(vectors)) if vectors.ndim == 1 else vectors.shape
    return SHAPE.pack(rows, columns) + np.ascontiguousarray(vectors, dtype="<f4").tobytes()


def _vectors(content: bytes) -> Vectors:
    rows, columns = SHAPE.unpack_from(content)
    flat = np.frombuffer(content, dtype="<f4", offset=SHAPE.size).astype(np.float32)
    return flat if not rows and len(flat) else flat.reshape(rows, columns)
