"""Read the catalog of models, and locate and verify model files on disk. Knows nothing about networks."""

import hashlib
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from analyzer.errors import ModelError
from analyzer.models.catalog_entries import Model, ModelFile, ModelRole, parse_models

__all__ = [
    "Catalog",
    "Model",
    "ModelRole",
    "is_present",
    "load_catalog",
    "locate",
    "sha256_of",
    "verify",
]

CATALOG_FILE = "catalog.toml"
SHIPPED = Path(__file__).with_name(CATALOG_FILE)
"""The catalog of the package; a catalog in the models folder replaces it."""
LOCAL_FILE = "local.toml"
_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Catalog:
    """All known models: the models of the package, then the models that the user added."""

    models: tuple[Model, ...]

    def get(self, name: str) -> Model:
        """Return the model with a name.

        Raises:
            ModelError: if there is none; the message lists the known names.
        """
        for model in self.models:
            if model.name == name:
                return model
        names = ", ".join(model.name for model in self.models)
        raise ModelError(f"no model is called {name!r}; known models: {names}")

    @property
    def defaults(self) -> tuple[Model, ...]:
        """The models that are fetched if no name is given."""
        return tuple(model for model in self.models if model.is_default)


def load_catalog(models_dir: Path) -> Catalog:
    """Read the catalog of the package and, if the user added models, local.toml.

    A catalog.toml in the models folder replaces the catalog of the package.

    Raises:
        ModelError: if a file cannot be read, is not TOML, has unknown keys or repeats a name.
    """
    own = models_dir / CATALOG_FILE
    models = _read(own if own.is_file() else SHIPPED)
    if (models_dir / LOCAL_FILE).is_file():
        models += _read(models_dir / LOCAL_FILE)
    names = [model.name for model in models]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ModelError(f"{models_dir}: {', '.join(twice)} is defined twice; remove one entry from {LOCAL_FILE}")
    return Catalog(models)


def is_present(models_dir: Path, model: Model) -> bool:
    """Return whether all files of a model exist with the right lengths; nothing is hashed."""
    return not any(_fault(models_dir, file) for file in model.files)


def locate(models_dir: Path, model: Model) -> Path:
    """Return the file or folder to open, after a check of presence and lengths.

    Raises:
        ModelError: if a file is missing or has another length.
    """
    path = models_dir / model.path
    if not path.exists():
        raise ModelError(f"model {model.name} is not installed; run: {_remedy(model)}")
    for file in model.files:
        if fault := _fault(models_dir, file):
            raise ModelError(f"model {model.name} is damaged ({fault}); run: {_remedy(model)}")
    return path


def verify(models_dir: Path, model: Model) -> None:
    """Hash every file and compare it with the catalog (about 1 s per GB).

    Raises:
        ModelError: if a file is missing or additional, or its bytes differ from the catalog.
    """
    path = locate(models_dir, model)
    for file in model.files:
        if sha256_of(models_dir / file.path) != file.sha256:
            raise ModelError(f"model {model.name} was altered ({file.path}); delete {path} and run: {_remedy(model)}")
    extra = {found for found in path.rglob("*") if found.is_file()} - {models_dir / file.path for file in model.files}
    if extra:
        raise ModelError(f"model {model.name} has a file that is not in the catalog; delete {min(extra)}")


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file in hex; the file is read in chunks."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def _read(path: Path) -> tuple[Model, ...]:
    try:
        return _parsed(path.read_text(encoding="utf-8"), str(path))
    except FileNotFoundError as error:
        raise ModelError(f"{path} is missing; install the program again") from error
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ModelError(f"{path}: not readable as TOML ({error}); correct or restore it") from error


@lru_cache(maxsize=8)
def _parsed(text: str, origin: str) -> tuple[Model, ...]:
    """Parse a catalog; cached by its text, because every question reads it three times and parsing takes 3 ms."""
    return parse_models(tomllib.loads(text), origin)


def _fault(models_dir: Path, file: ModelFile) -> str:
    path = models_dir / file.path
    if not path.is_file():
        return f"{file.path} is missing"
    size = path.stat().st_size
    return "" if size == file.bytes else f"{file.path} has {size} bytes, not {file.bytes}"


def _remedy(model: Model) -> str:
    if model.sources:
        return f"analyzer models fetch {model.name}"
    return f"analyzer models add {'FILE' if model.role is ModelRole.ANSWERING else 'FOLDER'}"
