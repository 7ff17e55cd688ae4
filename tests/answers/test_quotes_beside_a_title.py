"""What stands below a title: other words where there are some, else another comment that says the very same."""

from types import SimpleNamespace

import numpy as np

from analyzer.answers.quotes import Quoted, beside

OPINIONS = SimpleNamespace(
    text_ids=np.array([1, 2, 3, 4]),
    clauses=np.array([7, 7, 8, 7]),
    starts=np.array([0, 5, 0, 9]),
    ends=np.array([10, 15, 10, 19]),
)
TITLE = Quoted(0, 1, 0, 10, 0.9)
ROWS = np.array([0, 1, 2, 3])


def test_other_words_stand_below_a_title():
    other = Quoted(2, 3, 0, 10, 0.8)
    assert beside(OPINIONS, TITLE, [TITLE, other], ROWS) == [other]


def test_where_all_say_the_same_another_comment_does():
    assert beside(OPINIONS, TITLE, [TITLE], ROWS) == [Quoted(1, 2, 5, 15, 0.9)]


def test_a_point_of_one_comment_has_nothing_beside_it():
    assert beside(OPINIONS, TITLE, [TITLE], np.array([0])) == []
