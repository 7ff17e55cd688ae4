"""docs/offline.md lists the system calls that the seal refuses; tests/test_docs.py checks its commands and files."""

import pytest

from analyzer.config import PROJECT
from analyzer.security.sandbox.seccomp import REFUSED

DOC = (PROJECT / "docs" / "offline.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("call", REFUSED)
def test_every_refused_system_call_is_in_the_table(call):
    table = "\n".join(line for line in DOC.splitlines() if line.startswith("|"))
    assert f"`{call}`" in table
