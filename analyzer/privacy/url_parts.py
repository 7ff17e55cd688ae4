"""Hosts of links: which text is one without a scheme to say so, and what of a host may stay."""

import base64
import re
from collections.abc import Sequence

from analyzer.privacy.names.gazetteer import ambiguous_names, family_names, given_names, is_given_name

WEB_SCHEMES = frozenset(
    "http https ftp ftps sftp ws wss ssh git smb ldap ldaps imap imaps rtsp feed hxxp hxxps".split()
)
"""Schemes whose links begin with a host; in any other (an app's own) every part is taken as a path."""


OPAQUE_SCHEMES = "mailto tel sms smsto mms callto skype sip sips xmpp facetime whatsapp viber geo bitcoin data".split()
"""Schemes with an address and no host after them; nothing of the address stays."""


HOST_ENDINGS = frozenset(
    # reserved, and used inside companies
    "example test invalid localhost local localdomain internal intranet lan corp home "
    # general
    "com org net edu gov mil int info biz eu nhs io ai dev tv cc ly gl gd gg fm tk ws xyz tech cloud website club "
    # countries
    "uk de fr nl ch ie ca au nz pl pt se dk fi cz sk hu ro bg gr hr si rs ee lt lv lu li mt cy jp cn kr tw hk sg th "
    "vn ph id my br mx ar cl co pe uy za ng ke gh eg ma il ae sa tr ru ua by kz pk bd lk np es".split()
)
"""Endings by which a host without a scheme is known, whatever follows it."""


WORDY_ENDINGS = frozenset(
    "it in at is so to no be me am as us do app page link site online live shop store help care health support work "
    "today world life email blog news media social survey surveys".split()
)
"""Endings that are words: in "late.in/out" there is no host, so more has to speak for one."""


SECOND_LEVEL = frozenset("co com org net ac gov nhs edu ltd plc sch gouv nom asso gob".split())
"""Labels that with a country after them are one ending (co.uk)."""


PROFILE_HOSTS = frozenset(
    "facebook.com fb.com fb.me m.me instagram.com instagr.am twitter.com x.com tiktok.com threads.net threads.com "
    "t.me telegram.me wa.me whatsapp.com snapchat.com linktr.ee github.com gitlab.com medium.com reddit.com vk.com "
    "ok.ru xing.com pinterest.com pinterest.co.uk youtube.com youtu.be vimeo.com twitch.tv paypal.me paypal.com "
    "cash.app venmo.com ko-fi.com patreon.com linkedin.com lnkd.in bsky.app mastodon.social tumblr.com flickr.com "
    "soundcloud.com ebay.com ebay.co.uk etsy.com vinted.com depop.com strava.com gravatar.com about.me calendly.com "
    "justgiving.com gofundme.com".split()
)
"""Hosts whose paths begin with somebody's account name."""


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
"""Words of a path after which somebody is named."""


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
"""Words that name nobody, so that they may stay even where a name is expected."""


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
"""Words that names of parameters are made of."""


LONGEST_WORD = 24


LONGEST_PART = 80


MOST_DIGITS = 4
"""A year stays; five digits may be a customer number or a postcode."""


SHORTEST_GLUED = 3
"""Letters of the shorter half of "annlee"; with two, one in fifty ordinary words falls into two names."""


LONGEST_PREFIX = 4
"""Letters before the number of a machine ("eu1", "web12"); more may be a name."""


_WORDS = re.compile(r"[^\W_]+(?:[-_ ][^\W_]+)*")


_BREAK = re.compile(r"[-_ ]")


_PAGE_SUFFIX = re.compile(r"\.(?:html?|xhtml|php|aspx?|jsp|cgi|pdf|xml|json)$")


_LOCALE = re.compile(r"[a-z]{2}(?:[-_](?:[a-z]{2}|[A-Z]{2}|[A-Z][a-z]{3}))?")


_VERSION = re.compile(r"v?\d{1,2}(?:\.\d{1,2}){0,2}")


_PAGE_NUMBER = re.compile(r"\d{1,4}")


_NAME = re.compile(r"[A-Za-z][\w.-]{0,40}(?:\[[\w.-]{0,40}\]){0,3}", re.ASCII)


_NAME_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")


_LABEL = re.compile(r"[\w-]{1,63}")


_HUMPS = re.compile(r"[^\W\d_](?:[a-z][A-Z]|\d[^\W\d_])")


_HEX = re.compile(r"[a-f]{8,}")


_VOWEL = re.compile(r"[aeiouyàáâãäåæèéêëìíîïòóôõöøùúûüýœ]")


_CONSONANTS = re.compile(r"[bcdfghjklmnpqrstvwxz]{7,}")


_CAMEL = re.compile(r"[^\W\d_][^\W\d_A-Z]*")


def is_harmless_part(plain: str, names_expected: bool) -> bool:
    """Say whether a part of a path may stay; where a name is expected, only words that name nobody do."""
    stem = _PAGE_SUFFIX.sub("", plain)
    words = _split(stem)
    if words and all(word.lower() in PLAIN_WORDS or word.lower() in PERSON_WORDS for word in words):
        return True
    if names_expected:
        return False
    if re.fullmatch(r"[a-z]|v\d", stem) or _LOCALE.fullmatch(stem):
        return True
    return bool(words) and all(map(_is_word, words)) and not _holds_a_name(words)


def announces_a_person(plain: str) -> bool:
    """Say whether the parts of a path after this one may name somebody: "users", "my-profile", "getUser"."""
    if plain.lower() in PERSON_WORDS:
        return True
    words = _CAMEL.findall(plain)
    return len(words) > 1 and len(words[-1]) > 2 and words[-1].lower() in PERSON_WORDS


def is_harmless_name(name: str) -> bool:
    """Say whether a parameter's name is made of words that such names are made of; it may be data as well."""
    if not _NAME.fullmatch(name):
        return False
    words = _NAME_WORD.findall(name)
    if sum(len(word) == 1 for word in words) > 2 or sum(len(word) for word in words if word.isdigit()) > 2:
        return False
    return all(len(word) == 1 or word.isdigit() or word.lower() in PARAMETER_WORDS for word in words)


def is_harmless_value(name: str, plain: str) -> bool:
    """Say whether the value of a parameter on the short list may stay; name is in lower case."""
    if name in ("lang", "locale"):
        return bool(_LOCALE.fullmatch(plain)) or plain in PLAIN_WORDS
    if name == "version" and _VERSION.fullmatch(plain):
        return True
    if name == "page" and _PAGE_NUMBER.fullmatch(plain):
        return True
    return _is_harmless_phrase(_split(plain), names_few=name != "product")


def is_harmless_label(label: str, subdomain: bool) -> bool:
    """Say whether a label of a host name may stay: neither data nor, left of the domain, two words that are a name."""
    if not _LABEL.fullmatch(label) or sum(map(str.isdigit, label)) > MOST_DIGITS or _is_encoded(label):
        return False
    if not subdomain:
        return True
    if label.lower().startswith("xn--"):
        return False
    words = _split(label.lower())
    if len(words) > 1:
        return any(word in PLAIN_WORDS for word in words) and not _holds_a_name(words)
    word = label.rstrip("0123456789").lower()
    if word in PLAIN_WORDS:
        return True
    is_one_word = label.isalpha() and label[1:] in (label[1:].lower(), label[1:].upper())
    return (is_one_word or len(word) <= LONGEST_PREFIX) and not _holds_a_name([word])


def _split(plain: str) -> list[str]:
    if len(plain) > LONGEST_PART or not _WORDS.fullmatch(plain):
        return []
    return _BREAK.split(plain)


def _is_word(word: str) -> bool:
    """Say whether it is a word in lower case that can be spoken, and is nothing encoded."""
    if not (2 <= len(word) <= LONGEST_WORD and word.isalpha() and word.islower()):
        return False
    if not word.isascii():
        return True
    if len(word) > 4 and not _VOWEL.search(word):
        return False
    return not (_HEX.fullmatch(word) or _CONSONANTS.search(word) or _is_encoded(word))


def _is_harmless_phrase(words: list[str], names_few: bool) -> bool:
    """Say whether a value of words and years may stay; with names_few at most one word may be unknown."""
    numbers = [word for word in words if word.isdecimal()]
    others = [word for word in words if not word.isdecimal()]
    if not others or not all(map(_is_word, others)) or sum(map(len, numbers)) > MOST_DIGITS:
        return False
    unknown = [word for word in others if word not in PLAIN_WORDS]
    if names_few and unknown and (len(unknown) > 1 or (len(words) > 1 and len(unknown) == len(others))):
        return False
    return not _holds_a_name(others)


def _holds_a_name(words: list[str]) -> bool:
    unknown = [word for word in words if word not in PLAIN_WORDS]
    return any(is_given_name(word) or _is_glued(word) for word in unknown)


def _is_glued(word: str) -> bool:
    """Say whether it is a given name and a surname in one: "annlee"."""
    for place in range(SHORTEST_GLUED, len(word) - SHORTEST_GLUED + 1):
        last = word[place:]
        if word[:place] in given_names() and (last in family_names() or last in ambiguous_names()):
            return True
    return False


def _is_encoded(token: str) -> bool:
    """Say whether it is mixed like an identifier or reads as text once decoded from base64."""
    if len(_HUMPS.findall(token)) > 1:
        return True
    if len(token) < 8 or not re.fullmatch(r"[\w-]+", token, re.ASCII):
        return False
    padded = token + "=" * (-len(token) % 4)
    try:
        return base64.urlsafe_b64decode(padded).decode("ascii").isprintable()
    except ValueError:
        return False


_HOST = re.compile(r"([\w-]{1,63}(?:\.[\w-]{1,63})*)(\.?(?::\d{1,5})?)")


_SIX = re.compile(r"\[[\da-fA-F:.]{2,45}\](?::\d{1,5})?")


_FOUR = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}", re.ASCII)


_INNER = re.compile(r"localhost(?::\d{1,5})?|[^\W\d][\w-]{0,62}:\d{4,5}", re.IGNORECASE)


def is_known_host(authority: str) -> bool:
    """Say whether this is a host although no scheme is before it; any two words with a full stop between are not."""
    host = authority.rpartition("@")[2]
    found = _HOST.fullmatch(host)
    if not found:
        return False
    labels = found[1].lower().split(".")
    if labels[0] == "www" or _FOUR.fullmatch(found[1]) or _INNER.fullmatch(host):
        return True
    return len(labels) > 1 and (labels[-1] in HOST_ENDINGS or labels[-1] in WORDY_ENDINGS or labels[-1][:4] == "xn--")


def is_profile_host(host: str) -> bool:
    """Say whether the paths of this host begin with somebody's account name."""
    labels = host.lower().partition(":")[0].split(".")
    return ".".join(labels[-_domain_length(labels) :]) in PROFILE_HOSTS


def scrub_host(authority: str, removed: str) -> str:
    """Return the host without user name and with personal labels replaced by removed; "" where it is no host."""
    host = authority.rpartition("@")[2]
    if _SIX.fullmatch(host):
        return host
    found = _HOST.fullmatch(host)
    if not found:
        return ""
    if _FOUR.fullmatch(found[1]):
        return host
    labels = found[1].split(".")
    left = len(labels) - _domain_length(labels)
    is_inner = len(labels) == 1  # a machine's name: the owner's, often
    kept = [
        label if is_harmless_label(label, place < left or is_inner) else removed for place, label in enumerate(labels)
    ]
    if len(kept) > 1 and kept[-1] != labels[-1]:
        return ""
    return ".".join(kept) + found[2]


def _domain_length(labels: Sequence[str]) -> int:
    """Return how many of the last labels make the registered domain."""
    has_country = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2].lower() in SECOND_LEVEL
    return 3 if has_country else 2
