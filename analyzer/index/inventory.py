"""Counts of the content of a workspace: imports, languages, inconsistencies between tables."""

from analyzer.index.types import ImportSummary
from analyzer.store.database import Database


def list_imports(database: Database) -> tuple[ImportSummary, ...]:
    """Return the imports in the order in which they started."""
    rows = database.rows(
        "SELECT i.import_id, file, started, finished, "
        "(SELECT count(*) FROM responses f WHERE f.import_id = i.import_id), duplicates, "
        "(SELECT count(*) FROM rejected r WHERE r.import_id = i.import_id), updated FROM imports i ORDER BY 1"
    )
    summaries = []
    for import_id, file, started, finished, stored, duplicates, rejected, updated in rows:
        entities = dict(
            database.rows("SELECT type, sum(n) FROM findings WHERE import_id = ? GROUP BY 1 ORDER BY 1", (import_id,))
        )
        summaries.append(
            ImportSummary(file, started, finished or "", stored, duplicates, rejected, entities, import_id, updated)
        )
    return tuple(summaries)


def count_languages(database: Database) -> dict[str, int]:
    """Count records by language, most frequent first."""
    rows = database.rows(
        "SELECT language, count(*) FROM feedback JOIN texts USING(text_id) GROUP BY 1 ORDER BY 2 DESC, 1"
    )
    return {language or "undetermined": n for language, n in rows}


LEAST_SHARE = 0.05
"""Least share of the texts of known language for a language to count as one of the comments."""


def languages_of(database: Database) -> tuple[str, ...]:
    """Return the languages of the comments (ISO 639-1), most frequent first; few texts in another do not count."""
    rows = database.rows("SELECT language, count(*) FROM texts WHERE language <> '' GROUP BY 1 ORDER BY 2 DESC, 1")
    whole = sum(count for _, count in rows)
    return tuple(str(language) for language, count in rows if count >= LEAST_SHARE * whole)


def find_inconsistencies(database: Database) -> list[str]:
    """Return a message for each inconsistency between the tables; empty if there is none."""
    counts = {
        "responses without fields": "SELECT count(*) FROM responses "
        "WHERE response_id NOT IN (SELECT response_id FROM fields)",
        "fields without a response": "SELECT count(*) FROM fields "
        "WHERE response_id NOT IN (SELECT response_id FROM responses)",
        "comments of another import or respondent than their response": "SELECT count(*) FROM feedback f "
        "JOIN responses r USING(response_id) WHERE f.import_id != r.import_id OR f.respondent IS NOT r.respondent",
        "texts without a record": "SELECT count(*) FROM texts WHERE text_id NOT IN (SELECT text_id FROM feedback)",
        "vectors of the wrong size": "SELECT count(*) FROM texts WHERE length(vector) != "
        "2 * (SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'dimension')",
    }
    found = {what: database.rows(sql)[0][0] for what, sql in counts.items()}
    return [f"{n} {what}" for what, n in found.items() if n]
