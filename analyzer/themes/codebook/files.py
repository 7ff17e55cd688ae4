"""Codebook files: YAML, JSON or CSV, with a name, a description, examples and exclusions for each theme.

The fields are those of a codebook in qualitative research (MacQueen et al. 1998, "Codebook development for team-based
qualitative analysis": code, definition, when to use, when not to use, examples).
"""

import csv
import json
from collections.abc import Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import Any

from analyzer.errors import InputFileError
from analyzer.themes.codebook.taxonomies import from_levels, from_tree
from analyzer.themes.codebook.types import CodebookTheme

FIELDS = ("name", "description", "examples", "exclusions")
BETWEEN = "|"
"""Separator of several examples (or exclusions) in one cell of a CSV file."""
MOST_THEMES = 500
LONGEST = 1_000


def read_codebook(file: Path) -> tuple[CodebookTheme, ...]:
    """Read the themes of a codebook file.

    Args:
        file: .yaml, .yml or .json with `themes`, a list; or .csv with the columns name, description, examples,
            exclusions (several in a cell are separated by |). Also a taxonomy of another tool, see taxonomies.

    Raises:
        InputFileError: if it cannot be read, a name is missing or not unique, or a field is unknown or too long.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
        found = _from_table(text) if file.suffix.lower() == ".csv" else _from_tree(file, text)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputFileError(f"{file} cannot be read as a codebook") from error
    themes = [_theme(file, number, one) for number, one in enumerate(found, start=1)]
    names = [theme.name.casefold() for theme in themes]
    twice = next((theme.name for theme in themes if names.count(theme.name.casefold()) > 1), "")
    if twice:
        raise InputFileError(f"{file}: “{twice}” occurs twice; theme names must be unique")
    if not 0 < len(themes) <= MOST_THEMES:
        raise InputFileError(f"{file}: a codebook has from 1 to {MOST_THEMES} themes, not {len(themes)}")
    return tuple(themes)


def codebook_text(themes: Sequence[CodebookTheme]) -> str:
    """Return a codebook as YAML that read_codebook() reads."""
    import yaml  # noqa: PLC0415

    plain = [{field: _plain(getattr(theme, field)) for field in FIELDS if getattr(theme, field)} for theme in themes]
    return str(yaml.safe_dump({"themes": plain}, allow_unicode=True, sort_keys=False, width=110))


def _plain(value: str | tuple[str, ...]) -> str | list[str]:
    return value if isinstance(value, str) else list(value)


def _from_table(text: str) -> list[Any]:
    heads, *cells = list(csv.reader(StringIO(text), strict=True)) or [[]]
    if (found := from_levels(heads, cells)) is not None:
        return found
    rows = csv.DictReader(StringIO(text), strict=True)
    return [
        {
            (field or "").strip().casefold(): [part for part in str(value).split(BETWEEN) if part.strip()]
            if (field or "").strip().casefold() in {"examples", "exclusions"}
            else value
            for field, value in row.items()
        }
        for row in rows
    ]


def _from_tree(file: Path, text: str) -> list[Any]:
    import yaml  # noqa: PLC0415

    try:
        tree = json.loads(text) if file.suffix.lower() == ".json" else yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise InputFileError(f"{file} is not a valid codebook file: {str(error).splitlines()[0]}") from error
    try:
        taxonomy = from_tree(tree)
    except ValueError as error:
        raise InputFileError(f"{file} is not a valid taxonomy: {error}") from error
    if taxonomy is not None:
        return taxonomy
    found = tree.get("themes") if isinstance(tree, Mapping) else tree
    if not isinstance(found, list):
        raise InputFileError(f"{file} has no list named themes")
    return found


def _theme(file: Path, number: int, one: Any) -> CodebookTheme:
    fields = {"name": one} if isinstance(one, str) else one
    if not isinstance(fields, Mapping):
        raise InputFileError(f"{file}: theme {number} must be a name or a mapping of fields")
    unknown = sorted(str(field) for field in fields if field not in FIELDS)
    if unknown:
        raise InputFileError(f"{file}: theme {number} has the unknown field {unknown[0]}; fields: {', '.join(FIELDS)}")
    name, description = (" ".join(str(fields.get(field) or "").split()) for field in FIELDS[:2])
    if not name:
        raise InputFileError(f"{file}: theme {number} has no name")
    examples, exclusions = (
        tuple(" ".join(str(part).split()) for part in _listed(fields.get(field))) for field in FIELDS[2:]
    )
    if max(map(len, (name, description, *examples, *exclusions))) > LONGEST:
        raise InputFileError(f"{file}: “{name[:60]}” has more than {LONGEST:,} characters in a field")
    return CodebookTheme(name, description, examples, exclusions)


def _listed(value: Any) -> list[Any]:
    if isinstance(value, str):
        return [value] if value.strip() else []
    return [part for part in value or [] if str(part).strip()] if isinstance(value, Sequence | None) else []
