"""The columns of a file that respondents answered in their own words."""

import re
from collections.abc import Mapping, Sequence

from analyzer.ingest.header import is_id, is_reply, is_role_word, names_role, slug
from analyzer.ingest.typing import ColumnProfile
from analyzer.types import ColumnRole, Kind

MIN_WORDS = 3.0
"""Minimum mean words for a column to be treated as comments without a heading that says so."""
FEW_ANSWERS = 0.25
"""Share of the answers of the most answered column below which a column is not the first question."""
_LABELS = {Kind.CATEGORY, Kind.ORDINAL, Kind.BOOLEAN, Kind.MULTI, Kind.CODE}
"""Kinds of a column of short comments, such as "good" and "bad", if nothing else is a comment."""
_NOT_ASKED = re.compile(
    r"(?:^|_)(?:title|subject|headline|titel|betreff|titre|sujet|objet|titulo|asunto|onderwerp|titolo|oggetto|url|link|href|"
    r"user_agent|useragent|browser|device|tags?|labels?|product_description|item_description|path|referrer|referer|"
    r"file|filename|attachments?)(?:_|$)|(?:^|_)(?:agent|assignee|internal|staff|moderator|operator|bearbeiter)(?:_|$)"
)
"""Headings of text that is not an answer: titles, links, technical data, the company's own notes."""


def find_questions(columns: Sequence[ColumnProfile], is_personal: Mapping[str, bool]) -> tuple[str, ...]:
    """Return the labels of the free-text columns: the one most like a comment first, then the most answered ones.

    Args:
        columns: without those that have another role.
        is_personal: label -> whether the column holds personal data, by heading or content.
    """
    fit = [c for c in columns if c.answered and not is_personal.get(c.label) and not is_reply(c.label)]
    prose = [c for c in fit if c.kind is Kind.TEXT and _is_asked(c)]
    asked = [c for c in prose if c.mean_words >= MIN_WORDS or is_role_word(c.label, ColumnRole.TEXT)]
    asked = asked or [c for c in prose if _is_named(c)]
    if not asked:
        asked = [c for c in fit if c.kind in _LABELS and _is_named(c) and not is_id(c.label)][:1]
        asked = asked or [c for c in fit if c.kind is Kind.TEXT and c.mean_words >= MIN_WORDS and not _is_code(c)][:1]
    if not asked:
        return ()
    most = max(c.answered for c in asked)
    leading = [c for c in asked if c.answered >= FEW_ANSWERS * most]
    first = min(leading, key=lambda c: (_tier(c), -c.answered, -c.mean_words))
    others = sorted((c for c in asked if c is not first), key=lambda c: -c.answered)
    return tuple(c.label for c in (first, *others))


def is_prose(column: ColumnProfile) -> bool:
    """Check whether values are sentences: several words in lower case, which "NEAS PTS 528 - Q1" does not have."""
    words = sum(word.isalpha() and word.islower() for sample in column.samples for word in sample.split())
    return column.mean_words >= MIN_WORDS and words >= 2 * len(column.samples)


def _is_asked(column: ColumnProfile) -> bool:
    return not _is_code(column) and _NOT_ASKED.search(slug(column.label)) is None and not _is_links(column)


def _is_code(column: ColumnProfile) -> bool:
    """Check whether a heading of an identifier is that of a column without prose."""
    return is_id(column.label) and not is_prose(column)


def _is_links(column: ColumnProfile) -> bool:
    links = sum(sample.startswith(("http://", "https://", "www.")) for sample in column.samples)
    return links * 2 > len(column.samples)


def _is_named(column: ColumnProfile) -> bool:
    return names_role(column.label, ColumnRole.TEXT)


def _tier(column: ColumnProfile) -> int:
    is_long = column.mean_words >= MIN_WORDS
    if _is_named(column) and is_long:
        return 0
    if is_role_word(column.label, ColumnRole.TEXT):
        return 1
    return 2 if is_long else 3
