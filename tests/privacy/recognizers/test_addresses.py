"""Addresses: whole, with what belongs to them, and not the towns and wards of ordinary comments."""

import pytest

from analyzer.privacy.recognizers.addresses import find_addresses


def covered(text, language=""):
    spans = [(finding.start, finding.end) for finding in find_addresses(text, language)]
    return "".join(c if any(start <= i < end for start, end in spans) else " " for i, c in enumerate(text)).split()


@pytest.mark.parametrize(
    ("language", "address"),
    [
        ("en", "12 High Street, Leeds LS1 4AP"),
        ("en", "Flat 3, 27b Oak Tree Close"),
        ("en", "6750 Koskikatu 25 Apt. 864"),
        ("en", "1600 N. Maple Ave., Springfield, IL 62704"),
        ("en", "P.O. Box 1187, Hull"),
        ("en", "the corner of Elm Street and Third Avenue"),
        ("de", "Hauptstraße 5, 10115 Berlin"),
        ("de", "Am Alten Markt 7"),
        ("fr", "14 bis rue des Lilas, 75011 Paris"),
        ("es", "calle Mayor 3, 2º B, 28013 Madrid"),
        ("nl", "Kerkstraat 12a, 1017 GP Amsterdam"),
        ("it", "via Garibaldi 22, 20121 Milano"),
        ("en", "K1A 0B1"),
        ("en", "Beverly Hills, CA 90210".partition(", ")[2]),
    ],
)
def test_an_address_is_covered_whole(language, address):
    text = f"Please send it to {address}."
    assert covered(text, language)[-len(address.split()) :] == [*address.split()[:-1], address.split()[-1].rstrip(".")]


@pytest.mark.parametrize(
    "text",
    [
        "I waited 5 minutes down the road",
        "moved to Ward 12 on Monday",
        "called 111 and 999",
        "3 square tables and 2 way streets",
        "I live in Leeds and shop in York",
        "About 30 people came",
        "it took 10 days to drive",
        "iPhone 12 Pro 256",
        "open 9 to 5 in May",
        "room 4 on level 2",
        "a 5 star place",
        "Covid 19 rules",
    ],
)
def test_places_and_numbers_of_ordinary_comments_stay(text):
    assert covered(text, "en") == []


def test_the_sentence_behind_an_address_stays():
    assert covered("We are at 12 High Street. Thank you for asking.", "en") == ["12", "High", "Street"]
