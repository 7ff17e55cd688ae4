"""Guess the roles of columns from their headings, their values and the tool that wrote the file."""

import re
from collections.abc import Iterable, Mapping

from analyzer.ingest.header import (
    is_id,
    is_personal,
    is_respondent,
    may_rate,
    names_contact,
    names_role,
    slug,
)
from analyzer.ingest.presets import Preset
from analyzer.ingest.questions import MIN_WORDS, find_questions, is_prose
from analyzer.ingest.typing import MAX_DISTINCT, ColumnProfile
from analyzer.security.survey_tokens import TOKEN
from analyzer.types import RANKED, ColumnRole, Kind

OPAQUE = "holds opaque identifiers (by content)"
"""Reason for leaving out a column that, unlike other personal columns, can serve as id or respondent."""
ROUNDED = "holds identifiers that a spreadsheet rounded, so that different ones became equal"
MAX_RATING = 100
MOST_RATINGS = 11
"""Maximum different values of a rating recognized by may_rate(): a scale from 0 to 10."""
MOST_LABELS = 12
"""Different values up to which a column under a heading of a contact may rate that contact."""
_SCIENTIFIC = re.compile(r"\d(?:[.,]\d+)?[eE]\+?\d{1,3}")
_LONG = re.compile(r"\d{16,}")


_NPS_GROUPS = frozenset({"detractor", "passive", "promoter", "detractors", "passives", "promoters"})


def holds_people(column: ColumnProfile) -> bool:
    """Check whether a column holds data of people by its heading, unless its values show that it rates or counts."""
    return is_personal(column.label) and not _rates(column)


def is_rounded(column: ColumnProfile) -> bool:
    """Check whether a spreadsheet rounded identifiers: 1.18052E+11, or zeros from the 16th digit on."""
    values = column.values if column.values is not None else dict.fromkeys(column.samples, 1)
    if not values or not (is_id(column.label) or is_respondent(column.label)):
        return False
    scientific = sum(count for text, count in values.items() if _SCIENTIFIC.fullmatch(text))
    long = {text for text in values if _LONG.fullmatch(text)}
    has_zeros = len(long) > 2 and all(set(text[15:]) == {"0"} for text in long)
    return scientific * 2 >= sum(values.values()) or (has_zeros and len(long) * 2 >= len(values))


def _groups_scores(column: ColumnProfile) -> bool:
    """Check whether a column only groups the scores of another: detractor, passive, promoter."""
    return bool(column.reading.labels) and {label.casefold() for label in column.reading.labels} <= _NPS_GROUPS


def _rates(column: ColumnProfile) -> bool:
    """Check whether a column that is headed like a contact ("Email support") holds ratings, choices or prose."""
    if not column.answered:
        return False
    if column.kind is Kind.BOOLEAN:
        return True
    if column.kind is Kind.ORDINAL:  # ranges of numbers may be postcodes or phone numbers
        return all(any(len(word) > 2 and word.isalpha() for word in label.split()) for label in column.reading.labels)
    if not names_contact(column.label):
        return False
    if column.kind is Kind.NUMBER:
        return (
            column.low is not None and column.low >= 0 and (column.high or 0) <= 10 and column.distinct <= MOST_RATINGS
        )
    is_plain = not any("@" in sample or any(map(str.isdecimal, sample)) for sample in column.samples)
    if column.kind in {Kind.CATEGORY, Kind.MULTI}:
        return (
            is_plain
            and 2 <= column.distinct <= MOST_LABELS
            and column.distinct * 3 <= column.filled
            and _is_of_words(column)
        )
    return column.kind is Kind.TEXT and is_plain and column.mean_words >= 2 * MIN_WORDS


def _is_of_words(column: ColumnProfile) -> bool:
    """Check that values do not look like names: some word is in lower case."""
    return any(word[0].islower() for sample in column.samples for word in sample.split()) or column.mean_words < 1.5


class RoleGuesser:
    """Assigns the roles that the user did not give, each to a column without a role."""

    def __init__(
        self, columns: Iterable[ColumnProfile], preset: Preset | None, dropped: set[str], by_content: Mapping[str, str]
    ) -> None:
        """Start with every column that is not dropped.

        Args:
            columns: of a file.
            preset: the tool that wrote it, if it is known.
            dropped: labels of columns that have no role.
            by_content: label -> reason of columns that hold personal data by their content.
        """
        self._preset = preset
        self._by_content = by_content
        self._free = [c for c in columns if c.label not in dropped]
        self.questions: tuple[str, ...] = ()

    def guess(self, given: Mapping[ColumnRole, str]) -> dict[ColumnRole, str]:
        """Return the label of the column with each role; `questions` has all columns of free text afterwards."""
        roles = {role: label for role, label in given.items() if label}
        self._take(roles.values())
        guesses = {
            ColumnRole.LINK: self._link,
            ColumnRole.ID: self._id,
            ColumnRole.RESPONDENT: self._respondent,
            ColumnRole.DATE: self._date,
            ColumnRole.RATING: self._rating,
        }
        for role, find in guesses.items():
            if role not in given and (label := self._from_preset(role) or find()):
                roles[role] = label
                self._take([label])
        self.questions = self._text()
        if ColumnRole.TEXT not in given and self.questions:
            roles[ColumnRole.TEXT] = self.questions[0]
        return roles

    def _take(self, labels: Iterable[str]) -> None:
        taken = set(labels)
        self._free = [c for c in self._free if c.label not in taken]

    def _from_preset(self, role: ColumnRole) -> str | None:
        wanted = self._preset.roles.get(role, ()) if self._preset else ()
        for name in wanted:
            for column in self._free:
                is_fit = self._fits(column, role)
                if slug(column.label) == name and is_fit:
                    return column.label
        return None

    def _fits(self, column: ColumnProfile, role: ColumnRole) -> bool:
        if role is ColumnRole.ID:
            return column.is_unique and not is_rounded(column)
        return column.filled > 0 and not (role is ColumnRole.RESPONDENT and is_rounded(column))

    def _link(self) -> str | None:
        """Return the column of survey link tokens, recognized by their format."""
        found = [c for c in self._free if c.samples and all(TOKEN.fullmatch(sample.strip()) for sample in c.samples)]
        return found[0].label if found else None

    def _id(self) -> str | None:
        found = [
            c
            for c in self._free
            if is_id(c.label)
            and c.is_unique
            and c.kind is not Kind.DATE
            and not is_personal(c.label)
            and _is_reference(c)
        ]
        found.sort(key=lambda c: is_respondent(c.label))
        found += [c for c in self._free if self._is_opaque(c) and c.is_unique]
        return found[0].label if found else None

    def _respondent(self) -> str | None:
        found = [c for c in self._free if is_respondent(c.label) and c.filled and _is_reference(c) and not _rates(c)]
        found += [c for c in self._free if self._is_opaque(c) and c.distinct < min(c.filled, MAX_DISTINCT)]
        return found[0].label if found else None

    def _is_opaque(self, column: ColumnProfile) -> bool:
        return self._by_content.get(column.label) == OPAQUE

    def _date(self) -> str | None:
        dates = [c for c in self._free if c.kind is Kind.DATE and not is_personal(c.label)]
        dates.sort(key=lambda c: not names_role(c.label, ColumnRole.DATE))
        dates += [c for c in self._free if c.kind is Kind.PERIOD and self._is_when(c)]
        return dates[0].label if dates else None

    def _is_when(self, column: ColumnProfile) -> bool:
        """Check whether periods say when somebody answered; a year alone may be that of a model or a contract."""
        is_named = names_role(column.label, ColumnRole.DATE)
        return not is_personal(column.label) and (column.reading.granularity != "year" or is_named)

    def _rating(self) -> str | None:
        for kinds in ({Kind.NUMBER}, {Kind.ORDINAL}):
            for column in self._free:
                is_named = names_role(column.label, ColumnRole.RATING) and not _groups_scores(column)
                if column.kind in kinds and self._is_small(column) and is_named:
                    return column.label
        for column in self._free:
            is_few = 1 < column.distinct - len(column.missing) <= MOST_RATINGS
            if column.kind in RANKED and is_few and may_rate(column.label) and not _groups_scores(column):
                return column.label
        return None

    def _is_small(self, column: ColumnProfile) -> bool:
        if column.kind is Kind.ORDINAL:
            return True
        return column.low is not None and column.low >= 0 and (column.high or 0) <= MAX_RATING

    def _text(self) -> tuple[str, ...]:
        personal = {c.label: holds_people(c) or c.label in self._by_content for c in self._free}
        found = find_questions(self._free, personal)
        wanted = self._from_preset(ColumnRole.TEXT)
        if wanted is None:
            return found
        return (wanted, *(label for label in found if label != wanted))


def _is_reference(column: ColumnProfile) -> bool:
    """Check whether the values of a column can be references: not prose, not rounded by a spreadsheet."""
    return not is_prose(column) and not is_rounded(column)
