"""Made-up personal data, valid for its type and country: checksums are right, domains and most numbers are reserved.

Every value carries something found nowhere else, so that a search can tell which value it has come upon.
"""

import random
import string
from collections.abc import Callable
from datetime import date, timedelta
from hashlib import sha256

LANGUAGES = ("en", "fr", "de", "es", "nl", "it")
DIGITS, CAPITALS = string.digits, string.ascii_uppercase
UNLIKE_HEX = "GHJKLMNPRSTVWXYZ"
"""Capitals that no hexadecimal digest holds, so that a short value is never found in one by chance."""
DNI_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
ODD_WORTH = "1 0 5 7 9 13 15 17 19 21 1 0 5 7 9 13 15 17 19 21 2 4 18 20 11 3 6 8 12 14 16 10 22 25 24 23"
ODD = dict(zip(DIGITS + CAPITALS, map(int, ODD_WORTH.split()), strict=True))
"""Worth of a character in an odd place of a codice fiscale (Decreto ministeriale 23 dicembre 1976)."""


def chosen(rng: random.Random, alphabet: str, count: int) -> str:
    return "".join(rng.choices(alphabet, k=count))


def digits(rng: random.Random, count: int) -> str:
    """Return so many digits, the first of them not 0."""
    return chosen(rng, DIGITS[1:], 1) + chosen(rng, DIGITS, count - 1)


def weighted(number: str, weights: list[int]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(number, weights, strict=True))


def luhn(body: str) -> str:
    """Append the check digit of ISO/IEC 7812."""
    doubled = (int(d) * (2 if at % 2 == 0 else 1) for at, d in enumerate(reversed(body)))
    return body + str(-sum(d - 9 if d > 9 else d for d in doubled) % 10)


def iban(country: str, body: str) -> str:
    """Put country and check digits (ISO 13616) before an account."""
    number = "".join(str(int(c, 36)) for c in f"{body}{country}00")
    return f"{country}{98 - int(number) % 97:02d}{body}"


def nhs_number(rng: random.Random) -> str:
    while True:
        body = digits(rng, 9)
        check = -weighted(body, list(range(10, 1, -1))) % 11
        if check < 10:
            return f"{body[:3]} {body[3:6]} {body[6:]}{check}"


def nino(rng: random.Random) -> str:
    number = chosen(rng, DIGITS, 6)
    pairs = " ".join(number[at : at + 2] for at in (0, 2, 4))
    return f"{chosen(rng, 'ABCEGHJ', 1)}{chosen(rng, 'LMPRSTX', 1)} {pairs} {chosen(rng, 'ABCD', 1)}"


def social_security_number(rng: random.Random) -> str:
    return f"{rng.randint(101, 665)}-{rng.randint(11, 99)}-{rng.randint(1001, 9999)}"


def nir(rng: random.Random) -> str:
    """Return a French social security number: 13 digits and the key 97 - n mod 97."""
    born = f"{rng.choice('12')}{rng.randint(40, 99)}{rng.randint(1, 12):02d}"
    body = f"{born}{rng.randint(10, 19)}{rng.randint(1, 900):03d}{rng.randint(1, 900):03d}"
    return f"{body}{97 - int(body) % 97:02d}"


def tax_id(rng: random.Random) -> str:
    """Return a German Steuer-ID: ten digits of which one comes twice, and the check digit of ISO 7064 mod 11,10."""
    while True:
        body = rng.sample(DIGITS, 9)
        body.insert(rng.randrange(9), rng.choice(body))
        if body[0] != "0":
            break
    product = 10
    for digit in body:
        product = ((int(digit) + product) % 10 or 10) * 2 % 11
    return "".join(body) + str((11 - product) % 10)


def spanish_id(rng: random.Random) -> str:
    """Return a DNI or a NIE."""
    if rng.random() < 0.5:
        number = digits(rng, 8)
        return f"{number}{DNI_LETTERS[int(number) % 23]}"
    first, number = rng.choice("XYZ"), digits(rng, 7)
    return f"{first}{number}{DNI_LETTERS[int(str('XYZ'.index(first)) + number) % 23]}"


def bsn(rng: random.Random) -> str:
    while True:
        body = digits(rng, 8)
        check = weighted(body, list(range(9, 1, -1))) % 11
        if check < 10:
            return f"{body}{check}"


def codice_fiscale(rng: random.Random) -> str:
    letters = chosen(rng, "BCDFGLMNPRSTVZ", 6)
    born = f"{rng.randint(40, 99)}{rng.choice('ABCDEHLMPRST')}{rng.randint(1, 28):02d}"
    body = f"{letters}{born}{rng.choice('ABCDEFGHIL')}{rng.randint(100, 999)}"
    worth = sum(ODD[c] if at % 2 == 0 else int(c, 36) - 10 * c.isalpha() for at, c in enumerate(body))
    return body + CAPITALS[worth % 26]


def national_id(rng: random.Random, language: str, word: str) -> str:
    english = rng.choice((nhs_number, nino, social_security_number))
    makers = {"en": english, "fr": nir, "de": tax_id, "es": spanish_id, "nl": bsn, "it": codice_fiscale}
    return makers[language](rng)


def phone(rng: random.Random, language: str, word: str) -> str:
    """Return a number from a range kept for films where the country has one, else a mobile number."""
    national, international = {
        "en": ("020 7946 0{0}", "+44 20 7946 0{0}"),
        "fr": ("01 99 00 {1} {2}", "+33 1 99 00 {1} {2}"),
        "de": ("030 23125 {0}", "+49 30 23125 {0}"),
        "es": ("612 {0} {3}", "+34 612 {0} {3}"),
        "nl": ("06 12{4}", "+31 6 12{4}"),
        "it": ("333 12{1}{3}", "+39 333 12{1}{3}"),
    }[language]
    parts = (chosen(rng, DIGITS, 3), digits(rng, 2), digits(rng, 2), digits(rng, 3), digits(rng, 6))
    return (national if rng.random() < 0.5 else international).format(*parts)


def iban_of(rng: random.Random, language: str, word: str) -> str:
    if language == "it":
        return iban("IT", chosen(rng, CAPITALS, 1) + digits(rng, 22))
    country, body = {
        "en": ("GB", "WEST" + digits(rng, 14)),
        "fr": ("FR", digits(rng, 23)),
        "de": ("DE", digits(rng, 18)),
        "es": ("ES", digits(rng, 4) + spanish_account(rng)[4:]),
        "nl": ("NL", "INGB" + digits(rng, 10)),
    }[language]
    return iban(country, body)


def spanish_account(rng: random.Random) -> str:
    """Return a Spanish account (CCC): bank, office, two check digits, account."""
    bank, account = digits(rng, 8), digits(rng, 10)

    def check(number: str, weights: list[int]) -> str:
        rest = 11 - weighted(number, weights) % 11
        return {10: "1", 11: "0"}.get(rest, str(rest))

    tail = [4, 8, 5, 10, 9, 7, 3, 6]
    return bank + check(bank, tail) + check(account, [1, 2, *tail]) + account


def bank_account(rng: random.Random, language: str, word: str) -> str:
    if language == "nl":
        while True:
            number = digits(rng, 9)
            if weighted(number, list(range(9, 0, -1))) % 11 == 0:
                return f"{number[:2]}.{number[2:4]}.{number[4:6]}.{number[6:]}"
    sort_code = "-".join(digits(rng, 2) for _ in range(3))
    return {
        "en": f"{sort_code} {digits(rng, 8)}",
        "fr": f"{digits(rng, 5)} {digits(rng, 5)} {digits(rng, 11)} {digits(rng, 2)}",
        "de": digits(rng, 10),
        "es": spanish_account(rng),
        "it": digits(rng, 12),
    }[language]


def postcode(rng: random.Random, language: str, word: str) -> str:
    """Return a postcode of the country in which the language is mostly spoken."""
    letters = chosen(rng, UNLIKE_HEX, 2)
    if language == "en":
        return f"{rng.choice('LNSW')}{rng.choice('ELNS')}{rng.randint(10, 39)} {rng.randint(1, 9)}{letters}"
    if language == "nl":
        return f"{rng.randint(1011, 9999)} {letters}"
    return {"fr": "{:05d}", "de": "{:05d}", "es": "{:05d}", "it": "{:05d}"}[language].format(
        {"fr": rng.randint(10001, 95880), "de": rng.randint(10115, 99998)}.get(language) or rng.randint(10010, 50999)
    )


def street(rng: random.Random, language: str, word: str) -> str:
    number = rng.randint(2, 190)
    forms = {
        "en": ("{n} {w} Road", "{n} {w} Close", "{n} {w} Lane"),
        "fr": ("{n} rue {w}", "{n} avenue {w}", "{n} bis boulevard {w}"),
        "de": ("{w}straße {n}", "{w}weg {n}", "{w}allee {n}a"),
        "es": ("calle {w} {n}", "avenida {w}, {n}", "plaza {w} {n}"),
        "nl": ("{w}straat {n}", "{w}laan {n}", "{w}weg {n}"),
        "it": ("via {w} {n}", "viale {w}, {n}", "piazza {w} {n}"),
    }
    return rng.choice(forms[language]).format(n=number, w=word)


def plate(rng: random.Random, language: str, word: str) -> str:
    one, other, three = (chosen(rng, UNLIKE_HEX, count) for count in (2, 2, 3))
    return {
        "en": f"{one}{rng.randint(10, 24)} {three}",
        "fr": f"{one}-{digits(rng, 3)}-{other}",
        "de": f"{one}-{other} {digits(rng, 4)}",
        "es": f"{digits(rng, 4)} {three}",
        "nl": f"{one}-{digits(rng, 3)}-{other[0]}",
        "it": f"{one} {digits(rng, 3)} {other}",
    }[language]


def passport(rng: random.Random, language: str, word: str) -> str:
    letters = chosen(rng, UNLIKE_HEX, 2)
    return {
        "en": digits(rng, 9),
        "fr": f"{digits(rng, 2)}{letters}{digits(rng, 5)}",
        "de": f"C{digits(rng, 2)}{letters[0]}{digits(rng, 2)}{letters[1]}{digits(rng, 2)}",
        "es": f"{letters}{rng.choice(UNLIKE_HEX)}{digits(rng, 6)}",
        "nl": f"N{letters}{digits(rng, 5)}{rng.randint(1, 9)}",
        "it": f"Y{letters[0]}{digits(rng, 7)}",
    }[language]


def driver_license(rng: random.Random, language: str, word: str) -> str:
    letters = chosen(rng, UNLIKE_HEX, 2)
    born = f"{rng.randint(4, 9)}{rng.randint(1, 12):02d}{rng.randint(1, 28):02d}{rng.randint(0, 9)}"
    return {
        "en": f"{chosen(rng, UNLIKE_HEX, 5)}{born}{letters}9{letters[::-1]}",
        "fr": digits(rng, 12),
        "de": f"B{chosen(rng, DIGITS, 3)}{letters}{chosen(rng, DIGITS, 1)}J{digits(rng, 3)}",
        "es": spanish_id(rng),
        "nl": digits(rng, 10),
        "it": f"U1{chosen(rng, UNLIKE_HEX, 1)}{digits(rng, 5)}{letters}",
    }[language]


def birth(rng: random.Random, language: str, word: str) -> str:
    born = date(1934, 1, 1) + timedelta(days=rng.randrange(24_000))
    return born.strftime({"de": "%d.%m.%Y", "nl": "%d-%m-%Y"}.get(language, "%d/%m/%Y"))


def wallet(rng: random.Random, language: str, word: str) -> str:
    """Return a Bitcoin address: version 0, 20 bytes, four bytes of double SHA-256, in base 58."""
    body = b"\0" + rng.randbytes(20)
    number = int.from_bytes(body + sha256(sha256(body).digest()).digest()[:4], "big")
    written = ""
    while number:
        number, rest = divmod(number, 58)
        written = BASE58[rest] + written
    return "1" + written


def internet_address(rng: random.Random, language: str, word: str) -> str:
    if rng.random() < 0.25:
        return f"2001:db8:{rng.randrange(4096, 65536):x}::{rng.randrange(4096, 65536):x}"
    network = rng.choice(("192.0.2", "198.51.100", "203.0.113"))
    return f"{network}.{rng.randint(100, 255)}"


def mac_address(rng: random.Random, language: str, word: str) -> str:
    tail = chosen(rng, "0123456789ABCDEF", 6)
    return ":".join(["02", "1B", "C5", tail[:2], tail[2:4], tail[4:]])


def email(rng: random.Random, language: str, word: str) -> str:
    domain = rng.choice(("example.com", "example.org", "mail.example.net", "post.example"))
    return f"{rng.choice('abdeghklmrstw')}.{word.lower()}{rng.choice(('', '77', '.home'))}@{domain}"


def handle(rng: random.Random, language: str, word: str) -> str:
    return f"@{word.lower()}_{rng.randint(10, 99)}"


def secret(rng: random.Random, language: str, word: str) -> str:
    return f"{word}#{digits(rng, 4)}!{chosen(rng, UNLIKE_HEX, 3).lower()}"


def link(rng: random.Random, language: str, word: str) -> str:
    token = chosen(rng, UNLIKE_HEX + DIGITS, 10)
    return f"https://survey.example/r/{token}?respondent={word.lower()}"


def number(form: str) -> Callable[[random.Random, str, str], str]:
    """Return a maker of reference numbers: every # of the form becomes a digit."""

    def make(rng: random.Random, language: str, word: str) -> str:
        return "".join(digits(rng, 1) if c == "#" else c for c in form)

    return make


VALUES: dict[str, Callable[[random.Random, str, str], str]] = {
    "EMAIL_ADDRESS": email, "PHONE_NUMBER": phone, "STREET_ADDRESS": street, "POSTCODE": postcode,
    "PO_BOX": number("#####"), "HANDLE": handle, "DATE_OF_BIRTH": birth, "LICENSE_PLATE": plate,
    "PASSPORT": passport, "DRIVER_LICENSE": driver_license, "NATIONAL_ID": national_id,
    "CREDIT_CARD": lambda rng, *_: luhn("4" + digits(rng, 14)), "IBAN_CODE": iban_of, "BANK_ACCOUNT": bank_account,
    "IP_ADDRESS": internet_address, "MAC_ADDRESS": mac_address, "CRYPTO": wallet,
    "ORDER_NUMBER": number("####-######"), "ACCOUNT_NUMBER": number("########"), "TICKET_NUMBER": number("SUP-#######"),
    "URL": link, "SECRET": secret,
}  # fmt: skip
"""How a value of each type is made, from (random numbers, language, a word found nowhere else); PERSON is apart."""
