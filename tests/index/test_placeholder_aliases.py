"""Placeholders with their respondent's numbers, and the new positions of the rest of the text."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.index.placeholder_aliases import Aliases, placeholders_in, renumber, strip_numbers
from analyzer.store.database import Database
from analyzer.types import Entity, ScrubbedText


def scrubbed(parts):
    """Build a scrubbed text of words and (type, number) values, each value six characters long before."""
    text, entities, place = "", [], 0
    for part in parts:
        if isinstance(part, tuple):
            kind, number = part
            after = f"<{kind}_{number}>"
            entities.append(Entity(kind, place, place + 6, after, key=bytes([number]) * 16))
            text, place = text + after, place + 6
        else:
            text, place = text + part, place + len(part)
    return ScrubbedText(text, tuple(entities))


words = st.text(st.characters(blacklist_characters="<>_", blacklist_categories=("Cs",)), max_size=8)
values = st.tuples(st.sampled_from(["PERSON", "PHONE_NUMBER"]), st.integers(1, 12))


@given(st.lists(words | values, max_size=12), st.integers(0, 2000))
def test_only_numbers_change_and_every_place_is_found_again(parts, shift):
    before = scrubbed(parts)
    after = renumber(before, lambda kind, key: key[0] + shift)
    assert strip_numbers(after.text) == strip_numbers(before.text)
    for start, entity in placeholders_in(before):
        end = start + len(entity.text_after)
        assert after.text[after.place(start) : after.place(end)] == f"<{entity.type}_{entity.key[0] + shift}>"
    outside = [place for place, c in enumerate(re.sub(r"<\w+>", lambda m: "\0" * len(m[0]), before.text)) if c != "\0"]
    assert all(after.text[after.place(place)] == before.text[place] for place in outside)


def test_a_value_without_a_hash_leaves_the_text_as_it_is():
    text = ScrubbedText("<PERSON_1> x", (Entity("PERSON", 0, 6, "<PERSON_1>"),))
    assert renumber(text, lambda kind, key: 7).text == text.text


def test_what_was_replaced_by_no_placeholder_stays():
    text = ScrubbedText("see h.example/REMOVED", (Entity("URL", 4, 30, "h.example/REMOVED"),))
    assert renumber(text, lambda kind, key: 7).text == text.text


@pytest.fixture
def connection(tmp_path):
    database = Database.create(tmp_path / "feedback.db", bytes(32), {})
    with database.transaction() as opened:
        yield opened
    database.close()


def test_numbers_count_up_by_respondent_and_type_and_are_remembered(connection):
    one, two = b"1" * 16, b"2" * 16
    aliases = Aliases(connection)
    given_out = [aliases.number(*of) for of in [("a", "P", one), ("a", "P", two), ("b", "P", two), ("a", "Q", two)]]
    assert given_out == [1, 2, 1, 1]
    again = Aliases(connection)
    assert [again.number("a", "P", two), again.number("a", "P", b"3" * 16), again.number("a", "P", one)] == [2, 3, 1]
