"""The feedback tables: records written and read, and files that differ in the kind of a column."""

import numpy as np
import pytest

from analyzer.errors import UsageError, WorkspaceError
from analyzer.index.feedback_table import FeedbackTable, NewResponse, StoredText
from analyzer.index.filters import EVERYTHING
from analyzer.index.record_writer import insert
from analyzer.store.database import Database
from analyzer.store.schema import MAX_COLUMNS
from analyzer.types import Column, Kind


class Store:
    """A FeedbackTable on a real database, and short ways to fill it."""

    def __init__(self, path):
        self.database = Database.create(path, bytes(32), {})
        self.table = FeedbackTable(self.database)
        self.imports = 0

    def load(self, columns, *records):
        """Import (id, text, fields) records as one file with these columns."""
        self.imports += 1
        texts = {text: StoredText(text, "en", vector_of(text).tobytes()) for _, text, _ in records}
        rows = [
            NewResponse(record_id, {1: texts[text]}, row, bytes(16), None, fields)
            for row, (record_id, text, fields) in enumerate(records, start=1)
        ]
        with self.database.transaction() as connection:
            self.table.add_columns(connection, columns)
            connection.execute(
                "INSERT INTO imports(import_id, file, fingerprint, started) VALUES(?, 'f', ?, 't')",
                (self.imports, bytes([self.imports])),
            )
            connection.execute("INSERT OR IGNORE INTO profiles VALUES(1, 'p')")
            connection.execute("INSERT OR IGNORE INTO questions VALUES(1, 'comment', 'Comment')")
            insert(connection, self.table, self.imports, 1, rows)

    def ids(self, where=""):
        return [record.id for record in self.table.browse(where, 1000)]


def vector_of(text):
    return np.full(4, len(text), dtype=np.float16)


def number(name="score"):
    return Column(name, name.title(), Kind.NUMBER)


def category(name="score"):
    return Column(name, name.title(), Kind.CATEGORY)


@pytest.fixture
def store(tmp_path):
    made = Store(tmp_path / "feedback.db")
    yield made
    made.database.close()


@pytest.fixture
def filled(store):
    store.load(
        [number(), category("channel")],
        ("b", "Late", {"score": 1, "channel": "email"}),
        ("a", "Good", {"score": 5, "channel": "app"}),
        ("c", "Late", {"score": 2.5}),
        ("d", "Fine", {"channel": "email"}),
    )
    return store


def test_records_come_back_as_they_went_in(filled):
    found = filled.table.get(["c", "a", "nobody"])
    assert sorted(found) == ["a", "c"]
    assert (found["a"].text, found["a"].fields) == ("Good", {"score": 5, "channel": "app"})
    assert found["c"].fields == {"score": 2.5}


def test_more_ids_than_fit_one_statement_are_found(store):
    store.load([], *[(f"R-{n}", "same words", {}) for n in range(1300)])
    ids = [f"R-{n}" for n in range(1300)]
    assert sorted(store.table.get(ids)) == sorted(ids)
    assert len(store.table.existing(ids)) == 1300
    assert store.table.get([]) == {}


def test_equal_texts_are_stored_once_and_counted_each_time(filled):
    assert filled.database.rows("SELECT count(*) FROM texts") == [(3,)]
    assert filled.table.count() == 4
    late = filled.database.rows("SELECT text_id FROM texts WHERE text = 'Late'")[0][0]
    assert filled.table.records_of([late], EVERYTHING) == {late: ("b", 2)}
    assert filled.table.records_of([late], filled.table.predicate("score > 2")) == {late: ("c", 1)}


def test_browse_is_in_order_of_id_and_can_be_paged(filled):
    assert filled.ids() == ["a", "b", "c", "d"]
    assert [record.id for record in filled.table.browse("", 2, 1)] == ["b", "c"]
    assert filled.ids("channel = email") == ["b", "d"]


def test_count_honors_the_filter(filled):
    counts = {where: filled.table.count(where) for where in ("", "score >= 2", "channel is empty", "text = late")}
    assert counts == {"": 4, "score >= 2": 2, "channel is empty": 1, "text = late": 2}


def test_tally_is_most_frequent_first_with_ties_by_value(filled):
    assert filled.table.tally("channel") == [("email", 2), (None, 1), ("app", 1)]
    assert filled.table.tally("channel", "score >= 1", most=2) == [(None, 1), ("app", 1)]
    with pytest.raises(UsageError, match='no column "colour"; columns: channel, score'):
        filled.table.tally("colour")


def test_text_ids_are_sorted_distinct_and_filtered(filled):
    assert filled.table.text_ids(EVERYTHING).tolist() == [1, 2, 3]
    assert filled.table.text_ids(filled.table.predicate("channel = email")).tolist() == [1, 3]


def test_a_second_file_adds_its_columns_and_leaves_the_first_empty(filled):
    filled.load([number(), category("town")], ("e", "New", {"score": 3, "town": "York"}))
    assert list(filled.table.columns()) == ["score", "channel", "town"]
    assert filled.table.get(["a"])["a"].fields == {"score": 5, "channel": "app"}
    assert filled.ids("town is empty") == ["a", "b", "c", "d"]


@pytest.mark.parametrize("order", ["number first", "text first"])
def test_a_column_that_files_disagree_about_becomes_text(store, order):
    files = [
        ([number()], ("n1", "one", {"score": 5}), ("n2", "two", {"score": 2.5}), ("n3", "three", {"score": 5.0})),
        ([category()], ("t1", "four", {"score": "five"}), ("t2", "six", {"score": "5"})),
    ]
    for columns, *records in files if order == "number first" else reversed(files):
        store.load(columns, *records)
    assert store.table.columns()["score"].column.kind is Kind.TEXT
    values = {
        record_id: record.fields["score"] for record_id, record in store.table.get(["n1", "n2", "n3", "t1"]).items()
    }
    assert values == {"n1": "5", "n2": "2.5", "n3": "5", "t1": "five"}
    assert store.ids("score = 5") == ["n1", "n3", "t2"]
    assert store.ids("score in (2.5, five)") == ["n2", "t1"]
    assert dict(store.table.tally("score"))["5"] == 3


def test_numbers_after_text_are_stored_as_text(store):
    store.load([number()], ("a", "one", {"score": 5}))
    store.load([category()], ("b", "two", {"score": "x"}))
    store.load([number()], ("c", "three", {"score": 5}))
    assert store.ids("score = 5") == ["a", "c"]


def test_a_workspace_takes_a_thousand_columns_and_not_one_more(store):
    columns = [category(f"q{n}") for n in range(MAX_COLUMNS)]
    store.load(columns, ("a", "text", {"q0": "first", f"q{MAX_COLUMNS - 1}": "last"}))
    assert store.ids(f"q{MAX_COLUMNS - 1} = last and q0 = first") == ["a"]
    with pytest.raises(UsageError, match="more than 1000 columns"):
        store.load([category("one_more")], ("b", "text", {}))
    assert store.ids() == ["a"]
    store.load(columns[:3], ("c", "text", {}))
    assert store.ids() == ["a", "c"]


def test_vectors_come_in_order_of_text_id_as_float16(filled):
    ids, _, vectors = filled.table.vectors()
    assert ids.tolist() == [1, 2, 3]
    assert vectors.dtype == np.float16
    assert vectors.tolist() == [[4.0] * 4] * 3
    assert filled.table.vectors(after=2)[0].tolist() == [3]


def test_vectors_of_the_wrong_size_are_an_error(filled):
    with filled.database.transaction() as connection:
        connection.execute("UPDATE texts SET vector = x'0000' WHERE text_id = 2")
    with pytest.raises(WorkspaceError, match="wrong size"):
        filled.table.vectors()


def test_an_empty_workspace_answers_every_reading(store):
    assert (store.table.count(), store.ids(), store.table.get(["a"]), store.table.columns()) == (0, [], {}, {})
    assert len(store.table.vectors()[0]) == 0


def test_each_write_is_a_new_generation(filled):
    before = int(filled.database.meta("generation"))
    filled.load([], ("z", "more", {}))
    assert int(filled.database.meta("generation")) == before + 1
