"""Decide the kind and the reading of a column from its heading and from what all its cells allow.

A column is of a kind if nine of ten answers are, or all but one of at least four: the others become empty and are
counted, so one "not asked" does not make a score text. A column below that is genuinely mixed and stays text or a
category. Missing answers do not count on either side.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from analyzer.ingest.header import is_id, names_role, slug
from analyzer.ingest.label_names import is_full_name
from analyzer.ingest.personal_cells import is_card_or_account, is_national_id, is_phone
from analyzer.ingest.values.cell_evidence import CellEvidence
from analyzer.ingest.values.choices import boolean_labels, multi_separator
from analyzer.ingest.values.date_numbers import form_of_numbers
from analyzer.ingest.values.likert import places
from analyzer.ingest.values.missing import Strength, strength
from analyzer.ingest.values.numbers import NumberTally, labeled_number, plain_number, written_number
from analyzer.ingest.values.period_text import read_compact_month, read_year
from analyzer.ingest.values.scales import Ranked, ranked_labels
from analyzer.types import ColumnRole, Kind, Reading, Scale

MOSTLY = 0.6
"""Share of dates from which a column that is headed as a date is one."""
ENOUGH = 0.9
"""Share of the answers that must fit a kind."""
FEWEST_BESIDE_MISFIT = 3
"""Fitting answers beside which a single misfit is tolerated in a small column."""
CATEGORY_VALUES = 200
CATEGORY_SHARE = 0.2
CATEGORY_LENGTH = 60
OPEN_WORDS = 3
"""Mean words from which recurring answers to an open question are text: many people say the same."""
FEW_VALUES = 20
"""Values up to which whole sentences are a category (survey questions), if each occurs 100 times on average."""
LONG_DIGITS = 7
"""Digits from which an ungrouped number may be an identifier."""
LONGEST_CODE_DIGITS = 11
"""Digits up to which it is one without a heading that says so; longer ones may be cards, and are scrubbed."""
_CODE = re.compile(
    r"(?:^|_)(?:codes?|codigo|codice|kode|sku|ean|gtin|isbn|asin|barcode|plu|uuid|guid|key|id|ids|identifier|kennung|"
    r"hash|token|plz|zip|kostenstelle|postcode|iata|branchcode|storecode)$|\w(?:code|kennung)$|^(?:code|codigo|codice)_"
)
_WEAK_CODE = re.compile(
    r"\w(?:nummer|nr|number|numero|no|ref|reference|referenz)$|(?:^|_)(?:nr|no|number|nummer|numero|num|ref)(?:_|$)"
)
_MEASURE = re.compile(
    r"(?:^|_)(?:views?|count|counts|amount|total|sum|revenue|sales|price|cost|value|spend|spent|turnover|size|length|duration|"
    r"seconds|minutes|quantity|qty|volume|impressions|clicks|visits|followers|population|income|salary|umsatz|preis|anzahl|"
    r"betrag|summe|dauer|montant|prix|nombre|total|duree|importe|precio|cantidad|bedrag|prijs|aantal|importo|prezzo|numero_di|"
    r"balance|bytes|weight|distance)(?:_|$)"
)
_OPEN = re.compile(
    r"(?:^|_)(?:why|improve|improved|better|like|liked|dislike|disliked|tell|explain|elaborate|anything|else|thoughts|reason|"
    r"warum|wieso|verbessern|gefallen|gestort|grund|sonst|pourquoi|ameliorer|plu|deplu|raison|autre_chose|por_que|mejorar|"
    r"gusto|disgusto|motivo|algo_mas|waarom|verbeteren|beviel|reden|perche|migliorare|piaciuto|altro|wunsche|lob|kritik)(?:_|$)"
)
"""Words of a question that is answered in free text."""
_CONTACT = re.compile(
    r"(?:^|_)(?:contacts?|whatsapp|cell|gsm|portable|call_?back|reach|rufnummer|ruckruf|kontakt|contacto|contatto|phone|"
    r"telephone|tel|mobile?|movil|cellulare|handy|fax|sms|dial|viber|signal)(?:_|$)|(?:ruf|telefon|handy|mobil)nummer"
)
_YEAR = re.compile(
    r"(?:^|_)(?:year|jahr|annee|ano|anno|jaar|jahrgang|yr|fy|since|seit|depuis|desde|sinds|dal)(?:_|$)|jahr$|jaar$"
)
_MONTH = re.compile(r"(?:^|_)(?:month|monat|mois|mes|maand|mese|period|periode|yearmonth|yyyymm|date|datum)(?:_|$)")
_VERSION = re.compile(r"(?:^|_)(?:version|versie|versione|release|build|firmware)(?:_|$)")
_THING = re.compile(
    r"(?:^|_)(?:order|orders|ticket|case|invoice|booking|reservation|article|artikel|store|shop|branch|filiale|auftrag|"
    r"bestellung|commande|pedido|bestelling|ordine|device|machine|room|site|product|model|campaign|survey)(?:_|$)"
)
"""Headings of things that have codes of letters and digits, which a heading of codes need not say."""


@dataclass(frozen=True, slots=True)
class KindDecision:
    """The kind and the reading of a column.

    Attributes:
        missing_codes: numbers such as 99 that stand for a missing answer.
    """

    kind: Kind
    reading: Reading = field(default_factory=Reading)
    missing_codes: tuple[str, ...] = ()


def decide(
    label: str, seen: CellEvidence, values: Mapping[str, int] | None, samples: Sequence[str] = (), decimal: str = ""
) -> KindDecision:
    """Return the kind and the reading of a column.

    Args:
        label: its heading.
        seen: what its cells allow.
        values: its different values with their counts; None if there are too many to be kept.
        samples: some of its values, which stand for them if there are too many.
        decimal: the decimal mark that other columns of the file have, if it is a comma.
    """
    column = _Column(label, seen, values, samples, decimal)
    for find in (
        column.numeric_date,
        column.year,
        column.code,
        column.number,
        column.date,
        column.period,
        column.labels,
    ):
        if (found := find()) is not None:
            return found
    return column.words()


def worded_ends(answers: Mapping[str, int]) -> dict[str, float]:
    """Return the numbers of labels that stand for the ends of a scale: "Very difficult", 2, 3, 4, "Very easy".

    Args:
        answers: the different values of a column.
    """
    plain = {n for text in answers if (n := plain_number(text)) is not None}
    worded = [text for text in answers if plain_number(text) is None]
    whole = sorted(n for n in plain if float(n).is_integer())
    is_run = len(whole) >= 3 and len(whole) == len(plain) and whole[-1] - whole[0] == len(whole) - 1
    if not is_run or not 1 <= len(worded) <= 2:
        return {}
    found: dict[str, float] = {}
    for text in worded:
        options = [place.value for place in places(text) if place.value]
        if not options:
            return {}
        found[text] = float(whole[0] - 1 if options[0] < 0 else whole[-1] + 1)
    return found if len(set(found.values())) == len(found) and min(found.values()) >= 0 else {}


def is_enough(fits: int, answers: int) -> bool:
    """Check whether so many fitting answers decide about a column."""
    return fits > 0 and (fits >= ENOUGH * answers or (answers - fits == 1 and fits >= FEWEST_BESIDE_MISFIT))


def category_or_text(filled: int, distinct: int, longest: int) -> Kind:
    """Return CATEGORY for few and short values that recur, else TEXT."""
    is_few = distinct <= CATEGORY_VALUES and distinct < CATEGORY_SHARE * filled
    is_list = distinct <= FEW_VALUES and distinct * 100 <= filled
    return Kind.CATEGORY if is_list or (is_few and longest <= CATEGORY_LENGTH) else Kind.TEXT


def is_code_heading(label: str) -> bool:
    """Check whether a heading denotes codes, which have no order."""
    return _CODE.search(slug(label)) is not None or (is_id(label) and _WEAK_CODE.search(slug(label)) is None)


class _Column:
    """One column under decision; each method returns a decision or None."""

    def __init__(
        self, label: str, seen: CellEvidence, values: Mapping[str, int] | None, samples: Sequence[str], decimal: str
    ) -> None:
        self._name = slug(label)
        self._is_code = is_code_heading(label) or _VERSION.search(self._name) is not None
        self._is_date = _DURATION.search(self._name) is None and (
            names_role(label, ColumnRole.DATE) or _DATE_HEADING.search(self._name) is not None
        )
        self._is_open = names_role(label, ColumnRole.TEXT) or _OPEN.search(self._name) is not None
        self._is_measure = _MEASURE.search(self._name) is not None
        self._seen = seen
        self._decimal = decimal
        self._answers = seen.filled - seen.missed(Strength.UNDECIDED)
        weak = {} if values is None else {t: n for t, n in values.items() if strength(t) < Strength.UNANSWERED}
        self._values = values
        self._labels = weak
        self._answered = {t: n for t, n in weak.items() if strength(t) is Strength.NO}
        self._typical = self._answered or dict.fromkeys((t for t in samples if strength(t) is Strength.NO), 1)

    def numeric_date(self) -> KindDecision | None:
        seen = self._seen
        bare = seen.digits.total() + (seen.numbers.fits if self._is_date else 0)
        if not self._is_date and max(seen.digits, default=0) < LONG_DIGITS + 1:
            return None
        if not is_enough(min(bare, self._answers), self._answers):
            return None
        form = form_of_numbers(self._typical, self._is_date, self._is_code)
        return KindDecision(Kind.DATE, Reading(dates=form)) if form else None

    def year(self) -> KindDecision | None:
        is_year = bool(self._answered) and all(map(read_year, self._answered))
        if is_year and (_YEAR.search(self._name) or self._is_date):
            return KindDecision(Kind.PERIOD, Reading(granularity="year"))
        texts = self._answered
        if texts and _MONTH.search(self._name) and all(read_compact_month(text) for text in texts):
            return KindDecision(Kind.PERIOD, Reading(granularity="month"))
        return None

    def code(self) -> KindDecision | None:
        seen = self._seen
        if self._looks_personal() or not is_enough(
            seen.codes + (seen.numbers.fits if self._is_code else 0), self._answers
        ):
            return None
        digits = seen.digits.total()
        is_lettered = seen.codes - digits >= ENOUGH * self._answers and not seen.numbers.fits
        if is_lettered and not seen.dates.result().readable and _THING.search(self._name):
            return KindDecision(Kind.CODE)
        if self._is_code and seen.numbers.fits < self._answers and seen.codes >= ENOUGH * self._answers:
            return KindDecision(Kind.CODE)
        if _VERSION.search(self._name) and seen.codes + seen.numbers.fits >= ENOUGH * self._answers:
            return KindDecision(Kind.CODE)
        if self._is_code and not seen.numbers.dot and not seen.numbers.comma and digits >= ENOUGH * self._answers:
            return KindDecision(Kind.CODE)
        if digits < ENOUGH * self._answers or max(seen.digits) > LONGEST_CODE_DIGITS:
            return None
        long = sum(n for length, n in seen.digits.items() if length >= LONG_DIGITS)
        is_padded = seen.padded > 0
        is_named_number = _WEAK_CODE.search(self._name) is not None and min(seen.digits) >= 4
        is_long = long * 2 >= digits and not (self._is_measure and seen.numbers.fits * 2 >= self._answers)
        return KindDecision(Kind.CODE) if is_padded or is_long or is_named_number else None

    def _looks_personal(self) -> bool:
        """Check whether codes may be cards or, unless the heading names codes or amounts, phone numbers."""
        texts = self._typical
        if self._may_be_dialed():
            return True
        if any(not text.isdecimal() and is_card_or_account(text) for text in texts):
            return True
        is_named = self._is_code or self._is_measure
        checks = [is_card_or_account] if is_named else [is_card_or_account, is_national_id, is_phone]
        personal = sum(n for text, n in texts.items() if text.isdecimal() and any(check(text) for check in checks))
        return personal * 2 >= sum(texts.values()) > 0

    def _may_be_dialed(self) -> bool:
        """Check whether long numbers stand under a heading of a way of contact: they are scrubbed as text."""
        long = sum(n for length, n in self._seen.digits.items() if length >= LONG_DIGITS)
        return _CONTACT.search(self._name) is not None and long * 2 >= max(1, self._answers)

    def number(self) -> KindDecision | None:
        seen, numbers = self._seen, self._seen.numbers
        if self._may_be_dialed():
            return None
        ends = worded_ends(self._answered)
        labeled = seen.labeled if self._has_labeled_ends() else sum(self._answered[label] for label in ends)
        long = sum(n for length, n in seen.digits.items() if length > LONG_DIGITS)
        if long * 2 >= max(1, self._answers) and not self._is_measure:
            return None
        if not is_enough(numbers.fits + labeled, self._answers):
            return None
        if numbers.of and numbers.of.most_common(1)[0][1] < ENOUGH * numbers.of.total():
            return None
        decimal = numbers.decimal or ("," if numbers.unclear and not numbers.dot and self._decimal else "")
        scale = _scale_of(numbers)
        codes = self._missing_codes()
        reading = Reading(decimal=decimal, scale=scale, missing=codes, labels=tuple(ends), numbers=tuple(ends.values()))
        return KindDecision(Kind.NUMBER, reading, codes)

    def _has_labeled_ends(self) -> bool:
        """Check whether numbers have labels at some of them, as "0 - Not at all likely", 1, 2 …, or all one unit."""
        found = {text: one for text in self._answered if not written_number(text) and (one := labeled_number(text))}
        if not found:
            return False
        plain = {n for text in self._answered if (n := plain_number(text)) is not None}
        units = {label.casefold().rstrip(".") for _, label in found.values()}
        is_unit = units <= _UNITS and len({unit[:2] for unit in units}) == 1
        return is_unit or (
            bool(plain) and len(found) <= max(2, len(plain)) and plain.isdisjoint(n for n, _ in found.values())
        )

    def _missing_codes(self) -> tuple[str, ...]:
        """Return 99 and the like beside a scale of 0 to 10, as survey software writes missing answers."""
        whole = {text: plain_number(text) for text in self._answered}
        inside = {n for n in whole.values() if n is not None and 0 <= n <= 10}
        outside = [text for text, n in whole.items() if n is not None and not 0 <= n <= 10]
        if len(inside) < 3 or not outside or not all(text in _MISSING_CODES for text in outside):
            return ()
        share = sum(self._answered[text] for text in outside) / max(1, self._answers)
        return tuple(sorted(outside)) if share <= 0.5 else ()

    def date(self) -> KindDecision | None:
        tally = self._seen.dates
        serials = self._seen.digits[5] if self._is_date else 0
        readable = tally.filled - tally.unreadable
        is_mostly = self._is_date and readable >= MOSTLY * self._answers  # impossible dates among dates are misfits
        if not readable or not (is_mostly or is_enough(readable + serials, self._answers)):
            return None
        return KindDecision(Kind.DATE, Reading(dates=tally.result().order))

    def period(self) -> KindDecision | None:
        if not self._seen.periods:
            return None
        wanted, count = self._seen.periods.most_common(1)[0]
        return KindDecision(Kind.PERIOD, Reading(granularity=wanted)) if is_enough(count, self._answers) else None

    def labels(self) -> KindDecision | None:
        """Decide on booleans, scales and multi-choice cells, which need all values."""
        if not self._answered:
            return None
        if pair := boolean_labels(self._answered):
            return KindDecision(Kind.BOOLEAN, Reading(labels=pair))
        if (ranked := ranked_labels(self._answered)) and not _names_people(ranked):
            return _ordinal(ranked)
        if separator := multi_separator(self._labels):
            return KindDecision(Kind.MULTI, Reading(separator=separator))
        if (ranked := self._nearly_ranked()) and not _names_people(ranked):
            return _ordinal(ranked)
        return None

    def _nearly_ranked(self) -> Ranked | None:
        """Return the order of labels if a few answers do not belong to them."""
        common = [text for text, _ in sorted(self._answered.items(), key=lambda pair: -pair[1])]
        kept: dict[str, int] = {}
        for text in common[:12]:
            if is_enough(sum(kept.values()), self._answers) and len(kept) >= 2:
                break
            kept[text] = self._answered[text]
        is_most = len(kept) < len(common) and is_enough(sum(kept.values()), self._answers)
        return ranked_labels(kept) if is_most else None

    def words(self) -> KindDecision:
        seen = self._seen
        if not seen.filled:
            return KindDecision(Kind.CATEGORY)
        if self._values is None:
            kind = Kind.TEXT
        else:
            filled = sum(self._labels.values())
            longest = max(map(len, self._labels), default=0)
            kind = category_or_text(filled, len(self._labels), longest) if filled else Kind.CATEGORY
            if kind is Kind.CATEGORY and self._is_open and seen.words >= OPEN_WORDS * seen.filled:
                kind = Kind.TEXT
        return KindDecision(kind, Reading(is_markup=seen.markup > 0, is_encoded_twice=seen.encoded_twice > 0))


_UNITS = frozenset(
    "day days week weeks month months year years hour hours minute minutes min mins sec secs second seconds km "
    "people persons "
    "person time times item items tag tage tagen woche wochen monat monate jahr jahre stunde stunden minuten jour "
    "jours semaine "
    "semaines mois an ans heure heures dia dias día días semana semanas año años hora horas dag dagen week weken "
    "jaar uur "
    "giorno giorni settimana settimane mese mesi anno anni ora ore minuti kg cm km/h °c hrs hr yrs yr".split()
)
_MISSING_CODES = frozenset("-1 -2 -7 -8 -9 -77 -88 -98 -99 -999 -9999 77 88 97 98 99 999 9999".split())
_DATE_HEADING = re.compile(
    r"(?:^|_)(?:\w*(?:date|datum|fecha|data|datetime|time|timestamp|zeit)|at|on|am|epoch|millis|ms|ts|when|wann)(?:_|$)"
)


_DURATION = re.compile(
    r"(?:respon[sc]e|handl\w+|wait\w*|reaction|resolution|load\w*|reply|elapsed|call|talk)_time|duration|dauer|duree"
)


def _scale_of(numbers: NumberTally) -> Scale | None:
    """Return the scale of cells such as "9/10"."""
    if not numbers.of:
        return None
    return Scale("rating", min(1.0, numbers.range[0]), float(numbers.of.most_common(1)[0][0]))


def _names_people(ranked: Ranked) -> bool:
    """Check whether numbered labels name people, which must not be kept as labels: "1 - Jane Doe"."""
    texts = [pair[1] for label in ranked.labels if (pair := labeled_number(label))]
    return any(map(is_full_name, texts))


def _ordinal(ranked: Ranked) -> KindDecision:
    return KindDecision(Kind.ORDINAL, Reading(labels=ranked.labels, numbers=ranked.numbers))
