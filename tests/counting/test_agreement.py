"""Agreement of people: equal to reference implementations, intervals that hold, disagreements settled and on record."""

import json
from itertools import permutations

import numpy as np
import pytest
from fakes import FakeWorkspace, make_workspace, write_csv
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from roles import opened, staffed
from sklearn.metrics import cohen_kappa_score, f1_score

from analyzer.cli import main
from analyzer.counting.rater_agreement import alpha_of, f1_of, kappa_of
from analyzer.errors import AccessError, UsageError

ANSWERS = st.lists(st.lists(st.sampled_from([0.0, 1.0, np.nan]), min_size=3, max_size=3), min_size=2, max_size=40)


def alpha_by_pairs(rows):
    """Return nominal alpha by its definition: disagreement over all pairs of answers to a text, and over all pairs."""
    kept = [[one for one in row if not np.isnan(one)] for row in rows]
    weighted = sum(sum(a != b for a, b in permutations(row, 2)) / (len(row) - 1) for row in kept)
    every = [one for row in kept for one in row]
    expected = sum(a != b for a, b in permutations(every, 2)) / (len(every) - 1)
    return 1 - weighted / expected


def test_alpha_is_that_of_the_published_example():
    """Krippendorff 2011, "Computing Krippendorff's alpha-reliability", section B: two observers, ten units."""
    first, second = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]
    assert alpha_of(np.array([first, second], dtype=float).T).value == pytest.approx(0.095, abs=5e-4)


@settings(max_examples=60)
@given(ANSWERS)
def test_kappa_f1_and_alpha_are_those_of_reference_implementations(rows):
    answers = np.array(rows)
    paired = answers[(~np.isnan(answers)).sum(axis=1) > 1]
    assume(len(set(paired[~np.isnan(paired)].tolist())) > 1)
    assert alpha_of(answers).value == pytest.approx(alpha_by_pairs(paired), abs=1e-6)
    two = answers[~np.isnan(answers[:, :2]).any(axis=1)][:, :2]
    assume(len(two) and len(set(two.ravel().tolist())) > 1)
    expected = cohen_kappa_score(two[:, 0], two[:, 1], labels=[0, 1])
    assert kappa_of(answers[:, :2]).value == pytest.approx(expected, abs=1e-6)
    assert f1_of(answers[:, :2]).value == pytest.approx(f1_score(two[:, 0], two[:, 1]), abs=1e-6)


def test_a_figure_that_is_not_defined_is_none():
    same = np.zeros((20, 2))
    for figure in (kappa_of, alpha_of, f1_of):
        assert figure(same).value is None
        assert figure(np.empty((0, 2))).value is None
    assert f1_of(np.ones((5, 2))).value == 1
    assert kappa_of(np.array([[1, 1]] + [[0, 0]] * 8, dtype=float)).low is None  # half of the draws have no yes


def test_intervals_hold_the_truth():
    """Of 60 samples of 200 texts, the 95 % interval of kappa holds that of the population in at least 52."""
    drawn = np.random.default_rng(3)
    truth = drawn.random(200_000) < 0.3
    people = np.stack([np.where(drawn.random(len(truth)) < 0.1, ~truth, truth) for _ in range(2)], axis=1).astype(float)
    held, whole = 0, cohen_kappa_score(people[:, 0], people[:, 1])
    for _ in range(60):
        found = kappa_of(people[drawn.integers(0, len(people), 200)])
        held += found.low <= whole <= found.high
    assert held >= 52


ROWS = [
    {"id": f"R-{n:02}", "comment": f"the parcel number {n} was {how}"} for n, how in enumerate(["late", "fine"] * 12)
]
STATEMENT = "late parcels"


@pytest.fixture
def labeled(tmp_path):
    """A workspace in which ann and bob labeled 20 comments for a theme and a statement, and differ on four."""
    made = make_workspace(tmp_path)
    made.ingest([write_csv(tmp_path / "a.csv", ROWS)])
    made.codebook.add("lateness", "", ["the parcel was late"])
    made.close()
    for name, differing in (("ann", ()), ("bob", (0, 1, 2, 3))):
        workspace = FakeWorkspace(made.settings, name)
        said = {f"R-{n:02}": (n % 2 == 0) != (n in differing) for n in range(20)}
        workspace.codebook.label({one: {"lateness": is_in} for one, is_in in said.items()})
        workspace.labels.keep(STATEMENT, {one: "yes" if is_in else "no" for one, is_in in said.items()})
        workspace.close()
    return made.settings


def test_what_two_people_labeled_is_measured_by_theme_and_statement(labeled):
    workspace = FakeWorkspace(labeled, "ann")
    found = workspace.agreement.measure()
    assert [(one.label, one.texts, one.differ, one.people) for one in found.subjects] == [
        ("lateness", 20, 4, ("ann", "bob")), (STATEMENT, 20, 4, ("ann", "bob")),
    ]  # fmt: skip
    assert found.subjects[0].kappa.value == pytest.approx(0.6)
    assert found.subjects[0].f1.value == found.f1.value == pytest.approx(0.8)
    workspace.codebook.apply()
    assert workspace.codebook.list().human_f1 == pytest.approx(0.8)
    workspace.close()


def test_who_comes_second_is_shown_what_the_first_labeled_and_not_what_was_said(labeled):
    third = FakeWorkspace(labeled, "cid")
    tasks = third.agreement.next(limit=50)
    assert {task.id for task in tasks} == {f"R-{n:02}" for n in range(20)}
    third.codebook.label({task.id: {"lateness": True} for task in tasks[:15]})
    assert len(third.agreement.next(limit=50)) == 5
    assert third.agreement.measure().subjects[0].texts == 20
    third.close()


def test_a_settled_disagreement_counts_and_what_each_said_stays_on_record(labeled):
    workspace = FakeWorkspace(labeled, "dee")
    before = workspace.agreement.measure()
    open_now = [one for one in workspace.agreement.disagreements() if one.label == "lateness"]
    assert [(one.id, one.answers) for one in open_now][:2] == [
        ("R-00", {"ann": "yes", "bob": "no"}), ("R-01", {"ann": "no", "bob": "yes"}),
    ]  # fmt: skip
    assert workspace.agreement.settle("lateness", {"R-00": "yes", "R-01": "no"}) == 2
    assert workspace.audit.show(1)[0].action == "agreement.settle"
    after = workspace.agreement.measure()
    assert after.subjects[0].settled == 2
    assert (after.subjects[0].kappa, after.subjects[0].differ) == (before.subjects[0].kappa, 4)
    rows = workspace.collaborators.database.rows(
        "SELECT actor, answer, is_settled FROM theme_labels JOIN feedback USING(text_id) WHERE id = 'R-00' ORDER BY 1"
    )
    assert rows == [("ann", 1.0, 0), ("bob", 0.0, 0), ("dee", 1.0, 1)]
    kept = workspace.agreement.disagreements(settled=True)
    assert [(one.id, one.settled, one.settled_by) for one in kept] == [
        ("R-01", "no", "dee"),
        ("R-00", "yes", "dee"),
    ]
    assert all(len(one.answers) > 1 and one.settled_at for one in kept)
    assert not any(one.settled for one in workspace.agreement.disagreements())
    workspace.agreement.settle(STATEMENT, {"R-02": "no"})
    assert dict(workspace.labels.list()) == {STATEMENT: 20}
    workspace.close()


@pytest.mark.parametrize(
    ("subject", "answers"),
    [
        ("lateness", {"R-00": "maybe"}),
        ("lateness", {"R-10": "yes"}),
        ("lateness", {"Z": "yes"}),
        ("x", {"R-00": "yes"}),
    ],
)
def test_what_is_not_open_is_not_settled_and_nothing_is_stored(labeled, subject, answers):
    workspace = FakeWorkspace(labeled, "dee")
    with pytest.raises(UsageError):
        workspace.agreement.settle(subject, {"R-01": "no", **answers})
    assert workspace.collaborators.database.rows("SELECT count(*) FROM theme_labels WHERE is_settled") == [(0,)]
    workspace.close()


def test_the_command_line_measures_and_settles(labeled, monkeypatch, capsys):
    monkeypatch.setattr("analyzer.workspace.Workspace", FakeWorkspace)
    monkeypatch.setenv("ANALYZER_KEYS_DIR", str(labeled.keys_dir))
    monkeypatch.setenv("ANALYZER_WORKSPACE", str(labeled.workspace))
    assert main.main(["agreement", "measure"]) == 0
    assert "0.60 (" in capsys.readouterr().out
    assert main.main(["agreement", "settle", "lateness", "R-00=yes", "R-01=no", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"settled": 2, "open": 2}
    assert main.main(["agreement", "disagreements"]) == 0
    assert "R-02  lateness: ann yes, bob no" in capsys.readouterr().out


def test_an_account_without_comments_sees_no_agreement(tmp_path):
    viewer = opened(staffed(tmp_path), "vic")
    for call in (viewer.agreement.measure, viewer.agreement.next, viewer.agreement.disagreements):
        with pytest.raises(AccessError):
            call()
    viewer.close()
