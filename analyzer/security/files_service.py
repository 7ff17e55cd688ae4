"""The one place in which files leave a workspace: whether the account may write them, and what is on record of them.

An export has comments in it, or what was made from them: it needs the permission to export, is refused while an
incident is open, and is marked where the account's files must be. A document of custody (a receipt, a notice, evidence)
has none; its own service decides who may have it. Each is in the audit log, with name and SHA-256, before it is under
its name.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from analyzer.errors import UsageError
from analyzer.security.audit_trail import AuditTrail
from analyzer.security.authorization import Authorization
from analyzer.security.incident_log import open_incident
from analyzer.security.permissions import Permission, needs
from analyzer.store.database import Connection, Database
from analyzer.store.file_drafts import FileDraft, write_draft
from analyzer.types import WrittenFile

HANDED_OUT = "files.offer"
"""Event of a document that the page offers as a download."""
FRAME = "data frame"
"""Name under which a data frame is on record as an export."""


class RecordedDraft:
    """An export that is written but not under its name: `record` it in the transaction of its action, then publish."""

    def __init__(self, audit: AuditTrail, draft: FileDraft) -> None:
        """Set the draft and the log of the account."""
        self._audit = audit
        self.draft = draft

    def record(self, connection: Connection, event: str, detail: Mapping[str, object]) -> int:
        """Record the file in the caller's transaction; return the number of the event."""
        return self._audit.append(connection, event, with_file(detail, self.draft.path.name, self.draft.sha256))


class FilesService:
    """Files that leave a workspace."""

    name = "files"

    def __init__(
        self, *, database: Database, admin_database: Database, audit: AuditTrail, authorization: Authorization
    ) -> None:
        """Create the service; `admin_database` tells whether an incident is open."""
        self._database = database
        self._admin_database = admin_database
        self._audit = audit
        self._authorization = authorization

    @needs()
    def may_export(self) -> bool:
        """Return whether the account may write files with comments now."""
        with self._admin_database.translate_errors():
            is_frozen = open_incident(self._admin_database.connection) is not None
        return Permission.EXPORTS in self._authorization.permissions and not is_frozen

    @needs(Permission.EXPORTS)
    def export(
        self,
        out: Path | str,
        pieces: Iterable[bytes],
        event: tuple[str, Mapping[str, object]],
        *,
        rows: int | None = None,
        is_marked: bool = False,
        may_replace: bool = False,
    ) -> WrittenFile:
        """Write a file with comments, or what was made from them, and record it.

        Args:
            out: file to write.
            pieces: its content.
            event: action and detail of the event.
            rows: number of rows in it; by default the number of pieces.
            is_marked: whether the file names the account.
            may_replace: whether an existing file may be replaced.

        Raises:
            UsageError: if the file exists or cannot be written, or the account's files must be marked.
        """
        self._check_marked(Path(out), is_marked)
        draft = write_draft(Path(out), pieces, may_replace)
        return self._published(draft, event, draft.pieces if rows is None else rows)

    @needs(Permission.EXPORTS)
    @contextmanager
    def drafted(self, out: Path | str, pieces: Iterable[bytes]) -> Iterator[RecordedDraft]:
        """Write an export for a block that records it with its own action; it is published when the block ends.

        Raises:
            UsageError: if the file exists or cannot be written, or the account's files must be marked.
        """
        self._check_marked(Path(out), is_marked=False)
        draft = write_draft(Path(out), pieces)
        try:
            yield RecordedDraft(self._audit, draft)
        except BaseException:
            draft.discard()
            raise
        draft.publish()

    @needs(Permission.EXPORTS)
    def hand_out(
        self, name: str, content: bytes, event: tuple[str, Mapping[str, object]], *, is_marked: bool = True
    ) -> bytes:
        """Record an export that is not written here but handed out, such as a download of the page; return it.

        Raises:
            UsageError: if the account's files must be marked, and this one is not.
        """
        self._check_marked(Path(name), is_marked)
        self._audit.record(event[0], with_file(event[1], name, sha256(content).hexdigest()))
        return content

    @needs(Permission.EXPORTS)
    def hand_out_frame(self, digest: str, event: tuple[str, Mapping[str, object]], name: str = FRAME) -> None:
        """Record an export that is handed out as a data frame, under the SHA-256 of its Arrow stream.

        Raises:
            UsageError: if the account's files must be marked, which a frame cannot be.
        """
        self._check_marked(Path(name), is_marked=False)
        self._audit.record(event[0], with_file(event[1], name, digest))

    @needs()
    def document(self, out: Path | str, content: bytes, event: tuple[str, Mapping[str, object]]) -> WrittenFile:
        """Write a document of custody, which has no comment in it, and record it.

        Raises:
            UsageError: if the file exists or cannot be written.
        """
        return self._published(write_draft(Path(out), [content]), event, 1)

    @needs()
    def offer(self, name: str, content: str) -> None:
        """Record a document of custody that the page offers as a download."""
        self._audit.record(HANDED_OUT, with_file({}, name, sha256(content.encode()).hexdigest()))

    def _published(self, draft: FileDraft, event: tuple[str, Mapping[str, object]], rows: int) -> WrittenFile:
        try:
            self._audit.record(event[0], with_file(event[1], draft.path.name, draft.sha256))
        except BaseException:
            draft.discard()
            raise
        draft.publish()
        return WrittenFile(str(draft.path), rows, draft.sha256)

    def _check_marked(self, out: Path, is_marked: bool) -> None:
        if self._authorization.is_marked and not is_marked:
            named = out.suffix or (f"a {FRAME}" if out.name == FRAME else "such a file")
            raise UsageError(f"your files must be marked, which {named} cannot be")


def with_file(detail: Mapping[str, object], name: str, digest: str) -> dict[str, object]:
    """Return the detail of an event of a written file, by which reports and erasures find it."""
    return {**detail, "file": name, "sha256": digest}
