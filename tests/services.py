"""The services of a workspace and their methods, read from the composition root."""

import ast
import inspect
from collections.abc import Callable
from typing import Any

from analyzer import workspace

TREE = ast.parse(inspect.getsource(workspace))
SERVICES: dict[str, type] = {
    node.targets[0].attr: getattr(workspace, node.value.func.id)
    for node in ast.walk(TREE)
    if isinstance(node, ast.Assign)
    and isinstance(node.targets[0], ast.Attribute)
    and isinstance(node.value, ast.Call)
    and isinstance(node.value.func, ast.Name)
    and node.value.func.id.endswith("Service")
}
"""Attribute of a workspace -> class, such as "themes" -> ThemesService."""
METHODS: dict[str, Callable[..., Any]] = {
    f"{name}.{method}": function
    for name, service in SERVICES.items()
    for method, function in inspect.getmembers(service, inspect.isfunction)
    if not method.startswith("_")
}
"""Public name -> function, such as "themes.build"."""
DELEGATED = {
    "ask": "answers.ask", "search": "feedback.search", "ingest": "imports.ingest", "count": "counts.count",
    "status": "feedback.status", "verify": "integrity.verify",
}  # fmt: skip
"""Methods of Workspace itself -> the method of a service that they call."""


def call(held: workspace.Workspace, name: str, *arguments: Any) -> Any:
    """Call a method by its public name."""
    service, _, method = name.partition(".")
    return getattr(getattr(held, service), method)(*arguments)
