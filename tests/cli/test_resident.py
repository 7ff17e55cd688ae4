"""The resident worker: the same vectors and words as in the process, fallback when it dies, strangers get nothing."""

import json
import os
import signal
import socket
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from analyzer.cli.resident import resident_process
from analyzer.cli.resident.resident_process import ResidentWorker
from analyzer.errors import ModelError
from analyzer.models.fair_lock import FairLock
from analyzer.models.families import UNKNOWN
from analyzer.models.llm import Message
from analyzer.models.resident import ResidentAnswering, ResidentClient, ResidentEmbedder
from analyzer.models.server_address import resident_address

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the broker of the resident worker is Linux's")
WAIT_S = 60.0
PROMPT = [Message("system", "You answer."), Message("user", "Is the sofa good?")]


class Model:
    """Stands for both models."""

    name, dimension, gives_probabilities, family = "m", 3, True, UNKNOWN

    def __init__(self):
        self.lock, self.calls, self.dies = FairLock(), [], None

    def embed(self, texts):
        self.calls.append("embed")
        return np.array([[len(text), 1, 0.1] for text in texts], dtype=np.float32).reshape(len(texts), 3)

    embed_queries = embed

    def embed_one(self, text):
        return self.embed([text])[0]

    def knows(self, word):
        return word == "sofa"

    def complete(self, messages, grammar, max_tokens, on_text=None):
        if messages[-1].content == "too long":
            raise ModelError("the question and its evidence exceed the context window")
        for piece in ("People ", "like ", "ihn é"):
            if self.dies and piece == "like ":
                self.dies()
            if on_text:
                on_text(piece)
        return "People like ihn é"

    def prefers(self, messages, yes="Yes", no="No"):
        return 1.25 if yes == "Yes" else -1.25


class Models:
    """Stands for the loaded models of a folder."""

    def __init__(self, model):
        self.model = model

    def fingerprint(self, name):
        return "f1"

    def is_present(self, name):
        return True

    def embedder(self, name):
        return self.model

    def answering(self, name, context_tokens, threads):
        return self.model


class Served:
    """A resident worker in a thread, over a real socket."""

    def __init__(self, folder):
        self.model, self.path = Model(), folder / "s"
        self.worker = ResidentWorker(folder, 60.0)
        self.worker._models = Models(self.model)
        self.listener = resident_process._listening(self.path)
        self.thread = threading.Thread(target=self.worker.serve, args=(self.listener,))
        self.thread.start()
        self.client = ResidentClient(self.connect, folder)

    def connect(self):
        one = socket.socket(socket.AF_UNIX)
        try:
            one.connect(str(self.path))
        except OSError:
            one.close()
            raise
        return one

    def close(self):
        if not self.worker._is_stopped:
            with suppress(OSError):
                self.client.value("stop")
        self.thread.join(WAIT_S)
        self.listener.close()


@pytest.fixture
def served(tmp_path):
    one = Served(tmp_path)
    yield one
    one.close()


def embedder(served, own=None):
    return ResidentEmbedder(served.client, "m", "f1", lambda: own or Model())


def answering(served, own=None):
    asked = {"model": "m", "fingerprint": "f1", "context_tokens": 512, "threads": 1}
    return ResidentAnswering(served.client, asked, UNKNOWN, lambda: own or Model())


def test_an_embedder_in_the_worker_is_as_one_in_the_process(served):
    here, there = Model(), embedder(served)
    for texts in (["a", "bé\ud800"], []):
        assert there.embed(texts).tobytes() == here.embed(texts).tobytes()
        assert there.embed(texts).shape == (len(texts), 3)
    assert there.embed_one("abc").shape == (3,)
    assert (there.dimension, there.knows("sofa"), there.knows("x")) == (3, True, False)


def test_an_answering_model_in_the_worker_writes_and_streams_the_same(served):
    pieces, model = [], answering(served)
    assert model.complete(PROMPT, "root ::= .*", 8, pieces.append) == "".join(pieces) == "People like ihn é"
    assert (model.prefers(PROMPT), model.prefers(PROMPT, "No", "Yes")) == (1.25, -1.25)
    with pytest.raises(ModelError, match="context window"):
        model.complete([Message("user", "too long")], "", 8)


def test_stopping_what_is_written_stops_the_worker(served):
    def stop(_):
        raise InterruptedError("enough")

    model = answering(served)
    with pytest.raises(InterruptedError):
        model.complete(PROMPT, "", 8, stop)
    deadline = time.monotonic() + WAIT_S
    while served.worker._running and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not served.worker._running


def test_when_the_worker_is_gone_the_model_of_this_process_is_used_from_then_on(served):
    own = Model()
    first, second = embedder(served, own), answering(served, own)
    served.close()
    assert first.embed(["a"]).shape == (1, 3)
    assert second.complete(PROMPT, "", 8) == "People like ihn é"
    assert own.calls == ["embed"]


def test_a_worker_that_dies_in_the_middle_of_a_call_costs_the_call_nothing(served):
    killed, own, pieces = [], Model(), []

    def die():
        killed.append(True)
        raise ConnectionResetError

    served.model.dies = die
    assert answering(served, own).complete(PROMPT, "", 8, pieces.append) == "People like ihn é"
    assert killed
    assert "".join(pieces).endswith("People like ihn é")


def test_another_file_or_another_folder_is_not_used(served, tmp_path):
    with pytest.raises(ModelError, match="another file"):
        ResidentEmbedder(served.client, "m", "f2", Model)
    with pytest.raises(ModelError, match="another folder"):
        ResidentEmbedder(ResidentClient(served.connect, tmp_path / "other"), "m", "f1", Model)


def test_another_user_is_sent_nothing(served, monkeypatch):
    assert oct(served.path.stat().st_mode & 0o777) == "0o600"
    monkeypatch.setattr(resident_process, "peer_user", lambda _: os.getuid() + 1)
    with pytest.raises(OSError):  # noqa: PT011 - the pipe breaks before or after the request was sent
        served.client.value("about")
    monkeypatch.undo()
    assert served.client.value("about")["models"] == []


@pytest.mark.parametrize("request_text", [b"[]", b"{}", b"not json", b'{"operation": "embed", "models_dir": 1}'])
def test_a_damaged_request_is_answered_and_the_worker_stays(served, request_text):
    with served.connect() as one:
        one.sendall(len(request_text).to_bytes(4, "big") + request_text)
        assert one.recv(1) == b"e"
    assert served.client.value("about")


def test_after_a_stop_nobody_is_answered(served):
    assert served.client.value("stop")
    with served.connect() as one, suppress(OSError):
        one.settimeout(1)
        request = b'{"operation": "about"}'
        one.sendall(len(request).to_bytes(4, "big") + request)
        assert one.recv(1) == b""


def test_without_calls_it_ends(tmp_path):
    worker = ResidentWorker(tmp_path, 0.2)
    with resident_process._listening(tmp_path / "s") as listener:
        worker.serve(listener)  # returns


@pytest.mark.long(30)
def test_commands_use_it_while_it_runs_and_find_the_same(real_workspace):
    def told(*arguments):
        done = real_workspace.run(*arguments, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    alone = told("search", "late delivery")
    process = told("worker", "start", "--idle", "5")["process"]
    keys_dir = Path(real_workspace.environ["ANALYZER_KEYS_DIR"])
    try:
        status = Path(f"/proc/{process}/status").read_text()
        assert "\nSeccomp:\t2\n" in status
        assert told("worker", "start")["process"] == process
        assert told("search", "late delivery") == alone
        assert "all-MiniLM-L6-v2" in told("worker", "status")["models"]
        os.kill(process, signal.SIGKILL)
        assert resident_address(keys_dir)  # the socket is left, and nobody listens
        assert told("search", "late delivery") == alone
        assert told("worker", "status") == {"runs": False}
        again = told("worker", "start")["process"]
        assert again != process
    finally:
        told("worker", "stop")
    assert told("worker", "status") == {"runs": False}
