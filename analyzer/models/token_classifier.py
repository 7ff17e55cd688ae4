"""Find people by a token-classification model of the user, in the format of transformers with weights in safetensors.

No code of its folder runs. Each text is read by itself, in windows of the length that the model takes, on one thread.
"""

import json
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from analyzer.errors import ModelError

CONFIG_FILE = "config.json"
ARCHITECTURE = "ForTokenClassification"
PERSON_LABEL = re.compile(
    r"(?:[BIESLU][-_])?(?:PER|PERSON|NAME|(?:FIRST|GIVEN|LAST|MIDDLE|FAMILY|SUR)[-_ ]?NAME|SURNAME|NAME_\w+)\d?",
    re.IGNORECASE,
)
"""Labels for people or a part of a name, with or without a mark for its beginning."""
SURE = 0.6
"""Least probability of a word's label for people, all such labels together."""
LONGEST, OVERLAP = 256, 32
"""Tokens read at once, and tokens that two windows share."""


def is_token_classifier(folder: Path) -> bool:
    """Return whether a folder is that of a token-classification model of transformers."""
    try:
        content = json.loads((folder / CONFIG_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return False
    names = content.get("architectures") if isinstance(content, dict) else None
    return isinstance(names, list) and any(str(name).endswith(ARCHITECTURE) for name in names)


def person_labels(labels: Mapping[int, str]) -> list[int]:
    """Return the numbers of the labels for people."""
    return [number for number, label in labels.items() if PERSON_LABEL.fullmatch(str(label))]


class TokenClassifier:
    """A token-classification model that is read from a folder, never from a hub."""

    def __init__(self, folder: Path) -> None:
        """Load the model, which takes seconds.

        Raises:
            ModelError: if it does not load, has no fast tokenizer, or has no label for people.
        """
        import torch  # noqa: PLC0415
        from safetensors import SafetensorError  # noqa: PLC0415
        from transformers import AutoModelForTokenClassification, AutoTokenizer  # noqa: PLC0415
        from transformers.utils import logging  # noqa: PLC0415

        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        logging.set_verbosity_error()  # type: ignore[no-untyped-call]
        torch.set_num_threads(1)
        options: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
        try:
            self._tokenizer = AutoTokenizer.from_pretrained(str(folder), **options)
            loaded = AutoModelForTokenClassification.from_pretrained(str(folder), use_safetensors=True, **options)
        except (OSError, ValueError, KeyError, TypeError, RuntimeError, ImportError, SafetensorError) as error:
            raise ModelError(f"{folder} does not load as a token-classification model; choose another") from error
        self._people = person_labels(loaded.config.id2label)
        if not self._people or not getattr(self._tokenizer, "is_fast", False):
            raise ModelError(
                f"{folder} has no label for people (PER, PERSON, NAME), or no fast tokenizer (tokenizer.json); "
                "choose another model"
            )
        self.name = folder.name
        self._model, self._torch, self._lock = loaded.eval(), torch, threading.Lock()
        most = int(getattr(loaded.config, "max_position_embeddings", LONGEST) or LONGEST)
        self._longest = max(OVERLAP + 8, min(LONGEST, most - 2))

    def people(self, text: str) -> list[tuple[int, int]]:
        """Return the spans of the people in a text, whole words, sorted."""
        with self._lock:
            pieces = list(self._pieces(text))
        words = [match.span() for match in re.finditer(r"[^\W_]+(?:['’-][^\W_]+)*", text)]
        named = [
            word
            for word in words
            if any(start < word[1] and word[0] < end and share >= SURE for start, end, share in pieces)
        ]
        joined: list[tuple[int, int]] = []
        for start, end in named:
            if joined and text[joined[-1][1] : start] in {" ", "-", ". "}:
                joined[-1] = (joined[-1][0], end)
            else:
                joined.append((start, end))
        return joined

    def _pieces(self, text: str) -> Iterator[tuple[int, int, float]]:
        """Yield span and probability of being a person's name of each token."""
        encoded = self._tokenizer(
            text, truncation=True, max_length=self._longest, stride=OVERLAP, return_overflowing_tokens=True,
            return_offsets_mapping=True,
        )  # fmt: skip
        for ids, mask, offsets in zip(
            encoded["input_ids"], encoded["attention_mask"], encoded["offset_mapping"], strict=True
        ):
            with self._torch.inference_mode():
                logits = self._model(
                    input_ids=self._torch.tensor([ids]), attention_mask=self._torch.tensor([mask])
                ).logits[0]
                shares: Sequence[float] = logits.softmax(-1)[:, self._people].sum(-1).tolist()
            yield from ((start, end, share) for (start, end), share in zip(offsets, shares, strict=True) if end > start)
