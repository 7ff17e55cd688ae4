"""Find the pieces of a survey link that identify a person, and report their kind and place, never their value.

Every piece that the scrubber would remove from a link (analyzer.privacy.urls) is decoded and classified.
"""

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from analyzer.privacy.url_parts import PERSON_WORDS
from analyzer.privacy.urls import scrub_url

EMAIL, PHONE, NAME, BIRTH, ADDRESS = "e-mail address", "telephone number", "name", "date of birth", "address"
PERSON, TOKEN, OPAQUE, TRACKING, UNCLEAR = (
    "identifier of a person", "token that holds data", "opaque identifier", "tracking identifier", "unclear value",
)  # fmt: skip
ACCOUNT = "user name or password"
MOST_DECODINGS = 3
DEEPEST = 2
LEAST_DIGITS = 5
SHORTEST_CODE = 6
TRACKERS = frozenset(
    "gclid dclid gbraid wbraid fbclid msclkid ttclid twclid yclid igshid mc_eid mc_cid mkt_tok _hsenc _hsmi vero_id "
    "ml_subscriber oly_enc_id oly_anon_id rb_clickid s_cid wickedid irclickid li_fat_id epik trk _ga _gl".split()
)
WORDS = {
    EMAIL: frozenset("email mail e-mail courriel correo recipientemail contactemail useremail".split()),
    PHONE: frozenset("phone mobile tel telephone msisdn cell handy telefon telefono".split()),
    NAME: frozenset("name first last firstname lastname fullname surname given family prenom nom".split()),
    BIRTH: frozenset("birth birthday dob birthdate born geburtsdatum".split()),
    ADDRESS: frozenset("address street postcode postal zip zipcode city town mailing adresse plz strasse".split()),
}  # fmt: skip
PRODUCTS = (
    ("Qualtrics", r"qualtrics\.com|[?&#](?:Q_EED|RecipientEmail|RecipientFirstName|Q_CHL)="),
    ("SurveyMonkey", r"surveymonkey\.|monkey"), ("SmartSurvey", r"smart-?survey"), ("Typeform", r"typeform"),
    ("Google Forms", r"docs\.google\.com/forms|[?&]entry\.\d+="), ("Microsoft SafeLinks", r"safelinks\.protection"),
    ("Refiner", r"refiner"), ("Formsort", r"formsort"), ("Medallia", r"medallia"),
    ("Alchemer", r"alchemer|surveygizmo"), ("LimeSurvey", r"limesurvey"), ("Jotform", r"jotform"),
    ("Trustpilot", r"trustpilot"),
)  # fmt: skip
_EMAIL = re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"\+?\(?\d[\d\s().-]{7,17}\d")
_DATE = re.compile(r"(?:19|20)\d\d[-/.]\d\d?[-/.]\d\d?|\d\d?[-/.]\d\d?[-/.](?:19|20)\d\d")
_JWT = re.compile(r"eyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?")
_CODE = re.compile(r"(?=\S*\d)[\w.-]{6,}|[0-9a-fA-F-]{16,}")
_OCCASION = re.compile(
    r"20[12]\d[-/.](?:0?[1-9]|1[0-2])(?:[-/.](?:0?[1-9]|[12]\d|3[01]))?|[a-z]{3,}(?:[-_][a-z]{2,}){0,5}[-_]?20[12]\d"
)
"""A day of these years, or words and such a year: when something was sent, not to whom."""
_URL = re.compile(r"https?://\S+", re.IGNORECASE)
_NAME_PART = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")


@dataclass(frozen=True, slots=True)
class LinkPiece:
    """A piece of a link that identifies, or may identify, a person.

    Attributes:
        place: query, path, fragment, host, account, or address.
        parameter: name of the parameter if it is harmless; otherwise empty.
        kind: kind of data, one of the constants of this module.
        how: how the value was encoded or nested, such as "percent-encoded" or "base64".
    """

    place: str
    parameter: str
    kind: str
    how: str = ""


def audit_link(url: str, depth: int = 0) -> tuple[LinkPiece, ...]:
    """Return the pieces of a link that identify, or may identify, a person; none for a harmless link."""
    if scrub_url(url) == url:
        return ()
    return tuple(dict.fromkeys(_pieces(url, depth)))


def product_of(url: str) -> str:
    """Return the survey product of a link, by its host or parameters; empty if unknown."""
    return next((name for name, pattern in PRODUCTS if re.search(pattern, url, re.IGNORECASE)), "")


def _pieces(url: str, depth: int) -> Iterator[LinkPiece]:
    if match := re.match(r"(?:mailto|tel|sms|callto):(.*)", url, re.IGNORECASE | re.DOTALL):
        kind = EMAIL if "@" in unquote(match[1]) else PHONE
        yield LinkPiece("address", "", kind)
        return
    before, _, fragment = url.partition("#")
    base, _, query = before.partition("?")
    if "://" not in base and "=" in base and not query:
        base, query = "", base
    authority, _, path = re.sub(r"^\w+:[/\\]{1,3}|^//", "", base).replace("\\", "/").partition("/")
    if "@" in authority:
        yield LinkPiece("account", "", ACCOUNT)
    if authority and "REMOVED" in scrub_url(f"https://{authority.rpartition('@')[2]}/"):
        yield LinkPiece("host", "", NAME)
    yield from _path_pieces(authority.rpartition("@")[2] or "h.example", path)
    yield from _parameter_pieces("query", query, depth)
    if "=" in fragment:
        yield from _parameter_pieces("fragment", fragment.lstrip("?!/"), depth)
    elif fragment:
        yield from _value_pieces("fragment", "", fragment, depth)


def _path_pieces(host: str, path: str) -> Iterator[LinkPiece]:
    follows_person_word = False
    parts = path.split("/")
    for number, part in enumerate(parts):
        scrubbed = scrub_url(f"https://{host}/" + "/".join(parts[: number + 1])).rpartition("/")[2]
        if part and scrubbed != part:
            plain, how = _plain(part)
            kind = _kind("", plain)
            yield LinkPiece("path", "", PERSON if kind in (UNCLEAR, OPAQUE) and follows_person_word else kind, how)
        follows_person_word = follows_person_word or part.lower() in PERSON_WORDS


def _parameter_pieces(place: str, query: str, depth: int) -> Iterator[LinkPiece]:
    for pair in re.split(r"&(?:amp;)*|;", query):
        name, equals, value = pair.partition("=")
        if equals and not value:
            continue
        scrubbed = scrub_url(f"https://h.example/?{pair}").partition("?")[2]
        if scrubbed != pair:
            shown_name = name if scrubbed.partition("=")[0] == name and equals else ""
            if equals and not shown_name:
                yield LinkPiece(place, "", _kind("", _plain(name)[0]))
            yield from _value_pieces(place, shown_name, value if equals else name, depth, name)


def _value_pieces(place: str, shown_name: str, value: str, depth: int, name: str = "") -> Iterator[LinkPiece]:
    plain, how = _plain(value)
    if depth < DEEPEST and (inner := _URL.search(plain)):
        found = audit_link(inner.group(), depth + 1)
        yield from (LinkPiece(place, shown_name, one.kind, "link in a link") for one in found)
        return
    yield LinkPiece(place, shown_name, _kind(name or shown_name, plain), how)


def _kind(name: str, plain: str) -> str:
    """Return the kind of a decoded value, by its content and by the name of its parameter."""
    words = {word.lower() for word in _NAME_PART.findall(name)} | {name.lower()}
    name_words = " ".join(sorted(words))
    if _EMAIL.search(plain):
        return EMAIL
    if name.lower() in TRACKERS:
        return TRACKING
    if _JWT.search(plain):
        return TOKEN
    by_name = next((kind for kind, known in WORDS.items() if words & known), "")
    if by_name:
        return by_name
    if _DATE.search(plain) and "birth" in name_words:
        return BIRTH
    if _PHONE.fullmatch(plain.strip()) and not _DATE.fullmatch(plain.strip()):
        return PHONE
    if words & PERSON_WORDS:
        return PERSON
    return OPAQUE if _is_opaque(plain.strip("[]{}() ")) else UNCLEAR


def _is_opaque(plain: str) -> bool:
    if _OCCASION.fullmatch(plain):
        return False
    return sum(map(str.isdigit, plain)) >= LEAST_DIGITS or _CODE.fullmatch(plain) is not None


def _plain(value: str) -> tuple[str, str]:
    """Decode a value, percent-encoding up to MOST_DECODINGS times; return it with the name of its encoding."""
    plain, how = value, ""
    for _ in range(MOST_DECODINGS):
        again = unquote(plain.replace("+", " "))
        if again == plain:
            break
        plain, how = again, "percent-encoded" if "%" in value else how
    if inner := _from_base64(plain.strip()):
        return inner, "base64"
    if match := _JWT.search(plain):
        payload = _from_base64(match.group().split(".")[1])
        return (payload, "signed token") if payload else (plain, "signed token")
    return plain, how


def _from_base64(text: str) -> str:
    if len(text) < SHORTEST_CODE or not re.fullmatch(r"[\w+/=-]+", text):
        return ""
    try:
        found = base64.urlsafe_b64decode(text.replace("+", "-").replace("/", "_") + "=" * (-len(text) % 4)).decode()
    except ValueError:
        return ""
    if not found.isprintable():
        return ""
    try:
        return " ".join(str(value) for value in json.loads(found).values())
    except (ValueError, AttributeError):
        return found if _EMAIL.search(found) or re.search(r"[a-z]{3,}[ .@:=]|\d{7,}", found) else ""
