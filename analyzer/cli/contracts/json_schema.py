"""JSON Schemas (draft 2020-12) of what commands print, made from the types: the one adapter of pydantic.

What a field means comes from the docstring of its record.
"""

import re
from typing import Any

from analyzer.cli.contracts.command_outputs import OUTPUTS, Output

DIALECT = "https://json-schema.org/draft/2020-12/schema"
ID = "urn:feedback-analyzer:schema:{name}:{version}"
BETWEEN = re.compile(r"[;.] (?=[a-z_]\w*(?:, [a-z_]\w*)*: )")
"""What stands between the attributes of a docstring; in front of "name: " or "name, name: "."""


def schema_of(command: str) -> dict[str, Any]:
    """Return the JSON Schema of what a command prints with --json.

    Every field of a record is required. Further fields are allowed, since later versions may add some.

    Raises:
        KeyError: if there is no such command, or it prints no result.
    """
    output = OUTPUTS[command]
    if output.type is None:
        raise KeyError(command)
    schema = _without_noise(_generated(output.type))
    name = command.replace(" ", "-")
    return {
        "$schema": DIALECT,
        "$id": ID.format(name=name, version=output.version),
        "title": _title(command, output),
        "version": output.version,
        **{key: value for key, value in schema.items() if key != "title"},
    }


def file_name(command: str) -> str:
    """Return the name of the published file of a schema."""
    return f"{command.replace(' ', '-')}.json"


def removals(old: Any, new: Any, where: str = "") -> list[str]:
    """Return what an output of the new schema lacks that the old one promised: fields removed or of another type.

    Args:
        old: the JSON Schema that is published, or a part of it.
        new: the same of the one in its place.
        where: the path so far, for the messages.
    """
    if not isinstance(old, dict) or not isinstance(new, dict):
        return []
    found = [f"{where}: {key} changed" for key in ("type", "const", "$ref", "anyOf") if old.get(key) != new.get(key)]
    for group in ("properties", "$defs"):
        before, after = old.get(group, {}), new.get(group, {})
        found += [f"{where}.{name} is gone" for name in before if name not in after]
        found += [
            one for name in before if name in after for one in removals(before[name], after[name], f"{where}.{name}")
        ]
    found += [
        f"{where}.{name} may be absent" for name in old.get("required", ()) if name not in new.get("required", ())
    ]
    for key in ("items", "additionalProperties"):
        found += removals(old.get(key), new.get(key), f"{where}.{key}")
    return found


def _title(command: str, output: Output) -> str:
    if command not in ("error", "schema"):
        return f"analyzer {command} --json" + (", each line" if output.is_lines else "")
    return "A failure of any command with --json" if command == "error" else "analyzer schema --json"


def _generated(kind: Any) -> dict[str, Any]:
    from pydantic import TypeAdapter  # noqa: PLC0415
    from pydantic.json_schema import GenerateJsonSchema  # noqa: PLC0415

    class _EveryField(GenerateJsonSchema):
        """A record is printed with all its fields, those with a default too."""

        def field_is_required(self, *_: Any, **__: Any) -> bool:
            return True

    return TypeAdapter(kind).json_schema(mode="serialization", schema_generator=_EveryField)


def _without_noise(schema: Any, is_names: bool = False) -> Any:
    """Return a schema without titles and defaults of fields, and with each record's docstring on its fields."""
    if isinstance(schema, list):
        return [_without_noise(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if is_names:
        return {name: _without_noise(one) for name, one in schema.items()}
    kept = {
        key: _without_noise(value, key in ("properties", "$defs"))
        for key, value in schema.items()
        if key not in ("title", "default")
    }
    if isinstance(kept.get("description"), str):
        kept["description"], said = _taken_apart(kept["description"])
        for name, text in said.items():
            if name in kept.get("properties", {}):
                kept["properties"][name] = {**kept["properties"][name], "description": text}
    return kept


def _taken_apart(docstring: str) -> tuple[str, dict[str, str]]:
    """Return the summary of a docstring, and what it says of each attribute."""
    summary, _, attributes = docstring.partition("Attributes:")
    said: dict[str, str] = {}
    for part in BETWEEN.split(" ".join(f"; {attributes}".split())):
        names, colon, text = part.strip(" ;").partition(": ")
        if colon:
            said |= dict.fromkeys(names.split(", "), text.rstrip("."))
    return " ".join(summary.split()), said
