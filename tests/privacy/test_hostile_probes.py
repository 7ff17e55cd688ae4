"""What leaked and what was masked for nothing under hostile eyes, as probes of the whole gate, with siblings."""

import re
import tomllib
from pathlib import Path

import pytest

from analyzer.config import Settings
from analyzer.privacy.detector import Detector, Rules
from analyzer.privacy.residual_check import ResidualDecision, check
from analyzer.privacy.scrubber import Scrubber

PROBES = tomllib.loads(Path(__file__).with_name("hostile_probes.toml").read_text(encoding="utf-8"))["probe"]
SECRET = [probe for probe in PROBES if "secrets" in probe and "given_up" not in probe]
HARMLESS = [probe for probe in PROBES if "secrets" not in probe]
WORD = re.compile(r"[^\W\d_]{2,}")


@pytest.fixture(scope="module")
def scrubber(models_dir):
    return Scrubber(Detector(Rules(models_dir / "en_core_web_sm", Settings().regions)))


@pytest.mark.parametrize("probe", SECRET, ids=lambda probe: probe["id"])
def test_a_secret_is_hidden(scrubber, probe):
    assert all(secret in probe["text"] for secret in probe["secrets"])
    scrubbed = scrubber.scrub([probe["text"]])[0]
    if check(scrubbed.text).decision is not ResidualDecision.REJECT:
        assert [secret for secret in probe["secrets"] if secret in scrubbed.text] == [], scrubbed.text
    if probe.get("whole"):
        words = {
            word for entity in scrubbed.entities for word in WORD.findall(probe["text"][entity.start : entity.end])
        }
        assert len(words - set(WORD.findall(" ".join(probe["secrets"])))) <= len(scrubbed.entities), scrubbed.text


@pytest.mark.parametrize("probe", [one for one in HARMLESS if "given_up" not in one], ids=lambda probe: probe["id"])
def test_a_harmless_text_is_unchanged_and_not_refused(scrubber, probe):
    scrubbed = scrubber.scrub([probe["text"]])[0].text
    assert scrubbed == probe["text"]
    assert check(scrubbed).decision is not ResidualDecision.REJECT


def test_the_probes_are_enough():
    assert len({probe["id"] for probe in PROBES}) == len(PROBES)
    assert len(SECRET) >= 150
    assert len(HARMLESS) >= 110
