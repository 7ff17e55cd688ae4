"""Execute the notebooks of docs/notebooks and keep their outputs; run by `make notebooks`.

Their workspaces are in temporary folders. Paths are left out of the outputs, so that these say nothing of the machine.
"""

import re
import sys
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "notebooks"
SECONDS = 900
PATHS = re.compile(r"/(?:tmp|home|root|work|var|Users)/[\w./-]+")


def executed(file: Path, changed: dict[str, str] | None = None) -> Any:
    """Execute a notebook in a process of its own; return it with its outputs.

    Args:
        file: the notebook.
        changed: source of a cell -> what is executed in its place.

    Raises:
        CellExecutionError: if a cell fails.
    """
    notebook = nbformat.read(file, as_version=4)  # type: ignore[no-untyped-call]
    for cell in notebook.cells:
        cell.source = (changed or {}).get(cell.source, cell.source)
    NotebookClient(notebook, timeout=SECONDS, kernel_name="python3").execute()
    return notebook


def main() -> int:
    """Execute all notebooks and write them."""
    for file in sorted(FOLDER.glob("*.ipynb")):
        notebook = executed(file)
        for cell in notebook.cells:
            cell.metadata.pop("execution", None)
            for output in cell.get("outputs", ()):
                _without_paths(output)
        nbformat.write(notebook, file)  # type: ignore[no-untyped-call]
        print(f"{file.name}: {len(notebook.cells)} cells")
    return 0


def _without_paths(output: Any) -> None:
    """Replace paths in the texts of an output."""
    if "text" in output:
        output["text"] = PATHS.sub("…", output["text"])
    for kind, content in output.get("data", {}).items():
        if isinstance(content, str):
            output["data"][kind] = PATHS.sub("…", content)


if __name__ == "__main__":
    sys.exit(main())
