"""The real detector on real text: what must never survive, what is measured, and that it stays on this machine."""

import csv
import json
import socket
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from fakes import FakeWorkspace, make_settings

from analyzer.config import PROJECT, Settings
from analyzer.errors import ModelError
from analyzer.privacy.detector import Detector, Rules
from analyzer.privacy.findings import PERSON, URL

EXAMPLES = PROJECT / "examples" / "feedback.csv"
PLANTED = PROJECT / "examples" / "planted.jsonl"
NEVER = ("EMAIL_ADDRESS", "CREDIT_CARD", "IBAN_CODE", "IP_ADDRESS", "URL")
SPELT_OUT = ("(at)", "[at]", " at ", "AT ")
"""Addresses written so that no machine reads them are measured below, not promised."""
MEASURED = {
    "ACCOUNT_NUMBER": 2, "DATE_OF_BIRTH": 5, "EMAIL_ADDRESS": 3, "HANDLE": 4, "LICENSE_PLATE": 3, "NATIONAL_ID": 2,
    "ORDER_NUMBER": 8, "PERSON": 13, "PHONE_NUMBER": 4, "POSTCODE": 4, "STREET_ADDRESS": 10,
}  # fmt: skip
"""Survivors of each type, as measured; more is a regression, fewer means: lower the figure here."""


@pytest.fixture(scope="module")
def detector(models_dir):
    return Detector(Rules(models_dir / "en_core_web_sm", Settings().regions))


@pytest.fixture(scope="module")
def comments():
    with EXAMPLES.open(encoding="utf-8-sig", newline="") as file:
        return [row["comment"] for row in csv.DictReader(file)]


@pytest.fixture(scope="module")
def survivors(detector, tmp_path_factory):
    """Planted values that are still to be read in their record after an import, as (type, value)."""

    class Scrubbing(FakeWorkspace):
        engines = replace(FakeWorkspace.engines, detector=lambda _: detector, profile=lambda _: "real")

    settings = make_settings(tmp_path_factory.mktemp("planted"), batch_size=512)
    Scrubbing.init(settings).close()
    workspace = Scrubbing(settings)
    report = workspace.ingest([EXAMPLES])
    assert report.stored > 800
    records = {
        record.id: "\n".join([record.text, *map(str, record.fields.values())])
        for record in workspace.feedback.browse("", 10_000)
    }
    workspace.close()
    planted = [json.loads(line) for line in PLANTED.read_text(encoding="utf-8").splitlines()]
    assert len(planted) > 100
    return [(one["type"], one["value"]) for one in planted if one["value"] in records[one["comment_id"]]]


def found(detector, text):
    return [(finding.type, text[finding.start : finding.end]) for finding in detector.detect([text])[0][1]]


def test_addresses_cards_accounts_and_links_never_survive_an_import(survivors):
    left = [one for one in survivors if one[0] in NEVER and not any(mark in one[1] for mark in SPELT_OUT)]
    assert left == []


def test_other_types_survive_no_more_often_than_measured(survivors):
    left = Counter(kind for kind, value in survivors)
    assert {kind: n for kind, n in left.items() if n > MEASURED.get(kind, 0)} == {}


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("write to ann.lee@mail.example.com please", "EMAIL_ADDRESS", "ann.lee@mail.example.com"),
        ("or to ann.lee@inner.company.corp please", "EMAIL_ADDRESS", "ann.lee@inner.company.corp"),
        ("my card 4111 1111 1111 1111 was charged twice", "CREDIT_CARD", "4111 1111 1111 1111"),
        ("refund to DE89370400440532013000 today", "IBAN_CODE", "DE89370400440532013000"),
        ("my address is 192.0.2.17 at home", "IP_ADDRESS", "192.0.2.17"),
        ("call me on +44 7911 123456 tonight", "PHONE_NUMBER", "+44 7911 123456"),
        ("I was sent https://s.example/r/8f3k?e=1 again", URL, "https://s.example/r/8f3k?e=1"),
        ("Sarah Johnson at the desk was kind", PERSON, "Sarah Johnson"),
    ],
)
def test_each_kind_is_found_where_it_stands(detector, text, kind, value):
    assert (kind, value) in found(detector, text)


@pytest.mark.parametrize(
    "text",
    ["2024-03-05", "2024-03-05T10:11:12", "2024-03-05T10:11:12+01:00", "2024-12-31T23:59:59.123", "email", "4.5",
     "North", "The delivery was late by 3 days and cost 12.50", "5 stars", "order again in 2025"],
)  # fmt: skip
def test_dates_and_ordinary_values_are_left_alone(detector, text):
    assert found(detector, text) == []


def test_a_batch_gives_what_each_text_gives_alone(detector, comments):
    batch = detector.detect(comments[:60])
    assert batch == [detector.detect([text])[0] for text in comments[:60]]


def test_nothing_is_asked_of_the_network(detector, comments, egress, monkeypatch):
    def refuse(*arguments, **options):
        raise AssertionError("a socket was made")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    detector.detect([*comments[:40], "ann.lee@some-new-domain.co.uk, see www.some-new-domain.com"])
    assert egress == []


def test_no_texts_give_no_findings(detector):
    assert detector.detect([]) == []
    assert detector.detect([""]) == [("", [])]


def test_without_its_model_it_says_how_to_get_it(tmp_path):
    with pytest.raises(ModelError, match="run: analyzer models fetch"):
        Detector(Rules(tmp_path / "en_core_web_sm", ("GB",)))


def test_dates_and_places_go_only_when_asked_for(detector, models_dir):
    text = "Sarah Jones from Leeds has waited since Monday in London."
    rules = Rules(models_dir / "en_core_web_sm", ("GB",), also=("dates", "places"))
    assert {kind for kind, _ in found(detector, text)} == {PERSON}
    assert {kind for kind, _ in found(Detector(rules), text)} == {PERSON, "DATE_TIME", "LOCATION"}


def test_the_profile_changes_with_whatever_may_change_what_is_found_but_not_with_where_the_models_lie():
    rules = Rules(Path("/a/en_core_web_sm"), ("GB",), (("fr", Path("/a/fr_one-1.0")),))
    moved = Rules(Path("/b/en_core_web_sm"), ("GB",), (("fr", Path("/b/fr_one-1.0")),))
    assert rules.profile == moved.profile
    others = (
        Rules(Path("/a/en_core_web_md"), ("GB",), rules.more_models),
        Rules(rules.names_model, ("GB", "FR"), rules.more_models),
        Rules(rules.names_model, ("GB",), (("fr", Path("/a/fr_one-1.1")),)),
        Rules(rules.names_model, ("GB",)),
        Rules(rules.names_model, ("GB",), rules.more_models, ("dates",)),
    )
    assert len({rules.profile, *(one.profile for one in others)}) == 1 + len(others)
