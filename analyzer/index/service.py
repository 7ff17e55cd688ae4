"""The feedback service: search, records by id, columns, tallies, and the status of a workspace."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from analyzer.errors import UsageError
from analyzer.index.comment_frames import CommentFrames, check_polars, parquet_pieces, polars_frame, stream_digest
from analyzer.index.corpus_index import CorpusIndex
from analyzer.index.duplicate_groups import are_stale, count_duplicates
from analyzer.index.feedback_table import FeedbackTable
from analyzer.index.figure_questions import FigureQuestion, GuardsFigures
from analyzer.index.filters import EVERYTHING, check_is_text
from analyzer.index.inventory import count_languages, list_imports
from analyzer.index.types import Query, SearchMode, SearchResult, UnknownValue, WorkspaceStatus
from analyzer.index.unknown_values import unknown_values
from analyzer.models.workspace_models import WorkspaceModels
from analyzer.security.audit_trail import AuditTrail
from analyzer.security.authorization import Authorization
from analyzer.security.files_service import FilesService
from analyzer.security.permissions import Permission, needs
from analyzer.store.database import Database
from analyzer.store.output_files import csv_bytes
from analyzer.types import Column, Feedback, FieldValue, WrittenFile

MOST_FOUND = 10_000
"""Most different comments of a search that are written to a file."""
EVERY_VALUE = -1
"""No limit: what is withheld is decided over all values of a column."""
MOST_IDS = 10_000
"""Most ids in an event of an export; one of more rows is on record as an export of all records."""


class FeedbackService:
    """Records of a workspace, as one account sees them."""

    name = "feedback"

    def __init__(
        self,
        *,
        path: Path,
        database: Database,
        table: FeedbackTable,
        index: CorpusIndex,
        audit: AuditTrail,
        authorization: Authorization,
        models: WorkspaceModels,
        model_names: Callable[[], Sequence[str]],
        guard: GuardsFigures,
        days_since_drill: Callable[[], int | None],
        files: FilesService,
    ) -> None:
        """Set the dependencies.

        Args:
            path: folder of the workspace.
            database: the account's connection.
            table: over the same connection.
            index: for search by meaning.
            audit: logs every record that is shown.
            authorization: decides which calls are permitted.
            models: provide the embedder of queries.
            model_names: returns the models that status() checks for.
            guard: checks figures for accounts that see no comments.
            days_since_drill: returns the days since the last restore drill; None if there was none.
            files: writes and records exports.
        """
        self._path = path
        self._database = database
        self._table = table
        self._index = index
        self._audit = audit
        self._authorization = authorization
        self._models = models
        self._model_names = model_names
        self._guard = guard
        self._days_since_drill = days_since_drill
        self._files = files
        self._frames = CommentFrames(database, table)

    @needs(Permission.COMMENTS)
    def search(self, query: str, where: str = "", limit: int = 10, mode: str = "meaning") -> SearchResult:
        """Find the records that best match a query among those that match a filter.

        Args:
            query: words or a phrase.
            where: filter over the columns.
            limit: maximum number of hits.
            mode: what a comment must have: "meaning" (or one of the words), all "words", or the exact "phrase".

        Raises:
            UsageError: if the filter or the mode is not understood.
        """
        result = self._search(query, where, limit, mode)
        self._audit.record("search", {"ids": [hit.id for hit in result.hits]})
        return result

    @needs(Permission.COMMENTS, Permission.EXPORTS)
    def file(self, where: str = "", query: str = "", mode: str = "words") -> bytes:
        """Return the comments that match a filter, and a search if there is one, as CSV with all fields.

        Raises:
            UsageError: as search(), or if the account's files must be marked.
        """
        content, ids = self._csv(where, query, mode)
        return self._files.hand_out("comments.csv", content, ("comments.file", {"ids": ids}), is_marked=False)

    @needs(Permission.COMMENTS, Permission.EXPORTS)
    def write(
        self, out: Path | str, where: str = "", query: str = "", mode: str = "words", may_replace: bool = False
    ) -> WrittenFile:
        """Write the comments that match a filter, and a search if there is one, to a CSV file with all fields.

        Raises:
            UsageError: as search(), or if the file exists, or the account's files must be marked.
        """
        content, ids = self._csv(where, query, mode)
        event = ("comments.file", {"ids": ids})
        return self._files.export(Path(out), [content], event, rows=len(ids), may_replace=may_replace)

    def _search(self, query: str, where: str, limit: int, mode: str) -> SearchResult:
        check_is_text("the query", query)
        if mode not in set(SearchMode):
            raise UsageError(f'"{mode}" is no kind of search; search by {", ".join(SearchMode)}')
        self._table.predicate(where)
        return self._index.searcher(self._models.embedder).search(Query(query, where, limit, SearchMode(mode)))

    def _csv(self, where: str, query: str, mode: str) -> tuple[bytes, list[str]]:
        """Return a CSV file of the comments found, in the order of the search or of their ids, and their ids."""
        columns = list(self._table.columns().values())
        if query.strip():
            hits = self._search(query, where, MOST_FOUND, mode).hits
            known = self._table.get([hit.id for hit in hits])
            records = [known[hit.id] for hit in hits]
        else:
            records = self._table.browse(where, -1)
        heads = ["id", "question", "comment", *(target.column.label for target in columns)]
        rows = [
            (one.id, one.question, one.text, *(one.fields.get(target.column.name) for target in columns))
            for one in records
        ]
        return csv_bytes(heads, rows), [one.id for one in records]

    @needs(Permission.COMMENTS)
    def show(self, ids: Sequence[str]) -> tuple[Feedback, ...]:
        """Return comments by id; an id of a response without comments returns its fields.

        Raises:
            UsageError: if an id is not stored.
        """
        found = self._table.get(ids)
        found |= self._table.get_responses([record_id for record_id in ids if record_id not in found])
        missing = [record_id for record_id in ids if record_id not in found]
        if missing:
            raise UsageError(f"no record {', '.join(missing)}; ids are listed by: analyzer search")
        self._audit.record("show", {"ids": list(ids)})
        return tuple(found[record_id] for record_id in ids)

    @needs(Permission.COMMENTS)
    def browse(self, where: str = "", limit: int = 100, offset: int = 0) -> tuple[Feedback, ...]:
        """Return matching records in order of id."""
        records = self._table.browse(where, limit, offset)
        self._audit.record("browse", {"ids": [record.id for record in records]})
        return tuple(records)

    @needs(Permission.COMMENTS, Permission.EXPORTS)
    def to_arrow(self, where: str = "", of: str = "comments") -> Any:
        """Return matching comments as a pyarrow.Table, see analyzer.index.comment_frames.

        A table is an export, as a file is: it needs the permission, is refused while an incident is open and where
        files must be marked, and is on record with the SHA-256 of its Arrow stream.

        Args:
            where: a filter over the columns.
            of: comments, or responses with or without comments.

        Raises:
            UsageError: on a filter that does not fit, or if the account's files must be marked.
        """
        table = self._frames.table(where, of)
        self._files.hand_out_frame(stream_digest(table), self._export_event(where, of, table.num_rows))
        return table

    @needs(Permission.COMMENTS, Permission.EXPORTS)
    def to_pandas(self, where: str = "", of: str = "comments") -> Any:
        """Return matching comments as a pandas.DataFrame, an export like to_arrow()."""
        return self.to_arrow(where, of).to_pandas()

    @needs(Permission.COMMENTS, Permission.EXPORTS)
    def to_polars(self, where: str = "", of: str = "comments") -> Any:
        """Return matching comments as a polars.DataFrame, an export like to_arrow().

        Raises:
            UsageError: if polars is not installed.
        """
        check_polars()
        return polars_frame(self.to_arrow(where, of))

    @needs(Permission.COMMENTS, Permission.EXPORTS)
    def export(self, out: Path | str, where: str = "", of: str = "comments", may_replace: bool = False) -> WrittenFile:
        """Write matching comments to a Parquet file with the columns of to_arrow().

        Raises:
            UsageError: if the file exists or is no .parquet, or the account's files must be marked.
        """
        out = Path(out)
        if out.suffix.casefold() != ".parquet":
            raise UsageError(f"comments are exported as .parquet, not {out.suffix or 'without a suffix'}")
        schema, batches = self._frames.batches(where, of)
        rows = self._table.count_responses(where) if of == "responses" else self._table.count(where)
        event = self._export_event(where, of, rows)
        return self._files.export(out, parquet_pieces(schema, batches), event, rows=rows, may_replace=may_replace)

    def _export_event(self, where: str, of: str, rows: int) -> tuple[str, dict[str, Any]]:
        """Return the event of an export: with the ids of its records, or as one of all records."""
        if not where or rows > MOST_IDS:
            return "feedback.export", {"of": of, "where": bool(where)}
        return "feedback.export_some", {"of": of, "ids": self._table.comment_ids(where, of)}

    @needs(Permission.FIGURES)
    def matching(self, where: str = "") -> int:
        """Count the comments that match a filter; their number without a filter is in the status."""
        if not where:
            return self._table.count()
        if self._authorization.may_quote:
            found = self._table.count(where)
            self._audit.record("matching", {"records": found})
            return found
        with self._guard.answer(FigureQuestion(where=where)) as disclosed:
            found = self._table.count(where)
            self._audit.append(disclosed.connection, "matching", {"records": found})
        return found

    @needs(Permission.COMMENTS)
    def unknown_values(self, where: str) -> tuple[UnknownValue, ...]:
        """Return the values of a filter that no response has, each with the nearest ones that exist."""
        found = unknown_values(self._table, where)
        self._audit.record("values", {"unknown": len(found)})
        return found

    @needs()
    def columns(self) -> tuple[Column, ...]:
        """Return the columns kept with every record."""
        return tuple(target.column for target in self._table.columns().values())

    @needs(Permission.FIGURES)
    def tally(
        self, column: str, where: str = "", most: int = 50, characters: int = 0
    ) -> tuple[tuple[FieldValue, int], ...]:
        """Count matching responses by the values of a column (or their first characters), most frequent first."""
        if self._authorization.may_quote:
            found = tuple(self._table.tally(column, where, most, characters))
            self._audit.record("tally", {"column": column, "values": len(found)})
            return found
        question = FigureQuestion(counted="responses", where=where, by=column, is_of_values=True, characters=characters)
        with self._guard.answer(question) as disclosed:
            whole = self._table.tally(column, where, EVERY_VALUE, characters)
            found = tuple(one for one in whole if disclosed.shows(one[0]))[:most]
            self._audit.append(disclosed.connection, "tally", {"column": column, "values": len(found)})
        return found

    @needs()
    def status(self) -> WorkspaceStatus:
        """Return the content of the workspace and whether its models are present."""
        return WorkspaceStatus(
            workspace=str(self._path),
            records=self._database.rows("SELECT count(*) FROM feedback")[0][0],
            responses=self._database.rows("SELECT count(*) FROM responses")[0][0],
            questions=tuple(self._table.questions().values()),
            texts=self._database.rows("SELECT count(*) FROM texts")[0][0],
            columns=self.columns(),
            imports=list_imports(self._database),
            languages=count_languages(self._database) if self._authorization.may_quote else {},
            models={name: self._models.is_present(name) for name in self._model_names()},
            index=self._index.status(),
            model_server=self._models.server.title if self._models.server else "",
            single_user=self._authorization.is_single_user,
            days_since_drill=self._days_since_drill(),
            different=self._table.count_different(EVERYTHING) if self._authorization.may_quote else None,
            duplicate_groups=count_duplicates(self._database, EVERYTHING)[0] if self._authorization.may_quote else None,
            duplicates_stale=self._authorization.may_quote and are_stale(self._database),
            bytes=sum(file.stat().st_size for file in self._path.iterdir() if file.is_file()),
        )
