"""Find what opens an account or a door: keys of services, tokens, private keys, passwords, one-time and door codes.

A key is known by its prefix or its randomness, a password or a code by the label before it. A label names something
secret; a value after it counts only if it is no word: it has a digit, or a mark or a capital inside.
"""

import math
import re
from collections import Counter
from collections.abc import Iterator

from analyzer.privacy.findings import Finding

SECRET = "SECRET"  # noqa: S105
_ANY = re.IGNORECASE
_KEYS = (
    ("private-key", re.compile(r"-----BEGIN [A-Z ]{0,30}(?:KEY"
    r"|CERTIFICATE)(?: BLOCK)?-----[\s\S]{0,8000}?(?:-----END [A-Z ]{0,40}-----|$)")),
    ("service-key", re.compile(
        r"(?<![\w-])(?:(?:AKIA|ASIA|AROA|AIDA|ABIA|ACCA)[A-Z0-9]{12,20}|AIza[\w-]{30,40}|ya29\.[\w-]{20,}"
        r"|(?:gh[pousr]|github_pat|glpat|glrt|gldt|sk|pk|rk|xox[abeoprs]|xapp|npm|pypi|dop_v1|hf|shpat|shpss"
        r"|sq0[a-z]{3}|whsec"
        r"|lin_api|figd|atlas|tok|key|sbp|rzp|ntn|secret|dckr_pat|pat|doo_v1|nvapi|gsk|r8|PMAK|ATATT"
        r"|EAA)[-_](?=[\w.-]*\d)[\w.=-]{12,}"
        r"|SG\.[\w-]{16,}\.[\w-]{16,}|\d{8,10}:AA[\w-]{30,})")),
    ("token", re.compile(
        r"(?<![\w@-])(?:eyJ[\w-]{10,}(?:\.[\w-]+){0,2}|(?=[a-fA-F]{0,23}\d)[0-9a-fA-F]{24,})(?![\w@])", _ANY)),
)  # fmt: skip
_RANDOM = re.compile(r"(?<![\w/+=#@-])[A-Za-z0-9/+_-]{24,200}={0,2}(?![\w/+=-])")
_LEAST_BITS = 3.9
"""Bits per character from which 24 characters or more with digits and both cases count as random; paths have less."""

_LABEL = (
    r"pass ?words?|pass ?codes?|pass ?phrases?|passwd|pwd|pw|(?<=[/,;&|] )pass(?= )"
    r"|psk|wpa2? ?key|wi-?fi ?key|pin|cvv2?|cvc2?|security code"
    r"|passwort"
    r"|kennwort|mot de passe|mdp|contraseña|contrasena|clave|wachtwoord|parola d'ordine|api[_ -]?key|access[_ -]?key"
    r"|secret(?:[_ -]?(?:access[_ -]?)?key)?|client[_ -]?secret|auth[_ -]?token|bearer|token|recovery (?:phrase|code)"
    r"|(?:security|secret) answer|memorable (?:word|name|place)|sicherheitsantwort|réponse secrète|respuesta secreta"
    r"|geheim antwoord|risposta segreta|digicode"
)
_CODE = (
    r"otp|totp|2fa|mfa|tan|puk|pin|verification|confirmation|verify|security|access|gate|door|entry|entrance|alarm"
    r"|key ?safe|keybox"
    r"|lock ?box|locker|safe|intercom|login|log-in|unlock|one[- ]time|activation|authenti(?:cation|cator)|sms"
    r"|bestätigungs|tür|zugangs"
    r"|sicherheits|freischalt|vérification|porte|accès|verificación|puerta|acceso|verificatie|toegangs|deur|verifica"
    r"|accesso|porta"
)
_OF_NOBODY = (
    r"error|discount|promo(?:tion(?:al)?)?|voucher|coupon|gift|bar|qr|dress|zip|post|postal|area|country|dialling"
    r"|dialing|colour|color"
    r"|product|item|sku|source|exit|status|response|http|tax|fault|hs|language|building|voucher|referral|offer|sale"
    r"|airport|morse"
)
_IS = (
    r"(?:\s?(?:is|was|were|are|lautet|ist|war|est|était|es|era|è|:|=|-|number|no\.?|for \w+)\s?){0,3}[\s:=\"'“‘(`]{0,4}"
)
_LABELED = re.compile(rf"(?<![^\W_])(?:{_LABEL})(?![^\W\d_]){_IS}(?P<value>[^\s,;\"”’'`)]{{3,80}})", _ANY)
_JSON = re.compile(
    r"[\"'](?P<label>[\w-]{0,20}(?:pass(?:word|wd|code)?|pwd|secret|token|key|user(?:name)?|login|email|name"
    r"|phone)[\w-]{0,20})[\"']"
    r"\s{0,3}:\s{0,3}[\"'](?P<value>[^\"'\n]{2,200})[\"']", _ANY)  # fmt: skip
_DIGITS = r"(?P<value>(?-i:[A-Z]?\d(?:[ -]?\d){3,9}[A-Z]?|\d{1,4}[A-Z]\d{1,4}[A-Z]?)[#*]?)(?![\w.,]\d|\w)"
_CODES = (
    re.compile(
        rf"(?<![^\W_])(?:{_CODE})(?:[ -]?(?:codes?|nummer|number|pin|key|kode|code))?"
        rf"(?![^\W\d_]){_IS}{_DIGITS}", _ANY),
    re.compile(rf"(?<![^\W_])(?:codes?|código|codice|kode){_IS}{_DIGITS}", _ANY),
    re.compile(
        r"(?<![^\W_])(?:code de|código de|codice di|code d['’])\s?[^\W\d_]{3,20}(?:\s(?:est|es|è"
        r"|:))?[\s:]{1,3}(?P<value>(?-i:[A-Z]?\d(?:[ -]?[\dA-Z]){3,9}))(?!\w)",
        _ANY),
)  # fmt: skip
_QUALIFIED = re.compile(rf"(?:{_OF_NOBODY})[\s-]?$", _ANY)
_NO_PASSWORD = re.compile(r"[^\W\d_]+[.!?:)*]*|\d{1,2}|[\d:.]+(?:am|pm|h)|\d+(?:st|nd|rd|th)|(?:19|20)\d\d[.!?]?", _ANY)


_WORTH_A_LOOK = re.compile(r"\d|-----BEGIN|[\"']\s?:\s?[\"']|\w[!@#$%^&*_+=~|]\w")


def find_secrets(text: str) -> Iterator[Finding]:
    """Yield keys, tokens, passwords and codes; spans may overlap."""
    if not _WORTH_A_LOOK.search(text):
        return
    yield from _keys(text)
    yield from _passwords(text)
    if any(map(str.isdigit, text)):
        yield from _codes(text)


def _keys(text: str) -> Iterator[Finding]:
    for name, pattern in _KEYS:
        for match in pattern.finditer(text):
            yield Finding(SECRET, *match.span(), 0.95, name)
    for match in _RANDOM.finditer(text):
        if _is_random(match.group()):
            yield Finding(SECRET, *match.span(), 0.7, "random")


def _passwords(text: str) -> Iterator[Finding]:
    for match in _LABELED.finditer(text):
        value = match["value"].rstrip(".!?:")
        if _is_password(value):
            yield Finding(SECRET, match.start("value"), match.start("value") + len(value), 0.85, "secret-cued")
    for match in _JSON.finditer(text):
        yield Finding(SECRET, *match.span("value"), 0.85, "secret-field")


def _codes(text: str) -> Iterator[Finding]:
    for pattern in _CODES:
        for match in pattern.finditer(text):
            if not _QUALIFIED.search(text, max(0, match.start() - 16), match.start()):
                yield Finding(SECRET, *match.span("value"), 0.8, "code-cued")


def _is_password(value: str) -> bool:
    """Return whether a value after a label is no word, clock or count: it has a digit or a mark or a capital inside."""
    if len(value) < 3 or _NO_PASSWORD.fullmatch(value) or value[0] in "<[{":
        return False
    has_digit = any(map(str.isdigit, value))
    return has_digit or re.search(r"\w[!@#$%^&*_+=~|]\w|[a-z][A-Z]", value) is not None


def _is_random(token: str) -> bool:
    kinds = (any(map(test, token)) for test in (str.isdigit, str.isupper, str.islower))
    if not all(kinds) or token.count("/") > 4 or token.count("-") > 4:
        return False
    counts = Counter(token).values()
    bits = -sum(n / len(token) * math.log2(n / len(token)) for n in counts)
    return bits >= _LEAST_BITS
