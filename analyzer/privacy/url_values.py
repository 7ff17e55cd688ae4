"""Judge the pieces of a link, already decoded: may this label, path part, parameter name or value stay?

Everything is denied that does not look like a plain word or, where one is expected, a small number. Names written as
plain words are told by the gazetteer, which knows given names; a family name alone is taken for a word.
"""

import base64
import re

from analyzer.privacy.names.gazetteer import ambiguous_names, family_names, given_names, is_given_name
from analyzer.privacy.url_words import PARAMETER_WORDS, PERSON_WORDS, PLAIN_WORDS

LONGEST_WORD = 24
LONGEST_PART = 80
MOST_DIGITS = 4
"""A year stays; five digits may be a customer number or a postcode."""
SHORTEST_GLUED = 3
"""Letters of the shorter half of "annlee"; with two, one in fifty ordinary words falls into two names."""

LONGEST_PREFIX = 4
"""Letters before the number of a machine ("eu1", "web12"); more may be a name."""

_WORDS = re.compile(r"[^\W_]+(?:[-_ ][^\W_]+)*")
_BREAK = re.compile(r"[-_ ]")
_PAGE_SUFFIX = re.compile(r"\.(?:html?|xhtml|php|aspx?|jsp|cgi|pdf|xml|json)$")
_LOCALE = re.compile(r"[a-z]{2}(?:[-_](?:[a-z]{2}|[A-Z]{2}|[A-Z][a-z]{3}))?")
_VERSION = re.compile(r"v?\d{1,2}(?:\.\d{1,2}){0,2}")
_PAGE_NUMBER = re.compile(r"\d{1,4}")
_NAME = re.compile(r"[A-Za-z][\w.-]{0,40}(?:\[[\w.-]{0,40}\]){0,3}", re.ASCII)
_NAME_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_LABEL = re.compile(r"[\w-]{1,63}")
_HUMPS = re.compile(r"[^\W\d_](?:[a-z][A-Z]|\d[^\W\d_])")
_HEX = re.compile(r"[a-f]{8,}")
_VOWEL = re.compile(r"[aeiouyàáâãäåæèéêëìíîïòóôõöøùúûüýœ]")
_CONSONANTS = re.compile(r"[bcdfghjklmnpqrstvwxz]{7,}")
_CAMEL = re.compile(r"[^\W\d_][^\W\d_A-Z]*")


def is_harmless_part(plain: str, names_expected: bool) -> bool:
    """Say whether a part of a path may stay; where a name is expected, only words that name nobody do."""
    stem = _PAGE_SUFFIX.sub("", plain)
    words = _split(stem)
    if words and all(word.lower() in PLAIN_WORDS or word.lower() in PERSON_WORDS for word in words):
        return True
    if names_expected:
        return False
    if re.fullmatch(r"[a-z]|v\d", stem) or _LOCALE.fullmatch(stem):
        return True
    return bool(words) and all(map(_is_word, words)) and not _holds_a_name(words)


def announces_a_person(plain: str) -> bool:
    """Say whether the parts of a path after this one may name somebody: "users", "my-profile", "getUser"."""
    if plain.lower() in PERSON_WORDS:
        return True
    words = _CAMEL.findall(plain)
    return len(words) > 1 and len(words[-1]) > 2 and words[-1].lower() in PERSON_WORDS


def is_harmless_name(name: str) -> bool:
    """Say whether a parameter's name is made of words that such names are made of; it may be data as well."""
    if not _NAME.fullmatch(name):
        return False
    words = _NAME_WORD.findall(name)
    if sum(len(word) == 1 for word in words) > 2 or sum(len(word) for word in words if word.isdigit()) > 2:
        return False
    return all(len(word) == 1 or word.isdigit() or word.lower() in PARAMETER_WORDS for word in words)


def is_harmless_value(name: str, plain: str) -> bool:
    """Say whether the value of a parameter on the short list may stay; name is in lower case."""
    if name in ("lang", "locale"):
        return bool(_LOCALE.fullmatch(plain)) or plain in PLAIN_WORDS
    if name == "version" and _VERSION.fullmatch(plain):
        return True
    if name == "page" and _PAGE_NUMBER.fullmatch(plain):
        return True
    return _is_harmless_phrase(_split(plain), names_few=name != "product")


def is_harmless_label(label: str, subdomain: bool) -> bool:
    """Say whether a label of a host name may stay: neither data nor, left of the domain, two words that are a name."""
    if not _LABEL.fullmatch(label) or sum(map(str.isdigit, label)) > MOST_DIGITS or _is_encoded(label):
        return False
    if not subdomain:
        return True
    if label.lower().startswith("xn--"):
        return False
    words = _split(label.lower())
    if len(words) > 1:
        return any(word in PLAIN_WORDS for word in words) and not _holds_a_name(words)
    word = label.rstrip("0123456789").lower()
    if word in PLAIN_WORDS:
        return True
    is_one_word = label.isalpha() and label[1:] in (label[1:].lower(), label[1:].upper())
    return (is_one_word or len(word) <= LONGEST_PREFIX) and not _holds_a_name([word])


def _split(plain: str) -> list[str]:
    if len(plain) > LONGEST_PART or not _WORDS.fullmatch(plain):
        return []
    return _BREAK.split(plain)


def _is_word(word: str) -> bool:
    """Say whether it is a word in lower case that can be spoken, and is nothing encoded."""
    if not (2 <= len(word) <= LONGEST_WORD and word.isalpha() and word.islower()):
        return False
    if not word.isascii():
        return True
    if len(word) > 4 and not _VOWEL.search(word):
        return False
    return not (_HEX.fullmatch(word) or _CONSONANTS.search(word) or _is_encoded(word))


def _is_harmless_phrase(words: list[str], names_few: bool) -> bool:
    """Say whether a value of words and years may stay; with names_few at most one word may be unknown."""
    numbers = [word for word in words if word.isdecimal()]
    others = [word for word in words if not word.isdecimal()]
    if not others or not all(map(_is_word, others)) or sum(map(len, numbers)) > MOST_DIGITS:
        return False
    unknown = [word for word in others if word not in PLAIN_WORDS]
    if names_few and unknown and (len(unknown) > 1 or (len(words) > 1 and len(unknown) == len(others))):
        return False
    return not _holds_a_name(others)


def _holds_a_name(words: list[str]) -> bool:
    unknown = [word for word in words if word not in PLAIN_WORDS]
    return any(is_given_name(word) or _is_glued(word) for word in unknown)


def _is_glued(word: str) -> bool:
    """Say whether it is a given name and a surname in one: "annlee"."""
    for place in range(SHORTEST_GLUED, len(word) - SHORTEST_GLUED + 1):
        last = word[place:]
        if word[:place] in given_names() and (last in family_names() or last in ambiguous_names()):
            return True
    return False


def _is_encoded(token: str) -> bool:
    """Say whether it is mixed like an identifier or reads as text once decoded from base64."""
    if len(_HUMPS.findall(token)) > 1:
        return True
    if len(token) < 8 or not re.fullmatch(r"[\w-]+", token, re.ASCII):
        return False
    padded = token + "=" * (-len(token) % 4)
    try:
        return base64.urlsafe_b64decode(padded).decode("ascii").isprintable()
    except ValueError:
        return False
