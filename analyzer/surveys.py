"""Survey links: what in them says who they belong to."""

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from analyzer.errors import InputFileError
from analyzer.ingest.readers import open_table
from analyzer.ingest.tables import BadRow
from analyzer.opened import OpenWorkspace
from analyzer.privacy.link_audit import UNCLEAR, audit_link, product_of
from analyzer.privacy.urls import find_urls, scrub_url
from analyzer.records import Kind
from analyzer.safekeeping_records import LinkFinding, LinkScan
from analyzer.security.access import Permission, needs

MOST_FINDINGS = 10_000
PLAIN = frozenset({".txt", ".urls", ".list"})
Cell = tuple[str, str, str]
"""Where a text stands (row and column) and the text."""


class SurveyDesk(OpenWorkspace):
    """What can be asked of survey links."""

    @needs(Permission.LINKS)
    def links_scan(self, file: Path | None = None) -> LinkScan:
        """Find what in links says who they belong to: in a file of links, or in the comments that are stored.

        Args:
            file: a list (.txt, a link a line) or a table in which any cell may hold links; None for the comments.

        Raises:
            InputFileError: if the file cannot be read.
        """
        cells = _cells(Path(file)) if file else self._stored()
        found = scan(cells)
        self._record("links.scan", {"links": found.links, "personal": found.personal, "unclear": found.unclear})
        return found

    def _stored(self) -> Iterator[Cell]:
        prose = [name for name, one in self._table.columns().items() if one.column.kind is Kind.TEXT]
        for offset in range(0, self._table.count(), MOST_FINDINGS):
            for record in self._table.browse("", MOST_FINDINGS, offset):
                yield record.id, "comment", record.text
                yield from ((record.id, name, str(record.fields[name])) for name in prose if name in record.fields)


def scan(cells: Iterable[Cell]) -> LinkScan:
    """Return what the links in texts say of people."""
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
    return LinkScan(links, personal, unclear, dict(kinds.most_common()), tuple(findings))


def _cells(file: Path) -> Iterator[Cell]:
    if file.suffix.casefold() in PLAIN:
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
