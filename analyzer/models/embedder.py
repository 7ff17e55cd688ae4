"""Embed texts as unit vectors. The only module that imports sentence-transformers and torch.

The vector of a text depends on the text alone: texts are padded to one of a few fixed lengths and run in batches of a
fixed shape on one thread, so that the neighbors in a batch, the order of the rows and the number of cores do not change
a single bit. Several cores are used through several processes, and through several batches at a time.
"""

import threading
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from analyzer.errors import ModelError

Vectors = NDArray[np.float32]
LENGTHS = (8, 16, 24, 32, 48, 64, 96, 128, 192, 256)
"""Token lengths that texts are padded to."""
BATCH_TOKENS = 256
"""Tokens per batch. On one core 256 and 512 were equally fast, 128 was 7 % slower, 4,096 28 %; a short batch is padded
to the full shape, so the smaller size wastes less."""
QUERY, PASSAGE = ("query",), ("document", "passage", "corpus")
"""Names of the prompts of sentence-transformers before a question, and before a text that answers it."""


class Embeds(Protocol):
    """The interface of an embedder."""

    name: str
    dimension: int

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return float32[n, dimension], rows of unit length, for texts that are stored or compared with stored ones."""

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Return float32[n, dimension], rows of unit length, for questions, subjects and names."""

    def embed_one(self, text: str) -> Vectors:
        """Return float32[dimension], of unit length, for one question, subject or name."""

    def knows(self, word: str) -> bool:
        """Return whether a word is a single token of the model."""


class Embedder:
    """A sentence-transformers model that is read from a folder, never from a hub.

    A model that was trained with prompts has them in config_sentence_transformers.json; they go before each text.
    """

    def __init__(self, folder: Path, threads: int = 1) -> None:
        """Load the model, which takes seconds; its name is that of the folder.

        Args:
            folder: of the model.
            threads: batches that are embedded at a time, each by one thread of its own, so that the vectors are the
                same, bit by bit, for any number.

        Raises:
            ModelError: if the model in the folder does not load.
        """
        import torch  # noqa: PLC0415
        from safetensors import SafetensorError  # noqa: PLC0415
        from sentence_transformers import SentenceTransformer  # noqa: PLC0415
        from transformers.utils import logging  # noqa: PLC0415

        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        logging.set_verbosity_error()  # type: ignore[no-untyped-call]
        torch.set_num_threads(1)
        self._torch = torch
        self.name = folder.name
        self._lock = threading.Lock()
        self._threads = threads
        try:
            self._model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
        except (OSError, ValueError, KeyError, SafetensorError) as error:
            raise ModelError(f"{folder} does not load as an embedding model; run: analyzer models fetch") from error
        self.dimension = int(self._model.get_embedding_dimension() or 0)
        self._longest = min(LENGTHS[-1], int(self._model.max_seq_length or LENGTHS[-1]))
        self._of_query, self._of_passage = (_prompt(self._model.prompts, names) for names in (QUERY, PASSAGE))

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return float32[n, dimension], rows of unit length; texts longer than the window of the model are cut."""
        return self._embed([self._of_passage + text for text in texts])

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Return float32[n, dimension], rows of unit length; texts longer than the window of the model are cut."""
        return self._embed([self._of_query + text for text in texts])

    def _embed(self, texts: Sequence[str]) -> Vectors:
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        if not texts:
            return vectors
        with self._lock:  # the padding of the tokenizer is state of the model
            batches = [
                (rows[start : start + size], length, size)
                for length, rows in self._by_length(texts).items()
                for size in [max(1, BATCH_TOKENS // length)]
                for start in range(0, len(rows), size)
            ]
            tokens = (self._tokens([texts[row] for row in rows], length, size) for rows, length, size in batches)
            for (rows, _, _), found in zip(batches, self._each(tokens), strict=True):
                vectors[rows] = found[: len(rows)]
        return vectors

    def _each(self, tokens: Iterable[Any]) -> Iterator[Vectors]:
        """Yield the vectors of each batch of tokens, in order."""
        if self._threads <= 1:
            yield from map(self._forward, tokens)
            return
        with ThreadPoolExecutor(self._threads) as pool:
            pending = deque[Future[Vectors]]()
            for one in tokens:
                pending.append(pool.submit(self._forward, one))
                if len(pending) > 2 * self._threads:
                    yield pending.popleft().result()
            yield from (one.result() for one in pending)

    def embed_one(self, text: str) -> Vectors:
        """Return float32[dimension], of unit length; fast, because the batch has one text."""
        text = self._of_query + text
        with self._lock:
            length = next(iter(self._by_length([text])))
            vector: Vectors = self._forward(self._tokens([text], length, 1))[0]
        return vector

    def knows(self, word: str) -> bool:
        """Return whether a word is a single token of the model, which uncommon and invented words are not."""
        with self._lock:
            return len(self._model.tokenizer.tokenize(word)) == 1

    def _by_length(self, texts: Sequence[str]) -> dict[int, list[int]]:
        encoded = self._model.tokenizer(list(texts), truncation=True, max_length=self._longest)["input_ids"]
        rows: dict[int, list[int]] = {}
        for row, ids in enumerate(encoded):
            rows.setdefault(next(length for length in LENGTHS if length >= len(ids)), []).append(row)
        return rows

    def _tokens(self, texts: list[str], length: int, size: int) -> Any:
        filled = texts + [""] * (size - len(texts))
        return self._model.tokenizer(
            filled, padding="max_length", truncation=True, max_length=length, return_tensors="pt"
        )

    def _forward(self, tokens: Any) -> Vectors:
        with self._torch.inference_mode():
            output = self._model(dict(tokens))["sentence_embedding"]
            unit = self._torch.nn.functional.normalize(output.float(), dim=1)
        array: Vectors = unit.numpy()
        return array


def _prompt(prompts: Mapping[str, str], names: Sequence[str]) -> str:
    return next((found for name in names if (found := prompts.get(name, ""))), "")
