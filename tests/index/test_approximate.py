"""Search among many vectors: the stated recall is reached, filters hold, deletions leave nothing, in any order."""

import numpy as np
import pytest
from test_vectors import KEY, texts

from analyzer.index import approximate
from analyzer.index.cache_file import CacheFile, CacheReader
from analyzer.index.vectors import VectorIndex, status_of

DIMENSION = 32
COUNT = 6_000


def clustered(count, seed=3):
    """Vectors around 60 centers, as texts lie around what people talk about."""
    chance = np.random.default_rng(seed)
    centers = np.random.default_rng(1).normal(size=(60, DIMENSION))
    vectors = centers[chance.integers(0, 60, count)] + 0.8 * chance.normal(size=(count, DIMENSION))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float16)


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    """Sizes at which a few thousand vectors are many."""
    monkeypatch.setattr("analyzer.index.vectors.EXACT", 2_000)
    monkeypatch.setattr("analyzer.index.vectors.FEW_ALLOWED", 300)
    monkeypatch.setattr("analyzer.index.approximate.CANDIDATES", (20, 50, 100, 200, 400))
    for module in ("vectors", "approximate", "vector_blocks"):
        monkeypatch.setattr(f"analyzer.index.{module}.BLOCK", 1_024)


@pytest.fixture
def vectors():
    return clustered(COUNT)


@pytest.fixture
def ids():
    return np.arange(2, 2 + 2 * COUNT, 2, dtype=np.int64)


@pytest.fixture
def index(ids, vectors):
    return VectorIndex(DIMENSION).add([texts(ids, vectors)]).prepared()


def nearest(ids, vectors, query, allowed=None):
    scores = vectors.astype(np.float32) @ query.astype(np.float32)
    if allowed is not None:
        scores = np.where(np.isin(ids, allowed), scores, -2)
    return set(ids[np.lexsort((ids, -scores))[:10]].tolist())


def recall(index, ids, vectors, queries, allowed=None):
    found = [
        len({i for i, _ in index.search(query, 10, allowed)} & nearest(ids, vectors, query, allowed))
        for query in queries
    ]
    return sum(found) / 10 / len(found)


def unused_codes(index):
    """Codes that lie behind the end of a list of the inverted file."""
    import faiss

    inverted = index._inverted.index
    packer, found = inverted.get_CodePacker(), []
    for number in range(inverted.nlist):
        size = inverted.invlists.list_size(number)
        blocks = -(-size // packer.nvec)
        codes = faiss.rev_swig_ptr(inverted.invlists.get_codes(number), blocks * packer.block_size)
        found += [packer.unpack_1(codes.reshape(blocks, -1), offset) for offset in range(size, blocks * packer.nvec)]
    return found


def test_the_stated_recall_holds_for_other_queries_and_scores_are_exact(index, ids, vectors):
    status = index.status
    assert not status.is_exact
    assert status.recall >= approximate.RECALL
    assert status.probed < status.lists  # it is cheaper than comparing everything
    assert recall(index, ids, vectors, clustered(200, seed=9)) >= approximate.RECALL
    for text_id, score in index.search(vectors[7], 10):
        expected = float(vectors[(text_id - 2) // 2].astype(np.float32) @ vectors[7].astype(np.float32))
        assert score == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("count", [200, 1_500])
def test_a_filter_leaves_only_what_it_allows_and_loses_nothing(index, ids, vectors, count):
    far = np.argsort(vectors.astype(np.float32) @ vectors[0].astype(np.float32))[:count]
    allowed = np.sort(np.append(ids[far], [3, 2 * COUNT + 9]))  # what lies far away, and ids that are not stored
    for query in vectors[:5]:
        assert {i for i, _ in index.search(query, 10, allowed)} <= set(allowed.tolist())
    assert recall(index, ids, vectors, vectors[:40], allowed) >= approximate.RECALL


@pytest.mark.parametrize("count", [100, 1_500, 9_000])
def test_what_is_added_is_found_before_and_after_the_lists_have_it(index, ids, vectors, count):
    more, new = clustered(count, seed=11), np.arange(50_001, 50_001 + count, dtype=np.int64)
    waiting = index.add([texts(new, more)])
    grown = waiting.prepared()
    assert (waiting.is_behind, grown.is_behind) == (count > 0.05 * (COUNT + count), False)
    for row in range(0, count, count // 20):
        assert waiting.search(more[row], 1)[0][0] == grown.search(more[row], 1)[0][0] == new[row]
    assert (len(index), len(grown)) == (COUNT, COUNT + count)
    every_id, every = np.append(ids, new), np.concatenate([vectors, more])
    assert recall(grown, every_id, every, clustered(100, seed=12)) >= approximate.RECALL
    assert index.search(more[0], 1)[0][0] != new[0]


def test_what_is_deleted_leaves_neither_a_vector_nor_a_code(index, ids, vectors, tmp_path):
    gone, query = ids[::3], vectors[3]
    assert query.tobytes() in b"".join(block.halves.tobytes() for block in index._blocks)
    left = index.without(gone)
    assert len(left) == COUNT - len(gone)
    assert recall(left, np.setdiff1d(ids, gone), vectors[np.isin(ids, gone, invert=True)], vectors[:60]) >= 0.995
    assert not {i for i, _ in left.search(query, 200)} & set(gone.tolist())
    assert query.tobytes() not in b"".join(block.halves.tobytes() for block in left._blocks)
    codes = unused_codes(left)
    assert codes
    assert not any(code.any() for code in codes)
    assert index.search(query, 1)[0][0] == ids[3]  # readers keep theirs


def test_the_same_texts_give_the_same_index_in_any_order(ids, vectors, index):
    order = np.random.default_rng(5).permutation(COUNT)
    other = VectorIndex(DIMENSION).add([texts(ids, vectors[order])]).prepared()
    assert other.status == index.status
    for query in clustered(60, seed=21):
        expected = [(int(np.flatnonzero(order == (i - 2) // 2)[0]), s) for i, s in index.search(query, 30)]
        assert sorted(expected) == sorted(((i - 2) // 2, s) for i, s in other.search(query, 30))


def test_a_saved_index_comes_back_the_same_and_says_its_recall_without_being_read(index, vectors, tmp_path):
    file = CacheFile(tmp_path / "vectors.cache", KEY, "workspace")
    index.save(file)
    again = VectorIndex.load(file, DIMENSION)
    assert again.status == index.status == status_of(file)
    for query in vectors[:20]:
        assert again.search(query, 50) == index.search(query, 50)
    assert len(again.without(index.ids()[:10]).add([texts(np.array([90_000]), vectors[:1])])) == COUNT - 9
    file.path.write_bytes(file.path.read_bytes()[:-1])
    assert VectorIndex.load(file, DIMENSION) is None


def test_a_cache_is_read_in_large_pieces(index, tmp_path, monkeypatch):
    file = CacheFile(tmp_path / "vectors.cache", KEY, "workspace")
    index.save(file)
    real, sizes = CacheReader.read, []
    monkeypatch.setattr(CacheReader, "read", lambda self, size: sizes.append(size) or real(self, size))
    assert VectorIndex.load(file, DIMENSION).status == index.status
    assert sum(sizes) / len(sizes) > 500  # byte by byte, an index of 300,000 texts took most of a minute


def test_where_the_recall_is_not_reached_every_vector_is_compared(ids, vectors, monkeypatch):
    monkeypatch.setattr("analyzer.index.approximate.CANDIDATES", (2, 5))  # fewer than the ten that are wanted
    real, builds = approximate.build, []
    monkeypatch.setattr("analyzer.index.approximate.build", lambda blocks: builds.append(len(blocks)) or real(blocks))
    index = VectorIndex(DIMENSION).add([texts(ids, vectors)]).prepared()
    assert (index.status.is_exact, index.status.recall) == (True, 1.0)
    assert recall(index, ids, vectors, vectors[:50]) == 1.0
    index.add([texts(np.array([90_000]), vectors[:1])]).prepared()
    assert len(builds) == 1  # it is not tried again before there are twice as many


def test_few_vectors_are_compared_one_and_all(ids, vectors):
    index = VectorIndex(DIMENSION).add([texts(ids[:2_000], vectors[:2_000])]).prepared()
    assert index.status.is_exact
    grown = index.add([texts(ids[2_000:2_100], vectors[2_000:2_100])]).prepared()
    assert not grown.status.is_exact
    assert grown.without(ids[:100]).status.is_exact
