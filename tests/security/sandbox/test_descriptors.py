"""Sockets that were open before the seal: which are a way out."""

import ctypes
import errno
import os
import socket
import struct
from contextlib import suppress
from pathlib import Path

import pytest

from analyzer.security.sandbox.descriptors import open_ways_out


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


def test_the_pages_own_listener_may_be_on_all_addresses_and_nothing_else_may(before):
    with socket.create_server(("0.0.0.0", 0)) as page, socket.create_server(("0.0.0.0", 0)) as other:
        found = [way for way in open_ways_out(page.fileno()) if way not in before]
        assert found == [f"descriptor {other.fileno()} is connected or bound to 0.0.0.0"]
    with socket.socket() as silent:
        silent.bind(("0.0.0.0", 0))
        assert any(f"descriptor {silent.fileno()} " in way for way in open_ways_out(silent.fileno()))


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


@pytest.mark.parametrize(("family", "anywhere"), [(socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")])
def test_a_socket_without_an_address_is_one_since_it_could_listen_on_all(before, family, anywhere):
    with socket.socket(family) as one:
        assert ways(before) == [f"descriptor {one.fileno()} is connected or bound to {anywhere}"]
        one.listen()
        assert one.getsockname()[0] == anywhere


def test_a_loopback_connection_whose_other_end_has_gone_is_none(before):
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.create_connection(listener.getsockname()) as one:
        other = listener.accept()[0]
        other.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        other.close()
        with pytest.raises(ConnectionResetError):
            one.recv(1)
        assert ways(before) == []


def test_a_stream_that_is_not_tcp_is_one(before):
    """SCTP connects by setsockopt(2), which no filter on connect sees; MPTCP stands for it where that is missing."""
    for protocol in (132, 262):
        with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_STREAM, protocol) as one:
            one.bind(("127.0.0.1", 0))
            assert ways(before) == [f"descriptor {one.fileno()} is a network socket of another kind than TCP"]
            return
    pytest.skip("this kernel has neither SCTP nor MPTCP")


def test_a_queue_of_system_calls_is_one(before):
    libc = ctypes.CDLL(None, use_errno=True)
    number = libc.syscall(425, 4, ctypes.create_string_buffer(120))
    if number < 0:
        pytest.skip(f"no io_uring here: {os.strerror(ctypes.get_errno())}")
    try:
        assert ways(before) == [f"descriptor {number} is a queue of system calls that the kernel executes by itself"]
    finally:
        os.close(number)


def test_a_virtual_network_card_is_one(before):
    if not os.access("/dev/net/tun", os.W_OK):
        pytest.skip("this account has no virtual network cards")
    with Path("/dev/net/tun").open("r+b", buffering=0) as card:
        assert ways(before) == [f"descriptor {card.fileno()} is a virtual network card"]


def test_ordinary_files_are_none(before):
    first, second = os.pipe()
    with Path(__file__).open(), os.fdopen(first), os.fdopen(second, "w"):
        assert ways(before) == []


def test_what_cannot_be_looked_at_is_one(before, monkeypatch):
    one, other = socket.socketpair()

    def dup(number):
        raise OSError(errno.EMFILE, "Too many open files")

    with one, other:
        monkeypatch.setattr(os, "dup", dup)
        assert f"descriptor {one.fileno()} cannot be inspected (Too many open files)" in ways(before)
