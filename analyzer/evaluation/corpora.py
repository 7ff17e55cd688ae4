"""Open the labeled corpora as workspaces in a temporary folder."""

import csv
import io
import random
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from analyzer.config import Settings
from analyzer.workspace import Workspace

NHS = Path("nhs_survey/comments.csv")
CLOTHING = Path("clothing_reviews/reviews.csv.zip")
CLOTHING_ROWS = 3_000
SEED = 1


@contextmanager
def open_corpora(settings: Settings, data: Path) -> Iterator[dict[str, Workspace]]:
    """Import the corpora found in a folder; yield a workspace by name for each, closed and deleted at the end.

    Args:
        settings: the models to use.
        data: the folder of labeled sets.
    """
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        found = {}
        if (data / NHS).is_file():
            found["nhs"] = _imported(settings, root / "nhs", data / NHS, {})
        if (data / CLOTHING).is_file():
            sample = _clothing(data / CLOTHING, root / "clothing.csv")
            found["clothing"] = _imported(settings, root / "clothing", sample, {"text": "Review Text"})
        try:
            yield found
        finally:
            for workspace in found.values():
                workspace.close()


def _imported(settings: Settings, folder: Path, file: Path, mapping: dict[str, str]) -> Workspace:
    workspace = Workspace.init(replace(settings, workspace=folder / "workspace", keys_dir=folder / "keys"))
    workspace.ingest([file], mapping)
    return workspace


def _clothing(source: Path, target: Path) -> Path:
    """Write a sample of the reviews that have a text."""
    with zipfile.ZipFile(source) as parts, parts.open(parts.namelist()[0]) as stream:
        rows = [row for row in csv.DictReader(io.TextIOWrapper(stream, "utf-8")) if row["Review Text"].strip()]
    chosen = random.Random(SEED).sample(rows, CLOTHING_ROWS)  # noqa: S311 - a reproducible sample
    with target.open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, list(chosen[0]))
        writer.writeheader()
        writer.writerows(chosen)
    return target
