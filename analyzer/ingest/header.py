"""Interpret column labels: slugs, role words in six languages, and headings that name a person."""

import re
import unicodedata
from collections.abc import Iterable

from analyzer.types import ColumnRole

RESERVED = frozenset(
    {"id", "text", "language", "respondent", "question", "dataset", "theme", "themes", "match", "times"}
)
"""Names that a kept column must not have, because records, filters and tables use them."""
MAX_SLUG = 60
_WORDS = {
    ColumnRole.TEXT: (
        "comment comments feedback review reviews verbatim verbatims answer answers response message remark remarks "
        "opinion text body content suggestion suggestions description "
        "kommentar kommentare bewertungstext antwort meinung rezension freitext anmerkung rueckmeldung ruckmeldung "
        "commentaire commentaires avis reponse remarque texte comentario comentarios opinion respuesta resena texto "
        "opmerking opmerkingen antwoord reactie recensie tekst toelichting suggestie suggesties "
        "commento commenti recensione risposta osservazione osservazioni suggerimento suggerimenti testo "
        "vorschlag vorschlage "
        "verbesserung verbesserungen begrundung suggestions remarques precisions "
        "sugerencia sugerencias observaciones motivo"
    ),
    ColumnRole.DATE: (
        "date datum fecha timestamp zeitstempel horodateur created submitted recorded time datetime created_at day "
        "created_date submitted_at review_date response_date submission_date end_date recordeddate marca_temporal "
        "data giorno jour dia dag tag tijdstempel zeitpunkt fechas dates datetime"
    ),
    ColumnRole.RATING: (
        "rating ratings score stars star nps csat ces satisfaction bewertung sterne punkte note etoiles satisfaccion "
        "calificacion puntuacion valoracion estrellas beoordeling cijfer sterren waardering tevredenheid zufriedenheid "
        "voto valutazione punteggio stelle soddisfazione schulnote gesamtnote rapportcijfer nota score_nps"
    ),
}
_ROLE_WORDS = {role: frozenset(words.split()) for role, words in _WORDS.items()}
_RATES = re.compile(
    r"\b(?:recommend|grade|fft categorical answer|weiterempfehl\w*|recommand\w*|recomend\w*|aanbevel\w*|raccomand\w*|"
    r"consigli\w*|satisfied|zufrieden|satisfait\w*|satisfech\w*|tevreden|soddisfatt\w*|rate|effort|easy)\b"
)
_RATES_NOT = re.compile(r"\b(?:sentiment|count|recommended ind|helpful)\b")
_ID_TAIL = re.compile(
    r"(?:^|_)(?:id|uuid|guid|key|no|nr|number|nummer|identifier|reference|referenz|kennung|ref)$|^(?:ticket|case)$"
)
_WEAK_ID_TAIL = re.compile(r"_(?:no|key|number|nummer|reference|ref)$")
_SENTENCE = 3
"""Spaces from which a heading is a sentence: "… why you answered no" names no identifier."""
_PERSON = (
    r"(?:respondent|customer|client|user|contact|member|patient|participant|recipient|requester|submitter|consumer|"
    r"reviewer|author|subscriber|account|employee|visitor|guest|kunde|kunden|client|cliente|klant|network|"
    r"external_data|external)"
)
_RESPONDENT = re.compile(
    rf"(?:\w+_)?{_PERSON}_?(?:user_)?(?:id|uuid|key|no|nr|number|nummer|numero|ref|reference|code)|respondent|"
    r"(?:kundennummer|klantnummer|numero_client|numero_de_cliente)"
)
_NAME_OWNER = (
    r"(?:first|last|full|family|middle|maiden|given|sur|user|nick|customer|client|reviewer|respondent|contact|"
    r"recipient|requester|submitter|assignee|author|patient|guest|member|employee|display|person|your|their|vor|nach|"
    r"kunden|klant)"
)
_PERSONAL = re.compile(
    rf"names?|(?:\w+_)?{_NAME_OWNER}_?names?|(?:\w+_)?(?:nickname|username|surname|forename|vorname|nachname|"
    r"familienname|prenom|nombre|apellidos?|achternaam|voornaam|gebruikersnaam|benutzername|recipient(?:first|last)name)|"
    r"naam|nom|nom_(?:de_famille|complet|du_client|client)|nombre_\w+|"
    r"(?:\w+_)?(?:e_?mail|mail|courriel|correo|correo_electronico|e_?mail_?(?:address|adresse|adres)|recipientemail)"
    r"(?:_\w+)?|"
    r"(?:\w+_)?(?:tele)?phone(?:_?(?:number|no|nr))?|(?:\w+_)?(?:telefon|telefoon|telefono|movil|handy|"
    r"mobile|mobil|mobiel|fax)(?:_?(?:number|no|nr|nummer))?|telefonnummer|telefoonnummer|handynummer|"
    r"mobilnummer|(?:numero_de_)?(?:telephone|telefono)|tel|(?:\w+_)?mobile_(?:number|phone)|"
    r"(?:\w+_)?(?:address|adresse|adres|direccion|anschrift)(?:_?(?:line_?)?\d)?|(?:\w+_)?(?:street|strasse|straat|"
    r"calle|rue)(?:_?(?:name|number|no|nr|line_?\d|\d))?|"
    r"(?:\w+_)?(?:postcode|post_code|postal_code|zip|zip_?code|plz|postleitzahl|code_postal|codigo_postal|cp)|"
    r"ip|(?:\w+_)?ip_?(?:address|adresse|adres)|(?:\w+_)?(?:location_?)?(?:latitude|longitude)|"
    r"dob|(?:\w+_)?(?:date_of_birth|birth_?date|birthday|birth_?day)|geburtsdatum|geburtstag|date_de_naissance|"
    r"fecha_de_nacimiento|geboortedatum|"
    r"(?:\w+_)?(?:ssn|social_security\w*|passport\w*|nhs_number|iban|national_insurance\w*|bsn|dni|nie|steuernummer|"
    r"driving_licen[cs]e\w*|license_plate|kennzeichen|account_number|card_number)|"
    r"(?:f|l|fst|lst|first|last|fam|sur|given)_?(?:names?|nm)|fn|ln|d_o_b|(?:\w+_)?dob|b_?day|yob|born(?:_on)?|geb(?:_?(?:dat(?:um)?|tag))?|ddn|f_?nac"
    r"|(?:cust|cli|pat|emp|resp|usr)_?names?|names?_of_(?:person|customer|guest|client|patient|staff|respondent|parent|child)|full_name_\w+|contact_(?:person|name)|ansprechpartner(?:in)?|mob|(?:tel|mob|cell|phone|fax)_?(?:no|nr|num|\d)?"
    r"|whats_?app(?:_\w+)?|birth_?year|data_di_nascita|data_nascita|f(?:echa)?_(?:de_)?nac\w*|date_naiss\w*|cognome|nome(?:_e_cognome)?|apellido_?\d?"
    r"|addr(?:ess)?_?\d?|indirizzo|domicilio|postal_address|woonadres|(?:ni|nhs|ss|sv|steuer)_?(?:no|nr|number|nummer|id)|id_card(?:_\w+)?|reg_?(?:no|nr|number)|(?:plate|kenteken|targa)(?:_?(?:no|nr|number))?"
    r"|nok|spouse|guardian|complainant|imei|serial_(?:no|nr|number)|insta_handle|handle|user_?(?:name|id)?_login"
    r"|gps|(?:\w+_)?(?:lat|lng|long?|coordinates?|coords?)|(?:in_)?emergency(?:_contact\w*)?|next_of_kin\w*|ice(?:_contact)?|notfallkontakt"
    r"|pnr|record_locator|locator|localizador|(?:\w+_)?(?:booking|reservation|buchungs?|reserva|prenotazione|boekings?)_?(?:ref(?:erence)?|code"
    r"|number|no|nr|nummer|id)|"
    r"requester|submitter|assignee|reviewer|author|respondent_name|signature|unterschrift|autor|auteur|"
    r"(?:twitter|instagram|facebook|linkedin|social)(?:_(?:handle|name|user|url|profile|id))?"
)
_PERSONAL_QUESTION = re.compile(
    r"(?:^|_)(?:e_?mail|email_address|phone_number|your_(?:full_|first_|last_)?name|your_(?:home_)?address|postcode|"
    r"zip_code|date_of_birth|e_mail_adresse|ihr_name|ihre_telefonnummer|votre_nom|votre_adresse|su_nombre|uw_naam)(?:_|$)"
)
_COMPANY = (
    r"(?:developer|company|owner|agents?|vendor|our|business|seller|merchant|staff|support|management|manager|team|admin|internal|"
    r"moderator|brand|host|hotel|property|provider|practice|hospital|partner|firma|unternehmen|inhaber|entreprise|empresa|bedrijf|azienda|assignee|operator|advisor)"
)
_REPLY = r"(?:reply|replies|responses?|answer|comments?|notes?|antwort|reponse|respuesta|reactie|risposta|kommentar)"
_FROM_THE_COMPANY = re.compile(
    rf"(?:\w+_)?{_COMPANY}_{_REPLY}(?:_(?:text|body|content))?|repl(?:y|ies)(?:_\w+)?|"
    r"(?!(?:customer|user|client|respondent|your|guest)_)\w+_repl(?:y|ies)(?:_(?:text|body|content|comment))?|"
    rf"{_REPLY}_(?:from|by|of|des|der|vom|von|de|du|del|della|dell|van)_(?:\w{{1,4}}_)*{_COMPANY}s?|replied_text"
)
"""A heading of the company's own words: "Developer Reply Text", "Antwort des Unternehmens"; never a question."""
_CONTACT = re.compile(
    r"(?:^|_)(?:e_?mails?|mail|phone|telephone|telefon|telefoon|telefono|mobile?|handy|movil|address|adresse|adres|direccion|"
    r"social|facebook|twitter|instagram|linkedin|fax|courriel|correo)(?:_|$)"
)
_SPLIT_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_NOT_WORD = re.compile(r"[^a-z0-9]+")
_FOLD = str.maketrans({"ß": "ss", "ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d"})


def slug(label: str) -> str:
    """Return a label as lower-case letters, digits and single underscores; "" if nothing is left."""
    plain = unicodedata.normalize("NFKD", label.casefold().translate(_FOLD)).encode("ascii", "ignore").decode()
    return _NOT_WORD.sub("_", plain).strip("_")[:MAX_SLUG].strip("_")


def unique_names(labels: Iterable[str]) -> tuple[str, ...]:
    """Return column names made of slugs: unique, never empty, never starting with a digit, never a reserved word."""
    names: list[str] = []
    taken: set[str] = set()
    for position, label in enumerate(labels, start=1):
        base = slug(label) or f"column_{position}"
        if base[0].isdigit() or base in RESERVED:
            base = f"column_{base}"
        name, count = base, 1
        while name in taken:
            count += 1
            name = f"{base}_{count}"
        taken.add(name)
        names.append(name)
    return tuple(names)


def is_personal(label: str) -> bool:
    """Check whether a heading denotes data that identify a person: name, address, phone, e-mail, birth date, etc."""
    words = _words(label)
    if words.count("_") >= 4:
        return _PERSONAL_QUESTION.search(words) is not None
    return _PERSONAL.fullmatch(words) is not None or is_respondent(label)


def is_respondent(label: str) -> bool:
    """Check whether a heading denotes a pseudonymous reference to a person."""
    return _RESPONDENT.fullmatch(_words(label)) is not None


def is_id(label: str) -> bool:
    """Check whether a heading denotes an identifier."""
    words = _words(label)
    if words.count("_") >= _SENTENCE and _WEAK_ID_TAIL.search(words):
        return False
    return label.strip() == "#" or _ID_TAIL.search(words) is not None


def names_contact(label: str) -> bool:
    """Check whether a heading has a word for a way of contact, which may be what is rated: "Email support"."""
    return _CONTACT.search(_words(label)) is not None


def is_reply(label: str) -> bool:
    """Check whether a heading denotes text of the company, not of the customer."""
    return "?" not in label and _FROM_THE_COMPANY.fullmatch(_words(label)) is not None


def names_role(label: str, role: ColumnRole) -> bool:
    """Check whether a heading contains a word for a role."""
    words = _words(label)
    return words in _ROLE_WORDS[role] or not _ROLE_WORDS[role].isdisjoint(words.split("_"))


def may_rate(label: str) -> bool:
    """Check whether a heading may denote a rating without a word for it; for numbers with few different values."""
    words = _words(label).replace("_", " ")
    return _RATES.search(words) is not None and _RATES_NOT.search(words) is None


def is_role_word(label: str, role: ColumnRole) -> bool:
    """Check whether a heading is a word for a role and nothing else."""
    return _words(label) in _ROLE_WORDS[role]


def _words(label: str) -> str:
    return slug(_SPLIT_CAMEL.sub(" ", label[:200]))
