"""Find places told so exactly that they are an address: coordinates, plus codes, three-word addresses."""

import re
from collections.abc import Iterator

from analyzer.privacy.findings import Finding

PLACE = "EXACT_PLACE"
_ANY = re.IGNORECASE
_PRIME = r"\s?(?:['′’‘´`]{1,2}|min\.?|m)?\s?"
_DMS = (
    rf"\d{{1,3}}\s?(?:°|º|deg(?:rees)?\.?)\s?(?:\d{{1,2}}(?:[.,]\d+)?{_PRIME}(?:\d{{1,2}}(?:[.,]\d+)?\s?(?:[\"″”“]"
    rf"|['’]{{2}}|s)?)?)?"
)
_SIDE = r"(?:north|south|east|west|nord|sud|süd|est|ost|ouest|norte|sur|este|oeste|noord|zuid|oost|west|ovest|[NSEWO])"
_DECIMAL = r"[+-]?\d{1,3}[.,]\d{3,}"
_AXIS = (
    r"(?:lat(?:itude|itud|itudine)?|lon(?:g|gitude|gitud|gitudine)?|lng|breite(?:ngrad)?|länge(?:ngrad)?"
    r"|breedtegraad|lengtegraad)"
)
_CELL = r"[23456789CFGHJMPQRVWX]"
_PATTERNS = (
    ("coordinates-degrees", re.compile(rf"(?<![\w.]){_DMS}\s?(?:{_SIDE}\b)(?:[\s,;/]+{_DMS}\s?{_SIDE}\b)?")),
    ("coordinates-degrees", re.compile(rf"(?<!\w)[NS]\s?{_DMS}[\s,;/]+[EWO]\s?{_DMS}")),
    ("coordinates-degrees", re.compile(r"(?<![\w.])-?\d{1,2}[.,]\d{3,}\s?°?\s?[NS]?[\s,;/]{1,3}"
                                       r"-?\d{1,3}[.,]\d{3,}\s?°?\s?[EWO]\b")),
    ("coordinates", re.compile(r"(?<![\w.])[+-]?(?:[0-8]?\d|90)\.\d{4,}\s?[,;/ ]\s?[+-]?(?:1[0-7]\d|\d{1,2}"
    r"|180)\.\d{4,}(?![\w.]\d)")),
    ("coordinates-cued", re.compile(rf"(?<!\w){_AXIS}\W{{0,3}}(?:(?:is|="
    rf"|:)\s?)?{_DECIMAL}(?:\W{{1,3}}(?:and\s)?{_AXIS}\W{{0,3}}{_DECIMAL})?", _ANY)),
    ("coordinates-cued", re.compile(rf"(?<!\w)(?:gps|coordinates?|coords?|koordinaten|coordonnées|coordenadas"
    rf"|coördinaten|coordinate)\W{{1,3}}(?:\w+\s){{0,2}}{_DECIMAL}[\s,;/]{{1,3}}{_DECIMAL}", _ANY)),
    ("grid-reference", re.compile(
        r"(?<!\w)(?:grid[ -]?ref(?:erence)?|(?:os|national) grid|ngr|os ref(?:erence)?|mgrs|utm)"
        r"\W{1,3}(?:(?:is|was|:)\s?)?"
        r"(?P<words>[A-Z\d]{0,5}\s?[A-Z]{2}\s?\d{2,5}\s?\d{2,5})(?!\w)", _ANY)),
    ("plus-code", re.compile(rf"(?<![\w+]){_CELL}{{4,8}}\+{_CELL}{{2,3}}(?![\w+])")),
    ("three-words", re.compile(r"(?<![\w/])///\s?[^\W\d_]{2,20}\.[^\W\d_]{2,20}\.[^\W\d_]{2,20}")),
    ("three-words", re.compile(
        r"(?<!\w)(?:what\s?3\s?words?|what\s?three\s?words|w3w|three[- ]word address)\W{1,3}(?:(?:is|address|code"
        r"|location|at|of|our|my|ist|est|es|è)\s){0,3}"
        r"\W{0,3}(?P<words>[^\W\d_]{2,20}[. ][^\W\d_]{2,20}[. ][^\W\d_]{2,20})", _ANY)),
)  # fmt: skip


_WORTH_A_LOOK = re.compile(r"\d[.,]?\d\d|\d\s?(?:°|deg)|\+|///|w3w|\d|three[ -]?word|3[ -]?word", re.IGNORECASE)


def find_exact_places(text: str) -> Iterator[Finding]:
    """Yield coordinates, plus codes and three-word addresses."""
    if not _WORTH_A_LOOK.search(text):
        return
    for name, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            span = match.span("words") if "words" in pattern.groupindex else match.span()
            if "words" not in pattern.groupindex or "." in match["words"] or name == "grid-reference":
                yield Finding(PLACE, *span, 0.9, name)
