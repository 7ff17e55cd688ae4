"""The lock that set-up installs is complete and hashed, without machine-specific packages."""

import re
import sys
import tomllib

from analyzer.config import PROJECT

sys.path.insert(0, str(PROJECT / "tools"))
import lock

ENTRIES = lock.blocks((PROJECT / "requirements.lock").read_text())
NAMES = {re.split(r"[=\[ ]", entry, maxsplit=1)[0] for entry in ENTRIES}


def named(requirement):
    return re.split(r"[<>=\[; ]", requirement, maxsplit=1)[0].lower().replace("_", "-")


def test_every_direct_dependency_is_locked():
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())
    groups = project["dependency-groups"]
    extras = project["project"]["optional-dependencies"]
    wanted = [*project["project"]["dependencies"], *groups["dev"], *groups["docs"], *extras["mcp"]]
    assert {named(requirement) for requirement in wanted} - {"torch"} <= NAMES


def test_no_package_is_locked_in_two_versions():
    assert len(ENTRIES) == len(NAMES)


def test_every_entry_has_one_exact_version_and_a_hash():
    for entry in ENTRIES:
        assert re.match(r"[a-z0-9-]+==[0-9][^ ]*( ;.*)? \\\n", entry), entry
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), entry


def test_what_depends_on_the_machine_is_not_locked_and_torch_is_pinned():
    assert not [entry for entry in ENTRIES if lock.MACHINE_SPECIFIC.match(entry)]
    assert re.fullmatch(r"torch==\d+\.\d+\.\d+\n", (PROJECT / "tools" / "torch.txt").read_text())


def test_the_compiled_package_is_locked_as_source_only():
    (entry,) = [entry for entry in ENTRIES if entry.startswith("llama-cpp-python==")]
    assert entry.count("--hash=") == 1


def test_no_index_address_is_written_into_the_lock():
    assert "://" not in (PROJECT / "requirements.lock").read_text()
