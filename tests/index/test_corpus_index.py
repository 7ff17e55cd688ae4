"""The vector index of a workspace: read once, extended by what is new, rebuilt after a deletion, shared by handles."""

import gc
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier, BrokenBarrierError

import pytest
from corpus import EMBEDDER, Corpus, record

from analyzer.errors import WorkspaceError
from analyzer.index import approximate
from analyzer.index.cache_file import CacheFile
from analyzer.index.corpus_index import CorpusIndex
from analyzer.index.feedback_table import FeedbackTable
from analyzer.index.record_writer import remove
from analyzer.index.types import Query
from analyzer.index.vectors import VectorIndex


class CountingTable(FeedbackTable):
    """The feedback table, with the text id after which vectors were read, each time."""

    def __init__(self, database):
        super().__init__(database)
        self.reads = []

    def vectors(self, after=0, most=-1):
        self.reads.append(after)
        return super().vectors(after, most)


class MeetingTable(CountingTable):
    """Gives another thread a moment to read at the same time."""

    meeting = Barrier(2)

    def vectors(self, after=0, most=-1):
        with suppress(BrokenBarrierError):
            self.meeting.wait(0.1)
        return super().vectors(after, most)


class Handle:
    """An index over a corpus as one account has it."""

    def __init__(self, corpus, folder, *, reads_cache=True, shared_as=None, table=CountingTable):
        self.table = table(corpus.database)
        self.path = folder / "vectors.cache"
        self.asked = 0
        self.index = CorpusIndex(
            corpus.database, self.table, self._cache_file, reads_cache=reads_cache, shared_as=shared_as
        )

    def file(self):
        """The cache file, bound to the data stored now, as a workspace binds it."""
        return CacheFile(self.path, bytes(32), "workspace")

    def _cache_file(self):
        self.asked += 1
        return self.file()


@pytest.fixture
def corpus(tmp_path):
    made = Corpus(tmp_path)
    yield made
    made.database.close()


@pytest.fixture
def filled(corpus):
    corpus.load([], record("a", "late parcel"), record("b", "cold soup"), record("c", "rude waiter"))
    return corpus


@pytest.fixture
def handle(filled, tmp_path):
    return Handle(filled, tmp_path)


def drop(corpus, record_id):
    with corpus.database.transaction() as connection:
        remove(connection, [corpus.one("SELECT n FROM feedback WHERE id = ?", record_id)], corpus.derived)


def test_the_vectors_are_read_once_while_nothing_changes(handle):
    assert handle.table.reads == []  # not before they are needed
    first = handle.index.vectors()
    assert len(first) == 3
    assert handle.index.vectors() is first
    assert handle.table.reads == [0]


def test_an_import_adds_its_texts_alone_and_readers_keep_what_they_have(handle, filled):
    before = handle.index.vectors()
    filled.load([], record("d", "late again"), record("e", "late parcel"))
    after = handle.index.vectors()
    assert (len(before), len(after)) == (3, 4)
    assert handle.table.reads == [0, 3]
    assert after.ids().tolist() == [1, 2, 3, 4]


def test_a_deleted_text_is_not_found_any_more(handle, filled):
    before = handle.index.vectors()
    drop(filled, "c")
    filled.load([], record("d", "fine app"))  # takes the id of the deleted text: adding alone would keep its vector
    after = handle.index.vectors()
    assert (len(before), len(after)) == (3, 3)
    (best, *_) = handle.index.searcher(EMBEDDER).search(Query("fine app")).hits
    assert best.id == "d"
    assert after.search(EMBEDDER.embed_one("fine app"), 1)[0][1] == pytest.approx(1, abs=1e-3)


def test_a_deleted_record_whose_text_stays_needs_no_new_index(handle, filled):
    filled.load([], record("d", "late parcel"))
    handle.index.vectors()
    drop(filled, "d")
    assert len(handle.index.vectors()) == 3
    assert handle.table.reads == [0, 3]


def test_an_empty_workspace_has_an_empty_index_until_its_first_import(corpus, tmp_path):
    handle = Handle(corpus, tmp_path)
    assert (len(handle.index.vectors()), handle.index.dimension) == (0, 0)
    assert handle.index.searcher(EMBEDDER).search(Query("soup")).hits == ()
    corpus.load([], record("a", "cold soup"))
    assert (len(handle.index.vectors()), handle.index.dimension) == (1, 8)
    assert [hit.id for hit in handle.index.searcher(EMBEDDER).search(Query("soup")).hits] == ["a"]


def test_the_state_changes_with_every_change_of_the_comments_and_only_then(handle, filled):
    states = [handle.index.state]
    filled.load([], record("d", "late again"))
    states.append(handle.index.state)
    drop(filled, "d")
    states.append(handle.index.state)
    handle.index.vectors()
    assert len(set(states)) == 3
    assert handle.index.state == states[-1]


def test_a_saved_index_spares_the_next_handle_the_reading(handle, filled, tmp_path):
    handle.index.save()
    again = Handle(filled, tmp_path)
    assert again.index.vectors().ids().tolist() == [1, 2, 3]
    assert again.table.reads == []


def test_a_cache_that_lacks_texts_is_completed(handle, filled, tmp_path):
    handle.index.save()
    filled.load([], record("d", "late again"))
    again = Handle(filled, tmp_path)
    assert len(again.index.vectors()) == 4
    assert again.table.reads == [3]  # the new text alone
    assert len(VectorIndex.load(again.file(), 8)) == 4


def test_a_cache_that_has_deleted_texts_loses_them(handle, filled, tmp_path):
    handle.index.save()
    drop(filled, "a")
    drop(filled, "c")
    filled.load([], record("d", "fine app"))  # takes the id of the last deleted text
    again = Handle(filled, tmp_path)
    assert again.index.vectors().ids().tolist() == [2, 3]
    assert again.index.vectors().search(EMBEDDER.embed_one("fine app"), 1)[0] == (3, pytest.approx(1, abs=1e-3))
    late = EMBEDDER.embed_one("late parcel").astype("float16").tobytes()
    assert late not in again.file().plain()


def test_vectors_of_another_model_replace_all(filled, tmp_path):
    handle = Handle(filled, tmp_path, reads_cache=False)  # the cache is bound to the model by the workspace
    handle.index.vectors()
    with filled.database.transaction() as connection:
        connection.execute("INSERT OR REPLACE INTO meta VALUES('fingerprint', 'another')")
        connection.execute("UPDATE texts SET vector = zeroblob(16)")
    assert not handle.index.vectors().products([[1.0] * 8]).any()


@pytest.fixture
def builds(monkeypatch):
    """Counts the inverted files that are made; a few texts count as many."""
    made = []
    monkeypatch.setattr("analyzer.index.vectors.EXACT", 2)
    monkeypatch.setattr("analyzer.index.approximate.build", lambda blocks: made.append(sum(map(len, blocks))))
    return made


def test_who_writes_makes_the_inverted_file_and_readers_do_not(builds, handle, filled):
    handle.index.vectors()  # nobody has written a cache yet
    filled.load([], *(record(f"n{n}", f"another text {n}") for n in range(5)))
    assert (len(handle.index.vectors()), builds) == (8, [3])
    handle.index.save()
    assert builds == [3, 8]
    assert handle.index.vectors().status.vectors == 8


def test_a_reader_takes_the_inverted_file_that_an_import_has_written(filled, tmp_path, monkeypatch):
    monkeypatch.setattr("analyzer.index.vectors.EXACT", 20)
    monkeypatch.setattr("analyzer.index.approximate.CANDIDATES", (50, 100))
    real, made = approximate.build, []
    monkeypatch.setattr("analyzer.index.approximate.build", lambda blocks: made.append(blocks) or real(blocks))
    words = ["late", "cold", "rude", "parcel", "soup", "waiter", "app", "price"]
    said = [f"{a} {b} {c}" for a in words for b in words for c in words if a < b < c]
    filled.load([], *(record(f"a{n}", text) for n, text in enumerate(said[:40])))
    page, importer = Handle(filled, tmp_path), Handle(filled, tmp_path)
    assert page.index.vectors().status.measured_among == 43
    filled.load([], *(record(f"b{n}", f"{text} again {n}") for n, text in enumerate(said * 2)))
    assert page.index.vectors().status.measured_among == 43  # until somebody has written more
    importer.index.save()
    filled.load([], record("z", "the last one"))
    found = page.index.vectors()
    assert (len(made), found.status.measured_among, found.status.vectors) == (2, 155, 156)
    assert found.search(EMBEDDER.embed_one("the last one"), 1)[0][1] == pytest.approx(1, abs=1e-3)


def test_an_account_that_sees_some_imports_alone_compares_every_vector(builds, filled, tmp_path):
    scoped = Handle(filled, tmp_path, reads_cache=False)
    assert scoped.index.vectors().status.is_exact
    assert builds == []


def test_an_index_is_written_once_for_each_change(handle, filled, tmp_path):
    handle.index.save()
    written = (tmp_path / "vectors.cache").read_bytes()
    handle.index.save()
    assert (tmp_path / "vectors.cache").read_bytes() == written
    filled.load([], record("d", "late again"))
    handle.index.save()
    assert len(VectorIndex.load(handle.file(), 8)) == 4


def test_an_account_that_sees_some_imports_alone_never_opens_the_cache_of_all(filled, tmp_path):
    Handle(filled, tmp_path).index.save()
    before = (tmp_path / "vectors.cache").read_bytes()
    scoped = Handle(filled, tmp_path, reads_cache=False)
    assert len(scoped.index.vectors()) == 3
    assert (scoped.asked, scoped.table.reads) == (0, [0])
    assert (tmp_path / "vectors.cache").read_bytes() == before


def test_handles_on_one_workspace_share_the_index_and_others_do_not(filled, tmp_path):
    one, two = (Handle(filled, tmp_path, shared_as=("folder", "id")) for _ in range(2))
    restored, alone = Handle(filled, tmp_path, shared_as=("folder", "other")), Handle(filled, tmp_path)
    assert one.index.vectors() is two.index.vectors()
    assert two.table.reads == []
    assert one.index.vectors() is not restored.index.vectors()
    assert one.index.vectors() is not alone.index.vectors()
    filled.load([], record("d", "late again"))
    assert two.index.vectors() is one.index.vectors()
    assert len(one.index.vectors()) == 4


def test_a_closed_handle_has_left_the_shared_index_and_the_last_one_frees_it(filled, tmp_path):
    one, two = (Handle(filled, tmp_path, reads_cache=False, shared_as=("folder", "freed")) for _ in range(2))
    shared = one.index.vectors()
    one.index.close()
    assert one.index.vectors() is not shared
    assert two.index.vectors() is shared
    two.index.close()
    gc.collect()
    assert Handle(filled, tmp_path, reads_cache=False, shared_as=("folder", "freed")).index.vectors() is not shared


def test_threads_that_ask_at_once_wait_for_one_reading(filled, tmp_path):
    as_threads = {"reads_cache": False, "shared_as": ("folder", "threads"), "table": MeetingTable}
    handles = [Handle(filled, tmp_path, **as_threads) for _ in range(4)]
    start = Barrier(len(handles))

    def ask(handle):
        start.wait()
        return handle.index.vectors()

    with ThreadPoolExecutor(len(handles)) as pool:
        found = list(pool.map(ask, handles))
    assert len({id(one) for one in found}) == 1
    assert sum(len(handle.table.reads) for handle in handles) == 1


def test_an_index_that_cannot_be_read_is_not_remembered(handle, filled):
    handle.index.vectors()
    drop(filled, "a")
    filled.load([], record("d", "late again"))
    with filled.database.transaction() as connection:
        connection.execute("UPDATE texts SET vector = x'0000' WHERE text = 'late again'")
    for _ in range(2):
        with pytest.raises(WorkspaceError, match="wrong size; restore a backup or run: analyzer verify"):
            handle.index.vectors()
    drop(filled, "d")
    assert handle.index.vectors().ids().tolist() == [2, 3]
