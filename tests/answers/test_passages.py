from hypothesis import example, given
from hypothesis import strategies as st

from analyzer.answers.passages import LONGEST, sentences

texts = st.text(st.sampled_from("ab. !?…\"')]\n\t\u00a0Zß,"), max_size=900) | st.text(max_size=400)


@given(texts)
@example("x" * 400)
@example("word  " * 80)
@example("a\t" * 200)
@example("One. Two! Three? " * 30)
def test_sentences_lie_within_the_text_in_order_and_leave_out_only_the_end_of_overlong_ones(text):
    spans = sentences(text)
    covered = 0
    was_cut = False
    for start, end in [*spans, (len(text), len(text))]:
        assert 0 <= covered <= start <= end <= len(text)
        assert was_cut or not text[covered:start].strip(), "words were left out"
        covered = end
        was_cut = end < len(text) and end - start > LONGEST // 2 - LONGEST // 4
    for start, end in spans:
        assert start < end
        assert text[start:end] == text[start:end].strip()
        assert end - start <= LONGEST


@given(
    st.lists(st.sampled_from(["Short one here.", "Another sentence follows!", "Is this the third one?"]), max_size=9)
)
def test_sentences_of_ordinary_length_are_found_one_by_one(parts):
    text = " ".join(parts)
    assert [text[start:end] for start, end in sentences(text)] == parts


def test_a_sentence_too_short_to_stand_alone_is_read_with_the_next_one():
    text = "No. The parcel never came. Why?"
    assert [text[start:end] for start, end in sentences(text)] == ["No. The parcel never came.", "Why?"]


def test_an_overlong_sentence_is_cut_at_a_word():
    text = "delivery " * 60
    [(start, end)] = sentences(text)
    assert text[start:end].split() == ["delivery"] * ((end + 1) // 9)
    assert end <= LONGEST
