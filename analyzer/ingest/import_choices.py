"""What a user chose about a file: kept with its import, and used again for the next file with the same headings."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from hashlib import blake2b
from typing import Any

from analyzer.ingest.column_options import ColumnOptions
from analyzer.ingest.header import slug
from analyzer.ingest.readers.read_options import ReadOptions
from analyzer.store.database import Database


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """How a file is read, beside the roles of its columns.

    Attributes:
        file: sheet, encoding and delimiter.
        columns: kinds, forms of dates, orders of labels and missing words of single columns.
        dataset: the dataset whose ids the file continues; "" for the first one, None to find it out.
        frame_name: the name under which a data frame is recorded; "data frame" by default.
    """

    file: ReadOptions = field(default_factory=ReadOptions)
    columns: ColumnOptions = field(default_factory=ColumnOptions)
    dataset: str | None = None
    frame_name: str = ""


AS_FOUND = ImportOptions()
"""Everything about the file is found out."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What a user chose about the columns of a file, and the import that it was chosen for.

    Attributes:
        mapping: role -> heading; drop: headings to leave out.
        columns: options of single columns.
        made_for: name of the file of the import; empty if the choice is for this file.
    """

    mapping: Mapping[str, str] = field(default_factory=dict)
    drop: Sequence[str] = ()
    columns: ColumnOptions = field(default_factory=ColumnOptions)
    made_for: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was chosen."""
        return not (self.mapping or self.drop or self.columns.labels())

    def to_json(self) -> str:
        """Return the choices as JSON, without those that are empty."""
        columns = {name: value for name, value in asdict(self.columns).items() if value}
        parts = {"mapping": dict(self.mapping), "drop": list(self.drop), "columns": columns}
        return json.dumps({name: value for name, value in parts.items() if value}, ensure_ascii=False)


def header_digest(labels: Sequence[str]) -> bytes:
    """Return the digest of the headings of a file, whatever their order."""
    return blake2b("\n".join(sorted(map(slug, labels))).encode(), digest_size=16).digest()


def latest_choices(database: Database, header: bytes) -> Choices:
    """Return what was chosen at the latest import of a file with these headings; nothing if there is none."""
    rows = database.rows(
        "SELECT file, choices FROM imports WHERE header = ? ORDER BY import_id DESC LIMIT 1", (header,)
    )
    if not rows:
        return Choices()
    found = json.loads(rows[0][1])
    columns: dict[str, Any] = {
        name: {label: tuple(one) if isinstance(one, list) else one for label, one in value.items()}
        for name, value in found.get("columns", {}).items()
        if name in ColumnOptions.__dataclass_fields__
    }
    return Choices(found.get("mapping", {}), tuple(found.get("drop", ())), ColumnOptions(**columns), str(rows[0][0]))
