"""The seal of macOS, as far as it can be tried elsewhere: the profile, the call, and the self-test."""

import ctypes
import errno
import socket

import pytest

from analyzer.errors import EgressError
from analyzer.security.sandbox import macos
from analyzer.security.sandbox.macos import PROFILE, Sandbox


class FakeSystem:
    """Stands in for libSystem."""

    def __init__(self, answer):
        self.answer, self.profiles = answer, []

    def sandbox_init(self, profile, flags, message):
        """Remember the profile."""
        self.profiles.append((profile.decode(), flags.value))
        if self.answer:
            message._obj.value = b"profile does not compile"
        return self.answer


@pytest.fixture
def system(monkeypatch, request):
    made = FakeSystem(getattr(request, "param", 0))
    monkeypatch.setattr(ctypes, "CDLL", lambda path, use_errno: made)
    return made


def test_the_profile_denies_reaching_out_and_new_listeners(system):
    Sandbox().close()
    assert system.profiles == [(PROFILE, 0)]
    assert "(deny network-outbound)" in PROFILE
    assert "(deny network-bind)" in PROFILE


@pytest.mark.parametrize("system", [-1], indirect=True)
def test_a_system_that_refuses_the_profile_stops_the_program(system):
    with pytest.raises(EgressError, match="does not compile"):
        Sandbox().close()


@pytest.mark.parametrize(("answer", "faults"), [(errno.EPERM, 0), (0, 1), (errno.ECONNREFUSED, 1)])
def test_the_self_test_believes_nothing_but_a_refusal(monkeypatch, answer, faults):
    monkeypatch.setattr(socket.socket, "connect_ex", lambda self, address: answer)
    assert len(Sandbox().faults()) == faults
    assert macos.DISCARD[0] == "127.0.0.1"
