"""Load each model of a process once, on first use, and share it."""

import json
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from analyzer.errors import ModelError
from analyzer.models.catalog import Catalog, is_present, load_catalog, locate
from analyzer.models.catalog_entries import ModelRole
from analyzer.models.embedder import Embedder, Embeds
from analyzer.models.families import Family, family_of
from analyzer.models.llm import AnsweringModel, Answers
from analyzer.models.local_server import LocalServer
from analyzer.models.resident import Connection, ResidentAnswering, ResidentClient, ResidentEmbedder
from analyzer.models.server_address import ServerSetting
from analyzer.models.server_client import Stream
from analyzer.system import usable_cores


@cache
def loaded_models(models_dir: Path) -> "LoadedModels":
    """Return the models of a folder; the same object for every caller in this process."""
    return LoadedModels(models_dir)


class LoadedModels:
    """Loads models by name from one folder, or uses those of a resident worker; safe to share between threads."""

    def __init__(self, models_dir: Path) -> None:
        """Take the models folder; nothing is read yet."""
        self._models_dir = models_dir
        self._opened: dict[str, Any] = {}
        self._lock = threading.RLock()
        self._resident: ResidentClient | None = None

    def use_resident(self, connect: Callable[[], Connection]) -> None:
        """Use the models of a resident worker from now on, as far as it has them.

        Args:
            connect: opens a connection to the worker.
        """
        self._resident = ResidentClient(connect, self._models_dir)

    @property
    def catalog(self) -> Catalog:
        """The catalog of the models folder."""
        return load_catalog(self._models_dir)

    def path(self, name: str) -> Path:
        """Return the path of a model.

        Raises:
            ModelError: if it is not installed; the message names the command that installs it.
        """
        return locate(self._models_dir, self.catalog.get(name))

    def other_names(self, name: str) -> dict[str, Path]:
        """Return the folders of the other installed entity models by language, without English."""
        others = [m for m in self.catalog.models if m.role is ModelRole.NAMES and m.name != name]
        folders = [locate(self._models_dir, model) for model in others if is_present(self._models_dir, model)]
        languages = {str(json.loads((folder / "meta.json").read_text("utf-8"))["lang"]): folder for folder in folders}
        languages.pop("en", None)
        return languages

    def people_models(self) -> dict[str, Path]:
        """Return the folders of the installed token-classification models by name."""
        found = [m for m in self.catalog.models if m.role is ModelRole.PEOPLE and is_present(self._models_dir, m)]
        return {model.name: locate(self._models_dir, model) for model in found}

    def is_present(self, name: str) -> bool:
        """Return whether the files of a model are present."""
        return is_present(self._models_dir, self.catalog.get(name))

    def fingerprint(self, name: str) -> str:
        """Return the SHA-256 of a model."""
        return self.catalog.get(name).fingerprint

    def embedder(self, name: str) -> Embeds:
        """Return the embedding model, here or in the resident worker."""

        def load() -> Embeds:
            return Embedder(self.path(name), usable_cores())

        def build() -> Embeds:
            if self._resident:
                with suppress(OSError, ModelError):
                    return ResidentEmbedder(self._resident, name, self.fingerprint(name), load)
            return load()

        return self._load_once(name, build)  # type: ignore[no-any-return]

    def answering(self, name: str, context_tokens: int, threads: int) -> Answers:
        """Return the answering model, here or in the resident worker."""

        def load() -> Answers:
            return AnsweringModel(self.path(name), context_tokens, threads, self.family(name))

        def build() -> Answers:
            if self._resident:
                asked = {"model": name, "fingerprint": self.fingerprint(name), "context_tokens": context_tokens,
                         "threads": threads}  # fmt: skip
                with suppress(OSError, ModelError):
                    return ResidentAnswering(self._resident, asked, self.family(name), load)
            return load()

        return self._load_once(name, build)  # type: ignore[no-any-return]

    def server(self, setting: ServerSetting, connect: Callable[[], Stream]) -> LocalServer:
        """Return the model of a server on this machine, see LocalServer; the same object for the same setting."""
        return self._load_once(str(setting), lambda: LocalServer(setting, connect, self.family))  # type: ignore[no-any-return]

    def family(self, name: str) -> Family:
        """Return the family of a model by its name."""
        return family_of(name, self._models_dir)

    def _load_once(self, name: str, build: Callable[[], Any]) -> Any:
        with self._lock:
            if name not in self._opened:
                self._opened[name] = build()
            return self._opened[name]
