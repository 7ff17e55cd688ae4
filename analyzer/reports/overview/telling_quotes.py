"""Choose comments that say briefly what many say, and questions that a file can answer."""

from collections.abc import Sequence
from dataclasses import dataclass

from analyzer.answers.quotes import LINK
from analyzer.index.feedback_table import FeedbackTable
from analyzer.index.filters import EVERYTHING, Predicate
from analyzer.messages.current_language import SOURCE, current
from analyzer.messages.text import _
from analyzer.reports.overview.types import TellingQuote, TopTheme
from analyzer.store.database import Database
from analyzer.themes.types import in_sentence
from analyzer.types import CHOICES, Column, ColumnRole

SHORTEST, LONGEST = 45, 220
"""Characters of a comment that is quoted whole: enough to say something, few enough to be read at a glance."""
LEAST_WORDS = 7
MOST_CANDIDATES = 40
SURE = 0.6
"""Least probability of its stance for a quoted statement."""
CANDIDATES = (
    'SELECT min(f.id), t.text, o.start, o."end", c.{stance} AS sure{more} FROM texts t JOIN opinions o USING(text_id) '
    "JOIN clauses c USING(clause_id){join} JOIN feedback f USING(text_id) JOIN fields d USING(response_id) "
    "WHERE ({chosen}) AND length(t.text) BETWEEN ? AND ? AND c.{stance} >= ?{condition} AND instr(t.text, '<') = 0 "
    "GROUP BY t.text_id, o.start ORDER BY {order}, t.digest LIMIT ?"
)
MOST_GROUPS = 12
QUESTIONS = 5


@dataclass(frozen=True, slots=True)
class ChosenQuote:
    """Where a quote stands: id of the comment, span, stance, and the label of its theme. The text is read again."""

    id: str
    start: int
    end: int
    stance: str
    theme: str = ""


def choose_quotes_at_a_glance(
    database: Database, themes: Sequence[TopTheme], among: Predicate = EVERYTHING
) -> tuple[ChosenQuote, ...]:
    """Return up to three quotes of different comments.

    A complaint of the theme with the most complaints, praise of the one with the most praise, and a complaint of the
    theme with the next most complaints; without themes the clearest ones. Links, markup and placeholders are not
    quoted.
    """
    complained = sorted((one for one in themes if one.negative), key=lambda one: -one.negative)
    praised = sorted((one for one in themes if one.positive), key=lambda one: -one.positive)
    wanted = (("negative", complained[:1]), ("positive", praised[:1]), ("negative", complained[1:2]))
    chosen: list[ChosenQuote] = []
    for stance, places in wanted:
        known = {one.id for one in chosen}
        candidates = (one for theme in (*places, None) for one in _candidates(database, stance, theme, among))
        chosen += [one for one in candidates if one.id not in known][:1]
    return tuple(chosen)


def read_quotes(table: FeedbackTable, chosen: Sequence[ChosenQuote]) -> tuple[TellingQuote, ...]:
    """Return the quotes with their texts, read again from the store; one that is gone is left out."""
    found = table.get([one.id for one in chosen])
    dates = table.column_of(ColumnRole.DATE)
    date = dates.column.name if dates else ""
    return tuple(
        TellingQuote(
            one.id, found[one.id].text, one.start, one.end, one.stance, str(found[one.id].fields.get(date) or ""),
            one.theme,
        )
        for one in chosen
        if one.id in found
    )  # fmt: skip


def _candidates(database: Database, stance: str, theme: TopTheme | None, among: Predicate) -> list[ChosenQuote]:
    """Return comments of this stance, best first: nearest to the center of their theme, or the clearest."""
    join = " JOIN placements p USING(clause_id)" if theme else ""
    sql = CANDIDATES.format(
        stance=stance, join=join, more="", chosen=among.sql, condition=" AND p.theme_id = ?" if theme else "",
        order="max(p.likeness) DESC" if theme else f"c.{stance} DESC",
    )  # fmt: skip
    of_theme = (theme.id,) if theme else ()
    rows = database.rows(sql, (*among.parameters, SHORTEST, LONGEST, SURE, *of_theme, MOST_CANDIDATES))
    label = theme.label if theme else ""
    return [
        ChosenQuote(record_id, start, end, stance, label)
        for record_id, text, start, end, _ in rows
        if len(text.split()) >= LEAST_WORDS and not LINK.search(text)
    ]


def suggested_questions(
    columns: Sequence[Column], counts: dict[str, int], rating: str, themes: Sequence[TopTheme]
) -> tuple[str, ...]:
    """Return questions that this file can answer, in the language of the reader.

    Args:
        columns: of the workspace.
        counts: number of different values by column of choices.
        rating: heading of the rating column; empty if there is none.
        themes: the largest themes.
    """
    found = [_("What do people complain about most?"), _("What do people praise most?")]
    groups = [c for c in columns if c.kind in CHOICES and 1 < counts.get(c.name, 0) <= MOST_GROUPS and not c.role]
    if groups and current() == SOURCE:  # "by" and a column is understood in English only
        found.append(f"What are the top complaints by {groups[0].label}?")
    if rating:
        found.append(_("Why do people give low ratings?"))
    critical = max(themes, key=lambda one: one.negative, default=None)
    if critical and critical.negative:
        found.append(_("What do people say about {subject}?", subject=in_sentence(critical.label)))
    if any(column.role is ColumnRole.DATE for column in columns):
        found.append(_("How did complaints change over time?"))
    return tuple(found[:QUESTIONS])
