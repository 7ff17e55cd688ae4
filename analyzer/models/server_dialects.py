"""What each kind of model server is asked and how it answers: llama-server, llama-cpp-python, vLLM, Ollama.

Written from the servers' documentation: llama.cpp tools/server/README.md (/completion, /apply-template, /props), vLLM
0.12 (structured outputs of the OpenAI chat API), Ollama 0.12.11 (/api/chat with log-probabilities); llama-cpp-python
0.3 (its OpenAI chat API with GBNF grammars) was run. Knows nothing of sockets. Every request asks
for temperature 0 and a fixed seed, and llama-server to keep no earlier prompt: a prompt that is evaluated in other
batches is rounded otherwise. The form of an output is checked by whoever asked for it, grammar or not.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from analyzer.errors import ModelError, UsageError
from analyzer.models.llm import SEED, Message
from analyzer.models.server_client import ServerClient

TOP = 20
"""Tokens whose log-probability is asked for; the most that vLLM and Ollama give."""
WORD_TOKENS = 3
"""Tokens of an answer of one word, if the server gives no log-probabilities."""


@dataclass(frozen=True, slots=True)
class ServedModel:
    """A model as a server describes it.

    Attributes:
        name: its name on the server.
        details: what tells one file from another, such as a digest or a size, in the server's words; may be empty.
    """

    name: str
    details: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of a model; the grammar is GBNF and empty for a question about the first token."""

    model: str
    messages: Sequence[Message]
    grammar: str = ""
    max_tokens: int = 1


@dataclass(frozen=True, slots=True)
class FirstToken:
    """The first token of an answer: log-probabilities by token, empty if the server gives none, and the text."""

    top: Mapping[str, float]
    text: str


class ServerDialect(Protocol):
    """The interface of a kind of server."""

    name: str
    obeys_grammar: bool

    def models(self, client: ServerClient) -> list[ServedModel] | None:
        """Return the models that the server has; None if it is a server of another kind."""

    def pieces(self, client: ServerClient, request: Request) -> Iterator[str]:
        """Yield the output of a model piece by piece; raise ModelError if it ends before it is complete."""

    def first_token(self, client: ServerClient, request: Request) -> FirstToken:
        """Return the first token of the answer to a conversation."""


class LlamaServer:
    """llama-server of llama.cpp: one model, GBNF grammars."""

    name = "llama-server"
    obeys_grammar = True

    def models(self, client: ServerClient) -> list[ServedModel] | None:
        """Return the one model; None if it is a server of another kind."""
        props = client.get("/props")
        if not isinstance(props, Mapping) or "default_generation_settings" not in props:
            return None
        path = str(props.get("model_path", ""))
        name = str(props.get("model_alias") or path.replace("\\", "/").rpartition("/")[2] or "unnamed")
        meta = _dig(client.get("/v1/models"), "data", 0, "meta")
        size = f"{meta.get('n_params')} parameters, {meta.get('size')} bytes" if isinstance(meta, Mapping) else ""
        return [ServedModel(name, ", ".join(part for part in (size, f"build {props.get('build_info', '?')}") if part))]

    def pieces(self, client: ServerClient, request: Request) -> Iterator[str]:
        """Yield the output of the model piece by piece."""
        body = self._body(client, request, request.max_tokens) | {"grammar": request.grammar, "stream": True}
        return _pieces(client, "/completion", body, ("content",), lambda value: bool(_dig(value, "stop")))

    def first_token(self, client: ServerClient, request: Request) -> FirstToken:
        """Return the first token of the answer to a conversation."""
        answer = client.post("/completion", self._body(client, request, 1) | {"n_probs": TOP})
        return FirstToken(
            _logprobs(_dig(answer, "completion_probabilities", 0, "top_logprobs")), str(_dig(answer, "content") or "")
        )

    def _body(self, client: ServerClient, request: Request, max_tokens: int) -> dict[str, Any]:
        template = {
            "model": request.model,
            "messages": _turns(request.messages),
            "chat_template_kwargs": {"enable_thinking": False},
        }
        prompt = _dig(client.post("/apply-template", template), "prompt")
        if not isinstance(prompt, str):
            raise ModelError(f"the model server {client.address} has no chat template; start llama-server with --jinja")
        return {
            "model": request.model, "prompt": prompt, "n_predict": max_tokens, "temperature": 0.0, "seed": SEED,
            "cache_prompt": False,
        }  # fmt: skip


class Vllm:
    """vLLM: the chat completions of OpenAI with structured outputs."""

    name = "vllm"
    obeys_grammar = True

    def models(self, client: ServerClient) -> list[ServedModel] | None:
        """Return the models that it serves; None if it is a server of another kind."""
        data = _dig(client.get("/v1/models"), "data")
        served = [one for one in data if _dig(one, "owned_by") == "vllm"] if isinstance(data, list) else []
        if not served:
            return None
        version = f"vLLM {_dig(client.get('/version'), 'version') or '?'}"
        return [
            ServedModel(str(one.get("id")), f"{one.get('root') or one.get('id')}, {version}") for one in served
        ]  # fmt: skip

    def pieces(self, client: ServerClient, request: Request) -> Iterator[str]:
        """Yield the output of the model piece by piece."""
        # guided_grammar is the name of the field before vLLM 0.12; later versions ignore it.
        body = self._body(request, request.max_tokens) | {
            "stream": True, "structured_outputs": {"grammar": request.grammar}, "guided_grammar": request.grammar,
        }  # fmt: skip
        path = ("choices", 0, "delta", "content")
        return _pieces(
            client, "/v1/chat/completions", body, path, lambda value: bool(_dig(value, "choices", 0, "finish_reason"))
        )

    def first_token(self, client: ServerClient, request: Request) -> FirstToken:
        """Return the first token of the answer to a conversation."""
        body = self._body(request, 1) | {"logprobs": True, "top_logprobs": TOP}
        choice = _dig(client.post("/v1/chat/completions", body), "choices", 0)
        top = _logprobs(_dig(choice, "logprobs", "content", 0, "top_logprobs"))
        return FirstToken(top, str(_dig(choice, "message", "content") or ""))

    def _body(self, request: Request, max_tokens: int) -> dict[str, Any]:
        return {
            "model": request.model, "messages": _turns(request.messages), "max_tokens": max_tokens, "temperature": 0.0,
            "seed": SEED, "chat_template_kwargs": {"enable_thinking": False},
        }  # fmt: skip


class LlamaCppPython:
    """The server of llama-cpp-python (`python -m llama_cpp.server`): the chat API of OpenAI with GBNF grammars."""

    name = "llama-cpp-python"
    obeys_grammar = True

    def models(self, client: ServerClient) -> list[ServedModel] | None:
        """Return the models that it serves, by the names of their files; None if it is a server of another kind."""
        data = _dig(client.get("/v1/models"), "data")
        served = [one for one in data if _dig(one, "owned_by") == "me"] if isinstance(data, list) else []
        return [ServedModel(str(one.get("id")).replace("\\", "/").rpartition("/")[2]) for one in served] or None

    def pieces(self, client: ServerClient, request: Request) -> Iterator[str]:
        """Yield the output of the model piece by piece."""
        body = self._body(request, request.max_tokens) | {"stream": True}
        body |= {"grammar": request.grammar} if request.grammar else {}
        path = ("choices", 0, "delta", "content")
        return _pieces(
            client, "/v1/chat/completions", body, path, lambda value: bool(_dig(value, "choices", 0, "finish_reason"))
        )

    def first_token(self, client: ServerClient, request: Request) -> FirstToken:
        """Return the first token of the answer to a conversation."""
        body = self._body(request, 1) | {"logprobs": True, "top_logprobs": TOP}
        choice = _dig(client.post("/v1/chat/completions", body), "choices", 0)
        top = _logprobs(_dig(choice, "logprobs", "content", 0, "top_logprobs"))
        return FirstToken(top, str(_dig(choice, "message", "content") or ""))

    def _body(self, request: Request, max_tokens: int) -> dict[str, Any]:
        return {
            "model": request.model, "messages": _turns(request.messages), "max_tokens": max_tokens, "temperature": 0.0,
            "seed": SEED,
        }  # fmt: skip


class Ollama:
    """Ollama: many models, no grammars. Models that it runs on other machines are not listed and not used."""

    name = "ollama"
    obeys_grammar = False

    def models(self, client: ServerClient) -> list[ServedModel] | None:
        """Return the models on this machine; None if it is a server of another kind."""
        found = _dig(client.get("/api/tags"), "models")
        if not isinstance(found, list):
            return None
        return [
            ServedModel(str(one.get("name")), f"digest {one.get('digest', '?')}")
            for one in found if isinstance(one, Mapping) and not is_elsewhere(one)
        ]  # fmt: skip

    def pieces(self, client: ServerClient, request: Request) -> Iterator[str]:
        """Yield the output of the model piece by piece; the grammar is not enforced."""
        body = self._body(request, request.max_tokens) | {"stream": True}
        return _pieces(client, "/api/chat", body, ("message", "content"), lambda value: bool(_dig(value, "done")))

    def first_token(self, client: ServerClient, request: Request) -> FirstToken:
        """Return the first token of the answer to a conversation; versions before 0.12.11 give the text alone."""
        body = self._body(request, WORD_TOKENS) | {"stream": False, "logprobs": True, "top_logprobs": TOP}
        answer = client.post("/api/chat", body)
        top = _logprobs(_dig(answer, "logprobs", 0, "top_logprobs"))
        return FirstToken(top, str(_dig(answer, "message", "content") or ""))

    def _body(self, request: Request, max_tokens: int) -> dict[str, Any]:
        options = {"temperature": 0, "seed": SEED, "num_predict": max_tokens}
        return {"model": request.model, "messages": _turns(request.messages), "think": False, "options": options}


DIALECTS: tuple[ServerDialect, ...] = (LlamaServer(), Vllm(), LlamaCppPython(), Ollama())
NAMES = tuple(dialect.name for dialect in DIALECTS)


def dialect_named(name: str) -> ServerDialect:
    """Return a dialect.

    Raises:
        UsageError: if there is none of this name.
    """
    for dialect in DIALECTS:
        if dialect.name == name:
            return dialect
    raise UsageError(f"no dialect is called {name!r}; known are {', '.join(NAMES)}")


def detect(client: ServerClient) -> ServerDialect:
    """Return the dialect that a server speaks.

    Raises:
        ModelError: if it speaks none of them, or cannot be reached.
    """
    for dialect in DIALECTS:
        if dialect.models(client) is not None:
            return dialect
    raise ModelError(f"the model server {client.address} is none of {', '.join(NAMES)}; name one with --dialect")


def is_elsewhere(entry: Mapping[str, Any]) -> bool:
    """Return whether Ollama passes the requests for a model on to another machine (its cloud models)."""
    tag = str(entry.get("name", "")).rpartition(":")[2]
    return bool(entry.get("remote_host") or entry.get("remote_model")) or tag == "cloud" or tag.endswith("-cloud")


def _turns(messages: Sequence[Message]) -> list[dict[str, str]]:
    return [{"role": message.role, "content": message.content} for message in messages]


def _pieces(
    client: ServerClient, path: str, body: Mapping[str, Any], of_text: tuple[str | int, ...],
    is_last: Callable[[Any], bool],
) -> Iterator[str]:  # fmt: skip
    for value in client.stream(path, body):
        if isinstance(piece := _dig(value, *of_text), str) and piece:
            yield piece
        if is_last(value):
            return
    raise ModelError(f"the model server {client.address} ended its answer before it was complete; ask again")


def _logprobs(listed: Any) -> dict[str, float]:
    """Return log-probabilities by token; tokens that are listed twice, as bytes, keep the larger."""
    top: dict[str, float] = {}
    for one in listed if isinstance(listed, list) else ():
        token, value = _dig(one, "token"), _dig(one, "logprob")
        if isinstance(token, str) and isinstance(value, int | float) and math.isfinite(value):
            top[token] = max(float(value), top.get(token, -math.inf))
    return top


def _dig(value: Any, *keys: str | int) -> Any:
    """Return a part of nested lists and mappings; None if a step is missing or of another kind."""
    for key in keys:
        if isinstance(key, int):
            value = value[key] if isinstance(value, list) and len(value) > key else None
        else:
            value = value.get(key) if isinstance(value, Mapping) else None
    return value
