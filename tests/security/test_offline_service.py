"""The offline service: everybody may ask whether this process is sealed, and is told what the seal found."""

import pytest

from analyzer.errors import AccessError
from analyzer.security.offline import OfflineService
from analyzer.security.sandbox import egress
from analyzer.security.sandbox.egress import Level


class Asked:
    """Authorization that remembers what it was asked, and refuses everything if told to."""

    def __init__(self, refuses=False):
        self.refuses, self.calls = refuses, []

    def permit(self, method, wanted):
        self.calls.append((method, wanted))
        if self.refuses:
            raise AccessError("access is revoked; an admin can grant it")

    def record_withheld(self, method):
        raise AssertionError(f"{method} withholds no figure")


class LeakyGuard:
    """A seal whose test finds a way out."""

    def faults(self):
        return ("a connection to 127.0.0.1",)


def test_the_status_needs_access_to_the_workspace_and_no_permission_beyond():
    asked = Asked()
    status = OfflineService(authorization=asked).status()
    assert asked.calls == [("offline.status", frozenset())]
    assert (status.ok, status.level, status.faults) == (True, "stand-in of the tests", ())


def test_who_has_no_access_learns_nothing():
    with pytest.raises(AccessError, match="an admin can grant it"):
        OfflineService(authorization=Asked(refuses=True)).status()


def test_a_seal_is_tested_again_at_every_call_and_its_faults_are_reported(monkeypatch):
    service = OfflineService(authorization=Asked())
    assert service.status().ok
    monkeypatch.setattr(egress, "_state", egress._State(LeakyGuard(), Level("leaky", ("little",), ("much",))))
    status = service.status()
    assert (status.ok, status.faults) == (False, ("a connection to 127.0.0.1",))
    assert (status.stops, status.does_not_stop) == (("little",), ("much",))
