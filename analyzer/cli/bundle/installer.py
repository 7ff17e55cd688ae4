"""Install the program and its models from a bundle, on a machine without a network and without the program.

A copy of this file is in every bundle, as install.py; `analyzer bundle install` runs the same code. Standard library
only. Nothing is installed before every file was compared with the manifest, and the manifest with the digest that the
machine that made the bundle had printed. pip gets no index, and takes files by their hashes alone.
"""

import argparse
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

MANIFEST, REQUIREMENTS, INSTALLER = "manifest.json", "requirements.txt", "install.py"
WHEELS, MODELS = "wheels", "models"
FORMAT = 1
MANIFEST_BYTES = 10_000_000
DATA = Path("~/.local/share/feedback-analyzer")
_CHUNK_BYTES = 1 << 20


class BundleError(Exception):
    """A bundle that is not what it should be, or does not fit this machine; the message says what to do."""


def main(arguments: list[str] | None = None) -> int:
    """Check and install a bundle; return 0 if that worked."""
    parser = argparse.ArgumentParser(description="Install Feedback Analyzer from a bundle, without a network.")
    parser.add_argument("bundle", type=Path)
    parser.add_argument("--digest", required=True, help="SHA-256 of the manifest, as `bundle create` printed it")
    parser.add_argument("--into", type=Path, default=DATA / "venv", help="folder of the program (default %(default)s)")
    parser.add_argument("--models", type=Path, default=models_folder(), help="folder of the models")
    given = parser.parse_args(arguments)
    try:
        program = install(given.bundle, given.digest, given.into.expanduser(), given.models.expanduser())
    except (BundleError, OSError, tarfile.TarError) as error:
        sys.stderr.write(f"bundle: {error}\n")
        return 1
    sys.stdout.write(f"installed: {program}\n")
    return 0


def models_folder() -> Path:
    """Return the folder of the models: that of ANALYZER_MODELS_DIR, or the default."""
    return Path(os.environ.get("ANALYZER_MODELS_DIR") or DATA / "models")


def install(bundle: Path, digest: str, into: Path, models: Path) -> Path:
    """Check a bundle, then install its wheels into a new environment and its models; return the program.

    Args:
        bundle: the archive.
        digest: SHA-256 of its manifest, from the machine that made it.
        into: folder of the environment; must not exist, or be an environment that an earlier bundle made.
        models: folder of the models; files that are there with other bytes are replaced.

    Raises:
        BundleError: if the archive is not what the manifest says, or is for another machine.
    """
    into.parent.mkdir(parents=True, exist_ok=True)
    with unpacked(bundle, digest, into.parent) as (folder, manifest):
        check_machine(manifest)
        if into.exists() and any(into.iterdir()) and not (into / "pyvenv.cfg").is_file():
            raise BundleError(f"{into} is not an environment of Python; choose another folder with --into")
        program = _install_wheels(folder, into, str(manifest["program"]))
        for file in sorted(path for path in (folder / MODELS).rglob("*") if path.is_file()):
            target = models / file.relative_to(folder / MODELS)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(file, target)
    return program


@contextmanager
def unpacked(bundle: Path, digest: str, place: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Unpack a bundle into a new folder in `place`, every file checked; yield the folder and the manifest.

    The folder is deleted after that.

    Raises:
        BundleError: if the manifest has another digest, or a file is missing, additional or different.
    """
    with tempfile.TemporaryDirectory(dir=place) as name:
        yield Path(name), check(bundle, digest, Path(name))


def check(bundle: Path, digest: str = "", folder: "Path | None" = None) -> dict[str, Any]:
    """Compare every file of a bundle with its manifest and return it; write the files to a folder if one is given.

    Raises:
        BundleError: if the manifest has another digest, or a file is missing, additional or different.
    """
    with tarfile.open(bundle) as archive:
        manifest, found = read_manifest(archive)
        if digest and digest.strip().lower() != found:
            raise BundleError(f"the manifest has the digest {found}, not the one given; nothing was installed")
        files = {entry["path"]: entry for entry in manifest["files"]}
        seen: set[str] = set()
        for member in archive:
            if member.name in seen:
                raise BundleError(f"{member.name[:100]!r} is in the bundle twice; the bundle was changed")
            seen.add(member.name)
            if member.name != MANIFEST:
                _check_file(archive, member, files, folder)
        if missing := sorted(set(files) - seen):
            raise BundleError(f"{missing[0]} is missing from the bundle; copy it again")
    return manifest


def read_manifest(archive: tarfile.TarFile) -> tuple[dict[str, Any], str]:
    """Return the manifest and its SHA-256.

    Raises:
        BundleError: if there is none, or it is of another format.
    """
    try:
        member = archive.getmember(MANIFEST)
        stream = archive.extractfile(member)
        content = stream.read(MANIFEST_BYTES) if stream else b""
        manifest = json.loads(content)
        if manifest["format"] != FORMAT or not all(_is_safe(str(entry["path"])) for entry in manifest["files"]):
            raise ValueError
    except (KeyError, ValueError, TypeError) as error:
        raise BundleError("this is no bundle, or one of another version of the program") from error
    return manifest, hashlib.sha256(content).hexdigest()


def check_machine(manifest: dict[str, Any]) -> None:
    """Check that a bundle is for this Python and processor.

    Raises:
        BundleError: if it is for another one.
    """
    here = ".".join(map(str, sys.version_info[:2]))
    if manifest["python"] != here:
        wanted = manifest["python"]
        raise BundleError(f"the bundle is for Python {wanted} and this is {here}; use python{wanted}")
    if manifest["machine"] and manifest["machine"] != machine_of_this():
        raise BundleError(f"the bundle is for {manifest['machine']} and this machine is {machine_of_this()}")


def machine_of_this() -> str:
    """Return system and processor of this machine, such as linux-x86_64."""
    return f"{sys.platform}-{platform.machine().lower()}"


def _is_safe(path: str) -> bool:
    pure = PurePosixPath(path)
    is_plain = not pure.is_absolute() and ".." not in pure.parts and "\\" not in path and ":" not in path
    is_of_ours = path in (INSTALLER, REQUIREMENTS) or (len(pure.parts) > 1 and pure.parts[0] in (WHEELS, MODELS))
    return is_plain and is_of_ours


def _check_file(
    archive: tarfile.TarFile, member: tarfile.TarInfo, files: dict[str, Any], folder: "Path | None"
) -> None:
    """Compare one file, and write it to a folder; only names of the manifest are written, and only plain files."""
    entry, stream = files.get(member.name), archive.extractfile(member) if member.isreg() else None
    if entry is None or stream is None or member.size != entry["bytes"]:
        raise BundleError(f"{member.name[:100]!r} is not in the manifest, or of another size; the bundle was changed")
    target, digest = folder / member.name if folder else Path(os.devnull), hashlib.sha256()
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as out:
        while chunk := stream.read(_CHUNK_BYTES):
            digest.update(chunk)
            out.write(chunk)
    if digest.hexdigest() != entry["sha256"]:
        raise BundleError(f"{member.name} has another SHA-256 than the manifest says; the bundle was changed")


def _install_wheels(folder: Path, into: Path, program: str) -> Path:
    """Make the environment with the pip of the bundle, which is run from its wheel."""
    scripts = into / ("Scripts" if os.name == "nt" else "bin")
    python = scripts / ("python.exe" if os.name == "nt" else "python")
    _run([sys.executable, "-m", "venv", "--clear", "--without-pip", str(into)], "make an environment of Python")
    [pip] = (folder / WHEELS).glob("pip-*.whl")
    _run(
        [str(python), f"{pip}/pip", "install", "--isolated", "--quiet", "--no-index", "--no-deps", "--require-hashes",
         "--find-links", str(folder / WHEELS), "-r", str(folder / REQUIREMENTS)],
        "install the wheels",
    )  # fmt: skip
    return scripts / program


def _run(command: list[str], what: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise BundleError(f"could not {what}: {said[-1] if said else 'no reason was given'}")


if __name__ == "__main__":
    sys.exit(main())
