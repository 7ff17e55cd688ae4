"""What a workspace contains, and whether its tables agree; each kind of damage is named with its number."""

import pytest
from corpus import Corpus, record

from analyzer.index.inventory import count_languages, find_inconsistencies, list_imports
from analyzer.index.types import ImportSummary


@pytest.fixture
def corpus(tmp_path):
    made = Corpus(tmp_path)
    made.load([], record("a", "late"), record("b", "late"), record("c", "kalt", language="de"), record("d", "cold"))
    yield made
    made.database.close()


def run(corpus, *statements):
    """Change tables as damage would, without the checks of foreign keys."""
    corpus.database.connection.execute("PRAGMA foreign_keys = OFF")
    with corpus.database.transaction() as connection:
        for sql in statements:
            connection.execute(sql)
    corpus.database.connection.execute("PRAGMA foreign_keys = ON")


def test_imports_are_listed_in_order_with_what_became_of_their_rows(corpus):
    corpus.load([], record("e", "fine"))
    run(
        corpus,
        "UPDATE imports SET file = 'z.csv', finished = 'f', duplicates = 5 WHERE import_id = 1",
        "INSERT INTO rejected VALUES(1, 7, 'empty'), (1, 9, 'empty'), (2, 7, 'empty')",
        "INSERT INTO findings VALUES(1, 'PERSON', 'en', 'ner', 3), (1, 'PERSON', 'de', 'ner', 2), "
        "(1, 'EMAIL_ADDRESS', 'en', 'pattern', 1), (2, 'PERSON', 'en', 'ner', 40)",
    )
    first, second = list_imports(corpus.database)
    assert first == ImportSummary("z.csv", "t", "f", 4, 5, 2, {"EMAIL_ADDRESS": 1, "PERSON": 5}, 1)
    assert list(first.entities) == ["EMAIL_ADDRESS", "PERSON"]
    assert second == ImportSummary("2.csv", "t", "", 1, 0, 1, {"PERSON": 40}, 2)


def test_an_import_that_was_interrupted_before_its_first_row_is_listed(corpus):
    run(corpus, "INSERT INTO imports(import_id, file, fingerprint, started) VALUES(9, 'x.csv', x'99', 't')")
    assert list_imports(corpus.database)[-1] == ImportSummary("x.csv", "t", "", 0, 0, 0, {}, 9)


def test_languages_are_counted_by_record_most_frequent_first_with_ties_by_name(corpus):
    assert list(count_languages(corpus.database).items()) == [("en", 3), ("de", 1)]
    corpus.load([], record("e", "?", language=""), record("f", "froid", language="fr"), record("g", "!", language=""))
    assert list(count_languages(corpus.database).items()) == [("en", 3), ("undetermined", 2), ("de", 1), ("fr", 1)]


def test_an_empty_workspace_has_nothing_and_nothing_wrong(tmp_path):
    made = Corpus(tmp_path)
    assert (list_imports(made.database), count_languages(made.database), find_inconsistencies(made.database)) == (
        (), {}, [],
    )  # fmt: skip
    made.database.close()


@pytest.mark.parametrize(
    ("damage", "found"),
    [
        ((), []),
        (("DELETE FROM fields WHERE response_id IN (1, 2)",), ["2 responses without fields"]),
        (("INSERT INTO fields(response_id) VALUES(77)",), ["1 fields without a response"]),
        (("DELETE FROM feedback WHERE id = 'd'",), ["1 texts without a record"]),
        (("UPDATE texts SET vector = x'00'",), ["3 vectors of the wrong size"]),
        (("UPDATE meta SET value = '9' WHERE key = 'dimension'",), ["3 vectors of the wrong size"]),
        (("DELETE FROM fields WHERE response_id = 1", "UPDATE texts SET vector = x''"),
         ["1 responses without fields", "3 vectors of the wrong size"]),
    ],
)  # fmt: skip
def test_tables_that_do_not_agree_are_found(corpus, damage, found):
    run(corpus, *damage)
    assert find_inconsistencies(corpus.database) == found
