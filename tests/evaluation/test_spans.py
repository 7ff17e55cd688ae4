"""The span score, compared with values calculated by hand from upstream's rules."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.evaluation.spans import Score, Span, SpanSample, score_spans

TEXT = "Write to Ada Mary Poe at 12 Elm Grove, QuestionReading today"


def _span(value, kind="PERSON", score=1.0, text=TEXT):
    return Span(kind, text.index(value), text.index(value) + len(value), score)


def _score(gold, predicted, threshold=0.5, text=TEXT):
    return score_spans([SpanSample(text, tuple(gold), tuple(predicted))], threshold)


def test_what_is_predicted_exactly_is_matched():
    scores = _score([_span("Ada Mary Poe")], [_span("Ada Mary Poe")])
    assert scores.overall == Score(1, 1, 1)
    assert scores.per_type == {"PERSON": Score(1, 1, 1)}


@pytest.mark.parametrize(("value", "matched"), [("Ada Mary", 1), ("Ada", 0)])
def test_a_part_counts_from_the_threshold_on(value, matched):
    """12 characters are labeled: 8 of them are two thirds, 3 a quarter."""
    assert _score([_span("Ada Mary Poe")], [_span(value)]).overall == Score(1, 1, matched)
    assert _score([_span("Ada Mary Poe")], [_span(value)], threshold=0.7).overall == Score(1, 1, 0)


def test_a_missed_span_and_a_false_one_are_counted():
    assert _score([_span("Ada Mary Poe")], [_span("QuestionReading")]).overall == Score(1, 1, 0)


def test_the_overall_score_is_blind_to_the_type_and_the_score_per_type_is_not():
    scores = _score([_span("Ada Mary Poe")], [_span("Ada Mary Poe", "ORGANIZATION")])
    assert scores.overall == Score(1, 1, 1)
    assert scores.per_type == {"PERSON": Score(1, 0, 0), "ORGANIZATION": Score(0, 1, 0)}


def test_spans_of_one_type_are_merged_across_punctuation_and_skip_words():
    address, town = _span("12 Elm Grove", "ADDRESS"), _span("QuestionReading", "ADDRESS")
    assert _score([address, town], []).overall == Score(1, 0, 0)
    assert _score([_span("Ada Mary Poe"), address], []).overall == Score(1, 0, 0)  # "at" lies between
    assert _score([_span("Ada Mary Poe"), _span("today")], []).overall == Score(2, 0, 0)


def test_neighbors_of_two_types_are_one_span_overall_and_two_per_type():
    scores = _score([_span("12 Elm Grove", "ADDRESS"), _span("QuestionReading", "GPE")], [])
    assert scores.overall == Score(1, 0, 0)
    assert scores.per_type == {"ADDRESS": Score(1, 0, 0), "GPE": Score(1, 0, 0)}


def test_skip_words_at_the_ends_do_not_count():
    text = "The Elm Street"
    assert _score([_span("Elm", text=text)], [_span("The Elm Street", text=text)], 0.99, text).overall == Score(1, 1, 1)
    assert _score([_span("The", text=text)], [], 0.5, text).overall == Score(0, 0, 0)


def test_several_predictions_in_one_labeled_span_are_joined_and_count_as_one():
    """Labeled "Ada Mary Poe": "Ada" and "Poe" are 8 of 13, ends counted as upstream counts them."""
    parts = [_span("Ada"), _span("Poe")]
    assert _score([_span("Ada Mary Poe")], parts, threshold=0.61).overall == Score(1, 1, 1)
    assert _score([_span("Ada Mary Poe")], parts, threshold=0.62).overall == Score(1, 1, 0)


def test_each_type_that_touches_a_labeled_span_counts_as_a_prediction():
    parts = [_span("Ada Mary"), _span("Poe", "CITY")]
    assert _score([_span("Ada Mary Poe")], parts).per_type == {"PERSON": Score(1, 1, 1), "CITY": Score(0, 1, 0)}


def test_a_prediction_over_two_labeled_spans_counts_for_each():
    whole = Span("PERSON", 0, len(TEXT))
    assert _score([_span("Ada Mary Poe"), _span("today")], [whole]).overall == Score(2, 2, 0)


def test_a_word_has_the_type_of_the_span_that_starts_it_or_lies_within():
    text = "mailto:x@y.org"
    assert _score([Span("EMAIL", 7, 14)], [Span("EMAIL", 0, 14)], text=text).overall == Score(1, 1, 1)
    assert _score([Span("EMAIL", 0, 14)], [Span("EMAIL", 12, 30)], text=text).overall == Score(1, 0, 0)


@pytest.mark.parametrize(("better", "kind"), [(0.9, "CITY"), (0.2, "PERSON")])
def test_of_overlapping_predictions_the_surer_one_decides(better, kind):
    predicted = [_span("QuestionReading", "PERSON", 0.5), _span("QuestionReading", "CITY", better)]
    assert _score([], predicted).per_type == {kind: Score(0, 1, 0)}


def test_figures_follow_from_the_counts():
    score = Score(gold=10, predicted=8, matched=6)
    assert (score.precision, score.recall) == (0.75, 0.6)
    assert score.f2 == pytest.approx(5 * 0.75 * 0.6 / (4 * 0.75 + 0.6))
    assert (Score(0, 0, 0).precision, Score(0, 0, 0).recall, Score(0, 0, 0).f2) == (0.0, 0.0, 0.0)


@given(st.lists(st.tuples(st.sampled_from(["A", "B"]), st.integers(0, 50), st.integers(1, 20)), max_size=6))
def test_a_prediction_equal_to_the_labels_is_perfect(drawn):
    spans = [Span(kind, start, min(start + length, len(TEXT))) for kind, start, length in drawn]
    overall = _score(spans, spans).overall
    assert overall.gold == overall.predicted == overall.matched
