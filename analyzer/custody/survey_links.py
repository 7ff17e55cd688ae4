"""The survey link service: find personal data in links, issue opaque links, look up the person of a token."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from analyzer.custody.types import LinkBatch, LinkFinding, LinkScan
from analyzer.errors import InputFileError, UsageError
from analyzer.index.feedback_table import FeedbackTable
from analyzer.ingest.header import slug
from analyzer.ingest.mapping import ColumnPlan
from analyzer.ingest.readers.open_file import open_table
from analyzer.ingest.readers.source_table import BadRow
from analyzer.privacy.link_audit import ACCOUNT, EMAIL, NAME, PHONE, UNCLEAR, audit_link, product_of
from analyzer.privacy.urls import find_urls, scrub_url
from analyzer.privacy.workspace_scrubber import WorkspaceScrubber
from analyzer.security.audit_trail import AuditTrail
from analyzer.security.authorization import Authorization
from analyzer.security.clock import now, stamp
from analyzer.security.files_service import FilesService
from analyzer.security.permissions import Permission, needs
from analyzer.security.suppression import LINK, Ledger
from analyzer.security.survey_tokens import TOKEN, Tokens
from analyzer.store.database import Database
from analyzer.store.output_files import check_free, csv_bytes
from analyzer.types import Column, ColumnRole, Kind

MOST_FINDINGS = 10_000
PLACEHOLDER = "{token}"
LINK_LIST_SUFFIXES = frozenset({".txt", ".urls", ".list"})
Cell = tuple[str, str, str]
"""(row, column, text) of a text to scan for links."""


class SurveyLinkService:
    """Survey links: find personal data in links, and issue opaque links instead."""

    name = "survey_links"

    def __init__(
        self,
        *,
        database: Database,
        table: FeedbackTable,
        audit: AuditTrail,
        authorization: Authorization,
        scrubber: WorkspaceScrubber,
        tokens: Tokens,
        ledger: Ledger,
        files: FilesService,
    ) -> None:
        """Create the service; `tokens` issues and resolves tokens with a key of its own, `ledger` knows erased ones."""
        self._database = database
        self._table = table
        self._audit = audit
        self._authorization = authorization
        self._scrubber = scrubber
        self._tokens = tokens
        self._ledger = ledger
        self._files = files

    @needs(Permission.LINKS)
    def scan(self, file: Path | str | None = None) -> LinkScan:
        """Find personal data in links: in a file, or in the stored comments.

        Args:
            file: a list (.txt, one link per line) or a table with links in any cell; None for the stored comments.

        Raises:
            InputFileError: if the file cannot be read.
        """
        cells = _cells_in(Path(file)) if file else self._stored_cells()
        found = scan_links(cells)
        self._audit.record("links.scan", {"links": found.links, "personal": found.personal, "unclear": found.unclear})
        return found

    @needs(Permission.LINKS, Permission.EXPORTS)
    def issue(
        self,
        file: Path | str,
        template: str,
        out: Path | str,
        who: str,
        segments: Sequence[str] = (),
        carry: Sequence[str] = (),
    ) -> LinkBatch:
        """Issue an opaque link for each row of a customer list, and write the links to a file.

        Args:
            file: the customer list, a table.
            template: template of the link, with {token} in place of the token.
            out: CSV file to write: the carried columns and the links.
            who: column that identifies the person; stored encrypted, readable only by `who`.
            segments: columns that are joined to the answers at import, such as plan and region.
            carry: columns to copy beside the links, such as the address to send to.

        Raises:
            UsageError: if the template has no {token} or contains personal data, or a column is missing.
            InputFileError: if the customer list cannot be read.
        """
        _check_template(template)
        check_free(Path(out))
        table = open_table(Path(file))
        positions = {label: place for place, label in enumerate(table.header)}
        if missing := [label for label in (who, *segments, *carry) if label not in positions]:
            raise UsageError(f'{file} has no column "{missing[0]}"; its columns: {", ".join(table.header)}')
        rows = [row.cells for row in table.rows() if not isinstance(row, BadRow)]
        people = [(cells[positions[who]], {label: cells[positions[label]] for label in segments}) for cells in rows]
        made, segments_json = stamp(now()), json.dumps(list(segments))
        with ExitStack() as stack, self._database.transaction() as connection:
            number = connection.execute(
                "INSERT INTO link_batches(made, actor, template, count, segments) VALUES(?, ?, ?, ?, ?) "
                "RETURNING batch_id", (made, self._audit.actor, template, len(rows), segments_json),
            ).fetchone()[0]  # fmt: skip
            tokens = self._tokens.issue(connection, number, people)
            links = [template.replace(PLACEHOLDER, token) for token in tokens]
            lines = [
                (*(cells[positions[label]] for label in carry), link) for cells, link in zip(rows, links, strict=True)
            ]
            draft = stack.enter_context(self._files.drafted(out, [csv_bytes((*carry, "link"), lines)]))
            draft.record(connection, "links.issue", {"batch": number, "links": len(tokens)})
        return replace(link_batches(self._database, number)[0], path=str(out))

    @needs(Permission.LINKS)
    def list(self) -> tuple[LinkBatch, ...]:
        """Return the batches of issued links, each with the number of answers received."""
        found = link_batches(self._database)
        self._audit.record("links.list", {"batches": len(found)})
        return found

    @needs(Permission.LINKS, Permission.PERSONS)
    def who(self, token: str, reason: str) -> str:
        """Return the person of a link; the lookup and its reason are recorded first.

        Raises:
            UsageError: if the reason is empty, the token was not issued by this workspace, or its person was erased.
        """
        found = TOKEN.search(token)
        if not reason.strip():
            raise UsageError("give a reason: --reason TEXT")
        if not found:
            raise UsageError("no survey link token found; give the link or its token")
        scrubbed = self._scrubber.scrub_note(reason)
        self._audit.record("links.who", {"token": self._tokens.digest(found.group()).hex(), "reason": scrubbed})
        who = self._tokens.who(self._database, found.group())
        if who is None and self._is_erased(found.group()):
            raise UsageError("the person of that link was erased on request")
        if who is None:
            raise UsageError("that token was not issued here")
        return who

    def _is_erased(self, token: str) -> bool:
        kind, digest = self._ledger.entry(LINK, self._tokens.digest(token))
        return bool(self._database.rows("SELECT 1 FROM erased WHERE kind = ? AND digest = ?", (kind, digest)))

    def _stored_cells(self) -> Iterator[Cell]:
        names = [name for name, one in self._table.columns().items() if one.column.kind is Kind.TEXT]
        for offset in range(0, self._table.count(), MOST_FINDINGS):
            for record in self._table.browse("", MOST_FINDINGS, offset):
                yield record.id, "comment", record.text
                yield from ((record.id, name, str(record.fields[name])) for name in names if name in record.fields)


def scan_links(cells: Iterable[Cell]) -> LinkScan:
    """Return the personal data in the links of texts; findings are capped at MOST_FINDINGS."""
    links = personal = unclear = 0
    kinds: Counter[str] = Counter()
    findings: list[LinkFinding] = []
    for row, column, text in cells:
        for start, end in find_urls(text):
            url = text[start:end]
            pieces = audit_link(url)
            links += 1
            is_personal = any(piece.kind != UNCLEAR for piece in pieces)
            personal += is_personal
            unclear += bool(pieces) and not is_personal
            kinds.update(piece.kind for piece in pieces)
            if len(findings) < MOST_FINDINGS:
                shown = scrub_url(url), product_of(url)
                findings += [
                    LinkFinding(row, column, p.place, p.parameter, p.kind, p.how, shown[1], shown[0]) for p in pieces
                ]
    return LinkScan(links, personal, unclear, dict(kinds.most_common()), tuple(findings[:MOST_FINDINGS]))


def _check_template(template: str) -> None:
    if template.count(PLACEHOLDER) != 1 or not template.startswith("https://"):
        raise UsageError(f"a template is a link that begins with https:// and has {PLACEHOLDER} once")
    pieces = [
        piece for piece in audit_link(template.replace(PLACEHOLDER, "")) if piece.kind in (EMAIL, PHONE, NAME, ACCOUNT)
    ]
    if pieces:
        raise UsageError(f"the template itself holds personal data: {pieces[0].kind} in the {pieces[0].place}")


def _cells_in(file: Path) -> Iterator[Cell]:
    if file.suffix.casefold() in LINK_LIST_SUFFIXES:
        try:
            lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError as error:
            raise InputFileError(f"{file} cannot be read ({error.strerror})") from error
        yield from ((str(number), "", line) for number, line in enumerate(lines, start=1))
        return
    table = open_table(file)
    for row in table.rows():
        if not isinstance(row, BadRow):
            yield from (
                (str(row.number), label, cell) for label, cell in zip(table.header, row.cells, strict=True) if cell
            )


def link_batches(database: Database, number: int | None = None) -> tuple[LinkBatch, ...]:
    """Return the batches of links, or one of them, each with the number of answers received."""
    rows = database.rows(
        "SELECT b.batch_id, made, actor, template, b.segments, count, (SELECT count(*) FROM links l "
        "WHERE l.batch_id = b.batch_id AND used <> '') FROM link_batches b WHERE ?1 IS NULL OR b.batch_id = ?1 "
        "ORDER BY 1", (number,),
    )  # fmt: skip
    return tuple(
        LinkBatch(n, made, by, t, tuple(json.loads(s)), links, used) for n, made, by, t, s, links, used in rows
    )


def with_segments(database: Database, plan: ColumnPlan) -> ColumnPlan:
    """Return a plan extended by the segment columns that its link tokens join."""
    if ColumnRole.LINK not in plan.roles:
        return plan
    known = {column.label for column in plan.columns}
    labels = dict.fromkeys(label for batch in link_batches(database) for label in batch.segments if label not in known)
    return replace(plan, columns=(*plan.columns, *(Column(slug(label), label, Kind.CATEGORY) for label in labels)))
