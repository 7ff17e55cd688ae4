"""Find e-mail addresses (also spelled out), phone numbers and handles. The only module that imports phonenumbers.

Phone numbers are found by default denial: seven or more digits that belong together count as a phone number
unless they read as a date, an amount, a range of years or a scale. A number that phonenumbers calls valid in a
configured region, or that follows a cue, is certain; any other is masked too and offered for review.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from analyzer.privacy.findings import Finding
from analyzer.privacy.recognizers.checksums import is_luhn
from analyzer.privacy.recognizers.spoken_numbers import FEWEST_LOOKALIKE_DIGITS, find_spoken_numbers, plain_digits

EMAIL, PHONE, HANDLE, CARD = "EMAIL_ADDRESS", "PHONE_NUMBER", "HANDLE", "CREDIT_CARD"

_LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
_ADDRESS = re.compile(
    rf"(?<![\w.+%-])(?:\"[^\"@\n]{{1,64}}\"|[\w.+%'~!#$&*/=?^{{|}}-]{{1,64}})"
    rf"@(?:{_LABEL}(?:\.{_LABEL})*|\[[\d.]{{7,15}}\])"
)
_MARKS = r"\s?[^\w\s@.,;:!?'’\"]{1,3}\s?"
_AT = (
    rf"(?:{_MARKS}(?:at|@|ät|arroba|chez|bei|apen?staart(?:je)?|chiocciola|arobase|kukac|ad){_MARKS}"
    r"|\s(?:at|ät|aet|arroba|arobase|apen?staart(?:je)?|chiocciola|klammeraffe|@)\s|\s@|@\s)"
)
_DOT = rf"(?:{_MARKS}(?:dot|\.|punto|point|punkt|punt|d0t){_MARKS}|\s(?:dot|punto|point|punkt|punt|\.)\s|\.)"
_JOIN = (
    r"\s(?:under ?score|dash|hyphen|minus|tiret(?: (?:du )?bas)?|unter ?strich|bindestrich|gui[oó]n(?: bajo)?"
    r"|barra baja"
    r"|trattino(?: basso)?|(?:liggend |laag )?streepje)\s"
)
_SPELT = re.compile(
    rf"(?<!\w)(?P<local>[\w+-]+(?:(?:{_DOT}"
    rf"|{_JOIN})[\w+-]+){{0,3}}){_AT}(?P<domain>[\w-]+(?:{_DOT}[\w-]+){{1,3}})(?![\w@])",
    re.IGNORECASE,
)
_PROVIDER = re.compile(
    rf"(?<!\w)[\w.+-]+(?:{_AT}|@)(?:gmail|googlemail|hotmail|yahoo|outlook|icloud|aol|gmx|web\.de|live|proton(?:mail)?"
    rf"|orange|wanadoo|btinternet|ziggo|libero)\b(?:{_DOT}[a-z]{{2,4}})*",
    re.IGNORECASE,
)
_CAPITAL_AT = re.compile(r"(?<!\w)[a-z][a-z0-9._+-]{1,40}AT[a-z0-9-]{2,40}(?:DOT[a-z]{2,10}){1,3}(?!\w)")
_PLAIN_AT = re.compile(r"\sat\s", re.IGNORECASE)
"""The word for the sign that is an ordinary word too; those of other languages are not."""
_SPELT_DOT = re.compile(r"\s(?:dot|punto|point|punkt|punt)\s|[(\[{<]", re.IGNORECASE)
_EMAIL_CUE = re.compile(r"e-?mail|mail|correo|courriel|contact|reach|write|schreib|écri|address|adres", re.IGNORECASE)
_NOT_LOCAL = frozenset(
    "look looked looking are is was were be been available only page site online visit here there shop shopping buy "
    "bought arrive arrived staff service team people price open it them us me order ordered see found and".split()
)
_TOP_LEVEL = re.compile(
    r"com|org|net|edu|gov|info|biz|io|co|uk|eu|de|fr|es|nl|it|be|ch|at|ie|us|ca|au|nz|"
    r"pt|pl|se|no|dk|fi|cz|hu|ro|gr|in|me|tv|app|dev"
    r"|online|shop|email|cloud|nhs|example|test|invalid|local|corp|xn--[a-z0-9-]+",
    re.IGNORECASE,
)

_DIGITS = re.compile(
    r"(?<![\w@/#=&%+$£€-])(?<!\d[.,])(?<!\d['’\"”″′])(?:\+|00)?[(\[]?\d(?:[ \t\u00a0.\-‐-―/()\[\]]{0,3}\d){6,24}"
    r"(?:\s?(?:x|ext\.?|extension|poste|dw|durchwahl|toestel|int\.?)\s?\d{1,6})?(?!\w|[.,]\d|\s?%)",
    re.IGNORECASE,
)
_PHONE_CUE = re.compile(
    r"\b(?:phone|telephone|tel|mobile|cell|call(?:ed|ing)?|ring|rang|text(?:ed)?|sms|whats ?app|fax|dial|number|num"
    r"|handy|telefon\w*|mobil\w*|nummer|anruf\w*|rückruf|portable|téléphone|appel\w*|numéro|fijo|móvil|teléfono|llam\w+"
    r"|número|telefoon\w*|mobiel|bel(?:len)?|cellulare|telefono|chiam\w+|numero|desk|"
    r"office|contact|reach)\b[^\d\n]{0,40}$",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"\(?(?:(?:19|20)\d\d[-./ ](?:0?[1-9]|1[0-2])[-./ ](?:0?[1-9]|[12]\d|3[01])|(?:0?[1-9]|[12]\d|3[01])[-./ ]"
    r"(?:0?[1-9]|[12]\d|3[01])[-./ ](?:19|20)\d\d|(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
    r"|(?:0?[1-9]|[12]\d|3[01])[-./](?:0?[1-9]|[12]\d|3[01])[-./]\d\d)(?:[ T,-]{1,3}\d{1,2}(?:[.:]?\d\d){0,2})?\)?"
)
_YEARS = re.compile(r"(?:(?:19|20)\d\d\D{1,3}){1,3}(?:19|20)\d\d")
_AMOUNT = re.compile(r"\d{1,3}(?:[ .\u00a0](?!000)\d{3}){0,2}(?:[ .\u00a0]000)+|\d+\.\d+|\d{1,5}\s?[-–/]\s?\d{1,5}")
_IPV4 = re.compile(r"(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)")
_SCALE = re.compile(r"(?:\d{1,2}[ /.-]{1,3}){4,}\d{1,2}")
_HANDLE = re.compile(r"(?<![\w@.])@[A-Za-z_][\w.]{1,38}(?<![.])")
_NETWORK = (
    r"insta(?:gram)?|twitter|snap(?:chat)?|tik ?tok|telegram|facebook|fb|discord|skype|linkedin|github|gitlab|reddit"
    r"|twitch|you ?tube"
    r"|pinterest|threads|mastodon|bluesky|wechat|kik|psn|ps ?n id|playstation|xbox(?: live)?|gamer ?tag|gamer ?name"
    r"|in-?game name|ign"
    r"|steam|epic|roblox|minecraft|fortnite|battle\.?net|vinted|etsy|ebay|depop|paypal|venmo|cash ?app|signal|viber"
    r"|line"
)
_ACCOUNT = (
    r"user ?name|user ?id|login|log-?in name|handle|nick(?:name)?|benutzername|nutzername|pseudo(?:nyme)?|identifiant"
    r"|usuario|apodo"
    r"|gebruikersnaam|nome utente|screen ?name|account name|profile ?name|gamer ?tag|tag"
)
_LINK = (
    r"(?:[\s-](?:handle|name|account|user|id|tag|profile|page|is|was|ist|war|est|es|era|è|heißt|als|as|under|unter"
    r"|sous|como|soy|sono|bin|ik|ben|je|suis|ich|i['’]?m|i|am|me|called|unter|bei|nombre|nome|naam|nom))*"
)
_HANDLE_CUE = re.compile(
    rf"\b(?:{_NETWORK}|{_ACCOUNT})\b{_LINK}\s?(?::|=|-|\s)\s{{0,2}}[\"'“(]?(?:live:)?(?P<name>[A-Za-z_](?:[\w-]"
    rf"|[.](?=\w)){{3,38}}(?:\#\d{{4}}\b)?)"
    r"|\b(?:posted|written|uploaded|reviewed|submitted|reported) by:?\s(?P<poster>[A-Za-z_](?:[\w-]|[.](?=\w)){3,38})"
    r"|(?<![\w/])(?:u|r)/(?P<reddit>[\w-]{3,30})",
    re.IGNORECASE,
)
_STATED = re.compile(r"[:=]|\b(?:is|was|ist|war|est|es|era|è|heißt)\b", re.IGNORECASE)
_INVENTED = re.compile(r"\w[_\d]|[a-z][A-Z]|[._]\w")


def find_emails(text: str) -> list[Finding]:
    """Return e-mail addresses, in standard form and spelled out to evade programs."""
    found = [Finding(EMAIL, *m.span(), 1.0, "email") for m in _ADDRESS.finditer(text)] if "@" in text else []
    found += [Finding(EMAIL, *m.span(), 0.9, "email-capital-at") for m in _CAPITAL_AT.finditer(text)]
    lowered = text.lower()
    if not any(
        mark in lowered for mark in ("at", "@", "ät", "arob", "arrob", "chez", "bei", "apen", "chioc", "klam", "kukac")
    ):
        return found
    found += [Finding(EMAIL, *m.span(), 0.9, "email-spelt-out") for m in _SPELT.finditer(text) if _is_spelt(text, m)]
    for match in _PROVIDER.finditer(text):
        if match.group().split()[0].lower() not in _NOT_LOCAL:
            found.append(Finding(EMAIL, *match.span(), 0.9, "email-provider"))
    return found


def _is_spelt(text: str, match: re.Match[str]) -> bool:
    local, domain = match["local"], match["domain"]
    if not _TOP_LEVEL.fullmatch(re.split(r"[^\w-]+", domain)[-1]):
        return False
    if "@" in match.group() and not re.search(r"\s@\s", match.group()):
        return True
    if local.split()[-1].lower() in _NOT_LOCAL:
        return False
    between = match.group()[len(local) : len(match.group()) - len(domain)]
    if not _PLAIN_AT.fullmatch(between) or _SPELT_DOT.search(domain):
        return True
    return _EMAIL_CUE.search(text[max(0, match.start() - 40) : match.start()]) is not None


def find_phones(text: str, regions: Sequence[str]) -> list[Finding]:
    """Return phone numbers, and card numbers, which look alike."""
    classified = (_classify_digits(text, match, tuple(regions)) for match in _DIGITS.finditer(text))
    found = [finding for finding in classified if finding]
    found += [Finding(PHONE, *span, 0.7, "phone-spoken") for span in find_spoken_numbers(text)]
    plain, spans = plain_digits(text)
    for match in _DIGITS.finditer(plain) if spans else ():
        is_disguised = any(start < match.end() and match.start() < end for start, end in spans)
        if is_disguised and sum(map(str.isdigit, match.group())) >= FEWEST_LOOKALIKE_DIGITS:
            found.append(Finding(PHONE, *match.span(), 0.8, "phone-lookalike"))
    return found


def _classify_digits(text: str, match: re.Match[str], regions: tuple[str, ...]) -> Finding | None:
    run = match.group()
    digits = re.sub(r"\D", "", run)
    start, end = match.span()
    if run.count(")") > run.count("("):
        run = run.rstrip("])")
        end = start + len(run)
    if _IPV4.fullmatch(run):
        return None
    if 12 <= len(digits) <= 19 and not run.startswith(("+", "0")) and is_luhn(digits):
        return Finding(CARD, start, end, 0.95, "card")
    before = text[max(0, start - 60) : start]
    is_cued = _PHONE_CUE.search(before) is not None
    if not is_cued and _is_harmless(run, digits):
        return None
    if is_valid_phone(run, regions):
        return Finding(PHONE, start, end, 0.95, "phone-valid")
    return Finding(PHONE, start, end, 0.8, "phone-cued") if is_cued else Finding(PHONE, start, end, 0.5, "phone-digits")


def _is_harmless(run: str, digits: str) -> bool:
    if any(pattern.fullmatch(run) for pattern in (_DATE, _YEARS, _AMOUNT)):
        return True
    groups = re.findall(r"\d+", run)
    is_sequence = all(int(b) - int(a) in {-1, 0, 1} for a, b in pairwise(groups))
    return len(groups) > 4 and _SCALE.fullmatch(run) is not None and (is_sequence or len(digits) < 10)


@lru_cache(maxsize=4096)
def is_valid_phone(number: str, regions: tuple[str, ...]) -> bool:
    """Return whether a phone number is valid, with a country code or in one of the regions."""
    import phonenumbers  # noqa: PLC0415

    for region in (None,) if number.startswith("+") else regions:
        try:
            if phonenumbers.is_valid_number(phonenumbers.parse(number, region)):
                return True
        except phonenumbers.NumberParseException:
            continue
    return False


def find_handles(text: str) -> list[Finding]:
    """Return @names, and user names after a cue."""
    found = [Finding(HANDLE, *m.span(), 0.9, "handle") for m in _HANDLE.finditer(text)] if "@" in text else []
    for match in _HANDLE_CUE.finditer(text):
        group = match.lastgroup or "name"
        name = match[group].rstrip(".-")
        is_stated = group == "name" and _STATED.search(text, match.start(), match.start(group)) is not None
        is_odd = not (name.islower() or name.istitle() or name.isupper()) or any(not c.isalpha() for c in name)
        if group == "reddit" or (is_odd if is_stated else _INVENTED.search(name) is not None):
            found.append(Finding(HANDLE, match.start(group), match.start(group) + len(name), 0.7, "handle-cued"))
    return found
