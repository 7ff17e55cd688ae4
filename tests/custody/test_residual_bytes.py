"""Residues: what is searched for after an erasure is of the erased comments alone, and is found wherever it lies."""

import sqlite3
from hashlib import sha256

import pytest
from fakes import make_workspace, write_csv
from hypothesis import assume, given
from hypothesis import strategies as st

from analyzer.custody.residual_bytes import MOST_PIECES, SHORTEST_TEXT, TEXT_PIECE, VECTOR_PIECE, count_copies, markers

WORDS = st.lists(st.sampled_from("parcel soup waiter späť 寿司 🍜 late cold Ä é - 12".split()), min_size=1, max_size=30)
TEXTS = WORDS.map(" ".join)


def stored(texts=(), vectors=(), clauses=()):
    """A connection to what is left after an erasure."""
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE texts(text TEXT, vector BLOB)")
    connection.execute("CREATE TABLE clauses(vector BLOB)")
    connection.executemany("INSERT INTO texts VALUES(?, ?)", [(text, b"") for text in texts])
    connection.executemany("INSERT INTO texts VALUES('', ?)", [(vector,) for vector in vectors])
    connection.executemany("INSERT INTO clauses VALUES(?)", [(vector,) for vector in clauses])
    return connection


@given(TEXTS, st.lists(TEXTS, max_size=4))
def test_every_piece_is_of_the_erased_text_and_of_no_other(erased, others):
    for piece in markers(stored(others), [erased], []):
        text = piece.decode()
        assert text in erased
        assert not [other for other in others if text in other]
        assert SHORTEST_TEXT <= len(text) <= TEXT_PIECE


@given(TEXTS, st.lists(TEXTS, max_size=4), st.binary(max_size=40), st.binary(max_size=40))
def test_an_erased_text_that_is_still_in_a_block_is_found(erased, others, before, after):
    pieces = markers(stored(others), [erased], [])
    assume(pieces)
    assert count_copies([before + erased.encode() + after, b""], pieces) == 1


@given(st.text("abcdefgh ", min_size=60, max_size=200), st.data())
def test_a_third_of_an_erased_text_is_enough_to_be_found(erased, data):
    """The pieces overlap or follow each other closely enough that none of its parts is left out."""
    length = len(erased) // 3 + TEXT_PIECE
    start = data.draw(st.integers(0, len(erased) - length))
    part = erased[start : start + length].encode()
    assert count_copies([b"\x00" + part + b"\x00"], markers(stored(), [erased], [])) == 1


@given(st.binary(min_size=64, max_size=800), st.binary(max_size=20))
def test_an_erased_vector_that_is_still_in_a_block_is_found(vector, before):
    pieces = markers(stored(), [], [vector])
    assert all(len(piece) == VECTOR_PIECE and piece in vector for piece in pieces)
    assert count_copies([before + vector], pieces) == 1


def test_what_another_comment_says_too_is_not_searched_for():
    shared = "the parcel came late and wet"
    assert markers(stored([f"again {shared} today"]), [shared], []) == []
    own = markers(stored([shared]), [f"{shared} for Zorblax of Quux street"], [])
    assert own
    assert not [piece for piece in own if piece.decode() in shared]


@pytest.mark.parametrize("where", ["vectors", "clauses"])
def test_a_vector_that_another_text_or_clause_has_is_not_searched_for(where):
    vector, other = bytes(range(64)), bytes(range(100, 164))
    assert markers(stored(**{where: [b"\x07" + vector]}), [], [vector]) == []
    assert len(markers(stored(**{where: [other]}), [], [vector])) > 1


@pytest.mark.parametrize("text", ["", "o", "ok", "good", "x" * (SHORTEST_TEXT - 1)])
def test_a_text_that_is_too_short_to_be_told_from_other_bytes_is_not_searched_for(text):
    assert markers(stored(["something else"]), [text], []) == []


def test_the_shortest_text_is_searched_for_as_a_whole():
    text = "x" * SHORTEST_TEXT
    assert markers(stored(), [text], []) == [text.encode()]


def test_equal_pieces_are_searched_for_once():
    assert len(markers(stored(), ["late " * 40], [])) <= 5
    assert markers(stored(), ["x" * 300, "x" * 200], []) == [b"x" * TEXT_PIECE]


@pytest.mark.parametrize("count", [1, 2, 95, 96, 97, 1_000])
def test_however_many_comments_are_erased_the_pieces_are_few_and_of_all_parts_of_them(count):
    texts = [sha256(str(n).encode()).hexdigest()[:38] for n in range(count)]
    vectors = [n.to_bytes(4, "big") * 16 for n in range(count)]
    found = markers(stored(), texts, vectors)
    assert 0 < len(found) <= 2 * MOST_PIECES
    assert len([piece for piece in found if piece in b"\n".join(text.encode() for text in texts)]) <= MOST_PIECES
    # as an interrupted deletion leaves it: any tenth of the comments in a row
    for start in range(0, count, max(1, count // 10)):
        block = "\n".join(texts[start : start + max(1, count // 10) + 1]).encode()
        assert count_copies([block], found) == 1


def test_blocks_are_counted_and_not_pieces():
    blocks = [b"one and two", b"two", b"three", b""]
    assert count_copies(blocks, [b"one", b"two"]) == 2
    assert count_copies(blocks, []) == 0
    assert count_copies([], [b"one"]) == 0
    assert count_copies(iter(blocks), [b"three"]) == 1


@pytest.mark.parametrize("comment", ["ok", "id"])
def test_the_receipt_of_a_short_comment_reports_no_copies_that_are_other_data(tmp_path, comment):
    """ "ok" stands in the audit log, "id" in the names of columns; the other comment has the zeros of fake vectors."""
    workspace = make_workspace(tmp_path)
    rows = [{"id": "A-1", "comment": comment}, {"id": "A-2", "comment": "parcel"}]
    workspace.ingest([write_csv(tmp_path / "a.csv", rows)])
    found = workspace.erasure.erase(ids=["A-1"])
    assert (found.records, found.texts, found.copies_found) == (1, 1, 0)
    assert workspace.feedback.matching() == 1
    workspace.close()
