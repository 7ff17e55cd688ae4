"""The case that people write a phrase in: opinions are compared in lower case, and "GP surgery" is no "gp surgery"."""

import json
import re
from collections import Counter as Tally

from analyzer.store.database import Database

READ = 400
"""Clauses of a theme whose comments are read."""
ENDS = frozenset(".!?\"“'")


def as_written(database: Database, phrase: str, clause_ids: list[int]) -> str:
    """Return a phrase in the case that most comments write it in, with a capital at its start.

    Args:
        database: of the workspace.
        phrase: in lower case.
        clause_ids: clauses among which some have it.
    """
    pattern = re.compile(rf"(?<!\w){re.escape(phrase)}(?!\w)", re.IGNORECASE)
    rows = database.rows(
        "SELECT DISTINCT text FROM texts JOIN opinions USING(text_id) "
        "WHERE clause_id IN (SELECT value FROM json_each(?)) ORDER BY text_id",
        (json.dumps(clause_ids[:READ]),),
    )
    forms: list[Tally[str]] = [Tally() for _ in phrase.split()]
    for (text,) in rows:
        if text.isupper():
            continue
        for found in pattern.finditer(text):
            before = text[: found.start()].rstrip()
            is_start = not before or before[-1] in ENDS
            for place, word in enumerate(found.group().split()):
                if not (is_start and place == 0 and not word[1:].isupper()):
                    forms[place][word] += 1
    words = [
        max(sorted(tally), key=tally.__getitem__) if tally else word
        for word, tally in zip(phrase.split(), forms, strict=True)
    ]
    written = " ".join(words)
    return written[:1].upper() + written[1:]
