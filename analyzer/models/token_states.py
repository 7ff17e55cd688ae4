"""Hidden states of the tokens of a text: the first layers of a BERT model, in numpy, without torch.

A text is read by itself and without padding, so its states depend on the text alone. Only what BERT's own layers need
is read from the folder: config.json, tokenizer.json and the weights in safetensors (Devlin et al. 2019).
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzer.errors import ModelError

States = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Pieces:
    """The word pieces of a text: their ids and their spans in it, without the marks at the beginning and end."""

    ids: tuple[int, ...]
    spans: tuple[tuple[int, int], ...]


class TokenStates:
    """The first layers of a model; loading takes a second, reading 50 pieces some ten milliseconds."""

    def __init__(self, folder: Path, layers: int) -> None:
        """Load the first layers of the model of a folder.

        Raises:
            ModelError: if there is no model of the architecture of BERT with that many layers in safetensors.
        """
        from safetensors import SafetensorError, safe_open  # noqa: PLC0415
        from tokenizers import Tokenizer  # noqa: PLC0415

        try:
            settings = json.loads((folder / "config.json").read_text(encoding="utf-8"))
            self._heads, self._epsilon = int(settings["num_attention_heads"]), float(settings["layer_norm_eps"])
            self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
            self._tokenizer.no_padding()
            self._tokenizer.no_truncation()
            with safe_open(str(folder / "model.safetensors"), framework="np") as weights:
                read = weights.get_tensor
                self._words: States = read("embeddings.word_embeddings.weight")
                self._places: States = read("embeddings.position_embeddings.weight")
                self._places = self._places + read("embeddings.token_type_embeddings.weight")[0]
                self._norm = (read("embeddings.LayerNorm.weight"), read("embeddings.LayerNorm.bias"))
                self._layers = [_Layer.read(read, f"encoder.layer.{number}.") for number in range(layers)]
        except (OSError, ValueError, KeyError, SafetensorError) as error:
            raise ModelError(f"{folder} does not load as a BERT model in safetensors; fetch or add it again") from error
        begin, end = (self._tokenizer.token_to_id(mark) for mark in ("[CLS]", "[SEP]"))
        if begin is None or end is None:
            raise ModelError(f"{folder} has no marks for the beginning and end of a text; choose another model")
        self._begin, self._end = begin, end

    def pieces(self, text: str) -> Pieces:
        """Return the word pieces of a text."""
        encoded = self._tokenizer.encode(text, add_special_tokens=False)
        return Pieces(tuple(encoded.ids), tuple(encoded.offsets))

    def states(self, ids: tuple[int, ...]) -> States:
        """Return float32[len(ids), width], the states after the last layer; as many ids as the model has places."""
        marked = [self._begin, *ids, self._end]
        hidden = _normalized(self._words[marked] + self._places[: len(marked)], *self._norm, self._epsilon)
        for layer in self._layers:
            hidden = layer.apply(hidden, self._heads, self._epsilon)
        return hidden[1:-1]


@dataclass(frozen=True, slots=True)
class _Layer:
    """One layer: the weights of query, key and value side by side, of what follows, and of both normalizations."""

    attention: tuple[States, States]
    joined: tuple[States, States]
    first_norm: tuple[States, States]
    inner: tuple[States, States]
    outer: tuple[States, States]
    second_norm: tuple[States, States]

    @classmethod
    def read(cls, read: Any, prefix: str) -> "_Layer":
        def linear(*names: str) -> tuple[States, States]:
            weights = np.concatenate([read(f"{prefix}{name}.weight") for name in names]).T
            return np.ascontiguousarray(weights), np.concatenate([read(f"{prefix}{name}.bias") for name in names])

        def norm(name: str) -> tuple[States, States]:
            return read(f"{prefix}{name}.weight"), read(f"{prefix}{name}.bias")

        return cls(
            linear(*(f"attention.self.{name}" for name in ("query", "key", "value"))),
            linear("attention.output.dense"),
            norm("attention.output.LayerNorm"),
            linear("intermediate.dense"),
            linear("output.dense"),
            norm("output.LayerNorm"),
        )

    def apply(self, hidden: States, heads: int, epsilon: float) -> States:
        """Return the states after this layer, float32[length, width]."""
        length, width = hidden.shape
        mixed = (hidden @ self.attention[0] + self.attention[1]).reshape(length, 3, heads, width // heads)
        query, key, value = (mixed[:, part].transpose(1, 0, 2) for part in range(3))
        scores = query @ key.transpose(0, 2, 1) * np.float32((width // heads) ** -0.5)
        scores = np.exp(scores - scores.max(axis=2, keepdims=True))
        scores /= scores.sum(axis=2, keepdims=True)
        context = (scores @ value).transpose(1, 0, 2).reshape(length, width)
        hidden = _normalized(context @ self.joined[0] + self.joined[1] + hidden, *self.first_norm, epsilon)
        inner = _gelu(hidden @ self.inner[0] + self.inner[1])
        return _normalized(inner @ self.outer[0] + self.outer[1] + hidden, *self.second_norm, epsilon)


def _normalized(hidden: States, weight: States, bias: States, epsilon: float) -> States:
    centered = hidden - hidden.mean(axis=1, keepdims=True)
    deviation = np.sqrt((centered * centered).mean(axis=1, keepdims=True) + np.float32(epsilon))
    normalized: States = centered / deviation * weight + bias
    return normalized


def _gelu(values: States) -> States:
    from scipy.special import erf  # noqa: PLC0415

    found: States = values * np.float32(0.5) * (np.float32(1) + erf(values * np.float32(0.5**0.5)))
    return found
