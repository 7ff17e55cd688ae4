"""Find identifiers of persons and accounts: national ids, documents, plates, cards, accounts, orders, birth dates.

A rule is a shape with its evidence: a check digit, or a cue word shortly before it. Cue words cover the six languages
the scrubber knows. Numbers without evidence are left to the phone rule, which masks long digit runs anyway.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from analyzer.privacy.findings import Finding
from analyzer.privacy.recognizers import checksums

CUE_WINDOW = 48
"""Number of characters before a number that are searched for its cue word."""

_LINK = (
    r"(?:[\s:#.=,'\"(-]|\b(?:is|was|are|am|my|the|number|num|no|nr|nbr|code|id|ref|"
    r"reference|lautet|ist|war|meine?|est|était|mon|ma|le|la|es|era|mi|il|è|mio|mia|de|"
    r"del|der|die|das|het|mijn|van|for|from|with|on|and|und|nummer|numéro|numero|número|"
    r"n[°ºo])\b)*$"
)
_YEAR = re.compile(r"(?:19|20)\d\d")


@dataclass(frozen=True, slots=True)
class Rule:
    """A shape of type `type`, accepted after `cue`, with a valid check digit (`check`), or alone if it has neither."""

    type: str
    name: str
    shape: re.Pattern[str]
    cue: re.Pattern[str] | None = None
    check: Callable[[str], bool] | None = None
    is_both: bool = False
    """Whether both the cue and a valid check digit are required."""


def _cue(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?:(?<![^\W_])(?:{words}))(?:s?nummer|s?nr|s|e|en|n)?(?![^\W_]){_LINK}", re.IGNORECASE)


def _shape(pattern: str, flags: int = 0) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w@-])(?:{pattern})(?![\w@])", flags)


_ANY = re.IGNORECASE
_CODE = (
    r"(?=(?:[A-Z/._-]{0,24}\d){3})[A-Z0-9](?:[A-Z0-9]|[/._-](?=[A-Z0-9])){3,29}"
    r"|\d{2,5}(?:[ -]\d{2,5}){1,4}|\d(?: \d){3,20}"
)
_DOCUMENT = (
    r"(?=(?:[A-Z-]{0,20}\d){3})[A-Z0-9](?:[A-Z0-9]|-(?=[A-Z0-9])){4,19}|(?-i:[A-Z]{0,3}\s?)"
    r"\d{2,4}(?:[ -]\d{2,4}){1,4}(?-i:\s?[A-Z]{0,2})|\d(?: \d){4,14}"
)
_IBAN = (
    r"[A-Z]{2}\d{2}(?:[ -]?[A-Z]{4})?(?:[ -]?(?=[A-Z]{0,3}\d)[A-Z0-9]{4}){2,7}(?:[ -]?[A-Z0-9]{1,3})?"
    r"|(?i:[a-z]{2}\d{2}[a-z0-9]{11,30})"
)
_MONTH = (
    r"(?:jan|feb|mar|mär|apr|may|mai|jun|jul|aug|sep|okt|oct|nov|dec|dez|déc|fév|avr|juin|juil|aoû|ene|abr|ago|dic|"
    r"gen|mag|giu|lug|set|ott|maa|mrt|mei)[a-zéû]{0,7}\.?"
)
_BIRTH_YEAR = r"['’‘]?\d{2,4}"
"""A year; of two digits it may have an apostrophe before it."""
_BIRTH_DATE = (
    rf"\d{{1,4}}[-./ ]\d{{1,2}}[-./ ](?:{_BIRTH_YEAR}|\d)|\d{{1,2}}(?:st|nd|rd|th|er|\.)"
    rf"?\s(?:of\s|de\s)?{_MONTH},?\s(?:de(?:l)?\s)?"
    rf"{_BIRTH_YEAR}|{_MONTH}\s\d{{1,2}}(?:st|nd|rd|th)?,?\s{_BIRTH_YEAR}|\d{{8}}|\d{{6}}"
)
_PASSPORT = r"passport|reisepass|pass(?:nummer|nr)|passeport|pasaporte|paspoort(?:nummer)?|passaporto"
_LICENSE = (
    r"(?:driv(?:er'?s?|ing)|dl)\s?(?:licen[cs]e|licence|permit)?|licen[cs]e|"
    r"führerschein(?:nummer)?|permis(?: de conduire)?"
    r"|carnet de conducir|permiso de conducir|rijbewijs(?:nummer)?|patente"
)
_NATIONAL = (
    r"ssn|social security|nino?|national insurance|ni|nhs|tax id|itin|sin|social insurance|steuer-?id(?:nummer)?"
    r"|steuernummer|identifikationsnummer|sozialversicherungs(?:nummer|nr)|sv-?nummer|"
    r"personalausweis(?:nummer)?|ausweis(?:nummer)?"
    r"|sécu(?:rité sociale)?|nir|insee|dni|nif|nie|documento|seguridad social|bsn|burgerservicenummer|sofinummer"
    r"|codice fiscale|tessera sanitaria|carta d'identità|carte d'identité|identity "
    r"card|id card|national id|medicare|patient"
)
_PLATE = (
    r"plate|reg(?:istration)?|number ?plate|licen[cs]e plate|car|van|vehicle|kennzeichen|nummernschild|auto|wagen"
    r"|immatriculation|immatriculée?|plaque|voiture|matr[ií]cula|coche|kenteken|targa|targata|macchina"
)
_ORDER = (
    r"orders?|ordered|purchase|booking|reservation|invoice|receipt|tracking|parcel|"
    r"shipment|consignment|delivery|return|rma|po"
    r"|confirmation|transaction|bestell(?:ung|nummer|nr)|auftrags?(?:nummer|nr)?|"
    r"rechnung(?:s(?:nummer|nr))?|sendung(?:s(?:nummer|nr))?"
    r"|buchung(?:s(?:nummer|nr))?|lieferung|paket|commande|facture|colis|suivi|"
    r"réservation|pedido|factura|reserva|envío|paquete"
    r"|bestelling|bestelnummer|ordernummer|factuur(?:nummer)?|pakket|zending|ordine|"
    r"fattura|prenotazione|spedizione|pacco"
)
_TICKET = (
    r"tickets?|case|incident|complaint|enquiry|inquiry|query|request|job|claim|"
    r"reference|ref|our ref|your ref|vorgang(?:s(?:nummer|nr))?"
    r"|aktenzeichen|fall(?:nummer)?|beschwerde|dossier|référence|réclamation|réf|referencia|caso|reclamación|incidencia"
    r"|referentie|klacht|zaak(?:nummer)?|riferimento|pratica|segnalazione|reclamo"
)
_ACCOUNT = (
    r"accounts?|acct|a/c|customer|client|member(?:ship)?|policy|loyalty|contract|"
    r"subscriber|user|clubcard|card|kunden(?:nummer|nr)?|konto(?:nummer|nr)?"
    r"|vertrag(?:s(?:nummer|nr))?|mitglied(?:s(?:nummer|nr))?|compte|contrat|adhérent|"
    r"cliente|cuenta|contrato|socio|póliza"
    r"|klant(?:nummer)?|rekening(?:nummer)?|contract(?:nummer)?|lidmaatschap|"
    r"polis(?:nummer)?|conto|contratto|polizza|tessera"
)
_BANK = (
    r"account|acct|a/c|bank|sort code|sort|routing|aba|konto(?:nummer|nr)?|blz|"
    r"bankleitzahl|bic|swift|rekening(?:nummer)?|cuenta|compte|rib|conto"
)
_SECRECY = (
    r"password|passcode|pass ?word|pwd|pin|cvv|cvc|security code|passwort|kennwort|mot de "
    r"passe|contraseña|clave|wachtwoord"
)
_BIRTH = (
    r"born(?: on)?|birth(?:day|date)?|date of birth|d\.?o\.?b|geboren(?: am| op)?|"
    r"geb\.?(?:[ -]?dat(?:um|\.)?)?|geburtsdatum|geburtstag|née?(?:\(e\))?(?: le)?|ddn|d\.d\.n\.?|f\.d\.n\.?"
    r"|f(?:echa)?\.?\s?(?:de\s)?nac(?:imiento)?\.?|d\.?\s?nasc\.?|b\.?day"
    r"|date de naissance|nacid[oa](?: el)?|nací el|fecha de nacimiento|geboortedatum|nat[oa](?: il)?|data di nascita"
)
_WORD_GAP = r"(?:\W+(?:is|was|the|on|le|il|el|am|op|ist|es|est|è|war|era|der|den|das|de|op|al|the|:))*\W*$"

RULES = (
    Rule("NATIONAL_ID", "us-ssn", _shape(r"\d{3}[- ]\d{2}[- ]\d{4}")),
    Rule("NATIONAL_ID", "uk-nino", _shape(r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][\s-]?(?:\d{2}[\s-]?){3}[A-D]", _ANY)),
    Rule("NATIONAL_ID", "uk-nhs", _shape(r"\d{3}[ -]?\d{3}[ -]?\d{4}"), _cue(_NATIONAL)),
    Rule("NATIONAL_ID", "uk-nhs-check", _shape(r"\d{3} \d{3} \d{4}"), None, checksums.is_nhs),
    Rule(
        "NATIONAL_ID",
        "fr-nir",
        _shape(r"[1278]\s?\d{2}\s?\d{2}\s?(?:\d{2}|2[AB])\s?\d{3}\s?\d{3}\s?\d{2}", _ANY),
        None,
        checksums.is_nir,
    ),
    Rule(
        "NATIONAL_ID",
        "es-nif",
        _shape(r"[XYZ][-. ]?\d{7}[-. ]?[A-Z]|\d{2}\.?\d{3}\.?\d{3}[-. ]?[A-Z]", _ANY),
        None,
        checksums.is_nif,
    ),
    Rule("NATIONAL_ID", "de-steuer-id", _shape(r"\d{2} ?\d{3} ?\d{3} ?\d{3}"), None, checksums.is_tax_id),
    Rule("NATIONAL_ID", "de-sv", _shape(r"\d{2} ?\d{6} ?[A-Z] ?\d{3}")),
    Rule(
        "NATIONAL_ID",
        "nl-bsn",
        _shape(r"\d{8,9}|\d{3}[. ]\d{3}[. ]\d{3}|\d{4}\.\d{2}\.\d{3}"),
        _cue(_NATIONAL),
        checksums.is_bsn,
        is_both=True,
    ),
    Rule("NATIONAL_ID", "it-codice-fiscale", _shape(r"[A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z]", _ANY)),
    Rule("NATIONAL_ID", "ca-sin", _shape(r"\d{3}[- ]\d{3}[- ]\d{3}"), _cue(_NATIONAL), checksums.is_luhn),
    Rule("NATIONAL_ID", "national-id-cued", _shape(_DOCUMENT, _ANY), _cue(_NATIONAL)),
    Rule("PASSPORT", "passport-cued", _shape(_DOCUMENT, _ANY), _cue(_PASSPORT)),
    Rule(
        "DRIVER_LICENSE",
        "uk-licence",
        _shape(r"[A-Z]{2,5}9{0,3}[ -]?\d{6}[ -]?[A-Z9]{2}[ -]?[A-Z0-9]{3}(?:[ -]?\d{2})?"),
    ),
    Rule("DRIVER_LICENSE", "licence-cued", _shape(_DOCUMENT, _ANY), _cue(_LICENSE)),
    Rule("LICENSE_PLATE", "uk-plate", _shape(r"[A-Z]{2}\d{2}\s?[A-Z]{3}")),
    Rule("LICENSE_PLATE", "fr-it-plate", _shape(r"[A-HJ-NP-TV-Z]{2}-\d{3}-[A-HJ-NP-TV-Z]{2}")),
    Rule("LICENSE_PLATE", "de-plate", _shape(r"[A-ZÄÖÜ]{1,3}[-:][A-Z]{1,2}[- ]?\d{1,4}[EH]?")),
    Rule(
        "LICENSE_PLATE",
        "nl-plate",
        _shape(
            r"[A-Z]{2}-\d{2}-\d{2}|\d{2}-[A-Z]{2}-[A-Z]{2}|\d{2}-[A-Z]{2,3}-\d{1,2}|"
            r"[A-Z]{1,2}-\d{2,3}-[A-Z]{1,3}|\d-[A-Z]{3}-\d{2}|[A-Z]{2}-[A-Z]{2}-\d{2}"
        ),
    ),
    Rule("LICENSE_PLATE", "es-plate", _shape(r"\d{4}[- ]?[BCDFGHJ-NPR-TV-Z]{3}")),
    Rule(
        "LICENSE_PLATE",
        "plate-cued",
        _shape(
            r"(?!(?:in|on|at|by|for|of|to|the|a|is|was|no|and|up|my|per|van|de|op|am|im|um|en|le|la)\b)"
            r"(?:[A-ZÄÖÜ]{1,3}[-: ][A-Z]{1,2}[ -]?\d{1,4}"
            r"|[A-Z]{1,3}[ -]?\d{1,4}(?:[ -]?[A-Z]{1,3})?|\d{1,4}[ -]?[A-Z]{1,3}(?:[ -]?\d{1,4})?)",
            _ANY,
        ),
        _cue(_PLATE),
    ),
    Rule("IBAN_CODE", "iban", _shape(_IBAN), None, checksums.is_iban),
    Rule("IBAN_CODE", "iban-cued", _shape(_IBAN), _cue("iban")),
    Rule("BANK_ACCOUNT", "sort-code", _shape(r"\d{2}-\d{2}-\d{2}"), _cue(_BANK)),
    Rule("BANK_ACCOUNT", "bank-account", _shape(r"\d{6,17}|\d{2,4}(?:[ -]\d{2,4}){2,4}|\d(?: \d){5,16}"), _cue(_BANK)),
    Rule(
        "CREDIT_CARD",
        "card-cued",
        _shape(r"\d(?:[ -]?\d){11,18}"),
        _cue(
            r"(?:credit|debit|bank)?\s?cards?|visa|mastercard|amex|karte|kreditkarte|carte|"
            r"tarjeta|carta|creditcard"
        ),
    ),
    Rule("ORDER_NUMBER", "order-cued", _shape(_CODE, _ANY), _cue(_ORDER)),
    Rule("TICKET_NUMBER", "ticket-cued", _shape(_CODE, _ANY), _cue(_TICKET)),
    Rule("ACCOUNT_NUMBER", "account-cued", _shape(_CODE, _ANY), _cue(_ACCOUNT)),
    Rule("ORDER_NUMBER", "hash-number", re.compile(r"(?<![\w&#])#\s?[A-Z]{0,4}-?\d{4,20}(?!\w)", _ANY)),
    Rule("DATE_OF_BIRTH", "birth-date", _shape(_BIRTH_DATE, _ANY), re.compile(rf"\b(?:{_BIRTH}){_WORD_GAP}", _ANY)),
    Rule(
        "DATE_OF_BIRTH",
        "birth-date-before",
        _shape(rf"(?:{_BIRTH_DATE})(?=\s(?:geboren|born|né|née|nacid[oa]|nat[oa])(?!\w))", _ANY),
    ),
    Rule("SECRET", "secret-cued", _shape(r"(?=\S{0,40}\d)[^\s,;]{3,40}(?<![.!?)])", _ANY), _cue(_SECRECY)),
    Rule(
        "SECRET",
        "token",
        _shape(
            r"eyJ[\w-]{10,}(?:\.[\w-]+){0,2}|(?=[a-f]{0,23}\d)[0-9a-f]{24,}|(?:sk|pk|ghp|xox[bp])"
            r"[-_][\w-]{16,}",
            _ANY,
        ),
    ),
    Rule("CRYPTO", "crypto", _shape(r"0x[0-9a-fA-F]{40}|bc1[a-z0-9]{25,59}|[13][a-km-zA-HJ-NP-Z1-9]{25,34}")),
    Rule(
        "IP_ADDRESS",
        "ipv4",
        _shape(
            r"(?<!version )(?<!Version )(?<!build )(?<!firmware )(?<!release )(?<!update )"
            r"(?<!iOS )(?<!app )(?<!v)(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|"
            r"2[0-4]\d|1?\d?\d)(?:/\d\d?|:\d{2,5})?"
        ),
    ),
    Rule(
        "IP_ADDRESS",
        "ipv6",
        re.compile(
            r"(?<![\w:.])(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}(?![\w:])|(?<![\w:.])"
            r"(?:[0-9a-f]{1,4}:){1,6}(?::[0-9a-f]{1,4}){1,6}(?![\w:])|(?<![\w:.])"
            r"(?:[0-9a-f]{1,4}:){2,7}:(?![\w:])",
            _ANY,
        ),
    ),
    Rule("MAC_ADDRESS", "mac", _shape(r"[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}|[0-9a-f]{4}(?:\.[0-9a-f]{4}){2}", _ANY)),
    Rule(
        "ORDER_NUMBER",
        "mixed-code",
        _shape(
            r"(?=[A-Z\d/-]{0,30}\d{5}|(?:[A-Z/-]{0,30}\d){7})(?=[\d/-]{0,30}[A-Z])(?!\d{1,20}-[A-Z]{3,20}(?!\w))"
            r"[A-Z0-9](?:[A-Z0-9]|[/-](?=[A-Z0-9])){5,39}",
            _ANY,
        ),
    ),
)
"""All rules. A shape without cue and check is distinctive by itself."""

_CHECKED, _NAMED, _CUED, _BARE = 0.95, 0.96, 0.85, 0.7
_DOCUMENTS = frozenset({"NATIONAL_ID", "PASSPORT", "DRIVER_LICENSE"})
"""Types whose cue says more than that the digits could be dialed: "NHS number 943 476 5919"."""
_SIZES = re.compile(r"\d{2,3}[a-z]{0,4}(?:\s?[-/ ]\s?\d{2,3}[a-z]{0,4}){1,4}", _ANY)
"""Measures of a body or a garment, 34d-27-35: not a code, unless it has many digits."""
_MOMENT = re.compile(r"(?:19|20)\d\d-\d\d-\d\dT\d\d")
_FEWEST_DIGITS_OF_SIZES = 9
_EXPLICIT = re.compile(
    r"(?:number|num|no|nr|nbr|id|ref|code|nummer|numéro|numero|número|n[°ºo])\b[\s:.#=-]*$|[#:=]\s?$", _ANY
)
"""Required before a code of four digits or fewer: "order 4711" may be a time of day, "order no. 4711" is not."""
_UNSURE = {"mixed-code": 0.5, "card-cued": 0.9, "es-plate": 0.55, "de-plate": 0.65, "hash-number": 0.8}


def find_identifiers(text: str) -> Iterator[Finding]:
    """Yield every identifier in a text; spans may overlap."""
    for rule in RULES:
        for match in rule.shape.finditer(text):
            if score := _score(rule, text, match):
                yield Finding(rule.type, match.start(), match.end(), score, rule.name)


def _score(rule: Rule, text: str, match: re.Match[str]) -> float:
    value = match.group()
    is_valid = rule.check is not None and rule.check(value)
    if is_valid and not rule.is_both:
        return _CHECKED
    if rule.cue is not None:
        before = text[max(0, match.start() - CUE_WINDOW) : match.start()]
        if rule.cue.search(before) is None or (rule.is_both and not is_valid):
            return 0.0
        cued = _NAMED if rule.type in _DOCUMENTS else _CUED
        return _UNSURE.get(rule.name, cued) if _is_code(rule, value, before) else 0.0
    if rule.name == "mixed-code" and (_is_size(value) or _MOMENT.match(value)):
        return 0.0
    return 0.0 if rule.check is not None else _UNSURE.get(rule.name, _BARE)


def _is_code(rule: Rule, value: str, before: str) -> bool:
    if rule.type not in {"ORDER_NUMBER", "TICKET_NUMBER", "ACCOUNT_NUMBER"}:
        return True
    if _YEAR.fullmatch(value) or _is_size(value):
        return False
    return len(value) > 4 or _EXPLICIT.search(before) is not None


def _is_size(value: str) -> bool:
    return _SIZES.fullmatch(value) is not None and sum(map(str.isdigit, value)) < _FEWEST_DIGITS_OF_SIZES
