"""A scripted model server on loopback or a Unix socket that speaks one of the dialects, and can misbehave."""

import json
import socket
import socketserver
import threading
import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path

from analyzer.errors import ModelError

OPENAI = ("vllm", "llama-cpp-python")
LOGPROBS = [{"token": "Yes", "logprob": -0.25}, {"token": "No", "logprob": -1.5}, {"token": " maybe", "logprob": -4.0}]


class ModelServer:
    """Serves in a thread; a context manager.

    Attributes:
        says: the pieces of its output.
        fails: "", or how it misbehaves: gone, garbage, huge, slow, redirect, refuses.
        logprobs: the tokens it lists; None if it gives none.
        asked: path and body of each request.
    """

    def __init__(self, dialect, path="", says=("People ", "like ", "the sofa."), fails="", logprobs=LOGPROBS):
        self.dialect, self.says, self.fails, self.logprobs = dialect, list(says), fails, logprobs
        self.models = [{"name": "small:1b", "digest": "sha256:ab12"}]
        self.asked = []
        owner = self

        class Handler(_Handler):
            server_of = owner

        if path:
            Path(path).unlink(missing_ok=True)
            self._server = _UnixServer(str(path), Handler)
            self.address = f"unix:{path}"
        else:
            self._server = _TcpServer(("127.0.0.1", 0), Handler)
            self.address = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def connect(self):
        """Return a connection without a broker; raise what a broker raises if there is none."""
        is_unix = self.address.startswith("unix:")
        one = socket.socket(socket.AF_UNIX if is_unix else socket.AF_INET)
        try:
            one.connect(self.address.removeprefix("unix:") if is_unix else self._server.server_address)
        except OSError as error:
            one.close()
            raise ModelError(f"{self.address} cannot be reached") from error
        return one

    def bodies(self, path):
        """Return the bodies of the requests to a path."""
        return [body for asked, body in self.asked if asked == path]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()


class _TcpServer(socketserver.ThreadingTCPServer):
    def handle_error(self, *_):
        """Say nothing of clients that are gone."""


class _UnixServer(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    def handle_error(self, *_):
        """Say nothing of clients that are gone."""

    def get_request(self):
        request, _ = super().get_request()
        return request, ("unix", 0)


class _Handler(BaseHTTPRequestHandler):
    server_of: ModelServer
    protocol_version = "HTTP/1.0"

    def log_message(self, *_):
        """Say nothing."""

    def do_GET(self):
        self.server_of.asked.append((self.path, None))
        found = {
            ("llama-server", "/props"): {
                "default_generation_settings": {}, "model_path": "/models/small-1b.gguf", "build_info": "b1",
            },
            ("llama-server", "/v1/models"): {"data": [{"id": "x", "meta": {"n_params": 10, "size": 5}}]},
            ("vllm", "/v1/models"): {"data": [{"id": "small-1b", "owned_by": "vllm", "root": "org/small-1b"}]},
            ("llama-cpp-python", "/v1/models"): {"data": [{"id": "/models/small-1b.gguf", "owned_by": "me"}]},
            ("vllm", "/version"): {"version": "0.12.0"},
            ("ollama", "/api/tags"): {"models": self.server_of.models},
        }.get((self.server_of.dialect, self.path))  # fmt: skip
        if self.server_of.fails == "redirect":
            self.send_response(307)
            self.send_header("Location", "http://203.0.113.9/elsewhere")
            self.end_headers()
        elif found is None:
            self.send_error(404)
        else:
            self._send(json.dumps(found).encode())

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server_of.asked.append((self.path, body))
        if self.path == "/apply-template":
            turns = "".join(f"[{turn['role']}]{turn['content']}" for turn in body["messages"])
            return self._send(json.dumps({"prompt": turns}).encode())
        if self.server_of.fails == "refuses":
            return self.send_error(400, "the prompt said: a comment of a customer")
        if self.server_of.fails == "garbage":
            return self._send(b"<html>it works!</html>")
        self.send_response(200)
        self.end_headers()
        if not body.get("stream"):
            return self.wfile.write(json.dumps(self._first_token()).encode())
        return self._stream()

    def _stream(self):
        owner = self.server_of
        for number, piece in enumerate(owner.says):
            if owner.fails == "gone" and number == 1:
                return
            if owner.fails == "slow":
                time.sleep(3)
            self._event(self._piece(piece, is_last=False))
        while owner.fails == "huge":
            self._event(self._piece("again and " * 1_000, is_last=False))
        self._event(self._piece("", is_last=True))

    def _event(self, value):
        line = json.dumps(value).encode()
        self.wfile.write(line + b"\n" if self.server_of.dialect == "ollama" else b"data: " + line + b"\n\n")
        self.wfile.flush()

    def _piece(self, text, is_last):
        if self.server_of.dialect == "llama-server":
            return {"content": text, "stop": is_last}
        if self.server_of.dialect in OPENAI:
            return {"choices": [{"delta": {"content": text}, "finish_reason": "stop" if is_last else None}]}
        return {"message": {"content": text}, "done": is_last}

    def _first_token(self):
        text, top = "".join(self.server_of.says), self.server_of.logprobs
        if self.server_of.dialect == "llama-server":
            return {"content": text} | ({"completion_probabilities": [{"top_logprobs": top}]} if top else {})
        if self.server_of.dialect in OPENAI:
            logprobs = {"content": [{"top_logprobs": top}]} if top else None
            return {"choices": [{"message": {"content": text}, "logprobs": logprobs}]}
        return {"message": {"content": text}, "done": True} | ({"logprobs": [{"top_logprobs": top}]} if top else {})

    def _send(self, data):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(data)
