"""The watch service: import what is dropped into a folder, find the themes again, write the reports again."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from analyzer.errors import AnalyzerError, InputFileError, MappingError, UsageError
from analyzer.ingest.dropped_files import DroppedFiles, ImportedFiles, State, state_of
from analyzer.ingest.import_choices import AS_FOUND, ImportOptions
from analyzer.ingest.service import IngestService
from analyzer.ingest.types import IngestReport
from analyzer.security.authorization import Authorization
from analyzer.security.clock import now, stamp
from analyzer.security.permissions import Permission, needs
from analyzer.themes.service import ThemesService
from analyzer.types import Progress, no_progress


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchOptions:
    """What is done with a watched folder.

    Attributes:
        mapping: as for an import; drop: headings to leave out; reading: how the files are read.
        themes: whether themes are found again after an import; names: whether the language model names them.
        reports: files to write after that, of the kinds of a report on themes.
        quiet_s: seconds for which a file must stay the same; every_s: seconds between two looks at the folder.
    """

    mapping: dict[str, str] = field(default_factory=dict)
    drop: Sequence[str] = ()
    reading: ImportOptions = AS_FOUND
    themes: bool = True
    names: bool = True
    reports: Sequence[Path] = ()
    quiet_s: float = 10.0
    every_s: float = 5.0


@dataclass(frozen=True, slots=True)
class WatchRound:
    """What one look at the folder led to.

    Attributes:
        imported: names of the files; stored, updated, duplicates, rejected: their rows.
        themes: number of themes found; None if they were not looked for.
        reports: paths of the files that were written.
        failed: a message for each file that cannot be read, and for each step that did not work; the files of the
            former are tried again when they change or the program starts again, the steps at the next look.
    """

    imported: tuple[str, ...] = ()
    stored: int = 0
    updated: int = 0
    duplicates: int = 0
    rejected: int = 0
    themes: int | None = None
    reports: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()


class WatchService:
    """Watches a folder; every step is that of the service whose step it is, with its permission and its record."""

    name = "watch"

    def __init__(
        self,
        *,
        imports: IngestService,
        themes: ThemesService,
        files: ImportedFiles,
        comments: Callable[[], int],
        authorization: Authorization,
    ) -> None:
        """Create the service.

        Args:
            imports: imports the files.
            themes: finds themes and writes reports.
            files: remembers what was imported, so that a new start repeats nothing.
            comments: returns the number of comments.
            authorization: decides which calls are permitted.
        """
        self._imports = imports
        self._themes = themes
        self._files = files
        self._comments = comments
        self._authorization = authorization

    def _watch(self, folder: Path, options: WatchOptions) -> "_Watch":
        dropped = DroppedFiles(folder, options.quiet_s)
        dropped.whole()
        return _Watch(self._imports, self._themes, self._files, self._comments, dropped, options)

    @needs(Permission.IMPORTS)
    def once(
        self, folder: Path | str, options: WatchOptions | None = None, on_progress: Progress = no_progress
    ) -> WatchRound:
        """Import the files of a folder, after waiting once for those that may not be whole; bring the rest up to date.

        Raises:
            InputFileError: if the folder cannot be read.
        """
        options = options or WatchOptions()
        watch = self._watch(Path(folder), options)
        if watch.dropped.has_waiting:
            time.sleep(options.quiet_s)
        return watch.round(on_progress)

    @needs(Permission.IMPORTS)
    def run(
        self,
        folder: Path | str,
        options: WatchOptions | None = None,
        on_round: Callable[[WatchRound], None] = no_progress,
        on_progress: Progress = no_progress,
        until: Callable[[], bool] = lambda: False,
    ) -> None:
        """Watch a folder until it is stopped.

        Args:
            folder: files directly in it are imported, in order of name.
            options: what is done.
            on_round: called after each look that led to something.
            on_progress: as for an import and a build of themes.
            until: checked after each look; returns whether to stop.

        Raises:
            InputFileError: if the folder cannot be read at the start; later it is waited for.
        """
        options = options or WatchOptions()
        watch = self._watch(Path(folder), options)
        before: WatchRound | None = None
        while True:
            done = watch.round(on_progress)
            if done not in (WatchRound(), before):  # what fails again in the same way is said once
                on_round(done)
            before = done
            if until():
                return
            time.sleep(options.every_s)


@dataclass(slots=True)
class _Watch:
    """One folder, and the files in it that need no further look until they change."""

    imports: IngestService
    themes: ThemesService
    files: ImportedFiles
    comments: Callable[[], int]
    dropped: DroppedFiles
    options: WatchOptions
    settled: dict[Path, State] = field(default_factory=dict)
    is_behind: bool = True

    def round(self, on_progress: Progress) -> WatchRound:
        """Import what is whole and new; then themes and reports, if they are behind."""
        names: list[str] = []
        reports: list[IngestReport] = []
        failed: list[str] = []
        try:
            whole = self.dropped.whole()
        except InputFileError as error:
            return WatchRound(failed=(str(error),))
        for path, state in whole.items():
            if self.settled.get(path) == state:
                continue
            try:
                if report := self._imported(path, state, on_progress):
                    names.append(path.name)
                    reports.append(report)
                    failed += report.failed
            except (InputFileError, MappingError, UsageError) as error:
                failed.append(f"{path.name}: {error}")
                self.settled[path] = state
            except (AnalyzerError, OSError) as error:
                failed.append(f"{path.name}: {error}; tried again")
        themes, written, problems = self._bring_up_to_date(on_progress)
        return WatchRound(
            imported=tuple(names),
            stored=sum(one.stored for one in reports),
            updated=sum(one.updated for one in reports),
            duplicates=sum(one.duplicates for one in reports),
            rejected=sum(one.rejected for one in reports),
            themes=themes,
            reports=written,
            failed=(*failed, *problems),
        )

    def _imported(self, path: Path, state: State, on_progress: Progress) -> IngestReport | None:
        """Import a file; None if its content was imported before."""
        digest, report = self.files.digest(path), None
        if not self.files.has(digest):
            self.is_behind = True
            wanted = self.options
            report = self.imports.ingest([path], wanted.mapping, wanted.drop, on_progress, wanted.reading)
            if state_of(path) != state:  # it was written to meanwhile: the next look imports the rest
                return report
            self.files.add(digest, stamp(now()))
        self.settled[path] = state
        return report

    def _bring_up_to_date(self, on_progress: Progress) -> tuple[int | None, tuple[str, ...], tuple[str, ...]]:
        """Find themes if comments came since the last build, and write the reports that are older than the themes."""
        if not self.options.themes or not self.is_behind or not self.comments():
            return None, (), ()
        found, written = None, []
        try:
            listed = self.themes.list()
            if not listed.built or listed.stale:
                found = self.themes.build(names=self.options.names, on_progress=on_progress).themes
                listed = self.themes.list()
            for path in (one for one in self.options.reports if found is not None or _is_older(one, listed.built)):
                written.append(self.themes.report(path, may_replace=True).path)  # noqa: PERF401 - kept if the next fails
            self.is_behind = False
        except (AnalyzerError, OSError) as error:
            return found, tuple(written), (f"themes and reports: {error}",)
        return found, tuple(written), ()


def _is_older(path: Path, built: str) -> bool:
    """Check whether a report is missing, or may have been written before the themes were found, to the second."""
    try:
        written = datetime.fromtimestamp(int(path.stat().st_mtime), UTC)
    except OSError:
        return True
    return written <= datetime.fromisoformat(built)
