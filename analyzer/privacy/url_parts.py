"""Rules for the parts of links: recognize hosts without a scheme, and decide which parts may stay."""

import base64
import re
from collections.abc import Sequence

from analyzer.privacy.names.gazetteer import ambiguous_names, family_names, given_names, is_given_name

WEB_SCHEMES = frozenset(
    "http https ftp ftps sftp ws wss ssh git smb ldap ldaps imap imaps rtsp feed hxxp hxxps".split()
)
"""Schemes that are followed by a host; in any other scheme (an app's own) every part is treated as a path."""


OPAQUE_SCHEMES = "mailto tel sms smsto mms callto skype sip sips xmpp facetime whatsapp viber geo bitcoin data".split()
"""Schemes that are followed by an address and no host; the address is removed whole."""


HOST_ENDINGS = frozenset(
    # reserved, and used inside companies
    "example test invalid localhost local localdomain internal intranet lan corp home "
    # general
    "com org net edu gov mil int info biz eu nhs io ai dev tv cc ly gl gd gg fm tk ws xyz tech cloud website club "
    # countries
    "uk de fr nl ch ie ca au nz pl pt se dk fi cz sk hu ro bg gr hr si rs ee lt lv lu li mt cy jp cn kr tw hk sg th "
    "vn ph id my br mx ar cl co pe uy za ng ke gh eg ma il ae sa tr ru ua by kz pk bd lk np es".split()
)
"""Endings that identify a host without a scheme, whatever follows it."""


WORDY_ENDINGS = frozenset(
    "it in at is so to no be me am as us do app page link site online live shop store help care health support work "
    "today world life email blog news media social survey surveys".split()
)
"""Endings that are also words: "late.in/out" contains no host, so a host with such an ending needs more evidence."""


SECOND_LEVEL = frozenset("co com org net ac gov nhs edu ltd plc sch gouv nom asso gob".split())
"""Labels that form one ending together with the country after them (co.uk)."""


PROFILE_HOSTS = frozenset(
    "facebook.com fb.com fb.me m.me instagram.com instagr.am twitter.com x.com tiktok.com threads.net threads.com "
    "t.me telegram.me wa.me whatsapp.com snapchat.com linktr.ee github.com gitlab.com medium.com reddit.com vk.com "
    "ok.ru xing.com pinterest.com pinterest.co.uk youtube.com youtu.be vimeo.com twitch.tv paypal.me paypal.com "
    "cash.app venmo.com ko-fi.com patreon.com linkedin.com lnkd.in bsky.app mastodon.social tumblr.com flickr.com "
    "soundcloud.com ebay.com ebay.co.uk etsy.com vinted.com depop.com strava.com gravatar.com about.me calendly.com "
    "justgiving.com gofundme.com".split()
)
"""Hosts on which a path begins with an account name."""


PERSON_WORDS = frozenset(
    "u r id ids in by usr user users uid username usernames userid member members memberid membership profile "
    "profiles person persons people persona customer customers customerid cust client clients clientid patient "
    "patients patientid account accounts acct respondent respondents participant participants panelist panelists "
    "panellist panellists recipient recipients contact contacts employee employees staff agent agents advisor "
    "advisors adviser advisers author authors friend friends guest guests owner owners subscriber subscribers name "
    "names fullname firstname lastname surname mail email emails mailto invite invites invitee invitees invited "
    "subscriber unsubscribe optout doctor doctors dr nurse nurses clinician clinicians consultant consultants "
    "therapist therapists student students teacher teachers tutor tutors pupil pupils tenant tenants resident "
    "residents donor donors lead leads buyer buyers seller sellers reviewer reviewers identity ident login nickname "
    "handle alias avatar token key session utilisateur utilisateurs membre membres profil profils personne personnes "
    "compte comptes salarie medecin benutzer nutzer mitglied mitglieder kunde kunden mitarbeiter konto konten "
    "patienten arzt usuario usuarios miembro miembros perfil perfiles cliente clientes cuenta cuentas empleado "
    "paciente pacientes gebruiker gebruikers lid leden klant klanten medewerker medewerkers profiel rekening utente "
    "utenti profilo profili clienti dipendente paziente pazienti nome nom prenom nombre naam".split()
)
"""Words of a path after which an identifier of a person is expected."""


PLAIN_WORDS = frozenset(
    # what sites and their pages are called
    "www web send chat "
    "app apps api mobile static cdn media assets img images files docs doc pdf html index home main start "
    "begin welcome about help helpdesk support service services faq faqs info contact us our my your the and for of "
    "to new old edit add create delete remove update change view show list all search find browse open close next "
    "previous back page pages login logout signin signout signup register registration password reset forgot verify "
    "confirm confirmation settings preferences dashboard overview details summary history status inbox messages "
    "notifications notification security privacy terms policy policies cookies legal imprint sitemap language "
    "languages locale en fr de es nl it "
    # surveys and feedback
    "survey surveys form forms feedback review reviews rating ratings rate questionnaire question questions answer "
    "answers poll polls vote response responses respond result results score scores nps csat ces wave waves invite "
    "invitation reminder thanks thankyou thank you end done complete completed finish share take study studies panel "
    "research smart experience satisfaction opinion opinions comment comments complaint complaints compliment "
    "compliments suggestion suggestions ideas voice redirect link links click track open unsubscribe optout preview "
    "test demo live "
    # shopping and service
    "shop shops store stores cart basket checkout order orders delivery deliveries shipping returns return refund "
    "refunds exchange exchanges payment payments invoice invoices billing subscription subscriptions plan plans "
    "pricing offer offers deal deals sale sales product products category categories collection collections catalog "
    "catalogue item items gift gifts voucher vouchers coupon coupons loyalty rewards points tracking parcel parcels "
    "booking bookings appointment appointments visit visits ticket tickets event events news newsletter newsletters "
    "blog press careers jobs company team partners branch branches location locations opening hours online customer "
    "customers care user users account member members client clients staff patient patients health hospital clinic "
    "clinics ward wards surgery pharmacy triage doctors listed bank banking insurance travel hotel flights school "
    "college university council "
    # campaigns
    "email mail sms push banner banners display social organic paid cpc ppc cpm affiliate referral referrals direct "
    "print flyer poster leaflet receipt receipts qr code radio tv video google bing facebook instagram twitter "
    "linkedin youtube whatsapp tiktok campaign campaigns promo promotion launch spring winter season seasonal holiday "
    "holidays christmas easter black friday cyber monday week weekly month monthly daily year yearly quarter day post "
    "pre after before first second third final follow followup up win winback retention onboarding churn renewal "
    "transactional trigger triggered pilot version beta north south east west region european global "
    "uk us eu gb".split()
)
"""Words that name no person and may stay even where a name is expected."""


PARAMETER_WORDS = frozenset(
    "fn ln cc bcc id ids eed chl utm ga gclid fbclid msclkid dclid gbraid wbraid ref referrer referer source medium "
    "campaign term content lang language locale version page product data info field fields custom variable var value "
    "values param params key token auth access session sid cid uid pid rid tid jwt sig signature hash code pin "
    "password pass pwd user users username userid login account acct member customer customerid client clientid "
    "patient contact recipient respondent participant employee agent person people first last middle full given "
    "family nick sur name names fname lname firstname lastname fullname surname nickname title salutation email "
    "emails emailaddress mail to from address addresses mailing billing shipping street house number no line city "
    "town county state region country postal post postcode zip zipcode phone phones telephone tel mobile cell fax sms "
    "whatsapp handle date birth birthday dob day month year age gender sex company order orderid ticket invoice "
    "booking case reference number iban card ip device lat lng lon long location url uri link redirect return next "
    "target dest destination continue goto callback entry answer answers response question score rating comment text "
    "subject body message step wave tab view sort limit offset search query filter survey form panel external "
    "embedded unsubscribe list segment group type kind status".split()
)
"""Words that parameter names consist of."""


LONGEST_WORD = 24


LONGEST_PART = 80


MOST_DIGITS = 4
"""Maximum number of digits that stay: four may be a year, five a customer number or a postcode."""


SHORTEST_GLUED = 3
"""Minimum letters of the shorter half of a joined name ("annlee"); with two, one in fifty ordinary words is one."""


LONGEST_PREFIX = 4
"""Maximum letters before the number of a machine ("eu1", "web12"); more may be a name."""


_WORDS = re.compile(r"[^\W_]+(?:[-_ ][^\W_]+)*")


_BREAK = re.compile(r"[-_ ]")


_PAGE_SUFFIX = re.compile(r"\.(?:html?|xhtml|php|aspx?|jsp|cgi|pdf|xml|json)$")


_LOCALE = re.compile(r"[a-z]{2}(?:[-_](?:[a-z]{2}|[A-Z]{2}|[A-Z][a-z]{3}))?")


_VERSION = re.compile(r"v?\d{1,2}(?:\.\d{1,2}){0,2}")


_PAGE_NUMBER = re.compile(r"\d{1,4}")


_NAME = re.compile(r"[A-Za-z][\w.-]{0,40}(?:\[[\w.-]{0,40}\]){0,3}", re.ASCII)


_NAME_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")


_LABEL = re.compile(r"[\w-]{1,63}")


_MIXED = re.compile(r"[^\W\d_](?:[a-z][A-Z]|\d[^\W\d_])")


_HEX = re.compile(r"[a-f]{8,}")


_VOWEL = re.compile(r"[aeiouyàáâãäåæèéêëìíîïòóôõöøùúûüýœ]")


_CONSONANTS = re.compile(r"[bcdfghjklmnpqrstvwxz]{7,}")


_CAMEL = re.compile(r"[^\W\d_][^\W\d_A-Z]*")


def is_harmless_part(plain: str, names_expected: bool) -> bool:
    """Return whether a part of a path may stay; where a name is expected, only words that name no person may."""
    stem = _PAGE_SUFFIX.sub("", plain)
    words = _split(stem)
    if words and all(word.lower() in PLAIN_WORDS or word.lower() in PERSON_WORDS for word in words):
        return True
    if names_expected:
        return False
    if re.fullmatch(r"[a-z]|v\d", stem) or _LOCALE.fullmatch(stem):
        return True
    return bool(words) and all(map(_is_word, words)) and not _contains_name(words)


def announces_a_person(plain: str) -> bool:
    """Return whether the parts of a path after this one may identify a person: "users", "my-profile", "getUser"."""
    if plain.lower() in PERSON_WORDS:
        return True
    words = _CAMEL.findall(plain)
    return len(words) > 1 and len(words[-1]) > 2 and words[-1].lower() in PERSON_WORDS


def is_harmless_name(name: str) -> bool:
    """Return whether a parameter's name consists of known words; any other name may be data itself."""
    if not _NAME.fullmatch(name):
        return False
    words = _NAME_WORD.findall(name)
    if sum(len(word) == 1 for word in words) > 2 or sum(len(word) for word in words if word.isdigit()) > 2:
        return False
    return all(len(word) == 1 or word.isdigit() or word.lower() in PARAMETER_WORDS for word in words)


def is_harmless_value(name: str, plain: str) -> bool:
    """Return whether the value of a parameter in HARMLESS_PARAMETERS may stay; `name` is in lower case."""
    if name in ("lang", "locale"):
        return bool(_LOCALE.fullmatch(plain)) or plain in PLAIN_WORDS
    if name == "version" and _VERSION.fullmatch(plain):
        return True
    if name == "page" and _PAGE_NUMBER.fullmatch(plain):
        return True
    return _is_harmless_phrase(_split(plain), is_limited=name != "product")


def is_harmless_label(label: str, subdomain: bool) -> bool:
    """Return whether a label of a host name may stay: it is no data and, left of the domain, no name of a person."""
    if not _LABEL.fullmatch(label) or sum(map(str.isdigit, label)) > MOST_DIGITS or _is_encoded(label):
        return False
    if not subdomain:
        return True
    if label.lower().startswith("xn--"):
        return False
    words = _split(label.lower())
    if len(words) > 1:
        return any(word in PLAIN_WORDS for word in words) and not _contains_name(words)
    word = label.rstrip("0123456789").lower()
    if word in PLAIN_WORDS:
        return True
    is_one_word = label.isalpha() and label[1:] in (label[1:].lower(), label[1:].upper())
    return (is_one_word or len(word) <= LONGEST_PREFIX) and not _contains_name([word])


def _split(plain: str) -> list[str]:
    if len(plain) > LONGEST_PART or not _WORDS.fullmatch(plain):
        return []
    return _BREAK.split(plain)


def _is_word(word: str) -> bool:
    """Return whether a token is a pronounceable word in lower case and not encoded data."""
    if not (2 <= len(word) <= LONGEST_WORD and word.isalpha() and word.islower()):
        return False
    if not word.isascii():
        return True
    if len(word) > 4 and not _VOWEL.search(word):
        return False
    return not (_HEX.fullmatch(word) or _CONSONANTS.search(word) or _is_encoded(word))


def _is_harmless_phrase(words: list[str], is_limited: bool) -> bool:
    """Return whether a value of words and years may stay; with is_limited at most one word may be unknown."""
    numbers = [word for word in words if word.isdecimal()]
    others = [word for word in words if not word.isdecimal()]
    if not others or not all(map(_is_word, others)) or sum(map(len, numbers)) > MOST_DIGITS:
        return False
    unknown = [word for word in others if word not in PLAIN_WORDS]
    if is_limited and unknown and (len(unknown) > 1 or (len(words) > 1 and len(unknown) == len(others))):
        return False
    return not _contains_name(others)


def _contains_name(words: list[str]) -> bool:
    unknown = [word for word in words if word not in PLAIN_WORDS]
    return any(is_given_name(word) or _is_joined_name(word) for word in unknown)


def _is_joined_name(word: str) -> bool:
    """Return whether a word is a given name and a surname joined: "annlee"."""
    for place in range(SHORTEST_GLUED, len(word) - SHORTEST_GLUED + 1):
        last = word[place:]
        if word[:place] in given_names() and (last in family_names() or last in ambiguous_names()):
            return True
    return False


def _is_encoded(token: str) -> bool:
    """Return whether a token is mixed like an identifier, or is base64 of printable ASCII."""
    if len(_MIXED.findall(token)) > 1:
        return True
    if len(token) < 8 or not re.fullmatch(r"[\w-]+", token, re.ASCII):
        return False
    padded = token + "=" * (-len(token) % 4)
    try:
        return base64.urlsafe_b64decode(padded).decode("ascii").isprintable()
    except ValueError:
        return False


_HOST = re.compile(r"([\w-]{1,63}(?:\.[\w-]{1,63})*)(\.?(?::\d{1,5})?)")


_IPV6 = re.compile(r"\[[\da-fA-F:.]{2,45}\](?::\d{1,5})?")


_IPV4 = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}", re.ASCII)


_LOCAL_HOST = re.compile(r"localhost(?::\d{1,5})?|[^\W\d][\w-]{0,62}:\d{4,5}", re.IGNORECASE)


def is_known_host(authority: str) -> bool:
    """Return whether a text without a scheme is a host; two words with a full stop between them are not enough."""
    host = authority.rpartition("@")[2]
    found = _HOST.fullmatch(host)
    if not found:
        return False
    labels = found[1].lower().split(".")
    if labels[0] == "www" or _IPV4.fullmatch(found[1]) or _LOCAL_HOST.fullmatch(host):
        return True
    return len(labels) > 1 and (labels[-1] in HOST_ENDINGS or labels[-1] in WORDY_ENDINGS or labels[-1][:4] == "xn--")


def is_profile_host(host: str) -> bool:
    """Return whether the paths of a host begin with an account name."""
    labels = host.lower().partition(":")[0].split(".")
    return ".".join(labels[-_domain_length(labels) :]) in PROFILE_HOSTS


def scrub_host(authority: str, removed: str) -> str:
    """Return the host without user name and with personal labels replaced by `removed`; "" if it is no host."""
    host = authority.rpartition("@")[2]
    if _IPV6.fullmatch(host):
        return host
    found = _HOST.fullmatch(host)
    if not found:
        return ""
    if _IPV4.fullmatch(found[1]):
        return host
    labels = found[1].split(".")
    left = len(labels) - _domain_length(labels)
    is_local = len(labels) == 1  # a machine's name, often that of its owner
    kept = [
        label if is_harmless_label(label, place < left or is_local) else removed for place, label in enumerate(labels)
    ]
    if len(kept) > 1 and kept[-1] != labels[-1]:
        return ""
    return ".".join(kept) + found[2]


def _domain_length(labels: Sequence[str]) -> int:
    """Return how many of the last labels form the registered domain."""
    has_country = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2].lower() in SECOND_LEVEL
    return 3 if has_country else 2
