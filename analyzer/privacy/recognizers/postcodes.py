"""Find postcodes and post-office boxes of seven countries, by shape or by a cue."""

import re
from collections.abc import Iterator

from analyzer.privacy.findings import Finding

BOX, POSTCODE = "PO_BOX", "POSTCODE"

_BOXES = re.compile(
    r"(?<!\w)(?:P\.?\s?O\.?\s?Box|Post\s?Office\s?Box|Postal\sBox|PMB|Postfach|"
    r"B\.?P\.?|Bo[iî]te\sPostale|C\.?P\.?|Case\sPostale|Casella\sPostale"
    r"|Apartado(?:\sde\sCorreos)?|Apdo\.?|Postbus|Antwoordnummer)\s?(?:n[º°o]\.?\s?|#|:)?\s?\d[\d ]{0,7}\d?(?!\w)",
    re.IGNORECASE,
)
_STATES = (
    r"(?:AL|AK|AZ|AR|CA|CO|CT|DE|FL|GA|HI|ID|IL|IN|IA|KS|KY|LA|ME|MD|MA|MI|MN|MS|MO|"
    r"MT|NE|NV|NH|NJ|NM|NY|NC|ND|OH|OK|OR|PA"
    r"|RI|SC|SD|TN|TX|UT|VT|VA|WA|WV|WI|WY|DC|PR)"
)
_STATE_NAMES = (
    r"(?:Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Georgia|Hawaii|Idaho"
    r"|Illinois|Indiana|Iowa"
    r"|Kansas|Kentucky|Louisiana|Maine|Maryland|Massachusetts|Michigan|Minnesota|Mississippi|Missouri|Montana"
    r"|Nebraska|Nevada"
    r"|(?:New|North|South|West)\s[A-Z][a-z]+|Ohio|Oklahoma|Oregon|Pennsylvania|Rhode\sIsland|Tennessee|Texas|Utah"
    r"|Vermont|Virginia"
    r"|Washington|Wisconsin|Wyoming)"
)
_POSTCODES = (
    (
        "postcode-uk",
        re.compile(
            r"(?<![\w-])(?:GIR\s?0AA|(?:[A-PR-UWYZ]\d{1,2}|[A-PR-UWYZ][A-HK-Y]\d{1,2}|"
            r"[A-PR-UWYZ]\d[A-HJKPSTUW]|[A-PR-UWYZ][A-HK-Y]\d[ABEHMNPRV-Y])"
            r"\s?\d[ABD-HJLNP-UW-Z]{2})(?![\w-])"
        ),
    ),
    (
        "postcode-uk-lower",
        re.compile(r"(?<![\w-])[a-pr-uwyz][a-hk-y]?\d{1,2}[a-hjkpstuw]?\s\d[abd-hjlnp-uw-z]{2}(?![\w-])"),
    ),
    (
        "postcode-ca",
        re.compile(
            r"(?<![\w-])[ABCEGHJ-NPR-TVXY]\d[ABCEGHJ-NPR-TV-Z][ "
            r"-]?\d[ABCEGHJ-NPR-TV-Z]\d(?![\w-])",
            re.IGNORECASE,
        ),
    ),
    (
        "postcode-us",
        re.compile(
            rf"(?<![\w-])(?:{_STATES}|{_STATE_NAMES}),?\s\d{{5}}(?:-\d{{4}})?(?![\w-])|(?<![\w-])"
            rf"\d{{5}}-\d{{4}}(?![\w-])"
        ),
    ),
    (
        "postcode-ie",
        re.compile(
            r"(?<![\w-])(?:[AC-FHKNPRTV-Y]\d{2}"
            r"|D6W)\s?(?=\d{0,3}[AC-FHKNPRTV-Y])(?=[AC-FHKNPRTV-Y]{0,3}\d)[\dAC-FHKNPRTV-Y]{4}(?![\w-])"
        ),
    ),
    ("postcode-nl", re.compile(r"(?<![\w-])[1-9]\d{3}\s?(?!SA|SD|SS)[A-Z]{2}(?=[\s,.;)]|$)(?!\s(?:per|euro))")),
    (
        "postcode-pt",
        re.compile(r"(?<![\w-])[1-9]\d{3}-\d{3}(?=\s[A-ZÀ-Ý][a-zà-ÿ]{2,})"),
    ),
    (
        "postcode-pl",
        re.compile(r"(?<=,\s)\d{2}-\d{3}(?=\s[A-ZĄĆĘŁŃÓŚŹŻ][a-ząćęłńóśźż]{2,})"),
    ),
    ("postcode-eu", re.compile(r"(?<![\w-])(?:D|F|I|E|A|CH|B|NL|L)-\d{4,5}(?![\w-])")),
)
_POSTCODE_CUED = re.compile(
    r"\b(?:zip(?:\s?code)?|post\s?code|postal\s?code|plz|postleitzahl|code\spostal|"
    r"c\.p\.|kod(?:\spocztowy)?|psč|eircode|pin\s?code|postnummer|postinumero|irányítószám|cep|código\spostal"
    r"|codigo\spostal|cap|postcode)"
    r"(?:\s(?:is|was|ist|est|es|è|war|number|:))"
    r"*\s?[:#]?\s{0,2}(?P<code>\d(?: \d){3,5}|\d{2}-\d{3}|\d{3}\s\d{2}(?!\d)|\d{4,6}(?:-\d{3,4})?(?:\s?[A-Z]{2}\b)?|"
    r"[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2})(?!\w)",
    re.IGNORECASE,
)
_FOREIGN_CITY = re.compile(r"(?<![\w.,€$-])(?P<code>\d{5}|\d{4}\s?[A-Z]{2})\s[A-ZÀ-ÖØ-Þ][a-zà-öø-ÿ]{2,}")
_UNITS = re.compile(
    r"(?:Euro|Dollar|Franken|Steps|Meter|Kilometer|Stunden|Tage|Mal|Kunden|Personen|Stück)", re.IGNORECASE
)


def find_boxes(text: str) -> Iterator[Finding]:
    """Yield post-office boxes."""
    return (Finding(BOX, m.start(), m.end(), 0.9, "po-box") for m in _BOXES.finditer(text))


def find_postcodes(text: str, language: str) -> Iterator[Finding]:
    """Yield postcodes; bare digits before a town count only outside English."""
    for name, pattern in _POSTCODES:
        for match in pattern.finditer(text):
            yield Finding(POSTCODE, match.start(), match.end(), 0.8, name)
    for match in _POSTCODE_CUED.finditer(text):
        yield Finding(POSTCODE, *match.span("code"), 0.9, "postcode-cued")
    if language not in {"", "en"}:
        for match in _FOREIGN_CITY.finditer(text):
            if not _UNITS.search(match.group()):
                yield Finding(POSTCODE, *match.span("code"), 0.7, "postcode-city")
