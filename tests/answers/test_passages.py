import random

from fakes import FakeEmbedder
from hypothesis import example, given
from hypothesis import strategies as st

from analyzer.answers.passages import LONGEST, MOST_GROUPS, MOST_IN_GROUP, MOST_PER_COMMENT, find_evidence, sentences
from analyzer.index.types import Hit

QUESTION = "The delivery was late"
TOPICS = ("delivery", "late", "parcel", "driver", "price", "soup", "cold", "waiter", "friendly", "refund")

texts = st.text(st.sampled_from("ab. !?…\"')]\n\t\u00a0Zß,"), max_size=900) | st.text(max_size=400)
comments = st.lists(
    st.lists(st.sampled_from(TOPICS), min_size=2, max_size=12).map(lambda words: " ".join(words).capitalize() + "."),
    min_size=1,
    max_size=5,
).map(" ".join)


def group_evidence(subject, hits, embedder, share=1.0):
    return list(find_evidence(subject, hits, {hit.id: share for hit in hits}, embedder).groups)


def hits_of(*comments: str) -> list[Hit]:
    return [Hit(f"c-{number}", 1.0, text, {}) for number, text in enumerate(comments, start=1)]


def shape(groups):
    return [[(passage.hit.id, passage.start, passage.end) for passage in group] for group in groups]


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


def test_nothing_relevant_leaves_no_evidence():
    hits = hits_of("Soup tasted cold.", "Friendly waiter, ugly curtains.")
    assert group_evidence(QUESTION, hits, FakeEmbedder(), 0.0) == []


def test_a_subject_with_one_foreign_word_is_not_mentioned():
    """Half of the words and a similar meaning occur; the subject itself does not."""
    assert (
        group_evidence("delivery drones over mountains late", hits_of("The delivery was late."), FakeEmbedder(), 0.5)
        == []
    )


def test_no_hits_leave_no_evidence():
    assert group_evidence(QUESTION, [], FakeEmbedder()) == []


def test_a_comment_of_white_space_leaves_no_evidence():
    assert group_evidence(QUESTION, hits_of(" \n\t"), FakeEmbedder()) == []


def test_only_the_relevant_sentences_are_evidence():
    groups = group_evidence(
        QUESTION, hits_of("The soup was nice and hot. The delivery was late again."), FakeEmbedder()
    )
    assert [[passage.text for passage in group] for group in groups] == [["The delivery was late again."]]


def test_no_comment_gives_more_than_its_share():
    long_winded = " ".join(f"The delivery was late {word}." for word in ("today", "again", "always", "as ever", "oh"))
    groups = group_evidence(QUESTION, hits_of(long_winded, "My delivery was late too."), FakeEmbedder())
    ids = [passage.hit.id for group in groups for passage in group]
    assert ids.count("c-1") == MOST_PER_COMMENT
    assert ids.count("c-2") == 1


def test_the_same_words_are_in_the_prompt_once():
    groups = group_evidence(QUESTION, hits_of(*["The delivery was late."] * 5), FakeEmbedder())
    assert shape(groups) == [[("c-1", 0, 22)]]


@given(st.lists(comments, max_size=30), st.randoms(use_true_random=False))
def test_evidence_keeps_its_limits_and_does_not_depend_on_the_order_of_the_hits(comments, order: random.Random):
    hits = hits_of(*comments)
    groups = group_evidence(QUESTION, hits, FakeEmbedder())
    passages = [passage for group in groups for passage in group]
    assert len(groups) <= MOST_GROUPS
    assert all(0 < len(group) <= MOST_IN_GROUP for group in groups)
    ids = [passage.hit.id for passage in passages]
    assert all(ids.count(record_id) <= MOST_PER_COMMENT for record_id in ids)
    assert len({passage.text.casefold() for passage in passages}) == len(passages)
    assert all(passage.hit.text[passage.start : passage.end] == passage.text for passage in passages)
    if len({hit.text for hit in hits}) == len(hits):
        order.shuffle(hits)
        assert shape(group_evidence(QUESTION, hits, FakeEmbedder())) == shape(groups)
