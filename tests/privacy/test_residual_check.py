"""The second pass: what must never pass it, what it must not stop, and that no text can hold it up."""

import base64
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.privacy.residual_check import ResidualDecision, check

ADDRESS = "jo.bloggs@mail.example"
TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJqbyJ9.c2lnbmF0dXJl"
LEFT_OVER = {
    "an e-mail address": f"write to {ADDRESS} please",
    "an address of an inner domain": "ask root@crm.intern",
    "a percent-encoded address": "see ?who=jo.bloggs%40mail.example",
    "an address encoded three times": "see ?who=jo.bloggs%252540mail%25252eexample",
    "an address with an entity": "jo.bloggs&#64;mail.example",
    "an address in base64": "ref " + base64.b64encode(ADDRESS.encode()).decode(),
    "an address in base64 for links": "?id="
    + base64.urlsafe_b64encode(f"who={ADDRESS}&x=ÿ".encode("latin-1")).decode(),
    "an address that is spelled out": "mail jo at example dot com",
    "an address in brackets": "jo [at] example [dot] org",
    "a card number": "paid with 4111 1111 1111 1111",
    "an IBAN": "to GB82 WEST 1234 5698 7654 32 please",
    "a lower-case IBAN": "to nl91abna0417164300",
    "nine digits": "number 123456789",
    "nine digits of another script": "number ١٢٣٤٥٦٧٨٩",
    "digits with something invisible between": "number 12345\u200b6789",
    "a British phone number": "ring 020 7946 0991",
    "a French phone number": "ring 06 12 23 45 67",
    "an American phone number": "ring (555) 010-4477 or 212-555-0187",
    "an international phone number": "ring +49 (0)30 901820",
    "full-width digits": "ring ０２０ ７９４６ ０９９１",
    "a web token": f"token {TOKEN}",
    "a secret key": "key " + "sk_live_" + "9aB3dE7xQ2mK8vL1",
}
DOUBTFUL = {
    "seven digits": "incident 2515358 again",
    "a local phone number": "ring 555-0142",
    "digits one by one": "my number is 7 4 1 9 2 5 8",
    "a code": "my case X7K29QW4",
    "a handle": "I am @deividski there",
    "a name after a cue": "thanks to Dr Brannigan",
    "a name after spoke to": "I spoke to Marguerite there",
}
HARMLESS = [
    "",
    "The parcel came late and the box was wet.",
    "Delivered on 01/02/2023, collected 2024-05-01 10:22:33, ordered 3.4.23.",
    "I came in 2018, 2019, 2020 and 2021 - 2022.",
    "Size 34D-36C, 5'4\", 120 lbs, waist 28.5 and 1-2-3 done.",
    "It cost £1,200.50 and 3 x 250 g; open 9-17, 24/7, on 02.01. and 03.01.",
    "Rated 10 9 8 7 6 5 4 3 2 1, and 1 2 3 4 5 6 7 8 9 10 11 12.",
    "I told <PERSON_1> to mail <EMAIL_ADDRESS_2> or ring <PHONE_NUMBER_11>, see https://s.example/REMOVED?a=REMOVED.",
    "Mr <PERSON_1> called <PERSON_2>; Dr. However they named it, I called Customer service.",
    "A state-of-the-art-customer-service-experience in the internationalization department",
    "My iPhone14 and COVID-19 and 4K2 and PS5 and B2B.",
    "Meet @ 5 pm, 3 apples @ 2 each, @140 lbs.",
    "look at this dot on the screen",
]


@pytest.mark.parametrize("what", LEFT_OVER)
def test_what_identifies_somebody_is_rejected(what):
    verdict = check(LEFT_OVER[what])
    assert verdict.decision is ResidualDecision.REJECT
    assert verdict.reasons


@pytest.mark.parametrize("what", DOUBTFUL)
def test_what_may_identify_somebody_is_for_review_and_its_place_is_told(what):
    verdict = check(DOUBTFUL[what])
    assert verdict.decision is ResidualDecision.REVIEW
    assert all(DOUBTFUL[what][doubt.start : doubt.end].strip() for doubt in verdict.doubts)


@pytest.mark.parametrize("text", HARMLESS)
def test_harmless_text_passes(text):
    assert check(text) == check("")
    assert check(text).decision is ResidualDecision.PASS


OWN = {
    "a name": ("Then zebediah said no", ["Zebediah"]),
    "a word of a name": ("Then quackenbush said no", ["Zebediah Quackenbush"]),
    "a name in capitals": ("ZEBEDIAH QUACKENBUSH came", ["Zebediah  Quackenbush"]),
    "a name in full-width letters": ("Ｚｅｂｅｄｉａｈ came", ["Zebediah"]),
    "a name with something invisible in it": ("Zebe\u200bdiah came", ["Zebediah"]),
    "an accented name": ("je suis Jose\u0301e", ["Josée"]),
    "a customer number": ("I am K-4711-X", ["k-4711-x"]),
    "a phone number spaced otherwise": ("ring 79 46 09 91", ["7946 0991"]),
    "a plain number": ("I am number 471142", ["471142"]),
}


@pytest.mark.parametrize("what", OWN)
def test_a_value_of_the_rows_own_columns_is_rejected(what):
    text, own = OWN[what]
    assert check(text, own).decision is ResidualDecision.REJECT
    assert check(text, ["Someone Else"]).decision is not ResidualDecision.REJECT


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("I will not come in May", ["Will May"]),
        ("planning a manna", ["Ann"]),
        ("it cost 2024 or 12", ["2024", "12"]),
        ("told <PERSON_1> so", ["Person"]),
        ("nothing here", ["", " ", "Jo"]),
    ],
)
def test_an_own_value_that_is_no_more_than_a_word_of_the_language_passes(text, own):
    assert check(text, own).decision is ResidualDecision.PASS


def test_a_place_is_told_in_the_text_as_it_is_written():
    text = "ｒｉｎｇ \u200b1\u200b2345678 now"
    (doubt,) = check(text).doubts
    assert text[doubt.start : doubt.end].replace("\u200b", "") == "12345678"


def test_no_reason_quotes_the_text():
    assert "bloggs" not in str(check(f"Dr Bloggs, {ADDRESS}", ["Bloggs"]).reasons).lower()


@given(st.text(max_size=300), st.lists(st.text(max_size=20), max_size=3))
def test_no_text_raises(text, own):
    for doubt in check(text, own).doubts:
        assert 0 <= doubt.start < doubt.end <= len(text)


@given(st.text(max_size=60), st.text(max_size=60))
def test_nothing_around_it_hides_an_address(before, after):
    assert check(f"{before} {ADDRESS} {after}").decision is ResidualDecision.REJECT


@pytest.mark.parametrize(
    "piece",
    ["1", "1 ", "+1(", "a@", "a at b dot ", "%25", "eyJ", "A1", "GB82 ", "-", "<PERSON_1>", "é", "1/1/", "Aa=", "Dr "],
)  # fmt: skip
def test_no_text_takes_long(piece):
    text = piece * (40_000 // len(piece))
    started = time.perf_counter()
    check(text, [piece.strip() * 3, "Zebediah Quackenbush"])
    assert time.perf_counter() - started < 1
