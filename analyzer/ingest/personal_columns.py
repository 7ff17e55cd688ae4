"""Find columns that hold personal data, whatever their heading, by a sample of their values.

A column is left out if most of its different values are of one or several personal kinds; comments, categories, dates
and numbers are kept. Kept columns are scrubbed, so a column missed here is not stored unscrubbed.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from analyzer.ingest import personal_cells
from analyzer.ingest.header import is_id, slug
from analyzer.ingest.label_names import is_full_name
from analyzer.ingest.mapping import OPAQUE, ColumnPlan
from analyzer.ingest.typing import ColumnProfile, Profile
from analyzer.ingest.values.choices import options_in
from analyzer.ingest.values.column_kind import is_code_heading
from analyzer.privacy.names.gazetteer import ambiguous_names, family_names, fold_name, is_given_name
from analyzer.privacy.names.lexicon import is_plain
from analyzer.types import Kind

SHARE = 0.6
"""Minimum share of personal values among the different values."""
SHARE_OF_SINGLE_NAMES = 0.8
"""The same for names of a single word: towns, colors and flowers are given names too."""
FEWEST_VALUES = 5
MOST_WORDS = 12.0
"""Mean words above which a column is prose; a whole address has about ten."""
FEWEST_LAST_WORDS = 0.3
"""Different last words per full name below which half of them must be family names: names of things share a few last
words (Emma Dress, Lily Dress)."""
ENOUGH_FOR_LAST_WORDS = 10
NAMES = "names of people"
CHECKED = frozenset({Kind.TEXT, Kind.CATEGORY, Kind.CODE, Kind.MULTI})
ADDRESSES = "addresses"
PHONES = "phone numbers"
KINDS: Mapping[str, Callable[[str], bool]] = {
    "e-mail addresses": personal_cells.is_email,
    "links about a person": personal_cells.is_personal_link,
    "network addresses": personal_cells.is_network_address,
    "card or account numbers": personal_cells.is_card_or_account,
    "national numbers": personal_cells.is_national_id,
    PHONES: personal_cells.is_phone,
    ADDRESSES: personal_cells.is_address,
    "handles": personal_cells.is_handle,
}
_TITLE = re.compile(
    r"(?:mr|mrs|ms|miss|mx|dr|prof|sir|lady|herr|frau|mme|mlle|monsieur|madame|sr|sra|señora?|dhr|mevr|sig|sig\.ra)"
    r"\.? +",
    re.IGNORECASE,
)
_NAME = re.compile(r"[^\W\d_][\w'’.-]*(?:,? [^\W\d_][\w'’.-]*){0,3}")
_INITIAL = re.compile(r"[^\W\d_]\.?(?:-?[^\W\d_]\.)?")
_PARTICLES = frozenset(
    "de der den van von vom zu zum zur la le du di da do dos das del della el al bin ben y e i t ter ten".split()
)
_FIRM = re.compile(
    r".* (?:ltd|limited|inc|incorporated|plc|llc|llp|group|gmbh|ag|kg|sarl|bv|srl|corp|company|sons|team)\.?",
    re.IGNORECASE,
)
_OF_THINGS = re.compile(
    r"(?:^|_)(?:product|item|article|model|brand|category|class|type|title|style|colou?r|size|plan|package|app|version|"
    r"service|ward|clinic|department|city|town|region|area|country|county|state|province|district|location|place|site|store|shop|branch|venue|market|"
    r"compan(?:y|ie)|organi[sz]ation|employer|business|firm|vendor|supplier|manufacturer|agency|team|group|school|hotel|"
    r"department|division|unit|channel|language|currency|produkt|artikel|marke|filiale|stadt|ort|land|produit|marque|"
    r"ville|pays|magasin|producto|marca|ciudad|pais|tienda|stad|winkel|prodotto|citta|paese)(?:_|$|s$|s_)"
)
"""Headings of things and places that are often named after people."""


_OF_STAFF = re.compile(
    r"(?:^|_)(?:employee|staff_(?:member|name)|served_by|handled(?:_by)?|handler|manager|advis[eo]r|agent|assignee|consultant|"
    r"cashier|technician|representative|rep|driver|operator|doctor|therapist|teacher|trainer|coach|owner|"
    r"mitarbeiter(?:in)?|bearbeiter(?:in)?|berater(?:in)?|betreuer(?:in)?|verkaufer(?:in)?|kassierer(?:in)?|"
    r"conseiller(?:e)?|employee?|vendeur|vendeuse|empleado|agente|asesor|vendedor|medewerker|adviseur|verkoper|addetto|"
    r"operatore|consulente)(?:_(?:name|in))?(?:_|$)|"
    r"^(?:who|whom)_(?:\w+_)?(?:served|helped|assisted|looked|treated|dealt|advised|greeted|saw|spoke)|^wer_hat_(?:sie|ihnen|dich)|"
    r"^qui_vous_a|^quien_(?:le|te|lo|la)_|^wie_heeft_(?:u|je)|^chi_(?:l|ti|vi|la)_"
)
"""Headings of the people who served the customer."""
FEWEST_WORDS_OF_QUESTION = 2
"""Spaces from which such a heading is a question, which people answer with names of any origin."""
SHARE_OF_STAFF = 0.5
"""Share of names among the values of such a column; a single one may do."""
FEWEST_FULL_NAMES = 3


def product_values(profile: Profile, plan: ColumnPlan) -> list[str]:
    """Return the values of the kept category columns about things: products, brands, places, channels."""
    kept = {column.label for column in plan.columns}
    about = [c for c in profile.columns if c.kind is Kind.CATEGORY and c.label in kept]
    return [value for column in about if _OF_THINGS.search(slug(column.label)) for value in column.samples]


def personal_columns(profile: Profile, is_given: Callable[[str], bool] = is_given_name) -> dict[str, str]:
    """Return the label and the reason of each column with personal values.

    Args:
        profile: the file's columns with their samples.
        is_given: checks whether a word is a given name.
    """
    reasons = {column.label: _reason(column, is_given) for column in profile.columns}
    return {label: reason for label, reason in reasons.items() if reason}


def _reason(column: ColumnProfile, is_given: Callable[[str], bool]) -> str:
    is_short = column.mean_words <= MOST_WORDS
    samples = _options(column)
    if column.kind not in CHECKED or not is_short or not samples:
        return ""
    if _OF_BOOKINGS.fullmatch(slug(column.label)) and _share(samples, _BOOKING.fullmatch) >= SHARE:
        return "holds booking codes (by heading and content)"
    if _OF_CUSTOMERS.search(slug(column.label)) and _share(samples, _INVERTED.fullmatch) >= SHARE:
        return f"holds {NAMES} (by heading and content)"
    if _is_of_staff(column, samples, is_given):
        return f"holds {NAMES} (by heading and content)"
    is_thing = _OF_THINGS.search(slug(column.label)) is not None
    if len(samples) < FEWEST_VALUES:
        is_all = not is_thing and len(samples) >= FEWEST_FULL_NAMES and all(map(is_full_name, samples))
        return f"holds {NAMES} (by content)" if is_all else ""
    return _by_content(column, samples, is_thing, is_given)


_OF_BOOKINGS = re.compile(
    r"bookings?|reservations?|buchung(?:en)?|reserv(?:a|ierung|ering)|prenotazione|boeking|trip|itinerary|confirmation"
)
_BOOKING = re.compile(r"(?=[A-Z]{0,9}\d)(?=\d{0,9}[A-Z])[A-Z0-9]{5,10}")
_OF_CUSTOMERS = re.compile(
    r"(?:^|_)(?:customer|client|guest|patient|passenger|contact|member|tenant|resident|caller|student|pupil|kundin|kunden?|gast|mieter|name"
    r"|cliente|huesped|paciente|klant|huurder|ospite|paziente|client|passager|locataire|nom)(?:_|$)"
)
_INVERTED = re.compile(r"[^\W\d_][\w'’-]*(?: [^\W\d_][\w'’-]*)?, [^\W\d_][\w'’.-]*(?: [^\W\d_][\w'’.-]*)?")
_UNKNOWN_NAME = re.compile(r"[A-ZÀ-ÞŁŚŽ][\w'’-]{1,20}(?: [A-ZÀ-ÞŁŚŽ][\w'’-]{1,20}){0,2}")


def _share(samples: Sequence[str], fits: Callable[[str], object]) -> float:
    return sum(fits(sample.strip()) is not None for sample in samples) / len(samples)


def _is_of_staff(column: ColumnProfile, samples: Sequence[str], is_given: Callable[[str], bool]) -> bool:
    """Check whether a column names the people who served the customer, by its heading and half of its values."""
    if not _OF_STAFF.search(slug(column.label)):
        return False
    if sum(is_name(sample, is_given) for sample in samples) >= SHARE_OF_STAFF * len(samples):
        return True
    is_asked = slug(column.label).count("_") >= FEWEST_WORDS_OF_QUESTION
    return is_asked and sum(map(_may_be_staff, samples)) >= SHARE * len(samples)


def _may_be_staff(cell: str) -> bool:
    """Check whether an answer to "who served you" can be a name: capitalized words that no language has."""
    return _UNKNOWN_NAME.fullmatch(cell) is not None and not any(is_plain(fold_name(word)) for word in cell.split())


def _by_content(column: ColumnProfile, samples: Sequence[str], is_thing: bool, is_given: Callable[[str], bool]) -> str:
    found = Counter(kind for sample in samples if (kind := _kind(sample)))
    if column.kind is Kind.CODE and is_code_heading(column.label):
        del found[PHONES], found[ADDRESSES]
    if is_thing and column.kind is Kind.CATEGORY:
        del found[ADDRESSES]
    names = [] if is_thing else [sample for sample in samples if is_name(sample, is_given)]
    if names and _are_people(names, len(samples) - found.total()):
        found[NAMES] = len(names)
    if found.total() >= SHARE * len(samples):
        return f"holds {found.most_common(1)[0][0]} (by content)"
    opaque = 0 if is_id(column.label) else sum(map(personal_cells.is_opaque, samples))
    return OPAQUE if opaque >= SHARE * len(samples) else ""


def _options(column: ColumnProfile) -> tuple[str, ...]:
    """Return the samples of a column; of a multi-choice one its options."""
    if column.kind is not Kind.MULTI:
        return column.samples
    separator = column.reading.separator
    return tuple(dict.fromkeys(option for cell in column.samples for option in options_in(cell, separator)))


def _kind(sample: str) -> str:
    if len(sample) > personal_cells.LONGEST:
        return "links about a person" if personal_cells.is_personal_link(sample) else ""
    line = ", ".join(map(str.strip, sample.splitlines()))
    return next((kind for kind, fits in KINDS.items() if fits(line)), "")


def _are_people(names: list[str], others: int) -> bool:
    """Check whether names are of people, not of things; `others` counts the values of no other personal kind."""
    full = [name.split()[-1].casefold() for name in names if " " in name and not name.islower()]
    if len(full) * 2 < len(names):
        return len(names) >= SHARE_OF_SINGLE_NAMES * others
    different = set(full)
    if len(full) < ENOUGH_FOR_LAST_WORDS or len(different) >= FEWEST_LAST_WORDS * len(full):
        return True
    return sum(map(_may_be_family_name, different)) * 2 >= len(different)


def _may_be_family_name(word: str) -> bool:
    folded = fold_name(word)
    return folded in family_names() or folded in ambiguous_names()


def is_name(cell: str, is_given: Callable[[str], bool]) -> bool:
    """Check whether a cell is a personal name: one to four capitalized words, a given name or an initial first."""
    plain = _TITLE.sub("", cell, count=1)
    is_titled = plain != cell
    if len(cell) > personal_cells.LONGEST or not _NAME.fullmatch(plain) or _FIRM.fullmatch(plain):
        return False
    last, comma, first = plain.partition(", ")
    words = f"{first} {last}".split() if comma else plain.split()
    if not plain.islower() and not all(word[0].isupper() or word.lower() in _PARTICLES for word in words):
        return False
    if len(words) > 1 and _INITIAL.fullmatch(words[0]):
        return True
    return is_titled or is_given(words[0]) or is_given(words[0].split("-")[0])
