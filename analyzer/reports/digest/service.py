"""The digest service: what rose, fell and is new since the last digest, written as files, from a schedule."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np

from analyzer.errors import UsageError
from analyzer.index.aggregates import distributions
from analyzer.index.feedback_table import RESPONSES, FeedbackTable
from analyzer.index.filters import IMPORT
from analyzer.reports.digest.alert_rules import crossed_rules, read_rules
from analyzer.reports.digest.digest_files import DIGEST_WRITERS
from analyzer.reports.digest.types import Digest, DigestFigure, DigestTheme
from analyzer.reports.overview.comparison import ratings_differ
from analyzer.reports.overview.monthly_figures import rating_measure, rating_score
from analyzer.security.audit_trail import AuditTrail
from analyzer.security.authorization import Authorization
from analyzer.security.files_service import FilesService
from analyzer.security.permissions import Permission, needs
from analyzer.store.database import Database
from analyzer.store.output_files import check_free
from analyzer.themes.queries import ThemeQueries
from analyzer.themes.trends.shares import LEAST_EXPECTED, LEAST_POINTS, LEAST_RATIO
from analyzer.themes.trends.significance import shares_that_differ
from analyzer.themes.types import ThemeList
from analyzer.types import Citation, ColumnRole

LAST = "last"
EVENT = "digest.write"
QUOTES = 3
ORDER = ("new", "rose", "fell", "")


class DigestService:
    """Digests of what is new."""

    name = "digest"

    def __init__(
        self,
        *,
        database: Database,
        admin_database: Database,
        table: FeedbackTable,
        audit: AuditTrail,
        authorization: Authorization,
        queries: Callable[[], ThemeQueries],
        files: FilesService,
    ) -> None:
        """Set the dependencies; `admin_database` has the events of earlier digests, `files` writes the new one."""
        self._database = database
        self._admin_database = admin_database
        self._table = table
        self._audit = audit
        self._authorization = authorization
        self._queries = queries
        self._files = files

    @needs(Permission.COMMENTS, Permission.EXPORTS)
    def write(
        self, out: Path | str, since: str = LAST, alerts: Path | str | None = None, may_replace: bool = False
    ) -> Digest:
        """Write a digest as OUT.html, OUT.md and OUT.json.

        Args:
            out: path of the files without their suffixes.
            since: last, for what was imported since this account's last digest, or a date (2024-05-31).
            alerts: file of rules, see analyzer.reports.digest.alert_rules.
            may_replace: whether existing files may be replaced.

        Raises:
            UsageError: if the date or a rule is not understood, there is no date column, or a file exists.
        """
        paths = {kind: Path(f"{out}.{kind}") for kind in DIGEST_WRITERS}
        for path in paths.values():
            check_free(path, may_replace)
        rules = read_rules(Path(alerts)) if alerts else ()
        made = self._made(since)
        made = replace(made, crossed=crossed_rules(rules, made.figures, made.themes))
        ids = sorted({quote.id for one in made.themes for quote in one.quotes})
        event = EVENT, {"imports": made.imports, "ids": ids, "crossed": len(made.crossed)}
        files = tuple(
            self._files.export(path, [DIGEST_WRITERS[kind](made)], event, rows=len(ids), is_marked=True,
                               may_replace=may_replace)
            for kind, path in paths.items()
        )  # fmt: skip
        return replace(made, files=files)

    def _made(self, since: str) -> Digest:
        where, before = self._filters(since)
        recent, earlier = self._queries().themes(where), self._queries().themes(before)
        is_first = not self._table.count_responses(before)
        themes = self._themes(recent, earlier, where, is_first)
        imports = self._database.rows("SELECT coalesce(max(import_id), 0) FROM imports")[0][0]
        notes = [f"themes: {recent.stale}"] if recent.stale else []
        notes += [] if recent.built else ["there are no themes yet; find them with: analyzer themes build"]
        return Digest(
            since=since, made=datetime.now(UTC).isoformat(timespec="seconds"), where=where, where_before=before,
            is_first=is_first, figures=self._figures(where, before, is_first), themes=themes, imports=int(imports),
            notes=tuple(notes), made_for=self._audit.actor if self._authorization.is_marked else "",
        )  # fmt: skip

    def _filters(self, since: str) -> tuple[str, str]:
        """Return the filters of the new records, and of those before."""
        if since == LAST:
            number = self._last()
            return f'"{IMPORT}" > {number}', f'"{IMPORT}" <= {number}'
        try:
            day = date.fromisoformat(since).isoformat()
        except ValueError as error:
            raise UsageError(f"--since {since}: write last, or a date such as 2024-05-31") from error
        column = self._table.column_of(ColumnRole.DATE)
        if column is None:
            raise UsageError("no column is known as the date; use --since last")
        return f"{column.column.name} >= {day}", f"{column.column.name} < {day}"

    def _last(self) -> int:
        """Return the highest import of this account's last digest; 0 if there was none."""
        rows = self._admin_database.rows(
            "SELECT detail FROM audit WHERE action = ? AND actor = ? ORDER BY seq DESC LIMIT 1",
            (EVENT, self._audit.actor),
        )
        return int(json.loads(rows[0][0]).get("imports", 0)) if rows else 0

    def _figures(self, where: str, before: str, is_first: bool) -> tuple[DigestFigure, ...]:
        counted = (("responses", self._table.count_responses), ("comments", self._table.count))
        found = [DigestFigure(name, of(where), None if is_first else of(before)) for name, of in counted]
        rating = self._table.column_of(ColumnRole.RATING)
        if rating is None:
            return tuple(found)
        scores = [
            rating_score(
                rating.column,
                distributions(self._database, self._table.responses(one), None, rating, RESPONSES).get(None, {}),
            )
            for one in (where, before)
        ]
        now, then = (None if one is None else one.value for one in scores)
        name = rating_measure(rating.column).value
        return (*found, DigestFigure(name, now, then, ratings_differ(*scores)))

    def _themes(self, recent: ThemeList, earlier: ThemeList, where: str, is_first: bool) -> tuple[DigestTheme, ...]:
        shown = [one for one in recent.themes if not one.id.startswith("G") and not one.is_excluded]
        sizes = {one.id: one.size for one in earlier.themes}
        counts = np.array([[one.size, sizes.get(one.id, 0)] for one in shown], dtype=np.float64).reshape(len(shown), 2)
        totals = np.array([recent.accounted.comments, earlier.accounted.comments], dtype=np.float64)
        shares = counts / np.maximum(totals, 1)
        differs = np.zeros(len(shown)) if is_first or not len(shown) else shares_that_differ(counts, totals)[:, 0]
        found, lister = [], self._queries()
        for one, (now, then), (share, before), sign in zip(shown, counts, shares, differs, strict=True):
            is_large = abs(share - before) >= max(LEAST_POINTS, LEAST_RATIO * before)
            change = {1: "rose", -1: "fell"}.get(int(sign), "") if is_large else ""
            if not then and not is_first and now >= LEAST_EXPECTED:
                change = "new"
            quoted = lister.opinions([one.id], where, QUOTES) if change else []
            quotes = tuple(Citation(o.id, o.text[o.start : o.end], o.start, o.end) for o in quoted)
            found.append(DigestTheme(
                theme=one.id, label=one.label, change=change, comments=int(now), share=round(float(share), 6),
                before=int(then), share_before=round(float(before), 6), quotes=quotes,
            ))  # fmt: skip
        return tuple(sorted(found, key=lambda one: (ORDER.index(one.change), -one.comments, one.theme)))
