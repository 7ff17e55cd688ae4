"""Workspaces with comments on four topics."""

import pytest
from topics import imported, rows


@pytest.fixture
def workspace(tmp_path):
    opened = imported(tmp_path, rows())
    yield opened
    opened.close()


@pytest.fixture
def built(workspace):
    workspace.themes.build(about=4, names=False)
    return workspace
