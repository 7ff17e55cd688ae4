"""E-mails, phones, handles: as typed, as spelt out, and what only looks like them."""

import pytest

from analyzer.privacy.recognizers.contacts import find_emails, find_handles, find_phones, is_valid_phone

REGIONS = ("GB", "US", "FR", "DE")


def values(findings, text):
    return [text[finding.start : finding.end] for finding in findings]


@pytest.mark.parametrize(
    "address",
    [
        "ann.lee@mail.example",
        "ann@intranet",
        '"ann lee"@ex.com',
        "o'neil+x@ex.co.uk",
        "jo at ex dot com",
        "jo[at]ex.com",
        "jo (at) ex (dot) com",
        "jo @ ex . com",
        "annlee at gmail dot com",
        "ann at gmail",
        "jo arroba ex punto es",
    ],
)
def test_an_address_is_found_however_it_is_written(address):
    text = f"write to {address} please"
    assert address in values(find_emails(text), text)


@pytest.mark.parametrize(
    "text",
    ["look at amazon.com for it", "meet me at the point and go", "5 items @ £3", "available at tesco.", "at work"],
)
def test_what_is_no_address_is_left_alone(text):
    assert find_emails(text) == []


@pytest.mark.parametrize(
    "number",
    [
        "07700 900123",
        "+44 7700 900123",
        "(0)20 7946 0018",
        "467 3395",
        "0 7 7 0 0 9 0 0 1 2 3",
        "01.84.17.61.18",
        "555-0123 ext 12",
        "030/1234567",
    ],
)
def test_a_number_somebody_could_call_is_found(number):
    text = f"my number {number} is wrong"
    assert any(
        number in value or (value in number and len(value) > 6) for value in values(find_phones(text, REGIONS), text)
    )


@pytest.mark.parametrize(
    "text",
    [
        "on 2024-03-05 10:30",
        "from 04/10/21 1345",
        "1 000 000 people",
        "2019 2020 2021",
        "a score of 1 2 3 4 5",
        "5'7 145-150 lbs",
        "3.1415926 radians",
        "100-200 units",
        "192.0.2.170",
    ],
)
def test_dates_amounts_and_scales_are_not_called(text):
    assert find_phones(text, REGIONS) == []


def test_card_numbers_are_cards():
    assert [f.type for f in find_phones("paid with 4111 1111 1111 1111 today", REGIONS)] == ["CREDIT_CARD"]


def test_validity_depends_on_the_regions():
    assert is_valid_phone("020 7946 0018", ("GB",))
    assert not is_valid_phone("020 7946 0018", ("US",))


@pytest.mark.parametrize(
    ("text", "handle"),
    [("ask @ann_lee92 there", "@ann_lee92"), ("my insta: ann.lee_92", "ann.lee_92"), ("see u/ann_lee", "ann_lee")],
)
def test_handles_are_found(text, handle):
    assert handle in values(find_handles(text), text)


@pytest.mark.parametrize("text", ["an x-ray. soon", "x: small", "email me @ work"])
def test_what_is_no_handle_is_left_alone(text):
    assert find_handles(text) == []
