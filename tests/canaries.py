"""Canaries: personal data that nobody else has, planted in every place a file has for it and in every disguise.

Each is one value of one type, in a sentence of one language, in one place of a row, written in one encoding. What of
it may be found nowhere afterwards are its needles.
"""

import base64
import random
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import count, product
from pathlib import Path
from typing import Any
from urllib.parse import quote

from canary_values import LANGUAGES, VALUES
from sightings import Needle, folded, packed

TEXTS = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
TYPES = ("PERSON", *VALUES)
IDENTITY = {"PERSON": "full_name", "EMAIL_ADDRESS": "email", "PHONE_NUMBER": "phone"}
COLUMNS = {
    "comment": "comment", "second text": "what_could_we_improve", "title": "title", "identity": "comment",
    "link in comment": "comment", "link column": "survey_url", "id": "response_id", "respondent": "customer_ref",
}  # fmt: skip
"""Place of a canary -> column that holds it; an identity canary stands in its own column as well."""
MAPPING = {"text": "comment", "id": "response_id", "respondent": "customer_ref", "date": "submitted", "rating": "score"}
ZEROS = (0xFF10, 0x0660, 0x0966)
"""Full-width, Arabic-Indic and Devanagari zero."""
TAIL = 8
"""Characters at the end of a longer value that already give it away."""
MOST_TRIES, FEW_TRIES = 500, 12
NAMED = ("PERSON", "EMAIL_ADDRESS", "STREET_ADDRESS", "HANDLE", "URL", "SECRET")
"""Types whose needle is a word found nowhere else."""
POINTLESS = {
    *((kind, "other digits") for kind in NAMED), *(("CRYPTO", f"{case} case") for case in ("upper", "lower")),
    ("URL", "full width"), ("IP_ADDRESS", "spaced digits"), ("DATE_OF_BIRTH", "spaced digits"),
}  # fmt: skip
"""Encodings that would make something else of a value, or leave its needle as it is."""
LINKS = (
    "https://survey.example/s/feedback?RecipientEmail={v}&lang=en",
    "https://forms.example/d/e/viewform?entry.1840{n}={v}",
    "https://portal.example/users/{v}/reviews",
    "https://survey.example/done#q5={v}",
    "https://go.example/?u=https%3A%2F%2Fx.example%2F&uid={v}",
)

Encode = Callable[[str], str]


def zero_width(value: str) -> str:
    """Put an invisible character after every third one."""
    return "".join(c + ("\u200b", "\u200c", "\u2060")[at % 3] * (at % 3 == 2) for at, c in enumerate(value))


def wide(value: str) -> str:
    """Write ASCII letters and digits in full width."""
    return "".join(chr(ord(c) + 0xFEE0) if c.isascii() and c.isalnum() else c for c in value)


def other_digits(value: str) -> str:
    """Write the digits in another script."""
    zero = ZEROS[sum(map(ord, value)) % len(ZEROS)]
    return "".join(chr(zero + int(c)) if c.isascii() and c.isdigit() else c for c in value)


def spaced(value: str) -> str:
    """Spell a number out, digit by digit."""
    return " ".join(packed(value)) if packed(value).isdigit() else value


def percent(value: str) -> str:
    return "".join(f"%{byte:02X}" for byte in value.encode())


def in_base64(value: str) -> str:
    return base64.urlsafe_b64encode(value.encode()).decode().rstrip("=")


IN_TEXT: dict[str, Encode] = {
    "plain": str, "upper case": str.upper, "lower case": str.lower, "zero-width": zero_width, "full width": wide,
    "other digits": other_digits, "spaced digits": spaced,
}  # fmt: skip
IN_LINK: dict[str, Encode] = {
    "plain": partial(quote, safe="@"), "percent": percent, "double": lambda v: quote(percent(v)),
    "base64": in_base64,
}  # fmt: skip
IN_CELL: dict[str, Encode] = {"plain": str, "zero-width": zero_width}
ENCODINGS = {
    "comment": IN_TEXT, "second text": IN_TEXT, "title": IN_TEXT, "identity": IN_TEXT, "link in comment": IN_LINK,
    "link column": IN_LINK, "id": IN_CELL, "respondent": IN_CELL,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Canary:
    """One planted value: `cell` is what stands in the place's column, the needles are what must not be found."""

    type: str
    language: str
    place: str
    encoding: str
    value: str = field(repr=False)
    cell: str = field(repr=False)
    needles: tuple[Needle, ...] = field(repr=False)

    @property
    def label(self) -> str:
        """What may be told of it."""
        return f"{self.type}/{self.language}/{self.place}/{self.encoding}"


def make_canaries(seed: int = 2) -> list[Canary]:
    """Return a canary for each type, language, place and encoding that go together."""
    maker = _Maker(random.Random(seed))
    combined = [
        (kind, language, place, encoding)
        for kind, language, place in product(TYPES, LANGUAGES, COLUMNS)
        if place != "identity" or kind in IDENTITY
        for encoding in ENCODINGS[place]
    ]
    return [canary for one in combined if (canary := maker.canary(*one))]


class _Maker:
    """Makes canaries, no two of which share a needle."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._used: set[str] = set()
        self._turn = count()
        self._words = {language: self._shuffled(language) for language in LANGUAGES}

    def _shuffled(self, language: str) -> Iterator[str]:
        parts = TEXTS[language]
        words = [stem + ending for stem, ending in product(parts["stems"], parts["endings"])]
        self._rng.shuffle(words)
        return iter(words)

    def canary(self, kind: str, language: str, place: str, encoding: str) -> Canary | None:
        """Return the canary, or None where the encoding says nothing of a value of this type."""
        encode = ENCODINGS[place][encoding]
        if encoding != "plain" and (kind, encoding) in POINTLESS:
            return None
        dry = (self._value(kind, language, dry=True)[0] for _ in range(FEW_TRIES))
        if encoding != "plain" and not any(_is_changed(encode, value) for value in dry):
            return None
        for _ in range(MOST_TRIES):
            value, needles = self._value(kind, language)
            is_new = self._used.isdisjoint(needle.text for needle in needles)
            if is_new and (encoding == "plain" or _is_changed(encode, value)):
                break
        else:
            raise AssertionError(f"no unused value left of {kind} in {language}")
        self._used.update(needle.text for needle in needles)
        written = encode(value)
        if encoding == "base64":
            needles = (*needles, Needle(packed(written)))
        return Canary(kind, language, place, encoding, value, self._cell(kind, language, place, written), needles)

    def _value(self, kind: str, language: str, dry: bool = False) -> tuple[str, tuple[Needle, ...]]:
        """Return a value and its needles; a dry one only shows what the type looks like and uses no word up."""
        named = kind in NAMED
        word = ("Sample" if dry else next(self._words[language])) if named else ""
        if kind == "PERSON":
            return f"{self._rng.choice(TEXTS[language]['given'])} {word}", (Needle(packed(word)),)
        value = VALUES[kind](self._rng, language, word)
        if named:
            return value, (Needle(packed(word)),)
        whole = packed(value)
        if len(whole) < 6:
            return value, (Needle(whole, is_word=True),)
        return value, (Needle(whole), Needle(whole[-TAIL:])) if len(whole) > TAIL + 1 else (Needle(whole),)

    def _cell(self, kind: str, language: str, place: str, written: str) -> str:
        if place in {"id", "respondent"}:
            return written
        texts, turn = TEXTS[language], next(self._turn)
        if place in {"link in comment", "link column"}:
            form = "{v}" if kind == "URL" and "://" in written else LINKS[turn % len(LINKS)]
            written = form.format(v=written, n=turn)
        if place == "link column":
            return written
        if place == "identity":
            return _of(texts["neutral"], turn).format(v=written)
        clauses = texts["clauses"]["URL" if place == "link in comment" else kind]
        clause = _of(clauses, turn).format(v=written)
        if place == "title":
            return clause[0].upper() + clause[1:]
        return _of(texts["carriers"], turn).format(clause=clause)


def rows_with(canaries: Sequence[Canary]) -> list[dict[str, Any]]:
    """Return a row for each canary; its other cells are harmless, its person another canary's."""
    owners = {
        column: [canary.value for canary in canaries if canary.place == "identity" and canary.type == kind]
        for kind, column in IDENTITY.items()
    }
    rows = []
    for number, canary in enumerate(canaries, start=1):
        calm = TEXTS[canary.language]["harmless"]
        row = {
            "response_id": f"C-{number}",
            "customer_ref": f"K-{number}",
            **{column: _of(values, number) if values else "" for column, values in owners.items()},
            "submitted": f"2024-{number % 12 + 1:02d}-{number % 28 + 1:02d}",
            "score": number % 5 + 1,
            "channel": ("web", "email", "store")[number % 3],
            "title": " ".join(_of(calm, number).split()[:4]),
            "comment": _of(calm, number + 1),
            "what_could_we_improve": _of(calm, number + 2),
            "survey_url": "https://survey.example/s/feedback?lang=en",
        }
        row[COLUMNS[canary.place]] = canary.cell
        if canary.place == "identity":
            row[IDENTITY[canary.type]] = canary.value
        rows.append(row)
    return rows


def given_names() -> dict[str, str]:
    """Return the first names of all canaries, folded, with their language; none of them stands for one canary."""
    return {folded(name): language for language in LANGUAGES for name in TEXTS[language]["given"]}


def _is_changed(encode: Encode, value: str) -> bool:
    return encode(value) not in (value, IN_LINK["plain"](value))


def _of(values: Sequence[str], turn: int) -> str:
    return values[turn % len(values)]
