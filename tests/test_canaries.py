"""Thousands of planted values, every type in every language, place and disguise: none may be found anywhere afterwards.

What is found is told by type, language, place and encoding, never by its text.
"""

import logging
import os
import tempfile
from collections import Counter
from pathlib import Path

import pytest
from canaries import COLUMNS, TYPES, given_names, make_canaries, rows_with
from canary_run import CHANCE, PLACES, known_texts, observed, write_copied, write_files
from canary_values import LANGUAGES
from fakes import fake_scrubber
from sightings import Haystack, Needle, packed

from analyzer.ingest.worker import Done, Processor
from analyzer.opinions.polarity import PolarityHead
from analyzer.types import ScrubbedText

pytestmark = pytest.mark.long(65)

TOLD = 40
"""Canaries named one by one when some are found; the table counts all."""
CONTROL = 9
"""Every so many canaries go into the control."""
COPIED = 5
"""Every so many canaries go through `scrub -o` as well."""
MOST_REJECTED = 0.01
"""Share of the rows that may be rejected: a gate that stores nothing would leak nothing."""
SCRUBBED_PLACES = ("comment", "second text", "title", "identity", "link in comment", "link column")
"""Places whose column is stored, so that without scrubbing everything in them is."""


class OpenGate(Processor):
    """Lets every text through as it is: with it the search has to find the canaries."""

    def _judged(self, piece, scrubbed):
        return Done(ScrubbedText(piece.text))


def open_gate(scrubber, vocabulary, embedder):
    return OpenGate(fake_scrubber(), embedder, PolarityHead.load())


@pytest.fixture(scope="module")
def canaries():
    return make_canaries()


@pytest.fixture(scope="module")
def run(canaries, models_dir, tmp_path_factory):
    """All canaries through the real scrubber."""
    with observed(tmp_path_factory.mktemp("canaries"), models_dir) as observed_run:
        report = observed_run.ingest(write_files(observed_run.folder / "input", rows_with(canaries)))
        assert report["rows"] == len(canaries)
        assert report["rejected"] <= len(canaries) * MOST_REJECTED, Counter(r["reason"] for r in report["rejections"])
        observed_run.copy(write_copied(observed_run.folder / "copied", rows_with(canaries[::COPIED])))
        observed_run.use()
        observed_run.left["word index"] = [label(c) for c in canaries if _is_indexed(observed_run, c)]
        observed_run.close()
        yield observed_run


@pytest.fixture(scope="module")
def control(canaries, models_dir, tmp_path_factory):
    """Some canaries through no scrubber at all."""
    some = canaries[::CONTROL]
    with observed(tmp_path_factory.mktemp("control"), models_dir, open_gate) as observed_run:
        report = observed_run.ingest(write_files(observed_run.folder / "input", rows_with(some)))
        assert report["stored"] == len(some)
        observed_run.use()
        observed_run.left["word index"] = [label(c) for c in some if _is_indexed(observed_run, c)]
        observed_run.close()
        yield observed_run, [c for c in some if c.place in SCRUBBED_PLACES]


def label(canary):
    return canary.label


def _is_indexed(observed_run, canary):
    if canary.encoding != "plain" or canary.place not in {"comment", "identity"} or canary.needles[0].is_word:
        return False
    is_word = canary.needles[0].text not in packed(canary.value)[1:-1] or len(canary.needles) == 1
    return observed_run.indexed()(canary.value if is_word else canary.needles[0].text)


def found(canaries, haystack):
    return [c for c in canaries if any(haystack.holds(needle) for needle in c.needles)]


def told(canaries, seen, place):
    """Say what was found: a line for each type with its number by language, then some canaries by their labels."""
    lines = [f"{len(seen)} of {len(canaries)} canaries found in: {place}"]
    for kind in TYPES:
        by_language = Counter(c.language for c in seen if c.type == kind)
        if by_language:
            lines.append(f"  {kind}: " + ", ".join(f"{name} {n}" for name, n in sorted(by_language.items())))
    lines.append("  by place: " + ", ".join(f"{name} {n}" for name, n in Counter(c.place for c in seen).items()))
    return "\n".join([*lines, *(f"  {c.label}" for c in seen[:TOLD])])


@pytest.mark.parametrize("place", PLACES)
def test_no_canary_is_found(run, canaries, place):
    haystack = run.haystack(place)
    assert haystack.size > 0 or place in {"files elsewhere", "log"}
    seen = found(canaries, haystack)
    assert not seen, told(canaries, seen, place)


def test_no_canary_is_found_by_its_words(run):
    assert run.left["word index"] == []


def test_no_first_name_is_left_of_a_masked_one(run):
    """A surname that is masked without the first name beside it would not be noticed by its needle."""
    haystack = run.haystack("store")
    left = Counter(language for name, language in given_names().items() if haystack.has_word(name))
    assert left == Counter()


def test_an_import_opens_no_file_to_write_outside_its_workspace(run):
    own = (str(run.folder / "workspace"), str(run.folder / "keys"), "/dev/null")
    assert [path for path in run.opened_to_write if not path.startswith(own)] == []
    assert any(path.startswith(own[0]) for path in run.opened_to_write)


def test_without_a_scrubber_every_canary_is_found_in_the_store(control):
    unscrubbed, planted = control
    missed = [c.label for c in planted if not all(unscrubbed.haystack("store").holds(n) for n in c.needles)]
    assert missed == []


@pytest.mark.parametrize(
    ("place", "least"),
    [("results", 1.0), ("page", 1.0), ("output", 0.3), ("prompts", 0.1), ("themes and reports", 0.01)],
)
def test_without_a_scrubber_canaries_are_found_wherever_comments_are_shown(control, place, least):
    unscrubbed, planted = control
    assert len(found(planted, unscrubbed.haystack(place))) >= least * len(planted)


def test_without_a_scrubber_canaries_are_found_by_their_words(control):
    assert len(control[0].left["word index"]) > 5


def test_what_is_logged_printed_or_written_elsewhere_is_noticed(models_dir, tmp_path):
    with observed(tmp_path, models_dir) as watching:
        with watching.watched():
            logging.getLogger("some.library").debug("found %s", "harriet thornberby")
            os.write(2, b"whitterley\n")
            Path.home().joinpath("history").write_text("bradderham")
            with tempfile.NamedTemporaryFile("w") as gone:
                gone.write("ketterdale")
        left = {"log": "thornberby", "output": "whitterley", "files elsewhere": "bradderham"}
        assert [place for place, word in left.items() if not watching.haystack(place).holds(Needle(word))] == []
        assert {str(Path.home() / "history"), gone.name} <= set(watching.opened_to_write)


def test_every_type_language_and_place_has_canaries(canaries):
    assert len(canaries) >= 500
    combined = {(c.type, c.language, c.place) for c in canaries}
    assert {(t, lang, p) for t in TYPES for lang in LANGUAGES for p in COLUMNS if p != "identity"} <= combined
    assert len({c.encoding for c in canaries}) == 10


def test_no_two_canaries_share_what_gives_them_away(canaries):
    values = "|".join(packed(c.value) for c in canaries)
    around = packed(known_texts())
    for canary in canaries:
        for needle in canary.needles:
            if not needle.is_word and canary.encoding != "base64":
                assert values.count(needle.text) == 1, canary.label
            assert needle.is_word or needle.text not in around, canary.label


def test_no_canary_is_taken_for_an_id_or_a_time(canaries):
    hidden = [c.label for c in canaries if CHANCE.search(c.value) or any(CHANCE.search(n.text) for n in c.needles)]
    assert hidden == []


def test_canaries_are_the_same_every_time(canaries):
    assert make_canaries() == canaries


@pytest.mark.parametrize(
    "written",
    [
        "phone 079 1112-3456",
        "٠٧٩١١١٢٣٤٥٦", "０７９１１１２３４５６", "0 7 9 1 1 1 2 3 4 5 6", "079\u200b111\u206023456",
        "https://s.example/?q=%30%37%39%31%31%31%32%33%34%35%36", "?q=%2530%2537%2539%2531%2531%2531%2532%2533456",
        "?q=MDc5MTExMjM0NTY&x=1", b"\x00\xff07911123456\x00", "07911123456".encode("utf-16-le"),
    ],
)  # fmt: skip
def test_a_value_is_seen_through_its_disguise(written):
    assert Haystack(["nothing here", written]).holds(Needle("07911123456"))


def test_a_short_number_counts_only_where_it_stands_alone():
    assert Haystack(["box 1 9 5 2 3"]).holds(Needle("19523", is_word=True))
    assert not Haystack(["719523", b"19523"]).holds(Needle("19523", is_word=True))
