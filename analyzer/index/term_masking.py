"""Mask a term in everything stored: comments, fields, and all that was made from them, in the caller's transaction."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from analyzer.index.feedback_table import CHUNK, FeedbackTable, StoredText
from analyzer.index.placeholder_aliases import PLACEHOLDER, Aliases, strip_numbers
from analyzer.index.record_writer import replaced_texts, write_texts
from analyzer.store.database import Connection
from analyzer.store.derived_data import Counts, DeniedTerm, DerivedData, Spans, masked
from analyzer.types import Kind

Finds = Callable[[str], Spans]
"""Returns where in a text something stands that must go."""
Embed = Callable[[Sequence[str]], Sequence[bytes]]


@dataclass(frozen=True, slots=True)
class Rewritten:
    """What was changed: ids of the records, how many different texts, and what each owner of derived data changed."""

    ids: frozenset[str]
    texts: int
    derived: Counts = field(default_factory=dict)

    @property
    def is_changed(self) -> bool:
        """Whether anything was changed: a record, or something that is kept besides."""
        return bool(self.ids) or any(self.derived.values())


@dataclass(frozen=True, slots=True)
class _Masked:
    """What was changed in comments or fields; moves are pairs of an old and a new text id."""

    ids: frozenset[str]
    texts: int
    moves: frozenset[tuple[int, int]] = frozenset()


@dataclass(frozen=True, slots=True)
class Mask:
    """What stands in the place of a term: its type and, to number it for each respondent, its keyed hash."""

    type: str
    key: bytes
    finds: Finds


def mask_everywhere(
    connection: Connection, table: FeedbackTable, mask: Mask, embed: Embed, derived: DerivedData
) -> Rewritten:
    """Mask whatever is found in stored comments, text fields, and what the owners of derived data keep."""
    aliases = Aliases(connection)
    comments = _mask_comments(connection, mask, aliases, embed)
    values = _mask_fields(connection, table, mask, aliases)
    changed = comments.ids | values.ids
    replaced = replaced_texts(connection, comments.moves, changed, DeniedTerm(mask.type, mask.finds))
    counts = derived.on_texts_replaced(connection, replaced)
    if changed:
        connection.execute("UPDATE meta SET value = value + 1 WHERE key = 'generation'")
    return Rewritten(changed, comments.texts + values.texts, counts)


def _mask_comments(connection: Connection, mask: Mask, aliases: Aliases, embed: Embed) -> _Masked:
    found = {
        text_id: (StoredText(text, language, b""), spans)
        for text_id, text, language in connection.execute("SELECT text_id, text, language FROM texts")
        if (spans := mask.finds(text))
    }
    changed: dict[int, StoredText] = {}
    old: dict[int, int] = {}
    ids: set[str] = set()
    for text_id, (before, spans) in found.items():
        owners = connection.execute("SELECT n, id, respondent FROM feedback WHERE text_id = ?", (text_id,)).fetchall()
        for n, record_id, respondent in owners:
            placeholder = _placeholder(before.text, mask, respondent, aliases)
            old[n] = text_id
            changed[n] = replace(before, text=masked(before.text, spans, placeholder))
            _move_places(connection, n, "", spans, placeholder)
            ids.add(record_id)
    distinct = list(dict.fromkeys(changed.values()))
    vectors: list[bytes] = []
    for start in range(0, len(distinct), CHUNK):
        vectors += embed([strip_numbers(one.text) for one in distinct[start : start + CHUNK]])
    ready = {one: replace(one, vector=vector) for one, vector in zip(distinct, vectors, strict=True)}
    text_ids = write_texts(connection, ready.values())
    for n, text in changed.items():
        connection.execute("UPDATE feedback SET text_id = ? WHERE n = ?", (text_ids[text.digest], n))
    moves = frozenset((old[n], text_ids[text.digest]) for n, text in changed.items())
    return _Masked(frozenset(ids), len(found), moves)


def _mask_fields(connection: Connection, table: FeedbackTable, mask: Mask, aliases: Aliases) -> _Masked:
    ids: set[str] = set()
    texts = 0
    for name, target in table.columns().items():
        if target.column.kind in {Kind.NUMBER, Kind.DATE}:
            continue
        column = target.sql.removeprefix("d.")
        values = connection.execute(f"SELECT DISTINCT {column} FROM fields WHERE typeof({column}) = 'text'").fetchall()
        for (value,) in values:
            if not (spans := mask.finds(value)):
                continue
            texts += 1
            owners = connection.execute(
                f"SELECT n, id, respondent FROM feedback JOIN fields USING(n) WHERE {column} = ?", (value,)
            ).fetchall()
            for n, record_id, respondent in owners:
                placeholder = _placeholder(value, mask, respondent, aliases)
                after = masked(value, spans, placeholder)
                connection.execute(f"UPDATE fields SET {column} = ? WHERE n = ?", (after, n))
                _move_places(connection, n, name, spans, placeholder)
                ids.add(record_id)
    return _Masked(frozenset(ids), texts)


def _placeholder(text: str, mask: Mask, respondent: str | None, aliases: Aliases) -> str:
    """Number the value among its respondent's, or, of nobody known, among those of its text."""
    if respondent is not None:
        return f"<{mask.type}_{aliases.number(respondent, mask.type, mask.key)}>"
    taken = [int(match[2]) for match in PLACEHOLDER.finditer(text) if match[1] == mask.type]
    return f"<{mask.type}_{max(taken, default=0) + 1}>"


def _move_places(connection: Connection, n: int, column: str, spans: Spans, placeholder: str) -> None:
    """Move what waits for review in a text by what was masked before it; what was masked waits no longer."""
    rows = connection.execute(
        'SELECT doubt_id, start, "end" FROM doubt_places WHERE n = ? AND field = ? ORDER BY start', (n, column)
    ).fetchall()
    connection.execute("DELETE FROM doubt_places WHERE n = ? AND field = ?", (n, column))
    for doubt_id, start, end in rows:
        if any(one < end and start < other for one, other in spans):
            continue
        shift = len(masked("\0" * start, [s for s in spans if s[1] <= start], placeholder)) - start
        connection.execute(
            "INSERT OR IGNORE INTO doubt_places VALUES(?, ?, ?, ?, ?)",
            (doubt_id, n, column, start + shift, end + shift),
        )
