"""Sentences of customers before the real detector: what must be hidden is hidden, what is harmless stays as written."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest
from sightings import folded, packed, readings

from analyzer.config import Settings
from analyzer.privacy.detector import Detector, Rules
from analyzer.privacy.scrubber import Scrubber

PROBES = Path(__file__).with_name("probes.toml")
LANGUAGES = {"en", "fr", "de", "es", "nl", "it"}
PLACEHOLDER = re.compile(r"<[A-Z_]+_\d+>")
SHORT = 3
"""Secrets up to this long are looked for as whole words: "27" is not readable in "2700"."""
RUN = 5
"""Digits of a number in a row that may not stay readable: the last four of a card may."""


@dataclass(frozen=True, slots=True)
class Probe:
    """One sentence, what must not be readable in it once scrubbed, and what must."""

    id: str
    language: str
    text: str
    secrets: tuple[str, ...] = ()
    keeps: tuple[str, ...] = ()


def load(path: Path = PROBES) -> list[Probe]:
    listed = tomllib.loads(path.read_text(encoding="utf-8"))["probe"]
    return [
        Probe(one["id"], one["language"], one["text"], tuple(one.get("secrets", ())), tuple(one.get("keeps", ())))
        for one in listed
    ]


def is_readable(secret: str, scrubbed: str) -> bool:
    """Tell whether a secret can be read in a scrubbed text, or five digits in a row of a secret number."""
    return any(_stands_in(secret, PLACEHOLDER.sub(" | ", reading)) for reading in readings(scrubbed))


def _stands_in(secret: str, text: str) -> bool:
    if len(secret) <= SHORT:
        return re.search(rf"(?<!\w){re.escape(folded(secret))}(?!\w)", folded(text)) is not None
    if folded(secret) in folded(text):
        return True
    digits = [c for c in packed(secret) if c.isdigit()]
    if len(digits) < RUN or len(digits) * 2 < len(packed(secret)):
        return False
    number = packed(secret)
    runs = {number[at : at + RUN] for at in range(len(number) - RUN + 1)}
    return any(run in packed(part) for part in text.split("|") for run in runs)


ALL = load()
SECRET = [probe for probe in ALL if probe.secrets]
HARMLESS = [probe for probe in ALL if not probe.secrets]


@pytest.fixture(scope="module")
def scrubber(models_dir):
    return Scrubber(Detector(Rules(models_dir / "en_core_web_sm", Settings().regions)))


@pytest.mark.parametrize("probe", SECRET, ids=lambda probe: probe.id)
def test_what_must_be_hidden_cannot_be_read(scrubber, probe):
    scrubbed = scrubber.scrub([probe.text])[0].text
    assert [secret for secret in probe.secrets if is_readable(secret, scrubbed)] == [], scrubbed
    assert [word for word in probe.keeps if word not in scrubbed] == [], scrubbed


@pytest.mark.parametrize("probe", HARMLESS, ids=lambda probe: probe.id)
def test_what_is_harmless_comes_back_as_written(scrubber, probe):
    assert scrubber.scrub([probe.text])[0].text == probe.text


def test_the_probes_are_enough_and_sound():
    assert len({probe.id for probe in ALL}) == len(ALL)
    assert sum(probe.id.startswith("rival-") for probe in ALL) == 18
    assert len(SECRET) >= 18 + 60
    assert len(HARMLESS) >= 40
    assert {probe.language for probe in SECRET} == {probe.language for probe in HARMLESS} == LANGUAGES
    for probe in SECRET:
        assert probe.keeps, probe.id
        assert all(word in probe.text for word in probe.keeps), probe.id
        assert [secret for secret in probe.secrets if is_readable(secret, " ".join(probe.keeps))] == [], probe.id


@pytest.mark.parametrize("probe", SECRET, ids=lambda probe: probe.id)
def test_every_secret_can_be_read_before_scrubbing(probe):
    """The comparison itself: a probe whose secret is not found in its own text could never fail."""
    if probe.id != "email-homoglyphs":  # its Latin spellings are written in no text; scrubbing must not reveal them
        assert [secret for secret in probe.secrets if not is_readable(secret, probe.text)] == []


@pytest.mark.parametrize(
    ("secret", "scrubbed"),
    [
        ("4111 1111 1111 1111", "card 4111-1111 twice"),
        ("07911 123456", "call <PHONE_NUMBER_1>23456"),
        ("07911 123456", "call ٠٧٩١١ ١٢٣٤٥٦"),
        ("Lindiwe", "LINDI\u200bWE said"),
        ("wanda", "https://s.example/?q=%2577anda"),
        ("petra", "https://s.example/?q=cGV0cmEua2xlaW5AZXhhbXBsZS5kZQ"),
        ("27", "at 27, <STREET_ADDRESS_1>"),
    ],
)
def test_what_is_left_of_a_secret_is_noticed(secret, scrubbed):
    assert is_readable(secret, scrubbed)


@pytest.mark.parametrize(
    ("secret", "scrubbed"),
    [("4111 1111 1111 1111", "card <CREDIT_CARD_1> ending in 1111"), ("27", "<STREET_ADDRESS_27> for 2700 people")],
)
def test_what_is_hidden_is_not_taken_for_a_leak(secret, scrubbed):
    assert not is_readable(secret, scrubbed)
