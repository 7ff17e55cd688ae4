"""Ranking by words among many texts: bounded work, and the texts that scoring all of them would give."""

import random

import numpy as np
import pytest

from analyzer.index.word_ranking import rank_texts
from analyzer.store.database import Database

COMMON = ("staff", "waiting", "room", "doctor")
RARE = ("parking", "zipper", "lullaby")
FILLER = tuple(f"word{n}" for n in range(300))
COUNT = 3_000


def fill(folder, texts):
    folder.mkdir(parents=True)
    made = Database.create(folder / "feedback.db", bytes(32), {})
    with made.transaction() as connection:
        for number, text in enumerate(texts, start=1):
            connection.execute(
                "INSERT INTO texts VALUES(?, ?, ?, ?, ?)", (number, number.to_bytes(16, "big"), text, "en", bytes(8))
            )
            connection.execute("INSERT INTO words(rowid, text) VALUES(?, ?)", (number, text))
    return made


@pytest.fixture(scope="module")
def texts():
    chance = random.Random(4)
    found = []
    for _ in range(COUNT):
        words = chance.choices(FILLER, k=chance.randint(3, 25))
        words += [word for word in COMMON if chance.random() < 0.4]
        words += [word for word in RARE if chance.random() < 0.01]
        chance.shuffle(words)
        found.append(" ".join(words))
    return found


@pytest.fixture(scope="module")
def database(tmp_path_factory, texts):
    made = fill(tmp_path_factory.mktemp("many") / "a", texts)
    yield made
    made.close()


@pytest.fixture
def _bounded(monkeypatch):
    monkeypatch.setattr("analyzer.index.word_ranking.SCORED", 400)
    monkeypatch.setattr("analyzer.index.word_ranking.MATCHES", 400)


def everything(database, words, allowed=None):
    """The ranking by FTS5's own BM25 of every text that has any of the words."""
    rows = database.rows(
        "SELECT rowid, -bm25(words) FROM words WHERE words MATCH ? ORDER BY 2 DESC, 1", (" OR ".join(words),)
    )
    return [row for row in rows if allowed is None or row[0] in allowed]


class Counting:
    """A database that counts the texts that were scored."""

    def __init__(self, database):
        self.database, self.scored = database, 0

    def rows(self, sql, parameters):
        if "bm25" in sql:
            count = "SELECT count(*) FROM words WHERE words MATCH ?"
            self.scored += self.database.rows(count, parameters[:1])[0][0]
        return self.database.rows(sql, parameters)


@pytest.mark.parametrize("words", [RARE, ("lullaby",), ("parking", "zipper", "word7")])
def test_rare_words_are_ranked_as_if_every_text_was_scored(database, words):
    assert rank_texts(database, words, 20, None) == everything(database, words)[:20]


@pytest.mark.usefixtures("_bounded")
@pytest.mark.parametrize("words", [("parking", "staff"), (*RARE, *COMMON), ("zipper", "room", "doctor")])
def test_common_words_beside_rare_ones_change_no_rank(database, words):
    counting = Counting(database)
    found, expected = rank_texts(counting, words, 10, None), everything(database, words)
    assert [text_id for text_id, _ in found] == [text_id for text_id, _ in expected[:10]]
    assert [score for _, score in found] == pytest.approx([score for _, score in expected[:10]])
    assert counting.scored <= 3 * 400 < len(expected)


@pytest.mark.usefixtures("_bounded")
def test_two_common_words_together_outweigh_a_rare_one(tmp_path):
    texts = [f"filler{n % 7} staff" for n in range(500)] + [f"filler{n % 7} room" for n in range(500)]
    texts += ["staff room"] * 3 + ["a parking place with many more words beside it that say nothing"] * 300
    texts += [f"filler{n % 7} word{n % 300}" for n in range(4_000)]
    database = fill(tmp_path / "c", texts)
    words = ("parking", "staff", "room")
    assert {i for i, _ in everything(database, words)[:3]} == {1001, 1002, 1003}
    assert [i for i, _ in rank_texts(database, words, 3, None)] == [1001, 1002, 1003]
    database.close()


@pytest.mark.usefixtures("_bounded")
def test_of_common_words_the_texts_with_the_most_of_them_come_first(database, texts):
    counting = Counting(database)
    found = rank_texts(counting, COMMON, 30, None)
    assert len(found) == 30
    assert counting.scored <= 400
    assert all(len(set(COMMON) & set(texts[text_id - 1].split())) >= 3 for text_id, _ in found)
    true = {text_id for text_id, _ in everything(database, COMMON)[:30]}
    assert len(true & {text_id for text_id, _ in found}) >= 24


@pytest.mark.usefixtures("_bounded")
def test_one_common_word_alone_finds_texts_that_begin_with_it(database, texts):
    found = rank_texts(database, ("staff",), 10, None)
    assert len(found) == 10
    assert all(texts[text_id - 1].startswith("staff") for text_id, _ in found)
    assert [score for _, score in found] == sorted((score for _, score in found), reverse=True)


@pytest.mark.usefixtures("_bounded")
@pytest.mark.parametrize("words", [("staff", "doctor", "lullaby"), COMMON, ("staff",)])
def test_a_filter_that_leaves_few_texts_loses_none(database, words):
    allowed = np.arange(1, COUNT, 40)
    expected = everything(database, words, set(allowed.tolist()))
    found = rank_texts(database, words, 100, allowed)
    assert [text_id for text_id, _ in found] == [text_id for text_id, _ in expected]


@pytest.mark.usefixtures("_bounded")
def test_the_order_of_the_texts_is_no_matter(tmp_path, database, texts):
    order = random.Random(8).sample(range(COUNT), COUNT)
    other = fill(tmp_path / "b", [texts[place] for place in order])
    for words in (COMMON, ("staff",), ("parking", "staff", "room")):
        expected = [(texts[i - 1], round(score, 6)) for i, score in rank_texts(database, words, 400, None)]
        found = [(texts[order[i - 1]], round(score, 6)) for i, score in rank_texts(other, words, 400, None)]
        assert sorted(found) == sorted(expected)
    other.close()
