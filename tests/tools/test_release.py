"""A release is made from what is committed, once, twice the same, with notes and hashes; otherwise nothing is made."""

import subprocess
import sys

import pytest

from analyzer.config import PROJECT

sys.path.insert(0, str(PROJECT / "tools"))
import release

CHANGELOG = "# Changelog\n\n## 1.2.3 — 2026-01-02\n\n- Better.\n\n## 1.2.2 — 2025-12-01\n\n- Older.\n"


def git(folder, *arguments):
    identity = ["-c", "user.name=T", "-c", "user.email=t@example.org"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A small project under version control, in the place of this one."""
    folder = tmp_path / "project"
    (folder / "small").mkdir(parents=True)
    (folder / "docs").mkdir()
    (folder / "small" / "__init__.py").write_text("SAID = 1\n")
    (folder / "docs" / release.BOM).write_text("{}\n")
    (folder / ".gitignore").write_text("/dist/\n")
    (folder / "CHANGELOG.md").write_text(CHANGELOG, encoding="utf-8")
    (folder / "CITATION.cff").write_text("cff-version: 1.2.0\nversion: 1.2.3\n")
    (folder / "pyproject.toml").write_text(
        '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
        '[project]\nname = "small"\nversion = "1.2.3"\nrequires-python = ">=3.11"\n'
    )
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "First")
    monkeypatch.setattr(release, "PROJECT", folder)
    monkeypatch.setattr(release, "DIST", folder / "dist")
    for name, value in {"NAME": "T", "EMAIL": "t@example.org"}.items():
        monkeypatch.setenv(f"GIT_COMMITTER_{name}", value)
    return folder


def tags(project):
    return release.git(project, "tag", "--list")


def test_a_release_holds_both_archives_notes_bill_and_their_hashes_and_is_tagged(project):
    assert release.main([]) == 0
    made = {path.name for path in (project / "dist").iterdir()}
    assert made == {"small-1.2.3-py3-none-any.whl", "small-1.2.3.tar.gz", "NOTES.md", release.BOM, release.SUMS}
    subprocess.run(["sha256sum", "--check", "--quiet", release.SUMS], cwd=project / "dist", check=True)
    assert "Better." in (project / "dist" / "NOTES.md").read_text()
    assert "Older." not in (project / "dist" / "NOTES.md").read_text()
    assert tags(project) == "v1.2.3"
    assert release.git(project, "worktree", "list").count("\n") == 0


def test_a_dry_run_sets_no_tag(project):
    assert release.main(["--dry-run"]) == 0
    assert tags(project) == ""


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda folder: (folder / "small" / "__init__.py").write_text("SAID = 2\n"), "has changes"),
        (lambda folder: git(folder, "tag", "v1.2.3"), "was released"),
        (lambda folder: (folder / "CITATION.cff").write_text("version: 1.0.0\n"), "another version"),
        (lambda folder: (folder / "CHANGELOG.md").write_text("## 1.2.3 — unreleased\n\n- New.\n"), "put the date"),
        (lambda folder: (folder / "CHANGELOG.md").write_text("## 1.2.2 — 2025-12-01\n\n- New.\n"), "no entry"),
        (lambda folder: (folder / "CHANGELOG.md").write_text("## 1.2.3 — 2026-01-02\n\n## 1.2.2 — x\n"), "no entry"),
    ],
)
def test_what_is_not_ready_is_not_released(project, capsys, change, fault):
    change(project)
    assert release.main([]) == 1
    assert fault in capsys.readouterr().err
    assert not (project / "dist").exists()


def test_builds_that_differ_are_not_released(project, capsys, monkeypatch):
    monkeypatch.setattr(release, "sums", lambda folder, seen=[]: seen.append(1) or str(len(seen)))
    assert release.main([]) == 1
    assert "differ" in capsys.readouterr().err
    assert tags(project) == ""


def test_this_project_can_be_cited_in_its_version():
    assert release.version_of(PROJECT) in (PROJECT / "CITATION.cff").read_text(encoding="utf-8")
