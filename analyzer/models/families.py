"""Model families: which prompts and which verifier weights belong to a model, by its name.

A number that was tuned for one model holds for that model. The weights of a family are a file that
`benchmarks/claims.py train` writes; prompts are those of the modules that ask, unless the family has its own.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

from analyzer.errors import ModelError

FILE = "families.toml"
SHIPPED = Path(__file__).with_name(FILE)
PROMPTS = ("titles", "sentences", "writing", "judging", "naming")
"""Names of the system turns that a family may replace: titles and sentences of points, sentences about themes, claims
against comments, names of themes."""
_KEYS = {"name", "models", "weights", *PROMPTS}


@dataclass(frozen=True, slots=True)
class Family:
    """Models that share prompts, thresholds and verifier weights.

    Attributes:
        name: "" for models of no family.
        weights: file of the verifier's weights and thresholds: a name in analyzer/answers/grounding, or an absolute
            path; empty if none were measured, so that the verifier judges without the model.
        prompts: own system turns by name (PROMPTS).
    """

    name: str = ""
    weights: str = ""
    prompts: Mapping[str, str] = field(default_factory=dict)

    def prompt(self, name: str, default: str) -> str:
        """Return the system turn of a name: the family's own, else the default."""
        return self.prompts.get(name, default)


UNKNOWN = Family()


def family_of(model: str, models_dir: Path | None = None) -> Family:
    """Return the family of a model by its name; UNKNOWN if it has none.

    Args:
        model: name in the catalog, of the file or on the server.
        models_dir: folder of the models, whose families.toml comes first.

    Raises:
        ModelError: if a file of families is not readable.
    """
    own = models_dir / FILE if models_dir else None
    tables = [*(_read(own) if own and own.is_file() else ()), *_read(SHIPPED)]
    return next((family for pattern, family in tables if fnmatchcase(_plain(model), _plain(pattern))), UNKNOWN)


@cache
def _read(file: Path) -> tuple[tuple[str, Family], ...]:
    try:
        tables = tomllib.loads(file.read_text(encoding="utf-8")).get("family", [])
        return tuple((str(table["models"]), _family(table, file)) for table in tables)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(
            f"{file} does not describe model families ({error}); correct it, see docs/models.md"
        ) from error


def _family(table: Mapping[str, Any], file: Path) -> Family:
    if unknown := sorted(set(table) - _KEYS):
        raise ValueError(f"unknown key {', '.join(unknown)}")
    weights = str(table.get("weights", ""))
    if weights and file != SHIPPED:
        weights = str((file.parent / weights).resolve())
    prompts = {name: str(table[name]) for name in PROMPTS if name in table}
    return Family(str(table["name"]), weights, prompts)


def _plain(name: str) -> str:
    """Return a name in lower case without punctuation, so that `Qwen2.5-Coder:1.5B` and a file name compare."""
    return re.sub(r"[^a-z0-9*]", "", name.casefold())
