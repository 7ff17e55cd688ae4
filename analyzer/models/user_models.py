"""Add models of the user: a GGUF file, or the folder of a spaCy pipeline, an embedding model or a token classifier.

An added model is hashed file by file, copied into the models folder and registered in local.toml, so that the original
is no longer needed. Files with code are refused; a model for transformers has none and is loaded once to see that it
works.
"""

import configparser
import json
import re
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from filelock import FileLock

from analyzer.errors import ModelError
from analyzer.models.catalog import LOCAL_FILE, is_present, load_catalog, sha256_of
from analyzer.models.catalog_entries import Model, ModelFile, ModelRole
from analyzer.models.token_classifier import is_token_classifier
from analyzer.models.user_classifier import check_classifies, classifier_files
from analyzer.models.user_embedding import check_loads, is_embedding_model, licence_of, taken_files

META_FILE = "meta.json"
CONFIG_FILE = "config.cfg"
CODE = frozenset(
    ".bat .cmd .dll .dylib .egg .exe .gz .jar .joblib .pickle .pkl .pt .pth .pxd .py .pyc .pyd .pyi .pyo .pyx "
    ".sh .so .tar .whl .zip".split()
)
"""Suffixes of files that are code, may execute code when they are loaded, or are archives."""
UNKNOWN_LICENCE = "unknown"
CHECKS = {ModelRole.EMBEDDING: check_loads, ModelRole.PEOPLE: check_classifies}
"""Models that are loaded once before they are taken."""
_GGUF_MAGIC = b"GGUF"
_RECOGNIZERS = frozenset({"ner", "beam_ner"})
_LONGEST_LICENCE = 80


def add(models_dir: Path, path: Path) -> Model:
    """Add a model of the user; adding it again changes nothing.

    A GGUF file becomes an answering model; a folder with the modules.json of sentence-transformers becomes an embedding
    model, with its prompts; a folder with the meta.json and config.cfg of a spaCy pipeline becomes the entity model of
    the language of the pipeline; a folder whose config.json names a token-classification model finds people in every
    text, besides the entity model. A folder that contains a pipeline, such as an unpacked wheel, is accepted too. Files
    that equal those of a catalog entry become that entry, so that a machine without a network can get its models.

    Raises:
        ModelError: if the path cannot be read or is none of these, if it has code, a link out of the folder or weights
            that are not safetensors, recognizes no entities or does not load, or if another model has its name.
    """
    try:
        origin, model = _described(path)
        with FileLock(models_dir / ".local.lock"):
            return _register(models_dir, origin, model)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ModelError(
            f"{path} cannot be added ({reason}); check the path, its rights and the free disk space"
        ) from error


def _described(path: Path) -> tuple[Path, Model]:
    """Return where the files of a model lie, and its entry."""
    if not path.is_dir():
        return path, _gguf(path)
    if is_embedding_model(path):
        return path, _embedding(path)
    if is_token_classifier(path):
        return path, _classifier(path)
    folder = _pipeline_folder(path)
    return folder, _pipeline(folder)


def language_of(folder: Path) -> str:
    """Return the language in the meta.json of a pipeline: two letters (ISO 639-1).

    Raises:
        ModelError: if there is none.
    """
    language = str(_meta(folder / META_FILE).get("lang", ""))
    if not re.fullmatch("[a-z]{2}", language):
        raise ModelError(f"{folder / META_FILE} names no language of two letters (lang); choose another pipeline")
    return language


def _gguf(file: Path) -> Model:
    with file.open("rb") as stream:
        magic = stream.read(len(_GGUF_MAGIC))
    if magic != _GGUF_MAGIC:
        raise ModelError(
            f"{file} is not a GGUF model; choose a file in GGUF format, or the unpacked folder of a spaCy pipeline"
        )
    name = _safe_name(file.stem)
    path = f"{name}.gguf"
    files = (ModelFile(path, file.stat().st_size, sha256_of(file)),)
    return Model(name, ModelRole.ANSWERING, path, UNKNOWN_LICENCE, files)


def _pipeline_folder(folder: Path) -> Path:
    """Return the only folder with a pipeline: this folder or one below it."""
    if _holds_pipeline(folder):
        return folder
    found = sorted(meta.parent for meta in folder.rglob(META_FILE) if _holds_pipeline(meta.parent))
    if not found:
        raise ModelError(
            f"{folder} holds no spaCy pipeline ({META_FILE} and {CONFIG_FILE}); choose the folder that holds both"
        )
    if len(found) > 1:
        raise ModelError(f"{folder} holds {len(found)} spaCy pipelines; choose one of them, such as {found[0]}")
    return found[0]


def _holds_pipeline(folder: Path) -> bool:
    return (folder / META_FILE).is_file() and (folder / CONFIG_FILE).is_file()


def _pipeline(folder: Path) -> Model:
    found = list(_files(folder))
    meta = _meta(folder / META_FILE)
    _check_recognizer(folder / CONFIG_FILE)
    name = _safe_name(f"{language_of(folder)}_{meta.get('name', 'pipeline')}-{meta.get('version', '0')}")
    files = tuple(
        ModelFile(f"{name}/{file.relative_to(folder).as_posix()}", file.stat().st_size, sha256_of(file))
        for file in found
    )
    return Model(name, ModelRole.NAMES, name, _licence(meta.get("license")), files)


def _embedding(folder: Path) -> Model:
    return _of_transformers(folder, ModelRole.EMBEDDING, taken_files(folder, list(_paths(folder))))


def _classifier(folder: Path) -> Model:
    return _of_transformers(folder, ModelRole.PEOPLE, classifier_files(folder, list(_paths(folder))))


def _of_transformers(folder: Path, role: ModelRole, taken: Sequence[Path]) -> Model:
    name = _safe_name(folder.resolve().name)
    files = tuple(
        ModelFile(f"{name}/{file.relative_to(folder).as_posix()}", file.stat().st_size, sha256_of(file))
        for file in taken
    )
    return Model(name, role, name, _licence(licence_of(folder)), files)


def _files(folder: Path) -> Iterator[Path]:
    """Yield the files of a pipeline, sorted, without hidden files such as those of version control."""
    for path in _paths(folder):
        if path.suffix.lower() in CODE:
            raise ModelError(
                f"{path} may contain code ({path.suffix}), and pipelines with code are refused; "
                "choose a pipeline of spaCy's own components"
            )
        yield path


def _paths(folder: Path) -> Iterator[Path]:
    """Yield the files of a folder, sorted, without hidden files such as those of version control."""
    root = folder.resolve()
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if any(part.startswith(".") for part in inside.parts):
            continue
        if path.is_symlink() and not (path.is_file() and path.resolve().is_relative_to(root)):
            raise ModelError(
                f"{path} is a link to a folder or out of the model; copy the folder with cp -rL and add the copy"
            )
        if not path.is_file():
            continue
        if not str(inside).isprintable():
            raise ModelError(
                f"{folder} has a file with unprintable characters in its name; rename the file and add the folder again"
            )
        yield path


def _meta(file: Path) -> dict[str, Any]:
    try:
        meta = json.loads(file.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise ModelError(f"{file} is not valid JSON; copy the pipeline again and add it") from error
    if not isinstance(meta, dict):
        raise ModelError(f"{file} is not the description of a spaCy pipeline; copy the pipeline again and add it")
    return meta


def _check_recognizer(file: Path) -> None:
    """Check that the pipeline runs the component `ner` of spaCy; other components are not checked."""
    config = configparser.RawConfigParser()
    config.optionxform = str  # type: ignore[assignment,method-assign]
    try:
        config.read_string(file.read_text(encoding="utf-8"))
        running = set(json.loads(config.get("nlp", "pipeline")))
        running -= set(json.loads(config.get("nlp", "disabled", fallback="[]")))
        factory = json.loads(config.get("components.ner", "factory", fallback='""'))
    except (configparser.Error, ValueError, TypeError, RecursionError) as error:
        raise ModelError(
            f"{file} is not the configuration of a spaCy pipeline; copy the pipeline again and add it"
        ) from error
    if "ner" not in running or str(factory) not in _RECOGNIZERS:
        raise ModelError(
            f"{file.parent} recognizes no entities (no component ner that runs); choose a pipeline that does"
        )


def _licence(value: object) -> str:
    """Return the licence in meta.json on one line."""
    text = "".join(letter if letter.isprintable() else " " for letter in value) if isinstance(value, str) else ""
    return " ".join(text.split())[:_LONGEST_LICENCE] or UNKNOWN_LICENCE


def _safe_name(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.") or "model"


def _register(models_dir: Path, origin: Path, wanted: Model) -> Model:
    catalog = load_catalog(models_dir)
    for model in catalog.models:
        if _is_same(model, wanted):
            if not is_present(models_dir, model):
                _copy_into_place(origin, models_dir, model)
            return model
    used_names = {path for model in catalog.models for path in (model.name, model.path)}
    if used_names & {wanted.name, wanted.path}:
        remedy = (
            f"rename {origin.name}"
            if wanted.role is not ModelRole.NAMES
            else f"give it another name in its {META_FILE}"
        )
        raise ModelError(f"another model is called {wanted.name}; {remedy} and add it again")
    target = models_dir / wanted.path
    if target.exists() and not target.samefile(origin):
        raise ModelError(
            f"{target} exists but is not in the catalog; add that path, or move it out of the models folder"
        )
    _copy_into_place(origin, models_dir, wanted)
    _append_entry(models_dir / LOCAL_FILE, wanted)
    return wanted


def _is_same(model: Model, wanted: Model) -> bool:
    """Return whether a folder is the model of an entry; that of an embedding model may have more files."""
    known, found = _contents(model), _contents(wanted)
    if model.role is wanted.role is ModelRole.EMBEDDING:
        return known.items() <= found.items()
    return known == found


def _contents(model: Model) -> dict[str, str]:
    """Return the SHA-256 of each file by its path within the model, independent of the name of the model."""
    return {file.path.removeprefix(model.path): file.sha256 for file in model.files}


def _copy_into_place(origin: Path, models_dir: Path, model: Model) -> None:
    """Copy the files of a model to a temporary path, then move them into place in one step."""
    target = models_dir / model.path
    if target.exists() and target.samefile(origin):
        return
    partial = target.with_name(f".{target.name}.part")
    _remove(partial)  # left by an interrupted addition
    try:
        for file in model.files:
            within = file.path.removeprefix(model.path)
            copy = Path(f"{partial}{within}")
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(f"{origin}{within}", copy)
        if model.role in CHECKS:
            CHECKS[model.role](partial)
        if target.is_dir():
            _remove(target)
        partial.replace(target)
    finally:
        _remove(partial)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _append_entry(local: Path, model: Model) -> None:
    text = local.read_text(encoding="utf-8") if local.exists() else ""
    files = "".join(
        f"  {{ path = {_quoted(file.path)}, bytes = {file.bytes}, sha256 = {_quoted(file.sha256)} }},\n"
        for file in model.files
    )
    text += "\n" if text and not text.endswith("\n") else ""
    text += (
        f"[[model]]\nname = {_quoted(model.name)}\nrole = {_quoted(model.role)}\npath = {_quoted(model.path)}\n"
        f"licence = {_quoted(model.licence)}\nfiles = [\n{files}]\n\n"
    )
    partial = local.with_name(f".{local.name}.part")
    partial.write_text(text, encoding="utf-8")
    partial.replace(local)


def _quoted(text: str) -> str:
    """Return a printable text as a TOML string, which for such a text equals the JSON string."""
    return json.dumps(str(text), ensure_ascii=False)
