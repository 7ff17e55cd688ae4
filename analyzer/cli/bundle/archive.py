"""Make and check bundles: an archive of wheels and models, with a signed manifest of every file's SHA-256.

The digest of the manifest, carried over by other means, shows that a bundle is the one that was made; the signature
shows by which machine.
"""

import importlib.metadata
import io
import json
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analyzer.cli.bundle import installer
from analyzer.cli.bundle.installer import FORMAT, INSTALLER, MANIFEST, MODELS, REQUIREMENTS, WHEELS
from analyzer.errors import FetchError, InputFileError, UsageError
from analyzer.models.catalog import load_catalog, sha256_of, verify
from analyzer.security import signatures
from analyzer.store.output_files import check_free

PROGRAM = "analyzer"
PACKAGE = "feedback-analyzer"


@dataclass(frozen=True, slots=True, kw_only=True)
class BundlePlan:
    """What goes into a bundle.

    Attributes:
        requirement: the program: a wheel file, or a name and version for the package index.
        platform: platform tag of another kind of machine, such as manylinux_2_28_x86_64; empty for this one's.
        machine: system and processor that the bundle is for, such as linux-x86_64.
        python: version such as 3.12.
        indexes: further package indexes; links: folders of wheels; constraints: file of versions, None for none.
        models_dir: folder of the models; models: names of catalog entries, which must be there.
    """

    requirement: str
    models_dir: Path
    models: Sequence[str]
    platform: str = ""
    machine: str = ""
    python: str = ".".join(map(str, sys.version_info[:2]))
    indexes: Sequence[str] = ()
    links: Sequence[Path] = ()
    constraints: Path | None = None


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle: its file, the SHA-256 of its manifest, who signed it, what is in it."""

    path: str
    digest: str
    fingerprint: str
    version: str
    python: str
    machine: str
    wheels: int
    models: tuple[str, ...]
    bytes: int


def create(plan: BundlePlan, out: Path, key_file: Path, on_step: Callable[[str], None]) -> Bundle:
    """Make a bundle; the only step with a network is pip's.

    Raises:
        FetchError: if pip cannot deliver a wheel for each package.
        ModelError: if a model is unknown, missing or damaged.
        UsageError: if the file is there already or cannot be written.
    """
    check_free(out)
    catalog = load_catalog(plan.models_dir)
    models = [catalog.get(name) for name in plan.models] if plan.models else list(catalog.defaults)
    for model in models:
        on_step(f"checking {model.name}")
        verify(plan.models_dir, model)
    with tempfile.TemporaryDirectory(dir=out.absolute().parent) as name:
        folder = Path(name)
        on_step("collecting wheels")
        _collect_wheels(plan, folder / WHEELS)
        wheels = sorted((folder / WHEELS).glob("*.whl"))
        (folder / REQUIREMENTS).write_text("".join(map(_requirement, wheels)), encoding="utf-8")
        (folder / INSTALLER).write_bytes(Path(installer.__file__).read_bytes())
        files = {INSTALLER: folder / INSTALLER, REQUIREMENTS: folder / REQUIREMENTS}
        files |= {f"{WHEELS}/{wheel.name}": wheel for wheel in wheels}
        files |= {f"{MODELS}/{file.path}": plan.models_dir / file.path for model in models for file in model.files}
        on_step("writing the archive")
        content = _manifest(plan, files, [model.name for model in models], _version(wheels), key_file)
        _write_archive(out, content, files)
    return check(out)


def check(bundle: Path, digest: str = "") -> Bundle:
    """Return what a bundle holds, after every file in it was compared with the signed manifest.

    Raises:
        InputFileError: if it is no bundle, was changed, or its signature does not hold.
    """
    try:
        manifest = installer.check(bundle, digest)
        with tarfile.open(bundle) as archive:
            found = installer.read_manifest(archive)[1]
    except (installer.BundleError, OSError, tarfile.TarError) as error:
        raise InputFileError(f"{bundle}: {error}") from error
    if not signatures.is_intact(manifest):
        raise InputFileError(f"{bundle}: the signature of the manifest does not hold; the bundle was changed")
    return Bundle(
        str(bundle), found, str(manifest[signatures.SIGNATURE]["fingerprint"]), str(manifest["version"]),
        str(manifest["python"]), str(manifest["machine"]),
        sum(str(entry["path"]).startswith(f"{WHEELS}/") for entry in manifest["files"]),
        tuple(map(str, manifest["models"])), bundle.stat().st_size,
    )  # fmt: skip


def install(bundle: Path, digest: str, into: Path, models_dir: Path, signer: str = "") -> Path:
    """Check a bundle and its signature, then install it; return the program.

    Args:
        bundle: the archive.
        digest: SHA-256 of its manifest, from the machine that made it.
        into: folder of the environment.
        models_dir: folder of the models.
        signer: fingerprint of the machine that must have signed it; empty for any.

    Raises:
        InputFileError: if it was changed, is signed by another machine, or does not fit this one.
    """
    found = check(bundle, digest)
    if signer and "".join(signer.split()).lower() != "".join(found.fingerprint.split()):
        raise InputFileError(f"{bundle} is signed by {found.fingerprint}, not by {signer}; nothing was installed")
    try:
        return installer.install(bundle, digest, into, models_dir)
    except (installer.BundleError, OSError, tarfile.TarError) as error:
        raise InputFileError(f"{bundle}: {error}") from error


def this_program() -> str:
    """Return the requirement of the version that runs."""
    return f"{PACKAGE}=={importlib.metadata.version(PACKAGE)}"


def _collect_wheels(plan: BundlePlan, folder: Path) -> None:
    """Have pip collect a wheel for each package: built where need be for this machine, wheels alone for another."""
    if plan.platform:
        command = ["download", "--dest", str(folder), "--only-binary", ":all:", "--platform", plan.platform]
        command += ["--python-version", plan.python, "--implementation", "cp"]
    else:
        command = ["wheel", "--wheel-dir", str(folder)]
    for index in plan.indexes:
        command += ["--extra-index-url", index]
    for links in plan.links:
        command += ["--find-links", str(links.absolute())]
    command += ["--constraint", str(plan.constraints)] if plan.constraints else []
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", *command, plan.requirement, "pip"]
    done = subprocess.run(pip, capture_output=True, text=True, errors="replace", check=False)
    if done.returncode:
        said = [line.removeprefix("ERROR: ") for line in done.stderr.splitlines() if line.startswith("ERROR: ")]
        raise FetchError(f"pip did not deliver every wheel ({said[-1][:200] if said else 'no reason was given'})")


def _requirement(wheel: Path) -> str:
    name, version = wheel.name.split("-")[:2]
    return f"{name.replace('_', '-')}=={version} --hash=sha256:{sha256_of(wheel)}\n"


def _version(wheels: Sequence[Path]) -> str:
    own = [wheel.name.split("-")[1] for wheel in wheels if wheel.name.startswith(f"{PACKAGE.replace('-', '_')}-")]
    return own[0] if own else ""


def _manifest(plan: BundlePlan, files: dict[str, Path], models: Sequence[str], version: str, key_file: Path) -> bytes:
    entries = [{"path": name, "bytes": path.stat().st_size, "sha256": sha256_of(path)} for name, path in files.items()]
    manifest: dict[str, Any] = {
        "format": FORMAT, "program": PROGRAM, "version": version, "python": plan.python,
        "machine": plan.machine or ("" if plan.platform else installer.machine_of_this()), "models": list(models),
        "files": entries,
    }  # fmt: skip
    try:
        signed = signatures.sign(manifest, signatures.machine_key(key_file))
    except OSError as error:
        raise UsageError(f"{key_file}: the key of this machine cannot be used ({error.strerror})") from error
    return json.dumps(signed, sort_keys=True, indent=1).encode()


def _write_archive(out: Path, manifest: bytes, files: dict[str, Path]) -> None:
    """Write the archive, manifest and installer first, with fixed times and owners."""
    draft = out.with_name(f".{out.name}.new")
    try:
        with tarfile.open(draft, "w", format=tarfile.PAX_FORMAT) as archive:
            for name, path in (*((MANIFEST, None),), *files.items()):
                member = tarfile.TarInfo(name)
                member.size, member.mode = (path.stat().st_size if path else len(manifest)), 0o644
                with path.open("rb") if path else io.BytesIO(manifest) as stream:
                    archive.addfile(member, stream)
        draft.replace(out)
    except OSError as error:
        raise UsageError(f"{out} cannot be written ({error.strerror}); choose another place") from error
    finally:
        draft.unlink(missing_ok=True)
