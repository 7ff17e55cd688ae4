"""The feedback service: search, records by id, columns, tallies, and the status of a workspace."""

from collections.abc import Callable, Sequence
from pathlib import Path

from analyzer.errors import UsageError
from analyzer.index.corpus_index import CorpusIndex
from analyzer.index.feedback_table import FeedbackTable
from analyzer.index.figure_questions import FigureQuestion, GuardsFigures
from analyzer.index.filters import check_is_text
from analyzer.index.inventory import count_languages, list_imports
from analyzer.index.types import Query, SearchResult, WorkspaceStatus
from analyzer.models.workspace_models import WorkspaceModels
from analyzer.security.audit_trail import AuditTrail
from analyzer.security.authorization import Authorization
from analyzer.security.permissions import Permission, needs
from analyzer.store.database import Database
from analyzer.types import Column, Feedback, FieldValue

EVERY_VALUE = -1
"""No limit: what is withheld is decided over all values of a column."""


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

    @needs(Permission.COMMENTS)
    def search(self, query: str, where: str = "", limit: int = 10) -> SearchResult:
        """Find the records that best match a query among those that match a filter."""
        check_is_text("the query", query)
        self._table.predicate(where)
        result = self._index.searcher(self._models.embedder).search(Query(query, where, limit))
        self._audit.record("search", {"ids": [hit.id for hit in result.hits]})
        return result

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
            model_server=self._models.server.title if self._models.server else "",
            single_user=self._authorization.is_single_user,
            days_since_drill=self._days_since_drill(),
            bytes=sum(file.stat().st_size for file in self._path.iterdir() if file.is_file()),
        )
