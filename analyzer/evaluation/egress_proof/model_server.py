"""A scripted model server for the proof: speaks the dialect of llama-server on a Unix socket and always says the same.

    python -m analyzer.evaluation.egress_proof.model_server /path/of/the.sock

It stands in for a server that a person runs: another program, not sealed, and not part of what is proven.
"""

import json
import socketserver
import sys
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

SENTENCE = "People complain about late delivery of their orders."
_TOP = [{"token": "Yes", "logprob": -0.2}, {"token": "No", "logprob": -1.8}]


class Handler(BaseHTTPRequestHandler):
    """Answers every request."""

    def log_message(self, *_: object) -> None:
        """Log nothing."""

    def do_GET(self) -> None:
        """Describe the server or the model."""
        props = {"default_generation_settings": {}, "model_path": "scripted.gguf", "build_info": "proof"}
        self._send({"/props": props, "/v1/models": {"data": []}}.get(self.path, {}))

    def do_POST(self) -> None:
        """Return the prompt, the first token, or the sentence in two pieces."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == "/apply-template":
            self._send({"prompt": json.dumps(body["messages"])})
        elif body.get("n_probs"):
            self._send({"content": "Yes", "completion_probabilities": [{"top_logprobs": _TOP}]})
        else:
            middle = len(SENTENCE) // 2
            pieces: list[dict[str, Any]] = [
                {"content": SENTENCE[:middle]},
                {"content": SENTENCE[middle:], "stop": True},
            ]
            self._send_bytes(b"".join(b"data: " + json.dumps(piece).encode() + b"\n\n" for piece in pieces))

    def _send(self, value: Any) -> None:
        self._send_bytes(json.dumps(value).encode())

    def _send_bytes(self, data: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


class Server(socketserver.UnixStreamServer):
    """A server on a Unix socket, whose peers have no address."""

    def get_request(self) -> tuple[Any, Any]:
        """Return a connection with an address for the handler."""
        request, _ = super().get_request()
        return request, ("unix", 0)


def main(arguments: list[str]) -> int:
    """Serve on a path until killed; print "ready" when it does."""
    Path(arguments[0]).unlink(missing_ok=True)
    with Server(arguments[0], Handler) as server:
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        server.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
