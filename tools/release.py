"""Make a release in dist/ (wheel, source archive, bill of materials, notes, hashes) and set the tag. Uploads nothing.

The version is that of pyproject.toml. Nothing is built from a changed checkout. Wheel and source archive are built
twice and must be equal, so that somebody else can build them again from the tag. `--dry-run` sets no tag.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
DIST = PROJECT / "dist"
SUMS, NOTES, BOM = "SHA256SUMS", "NOTES.md", "sbom.cdx.json"


class ReleaseError(Exception):
    """A reason not to release; the message says what to do."""


def main(arguments: list[str]) -> int:
    """Make the release; return 0 if it is in dist/."""
    try:
        version = version_of(PROJECT)
        notes = notes_of((PROJECT / "CHANGELOG.md").read_text(encoding="utf-8"), version)
        check_state(PROJECT, version)
        shutil.rmtree(DIST, ignore_errors=True)
        build(PROJECT, DIST)
        (DIST / NOTES).write_text(notes, encoding="utf-8")
        shutil.copy(PROJECT / "docs" / BOM, DIST / BOM)
        (DIST / SUMS).write_text(sums(DIST), encoding="utf-8")
        if "--dry-run" not in arguments:
            git(PROJECT, "tag", "--annotate", f"v{version}", "--message", f"Version {version}")
    except ReleaseError as error:
        sys.stderr.write(f"release: {error}\n")
        return 1
    print(f"{version} is in {DIST}: {', '.join(sorted(path.name for path in DIST.iterdir()))}")
    return 0


def version_of(project: Path) -> str:
    """Return the version; the citation file must have the same."""
    version = str(tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"])
    if not re.fullmatch(r"\d+\.\d+\.\d+", version):
        raise ReleaseError(f"version {version} of pyproject.toml is not of the form 1.2.3")
    if f"\nversion: {version}\n" not in (project / "CITATION.cff").read_text(encoding="utf-8"):
        raise ReleaseError(f"CITATION.cff has another version than {version}; correct it")
    return version


def notes_of(changelog: str, version: str) -> str:
    """Return the entry of a version, which must have a date in its heading and a line at least."""
    found = re.search(rf"^## {re.escape(version)} — (.+)\n((?:(?!^## ).*\n?)*)", changelog, re.MULTILINE)
    if not found or not found[2].strip():
        raise ReleaseError(f"CHANGELOG.md has no entry “## {version} — DATE”; write what changed")
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", found[1].strip()):
        raise ReleaseError(
            f"CHANGELOG.md calls {version} “{found[1].strip()}”; put the date of today there, and commit"
        )
    return f"# {version}\n\n{found[2].strip()}\n"


def check_state(project: Path, version: str) -> None:
    """Check that the checkout is what is committed, and that the version was not released."""
    if git(project, "status", "--porcelain"):
        raise ReleaseError("the checkout has changes; commit or discard them first")
    if git(project, "tag", "--list", f"v{version}"):
        raise ReleaseError(f"v{version} was released; raise the version in pyproject.toml and CITATION.cff")


def build(project: Path, dist: Path) -> None:
    """Build wheel and source archive twice, from what is committed, and keep them if they are equal."""
    epoch = git(project, "log", "-1", "--format=%ct")
    with tempfile.TemporaryDirectory() as folder:
        made = []
        for number in ("1", "2"):
            source, out = Path(folder) / f"source-{number}", Path(folder) / f"dist-{number}"
            git(project, "worktree", "add", "--detach", str(source), "HEAD")
            try:
                environ = {**os.environ, "SOURCE_DATE_EPOCH": epoch}
                command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-t", "sdist", "-d", str(out)]
                if subprocess.run(command, cwd=source, env=environ, capture_output=True, check=False).returncode:
                    raise ReleaseError("hatchling could not build; run it by hand: python -m hatchling build")
            finally:
                git(project, "worktree", "remove", "--force", str(source))
            made.append(sums(out))
        if made[0] != made[1]:
            raise ReleaseError("two builds of the same commit differ; find out why before you release")
        shutil.copytree(Path(folder) / "dist-1", dist)


def sums(folder: Path) -> str:
    """Return the SHA-256 of each file of a folder but the sums, as sha256sum writes them."""
    files = sorted(path for path in folder.iterdir() if path.name != SUMS)
    return "".join(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files)


def git(project: Path, *arguments: str) -> str:
    """Run git in the project and return what it printed."""
    done = subprocess.run(["git", *arguments], cwd=project, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ReleaseError(f"git {arguments[0]} failed: {done.stderr.strip().splitlines()[-1:]}")
    return done.stdout.strip()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
