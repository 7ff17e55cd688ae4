"""A word that a degree stands before says how something is; it names no value of a column."""

import pytest

from analyzer.answers.planning.column_mentions import read_values
from analyzer.answers.planning.phrases import QuestionReading
from analyzer.answers.types import ColumnFacts, CorpusFacts
from analyzer.types import Kind

CLASSES = ColumnFacts("class", "Class", Kind.CATEGORY, (("Shorts", 5), ("Dresses", 9)))


@pytest.mark.parametrize(("question", "conditions"), [
    ("dresses that are too short", ["class=Dresses"]),
    ("what about dresses being very short?", ["class=Dresses"]),
    ("Kleider, die zu short sind", []),
    ("what do people say about shorts?", ["class=Shorts"]),
    ("are short dresses liked?", ["class in (Dresses, Shorts)"]),
])  # fmt: skip
def test_a_graded_word_is_no_value(question, conditions):
    reading = QuestionReading(question)
    read_values(reading, CorpusFacts(14, (CLASSES,)))
    assert reading.conditions == conditions
