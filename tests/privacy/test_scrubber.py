"""The scrubber: offsets, numbering, overlaps, failures. The detector is a fake; the replacing is real."""

from itertools import pairwise

import pytest
from fakes import FakeDetector, fake_scrubber
from hypothesis import given
from hypothesis import strategies as st

from analyzer.errors import ScrubError
from analyzer.privacy.findings import URL, Finding
from analyzer.privacy.scrubber import Scrubber, resolve

PERSONAL = (
    "Ann Lee", "Bob Ray", "ann lee", "a.lee@mail.example", "0770090032", "12345678", "https://s.example/r/Ab12?e=a@b.example",
    "www.s.example/help", "https://u:p@s.example/x#y", "mailto:a@b.example", "<PERSON_1>", "REMOVED",
)  # fmt: skip
texts = st.lists(st.sampled_from(PERSONAL) | st.text("ab @.:/<>_1é\n\"'", max_size=5), max_size=8).map("".join)
spaced = st.lists(st.sampled_from(PERSONAL) | st.text("ab ,é", max_size=5), max_size=8).map(" ".join)
types = st.sampled_from(["PERSON", "PHONE_NUMBER", URL, "EMAIL_ADDRESS"])
findings = st.lists(
    st.builds(
        lambda kind, start, size, score: Finding(kind, start, start + size, score),
        types, st.integers(0, 40), st.integers(1, 15), st.sampled_from([0.4, 0.85, 1.0]),
    ),
    max_size=8,
)  # fmt: skip


@pytest.fixture(scope="module")
def scrubber():
    return fake_scrubber()


def scrub(scrubber, text):
    return scrubber.scrub([text])[0]


@given(texts | spaced)
def test_offsets_map_back_to_the_input(scrubber, text):
    done = scrub(scrubber, text)
    rebuilt, end = [], 0
    for entity in done.entities:
        assert end <= entity.start < entity.end <= len(text)
        rebuilt += [text[end : entity.start], entity.text_after]
        end = entity.end
    assert "".join([*rebuilt, text[end:]]) == done.text


@given(texts | spaced)
def test_what_was_found_does_not_survive(scrubber, text):
    done = scrub(scrubber, text)
    kept, end = [], 0
    for entity in done.entities:
        kept.append(text[end : entity.start])
        end = entity.end
    kept.append(text[end:])
    for finding in FakeDetector().detect([text])[0][1]:
        if finding.type != URL:
            covered = any(e.start <= finding.start and finding.end <= e.end for e in done.entities)
            url = any(e.type == URL for e in done.entities)
            assert covered or url, finding


@given(spaced)
def test_scrubbing_again_changes_nothing(scrubber, text):
    once = scrub(scrubber, text).text
    again = scrub(scrubber, once)
    assert (again.text, again.entities) == (once, ())


@given(st.lists(texts, max_size=5))
def test_a_batch_is_scrubbed_as_each_text_alone(scrubber, batch):
    assert scrubber.scrub(batch) == [scrub(scrubber, text) for text in batch]


def test_placeholders_number_distinct_values(scrubber):
    done = scrub(
        scrubber, "Ann Lee met Bob Ray; Ann  Lee? no, Ann Lee wrote to a@b.example and A@B.example, c@d.example"
    )
    assert done.text == (
        "<PERSON_1> met <PERSON_2>; Ann  Lee? no, <PERSON_1> wrote to <EMAIL_ADDRESS_1> and <EMAIL_ADDRESS_1>, "
        "<EMAIL_ADDRESS_2>"
    )
    assert [entity.type for entity in done.entities].count("PERSON") == 3


def test_numbers_begin_again_in_each_text(scrubber):
    assert [done.text for done in scrubber.scrub(["Ann Lee", "Bob Ray"])] == ["<PERSON_1>", "<PERSON_1>"]


def test_a_text_without_personal_data_is_unchanged(scrubber):
    done = scrub(scrubber, "The app is slow, see www.shop.example")
    assert (done.text, done.entities, done.language) == ("The app is slow, see www.shop.example", (), "en")


def test_a_link_keeps_what_is_harmless(scrubber):
    done = scrub(scrubber, "See https://s.example/help/ab12?email=a.lee@mail.example&utm_source=mail.")
    assert done.text == "See https://s.example/help/REMOVED?email=REMOVED&utm_source=mail."
    assert [(entity.type, entity.text_after) for entity in done.entities] == [
        (URL, "https://s.example/help/REMOVED?email=REMOVED&utm_source=mail")
    ]


def test_nothing_scrubs_to_nothing(scrubber):
    assert scrubber.scrub([]) == []
    assert scrub(scrubber, "").text == ""


def test_a_failing_detector_fails_the_batch_without_repeating_the_text():
    with pytest.raises(ScrubError) as caught:
        fake_scrubber().scrub(["fine", "UNSCRUBBABLE secret"])
    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


@pytest.mark.parametrize("result", [[], [("en", [])] * 3])
def test_a_detector_that_loses_a_text_fails_the_batch(result):
    class Forgetful:
        def detect(self, texts):
            return result

    with pytest.raises(ScrubError):
        Scrubber(Forgetful()).scrub(["one", "two"])


@given(findings)
def test_resolved_findings_never_overlap_and_cover_all(found):
    resolved = resolve(found)
    assert all(one.end <= other.start for one, other in pairwise(resolved))
    assert all(any(r.start <= f.start and f.end <= r.end for r in resolved) for f in found)


@given(findings, st.randoms(use_true_random=False))
def test_findings_resolve_the_same_in_any_order(found, chance):
    assert resolve(chance.sample(found, len(found))) == resolve(found)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ([Finding("PERSON", 0, 5, 0.85), Finding("EMAIL_ADDRESS", 3, 9, 1.0)], [Finding("EMAIL_ADDRESS", 0, 9, 1.0)]),
        ([Finding(URL, 0, 20, 0.9), Finding("EMAIL_ADDRESS", 5, 12, 1.0)], [Finding(URL, 0, 20, 0.9)]),
        ([Finding(URL, 5, 20, 0.9), Finding("PERSON", 0, 8, 0.4)], [Finding("PERSON", 0, 20, 0.4)]),
        ([Finding("PERSON", 0, 5, 0.85), Finding("PERSON", 5, 9, 0.85)],
         [Finding("PERSON", 0, 5, 0.85), Finding("PERSON", 5, 9, 0.85)]),
    ],
    ids=["the surer type wins", "a link keeps its rules", "more than a link goes whole", "neighbours stay two"],
)  # fmt: skip
def test_overlaps_become_one(found, expected):
    assert resolve(found) == expected
