"""Recognize cells that consist of one personal value: an address, a phone number, a card number, a handle.

The patterns match whole cells and are applied to whole columns, so they may be simple: a chance match does not decide
about a column. Personal values within a text are the task of the detector.
"""

import ipaddress
import re
from collections.abc import Callable, Mapping

from analyzer.ingest.dates import read_date
from analyzer.privacy.recognizers.checksums import is_bsn, is_iban, is_luhn, is_nhs, is_nif, is_nir, is_tax_id

LONGEST = 300
"""Maximum characters of a cell that is checked; only links may be longer."""

_EMAIL = re.compile(r"[\w.+%'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
_WORDS_BESIDE_EMAIL = 5
_LINK = re.compile(r"(?:https?|ftp)://\S+|www\.\S+|[\w-]+(?:\.[\w-]+)+/\S*\?\S+", re.IGNORECASE)
_IN_LINK = re.compile(
    r"@|%(?:25)*40|[?&#;/](?:[\w.\[\]-]*[_.\[])?(?:q_eed|e?_?mail\w*|recipient\w*|(?:first|last|full|user|sur|nick)?_?name|"
    r"fname|lname|phone\w*|tel|mobile|msisdn|customer\w*|contact\w*|respondent\w*|member\w*|patient\w*|user_?id|u?uid|"
    r"dob|birth\w*|address\w*|postal_?code|postcode|zip|token|jwt)\]?=[^&#]",
    re.IGNORECASE,
)
_MAC = re.compile(r"[\da-f]{2}(?:[:-][\da-f]{2}){5}", re.IGNORECASE)
_IP_NOT_VERSION = 99
"""An IPv4 address has a part above this in 98 of 100 cases, a version such as 4.12.0.1 hardly ever."""
_SSN = re.compile(r"(?!000|666|9\d\d)\d{3}([- ])(?!00)\d{2}\1(?!0000)\d{4}")
_NINO = re.compile(r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?(?:\d\d ?){3}[A-D]", re.IGNORECASE)
_FISCAL_CODE = re.compile(r"[A-Z]{6}\d\d[A-EHLMPRST]\d\d[A-Z]\d{3}[A-Z]", re.IGNORECASE)
_CARD = re.compile(r"(?:\d[ -]?){12,18}\d")
_IBAN = re.compile(r"[A-Z]{2}\d\d(?: ?[A-Z\d]{1,4}){3,8}", re.IGNORECASE)
_NIF = re.compile(r"[XYZ\d]\d{7}[ -]?[A-Z]", re.IGNORECASE)
_GROUPED = re.compile(r"[12\d](?:[ .-]?\d){8,14}")

_NORTH_AMERICAN = re.compile(r"(?:1[ .-]?)?(?:\([2-9]\d\d\)|[2-9]\d\d)[ .-]?[2-9]\d\d[ .-]?\d{4}")
_LOCAL = re.compile(r"[2-9]\d\d[.-]\d{4}|[5-9]\d\d \d{3} \d{3}|[679]\d{1,2} \d{2,3} \d\d \d\d|[679]\d{8}|[2-9]\d{9}")
"""As dialed within North America, Poland, Spain, Italy or India."""
_DIALED = re.compile(r"(?:\+|00|\(0|\(\+|0)[\d ().\u00a0/-]{6,24}\d|\+?\(\d{2,5}\)[\d ./-]{5,20}\d")
_EXTENSION = re.compile(r"\s?(?:x|ext\.?|extension|dw|poste)\s?\d{1,6}$", re.IGNORECASE)
_AMOUNT = re.compile(r"\d{1,3}(?:[ .\u00a0]\d{3}){2,}|\d+\.\d+")
_ISBN = re.compile(r"97[89][- ]?\d.*")

_UK_AREAS = (
    "A[BL]|B[ABDHLNRST]?|C[ABFHMORTVW]|D[ADEGHLNTY]|E[CHNX]?|F[KY]|G[LUY]?|H[ADGPRSUX]|I[GMPV]|JE|K[ATWY]|L[ADELNSU]?|"
    "M[EKL]?|N[EGNPRW]?|O[LX]|P[AEHLOR]|R[GHM]|S[AEGKLMNOPRSTWY]?|T[ADFNQRSW]|UB|W[ACDFNRSV]?|YO|ZE"
)
_CODE = (
    rf"(?:{_UK_AREAS})\d[A-Z\d]? ?\d[ABD-HJLNP-UW-Z]{{2}}|[ABCEGHJ-NPRSTVXY]\d[A-Z] ?\d[A-Z]\d|"
    r"[1-9]\d{3} ?[A-Z]{2}"
)
_POSTCODE = re.compile(
    rf"{_CODE}|\d{{5}}-\d{{4}}|.{{6,200}}[, ](?:{_CODE}|[A-Z]{{2}},? \d{{5}}(?:-\d{{4}})?)(?:, .{{2,30}})?",
    re.IGNORECASE,
)
"""A postal code of a few houses, alone or at the end of an address."""
_TOWN_AFTER_CODE = re.compile(
    r"(?!(?:19|20)\d\d\b|\d{1,2}000\b)(?:[A-Z]{1,2}-)?\d{4,5}(?: ?[A-Z]{2})?,? "
    r"[A-ZÀ-Þ][^\W\d_]+(?:[ '/-][^\W\d_]+){0,3}"
)
"""Matches 1010 Wien, but neither 2024 Summer nor 10000 Steps."""
_ENDINGS = (
    "street st road rd avenue ave av lane ln drive dr close court ct crescent place pl squares? sq boulevard blvd way "
    "terrace gardens? grove row walks? mews hills? parkway pkwy highway hwy circle cir trail greens? rise parade "
    "views? parks? manor ridge creek valley springs? falls point heights island meadows? mills? mount orchard path "
    "pike burgs? plaza ports? ranch run shores? spurs? station summit turnpike villages? ville vista wells? brooks? "
    "bypass canyon cliffs? commons? corners? cove crest crossing estates? extensions? fields? flats? fords? forest "
    "forges? forks? bluffs? freeway gateway glens? harbors? haven hollow inlet junctions? knolls? lakes? landing "
    "locks? lodge loop rue ramp stream tracks? course crossroads? throughway causeway rapids? pines? bridge trace "
    "mountains? passage plains? unions?"
).replace(" ", "|")
_MEASURE = r"(?!(?:min|minute|hour|hr|day|week|month|year|mile|meter|metre|km|inch|f(?:oo|ee)t|yard|star|point)s? )"
_STREETS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?:(?:flat|apt|apartment|unit|suite|studio)\.? ?\d{1,5}[A-Z]?|(?:(?:flat|apt|unit|suite)\.? ?\w{1,5},? )?#?"
        rf"\d{{1,6}}[A-Z]?(?:[-/]\d{{1,4}}[A-Z]?)?),? {_MEASURE}(?:[^\W\d_][\w.'’-]* |\d{{1,3}}(?:st|nd|rd|th) ){{1,4}}"
        rf"(?:{_ENDINGS})\b\.?(?:,? (?:apt|apartment|suite|unit|flat|#).{{1,100}}|,.{{1,120}})?",
        r"(?:[\w. ’'-]{2,40}?(?:stra(?:ß|ss)e|str\.?|weg|platz|gasse|allee|damm|ufer|straat|laan|plein|gracht|kade|"
        r"dijk|singel|steeg|boulevard)|[\w’'-]{4,40}(?:ring|hof|pad)),? \d{1,4} ?[A-Z]?"
        r"(?:[/-]\d{1,3})?(?:,? .{1,120})?",
        r"\d{1,4}(?: ?(?:bis|ter))?,? (?:rue|avenue|boulevard|bd|place|chemin|allée|impasse|quai|route|cours) .{2,120}",
        r"(?:calle|cl?[./]|avenida|avda\.?|av\.|plaza|paseo|camino|ronda|pasaje|glorieta|rambla|carrer|cuesta|"
        r"urbanizaci[oó]n|via|viale|piazza|corso|largo|vicolo|strada|contrada|rotonda|borgo|stretto|canale|incrocio|"
        r"al\.|aleja|ul\.|ulica|jl\.)\s?[^\d]{2,60},? ?\d{1,4}\b(?:,? .{1,120})?",
        r"(?:p\.? ?o\.? ?box|postfach|postbus|bo[iî]te postale|apartado(?: de correos)?|casella postale) \d+.{0,120}",
    )
)
_HANDLE = re.compile(r"@[A-Za-z_][\w.]{1,38}")

_UUID = re.compile(r"\{?[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}\}?", re.IGNORECASE)
_HEXADECIMAL = re.compile(r"(?=.*[a-f])(?=.*\d)[\da-f]{16,128}", re.IGNORECASE)
_TOKEN = re.compile(r"[\w|:.+/=-]{15,256}", re.ASCII)
_LONG_NUMBER = re.compile(r"(?!1[4-9]\d{17}$)\d{17,22}")
_BORDER = re.compile(r"(?<=[A-Za-z])(?=\d)|(?<=\d)(?=[A-Za-z])")
_FEWEST_BORDERS = 4
"""Minimum changes between letters and digits in a token; a name with a date or a version has fewer."""


def is_email(cell: str) -> bool:
    """Check whether a cell is an e-mail address, possibly with its owner's name."""
    return _EMAIL.search(cell) is not None and len(cell.split()) <= _WORDS_BESIDE_EMAIL and not _LINK.match(cell)


def is_personal_link(cell: str) -> bool:
    """Check whether a cell is a link that names an addressee: an e-mail address or a parameter about a person."""
    return _LINK.fullmatch(cell) is not None and _IN_LINK.search(cell) is not None


def is_network_address(cell: str) -> bool:
    """Check whether a cell is an IP or MAC address; four-part versions are excluded by their small numbers."""
    if _MAC.fullmatch(cell):
        return True
    try:
        address = ipaddress.ip_address(cell.partition("%")[0])
    except ValueError:
        return False
    return address.version == 6 or max(address.packed) > _IP_NOT_VERSION


def is_card_or_account(cell: str) -> bool:
    """Check whether a cell is a payment card or an IBAN, by its check digits."""
    if _CARD.fullmatch(cell):
        return is_luhn(re.sub(r"\D", "", cell))
    return _IBAN.fullmatch(cell) is not None and is_iban(cell)


def is_national_id(cell: str) -> bool:
    """Check whether a cell is a national number (US, UK, FR, DE, ES, NL, IT), by shape or check digit."""
    if any(pattern.fullmatch(cell) for pattern in (_SSN, _NINO, _FISCAL_CODE)):
        return True
    if _NIF.fullmatch(cell) and is_nif(cell):
        return True
    if not _GROUPED.fullmatch(cell):
        return False
    digits = re.sub(r"\D", "", cell)
    checks: Mapping[int, Callable[[str], bool]] = {9: is_bsn, 10: is_nhs, 11: is_tax_id, 15: is_nir}
    return len(digits) in checks and checks[len(digits)](digits)


def is_phone(cell: str) -> bool:
    """Check whether a cell is a phone number; dates, amounts and ISBNs are not."""
    number = _EXTENSION.sub("", cell)
    digits = sum(map(str.isdigit, number))
    if not 7 <= digits <= 15 or _ISBN.fullmatch(number):
        return False
    if _NORTH_AMERICAN.fullmatch(number) or _LOCAL.fullmatch(number):
        return True
    if _AMOUNT.fullmatch(number):
        return False
    if number.isdigit() and (number[0] != "0" or not 9 <= digits <= 14 or number.startswith("000")):
        return False
    is_dialed = _DIALED.fullmatch(number) is not None
    return is_dialed and not any(read_date(number, order) for order in ("dmy", "mdy"))


def is_address(cell: str) -> bool:
    """Check whether a cell is a street address, a post-office box, or a postal code of a few houses or a town."""
    return any(pattern.fullmatch(cell) for pattern in (_POSTCODE, _TOWN_AFTER_CODE, *_STREETS))


def is_handle(cell: str) -> bool:
    """Check whether a cell is an @name."""
    return _HANDLE.fullmatch(cell) is not None


def is_opaque(cell: str) -> bool:
    """Check whether a cell is a technical identifier: a UUID, a long hexadecimal number or a token without words."""
    if any(pattern.fullmatch(cell) for pattern in (_UUID, _HEXADECIMAL, _LONG_NUMBER)):
        return True
    return _TOKEN.fullmatch(cell) is not None and len(_BORDER.findall(cell)) >= _FEWEST_BORDERS
