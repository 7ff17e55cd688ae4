"""Properties of any sequence of edits: every comment is counted, undo reverts it, a build keeps it."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from topics import imported, rows

from analyzer.errors import UsageError

ONE, OTHER = st.integers(0, 9), st.integers(0, 9)
NAMES = st.sampled_from(["Late parcels", "Cold soup", "Rude staff", "Broken login"])
EDITS = st.one_of(
    st.tuples(st.just("rename"), ONE, NAMES), st.tuples(st.just("describe"), ONE, NAMES),
    st.tuples(st.just("merge"), ONE, OTHER), st.tuples(st.just("split"), ONE, st.integers(1, 4)),
    st.tuples(st.just("move"), ONE, NAMES), st.tuples(st.just("reassign"), st.integers(0, 119), OTHER),
    st.tuples(st.just("create"), st.integers(0, 119), NAMES),
    *(st.tuples(st.just(flag), ONE, st.none()) for flag in ("exclude", "include", "pin", "lock", "unlock")),
)  # fmt: skip
FEW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def shared_workspace(tmp_path_factory):
    workspace = imported(tmp_path_factory.mktemp("edits"), rows())
    workspace.themes.build(about=4, names=False)
    yield workspace
    workspace.close()


def words_of(workspace, edit):
    """Return the arguments of themes.edit() for a drawn edit, over the current themes."""
    action, one, other = edit
    themes = [theme.id for theme in workspace.themes.list().themes if theme.id.startswith("T")]
    if action == "reassign":
        record = workspace.feedback.browse(limit=1, offset=one)[0].id
        opinions = workspace.themes.why(record)
        start = str(opinions[0].start) if opinions else "0"
        return action, record, start, themes[other % len(themes)]
    if action == "create":
        return action, other, *(record.id for record in workspace.feedback.browse(limit=4, offset=one))
    theme = themes[one % len(themes)]
    more = () if other is None else (themes[other % len(themes)] if action == "merge" else str(other),)
    return action, theme, *more


def edited(workspace, edits):
    """Apply edits; return the number of accepted ones."""
    applied = 0
    for edit in edits:
        try:
            workspace.themes.edit(*words_of(workspace, edit))
        except UsageError:
            continue
        applied += 1
    return applied


def state_of(workspace):
    """Return the visible state of the themes, without the numbers of edits and builds."""
    listed = workspace.themes.list()
    placed = {one.id: one.themes for one in workspace.themes.assignments()}
    return listed.themes, listed.accounted, listed.coverage, placed


@FEW
@given(st.lists(EDITS, min_size=1, max_size=6))
def test_any_edits_account_for_every_comment_and_can_be_taken_back(shared_workspace, edits):
    before = state_of(shared_workspace)
    applied = edited(shared_workspace, edits)
    themes, where, _, placed = state_of(shared_workspace)
    for _ in range(applied):
        shared_workspace.themes.undo()
    assert state_of(shared_workspace) == before
    assert where.comments == shared_workspace.feedback.matching() == len(placed)
    assert where.in_themes + where.excluded + where.other + where.without_content == where.comments
    known = {theme.id for theme in themes}
    assert {one for several in placed.values() for one in several} <= known
    assert {theme.parent for theme in themes} <= {"", *known}
    labels = [theme.label.casefold() for theme in themes if theme.named_by == "person"]
    assert len(labels) == len(set(labels))
    for theme in themes:
        if theme.id.startswith("T"):
            assert theme.size == sum(theme.id in several for several in placed.values())


@FEW
@given(st.lists(EDITS, min_size=1, max_size=5))
def test_a_build_over_the_same_comments_keeps_any_edits(shared_workspace, edits):
    applied = edited(shared_workspace, edits)
    before = state_of(shared_workspace)
    shared_workspace.themes.build(about=4, names=False)
    after = state_of(shared_workspace)
    for _ in range(applied):
        shared_workspace.themes.undo()
    assert after == before
