"""Sphinx settings. `make docs` builds the site into build/docs; nothing in it is loaded from a network."""

import ast
import inspect
import sys
import textwrap
import tomllib
from pathlib import Path

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
    """Return the attributes of a workspace that are services, with the full name of the class of each."""
    from analyzer import Workspace  # noqa: PLC0415

    module = vars(inspect.getmodule(Workspace))
    tree = ast.parse(textwrap.dedent(inspect.getsource(Workspace)))
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            name, made = ast.unparse(node.targets[0]), ast.unparse(node.value.func)
        elif isinstance(node, ast.AnnAssign):
            name, made = ast.unparse(node.target), ast.unparse(node.annotation).strip("'\"")
        else:
            continue
        kind, attribute = module.get(made), name.removeprefix("self.")
        if inspect.isclass(kind) and kind.__module__.startswith("analyzer.") and attribute.isidentifier():
            found[attribute] = f"{kind.__module__}.{kind.__qualname__}"
    return {name: kind for name, kind in found.items() if not name.startswith("_") and name != "settings"}


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


def setup(app: Sphinx) -> None:
    """Connect the page "api" to the package."""
    app.connect("source-read", fill_in_the_api)
