"""Recognize and check the folder of an embedding model of the user, in the format of sentence-transformers.

Only what describes the model and its weights in safetensors is taken: no code, and no weights in a format that may
execute code when it is read. Other files of the folder, such as the same weights for other programs, are left.
"""

import json
import re
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from analyzer.errors import ModelError

MODULES_FILE = "modules.json"
PROMPTS_FILE = "config_sentence_transformers.json"
TAKEN = frozenset({".json", ".txt", ".model", ".safetensors"})
"""Suffixes of the files that are taken: settings, word lists, pieces of a tokenizer, weights."""
WEIGHTS = ".safetensors"
MODULES = frozenset({"Transformer", "Pooling", "Normalize", "Dense", "StaticEmbedding"})
"""Modules of sentence-transformers that a model may be made of; others are not tried, and those of others are code."""
WITH_WEIGHTS = frozenset({"Transformer", "Dense", "StaticEmbedding"})
_OWN = re.compile(r"sentence_transformers\.(?:[a-z_]+\.)*([A-Z]\w*)")
_LICENCE = re.compile(r"^license:\s*[\"']?([\w.+ -]+)", re.MULTILINE)
_LONGEST_README = 100_000


def is_embedding_model(folder: Path) -> bool:
    """Return whether a folder has the list of modules of sentence-transformers."""
    return (folder / MODULES_FILE).is_file()


def taken_files(folder: Path, files: Sequence[Path]) -> list[Path]:
    """Return the files of the model among those of its folder, after checking what they say.

    Args:
        folder: with modules.json.
        files: all files below it.

    Raises:
        ModelError: if a module is not one of MODULES, needs code, or has no weights in safetensors.
    """
    modules = _modules(folder)
    folders = {folder / path for path, _ in modules}
    taken = [
        file for file in files if file.suffix.lower() in TAKEN and (file.parent in folders or file.parent == folder)
    ]
    for path, kind in modules:
        inside = [file for file in taken if file.parent == folder / path]
        if kind in WITH_WEIGHTS and not any(file.suffix.lower() == WEIGHTS for file in inside):
            raise ModelError(
                f"{folder / path} has no weights in safetensors; other formats may execute code, so choose a model "
                "that comes with *.safetensors"
            )
    for file in taken:
        if file.suffix.lower() == ".json" and needs_code(content_of(file)):
            raise ModelError(f"{file} needs code of its publisher (auto_map); choose a model that does without")
    return taken


def licence_of(folder: Path) -> str:
    """Return the licence that the head of README.md names; empty if it names none."""
    try:
        text = (folder / "README.md").read_text(encoding="utf-8", errors="replace")[:_LONGEST_README]
    except OSError:
        return ""
    head = text[3:].partition("\n---")[0] if text.startswith("---") else ""
    found = _LICENCE.search(head)
    return found[1].strip() if found else ""


def has_prompts(folder: Path) -> bool:
    """Return whether a model names texts that go before a question or a comment."""
    file = folder / PROMPTS_FILE
    content = content_of(file) if file.is_file() else {}
    prompts = content.get("prompts") if isinstance(content, dict) else None
    return isinstance(prompts, dict) and any(prompts.values())


def check_loads(folder: Path) -> None:
    """Load the model and embed a word with it; takes seconds.

    Raises:
        ModelError: if it does not load, or gives no vectors.
    """
    from analyzer.models.embedder import Embedder  # noqa: PLC0415

    try:
        embedder = Embedder(folder)
        is_whole = embedder.dimension > 0 and bool(abs(embedder.embed_one("word")).sum() > 0)
    except (ModelError, ValueError, TypeError, RuntimeError, IndexError, AttributeError) as error:
        raise ModelError(
            f"the model in the folder does not load ({type(error).__name__}); choose a model that "
            "sentence-transformers opens"
        ) from error
    if not is_whole:
        raise ModelError("the model in the folder gives no vectors; choose another")


def _modules(folder: Path) -> list[tuple[str, str]]:
    """Return folder and kind of each module, in order."""
    file = folder / MODULES_FILE
    listed = content_of(file)
    if not isinstance(listed, list) or not listed:
        raise ModelError(f"{file} lists no modules; choose the folder of a model of sentence-transformers")
    found = []
    for one in listed:
        path, kind = (one.get("path"), one.get("type")) if isinstance(one, dict) else (None, None)
        own = _OWN.fullmatch(kind) if isinstance(kind, str) else None
        if not isinstance(path, str) or own is None or own[1] not in MODULES:
            raise ModelError(
                f"{file} has a module that is not taken ({kind}); models of {', '.join(sorted(MODULES))} are"
            )
        if PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts or "\\" in path:
            raise ModelError(f"{file} names a folder outside of the model; choose another model")
        found.append((path, own[1]))
    return found


def needs_code(content: Any) -> bool:
    """Return whether a settings file of a model asks for code of its publisher."""
    if isinstance(content, dict):
        return bool(content.get("auto_map")) or any(
            needs_code(one) for one in content.values() if isinstance(one, dict)
        )
    return False


def content_of(file: Path) -> Any:
    """Return the content of a JSON file.

    Raises:
        ModelError: if it is not valid.
    """
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise ModelError(f"{file} is not valid JSON; copy the model again and add it") from error
