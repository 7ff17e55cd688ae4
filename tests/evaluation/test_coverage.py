"""Full masks and altered comments, compared with counts by hand."""

from dataclasses import replace

import pytest

from analyzer.evaluation.coverage import Rate, altered, covered, is_masked, rule_of
from analyzer.evaluation.spans import Span
from analyzer.types import Entity, ScrubbedText

TEXT = "Ada Poe, see http://x.org/ada?m=ada@x.org"


@pytest.mark.parametrize(
    ("entities", "masked"),
    [
        ([(0, 7)], True),
        ([(0, 9)], True),
        ([(0, 3), (4, 7)], True),
        ([(0, 3)], False),
        ([(1, 7)], False),
        ([(0, 6)], False),
        ([], False),
    ],
)
def test_a_span_is_masked_when_all_but_its_white_space_is_replaced(entities, masked):
    replaced = [Entity("PERSON", start, end, "<PERSON_1>") for start, end in entities]
    assert is_masked(TEXT, Span("PERSON", 0, 7), replaced) is masked


def test_what_a_scrubbed_link_keeps_is_not_masked():
    link = Entity("URL", 13, 41, "http://x.org/REMOVED?m=REMOVED")
    assert is_masked(TEXT, Span("EMAIL_ADDRESS", 32, 41), [link])
    assert not is_masked(TEXT, Span("URL", 13, 25), [link])


def test_a_placeholder_that_happens_to_hold_the_value_hides_it_all_the_same():
    assert is_masked("1", Span("AGE", 0, 1), [Entity("AGE", 0, 1, "<AGE_1>")])


def test_coverage_is_a_share_of_characters_and_counts_none_twice():
    entities = [Entity("PERSON", 0, 3, "x"), Entity("PERSON", 2, 4, "y"), Entity("PERSON", 6, 30, "z")]
    assert covered(Span("PERSON", 0, 8), entities) == 6 / 8


def test_altered_comments_are_counted_by_type_rule_and_language():
    ada = Entity("PERSON", 0, 3, "<PERSON_1>", rule="names")
    eva = Entity("PERSON", 4, 7, "<PERSON_2>", rule="cue")
    mac = Entity("MAC_ADDRESS", 8, 9, "<MAC_ADDRESS_1>")
    scrubbed = [
        ScrubbedText("<PERSON_1> <PERSON_2> <PERSON_1>", (ada, eva, replace(ada, start=8, end=11)), "en"),
        ScrubbedText("fine", (), "en"),
        ScrubbedText("<MAC_ADDRESS_1>", (mac,), ""),
    ]
    result = altered("set", ["Ada Eva Ada", "fine", "m"], scrubbed)
    assert result.comments == result.distinct == Rate(2, 3)
    assert result.by_type == {"MAC_ADDRESS": 1, "PERSON": 1}
    assert result.by_rule == {"MAC_ADDRESS": 1, "PERSON:cue": 1, "PERSON:names": 1}
    assert result.by_language == {"en": Rate(1, 2), "unknown": Rate(1, 1)}
    assert [rule_of(entity) for entity in (ada, mac)] == ["PERSON:names", "MAC_ADDRESS"]


def test_repeats_of_a_comment_count_each_time_and_once_among_the_distinct():
    result = altered(
        "set", ["Ada", "fine", "fine", "Ada", "Ada"], [ScrubbedText(t) for t in ("x", "fine", "fine", "x", "x")]
    )
    assert (result.comments, result.distinct) == (Rate(3, 5), Rate(1, 2))


def test_a_share_of_nothing_is_nothing():
    assert (Rate(0, 0).share, Rate(1, 4).share) == (0.0, 0.25)
