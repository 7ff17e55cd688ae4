"""Sockets that were open before the seal: which are a way out."""

import socket

import pytest

from analyzer.security.descriptors import open_ways_out


@pytest.fixture
def before():
    """What the tests' own process holds already, which is nothing of ours."""
    return set(open_ways_out())


def ways(before):
    return [way for way in open_ways_out() if way not in before]


def test_loopback_streams_are_no_way_out(before):
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        socket.create_connection(listener.getsockname()),
        listener.accept()[0],
    ):
        assert ways(before) == []


def test_streams_between_programs_of_this_machine_are_no_way_out(before):
    one, other = socket.socketpair()
    with one, other:
        assert ways(before) == []


def test_a_listener_on_all_addresses_is_one(before):
    with socket.create_server(("0.0.0.0", 0)) as listener:
        assert ways(before) == [f"descriptor {listener.fileno()} is connected or bound to 0.0.0.0"]


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
def test_a_datagram_socket_is_one_even_before_it_is_used(before, family):
    with socket.socket(family, socket.SOCK_DGRAM) as one:
        assert ways(before) == [f"descriptor {one.fileno()} is a network socket of another kind than TCP"]


def test_a_datagram_socket_to_other_programs_is_one(before):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as one:
        assert ways(before) == [f"descriptor {one.fileno()} sends datagrams to other programs"]


def test_a_connection_that_is_still_being_made_is_one(before):
    """It is told by the address it is bound to, since it has no peer yet."""
    with socket.socket() as one:
        one.bind(("0.0.0.0", 0))
        assert "0.0.0.0" in ways(before)[0]


def test_a_socket_that_goes_nowhere_yet_is_none_since_connect_is_refused(before):
    with socket.socket():
        assert ways(before) == []
