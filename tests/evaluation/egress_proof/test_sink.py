"""The sink reads DNS queries and packets."""

import socket
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.evaluation.egress_proof.sink import answer, read_packet, read_question


def question(name, kind=1):
    labels = b"".join(bytes([len(part)]) + part.encode() for part in name.split("."))
    return struct.pack("!6H", 7, 0x100, 1, 0, 0, 0) + labels + b"\0" + struct.pack("!2H", kind, 1)


def packet(host, protocol=17, body=b"\x04\x00\x00\x35\x00\x08\x00\x00"):
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(body), 0, 0, 64, protocol, 0)
    return head + socket.inet_aton("127.0.0.1") + socket.inet_aton(host) + body


def tcp(flags):
    return struct.pack("!HHLLBBHHH", 40000, 443, 0, 0, 0x50, flags, 0, 0, 0)


def test_a_name_is_read_and_answered_with_the_sinks_address():
    asked = question("data.leak.example")
    name, kind, end = read_question(asked)
    assert (name, kind, end) == ("data.leak.example", 1, len(asked))
    assert answer(asked, kind, end).endswith(socket.inet_aton("198.51.100.7"))


def test_another_type_is_answered_with_nothing():
    asked = question("leak.example", kind=28)
    _, kind, end = read_question(asked)
    assert struct.unpack("!H", answer(asked, kind, end)[6:8]) == (0,)


@given(st.binary(max_size=64))
def test_no_packet_breaks_the_sink(raw):
    read_packet(raw)
    assert isinstance(read_question(raw)[0], str)


def test_what_leaves_is_named_with_protocol_and_port():
    assert read_packet(packet("203.0.113.9")) == ("UDP", "203.0.113.9:53")
    assert read_packet(packet("203.0.113.9", 6, tcp(0x02))) == ("TCP", "203.0.113.9:443")
    assert read_packet(packet("203.0.113.9", 1, b"\x08\x00")) == ("ICMP", "203.0.113.9")
    assert read_packet(packet("203.0.113.9", 132)) == ("SCTP", "203.0.113.9:53")
    assert read_packet(packet("203.0.113.9", 47)) == ("protocol 47", "203.0.113.9")


@pytest.mark.parametrize(
    "raw",
    [packet("127.0.0.1"), packet("127.7.0.1"), packet("203.0.113.9", 6, tcp(0x12)), packet("203.0.113.9", 1, b"\x03")],
)
def test_loopback_and_answers_do_not_leave(raw):
    assert read_packet(raw) is None


def test_ipv6_is_read_too():
    head = struct.pack("!LHBB", 6 << 28, 8, 17, 64) + socket.inet_pton(socket.AF_INET6, "::1")
    body = b"\x04\x00\x00\x35\x00\x08\x00\x00"
    assert read_packet(head + socket.inet_pton(socket.AF_INET6, "2001:db8::1") + body) == ("UDP", "2001:db8::1:53")
    assert read_packet(head + socket.inet_pton(socket.AF_INET6, "::1") + body) is None
