"""Read queries over a codebook: codings with figures, the labeling queue, the themes of each record."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

import numpy as np

from analyzer.index.feedback_table import ROWS
from analyzer.index.filters import Predicate
from analyzer.index.fulltext import texts_without_content
from analyzer.store.database import Database
from analyzer.themes.codebook.repository import Labels, read_codebook_themes, read_labels, read_run, state_of
from analyzer.themes.codebook.types import Codebook, CodebookTheme, CodedTheme, CodeTask
from analyzer.themes.mentions import RecordCounts, count_records

EXAMPLES = 3
SUGGESTED = 5
FIRST_LABELS = 200
LIKELY_FIRST, LIKELY_LATER = 0.2, 0.4
"""Share of the labeling queue that is taken from the probable comments of the themes with the fewest confirmed labels,
before and after FIRST_LABELS texts are labeled; the others are random. On the NHS file .2, .4 and .6 gave micro-F1
.608, .600 and .605 with 200 labels (.610 at random) and .667, .681 and .681 with 1,000 (.668)."""
OUTDATED = "comments, labels, themes or the embedding model changed since; run: analyzer codebook apply"


class CodebookView:
    """Reads the codebook and codings of one workspace."""

    def __init__(self, database: Database, chosen: Predicate, quotes: bool = True) -> None:
        """Limit the view to the records that match; `quotes` is whether ids of examples are returned."""
        self._quotes = quotes
        self._database = database
        self._chosen = chosen
        self._record_counts: RecordCounts = count_records(database, chosen)

    def codebook(self) -> Codebook:
        """Return all themes with their codings and figures."""
        themes, labels = read_codebook_themes(self._database), read_labels(self._database)
        run = read_run(self._database)
        coded = self._coded()
        whole = float(self._record_counts.counts.sum())
        listed = []
        for theme in themes:
            texts = coded.get(theme.id, [])
            count = self._records(texts)
            yes, no = (sum(t == theme.id and a == answer for (t, _), a in labels.items()) for answer in (1.0, 0.0))
            share = round(count / whole, 6) if whole else 0.0
            quality = run.quality.get(theme.id, (None, None))
            examples = self._ids(texts[:EXAMPLES]) if self._quotes else ()
            listed.append(CodedTheme(theme, int(count), share, yes, no, theme.id in run.learned, *quality, examples))
        covered = self._records(sorted({text for theme in themes for text in coded.get(theme.id, [])}))
        stale = OUTDATED if run.at and run.state != state_of(self._database) else ""
        labeled = len({text for _, text in labels})
        return Codebook(
            tuple(listed), int(whole), round(covered / whole, 6) if whole else 0.0, labeled, run.f1, run.at, stale
        )

    def queue(self, limit: int) -> list[CodeTask]:
        """Return comments to label: probable ones of the themes with the fewest confirmed labels, then random ones.

        Comments that say nothing, such as "n/a", are not among them.
        """
        themes = {theme.id: theme for theme in read_codebook_themes(self._database)}
        labels = read_labels(self._database)
        done = {text for _, text in labels}
        silent = set(texts_without_content(self._database).tolist())
        open_texts = set(self._record_counts.text_ids.tolist()) - done - silent
        share = LIKELY_FIRST if len(done) < FIRST_LABELS else LIKELY_LATER
        chosen = self._likely(themes, labels, open_texts, round(limit * share))
        order = [row[0] for row in self._database.rows("SELECT text_id FROM texts ORDER BY digest")]
        probable = set(chosen)
        drawn = [text for text in order if text in open_texts and text not in probable]
        return self._tasks([*chosen, *drawn][:limit], themes, labels)

    def assignments(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield every matching record's id with the ids of its themes, in order of record id."""
        coded: dict[int, list[str]] = {}
        by_theme = self._coded()
        for theme in read_codebook_themes(self._database):
            for text in by_theme.get(theme.id, []):
                coded.setdefault(text, []).append(theme.id)
        sql = f"SELECT f.id, f.text_id FROM {ROWS} WHERE {self._chosen.sql} ORDER BY 1"
        for record, text in self._database.rows(sql, self._chosen.parameters):
            yield record, tuple(coded.get(text, ()))

    def _likely(
        self, themes: Mapping[str, CodebookTheme], labels: Labels, open_texts: set[int], wanted: int
    ) -> list[int]:
        confirmed = dict.fromkeys(themes, 0)
        for (theme, _), answer in labels.items():
            if theme in confirmed and answer:
                confirmed[theme] += 1
        rows = self._database.rows("SELECT theme_id, text_id FROM codings ORDER BY theme_id, probability DESC, text_id")
        by_theme = {theme: [text for _, text in group] for theme, group in groupby(rows, key=lambda row: row[0])}
        rankings = [iter(by_theme.get(theme, [])) for theme in sorted(themes, key=lambda one: (confirmed[one], one))]
        chosen: dict[int, None] = {}  # in order
        while rankings and len(chosen) < wanted:
            found = [next((t for t in ranked if t in open_texts and t not in chosen), None) for ranked in rankings]
            rankings = [ranked for ranked, text in zip(rankings, found, strict=True) if text is not None]
            chosen |= dict.fromkeys(text for text in found if text is not None)
        return list(chosen)[:wanted]

    def _tasks(self, texts: Sequence[int], themes: Mapping[str, CodebookTheme], labels: Labels) -> list[CodeTask]:
        tasks = []
        for text in texts:
            record, words = self._record_of(text)
            rows = self._database.rows(
                "SELECT theme_id FROM codings WHERE text_id = ? ORDER BY is_coded DESC, probability DESC LIMIT ?",
                (text, SUGGESTED),
            )
            labeled_yes = tuple(theme for (theme, owner), answer in labels.items() if owner == text and answer)
            tasks.append(CodeTask(record, words, tuple(row[0] for row in rows if row[0] in themes), labeled_yes))
        return tasks

    def _coded(self) -> dict[str, list[int]]:
        rows = self._database.rows(
            "SELECT theme_id, text_id FROM codings WHERE is_coded ORDER BY theme_id, probability DESC, text_id"
        )
        inside = set(self._record_counts.text_ids.tolist())
        return {
            theme: [text for _, text in group if text in inside] for theme, group in groupby(rows, key=lambda r: r[0])
        }

    def _records(self, texts: Sequence[int]) -> float:
        return float(self._record_counts.of(np.array(texts, dtype=np.int64)).sum())

    def _ids(self, texts: Sequence[int]) -> tuple[str, ...]:
        return tuple(self._record_of(text)[0] for text in texts)

    def _record_of(self, text: int) -> tuple[str, str]:
        """Return the id and the text of the first matching record with a text id."""
        sql = f"SELECT f.id, t.text FROM {ROWS} WHERE {self._chosen.sql} AND f.text_id = ? ORDER BY 1 LIMIT 1"
        record, words = self._database.rows(sql, (*self._chosen.parameters, text))[0]
        return str(record), str(words)
