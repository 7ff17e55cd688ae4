"""Sphinx settings. `make docs` builds the site into build/docs; nothing in it is loaded from a network."""

import ast
import inspect
import json
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

project = "Feedback Analyzer"
author = "Feedback Analyzer authors"
version = release = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
suppress_warnings = ["misc.highlighting_failure"]  # shell lines with a word such as "…" are shown without colors
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_use_type_comments = False
add_module_names = False
python_maximum_signature_line_length = 100

html_theme = "furo"
html_title = f"Feedback Analyzer {version}"
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False
html_last_updated_fmt = None

PLACEHOLDER = "SERVICES-AND-RECORDS"


def services() -> dict[str, str]:
    """Return the public attributes of a workspace that are services, with the full name of the class of each.

    The source is read instead of an open workspace: `self.themes = ThemeService(...)`, `themes: ThemeService`, or a
    property that returns one.
    """
    from analyzer import Workspace  # noqa: PLC0415

    tree = ast.parse(Path(inspect.getfile(Workspace)).read_text(encoding="utf-8"))
    homes = {
        name.asname or name.name: f"{node.module}.{name.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("analyzer.")
        for name in node.names
    }
    (body,) = (node.body for node in tree.body if isinstance(node, ast.ClassDef) and node.name == Workspace.__name__)
    found = dict(typed_attributes(body))
    return {
        name: homes[kind]
        for name, kind in found.items()
        if kind in homes and kind != "Settings" and not name.startswith("_")
    }


def typed_attributes(body: list[ast.stmt]) -> Iterator[tuple[str, str]]:
    """Yield the attributes of a class with the name of the class that each is an instance of."""
    for node in body:
        if isinstance(node, ast.AnnAssign):
            yield ast.unparse(node.target), plain(node.annotation)
        elif isinstance(node, ast.FunctionDef) and node.name == "__init__":
            yield from set_attributes(node)
        elif isinstance(node, ast.FunctionDef) and any(plain(one).endswith("property") for one in node.decorator_list):
            yield node.name, plain(node.returns)


def set_attributes(method: ast.FunctionDef) -> Iterator[tuple[str, str]]:
    """Yield the attributes of `self` that a method sets to an instance of a class."""
    for node in ast.walk(method):
        if isinstance(node, ast.AnnAssign):
            target, kind = plain(node.target), plain(node.annotation)
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            target, kind = plain(node.targets[0]), plain(node.value.func)
        else:
            continue
        if target.startswith("self."):
            yield target.removeprefix("self."), kind


def plain(node: ast.AST | None) -> str:
    """Return an expression as it is written, an annotation in quotation marks without them."""
    return ast.unparse(node).strip("'\"") if node else ""


def records() -> list[str]:
    """Return the public names of the package that are neither the workspace nor its settings."""
    import analyzer  # noqa: PLC0415

    return [name for name in analyzer.__all__ if name not in ("Workspace", "Settings")]


def fill_in_the_api(_: Sphinx, page: str, source: list[str]) -> None:
    """Put the services and records of today's package into the page "api"."""
    if page != "api":
        return
    lines = []
    for name, kind in services().items():
        lines += [f"### workspace.{name}", "", "```{eval-rst}", f".. autoclass:: {kind}", "   :members:", "```", ""]
    lines += ["## Records", "", "What the methods return. Each is a frozen dataclass.", "", "```{eval-rst}"]
    for name in records():
        lines += [f".. autoclass:: analyzer.{name}", ""]
    source[0] = source[0].replace(PLACEHOLDER, "\n".join([*lines, "```"]))


def fill_in_a_notebook(_: Sphinx, page: str, source: list[str]) -> None:
    """Put the cells of a notebook, with their outputs, into the page of its name."""
    file = PROJECT / "docs" / "notebooks" / f"{page}.ipynb"
    if file.is_file():
        cells = json.loads(file.read_text(encoding="utf-8"))["cells"]
        source[0] = "\n".join(line for cell in cells for line in cell_lines(cell))


def cell_lines(cell: dict[str, Any]) -> Iterator[str]:
    """Yield a cell as MyST: text as it is, code in a fence, a table as HTML, other outputs as text."""
    text = "".join(cell["source"])
    if cell["cell_type"] == "markdown":
        yield f"{text}\n"
        return
    yield f"````python\n{text}\n````\n"
    for output in cell["outputs"]:
        shown = output.get("data", {})
        page, plain_text = ("".join(shown.get(kind, ())) for kind in ("text/html", "text/plain"))
        if page:
            yield f'````{{raw}} html\n<div style="overflow-x: auto">{page}</div>\n````\n'
        elif printed := "".join(output.get("text", ())) or plain_text:
            yield f"````text\n{printed.rstrip()}\n````\n"


def setup(app: Sphinx) -> None:
    """Connect the page "api" to the package, and the pages of notebooks to their files."""
    app.connect("source-read", fill_in_the_api)
    app.connect("source-read", fill_in_a_notebook)
