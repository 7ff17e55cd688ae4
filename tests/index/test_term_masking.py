"""A denied term is masked wherever it is stored, under its respondent's number, and places to review move along."""

import re

import pytest
from corpus import Corpus, category, dates, embed, number, record
from hypothesis import given
from hypothesis import strategies as st

from analyzer.errors import ModelError
from analyzer.index.inventory import find_inconsistencies
from analyzer.index.placeholder_aliases import Aliases
from analyzer.index.term_masking import Mask, Rewritten, mask_everywhere

TERM = "zaphod"
COLUMNS = [category("town"), number("rating"), dates("day")]


def finds(text):
    return [match.span() for match in re.finditer(TERM, text, re.IGNORECASE)]


MASK = Mask("DENIED", b"k" * 16, finds)


class Embedding:
    """Embeds texts and remembers which they were."""

    def __init__(self):
        self.asked = []

    def __call__(self, texts):
        self.asked += texts
        return embed(texts)


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    made = Corpus(tmp_path_factory.mktemp("shared"))
    made.load(COLUMNS)
    yield made
    made.database.close()


@pytest.fixture
def corpus(tmp_path):
    made = Corpus(tmp_path)
    made.load(COLUMNS)
    yield made
    made.database.close()


def mask(corpus, embedding=embed):
    with corpus.database.transaction() as connection:
        return mask_everywhere(connection, corpus.table, MASK, embedding, corpus.derived)


def test_each_respondent_has_a_number_of_their_own_in_comments_and_fields_alike(corpus):
    corpus.load(
        [],
        record("a", "Zaphod was late", "p1", town="Zaphod's bar"),
        record("b", "call ZAPHOD, zaphod!", "p2"),
        record("c", "cold soup", "p1", town="zaphod"),
    )
    with corpus.database.transaction() as connection:
        Aliases(connection).number("p2", "DENIED", b"another value...")
    found = mask(corpus)
    assert corpus.records() == {
        "a": ("<DENIED_1> was late", {"town": "<DENIED_1>'s bar"}),
        "b": ("call <DENIED_2>, <DENIED_2>!", {}),
        "c": ("cold soup", {"town": "<DENIED_1>"}),
    }
    assert (found.ids, found.texts, found.is_changed) == ({"a", "b", "c"}, 4, True)
    assert found.derived == {"witness": 3, "aliases": 0, "texts": 2}


def test_one_text_of_two_respondents_becomes_two_and_the_old_one_is_gone(corpus):
    corpus.load([], record("a", "zaphod again", "p1"), record("b", "zaphod again", "p2"))
    with corpus.database.transaction() as connection:
        Aliases(connection).number("p2", "DENIED", b"another value...")
    mask(corpus)
    assert corpus.texts() == ["<DENIED_1> again", "<DENIED_2> again"]
    (told,) = corpus.witness.replaced
    assert list(told.orphaned_texts.values()) == ["zaphod again"]
    assert (told.denied.type, told.denied.is_in("ZAPHOD")) == ("DENIED", True)
    assert corpus.database.rows("SELECT count(*) FROM words WHERE words MATCH 'zaphod'") == [(0,)]
    assert find_inconsistencies(corpus.database) == []


def test_two_texts_that_become_equal_are_one_text(corpus):
    corpus.load([], record("a", "zaphod left", "p1"), record("b", "Zaphod left", "p2"), record("c", "<DENIED_1> left"))
    mask(corpus)
    assert corpus.texts() == ["<DENIED_1> left"]
    assert {text for text, _ in corpus.records().values()} == {"<DENIED_1> left"}


def test_without_a_respondent_the_number_is_the_first_that_the_text_does_not_have(corpus):
    corpus.load(
        [],
        record("a", "<DENIED_7> met zaphod and <PERSON_9>"),
        record("b", "zaphod", town="<DENIED_2> or zaphod"),
    )
    mask(corpus)
    assert corpus.records() == {
        "a": ("<DENIED_7> met <DENIED_8> and <PERSON_9>", {}),
        "b": ("<DENIED_1>", {"town": "<DENIED_2> or <DENIED_3>"}),
    }
    assert corpus.database.rows("SELECT * FROM aliases") == []


def test_a_masked_text_is_embedded_once_without_its_number(corpus):
    """So that the number of a person does not move the text away from those of other persons."""
    corpus.load([], *[record(f"R-{n}", "zaphod <PERSON_4>", f"p{n}") for n in range(3)], record("x", "cold soup"))
    embedding = Embedding()
    mask(corpus, embedding)
    assert embedding.asked == ["<DENIED> <PERSON>"]
    assert corpus.one("SELECT vector FROM texts WHERE text LIKE '<DENIED%'") == embed(["<DENIED> <PERSON>"])[0]


def test_more_texts_than_are_embedded_at_once_are_masked(corpus):
    corpus.load([], *[record(f"R-{n}", f"zaphod {n}", f"p{n}") for n in range(1_001)])
    embedding = Embedding()
    assert mask(corpus, embedding).texts == 1_001
    assert len(embedding.asked) == 1_001
    assert sorted(corpus.texts()) == sorted(f"<DENIED_1> {n}" for n in range(1_001))
    vectors = dict(corpus.database.rows("SELECT text, vector FROM texts"))
    assert vectors["<DENIED_1> 999"] == embed(["<DENIED> 999"])[0]


def test_a_term_that_is_nowhere_changes_nothing(corpus):
    corpus.load([], record("a", "late parcel", "p1", town="York", rating=3, day="2024-05-01"))
    before = corpus.dump()
    found = mask(corpus, lambda texts: pytest.fail("nothing is to be embedded"))
    assert (found.ids, found.texts, found.is_changed) == (frozenset(), 0, False)
    assert corpus.dump() == before


def test_a_term_in_derived_data_alone_counts_as_a_change():
    assert Rewritten(frozenset(), 0, {"themes": 1}).is_changed
    assert not Rewritten(frozenset(), 0, {"themes": 0}).is_changed
    assert not Rewritten(frozenset(), 0).is_changed


def test_numbers_and_dates_are_not_searched(corpus):
    corpus.load([], record("a", "fine", rating=42, day="2024-05-01"))
    with corpus.database.transaction() as connection:
        everything = Mask("DENIED", b"k" * 16, lambda text: [(0, len(text))] if text != "fine" else [])
        assert not mask_everywhere(connection, corpus.table, everything, embed, corpus.derived).is_changed
    assert corpus.records() == {"a": ("fine", {"rating": 42, "day": "2024-05-01"})}


def test_a_model_that_fails_leaves_every_comment_as_it_was(corpus):
    corpus.load([], record("a", "zaphod was late", "p1", town="zaphod"))
    before = corpus.dump()

    def fail(_texts):
        raise ModelError("the model does not load")

    with pytest.raises(ModelError):
        mask(corpus, fail)
    assert corpus.dump() == before


def note_places(corpus, connection, n, field, places):
    connection.execute("INSERT OR IGNORE INTO doubts VALUES(1, 'term', 'PERSON', x'00', 'Aa', 1)")
    rows = [(n, 0 if field else n, field, start, end) for start, end in places]
    connection.executemany("INSERT INTO doubt_places VALUES(1, ?, ?, ?, ?, ?)", rows)


def test_places_to_review_follow_their_words_and_masked_ones_are_done(corpus):
    text = "Trillian met zaphod in zaphod's bar with Marvin"
    (n,) = corpus.load([], record("a", text, "p1", town="zaphod or Marvin")).values()
    with corpus.database.transaction() as connection:
        note_places(corpus, connection, n, "", [(0, 8), (9, 19), (22, 29), (41, 47)])
        note_places(corpus, connection, n, "town", [(10, 16)])
    mask(corpus)
    places = corpus.database.rows('SELECT field, start, "end" FROM doubt_places ORDER BY field, start')
    record_text, fields = corpus.records()["a"]
    contents = {"": record_text, "town": fields["town"]}
    assert [contents[field][start:end] for field, start, end in places] == ["Trillian", "Marvin", "Marvin"]


pieces = st.lists(st.sampled_from([TERM, "ZAPHOD", "Ford ", "Marvin ", " ", "é𝄞 ", "<DENIED_3> "]), max_size=10)


@given(st.lists(st.tuples(pieces, st.sampled_from(["p1", "p2", None])), max_size=6))
def test_the_term_is_nowhere_afterwards_and_the_rest_is_as_it_was(shared, comments):
    with shared.undone() as connection:
        texts = {f"R-{n}": "".join(words) for n, (words, _) in enumerate(comments)}
        records = [
            record(f"R-{n}", texts[f"R-{n}"], respondent, town=texts[f"R-{n}"])
            for n, (_, respondent) in enumerate(comments)
        ]
        numbers = shared.put(connection, [], *records)
        marvins = {name: [m.span() for m in re.finditer("Marvin", text)] for name, text in texts.items()}
        for name, places in marvins.items():
            note_places(shared, connection, numbers[name], "", places)
        found = mask_everywhere(connection, shared.table, MASK, embed, shared.derived)
        after = shared.records()
        assert found.ids == {name for name, text in texts.items() if finds(text)}
        for name, (text, fields) in after.items():
            assert not finds(text)
            assert fields["town"] == text  # the same words have the same placeholders in every column
            rest = re.sub(r"<DENIED_\d>", "", texts[name])
            assert re.sub(r"<DENIED_\d>", "", text) == re.sub(TERM, "", rest, flags=re.IGNORECASE)
            kept = shared.database.rows('SELECT start, "end" FROM doubt_places WHERE n = ?', (numbers[name],))
            assert [text[start:end] for start, end in kept] == ["Marvin"] * len(marvins[name])
        assert find_inconsistencies(shared.database) == []
