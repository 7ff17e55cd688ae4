"""Unpacking a 4-bit image, with a made-up one."""

import json

import numpy as np
import pytest
from e5_image import INNER, LAYERS, PIECES, WIDTH, image, tensors

from analyzer.errors import FetchError
from analyzer.models.catalog import sha256_of
from analyzer.models.conversion import BLOCK, PROMPTS, convert, read_image
from analyzer.models.embedder import Embedder


@pytest.fixture
def converted(tmp_path):
    (tmp_path / "image.bin").write_bytes(image())
    convert(tmp_path / "image.bin", tmp_path / "made")
    return tmp_path / "made"


def test_an_image_always_makes_the_same_bytes(converted, tmp_path):
    convert(tmp_path / "image.bin", tmp_path / "again")
    files = sorted(path.relative_to(converted) for path in converted.rglob("*") if path.is_file())
    assert len(files) == 8
    assert [sha256_of(converted / one) for one in files] == [sha256_of(tmp_path / "again" / one) for one in files]


def test_the_numbers_are_the_scale_times_four_bits_less_eight(converted):
    from safetensors.numpy import load_file

    weights = load_file(converted / "model.safetensors")
    _, packed = tensors()
    first = packed["l1.fi.w"][3]
    expected = [(bits & 15) - 8 for bits in first["bits"].tolist()] + [(b >> 4) - 8 for b in first["bits"].tolist()]
    found = weights["encoder.layer.1.intermediate.dense.weight"].reshape(-1)[3 * BLOCK : 4 * BLOCK]
    assert found.tolist() == (np.array(expected, np.float32) * np.float32(first["scale"])).tolist()
    assert weights["encoder.layer.0.output.dense.weight"].shape == (WIDTH, INNER)


def test_the_folder_opens_as_an_embedding_model_with_its_prompts(converted):
    assert json.loads((converted / "config_sentence_transformers.json").read_text())["prompts"] == PROMPTS
    embedder = Embedder(converted)
    assert embedder.dimension == WIDTH
    said, asked = embedder.embed(["the parcel came late"])[0], embedder.embed_one("the parcel came late")
    assert not np.allclose(said, asked)
    stock = embedder._model.encode(["passage: the parcel came late"], normalize_embeddings=True)[0]
    assert said @ stock >= 0.9999
    assert asked @ embedder.embed_queries(["the parcel came late"])[0] >= 0.9999
    assert embedder.knows("größe")
    assert not embedder.knows("unheard")


@pytest.mark.parametrize("damage", [lambda b: b"E5S2" + b[4:], lambda b: b[:90], lambda b: b[:-8], lambda _: b""])
def test_a_file_that_is_no_such_image_is_refused(tmp_path, damage):
    (tmp_path / "image.bin").write_bytes(damage(image()))
    with pytest.raises(FetchError, match="is not an image of the format e5-q4"):
        convert(tmp_path / "image.bin", tmp_path / "made")


def test_an_image_opens_with_its_pieces_and_sizes():
    opened = read_image(image())
    assert (opened.width, opened.layers, opened.inner, opened.words) == (WIDTH, LAYERS, INNER, len(PIECES))
    assert opened.pieces[9][0] == "▁late"
