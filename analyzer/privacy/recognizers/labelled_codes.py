"""Find codes by the label before them: bookings, staff, devices, extensions, banks, numbers of states.

A label is a noun with an optional word for "number" or "code" beside it, in either order and in six languages; a code
is what no word and no year is. A label with such a word, a colon or a number sign accepts shorter codes.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from analyzer.privacy.findings import Finding

_ANY = re.IGNORECASE
_NUMBER = (
    r"(?:reference|referenz|référence|referencia|riferimento|referentie|ref|code|codes|kode|código|codigo|codice"
    r"|number|num|no|nr|nbr|id|n(?=\.\s?\d)"
    r"|nummer|numéro|numero|número|n[°ºo]|locator|kennung|key)"
)
_OF = r"(?:de la |de l['’]|del |della |di |de |d['’]|van |der |des |do )?"
_LINK = (
    r"(?:[\s:#.=\"'“(-]|\b(?:is|was|are|were|lautet|ist|war|est|était|es|era|è|reads?|called|named|my|our|the)\b){0,8}?"
)
_VERB = r"(?:is|was|reads?|lautet|ist|war|est|était|es|era|è)"


@dataclass(frozen=True, slots=True)
class _Label:
    """Words of a label, the type of the code after it, and the shapes after a bare and after an explicit label."""

    type: str
    name: str
    words: str
    bare: str
    explicit: str


_MIXED = r"(?-i:(?=[A-Z]{0,9}\d)(?=\d{0,9}[A-Z])[A-Z0-9]{5,10})"
_UPPER = r"(?-i:[A-Z]{6})"
_LOWER = r"(?=[a-z]{0,9}\d)(?=\d{0,9}[a-z])[a-z0-9]{5,10}"
_DIGITS = r"\d(?:[ -]?\d){3,15}"
_SERIAL = r"(?=(?:[a-z/._-]{0,24}\d){2})[a-z0-9](?:[a-z0-9]|[/._-](?=[a-z0-9])){4,29}"
_LABELS = (
    _Label(
        "ORDER_NUMBER", "booking-code",
        r"bookings?|reservations?|reservierung(?:s)?|buchung(?:s)?|réservation|r[ée]sa|reserva|prenotazione|boeking(?:s)?"
        r"|reservering(?:s)?|pnr"
        r"|record locator|locator|localizador|localizzatore|confirmation|confirmación|confirmación|bestätigung(?:s)?"
        r"|bevestiging(?:s)?|conferma"
        r"|check-?in|itinerary|e-?ticket|boarding|flight booking|dossier|buchungscode|filekey|vorgang(?:s)?",
        _MIXED, rf"{_MIXED}|{_UPPER}|{_LOWER}|{_DIGITS}",
    ),
    _Label(
        "ACCOUNT_NUMBER", "device-number",
        r"serial|serien|sn|s/n|imei|imsi|iccid|meid|eid|vin|chassis|fahrgestell|série|serie|matrícula|device|router"
        r"|meter|zähler|compteur"
        r"|contador|meterstand|contatore|asset|machine",
        _SERIAL, _SERIAL,
    ),
    _Label(
        "ACCOUNT_NUMBER", "staff-number",
        r"employee|emp|staff|personnel|personal|badge|collar|warrant|payroll|operator|driver|agent|officer|shoulder"
        r"|mitarbeiter|dienst"
        r"|matricule|empleado|empleada|medewerkers?|personeels|dipendente|matricola|student|pupil|matrikel|étudiant"
        r"|estudiante|candidate",
        r"(?!(?:19|20)\d\d\b)(?=[a-z-]{0,6}\d{3})[a-z0-9-]{3,14}", r"(?=[a-z-]{0,6}\d{2})[a-z0-9-]{3,14}",
    ),
    _Label(
        "ACCOUNT_NUMBER", "customer-number",
        r"kd|kdn|kund|kunden|cust|customer|client|member(?:ship)?|membre|adhérent|miembro|lid|lidmaatschaps|klant"
        r"|cliente|loyalty|policy"
        r"|police|polizza|póliza|polis|versicherungs?|vers|vertrags?|mitglieds?|konto|kto|contract|contrat|contrato"
        r"|account|acc|ktr|re|rg"
        r"|rechnungs?|best|bestell|auftrags?|patient(?:en)?|patiënt|paciente|paziente|mrn|hospital|krankenkassen",
        "", r"(?=[a-z/._-]{0,8}\d{3})[a-z0-9](?:[a-z0-9]|[/._ -](?=\d)|[/._-](?=[a-z0-9])){2,24}",
    ),
    _Label(
        "NATIONAL_ID", "state-number",
        r"personnummer|person ?number|cpr|fødselsnummer|henkilötunnus|hetu|pesel|cnp|egn|oib|jmbg|rodné číslo|aadhaar"
        r"|aadhar|pan(?: card)?"
        r"|emirates|cedula|cédula|rut|curp|rfc|cpf|nin|bvn|nric|fin|hkid|tckn|tc kimlik|kimlik|svnr|ahv|avs"
        r"|steuer(?:nummer)?|tax|tin|vat"
        r"|national insurance|social security|ssn|nino?|resident|residence permit|visa(?: number)?|green card"
        r"|passport|nie|nif|dni|bsn",
        r"(?=(?:\D{0,3}\d){6})[a-z0-9](?:[a-z0-9]|[/.+-](?=[\da-z])| (?=\d"
        r"|[a-z]\b)){5,20}", r"(?=(?:\D{0,3}\d){5})[a-z0-9](?:[a-z0-9]|[/.+-](?=[\da-z])| (?=\d|[a-z]\b)){4,20}",
    ),
    _Label("PHONE_NUMBER", "extension", r"ext|extn|extension|durchwahl|dw|anexo|toestel|interno|extensión|nebenstelle"
    r"|poste", r"\d{2,6}", r"\d{2,6}"),
    _Label(
        "ACCOUNT_NUMBER", "bank-code", r"bic|swift|bic/swift|swift/bic|swift-bic",
        r"(?-i:[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?)", r"[a-z]{6}[a-z0-9]{2}(?:[a-z0-9]{3})?",
    ),
    _Label(
        "ACCOUNT_NUMBER", "sort-code",
        r"sort|s/c|sort-?code|blz|bankleitzahl", r"\d\d[ .-]\d\d[ .-]\d\d", r"\d\d[ .-]?\d\d[ .-]?\d\d"),
    _Label(
        "TICKET_NUMBER", "ticket-number", r"tickets?|cases?|incidents?|complaints?|enquiry|inquiry|vorgang|fall"
        r"|aktenzeichen|dossier|caso|zaak|pratica|expediente|procedimiento|procedura|dossiers?|akte|geschäftszeichen|reclamo|réclamation|klacht",
        r"(?!(?:19|20)\d\d\b)\d{4,10}|(?:19|20)\d\d/\d{3,8}|\d{3,8}/(?:19|20)\d\d"
        r"|(?-i:\d{1,4} [A-Z][A-Za-z]{0,3} \d{1,6}/\d\d)(?!\d)",
        r"#?\d{3,10}|(?:19|20)\d\d/\d{3,8}|\d{3,8}/(?:19|20)\d\d",
    ),
)  # fmt: skip
TYPES = tuple(sorted({label.type for label in _LABELS}))
"""Types of the findings."""
_NO_CODE = re.compile(
    r"\d{1,2}(?::\d\d)?|(?:19|20)\d\d|\d{1,4}(?:am|pm|h|gb|mb|kg|km|cm|mm|ml|min|st|nd|rd|th|x|er|%)", _ANY
)


def _patterns(label: _Label) -> Iterator[re.Pattern[str]]:
    words = rf"(?<![^\W_])(?:{label.words})"
    explicit = (
        rf"(?:{words}(?:s|en|n|e)?[ ._-]{{0,3}}{_NUMBER}\b|(?<![^\W_]){_NUMBER}\s{_OF}(?:{label.words})\b"
        rf"|{words}(?:\s{_OF}[^\W\d_]{{3,12}})?\s?[:#=])"
    )
    yield re.compile(rf"{explicit}{_LINK}(?<![^\W_])(?P<code>{label.explicit})(?![\w@])", _ANY)
    if label.bare:
        link = rf"(?![^\W_])(?:\.|\s|\b{_VERB}\b|:){{1,4}}(?<![^\W_])"
        yield re.compile(rf"{words}{link}(?P<code>{label.bare})(?![\w@])", _ANY)


_OF_NOBODY = (
    r"page|seite|pagina|página|room|zimmer|chambre|kamer|camera|line|zeile|bus|tram|train|zug|gate|platform|gleis"
    r"|model|modell|modèle|modelo|modello|version|error|fehler|erreur|fout|errore|item|size|größe|question|table|tisch"
    r"|chapter|floor|seat|ward|bed|route|flight|flug|vol|vuelo|vlucht|volo|article|artikel|art|product|produkt|part"
    r"|barcode|isbn|ean|colour|color|farbe|lot|batch|series|catalogue|catalog|recipe|shade|lottery|winning|hotline"
    r"|phone|telephone|telefon|mobile|handy|the|a|large|small|total|great|wrong|same|any|this|that|our|my|your|their"
    r"|and|or|with|for|in|of|by|die|der|das|le|la|el|il|de|het|eine|une|una|un|is|was|no|not|i|we|have|had|got"
)
_NUMBERED = re.compile(
    r"(?<![^\W_])(?!(?:" + _OF_NOBODY + r")(?![^\W\d_]))(?:[^\W\d_]{3,25}[ .-]{1,3}"
    r"(?:number|num|no|nr|nbr|id|nummer|numéro|numero|número|n[°ºo.]|ref|reference)|[^\W\d_]{3,25}(?:nummer|nr|kennung))"
    r"(?![^\W\d_])(?:[\s:#.=]|\b" + _VERB + r"\b){1,8}(?<![^\W_])"
    r"(?P<code>(?!(?:19|20)\d\d\b)(?=[a-z/._-]{0,8}\d{2})(?=(?:[^\d\s]{0,8}\d){4})[a-z\d](?:[a-z\d]|[/._-](?=[a-z\d])){3,24})"
    r"(?![\w@])",
    _ANY,
)
"""Any noun with a word for "number" and a code after it, unless the noun counts pages, rooms or products."""
_UPPER_CODE = re.compile(r"(?:BIC|SWIFT|PNR|[Ll]ocator|[Cc]ode)\W{1,3}[A-Z]{6}")
"""A code without a digit; without it and without a digit there is nothing to look for."""
_COMPILED = tuple((label, pattern) for label in _LABELS for pattern in _patterns(label))


def find_labelled_codes(text: str) -> Iterator[Finding]:
    """Yield the codes after labels; spans may overlap."""
    if not any(map(str.isdigit, text)) and not _UPPER_CODE.search(text):
        return
    for match in _NUMBERED.finditer(text):
        if not _NO_CODE.fullmatch(match["code"]):
            yield Finding("ACCOUNT_NUMBER", *match.span("code"), 0.8, "numbered")
    for label, pattern in _COMPILED:
        for match in pattern.finditer(text):
            if not _NO_CODE.fullmatch(match["code"]):
                yield Finding(label.type, *match.span("code"), 0.85, label.name)
