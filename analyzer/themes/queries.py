"""Read queries over themes: the list with its figures, one theme with its opinions, the themes of each record."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from analyzer.index.feedback_table import ROWS, FeedbackTable
from analyzer.index.stance_sql import POLARITY
from analyzer.store.database import Database
from analyzer.themes.id_matching import number_of
from analyzer.themes.mentions import (
    KINDS,
    Mentions,
    RecordCounts,
    account,
    count_records,
    different_texts,
    read_mentions,
    sentiments,
    sizes,
)
from analyzer.themes.repository import StoredTheme, read_build, read_edits, read_themes
from analyzer.themes.types import Namer, Opinion, Sentiment, Theme, ThemeDetail, ThemeList
from analyzer.types import Claim

EXAMPLES = 5
RECORDS_AT_A_TIME = 2_000
OPINIONS = (
    'SELECT min(f.id), t.text, o.start, o."end", p.theme_id, p.likeness, ' + POLARITY + ", p.why, count(*) "
    "FROM placements p JOIN clauses c USING(clause_id) JOIN opinions o USING(clause_id) JOIN texts t USING(text_id) "
    "JOIN feedback f USING(text_id) JOIN fields d USING(response_id) "
)


@dataclass(frozen=True, slots=True)
class ThemeQueries:
    """Reads the themes of one workspace.

    Attributes:
        corpus: identifier of the stored comments.
        quotes: whether summaries with citations and ids of examples are returned.
        least: number of comments below which a theme is left out, for an account that sees only a part of the
            comments (the name of a theme is derived from all of them).
    """

    database: Database
    table: FeedbackTable
    corpus: str
    quotes: bool = True
    least: int = 0

    def themes(self, where: str = "") -> ThemeList:
        """Return all themes, groups first, then by size; figures count the records that match the filter."""
        stored, build = read_themes(self.database), read_build(self.database)
        groups = {theme.id: theme.standing.parent for theme in stored.values()}
        mentions = read_mentions(self.database)
        record_counts = count_records(self.database, self.table.predicate(where))
        counts = sizes(mentions, record_counts) | sizes(mentions, record_counts, groups)
        by_theme = sentiments(mentions, record_counts, groups)
        different = self._different(mentions, record_counts, groups)
        excluded = [theme.id for theme in stored.values() if theme.standing.is_excluded]
        accounted = account(mentions, record_counts, excluded)
        examples = self._examples() if self.quotes else {}
        whole = max(accounted.comments, 1)
        listed = []
        for theme in stored.values():
            count, sentiment = counts.get(theme.id, 0), by_theme.get(theme.id, Sentiment())
            if count < self.least:
                continue
            opinions = sentiment.negative + sentiment.neutral + sentiment.positive
            nearest = tuple(examples.get(theme.id, ()))
            made = self._theme(theme, (count, count / whole, opinions), sentiment, nearest)
            listed.append(replace(made, different=different.get(theme.id)))
        listed.sort(key=lambda theme: (theme.id[:1] != "G", -theme.size, number_of(theme.id)))
        coverage = round(accounted.coverage, 6)
        edits = sum(not logged.is_undone for logged in read_edits(self.database))
        stale = (
            "comments came, went or were embedded by another model since; run: analyzer themes build"
            if build.corpus != self.corpus
            else ""
        )
        criterion = str(build.body.get("criterion", ""))
        return ThemeList(tuple(listed), coverage, accounted, build.at, criterion, stale if build.at else "", edits)

    def detail(self, theme: Theme, parts: Sequence[Theme], where: str = "", limit: int = 50) -> ThemeDetail:
        """Return a theme or group, the themes of a group, and the opinions nearest to the center."""
        ids = [part.id for part in parts] or [theme.id]
        return ThemeDetail(theme, tuple(parts), tuple(self.opinions(ids, where, limit)))

    def opinions(self, themes: Sequence[str], where: str, limit: int) -> list[Opinion]:
        """Return the distinct opinions of these themes, nearest to the center first."""
        chosen = self.table.predicate(where)
        marks = ",".join("?" * len(themes))
        rows = self.database.rows(
            f"{OPINIONS} WHERE p.theme_id IN ({marks}) AND {chosen.sql} GROUP BY c.clause_id "
            "ORDER BY p.likeness DESC, c.digest LIMIT ?",
            (*themes, *chosen.parameters, limit),
        )
        return [_opinion(row) for row in rows]

    def of_record(self, record_id: str) -> list[Opinion]:
        """Return the opinions of one record in the order of its text, including those in no theme."""
        rows = self.database.rows(
            "SELECT f.id, t.text, o.start, o.\"end\", coalesce(p.theme_id, ''), coalesce(p.likeness, 0), "
            f"{POLARITY}, coalesce(p.why, CASE WHEN c.likeness IS NULL THEN 'says nothing in words' "
            "ELSE 'near no theme' END), 1 "
            "FROM feedback f JOIN texts t USING(text_id) JOIN opinions o USING(text_id) "
            "JOIN clauses c USING(clause_id) "
            "LEFT JOIN placements p USING(clause_id) WHERE f.id = ? ORDER BY o.start, p.theme_id",
            (record_id,),
        )
        return [_opinion(row) for row in rows]

    def assignments(self, where: str = "") -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield every matching record's id with the ids of its themes, in order of record id."""
        chosen = self.table.predicate(where)
        last = ""
        while True:
            rows = self.database.rows(
                f"SELECT f.id, f.text_id FROM {ROWS} WHERE {chosen.sql} AND f.id > ? ORDER BY 1 LIMIT ?",
                (*chosen.parameters, last, RECORDS_AT_A_TIME),
            )
            if not rows:
                return
            found = self._themes_of([row[1] for row in rows])
            yield from ((record_id, found.get(text_id, ())) for record_id, text_id in rows)
            last = rows[-1][0]

    def _themes_of(self, text_ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
        marks = ",".join("?" * len(text_ids))
        rows = self.database.rows(
            f"SELECT DISTINCT o.text_id, p.theme_id FROM opinions o JOIN placements p USING(clause_id) "
            f"WHERE o.text_id IN ({marks})",
            tuple(text_ids),
        )
        found: dict[int, list[str]] = {}
        for text_id, theme in rows:
            found.setdefault(text_id, []).append(theme)
        return {text_id: tuple(sorted(themes, key=number_of)) for text_id, themes in found.items()}

    def _different(self, mentions: Mentions, record_counts: RecordCounts, groups: Mapping[str, str]) -> dict[str, int]:
        """Return the number of different texts of each theme and group; none for accounts that see no comments."""
        if not self.quotes:
            return {}
        database = self.database
        return different_texts(database, mentions, record_counts) | different_texts(
            database, mentions, record_counts, groups
        )

    def _theme(
        self, stored: StoredTheme, size: tuple[int, float, int], sentiment: Sentiment, nearest: tuple[str, ...]
    ) -> Theme:
        standing = stored.standing
        count, share, opinions = size
        return Theme(
            stored.id, standing.parent, standing.label or stored.own or stored.id, stored.keywords, count,
            round(share, 6),
            opinions, sentiment, nearest, Namer.PERSON if standing.label else stored.named_by,
            self._valid_summary(stored.summary), standing.description, standing.is_excluded, standing.is_pinned,
            standing.is_locked, stored.place,
        )  # fmt: skip

    def _valid_summary(self, claim: Claim | None) -> Claim | None:
        """Return a summary if every quote it cites is still verbatim in its record, else None."""
        if claim is None or not self.quotes:
            return None
        texts = self.table.get([citation.id for citation in claim.citations])
        for one in claim.citations:
            if one.id not in texts or texts[one.id].text[one.start : one.end] != one.quote:
                return None
        return claim

    def _examples(self) -> dict[str, list[str]]:
        rows = self.database.rows(
            "SELECT p.theme_id, min(f.id) FROM (SELECT theme_id, clause_id, likeness, digest, row_number() OVER "
            "(PARTITION BY theme_id ORDER BY p.likeness DESC, digest) AS place FROM placements p "
            "JOIN (SELECT clause_id, digest FROM clauses) USING(clause_id)) p "
            "JOIN opinions o USING(clause_id) JOIN feedback f USING(text_id) WHERE p.place <= ? "
            "GROUP BY p.theme_id, p.clause_id ORDER BY p.theme_id, p.place",
            (EXAMPLES,),
        )
        found: dict[str, list[str]] = {}
        for theme, record_id in rows:
            if record_id not in found.setdefault(theme, []):
                found[theme].append(record_id)
        return found


def _opinion(row: Sequence[object]) -> Opinion:
    record_id, text, start, end, theme, likeness, sentiment, why, comments = row
    return Opinion(
        str(record_id), str(text), int(str(start)), int(str(end)), str(theme), float(str(likeness)),
        KINDS[int(str(sentiment))], str(why), int(str(comments)),
    )  # fmt: skip
