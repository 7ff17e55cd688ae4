"""The registry of derived data, and what it offers its owners: masks, free names, labels that move with their texts."""

from typing import ClassVar

import pytest
from sqlcipher3 import dbapi2

from analyzer.store.derived_data import (
    ALL_COLUMNS,
    DeletedRecords,
    DeniedTerm,
    DerivedData,
    ReplacedTexts,
    masked,
    move_labels,
    unique_mask,
)

OLD, OTHER, NEW, NEWER = 1, 2, 3, 4


class Listener:
    """An owner that writes down what it is called with."""

    columns: ClassVar = {"one": ALL_COLUMNS, "two": frozenset({"a"})}

    def __init__(self, name, calls):
        self.name = name
        self.calls = calls

    def on_texts_replaced(self, connection, replaced):
        self.calls.append((self.name, connection, replaced))
        return 1

    def on_records_deleted(self, connection, deleted):
        self.calls.append((self.name, connection, deleted))
        return 2


def find(word):
    return lambda text: [
        (start, start + len(word)) for start in range(len(text)) if text.casefold().startswith(word, start)
    ]


TERM = DeniedTerm("DENIED", find("zaphod"))


def test_owners_are_called_in_order_with_the_connection_of_the_caller():
    calls = []
    derived = DerivedData((Listener("first", calls), Listener("last", calls)))
    replaced, deleted = ReplacedTexts(), DeletedRecords()
    assert derived.on_texts_replaced("connection", replaced) == {"first": 1, "last": 1}
    assert derived.on_records_deleted("connection", deleted) == {"first": 2, "last": 2}
    assert calls == [
        ("first", "connection", replaced), ("last", "connection", replaced),
        ("first", "connection", deleted), ("last", "connection", deleted),
    ]  # fmt: skip


def test_an_owner_is_responsible_for_the_columns_it_names():
    derived = DerivedData((Listener("only", []),))
    assert [derived.owners_of(*one) for one in (("one", "x"), ("two", "a"), ("two", "b"), ("three", "a"))] == [
        ("only",), ("only",), (), ()
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("spans", "after"), [([], "abcdef"), ([(1, 2), (4, 6)], "a*cd*"), ([(0, 3), (1, 2), (2, 5)], "*f")]
)
def test_spans_are_masked_once_where_they_overlap(spans, after):
    assert masked("abcdef", spans, "*") == after


def test_a_masked_name_gets_the_first_number_that_is_free():
    assert TERM.masked("Zaphod's zaphod") == "<DENIED_1>'s <DENIED_1>"
    assert unique_mask(TERM, "Zaphod", ()) == "<DENIED_1>"
    taken = ("<denied_1>", "<denied_2>")
    assert unique_mask(TERM, "Zaphod", taken, str.casefold) == "<DENIED_3>"
    assert not TERM.is_in("<DENIED_1>")


def test_neither_term_nor_texts_show_in_a_representation():
    shown = repr((ReplacedTexts(texts={1: "zaphod"}, denied=TERM), DeletedRecords(orphaned_texts={1: "zaphod"})))
    assert "zaphod" not in shown


@pytest.fixture
def connection():
    made = dbapi2.connect(":memory:")
    made.execute(
        "CREATE TABLE said(label_id INTEGER PRIMARY KEY, of TEXT, text_id INTEGER, answer REAL, at TEXT, actor TEXT, "
        "undone TEXT, is_settled INTEGER NOT NULL DEFAULT 0)"
    )
    yield made
    made.close()


def say(connection, text_id, answer, at, of="p"):
    connection.execute("INSERT INTO said VALUES(NULL, ?, ?, ?, ?, 'ann', NULL, 0)", (of, text_id, answer, at))


def move(connection, successors, orphans):
    replaced = ReplacedTexts(successors=successors, orphans=frozenset(orphans))
    return move_labels(connection, "said", "of", replaced)


def labels(connection):
    return connection.execute("SELECT label_id, text_id, answer, at FROM said ORDER BY 1").fetchall()


def test_labels_of_a_text_that_is_gone_move_and_keep_their_order(connection):
    say(connection, OLD, 1.0, "1")
    say(connection, OTHER, 0.0, "2")
    assert move(connection, {OLD: (NEW,)}, {OLD}) == 1
    assert labels(connection) == [(1, NEW, 1.0, "1"), (2, OTHER, 0.0, "2")]


def test_labels_of_a_text_that_stays_are_copied(connection):
    say(connection, OLD, 1.0, "1")
    assert move(connection, {OLD: (NEW,)}, set()) == 1
    assert labels(connection) == [(1, OLD, 1.0, "1"), (2, NEW, 1.0, "1")]


def test_every_text_that_came_of_one_has_its_labels(connection):
    say(connection, OLD, 1.0, "1")
    move(connection, {OLD: (NEW, NEWER)}, {OLD})
    assert sorted(row[1:] for row in labels(connection)) == [(NEW, 1.0, "1"), (NEWER, 1.0, "1")]


def test_a_copy_of_before_makes_room_for_the_label_itself(connection):
    say(connection, OLD, 1.0, "1")
    move(connection, {OLD: (NEW,)}, set())
    say(connection, OTHER, 0.0, "2")
    move(connection, {OLD: (NEW,)}, {OLD})
    assert labels(connection) == [(1, NEW, 1.0, "1"), (3, OTHER, 0.0, "2")]


def test_what_was_said_later_of_the_new_text_still_counts(connection):
    say(connection, OLD, 1.0, "1")
    say(connection, NEW, 0.0, "2")
    move(connection, {OLD: (NEW,)}, set())
    assert labels(connection) == [(1, OLD, 1.0, "1"), (2, NEW, 0.0, "2")]
    move(connection, {OLD: (NEW,)}, {OLD})
    assert labels(connection) == [(1, NEW, 1.0, "1"), (2, NEW, 0.0, "2")]  # the latest counts


def test_texts_that_take_each_others_place_do_not_mix_their_labels(connection):
    say(connection, OLD, 1.0, "1")
    say(connection, OTHER, 0.0, "2")
    move(connection, {OLD: (OTHER,), OTHER: (NEW,)}, {OLD})
    assert {row[1:] for row in labels(connection)} == {(OTHER, 1.0, "1"), (OTHER, 0.0, "2"), (NEW, 0.0, "2")}


def test_without_labels_nothing_happens(connection):
    assert move(connection, {OLD: (NEW,)}, {OLD}) == 0
