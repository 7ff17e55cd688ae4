"""The self-test of access and disclosure control: it holds here, it can fail, and its result is evidence."""

import json
import time
from dataclasses import asdict, replace

import pytest
from printed import conforming
from roles import opened, staffed

from analyzer.custody.disclosure_guard import DisclosureGuard
from analyzer.custody.selftest import access_matrix
from analyzer.custody.selftest.scratch_database import WITHOUT_COLUMNS, scratch_database
from analyzer.custody.selftest.selftest import run_selftest
from analyzer.errors import AccessError
from analyzer.index.figure_questions import Disclosed
from analyzer.security.permissions import EVERY, Permission, access_scope_of, needs

pytestmark = pytest.mark.long(30)


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    return staffed(tmp_path_factory.mktemp("selftest"))


def test_the_self_test_holds_and_is_evidence(settings):
    reviewer = opened(settings, "rev")
    before = {name: reviewer.store.database.rows(f"SELECT count(*) FROM {name}") for name in ("feedback", "columns")}
    started = time.process_time()
    found = reviewer.audit.selftest()
    conforming("audit selftest", json.dumps(asdict(found)))
    assert (found.ok, found.wrong, found.recovered) == (True, (), 0)
    assert min(found.calls, found.statements) > 500
    assert min(found.answered, found.refused) > 30
    assert time.process_time() - started < 60
    after = {name: reviewer.store.database.rows(f"SELECT count(*) FROM {name}") for name in before}
    assert after == before
    assert not reviewer.store.database.rows("SELECT 1 FROM figures_asked")
    (event,) = reviewer.audit.show(action="audit.selftest")
    (drill,) = [one for one in reviewer.evidence.bundle().facts["drills"] if one["what"].startswith("self-test")]
    assert drill["ok"] is True
    assert drill["latest"] == event.at
    reviewer.close()
    viewer = opened(settings, "vic")
    with pytest.raises(AccessError):
        viewer.audit.selftest()
    viewer.close()


def test_it_fails_where_disclosure_control_shows_everything(monkeypatch):
    def answer(guard, question):
        connection = guard.admin_database.transaction()
        return _Open(connection)

    class _All(dict):
        def __contains__(self, key):
            return True

        def __getitem__(self, key):
            return 0

    class _Open:
        def __init__(self, transaction):
            self.transaction = transaction

        def __enter__(self):
            return Disclosed(self.transaction.__enter__(), _All())

        def __exit__(self, *error):
            return self.transaction.__exit__(*error)

    monkeypatch.setattr(DisclosureGuard, "answer", answer)
    found = run_selftest(WITHOUT_COLUMNS, {}, questions=60)
    assert not found.ok
    assert found.recovered > 5
    assert [one for one in found.wrong if "follows from the figures of a viewer" in one]


def scope_with(**changed):
    def scope_of(grant):
        scope = access_scope_of(grant)
        return replace(scope, reads={**scope.reads, **changed.get("reads", {})}, **{
            name: value for name, value in changed.items() if name != "reads"
        })  # fmt: skip

    return scope_of


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"reads": {"texts": EVERY}}, "viewer can read texts.text"),
        ({"reads": {"feedback": EVERY}}, "admin can read feedback.respondent"),
        ({"reads": {"figures_asked": EVERY}}, "steward can read figures_asked.question"),
        ({"writes": frozenset({"audit"})}, "analyst can change audit.seq"),
        ({"imports": None}, "viewer of one import sees rows of feedback of other imports"),
    ],
)
def test_it_fails_where_a_role_is_given_too_much(monkeypatch, changed, told):
    monkeypatch.setattr(access_matrix, "access_scope_of", scope_with(**changed))
    with scratch_database(WITHOUT_COLUMNS) as scratch:
        _, wrong = access_matrix.check_statements(scratch)
    assert told in wrong


def test_it_fails_where_a_method_checks_too_little():
    class Service:
        @needs(Permission.COMMENTS)
        def checked(self):
            raise AssertionError("ran")

        def unchecked(self):
            raise AssertionError("ran")

        unchecked.permissions = frozenset({Permission.COMMENTS})

        def undeclared(self):
            raise AssertionError("ran")

    methods = {"service.checked": Service.checked, "service.undeclared": Service.undeclared}
    tries, wrong = access_matrix.check_methods(methods)
    assert tries > 3
    assert wrong == ["service.undeclared declares no permission"]
    _, wrong = access_matrix.check_methods({"service.unchecked": Service.unchecked})
    assert "viewer can call service.unchecked" in wrong
