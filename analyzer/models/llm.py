"""Run the answering model. The only module that imports llama.cpp.

One call runs at a time, with a thread for each idle core (analyzer.models.cores): the threads wait for each other at
every step, so that one without a core slows all down.

The output depends on the file, the prompt and the grammar alone. The system turn of a prompt is evaluated once, by
itself, and its state is stored; every call starts from that state and evaluates the rest in the same batches, so that
rounding does not depend on earlier calls.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from analyzer.errors import ModelError
from analyzer.models.cores import idle_cores, usable_cores
from analyzer.models.fair_lock import FairLock
from analyzer.models.families import UNKNOWN, Family

SEED = 20_240_101


MAX_STATES = 8
"""Maximum number of stored system turn states; 3 to 10 MB each with the default model."""


BATCH = 512


TOKENS_A_LOOK = 8
"""Tokens after which the number of threads is set again to the number of idle cores."""


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation; role is system, user or assistant."""

    role: str
    content: str


OnText = Callable[[str], None]
"""Called with each piece of unchecked output, to show progress and never the text. An exception stops the model and is
raised to the caller."""


class Answers(Protocol):
    """The interface of an answering model.

    Attributes:
        lock: one call runs at a time in this process.
    """

    lock: FairLock

    @property
    def family(self) -> Family:
        """The family of the model, to which prompts, thresholds and verifier weights belong."""

    @property
    def gives_probabilities(self) -> bool:
        """Whether `prefers` is finer than which of the words was answered."""

    def complete(
        self, messages: Sequence[Message], grammar: str, max_tokens: int, on_text: OnText | None = None
    ) -> str:
        """Return the output of the model under a GBNF grammar, at temperature 0."""

    def prefers(self, messages: Sequence[Message], yes: str = "Yes", no: str = "No") -> float:
        """Return the logit of one word minus the logit of another as the first word of the turn of the model."""


class AnsweringModel:
    """A GGUF file opened with llama-cpp-python; deterministic for one file, prompt and grammar."""

    gives_probabilities = True

    def __init__(self, file: Path, context_tokens: int = 4096, threads: int = 0, family: Family = UNKNOWN) -> None:
        """Load the model, which takes seconds.

        Raises:
            ModelError: if the file does not load.
        """
        os.environ.setdefault("OMP_WAIT_POLICY", "passive")
        from llama_cpp import Llama  # noqa: PLC0415

        cores = threads or usable_cores()
        self._cores = 0 if threads else cores
        self.lock, self.family = FairLock(), family
        self._states: dict[tuple[int, ...], Any] = {}
        if not file.is_file():
            raise ModelError(f"{file} is missing; run: analyzer models fetch")
        try:
            self._llama = Llama(
                str(file), n_ctx=context_tokens, n_batch=BATCH, n_threads=cores, n_threads_batch=cores,
                flash_attn=True, seed=SEED, verbose=False,
            )  # fmt: skip
            self._format = self._formatter()
        except (ValueError, OSError, RuntimeError, AssertionError, KeyError) as error:
            raise ModelError(f"{file} does not load as a model; run: analyzer models fetch") from error

    def complete(
        self, messages: Sequence[Message], grammar: str, max_tokens: int, on_text: OnText | None = None
    ) -> str:
        """Return the output of the model under a GBNF grammar, at temperature 0.

        Raises:
            ModelError: if the prompt does not fit the context window.
        """
        from llama_cpp import LlamaGrammar  # noqa: PLC0415

        written = bytearray()
        with self.lock.turn(), _model_failures():
            rest = self._start(messages, max_tokens)
            rules = LlamaGrammar.from_string(grammar, verbose=False)
            tokens = self._llama.generate(rest, reset=False, temp=0.0, grammar=rules)
            for place, token in enumerate(islice(tokens, max_tokens)):
                if token in self._ends:
                    break
                if place % TOKENS_A_LOOK == 0:
                    self._use_idle_cores()
                piece = self._llama.detokenize([token])
                written += piece
                if on_text and piece:
                    on_text(piece.decode("utf-8", errors="ignore"))
        return written.decode("utf-8", errors="ignore")

    def prefers(self, messages: Sequence[Message], yes: str = "Yes", no: str = "No") -> float:
        """Return the logit of one word minus the logit of another as the first word of the turn of the model.

        Raises:
            ModelError: if the prompt does not fit the context window.
        """
        import llama_cpp  # noqa: PLC0415

        with self.lock.turn(), _model_failures():
            self._llama.eval(self._start(messages, 1))
            logits = llama_cpp.llama_get_logits_ith(self._llama.ctx, -1)
            first, second = (self._tokens(word, False)[0] for word in (yes, no))
            return float(logits[first]) - float(logits[second])

    def _start(self, messages: Sequence[Message], output_tokens: int) -> list[int]:
        """Put the model into the state after the system turn; return the tokens of the other turns."""
        whole = self._format(messages, add_generation_prompt=True)
        system = self._format(messages[:1], add_generation_prompt=False) if messages[0].role == "system" else ""
        if not whole.startswith(system):
            system = ""
        prefix, rest = self._tokens(system, True), self._tokens(whole[len(system) :], not system)
        if len(prefix) + len(rest) + output_tokens > self._llama.n_ctx():
            raise ValueError("too long")
        self._use_idle_cores()
        self._restore(tuple(prefix))
        return rest

    def _use_idle_cores(self) -> None:
        """Use as many threads as there are idle cores; the output does not depend on their number."""
        import llama_cpp  # noqa: PLC0415

        if self._cores > 1:
            idle = idle_cores(self._cores)
            llama_cpp.llama_set_n_threads(self._llama.ctx, idle, idle)

    def _restore(self, prefix: tuple[int, ...]) -> None:
        import llama_cpp  # noqa: PLC0415

        context = self._llama.ctx
        self._llama.reset()
        self._llama._ctx.kv_cache_seq_rm(-1, 0, -1)
        if not prefix:
            return
        state = self._states.pop(prefix, None)
        if state is None:
            self._llama.eval(list(prefix))
            state = np.ctypeslib.as_ctypes(np.zeros(llama_cpp.llama_state_seq_get_size(context, 0), dtype=np.uint8))
            if not llama_cpp.llama_state_seq_get_data(context, state, len(state), 0):
                raise RuntimeError("state")
        if not llama_cpp.llama_state_seq_set_data(context, state, len(state), 0):
            raise RuntimeError("state")
        self._states[prefix] = state
        while len(self._states) > MAX_STATES:
            del self._states[next(iter(self._states))]
        self._llama.n_tokens = len(prefix)
        self._llama.input_ids[: len(prefix)] = np.array(prefix, dtype=np.intc)

    def _tokens(self, text: str, is_start: bool) -> list[int]:
        if not text:
            return []
        tokens: list[int] = self._llama.tokenize(text.encode("utf-8", "replace"), add_bos=is_start, special=True)
        return tokens

    def _formatter(self) -> Callable[..., str]:
        from llama_cpp.llama_chat_format import Jinja2ChatFormatter  # noqa: PLC0415

        template = self._llama.metadata["tokenizer.chat_template"]
        end, begin = self._llama.token_eos(), self._llama.token_bos()
        words = [self._llama.detokenize([token], special=True).decode() if token >= 0 else "" for token in (end, begin)]
        self._ends = {end, *self._tokens("<|im_end|>", False)[:1]}
        formatter = Jinja2ChatFormatter(template, *words)

        def formatted(messages: Sequence[Message], add_generation_prompt: bool) -> str:
            formatter.add_generation_prompt = add_generation_prompt
            turns: Any = [{"role": message.role, "content": message.content} for message in messages]
            return str(formatter(messages=turns).prompt)

        return formatted


@contextmanager
def _model_failures() -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        raise ModelError(
            "the question and its evidence exceed the context window of the model; raise context_tokens"
        ) from error
    except RuntimeError as error:
        raise ModelError("the answering model failed; run: analyzer models fetch, then try again") from error


def one_line(text: str) -> str:
    """Return a text on one line that cannot form a special token such as <|im_end|>."""
    return " ".join(text.split()).replace("<", "‹").replace(">", "›")
