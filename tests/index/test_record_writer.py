"""Responses written, updated and deleted: no text outlives its last record, and no failure leaves a part behind."""

from dataclasses import replace as changed

import pytest
from corpus import PROFILE, Corpus, category, embed, number, record, stored, with_text
from hypothesis import given
from hypothesis import strategies as st

from analyzer.errors import WorkspaceError
from analyzer.index.inventory import find_inconsistencies
from analyzer.index.placeholder_aliases import Aliases
from analyzer.index.record_writer import drop_texts, insert, remove, replaced_texts, update, write_texts
from analyzer.store.derived_data import DerivedData

COLUMNS = [category("town"), number("rating")]


@pytest.fixture
def corpus(tmp_path):
    made = Corpus(tmp_path)
    made.load(
        COLUMNS,
        record("a", "late parcel", "p1", town="York", rating=1),
        record("b", "late parcel", "p2", town="Ely"),
        record("c", "cold soup", "p2", rating=4.5),
    )
    yield made
    made.database.close()


def numbers_of(corpus, *ids):
    return [corpus.one("SELECT response_id FROM responses WHERE id = ?", one) for one in ids]


def replace(connection, corpus, by_number):
    """Replace all that is stored of responses, given by number; return the counts by owner."""
    scope = (list(corpus.table.columns()), [1])
    return update(connection, corpus.table, PROFILE, by_number, scope, corpus.derived).counts


def swap(corpus, **records):
    """Replace records, given by id, in a transaction; return the counts by owner."""
    with corpus.database.transaction() as connection:
        by_number = {numbers_of(corpus, name)[0]: one for name, one in records.items()}
        return replace(connection, corpus, by_number)


def drop(corpus, *ids):
    with corpus.database.transaction() as connection:
        return remove(connection, numbers_of(corpus, *ids), corpus.derived)


def found_by_word(corpus, word):
    return [text for (text,) in corpus.database.rows(
        "SELECT t.text FROM words JOIN texts t ON t.text_id = words.rowid WHERE words MATCH ?", (word,)
    )]  # fmt: skip


def is_sound(corpus):
    """Whether tables and word index agree; the same checks as `analyzer verify`."""
    return find_inconsistencies(corpus.database) == [] and corpus.database.problems() == []


def test_the_numbers_of_new_records_are_those_under_which_they_are_stored(corpus):
    numbers = corpus.load([], record("z", "new words"), record("y", "late parcel"))
    assert numbers == dict(zip(("z", "y"), numbers_of(corpus, "z", "y"), strict=True))
    assert is_sound(corpus)


def test_a_text_that_is_stored_already_is_used_again_with_the_vector_it_has(corpus):
    before = corpus.one("SELECT vector FROM texts WHERE text = 'late parcel'")
    other = with_text(record("d", "late parcel"), changed(stored("late parcel"), vector=embed(["else"])[0]))
    corpus.load([], other)
    assert corpus.texts() == ["cold soup", "late parcel"]
    assert corpus.one("SELECT vector FROM texts WHERE text = 'late parcel'") == before


def test_the_first_text_sets_the_dimension_of_the_workspace_once(corpus):
    assert corpus.meta("dimension") == 8
    corpus.load([], with_text(record("d", "short"), changed(stored("short"), vector=bytes(4))))
    assert corpus.meta("dimension") == 8
    assert find_inconsistencies(corpus.database) == ["1 vectors of the wrong size"]


def test_numbers_in_a_column_of_text_are_stored_as_text_and_an_empty_cell_stays_empty(corpus):
    corpus.load([], *[record(f"n{n}", "x", town=town) for n, town in enumerate([5.0, 7, 0.1, None, ""])])
    assert corpus.database.rows("SELECT c1, typeof(c1) FROM fields WHERE response_id > 3 ORDER BY response_id") == [
        ("5", "text"), ("7", "text"), ("0.1", "text"), (None, "null"), ("", "text"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "broken",
    [
        (record("d", "new words"), record("a", "other words")),  # an id that is stored
        (record("d", "new words"), record("d", "other words")),  # an id twice
        (record("d", "new words"), changed(record("e", "x"), digest=None)),
    ],
)
def test_an_import_that_cannot_be_stored_whole_leaves_nothing(corpus, broken):
    before = corpus.dump()
    with pytest.raises(WorkspaceError, match="restore a backup or run: analyzer verify"):
        corpus.load([category("more")], *broken)
    assert corpus.dump() == before
    assert found_by_word(corpus, "new") == []
    assert list(corpus.table.columns()) == ["town", "rating"]


def test_a_field_without_a_column_is_an_error_and_leaves_nothing(corpus):
    before = corpus.dump()
    with pytest.raises(KeyError, match="colour"):
        corpus.load([], record("d", "new words", colour="red"))
    assert corpus.dump() == before


def test_a_replaced_record_has_its_new_text_and_fields_and_nothing_of_the_old(corpus):
    counts = swap(corpus, c=record("c", "hot soup", "p9", town="Bath"))
    assert corpus.records()["c"] == ("hot soup", {"town": "Bath"})
    assert corpus.one("SELECT respondent FROM feedback WHERE id = 'c'") == "p9"
    assert corpus.texts() == ["hot soup", "late parcel"]
    assert found_by_word(corpus, "cold") == []
    assert found_by_word(corpus, "hot") == ["hot soup"]
    assert counts == {"witness": 1, "aliases": 0, "texts": 1}
    assert is_sound(corpus)


def test_a_text_that_another_record_has_stays_when_one_is_replaced(corpus):
    swap(corpus, a=record("a", "late again", "p1", town="York", rating=1))
    assert corpus.texts() == ["cold soup", "late again", "late parcel"]
    (told,) = corpus.witness.replaced
    assert (told.orphans, told.record_ids) == (frozenset(), {"a"})
    assert [(told.texts[old], [told.texts[one] for one in new]) for old, new in told.successors.items()] == [
        ("late parcel", ["late again"])
    ]


def test_one_old_text_may_have_several_successors(corpus):
    swap(corpus, a=record("a", "late <PERSON_1>", "p1"), b=record("b", "late <PERSON_2>", "p2"))
    (told,) = corpus.witness.replaced
    ((old, new),) = told.successors.items()
    assert sorted(told.texts[one] for one in new) == ["late <PERSON_1>", "late <PERSON_2>"]
    assert list(new) == sorted(new)
    assert told.orphaned_texts == {old: "late parcel"}


def test_records_whose_fields_alone_changed_are_told_of_without_a_text(corpus):
    deletions = corpus.meta("deletions")
    swap(corpus, a=record("a", "late parcel", "p1", town="Hull", rating=1), b=record("b", "late parcel", town="Ely"))
    (told,) = corpus.witness.replaced
    assert (told.record_ids, told.successors, told.texts) == ({"a"}, {}, {})
    assert corpus.meta("deletions") == deletions


def test_records_that_are_replaced_by_themselves_are_no_change_to_the_owners(corpus):
    generation = corpus.meta("generation")
    before = corpus.records()
    assert swap(corpus, c=record("c", "cold soup", "p2", rating=4.5)) == {}
    assert corpus.witness.replaced == []
    assert corpus.records() == before
    assert corpus.meta("generation") == generation + 1


def test_places_to_review_of_a_replaced_record_are_gone_and_those_of_others_stay(corpus):
    (a, b) = numbers_of(corpus, "a", "b")
    with corpus.database.transaction() as connection:
        connection.execute("INSERT INTO doubts VALUES(1, 'term', 'PERSON', x'00', 'Aa', 1)")
        connection.executemany("INSERT INTO doubt_places VALUES(1, ?, ?, '', 0, 4)", [(a, a), (b, b)])
    swap(corpus, a=record("a", "late parcel", "p1", town="York", rating=1))
    assert corpus.database.rows("SELECT response_id FROM doubt_places") == [(b,)]


def test_a_deleted_record_takes_with_it_what_no_other_record_has(corpus):
    with corpus.database.transaction() as connection:
        for one in ("p1", "p2"):
            Aliases(connection).number(one, "PERSON", one.encode())
    deletions = corpus.meta("deletions")
    counts = drop(corpus, "a", "c")
    assert corpus.records() == {"b": ("late parcel", {"town": "Ely"})}
    assert corpus.texts() == ["late parcel"]
    assert found_by_word(corpus, "soup") == []
    assert corpus.database.rows("SELECT respondent FROM aliases") == [("p2",)]
    assert counts == {"witness": 2, "aliases": 1, "texts": 1}
    (told,) = corpus.witness.deleted
    assert (told.ids, told.respondents, list(told.orphaned_texts.values())) == ({"a", "c"}, {"p1"}, ["cold soup"])
    assert corpus.meta("deletions") == deletions + 1
    assert is_sound(corpus)


def test_a_record_without_a_respondent_takes_no_numbers_with_it(corpus):
    corpus.load([], record("d", "fine"))
    drop(corpus, "d")
    assert corpus.witness.deleted[0].respondents == frozenset()


def test_deleting_nothing_deletes_nothing(corpus):
    before, deletions = corpus.records(), corpus.meta("deletions")
    with corpus.database.transaction() as connection:
        assert remove(connection, [99], corpus.derived) == {"witness": 0, "aliases": 0, "texts": 0}
        assert drop_texts(connection, {}) == 0
    assert (corpus.records(), corpus.meta("deletions")) == (before, deletions)


class FailingOwner:
    """An owner that cannot update its data."""

    name = "failing"
    columns = {}  # noqa: RUF012 - the class is not shared

    def on_texts_replaced(self, connection, replaced):
        raise WorkspaceError("the disk is full")

    on_records_deleted = on_texts_replaced


@pytest.mark.parametrize("action", ["replace", "remove"])
def test_an_owner_that_fails_undoes_the_whole_change(corpus, action):
    before = corpus.dump()
    corpus.derived = DerivedData((*corpus.derived.owners, FailingOwner()))
    with pytest.raises(WorkspaceError, match="disk is full"):
        drop(corpus, "c") if action == "remove" else swap(corpus, c=record("c", "hot soup"))
    assert corpus.dump() == before
    assert found_by_word(corpus, "cold") == ["cold soup"]
    assert is_sound(corpus)


def test_more_records_than_fit_one_statement_are_replaced_and_deleted(corpus):
    many = [record(f"m{n}", f"comment {n}", f"q{n}") for n in range(1_201)]
    numbers = corpus.load([], *many)
    later = {numbers[one.id]: with_text(one, stored(f"{one.comments[1].text} again")) for one in many}
    with corpus.database.transaction() as connection:
        assert replace(connection, corpus, later)["texts"] == 1_201
        assert len(corpus.witness.replaced[0].record_ids) == 1_201
        assert remove(connection, list(numbers.values()), corpus.derived)["texts"] == 1_201
    assert sorted(corpus.records()) == ["a", "b", "c"]
    assert is_sound(corpus)


def test_texts_are_known_by_their_digest_whatever_their_order(corpus):
    texts = [stored("one"), stored("two"), stored("one"), stored("late parcel")]
    with corpus.undone() as connection:
        ids = write_texts(connection, texts)
        assert len(ids) == 3
        assert write_texts(connection, reversed(texts)) == ids
        moves = [(ids[texts[0].digest], ids[texts[0].digest])]
        assert replaced_texts(connection, moves, frozenset({"a"})).successors == {}  # a text does not follow itself


words = st.sampled_from(["late", "cold", "rude", "fine", "slow"])
steps = st.lists(
    st.tuples(
        st.sampled_from(["insert", "replace", "remove"]), st.integers(0, 6), words, st.sampled_from(["p", "q", None])
    ),
    max_size=20,
)


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    made = Corpus(tmp_path_factory.mktemp("shared"))
    made.load(COLUMNS)
    yield made
    made.database.close()


@given(steps)
def test_after_any_changes_the_texts_are_those_of_the_records(shared, changes):
    """Whatever is inserted, replaced and deleted: a text is stored exactly as long as a record has it."""
    expected = {}
    with shared.undone() as connection:
        for action, key, text, respondent in changes:
            generation, name = shared.meta("generation"), f"R-{key}"
            one = record(name, text, respondent, rating=key)
            if action == "insert" and name not in expected:
                insert(connection, shared.table, 1, PROFILE, [one])
            elif action == "replace" and name in expected:
                replace(connection, shared, {numbers_of(shared, name)[0]: one})
            elif action == "remove" and name in expected:
                remove(connection, numbers_of(shared, name), shared.derived)
            else:
                continue
            expected.pop(name, None)
            if action != "remove":
                expected[name] = text
            assert shared.meta("generation") == generation + 1
        assert {name: text for name, (text, _) in shared.records().items()} == expected
        assert shared.texts() == sorted(set(expected.values()))
        assert sorted(found_by_word(shared, "late OR cold OR rude OR fine OR slow")) == shared.texts()
        assert find_inconsistencies(shared.database) == []
