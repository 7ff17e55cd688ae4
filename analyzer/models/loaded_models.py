"""The models a process has opened: each loaded on first use, once, whoever asks."""

import json
import threading
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from analyzer.models.catalog import Catalog, is_present, load_catalog, locate
from analyzer.models.catalog_entries import ModelRole
from analyzer.models.embedder import Embedder
from analyzer.models.llm import AnsweringModel


@cache
def loaded_models(models_dir: Path) -> "LoadedModels":
    """Return the models of a folder, the same for everybody in this process."""
    return LoadedModels(models_dir)


class LoadedModels:
    """Opens models by name from one folder; safe to share between threads."""

    def __init__(self, models_dir: Path) -> None:
        """Remember the folder; nothing is read yet."""
        self._models_dir = models_dir
        self._opened: dict[str, Any] = {}
        self._lock = threading.RLock()

    @property
    def catalog(self) -> Catalog:
        """The catalog of the folder."""
        return load_catalog(self._models_dir)

    def path(self, name: str) -> Path:
        """Return where a model lies; a ModelError says how to get it when it is not there."""
        return locate(self._models_dir, self.catalog.get(name))

    def other_names(self, name: str) -> dict[str, Path]:
        """Return the folders of the other entity models that are here, by the language they are for."""
        others = [m for m in self.catalog.models if m.role is ModelRole.NAMES and m.name != name]
        folders = [locate(self._models_dir, model) for model in others if is_present(self._models_dir, model)]
        languages = {str(json.loads((folder / "meta.json").read_text("utf-8"))["lang"]): folder for folder in folders}
        languages.pop("en", None)
        return languages

    def is_present(self, name: str) -> bool:
        """Tell whether a model's files are here."""
        return is_present(self._models_dir, self.catalog.get(name))

    def fingerprint(self, name: str) -> str:
        """Return the SHA-256 that identifies a model."""
        return self.catalog.get(name).fingerprint

    def embedder(self, name: str) -> Embedder:
        """Return the embedding model."""
        return self._once(name, lambda: Embedder(self.path(name)))  # type: ignore[no-any-return]

    def answering(self, name: str, context_tokens: int, threads: int) -> AnsweringModel:
        """Return the answering model."""
        return self._once(name, lambda: AnsweringModel(self.path(name), context_tokens, threads))  # type: ignore[no-any-return]

    def _once(self, name: str, build: Callable[[], Any]) -> Any:
        with self._lock:
            if name not in self._opened:
                self._opened[name] = build()
            return self._opened[name]
