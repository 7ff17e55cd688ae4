"""The codebook service: loads codebooks, collects labels, fits classifiers and codes all comments."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Protocol

import numpy as np

from analyzer.counting.rater_labels import human_f1
from analyzer.errors import UsageError
from analyzer.index.feedback_table import FeedbackTable
from analyzer.models.workspace_models import WorkspaceModels
from analyzer.opinions.stored_opinions import OpinionSplitter
from analyzer.security.audit_trail import AuditTrail
from analyzer.security.authorization import Authorization
from analyzer.security.clock import now, stamp
from analyzer.security.files_service import FilesService
from analyzer.security.permissions import Permission, needs
from analyzer.store.database import Database
from analyzer.store.import_lock import ImportLock
from analyzer.store.output_files import csv_bytes
from analyzer.themes.codebook import theme_classifiers
from analyzer.themes.codebook.coding import Coded, Coder
from analyzer.themes.codebook.files import LONGEST, codebook_text, read_codebook
from analyzer.themes.codebook.repository import (
    Run,
    append_labels,
    read_codebook_themes,
    read_labels,
    state_of,
    undo_labels,
    write_codebook_themes,
    write_codings,
    write_run,
)
from analyzer.themes.codebook.types import SEPARATOR, Codebook, CodebookTheme, CodeTask
from analyzer.themes.codebook.view import CodebookView
from analyzer.themes.queries import ThemeQueries
from analyzer.themes.types import Assigned
from analyzer.types import Progress, WrittenFile, no_progress

NO_CODEBOOK = "there is no codebook yet; load one with: analyzer codebook load FILE"
PROMOTED_EXAMPLES = 3


class GuardsCodebook(Protocol):
    """Withholds figures of few people from accounts that see no comments."""

    def require_unfiltered(self, where: str) -> None:
        """Check that figures are for all comments; raise WithheldError if there is a filter."""

    def codebook(self, found: Codebook) -> Codebook:
        """Return a codebook without the themes that too few people may have mentioned."""


class CodebookService:
    """The codebook of a workspace. Every call checks a permission and writes to the audit log."""

    name = "codebook"

    def __init__(
        self,
        *,
        database: Database,
        table: FeedbackTable,
        audit: AuditTrail,
        authorization: Authorization,
        models: WorkspaceModels,
        is_clean: Callable[[str], bool],
        guard: GuardsCodebook,
        opinions: OpinionSplitter,
        queries: Callable[[], ThemeQueries],
        import_lock: ImportLock,
        files: FilesService,
    ) -> None:
        """Store the collaborators.

        Args:
            database: the account's connection.
            table: feedback table over the same connection.
            audit: receives a record of each call.
            authorization: permissions of the account.
            models: embeds names, descriptions and examples.
            is_clean: returns whether a text has no personal data.
            guard: disclosure guard for accounts that see no comments.
            opinions: splits texts into opinions before they are coded.
            queries: returns the theme queries, for promoting discovered themes.
            import_lock: taken while codings change.
            files: writes and records files.
        """
        self._database = database
        self._table = table
        self._audit = audit
        self._authorization = authorization
        self._models = models
        self._is_clean = is_clean
        self._guard = guard
        self._opinions = opinions
        self._queries = queries
        self._import_lock = import_lock
        self._files = files

    @needs(Permission.THEMES)
    def load(self, file: Path | str) -> Codebook:
        """Load a codebook from a file; themes with unchanged names keep their ids and labels.

        Args:
            file: YAML, JSON or CSV, see analyzer.themes.codebook.files.

        Raises:
            InputFileError: if it is not a valid codebook.
            UsageError: if it may contain personal data.
        """
        return self._replace(read_codebook(Path(file)))

    @needs(Permission.THEMES)
    def promote(self, themes: Sequence[str] = ()) -> Codebook:
        """Add discovered themes to the codebook, with their nearest opinions as examples.

        Args:
            themes: ids of discovered themes; empty for all that are not excluded.

        Raises:
            UsageError: if an id is unknown, or its name is in the codebook already.
        """
        listed = {one.id: one for one in self._queries().themes().themes if one.id.startswith("T")}
        unknown = [one for one in themes if one not in listed]
        if unknown:
            raise UsageError(f"no theme {unknown[0]}; they are listed by: analyzer themes list")
        combined = list(read_codebook_themes(self._database))
        for theme_id in themes or [one.id for one in listed.values() if not one.is_excluded]:
            one = listed[theme_id]
            opinions = self._queries().opinions([one.id], "", PROMOTED_EXAMPLES)
            examples = tuple(opinion.text[opinion.start : opinion.end] for opinion in opinions)
            combined.append(CodebookTheme(one.label, one.description or ", ".join(one.keywords), examples))
        names = [theme.name.casefold() for theme in combined]
        twice = next((theme.name for theme in combined if names.count(theme.name.casefold()) > 1), "")
        if twice:
            raise UsageError(f"“{twice}” would be in the codebook twice; rename it first: analyzer themes edit rename")
        return self._replace(combined)

    @needs(Permission.THEMES)
    def add(self, name: str, description: str = "", examples: Sequence[str] = ()) -> Codebook:
        """Add one theme to the codebook, or make the first one; codings are deleted until the codebook is applied.

        Args:
            name: unique in the codebook, ignoring case.
            description: its scope.
            examples: phrases that belong to it.

        Raises:
            UsageError: if the name is empty or taken, a text is too long, or may contain personal data.
        """
        added = CodebookTheme(_one_line(name), _one_line(description), tuple(map(_one_line, examples)))
        if not added.name or max(map(len, (added.name, added.description, *added.examples))) > LONGEST:
            raise UsageError(f"a theme needs a name, and at most {LONGEST:,} characters in each field")
        themes = read_codebook_themes(self._database)
        if added.name.casefold() in {theme.name.casefold() for theme in themes}:
            raise UsageError(f"“{added.name}” is in the codebook; choose another name")
        return self._replace((*themes, added))

    @needs(Permission.THEMES)
    def remove(self, name: str) -> Codebook:
        """Remove one theme from the codebook; its labels stay stored, codings are deleted until it is applied.

        Args:
            name: name or id of the theme.

        Raises:
            UsageError: if the codebook has no such theme.
        """
        themes, named = read_codebook_themes(self._database), _one_line(name).casefold()
        kept = tuple(one for one in themes if named not in (one.name.casefold(), one.id.casefold()))
        if len(kept) == len(themes):
            raise UsageError(f"no theme {name} in the codebook; they are listed by: analyzer codebook list")
        return self._replace(kept)

    @needs(Permission.THEMES)
    def apply(self, on_progress: Progress = no_progress) -> Codebook:
        """Fit classifiers on all labels and code every comment; the same comments and labels give the same codings.

        If it is interrupted, the codings of the run before stay.

        Args:
            on_progress: called with (step, done, in total).

        Raises:
            UsageError: if there is no codebook.
            WorkspaceError: if an import or a build is running.
        """
        with self._import_lock.hold():
            themes = self._themes()
            self._opinions.split_pending(on_progress)
            on_progress("learning from labels", 0, 1)
            labels, state = read_labels(self._database), state_of(self._database)
            coder = Coder(self._database, self._models.embedder, themes)
            learned = coder.learn(labels)
            with self._database.transaction() as connection:
                connection.execute("DELETE FROM codings")
                on_coded = partial(on_progress, "coding comments")
                write_codings(connection, coder.code(learned.heads, labels, on_coded))
                write_run(connection, _run(themes, learned, state))
                self._audit.append(connection, "codebook.apply", {"themes": len(themes)})
        return self._view("").codebook()

    @needs(Permission.FIGURES)
    def list(self, where: str = "") -> Codebook:
        """Return the themes of the codebook with the numbers of codings and quality figures.

        Args:
            where: a filter over the columns.
        """
        if not self._authorization.may_quote:
            self._guard.require_unfiltered(where)
        found = replace(
            self._view(where).codebook(), human_f1=human_f1(self._database) if self._authorization.may_quote else None
        )
        self._audit.record("codebook.list", {"themes": len(found.themes)})
        return found if self._authorization.may_quote else self._guard.codebook(found)

    @needs(Permission.COMMENTS, Permission.LABELS)
    def queue(self, where: str = "", limit: int = 25) -> tuple[CodeTask, ...]:
        """Return the comments most worth labeling next.

        Raises:
            UsageError: if there is no codebook.
        """
        found = self._tasks(where, limit)
        self._audit.record("codebook.queue", {"ids": [task.id for task in found]})
        return found

    @needs(Permission.COMMENTS, Permission.LABELS, Permission.EXPORTS)
    def write_queue(self, out: Path | str, where: str = "", limit: int = 25) -> WrittenFile:
        """Write the comments most worth labeling next to a new CSV file, to fill in and read by label().

        Raises:
            UsageError: if there is no codebook, the file exists, or files must be marked.
        """
        names = {theme.id: theme.name for theme in self._themes()}
        found = self._tasks(where, limit)
        rows = [(task.id, "", f"{SEPARATOR} ".join(names[one] for one in task.suggested), task.text) for task in found]
        event = "codebook.queue", {"ids": [task.id for task in found]}
        return self._files.export(out, [csv_bytes(("id", "themes", "suggested", "text"), rows)], event, rows=len(rows))

    def _tasks(self, where: str, limit: int) -> tuple[CodeTask, ...]:
        self._themes()
        return tuple(self._view(where).queue(limit))

    @needs(Permission.LABELS)
    def label(self, answers: Mapping[str, Mapping[str, bool]]) -> int:
        """Store labels; the latest answer for a text and a theme counts.

        Args:
            answers: record id -> theme's id or name -> whether the record belongs to it.

        Returns:
            Number of stored labels.

        Raises:
            UsageError: if a record or a theme is unknown; nothing is stored then.
        """
        ids = {name: theme.id for theme in self._themes() for name in (theme.id.casefold(), theme.name.casefold())}
        texts = self._texts_of(list(answers))
        labels = []
        for record, themes in answers.items():
            for theme, is_in in themes.items():
                if theme.casefold() not in ids:
                    raise UsageError(f"no theme {theme} in the codebook; they are listed by: analyzer codebook list")
                labels.append((ids[theme.casefold()], texts[record], float(is_in)))
        with self._database.transaction() as connection:
            count = append_labels(connection, self._audit.actor, labels)
            self._audit.append(connection, "codebook.label", {"labels": count, "ids": list(answers)})
        return count

    @needs(Permission.LABELS)
    def undo(self) -> int:
        """Undo the labels of the latest call of label(); return their number."""
        with self._database.transaction() as connection:
            undone = undo_labels(connection, self._audit.actor)
            self._audit.append(connection, "codebook.undo", {"labels": undone})
        return undone

    @needs(Permission.COMMENTS, Permission.EXPORTS)
    def assignments(self, where: str = "") -> Iterator[Assigned]:
        """Yield every matching record with the ids of its themes, in order of record id."""
        view = self._view(where)
        self._audit.record("codebook.assignments", {"where": bool(where)})
        for record_id, themes in view.assignments():
            yield Assigned(record_id, themes)

    @needs(Permission.COMMENTS, Permission.EXPORTS)
    def save(self, out: Path | str, may_replace: bool = False) -> WrittenFile:
        """Write the codebook as YAML, which load() reads.

        Raises:
            UsageError: if there is no codebook, files must be marked, or the file exists and may not be replaced.
        """
        themes = self._themes()
        event = "codebook.save", {"themes": len(themes)}
        text = codebook_text(themes).encode()
        return self._files.export(out, [text], event, rows=len(themes), may_replace=may_replace)

    def _replace(self, themes: Sequence[CodebookTheme]) -> Codebook:
        for theme in themes:
            parts = (theme.name, theme.description, *theme.examples, *theme.exclusions)
            if not all(self._is_clean(part) for part in parts if part):
                raise UsageError(f"“{theme.name}” may contain personal data; reword its name, description or examples")
        with self._import_lock.hold(), self._database.transaction() as connection:
            write_codebook_themes(connection, themes)
            self._audit.append(connection, "codebook.load", {"themes": len(themes)})
        return self._view("").codebook()

    def _themes(self) -> tuple[CodebookTheme, ...]:
        themes = read_codebook_themes(self._database)
        if not themes:
            raise UsageError(NO_CODEBOOK)
        return themes

    def _view(self, where: str) -> CodebookView:
        return CodebookView(self._database, self._table.predicate(where), self._authorization.may_quote)

    def _texts_of(self, records: Sequence[str]) -> dict[str, int]:
        found = self._table.texts_of(records)
        missing = next((record for record in records if record not in found), "")
        if missing:
            raise UsageError(f"no record {missing}; ids are listed by: analyzer search")
        return found


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _run(themes: Sequence[CodebookTheme], coded: Coded, state: str) -> Run:
    known = ~np.isnan(coded.labels)
    confirmed = known & (np.nan_to_num(coded.labels) > 0.5)
    quality = {}
    for number, theme in enumerate(themes):
        right = int((coded.unseen & confirmed)[:, number].sum())
        positive, actual = int((coded.unseen & known)[:, number].sum()), int(confirmed[:, number].sum())
        quality[theme.id] = (
            round(right / positive, 4) if positive else None,
            round(right / actual, 4) if actual else None,
        )
    learned = [theme.id for theme, is_learned in zip(themes, coded.heads.is_learned, strict=True) if is_learned]
    at = stamp(now())
    return Run(at, state, theme_classifiers.micro_f1(coded.unseen, coded.labels), quality, learned)
