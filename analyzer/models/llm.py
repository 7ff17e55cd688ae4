"""The answering model, through llama.cpp. The one door to that library.

One call runs at a time: a second busy thread ruins both, because the library's threads wait by spinning.
"""

import os
import threading
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from analyzer.errors import ModelError

SEED = 20_240_101


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation: role is system, user or assistant."""

    role: str
    content: str


OnText = Callable[[str], None]
"""Receives pieces of unchecked output as they are made: to show that work goes on, never to show what it says."""


class Answers(Protocol):
    """What others need of an answering model."""

    def complete(
        self, messages: Sequence[Message], grammar: str, max_tokens: int, on_text: OnText | None = None
    ) -> str:
        """Return the text the model writes under a GBNF grammar, at temperature 0."""


class AnsweringModel:
    """A GGUF file opened with llama-cpp-python; deterministic for one file, prompt and grammar.

    Calls that share the start of their prompt reuse what the model has already read of it.
    """

    def __init__(self, file: Path, context_tokens: int = 4096, threads: int = 0) -> None:
        """Load the model; takes seconds.

        Raises:
            ModelError: if the file does not load.
        """
        os.environ.setdefault("OMP_WAIT_POLICY", "passive")
        from llama_cpp import Llama  # noqa: PLC0415

        cores = threads or len(os.sched_getaffinity(0))
        self._lane = threading.Lock()
        if not file.is_file():
            raise ModelError(f"{file} is missing; run: analyzer models fetch")
        try:
            self._llama = Llama(
                str(file), n_ctx=context_tokens, n_batch=512, n_threads=cores, n_threads_batch=cores,
                flash_attn=True, seed=SEED, verbose=False,
            )  # fmt: skip
        except (ValueError, OSError, RuntimeError, AssertionError) as error:
            raise ModelError(f"{file} does not load as a model; run: analyzer models fetch") from error

    def complete(
        self, messages: Sequence[Message], grammar: str, max_tokens: int, on_text: OnText | None = None
    ) -> str:
        """Return the text the model writes under a GBNF grammar, at temperature 0.

        Raises:
            ModelError: if the prompt does not fit the context window.
        """
        turns = [{"role": m.role, "content": m.content} for m in messages]
        pieces: list[str] = []
        with self._lane, _model_failures():
            chunks: Any = self._llama.create_chat_completion(
                turns, grammar=self._grammar(grammar), max_tokens=max_tokens,
                temperature=0.0, seed=SEED, stream=True,
            )  # fmt: skip
            for chunk in chunks:
                piece = chunk["choices"][0]["delta"].get("content") or ""
                pieces.append(piece)
                if on_text and piece:
                    on_text(piece)
        return "".join(pieces)

    def _grammar(self, text: str) -> Any:
        from llama_cpp import LlamaGrammar  # noqa: PLC0415

        return LlamaGrammar.from_string(text, verbose=False)


@contextmanager
def _model_failures() -> Any:
    try:
        yield
    except ValueError as error:
        raise ModelError("the question and its evidence do not fit the model; raise context_tokens") from error
    except RuntimeError as error:
        raise ModelError("the answering model failed; run: analyzer models fetch, then try again") from error
