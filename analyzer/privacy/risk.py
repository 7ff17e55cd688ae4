"""Residual risk: counts of each import, and the leak rate estimated from manually checked samples.

A sample is drawn at random from the stored records, a person counts the comments in which personal data was missed, and
the leak rate gets an exact one-sided upper bound (Clopper and Pearson, Biometrika 26, 1934): 0 of 60 means that with
95 % confidence less than 4.9 % of the comments leak.
"""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from analyzer.errors import UsageError
from analyzer.privacy.types import FindingCount, ImportRisk, SampleCheck
from analyzer.security.clock import now, stamp
from analyzer.store.database import Connection, Database

CONFIDENCE = 0.95
SAMPLE_SIZE = 60


@dataclass(slots=True)
class BatchTally:
    """Counts of one batch: distinct comments, altered, doubtful and refused; findings by (type, language, rule)."""

    texts: int = 0
    altered: int = 0
    reviewed: int = 0
    refused: int = 0
    found: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    @property
    def by_type(self) -> Counter[str]:
        """The number of findings by type."""
        total: Counter[str] = Counter()
        for (kind, _, _), n in self.found.items():
            total[kind] += n
        return total


def note_tally(connection: Connection, import_id: int, tally: BatchTally) -> None:
    """Add the counts of a batch to its import, inside the caller's transaction."""
    connection.execute(
        "UPDATE imports SET texts = texts + ?, altered = altered + ?, reviewed = reviewed + ?, refused = refused + ? "
        "WHERE import_id = ?",
        (tally.texts, tally.altered, tally.reviewed, tally.refused, import_id),
    )
    connection.executemany(
        "INSERT INTO findings VALUES(?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET n = n + excluded.n",
        [(import_id, *key, n) for key, n in sorted(tally.found.items())],
    )


def import_risks(database: Database, import_id: int | None = None) -> tuple[ImportRisk, ...]:
    """Return the counts of all imports, or of one import.

    Raises:
        UsageError: if there is no such import.
    """
    rows = database.rows(
        "SELECT import_id, file, started, texts, altered, reviewed, refused FROM imports "
        "WHERE ?1 IS NULL OR import_id = ?1 ORDER BY 1",
        (import_id,),
    )
    if import_id is not None and not rows:
        raise UsageError(f"no import {import_id}; imports are listed by: analyzer privacy report")
    risks = []
    for number, file, started, texts, altered, reviewed, refused in rows:
        found = database.rows(
            "SELECT type, language, rule, n FROM findings WHERE import_id = ? ORDER BY n DESC, 1, 2, 3", (number,)
        )
        counts = tuple(FindingCount(*one) for one in found)
        risks.append(ImportRisk(number, file, started, texts, altered, reviewed, refused, counts))
    return tuple(risks)


def draw_sample(
    connection: Connection, seed: str, actor: str, size: int, import_id: int | None
) -> tuple[int, int, tuple[str, ...]]:
    """Draw a simple random sample of records inside the caller's transaction.

    Returns:
        The number of the sample, the size of the population, and the ids drawn, in the order of their numbers.

    Raises:
        UsageError: if there is no record to draw from.
    """
    among = "FROM feedback WHERE ?1 IS NULL OR import_id = ?1"
    population = int(connection.execute(f"SELECT count(*) {among}", (import_id,)).fetchone()[0])
    if not population:
        raise UsageError("there is nothing to draw a sample from; import something first")
    size = min(size, population)
    sample_id = int(
        connection.execute(
            "INSERT INTO samples(at, actor, import_id, size, population) VALUES(?, ?, ?, ?, ?) RETURNING sample_id",
            (stamp(now()), actor, import_id, size, population),
        ).fetchone()[0]
    )
    places = random.Random(f"{seed}|{sample_id}").sample(range(population), size)  # noqa: S311 - reproducible
    pick = f"SELECT id {among} ORDER BY n LIMIT 1 OFFSET ?2"
    ids = tuple(str(connection.execute(pick, (import_id, place)).fetchone()[0]) for place in places)
    connection.executemany(
        "INSERT INTO sampled(sample_id, number, id) VALUES(?, ?, ?)",
        [(sample_id, number, record_id) for number, record_id in enumerate(ids, start=1)],
    )
    return sample_id, population, ids


def keep_check(connection: Connection, sample_id: int, actor: str, misses: int, numbers: Sequence[int] = ()) -> None:
    """Store the result of a manual check, inside the caller's transaction; it replaces an earlier check.

    Raises:
        UsageError: if there is no such sample, or it has fewer comments.
    """
    row = connection.execute("SELECT size FROM samples WHERE sample_id = ?", (sample_id,)).fetchone()
    if row is None:
        raise UsageError(f"no sample {sample_id}; draw one with: analyzer privacy sample")
    if not 0 <= misses <= row[0] or not all(1 <= number <= row[0] for number in numbers):
        raise UsageError(f"sample {sample_id} has the comments 1 to {row[0]}")
    connection.execute("UPDATE sampled SET is_miss = 0 WHERE sample_id = ?", (sample_id,))
    connection.executemany(
        "UPDATE sampled SET is_miss = 1 WHERE sample_id = ? AND number = ?", [(sample_id, n) for n in numbers]
    )
    connection.execute(
        "UPDATE samples SET misses = ?, checked = ?, checked_by = ? WHERE sample_id = ?",
        (misses, stamp(now()), actor, sample_id),
    )


def sample_checks(database: Database, import_id: int | None = None) -> tuple[SampleCheck, ...]:
    """Return all samples with the results of their checks, or those of one import."""
    rows = database.rows(
        "SELECT sample_id, import_id, at, actor, size, population, misses, checked, checked_by FROM samples "
        "WHERE ?1 IS NULL OR import_id = ?1 ORDER BY 1",
        (import_id,),
    )
    checks = []
    for number, drawn_from, at, by, size, population, misses, checked, checked_by in rows:
        rate = None if misses is None else misses / size
        bound = None if misses is None else upper_bound(misses, size)
        drawn = (number, drawn_from, at, by, size, population)
        checks.append(SampleCheck(*drawn, misses, checked or "", checked_by or "", rate, bound))
    return tuple(checks)


def upper_bound(misses: int, size: int, confidence: float = CONFIDENCE) -> float:
    """Return the exact one-sided upper confidence bound of a share, given `misses` in a sample of `size`."""
    if misses >= size:
        return 1.0
    from scipy.stats import beta  # noqa: PLC0415

    return float(beta.ppf(confidence, misses + 1, size - misses))
