"""Check digits of cards, accounts and national numbers, each by its published rule."""

import re

_NIF_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"


def is_luhn(text: str) -> bool:
    """Return whether a number passes Luhn's formula (ISO/IEC 7812-1, annex B); a run of one digit does not count."""
    digits = re.sub(r"\D", "", text)
    doubled = [int(digit) * 2 for digit in digits[-2::-2]]
    total = sum(map(int, digits[-1::-2])) + sum(n - 9 if n > 9 else n for n in doubled)
    return total % 10 == 0 and len(set(digits)) > 1


def is_iban(text: str) -> bool:
    """Return whether an IBAN is valid (ISO 13616): the rearranged number leaves 1 when divided by 97."""
    plain = re.sub(r"[^A-Za-z0-9]", "", text).upper()
    if not 15 <= len(plain) <= 34 or not plain.isascii():
        return False
    return int("".join(str(int(character, 36)) for character in plain[4:] + plain[:4])) % 97 == 1


def is_nhs(text: str) -> bool:
    """Return whether an NHS number is valid: ten digits, weights 10 to 2, modulus 11."""
    digits = re.sub(r"\D", "", text)
    if len(digits) != 10:
        return False
    check = 11 - sum(int(d) * w for d, w in zip(digits, range(10, 1, -1), strict=False)) % 11
    return check % 11 == int(digits[9]) and check != 10


def is_nif(text: str) -> bool:
    """Return whether a Spanish DNI or NIE is valid: the letter is the number modulo 23."""
    plain = re.sub(r"[^A-Za-z0-9]", "", text).upper()
    number = plain[:-1].translate(str.maketrans("XYZ", "012"))
    return number.isdigit() and plain[-1] == _NIF_LETTERS[int(number) % 23]


def is_nir(text: str) -> bool:
    """Return whether a French social security number is valid: key 97 - number mod 97 (Corsica: 2A is 19, 2B is 18)."""
    plain = re.sub(r"\s", "", text).upper().replace("2A", "19").replace("2B", "18")
    return len(plain) == 15 and plain.isdigit() and 97 - int(plain[:13]) % 97 == int(plain[13:])


def is_bsn(text: str) -> bool:
    """Return whether a Dutch citizen service number is valid: the eleven-test with weights 9 to 2 and -1."""
    digits = re.sub(r"\D", "", text).zfill(9)
    total = sum(int(d) * w for d, w in zip(digits, (9, 8, 7, 6, 5, 4, 3, 2, -1), strict=False))
    return len(digits) == 9 and total % 11 == 0 and total > 0


def is_tax_id(text: str) -> bool:
    """Return whether a German tax number of a person is valid (§ 139b AO): eleven digits, ISO 7064 MOD 11,10."""
    digits = re.sub(r"\D", "", text)
    if len(digits) != 11 or digits[0] == "0":
        return False
    product = 10
    for digit in digits[:10]:
        total = (int(digit) + product) % 10 or 10
        product = total * 2 % 11
    return (11 - product) % 10 == int(digits[10])
