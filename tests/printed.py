"""What a command printed with --json, held to its published schema."""

import json
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from analyzer.cli.contracts.command_outputs import OUTPUTS
from analyzer.cli.contracts.json_schema import schema_of


def conforming(command: str, printed: str) -> list[Any]:
    """Return the objects that a command printed; fail where one has other fields, or values of other types."""
    found = [json.loads(line) for line in printed.splitlines()]
    assert found or OUTPUTS[command].is_lines, f"{command} printed nothing"
    assert len(found) == 1 or OUTPUTS[command].is_lines, f"{command} printed {len(found)} objects"
    for one in found:
        faults = [f"{error.json_path}: {error.message[:300]}" for error in _closed_validator(command).iter_errors(one)]
        assert not faults, f"{command}: {faults}"
    return found


@cache
def _closed_validator(command: str) -> Draft202012Validator:
    return Draft202012Validator(closed(schema_of(command)))


def closed(schema: Any) -> Any:
    """Return a schema that admits no field it does not name, so that an output with an unknown one fails."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: closed(value) for key, value in schema.items()}
    if isinstance(schema.get("properties"), dict) and schema.get("type") == "object":
        found.setdefault("additionalProperties", False)
    return found
