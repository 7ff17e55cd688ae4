"""Write the JSON Schemas of what --json prints into docs/schemas, and their table into docs/schemas.md.

A schema that lacks what the published one promised is not written: first raise its version in
analyzer/cli/contracts/command_outputs.py, and say so in CHANGELOG.md.
"""

import json
import sys
from pathlib import Path

from analyzer.cli.contracts.command_outputs import OUTPUTS
from analyzer.cli.contracts.json_schema import file_name, removals, schema_of

DOCS = Path(__file__).resolve().parent.parent / "docs"
FOLDER, PAGE = DOCS / "schemas", DOCS / "schemas.md"
MARK = "<!-- the rest is written by: make schemas -->\n"


def main() -> int:
    """Write all schemas; return 1 if one breaks what scripts rely on."""
    FOLDER.mkdir(exist_ok=True)
    made = {file_name(name): schema_of(name) for name, output in OUTPUTS.items() if output.type is not None}
    broken = [fault for name, schema in made.items() for fault in _broken(FOLDER / name, schema)]
    if broken:
        print(
            "\n".join(
                [*broken, "raise the version of these in analyzer/cli/contracts/command_outputs.py, or keep the fields"]
            )
        )
        return 1
    for name, schema in made.items():
        text = json.dumps(schema, indent=1, ensure_ascii=False)
        (FOLDER / name).write_text(f"{text}\n", encoding="utf-8")
    for file in FOLDER.glob("*.json"):
        if file.name not in made:
            file.unlink()
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    print(f"{len(made)} schemas in {FOLDER}")
    return 0


def page(text: str) -> str:
    """Return the page on schemas with the table of those of today."""
    rows = [
        f"| [`{name}`](schemas/{file_name(name)}) | {output.version} | {'a line each' if output.is_lines else ''} |"
        for name, output in OUTPUTS.items()
        if output.type is not None
    ]
    return "\n".join([text.partition(MARK)[0] + MARK, "| command | version | |", "|---|---|---|", *rows, ""])


def _broken(file: Path, schema: dict[str, object]) -> list[str]:
    if not file.is_file():
        return []
    published = json.loads(file.read_text(encoding="utf-8"))
    if published["version"] != schema["version"]:
        return []
    return [f"{file.name}{fault}" for fault in removals(published, schema)]


if __name__ == "__main__":
    sys.exit(main())
