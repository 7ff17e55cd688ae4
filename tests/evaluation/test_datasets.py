"""QuestionReading the labeled sets: right offsets, sides that never mix, and None for a missing set."""

import json
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.evaluation.datasets import HANDLE, NAME, read_comments, read_synthetic, read_tweets, rebuild
from analyzer.evaluation.splits import Part


@pytest.fixture
def data(tmp_path):
    """A data folder of invented texts in each format."""
    for folder in ("pii_synthetic", "tweets_ner", "nhs_survey", "clothing_reviews"):
        (tmp_path / folder).mkdir()
    rows = [_row(number % 10, f"Mail {number} to Ada Poe", ("PERSON", "Ada Poe")) for number in range(40)]
    (tmp_path / "pii_synthetic" / "synth_dataset_v2.json").write_text(json.dumps(rows), encoding="utf-8")
    for name, who in (("a", "Ada"), ("b", "Bob"), ("h", "Hal")):
        (tmp_path / "tweets_ner" / f"{name}.conll").write_text(f"Hi\tO\n{who}\tB-PER\n!\tO\n\n", encoding="utf-8")
    comments = "".join(f'"Comment, number {n}",x\n' for n in range(40)) + '"comment,  NUMBER 1",x\n"  ",x\n'
    (tmp_path / "nhs_survey" / "comments.csv").write_text(f"FFT answer,Other\n{comments}", encoding="utf-8-sig")
    with zipfile.ZipFile(tmp_path / "clothing_reviews" / "reviews.csv.zip", "w") as archive:
        archive.writestr("reviews.csv", "Review Text\nFits well\nToo long\n")
    return tmp_path


def _row(template, text, *labels):
    spans = [
        {"entity_type": t, "entity_value": v, "start_position": text.index(v), "end_position": text.index(v) + len(v)}
        for t, v in labels
    ]
    return {"full_text": text, "spans": spans, "template_id": template}


def _tweet(tmp_path, content):
    (tmp_path / "tweets_ner").mkdir()
    (tmp_path / "tweets_ner" / "h.conll").write_text(content, encoding="utf-8")
    [tweet] = read_tweets(tmp_path, Part.HELD_BACK)
    return tweet


def _said(labeled):
    return [(span.type, labeled.text[span.start : span.end]) for span in labeled.spans]


def test_all_texts_of_a_template_are_on_one_side(data):
    tuning, held = read_synthetic(data, Part.TUNING), read_synthetic(data, Part.HELD_BACK)
    assert tuning
    assert held
    assert {one.key for one in tuning}.isdisjoint(one.key for one in held)
    assert len(tuning) + len(held) == len(read_synthetic(data, Part.ALL)) == 40


def test_labels_come_in_the_order_of_the_text(tmp_path):
    (tmp_path / "pii_synthetic").mkdir()
    rows = [_row(4, "Ada Poe, 12 Elm Road", ("STREET_ADDRESS", "12 Elm Road"), ("PERSON", "Ada Poe"))]
    (tmp_path / "pii_synthetic" / "synth_dataset_v2.json").write_text(json.dumps(rows), encoding="utf-8")
    [labeled] = read_synthetic(tmp_path, Part.ALL)
    assert _said(labeled) == [("PERSON", "Ada Poe"), ("STREET_ADDRESS", "12 Elm Road")]


def test_tweets_are_split_by_file(data):
    assert [tweet.text for tweet in read_tweets(data, Part.TUNING)] == ["Hi Ada!", "Hi Bob!"]
    assert [tweet.text for tweet in read_tweets(data, Part.HELD_BACK)] == ["Hi Hal!"]
    assert len(read_tweets(data, Part.ALL)) == 3


@pytest.mark.parametrize("name", ["nhs", "clothing"])
def test_comments_are_split_without_a_rest(data, name):
    tuning, held = read_comments(data, Part.TUNING, name), read_comments(data, Part.HELD_BACK, name)
    assert sorted(tuning + held) == sorted(read_comments(data, Part.ALL, name))


def test_repeats_of_a_comment_are_on_one_side_and_empty_ones_on_none(data):
    sides = [read_comments(data, part, "nhs") for part in (Part.TUNING, Part.HELD_BACK)]
    assert [("Comment, number 1" in s, "comment,  NUMBER 1" in s) for s in sides] in (
        [(True, True), (False, False)],
        [(False, False), (True, True)],
    )
    assert len(read_comments(data, Part.ALL, "nhs")) == 41


def test_a_set_that_is_not_there_is_none(tmp_path):
    assert read_synthetic(tmp_path, Part.ALL) is None
    assert read_tweets(tmp_path, Part.ALL) is None
    assert read_comments(tmp_path, Part.ALL, "nhs") is None
    (tmp_path / "tweets_ner").mkdir()
    assert read_tweets(tmp_path, Part.ALL) is None


def test_a_labeled_at_sign_and_its_name_are_one_handle(tmp_path):
    tweet = _tweet(tmp_path, "RT\tO\n@\tB-PER\nada_poe\tB-PER\n:\tO\nfine\tO\n")
    assert tweet.text == "RT @ada_poe: fine"
    assert _said(tweet) == [(HANDLE, "@ada_poe")]


def test_a_name_after_an_unlabeled_at_sign_is_a_handle_too(tmp_path):
    assert _said(_tweet(tmp_path, "@\tO\nadapoe\tB-PER\nhi\tO\n")) == [(HANDLE, "adapoe")]


def test_names_of_several_words_and_neighboring_names_are_told_apart(tmp_path):
    tweet = _tweet(tmp_path, "Ada\tB-PER\nPoe\tI-PER\nBob\tB-PER\nOslo\tB-LOC\nHal\tB-PER\n")
    assert _said(tweet) == [(NAME, "Ada Poe"), (NAME, "Bob"), (NAME, "Hal")]


@pytest.mark.parametrize(
    ("tokens", "text"),
    [
        ("I ca n't , Ada 's here !", "I can't, Ada's here!"),
        ("# fun ( really ) ...", "#fun (really)..."),
        ('she said " no way " twice', 'she said "no way" twice'),
        ("costs $ 5 & more", "costs $5 & more"),
    ],
)
def test_tokens_are_joined_the_way_people_write(tokens, text):
    assert rebuild(tokens.split())[0] == text


def test_the_files_own_spelling_of_a_quotation_mark_is_undone(tmp_path):
    assert _tweet(tmp_path, "'\"'\tO\nyes\tO\n'\"'\tO\n").text == '"yes"'


@given(st.lists(st.text(st.characters(exclude_categories=["Z", "C"]), min_size=1, max_size=6), max_size=12))
def test_offsets_of_rebuilt_tokens_hold(tokens):
    text, offsets = rebuild(tokens)
    assert [text[start:end] for start, end in offsets] == tokens
