"""A feedback database that tests fill by hand: no readers, no scrubber, no models; the tables and keys are real."""

from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import ClassVar

import numpy as np
from fakes import FakeEmbedder

from analyzer.index.feedback_table import FeedbackTable, NewResponse, StoredText
from analyzer.index.record_writer import insert
from analyzer.index.texts_data_owner import AliasesOwner, TextsOwner
from analyzer.store.database import Database
from analyzer.store.derived_data import ALL_COLUMNS, DerivedData
from analyzer.types import Column, Kind

EMBEDDER = FakeEmbedder(8)
PROFILE = 1


class _UndoError(Exception):
    """Leaves a transaction without committing it."""


class Witness:
    """An owner of derived data that writes down what happened to records, and changes nothing."""

    name: ClassVar = "witness"
    columns: ClassVar = {"witness": ALL_COLUMNS}

    def __init__(self):
        self.replaced, self.deleted = [], []

    def on_texts_replaced(self, connection, replaced):
        self.replaced.append(replaced)
        return len(replaced.record_ids)

    def on_records_deleted(self, connection, deleted):
        self.deleted.append(deleted)
        return len(deleted.ids)


class Corpus:
    """A database with a FeedbackTable, and short ways to fill it and to look into it."""

    def __init__(self, folder):
        self.database = Database.create(folder / "feedback.db", bytes(32), {})
        self.table = FeedbackTable(self.database)
        self.witness = Witness()
        self.derived = DerivedData((self.witness, AliasesOwner(), TextsOwner()))
        self.imports = 0

    def load(self, columns, *records):
        """Import records as one file with these columns, in one transaction; return their numbers by id."""
        with self.database.transaction() as connection:
            return self.put(connection, columns, *records)

    def put(self, connection, columns, *records):
        """Import records in the caller's transaction; return their numbers by id."""
        self.imports += 1
        self.table.add_columns(connection, columns)
        connection.execute(
            "INSERT INTO imports(import_id, file, fingerprint, started) VALUES(?, ?, ?, 't')",
            (self.imports, f"{self.imports}.csv", self.imports.to_bytes(4, "big")),
        )
        connection.execute("INSERT OR IGNORE INTO profiles VALUES(?, 'p')", (PROFILE,))
        connection.execute("INSERT OR IGNORE INTO questions VALUES(1, 'comment', 'Comment')")
        found = insert(connection, self.table, self.imports, PROFILE, records)
        return {record_id: numbers.response for record_id, numbers in found.items()}

    @contextmanager
    def undone(self):
        """Run the block as a transaction that is rolled back at its end."""
        with suppress(_UndoError), self.database.transaction() as connection:
            yield connection
            raise _UndoError

    def one(self, sql, *values):
        """Return the first value of the first row."""
        return self.database.rows(sql, values)[0][0]

    def meta(self, key):
        """Return a counter of the meta table."""
        return int(self.database.meta(key))

    def texts(self):
        """Return the stored texts, sorted."""
        return [text for (text,) in self.database.rows("SELECT text FROM texts ORDER BY text")]

    def records(self):
        """Return id -> (text, fields) of every record."""
        return {record.id: (record.text, dict(record.fields)) for record in self.table.browse("", 10_000)}

    def dump(self):
        """Return the content of every table that a record has rows in."""
        tables = (
            "meta",
            "imports",
            "columns",
            "texts",
            "responses",
            "feedback",
            "fields",
            "aliases",
            "doubts",
            "doubt_places",
        )
        return {name: sorted(self.database.rows(f"SELECT * FROM {name}"), key=repr) for name in tables}


def embed(texts):
    """Return the vectors of texts as they are stored: float16 bytes."""
    return [row.tobytes() for row in EMBEDDER.embed(texts).astype(np.float16)]


def stored(text, language="en"):
    """Return a text with its vector."""
    return StoredText(text, language, embed([text])[0])


def record(record_id, text, respondent=None, language="en", **fields):
    """Return a record to be stored."""
    return NewResponse(record_id, {1: stored(text, language)}, 1, bytes(16), respondent, fields)


def with_text(one, text):
    """Return a record with another text."""
    return replace(one, comments={1: text})


def number(name):
    """Return a column of numbers."""
    return Column(name, name.title(), Kind.NUMBER)


def category(name):
    """Return a column of categories."""
    return Column(name, name.title(), Kind.CATEGORY)


def dates(name):
    """Return a column of dates."""
    return Column(name, name.title(), Kind.DATE)
