"""Workspaces with comments about four things."""

import pytest
from topics import imported, rows


@pytest.fixture
def workspace(tmp_path):
    held = imported(tmp_path, rows())
    yield held
    held.close()


@pytest.fixture
def built(workspace):
    workspace.themes.build(about=4, names=False)
    return workspace
