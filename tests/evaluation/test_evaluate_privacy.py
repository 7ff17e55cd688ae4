"""The whole evaluation on small invented sets with a fake scrub function, each figure calculated by hand."""

import json

import pytest

from analyzer.evaluation.coverage import Rate
from analyzer.evaluation.datasets import COMMENT_SETS
from analyzer.evaluation.privacy_quality import ALL, SETS, evaluate_privacy
from analyzer.evaluation.privacy_report import report_dict, report_lines
from analyzer.evaluation.spans import Score
from analyzer.evaluation.splits import Part
from analyzer.evaluation.taxonomy import LEFT_BY_DECISION
from analyzer.types import Entity, ScrubbedText

KNOWN = {
    "Ada Poe": "PERSON",
    "Hal": "PERSON",
    "summer": "PERSON",
    "12 Elm Grove": "STREET_ADDRESS",
    "RG1 2AB": "POSTCODE",
    "460-89-9847": "NATIONAL_ID",
    "@bo_b": "HANDLE",
}


def scrub(texts):
    """Replace what is in KNOWN; a text that mentions Berlin is German."""
    return [_scrub(text) for text in texts]


def _scrub(text):
    found = [
        Entity(kind, text.index(value), text.index(value) + len(value), f"<{kind}_1>")
        for value, kind in KNOWN.items()
        if value in text
    ]
    after = text
    for value, kind in KNOWN.items():
        after = after.replace(value, f"<{kind}_1>")
    return ScrubbedText(after, tuple(found), "de" if "Berlin" in text else "en")


@pytest.fixture
def data(tmp_path):
    """A data folder with three of the four sets; clothing is missing."""
    for folder in ("pii_synthetic", "tweets_ner", "nhs_survey"):
        (tmp_path / folder).mkdir()
    rows = [
        _row("Call Ada Poe quoting 460-89-9847", PERSON="Ada Poe", US_SSN="460-89-9847"),
        _row("Send it to 12 Elm Grove\nRG1 2AB", STREET_ADDRESS="12 Elm Grove", ZIP_CODE="RG1 2AB"),
        _row("Call Eva Lind in Berlin", PERSON="Eva Lind", GPE="Berlin"),
        _row("Call 0131 496 0000 please", PHONE_NUMBER="0131 496 0000"),
        _row("Nice summer"),
    ]
    (tmp_path / "pii_synthetic" / "synth_dataset_v2.json").write_text(json.dumps(rows), encoding="utf-8")
    tweets = "Hal\tB-PER\nmet\tO\nJon\tB-PER\nin\tO\nsummer\tO\n\n@\tB-PER\nbo_b\tB-PER\nhi\tO\n"
    (tmp_path / "tweets_ner" / "h.conll").write_text(tweets, encoding="utf-8")
    comments = "FFT answer\nGood\nA good summer\nKind staff\nFine\n"
    (tmp_path / "nhs_survey" / "comments.csv").write_text(comments, encoding="utf-8")
    return tmp_path


def _row(text, **labels):
    spans = [
        {"entity_type": t, "entity_value": v, "start_position": text.index(v), "end_position": text.index(v) + len(v)}
        for t, v in labels.items()
    ]
    return {"full_text": text, "spans": spans, "template_id": 2}


@pytest.fixture
def report(data):
    return evaluate_privacy(scrub, data, Part.ALL)


def test_full_masks_are_counted_by_type(report):
    assert report.synthetic.masked == {
        "GPE": Rate(0, 1),
        "NATIONAL_ID": Rate(1, 1),
        "PERSON": Rate(1, 2),
        "PHONE_NUMBER": Rate(0, 1),
        "POSTCODE": Rate(1, 1),
        "STREET_ADDRESS": Rate(1, 1),
    }
    assert report.synthetic.structured == Rate(1, 2)


def test_full_masks_are_counted_by_language_without_what_is_left_by_decision(report):
    by_language = report.synthetic.masked_by_language
    assert {language: kinds[ALL] for language, kinds in by_language.items()} == {"de": Rate(0, 1), "en": Rate(4, 5)}
    assert by_language["de"] == {ALL: Rate(0, 1), "GPE": Rate(0, 1), "PERSON": Rate(0, 1)}


def test_types_left_by_decision_count_in_one_score_and_not_in_the_other(report):
    """In scope: Ada Poe, the number and the address are matched; Eva Lind and the phone are missed; summer is false."""
    assert report.synthetic.in_scope.overall == Score(gold=5, predicted=4, matched=3)
    assert report.synthetic.all_types.overall == Score(gold=5, predicted=4, matched=3)  # "in" joins Lind and Berlin
    assert report.synthetic.all_types.per_type["GPE"] == Score(1, 0, 0)
    assert "GPE" not in report.synthetic.in_scope.per_type


def test_an_address_and_its_postcode_are_scored_as_one(report):
    assert report.synthetic.in_scope.per_type["STREET_ADDRESS"] == Score(1, 1, 1)
    assert "POSTCODE" not in report.synthetic.in_scope.per_type


def test_people_in_tweets_are_told_apart_from_handles(report):
    assert report.tweets.tweets == 2
    assert report.tweets.found == {"NAME": Rate(1, 2), "HANDLE": Rate(1, 1), ALL: Rate(2, 3)}
    assert report.tweets.masked == report.tweets.found
    assert report.tweets.names_as_person == Rate(1, 2)
    assert report.tweets.precision == Rate(1, 2)  # summer is nobody
    assert report.tweets.altered == Rate(0, 1)  # the tweet with a handle names nobody


def test_every_altered_comment_counts(report):
    [nhs] = report.comments
    assert (nhs.name, nhs.comments, nhs.by_type) == ("nhs", Rate(1, 4), {"PERSON": 1})


def test_a_missing_set_is_skipped_by_name(report, tmp_path_factory):
    assert report.skipped == ("clothing",)
    nothing = evaluate_privacy(scrub, tmp_path_factory.mktemp("empty"), Part.ALL)
    assert nothing.skipped == SETS
    assert (nothing.synthetic, nothing.tweets, nothing.comments) == (None, None, ())
    assert [line for line in report_lines(nothing) if "skipped" in line] == [f"skipped, not found: {s}" for s in SETS]


def test_only_the_sets_asked_for_are_run(data):
    report = evaluate_privacy(scrub, data, Part.ALL, sets=["tweets"])
    assert (report.synthetic, report.comments, report.skipped) == (None, (), ())
    assert report.tweets is not None


def test_the_two_parts_add_up_to_all(data):
    parts = [evaluate_privacy(scrub, data, part) for part in (Part.TUNING, Part.HELD_BACK)]
    assert [p.comments[0].comments.of for p in parts] == [2, 2]
    assert [p.synthetic.texts for p in parts] == [5, 0]  # one template
    assert parts[0].tweets is None  # h is held back
    assert parts[0].skipped == ("tweets", "clothing")


def test_the_table_shows_every_type_and_what_is_left_by_decision(report):
    lines = report_lines(report)
    assert "  types in scope                  P 0.750  R 0.600  F2 0.625" in lines
    assert any(line.split()[:3] == ["PERSON", "0.500", "(1/2)"] for line in lines)
    assert [line.split()[0] for line in lines if line.endswith("left by decision")] == ["GPE"]
    assert "nhs: comments altered 0.250 (1/4), distinct ones 0.250 (1/4)" in lines


def test_the_mapping_is_plain_and_holds_the_same_figures(report):
    result = json.loads(json.dumps(report_dict(report)))
    assert result["synthetic"]["in_scope"]["overall"] == {
        "labeled": 5, "predicted": 4, "matched": 3, "precision": 0.75, "recall": 0.6, "f2": 0.625,
    }  # fmt: skip
    assert result["synthetic"]["fully_masked"]["PERSON"] == {"share": 0.5, "hits": 1, "of": 2}
    assert result["synthetic"]["left_by_decision"] == sorted(LEFT_BY_DECISION)
    assert result["comments"]["nhs"]["altered"]["share"] == 0.25
    assert result["tweets"]["person_precision"] == {"share": 0.5, "hits": 1, "of": 2}
    assert (result["part"], result["skipped"]) == ("all", ["clothing"])


def test_no_text_of_the_data_is_in_a_report(report):
    said = "\n".join(report_lines(report)) + json.dumps(report_dict(report))
    assert not [value for value in (*KNOWN, "Lind", "0131 496 0000") if value in said]


def test_on_the_real_sets_the_sides_are_disjoint_and_a_scrubber_that_does_nothing_finds_nothing(shared):
    def nothing(texts):
        return [ScrubbedText(text) for text in texts]

    reports = [
        evaluate_privacy(nothing, shared / "data", part, [*COMMENT_SETS, "tweets"]) for part in (Part.TUNING, Part.ALL)
    ]
    assert [report.skipped for report in reports] == [(), ()]
    assert [report.tweets.found[ALL].hits for report in reports] == [0, 0]
    assert reports[1].tweets.found[ALL].of > 2000
    for tuning, everything in zip(reports[0].comments, reports[1].comments, strict=True):
        assert everything.comments.hits == 0
        assert 0.4 < tuning.comments.of / everything.comments.of < 0.6
