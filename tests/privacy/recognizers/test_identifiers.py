"""Numbers that identify: each rule on a number that fits and on its harmless neighbor. All numbers are invented."""

import pytest

from analyzer.privacy.recognizers import checksums
from analyzer.privacy.recognizers.identifiers import RULES, find_identifiers

FOUND = {
    "us-ssn": "my ssn 078-05-1120 was printed",
    "uk-nino": "NI QQ 12 34 56 C on the letter".replace("QQ", "AB"),
    "uk-nhs": "NHS number 943 476 5919",
    "uk-nhs-check": "it said 943 476 5919 there",
    "fr-nir": "mon 1 84 12 76 451 089 46 est là",
    "es-nif": "con 12345678Z en la factura",
    "de-steuer-id": "es war 86 095 742 719 zu lesen",
    "de-sv": "die 15 070649 C 103 stand da",
    "nl-bsn": "mijn BSN 111222333 stond erop",
    "it-codice-fiscale": "il codice RSSMRA85T10A562S stampato",
    "ca-sin": "SIN 046-454-286 shown",
    "national-id-cued": "patient no. 4455661",
    "passport-cued": "passport number 533380006 copied",
    "uk-licence": "licence MORGA657054SM9IJ shown",
    "licence-cued": "driver's license D1234567",
    "uk-plate": "parked AB12 CDE outside",
    "fr-it-plate": "la AB-123-CD est à moi",
    "de-plate": "mein B-XY 1234 wurde",
    "nl-plate": "de 12-ABC-3 stond daar",
    "es-plate": "el 1234 BCD aparcado",
    "plate-cued": "number plate P123 ABC",
    "iban": "auf DE89 3704 0044 0532 0130 00 bitte",
    "iban-cued": "IBAN GB12 BARC 1234 5678 9012 34",
    "sort-code": "sort code 12-34-56",
    "bank-account": "bank account 12345678",
    "card-cued": "card 4111 1111 1111 1112",
    "order-cued": "order number AB-12345",
    "ticket-cued": "ticket 8876-1",
    "account-cued": "customer no. 99821",
    "hash-number": "it was #48211 I think",
    "birth-date": "born on 3rd May 1975",
    "birth-date-before": "am 22.08.1957 geboren",
    "secret-cued": "my password is hunter2",
    "token": "key 9f86d081884c7d659a2feaa0c55ad015",
    "crypto": "to 0x52908400098527886E0F7030069857D2E4169EE7",
    "ipv4": "from 192.0.2.17 again",
    "ipv6": "from 2001:db8:85a3::8a2e:370:7334 again",
    "mac": "device 00:1B:44:11:3A:B7",
    "mixed-code": "it says XK-9912345 on it",
}
HARMLESS = [
    "order 2 dresses in 2023",
    "booking 0830 at the desk",
    "size 34d-27-35 fits",
    "version 4.12.0.3 crashes",
    "10 out of 10",
    "ward 12, bed 4, at 10:30 on 12/03/2020",
    "a 16GB DDR4-3200",
    "since 1999 a customer",
    "5'7 and 145 lbs",
    "100% of 1,000,000",
    "reference 32-26-35 for size",
    "on 3rd May 1975 it opened",
]


@pytest.mark.parametrize("rule", [rule.name for rule in RULES])
def test_each_rule_finds_what_it_is_for(rule):
    assert rule in {finding.rule for finding in find_identifiers(FOUND[rule])}


@pytest.mark.parametrize("text", HARMLESS)
def test_ordinary_numbers_are_left_alone(text):
    assert list(find_identifiers(text)) == []


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (checksums.is_luhn, "4111 1111 1111 1111", "4111 1111 1111 1112"),
        (checksums.is_iban, "GB82 WEST 1234 5698 7654 32", "GB82 WEST 1234 5698 7654 33"),
        (checksums.is_nhs, "943 476 5919", "943 476 5918"),
        (checksums.is_nif, "12345678Z", "12345678A"),
        (checksums.is_nif, "X1234567L", "X1234567M"),
        (checksums.is_nir, "184127645108946", "184127645108947"),
        (checksums.is_bsn, "111222333", "111222334"),
        (checksums.is_tax_id, "86095742719", "86095742718"),
    ],
)
def test_check_digits_tell_right_from_wrong(check, good, bad):
    assert check(good)
    assert not check(bad)
