"""The resident worker: one process that has the models and embeds and answers for other processes of this account.

It opens its socket, seals itself and then loads models. It has no workspace, no key and no account: who may see what is
decided in the process that asks. It serves processes of its own user alone, keeps no text and writes nothing. Without
calls it ends after a while.
"""

import json
import os
import socket
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from analyzer.errors import AnalyzerError, ModelError
from analyzer.models.embedder import Embeds
from analyzer.models.llm import Answers, Message
from analyzer.models.loaded_models import LoadedModels
from analyzer.models.resident import FAILED, FRAME, LENGTH, TEXT, VALUE, VECTORS, read_exactly, vector_frame
from analyzer.security.sandbox.egress import seal
from analyzer.security.sandbox.peers import peer_user
from analyzer.security.sandbox.process import keep_memory_private
from analyzer.security.sandbox.switches import harden_environment
from analyzer.system import PRIVATE_FILE

STALL_S = 60.0
LOOK_S = 1.0
EMBEDDING = ("dimension", "embed", "embed_queries", "embed_one", "knows")


def main(arguments: list[str]) -> int:
    """Serve until there was no call for the idle time, or a call ends it; return the exit code.

    Args:
        arguments: path of the socket, folder of the models, idle time in seconds, names of the embedding and the
            answering model to load at once, context tokens and threads of the answering model.
    """
    path, models_dir, idle_s = Path(arguments[0]), Path(arguments[1]), float(arguments[2])
    harden_environment()
    keep_memory_private()
    with _listening(path) as listener:
        seal(listener=listener.fileno())
        worker = ResidentWorker(models_dir, idle_s)
        threading.Thread(target=worker.load, args=(*arguments[3:5], *map(int, arguments[5:7])), daemon=True).start()
        try:
            worker.serve(listener)
        finally:
            path.unlink(missing_ok=True)
    return 0


def _listening(path: Path) -> socket.socket:
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    mask = os.umask(0o777 & ~PRIVATE_FILE)
    try:
        listener.bind(str(path))
    finally:
        os.umask(mask)
    listener.listen()
    listener.settimeout(LOOK_S)
    return listener


class ResidentWorker:
    """The models, and the calls for them."""

    def __init__(self, models_dir: Path, idle_s: float) -> None:
        """Take the folder of the models and the seconds without a call after which `serve` returns."""
        self._models, self._folder, self._idle_s = LoadedModels(models_dir), str(models_dir.resolve()), idle_s
        self._used_at, self._running, self._is_stopped = time.monotonic(), 0, False
        self._lock = threading.Lock()
        self._loaded: dict[str, str] = {}

    def load(self, embedding: str, answering: str, context_tokens: int, threads: int) -> None:
        """Load the usual models, as far as they are installed."""
        with suppress(AnalyzerError):
            self._embedder(embedding)
        with suppress(AnalyzerError):
            self._answering({"model": answering, "context_tokens": context_tokens, "threads": threads})

    def serve(self, listener: socket.socket) -> None:
        """Take calls, each in a thread of its own."""
        while not self._is_stopped and (self._running or time.monotonic() - self._used_at < self._idle_s):
            try:
                one, _ = listener.accept()
            except TimeoutError:
                continue
            if self._is_stopped or peer_user(one) != os.getuid():
                one.close()
                continue
            threading.Thread(target=self._take, args=(one,), daemon=True).start()

    def _take(self, one: socket.socket) -> None:
        with self._lock:
            self._running += 1
        try:
            with one, suppress(OSError):
                one.settimeout(STALL_S)
                self._answer(one)
        finally:
            with self._lock:
                self._running -= 1
                self._used_at = time.monotonic()

    def _answer(self, one: socket.socket) -> None:
        (length,) = LENGTH.unpack(read_exactly(one, LENGTH.size))
        try:
            request = json.loads(read_exactly(one, length))
            kind, content = self._result(request, one)
        except AnalyzerError as error:
            kind, content = FAILED, str(error).encode()
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            kind, content = FAILED, f"the resident worker failed with {type(error).__name__}".encode()
        one.sendall(FRAME.pack(kind, len(content)) + content)

    def _result(self, request: Mapping[str, Any], one: socket.socket) -> tuple[bytes, bytes]:
        operation = request["operation"]
        if operation in ("about", "stop"):
            self._is_stopped = self._is_stopped or operation == "stop"
            return _value({"models": sorted(self._loaded), "process": os.getpid(), "idle_s": self._idle_s})
        if request["models_dir"] != self._folder:
            raise ModelError("the resident worker has the models of another folder")
        if operation in EMBEDDING:
            return self._embedded(request, self._embedder(request["model"]))
        return self._written(request, one, self._answering(request))

    def _embedded(self, request: Mapping[str, Any], model: Embeds) -> tuple[bytes, bytes]:
        self._check(request)
        if request["operation"] == "dimension":
            return _value(model.dimension)
        found = getattr(model, request["operation"])(request["given"])
        return _value(found) if request["operation"] == "knows" else (VECTORS, vector_frame(found))

    def _written(self, request: Mapping[str, Any], one: socket.socket, model: Answers) -> tuple[bytes, bytes]:
        self._check(request)
        if request["operation"] == "has":
            return _value(True)
        turns = [Message(str(role), str(content)) for role, content in request["messages"]]
        if request["operation"] == "prefers":
            return _value(model.prefers(turns, request["yes"], request["no"]))

        def send(text: str) -> None:
            content = text.encode("utf-8", "replace")
            one.sendall(FRAME.pack(TEXT, len(content)) + content)  # fails, and stops the model, if nobody waits for it

        return _value(model.complete(turns, request["grammar"], int(request["max_tokens"]), send))

    def _embedder(self, name: str) -> Embeds:
        self._note(name)
        return self._models.embedder(name)

    def _answering(self, request: Mapping[str, Any]) -> Answers:
        self._note(request["model"])
        return self._models.answering(request["model"], int(request["context_tokens"]), int(request["threads"]))

    def _note(self, name: str) -> None:
        """Note the file that a model is loaded from, once: another one that is put there later is not loaded."""
        if name not in self._loaded and self._models.is_present(name):
            self._loaded[name] = self._models.fingerprint(name)

    def _check(self, request: Mapping[str, Any]) -> None:
        if request["fingerprint"] != self._loaded.get(request["model"]):
            raise ModelError("the resident worker has another file of this model")


def _value(value: object) -> tuple[bytes, bytes]:
    return VALUE, json.dumps(value).encode()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
