"""Find street addresses with everything that belongs to them, post-office boxes and postcodes.

A street is a number beside a word for a street ("12 High Street", "Hauptstraße 5", "14 rue des Lilas"), words
before a flat or suite, or a number and capitalized words after a cue ("I live at"). A finding includes the numbers
before the street, the flat, and the places and postcodes after it. Place names alone are not masked: they say where a
problem occurred.
"""

import re
from collections.abc import Iterator

from analyzer.privacy.findings import Finding
from analyzer.privacy.names.cues import COMMON
from analyzer.privacy.recognizers.postcodes import find_boxes, find_postcodes
from analyzer.privacy.recognizers.street_patterns import CAP, HOUSES, NUMBER, STREETS

STREET = "STREET_ADDRESS"
MOST_PARTS = 7
"""Maximum number of parts (flat, town, state, postcode, country) included after a street."""

_UNIT_WORD = (
    r"(?:Apt|Apartment|Appt|Suite|Ste|Unit|Flat|Wohnung|Whg|Appartement|Étage|Escalera|"
    r"Esc|Piso|Puerta|Planta|Interno|Int|Scala|Building|Bldg|Block)"
)
_UNIT = (
    rf"(?i:{_UNIT_WORD})\.?\s?#?\s?(?:\d{{1,5}}[A-Za-z]?|[A-Z]\d{{0,3}})\b|"
    rf"#\s?\d{{1,5}}[A-Z]?\b|\d{{1,2}}(?:\s?[º°ª]|[oa](?=\s?[A-Z]\b))(?:\s?[A-Z]\b)?"
)
_CODE = (
    r"(?:[A-Z]{1,2}-)?\d{3,6}(?:[ -]\d{2,4})?(?:\s?[A-Z]{2}\b)?(?![\w:]|[ .-]\d{2})|"
    r"[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2}\b|[A-Z]\d[A-Z]\s?\d[A-Z]\d\b"
)
_STATE = r"[A-Z]{2,3}\b|nan\b"
_TOWN = (
    rf"{CAP}(?:[ -](?:{CAP}|upon|on|de|del|della|di|do|da|la|le|les|sur|am|an der|in|aan|"
    rf"den|der|of|the|u|v|z|na|ob|pri)\b\.?){{0,4}}(?:\s\([A-Z]\w+\))?"
)
_PART = re.compile(rf"(?P<unit>{_UNIT})|(?P<code>{_CODE})|(?P<state>{_STATE})|(?P<town>{_TOWN})")
_BREAK = re.compile(r"[ \t]*(?:,|;|\n[\n\s>]*,?|\s-\s)\s*(?:(?:in|à|en|te|a)\s)?|[ \t]+(?:in|à|en|te)\s")
_SPACE = re.compile(r"[ \t]+")
_BEFORE = re.compile(
    rf"(?:(?:{_UNIT}),?\s|(?i:house|haus|room|no\.?|number)\s\d{{1,4}}[A-Za-z]?,?\s|"
    rf"(?<![\w.,/-])\d{{1,6}},?\s(?:\d{{1,4}}\s)?){{1,2}}$"
)
_ANCHORED = re.compile(
    rf"(?<![\w.,/-])\d{{1,6}}\s(?:[\w'’.-]+[ ]){{1,6}}?(?=(?i:{_UNIT_WORD})\.?\s\d{{1,5}}\b)"
    rf"|(?<!\w){CAP}(?:[ ]{CAP}){{0,4}}[ ]\d{{1,5}}\.?\s{{1,3}}(?=(?i:{_UNIT_WORD})\.?\s\d{{1,5}}\b)"
    rf"|(?<![\w.,/-])\d{{1,6}}\s(?:[\w'’.-]+[ ]){{0,5}}[\w'’.-]+\n\s?(?=(?i:{_UNIT_WORD})\.?\s\d{{1,5}}\b)"
)
_CUED = re.compile(
    rf"\b(?i:(?:live|lives|lived|living|reside[sd]?|staying|located|situated|office is|"
    rf"offices are|moved|moving|return(?:ed)?|relocated|"
    rf"deliver(?:ed|y|ing)?|sen[dt](?: \w+){{0,3}}|ship(?:ped)?(?: \w+){{0,2}}|taxi|"
    rf"arrived|home(?: address)?(?: is)?|address(?:es)?(?: of \w+| is| was| to| with| "
    rf"here| they are| the same| linked)*|"
    rf"adresse|dirección|adres|indirizzo|anschrift|wohne|wohnhaft|wohnt|habite|vivo|"
    rf"vive|woon|woont|abito))(?i:\s(?:at|in|on|to|is|with|ist|lautet|est|es|im|am|au|"
    rf"op|aan|a|are|it's))*"
    rf"\s?:?\s{{0,3}}(?P<street>(?:{CAP}\s){{0,4}}{NUMBER},?\s(?:\d{{1,4}}\s)"
    rf"?{CAP}(?:\s(?:{CAP}|d[aeo]l?|la|van|z|u)\b\.?){{0,4}}(?:\s\d{{1,4}}\b)?|"
    rf"{CAP}(?:\s(?:{CAP}|d[aeo]l?|la|van)\b){{0,4}}\s{NUMBER}(?![\w%:]))"
)
_LABELED = re.compile(
    r"(?<![\w-])(?<!mail )(?<!web )(?<!ip )(?:address|adresse|anschrift|dirección|indirizzo|adres|domicilio|domicile)"
    r"\s?:\s{0,3}(?P<line>(?:\d{1,6}[a-z]?,?\s(?P<after>[^\W\d_][\w'’.-]*(?:\s[^\W\d_][\w'’.-]*){0,3})"
    r"|(?P<before>[^\W\d_][\w'’.-]*(?:\s[^\W\d_][\w'’.-]*){0,3}),?\s\d{1,5}\s?[a-z]?(?=,|\s?\n|\s?$))"
    r"(?:(?![.!?](?:\s|$))[^\n;|()]){0,80})",
    re.IGNORECASE,
)
"""An address in any case after its label and a colon: a number and words, or words and a number that ends a part."""
_NOT_STREETS = frozenset(
    "ward bay room units flats rooms seats rows bed level floor clinic am pm windows iphone ipad galaxy size "
    "version gate platform table terminal row seat zone stage "
    "phase year grade covid step option type class page question gb mb kg ml mg cm "
    "mm st nd rd th star stars percent euro euros dollars "
    "pounds gbp usd eur pro max plus mini ultra january february march april may june july august september "
    "october november december monday tuesday "
    "wednesday thursday friday saturday sunday jan feb mar apr jun jul aug sep sept oct nov dec".split()
)


_SENTENCE = frozenset(
    "and but or because people person minutes mins hours days weeks months years times was were is are am been had "
    "has have came went "
    "got they she he we you it my our your their his her this that these those nobody not for with und oder aber "
    "leute stunden "
    "tage waren war ist sind et mais ou gens heures jours était pero personas horas días era ma ore giorni persone en "
    "maar of "
    "mensen uur dagen waren".split()
)
"""Words of sentences, in no street: in a text all in capitals every word looks like a part of a name."""


_REMARKS = frozenset(
    "to be is on no none missing wrong changed change times lines line characters fields field letters attempts tries "
    "errors error zeichen zeilen mal versuche fehler caractères lignes fois erreurs caracteres líneas veces errores "
    "tekens regels keer fouten caratteri righe volte errori".split()
)
"""What stands after a label of an address without being one."""


def find_addresses(text: str, language: str) -> Iterator[Finding]:
    """Yield street addresses with all that belongs to them, post-office boxes and postcodes; spans may overlap."""
    for name, pattern in STREETS:
        for match in pattern.finditer(text):
            if _is_street(match.group()):
                yield _extended(text, match.start(), match.end(), 0.85, name)
    yield from find_named_houses(text)
    for match in _ANCHORED.finditer(text):
        yield _extended(text, match.start(), match.end(), 0.85, "street-unit")
    yield from _find_labeled(text)
    for box in find_boxes(text):
        extended = _extended(text, box.start, box.end, box.score, box.rule)
        yield Finding(box.type, extended.start, extended.end, box.score, box.rule)
    yield from find_postcodes(text, language)


def _find_labeled(text: str) -> Iterator[Finding]:
    """Yield addresses after a cue ("I live at") or a label with a colon."""
    for match in _CUED.finditer(text):
        if _is_street(match["street"]):
            yield _extended(text, *match.span("street"), 0.7, "street-cued")
    for match in _LABELED.finditer(text):
        if _is_labeled_street(match["after"] or match["before"]):
            yield _extended(text, *match.span("line"), 0.8, "street-labeled")


def find_named_houses(text: str) -> Iterator[Finding]:
    """Yield houses with a name and a street: "Rose Cottage, Back Lane, Hebden"."""
    for match in HOUSES.finditer(text):
        yield _extended(text, match.start(), match.end(), 0.8, "house-name")


def _is_labeled_street(words: str) -> bool:
    """Return whether the words beside the number are a street and not a remark: "address: 3 weeks to change it"."""
    folded = [word.lower() for word in re.findall(r"[^\W\d_]+", words)]
    return _is_street(words) and not any(word in _SENTENCE or word in _REMARKS for word in folded)


def _is_street(street: str) -> bool:
    """Return whether the words between the numbers can be a street: not only wards, sizes, dates and amounts."""
    words = [word.lower() for word in re.findall(r"[^\W\d_]+", street)]
    if street.isupper() and any(word in _SENTENCE for word in words):
        return False
    return any(len(word) > 1 and word not in _NOT_STREETS for word in words) and not (
        words[0] in _NOT_STREETS - {"am"} or words[-1] in _NOT_STREETS - {"st", "row", "rd"}
    )


def _extended(text: str, start: int, end: int, score: float, rule: str) -> Finding:
    """Extend a street by the numbers before it, and by the flat, places and postcodes after it."""
    if before := _BEFORE.search(text, max(0, start - 30), start):
        start = before.start()
    end = start + len(text[start:end].rstrip())
    is_ended = text[end - 1 : end].isdigit()
    for _ in range(MOST_PARTS):
        part = _next_part(text, end, is_ended)
        if part is None:
            break
        is_ended = part.lastgroup != "town"
        end = part.end()
    return Finding(STREET, start, len(text[:end].rstrip(" ,.;\n>")), score, rule)


def _next_part(text: str, end: int, is_ended: bool) -> re.Match[str] | None:
    """Return the next part of the address: any plausible part after a comma or line break, fewer after a space."""
    separator = _BREAK.match(text, end)
    space = _SPACE.match(text, end) or re.compile(r"\.[ \t]+").match(text, end) if not separator else None
    if separator is None and space is None:
        return None
    found = separator or space
    part = _PART.match(text, found.end()) if found else None
    if part is None or text[part.end() : part.end() + 1] == ":":
        return None
    if part.lastgroup == "town":
        return part if _is_town(text, part, separator, is_ended) else None
    if part.lastgroup == "state" and separator is None and not is_ended and part.group() in {"I", "OK"}:
        return None
    return part


def _is_town(text: str, part: re.Match[str], separator: re.Match[str] | None, is_ended: bool) -> bool:
    words = [word.lower() for word in re.findall(r"[^\W\d_]+", part.group())]
    if all(word in COMMON for word in words) or text[part.end() : part.end() + 1] in {"'", "’"}:
        return False
    if separator is None:
        return is_ended and text[part.start() - 1] != "."
    if "\n" in separator.group():
        rest = text[part.end() :].partition("\n")[0]
        return re.fullmatch(r"[\s,.]*(?:[A-Z]{2,3}|nan)?[\s,]*\d{0,6}[\s\d,.?!-]*", rest) is not None or bool(
            _PART.match(rest.strip())
        )
    return True
