"""Facts of the machine for the proof: versions, models by fingerprint, settings, switches, and warnings."""

import platform
from collections.abc import Mapping
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from analyzer.config import Settings
from analyzer.errors import ModelError
from analyzer.models.catalog import is_present, load_catalog, verify
from analyzer.security.sandbox.switches import ADDRESSES, ENVIRONMENT, OPTIONS

PACKAGES = (
    "feedback-analyzer sentence-transformers faiss-cpu llama-cpp-python presidio-analyzer presidio-anonymizer spacy "
    "streamlit torch sqlcipher3"
).split()
MOUNTS = Path("/proc/self/mountinfo")
REMOTE = frozenset(
    "nfs nfs4 cifs smb3 smbfs 9p ceph glusterfs lustre afs fuse.sshfs fuse.rclone fuse.s3fs davfs".split()
)
"""File systems that store files on another machine."""
UNSURE = "fuse"
"""Prefix of file systems in user space, which may store files anywhere."""


def switches() -> dict[str, dict[str, Any]]:
    """Return every switch that is set, with its library and what the library would do without it."""
    return {
        name: {"value": _plain(switch.value), "library": switch.library, "without": switch.without}
        for group in (ENVIRONMENT, ADDRESSES, OPTIONS)
        for name, switch in group.items()
    }


def versions() -> dict[str, str]:
    """Return the versions of the program, the system and the libraries that matter."""
    found = {"python": platform.python_version(), "system": platform.platform(), "machine": platform.machine()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found


def models(models_dir: Path) -> list[dict[str, Any]]:
    """Return the models that are present, hashed again and compared with the catalog."""
    found = []
    for model in load_catalog(models_dir).models:
        if is_present(models_dir, model):
            try:
                verify(models_dir, model)
                is_verified = True
            except ModelError:
                is_verified = False
            found.append({"name": model.name, "sha256": model.fingerprint, "verified": is_verified})
    return found


def settings_in_force(settings: Settings) -> dict[str, Any]:
    """Return the settings, which contain no secret."""
    return {name: _plain(value) for name, value in asdict(settings).items()}


def warnings(folders: Mapping[str, Path], mounts: str | None = None) -> list[str]:
    """Return a line for each folder that is or may be on another machine: the seal does not stop writing to files.

    Args:
        folders: by what they are called.
        mounts: contents of /proc/self/mountinfo; None reads it.
    """
    table = mounts if mounts is not None else (MOUNTS.read_text(encoding="utf-8") if MOUNTS.exists() else "")
    points = sorted((_mount(line) for line in table.splitlines() if " - " in line), key=lambda one: -len(one[0]))
    found = []
    for name, folder in folders.items():
        place = str(folder.resolve())
        kind = next((kind for point, kind in points if place == point or place.startswith(point.rstrip("/") + "/")), "")
        if kind in REMOTE:
            found.append(f"{name} {place} is on a network drive ({kind}): what is written there leaves this machine")
        elif kind.startswith(UNSURE):
            found.append(f"{name} {place} is on a file system in user space ({kind}), which may be a network drive")
    return found


def _mount(line: str) -> tuple[str, str]:
    """Return mount point and file system type of a line of /proc/self/mountinfo (proc(5))."""
    before, _, after = line.partition(" - ")
    return before.split()[4].replace("\\040", " "), after.split()[0]


def _plain(value: object) -> object:
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    return value if isinstance(value, str | int | float | bool) else str(value)
