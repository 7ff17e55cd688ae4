"""The vector cache: exact search, and a file that is either sound or ignored."""

import itertools
import random
import threading
from hashlib import blake2b

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.index.cache_file import MAGIC, CacheFile
from analyzer.index.feedback_table import TextVectors
from analyzer.index.vectors import VectorIndex, open_index

DIMENSION = 16
KEY = bytes(range(32))
FLIPS = 30


class FakeTable:
    """Vectors in the form that the feedback table returns."""

    def __init__(self, ids, vectors):
        self.ids, self.rows, self.reads = ids, vectors, 0

    def count_texts(self):
        return len(self.ids)

    def text_digests(self):
        return self.ids, texts(self.ids, self.rows).digests

    def vectors(self, after=0, most=-1):
        self.reads += 1
        return texts(self.ids[self.ids > after], self.rows[self.ids > after])


def texts(ids, vectors):
    """Vectors with digests that depend on them alone."""
    digests = [int.from_bytes(blake2b(row.tobytes(), digest_size=8).digest(), "little") for row in vectors]
    return TextVectors(ids, np.array(digests, dtype=np.uint64), vectors)


def unit_vectors(count, seed=7):
    vectors = np.random.default_rng(seed).normal(size=(count, DIMENSION))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float16)


@pytest.fixture
def vectors():
    return unit_vectors(200)


@pytest.fixture
def ids():
    return np.arange(3, 603, 3, dtype=np.int64)


@pytest.fixture
def index(ids, vectors):
    return VectorIndex(DIMENSION).add([texts(ids, vectors)])


@pytest.fixture
def file(tmp_path):
    return CacheFile(tmp_path / "vectors.cache", KEY, "workspace|model|16|4")


def brute_force(ids, vectors, query, limit):
    scores = vectors.astype(np.float32) @ query.astype(np.float32)
    order = np.lexsort((ids, -scores))[:limit]
    return ids[order].tolist(), scores[order]


@given(st.integers(0, 2**32 - 1), st.integers(1, 250))
def test_search_is_exact(seed, limit):
    ids, vectors = np.arange(1, 121, dtype=np.int64), unit_vectors(120, seed)
    index = VectorIndex(DIMENSION).add([texts(ids, vectors)])
    query = unit_vectors(1, seed + 1)[0]
    expected_ids, expected = brute_force(ids, vectors, query, limit)
    found = index.search(query, limit)
    np.testing.assert_allclose([score for _, score in found], expected, atol=1e-5)
    gaps = np.abs(np.diff(expected)).min() if len(expected) > 1 else 1.0
    assert gaps < 1e-5 or [i for i, _ in found] == expected_ids


def test_only_allowed_ids_are_found(index, ids, vectors):
    allowed = np.array([3, 9, 300, 597], dtype=np.int64)
    found = index.search(vectors[0], 10, allowed)
    assert {i for i, _ in found} == set(allowed.tolist())
    assert found[0][0] == 3
    assert index.search(vectors[0], 10, np.array([], dtype=np.int64)) == []
    assert index.search(vectors[0], 10, np.array([4, 5], dtype=np.int64)) == []


def test_equal_scores_are_in_order_of_id():
    index = VectorIndex(DIMENSION).add([texts(np.arange(1, 41, dtype=np.int64), np.tile(unit_vectors(1), (40, 1)))])
    assert [i for i, _ in index.search(unit_vectors(1)[0], 40)] == list(range(1, 41))
    assert [i for i, _ in index.search(unit_vectors(1)[0], 5)] == [1, 2, 3, 4, 5]


def test_an_empty_index_finds_nothing():
    index = VectorIndex(DIMENSION)
    assert (len(index), index.last_id, index.search(np.zeros(DIMENSION), 5)) == (0, 0, [])


def test_a_saved_index_comes_back_the_same(index, file, vectors):
    index.save(file)
    again = VectorIndex.load(file, DIMENSION)
    assert (len(again), again.last_id) == (200, 600)
    assert again.search(vectors[5], 50) == index.search(vectors[5], 50)
    more = again.add([texts(np.array([700], dtype=np.int64), vectors[:1])])
    assert (len(again), again.last_id, len(more), more.last_id) == (200, 600, 201, 700)


def test_an_index_stays_as_it_is_when_vectors_are_added_to_it(index, ids, vectors):
    before = (index.ids().tolist(), index.products(vectors[:3]), index.search(vectors[5], 50))
    more = index.add([texts(np.array([700, 703], dtype=np.int64), vectors[:2])])
    assert (len(index), index.last_id) == (200, 600)
    assert index.ids().tolist() == before[0]
    np.testing.assert_array_equal(index.products(vectors[:3]), before[1])
    assert index.search(vectors[5], 50) == before[2]
    assert more.ids().tolist() == [*ids.tolist(), 700, 703]
    assert len(more.products(vectors[:1])) == len(more) == 202
    assert index.add([]) is index
    with pytest.raises(ValueError, match="read-only"):
        index.ids()[0] = 1


@given(st.integers(0, 2**32 - 1), st.lists(st.integers(0, 119), max_size=4), st.integers(1, 130))
def test_an_index_made_in_parts_finds_what_one_made_at_once_does(seed, cuts, limit):
    """Texts that differ only in case have one vector, so ties are common."""
    ids = np.arange(1, 121, dtype=np.int64)
    vectors = unit_vectors(12, seed)[np.random.default_rng(seed).integers(0, 12, 120)]
    whole, parted = VectorIndex(DIMENSION).add([texts(ids, vectors)]), VectorIndex(DIMENSION)
    for first, after in itertools.pairwise([0, *sorted(cuts), 120]):
        parted = parted.add([texts(ids[first:after], vectors[first:after])] if after > first else [])
    for allowed in (None, ids[::3]):
        assert parted.search(vectors[0], limit, allowed) == whole.search(vectors[0], limit, allowed)
    np.testing.assert_array_equal(parted.products(vectors[:2]), whole.products(vectors[:2]))
    np.testing.assert_array_equal(parted.rows([0, 60, 119]), whole.rows([0, 60, 119]))


def test_readers_find_one_state_while_vectors_are_added(index, vectors):
    """Readers repeatedly take the newest index while 200 vectors are added one by one."""
    held, is_done, faults = [index], threading.Event(), []

    def read():
        while not is_done.is_set():
            seen = held[0]
            counts = {len(seen.ids()), len(seen), len(seen.products(vectors[:1])), len(seen.search(vectors[0], 10_000))}
            if len(counts) != 1 or seen.ids()[-1] != seen.last_id:
                faults.append(counts)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for number in range(200):
        held[0] = held[0].add([texts(np.array([1_000 + number], dtype=np.int64), vectors[number : number + 1])])
    is_done.set()
    for reader in readers:
        reader.join()
    assert faults == []
    assert (len(index), len(held[0])) == (200, 400)


def test_a_large_index_is_sealed_in_several_parts(index, file, vectors, monkeypatch):
    monkeypatch.setattr("analyzer.index.cache_file.PART_BYTES", 1000)
    index.save(file)
    assert VectorIndex.load(file, DIMENSION).search(vectors[5], 50) == index.search(vectors[5], 50)
    data = file.path.read_bytes()
    part = 12 + 8 + 1000 + 16
    swapped = data[:4] + data[4 + part : 4 + 2 * part] + data[4 : 4 + part] + data[4 + 2 * part :]
    for damaged in (swapped, data[: 4 + part], data[: 4 + 3 * part], data[:4] + data[4 + part :]):
        file.path.write_bytes(damaged)
        assert VectorIndex.load(file, DIMENSION) is None


def test_an_empty_index_can_be_saved(file):
    VectorIndex(DIMENSION).save(file)
    assert len(VectorIndex.load(file, DIMENSION)) == 0


@pytest.mark.parametrize("where", ["anywhere", "in the frame around the sealed part"])
def test_a_cache_with_a_flipped_bit_is_built_again(index, file, ids, vectors, where):
    index.save(file)
    sound = file.path.read_bytes()
    chance = random.Random(20_240_101)
    span = len(sound) * 8 if where == "anywhere" else (len(MAGIC) + 12 + 8) * 8
    places = chance.sample(range(span), FLIPS) if where == "anywhere" else range(span)
    for place in places:
        damaged = bytearray(sound)
        damaged[place // 8] ^= 1 << place % 8
        file.path.write_bytes(damaged)
        assert VectorIndex.load(file, DIMENSION) is None, place
    table = FakeTable(ids, vectors)
    rebuilt, is_cached = open_index(table, file, DIMENSION)
    assert (is_cached, table.reads) == (False, 1)
    assert rebuilt.search(vectors[5], 50) == index.search(vectors[5], 50)
    rebuilt.save(file)
    assert open_index(table, file, DIMENSION)[1] is True
    assert table.reads == 1


@pytest.mark.parametrize("size", [0, 1, 3, 4, 5, 15, 16, 23, 24, 25, 1000, -1])
def test_a_truncated_cache_is_ignored(index, file, size):
    index.save(file)
    file.path.write_bytes(file.path.read_bytes()[:size])
    assert VectorIndex.load(file, DIMENSION) is None


def test_a_cache_with_more_after_its_end_is_ignored(index, file):
    index.save(file)
    file.path.write_bytes(file.path.read_bytes() + b"x")
    assert VectorIndex.load(file, DIMENSION) is None


@pytest.mark.parametrize(
    "part", ["other|model|16|4", "workspace|other|16|4", "workspace|model|8|4", "workspace|model|16|5"]
)
def test_a_cache_bound_to_something_else_is_ignored(index, file, part):
    index.save(file)
    assert VectorIndex.load(CacheFile(file.path, KEY, part), DIMENSION) is None


def test_a_cache_under_another_key_is_ignored(index, file):
    index.save(file)
    assert VectorIndex.load(CacheFile(file.path, bytes(32), file.binding), DIMENSION) is None


def test_an_absent_cache_is_ignored(file):
    assert VectorIndex.load(file, DIMENSION) is None


def test_no_vector_is_readable_in_the_cache(index, file, vectors):
    index.save(file)
    data = file.path.read_bytes()
    assert b"IxM2" not in data
    for row in vectors:
        assert row.tobytes()[:8] not in data
        assert row.astype(np.float32).tobytes()[:8] not in data


def test_saving_leaves_one_file_and_never_repeats_a_nonce(index, file):
    seen = set()
    for _ in range(3):
        index.save(file)
        seen.add(file.path.read_bytes()[4:16])
    assert len(seen) == 3
    assert [path.name for path in file.path.parent.iterdir()] == ["vectors.cache"]
