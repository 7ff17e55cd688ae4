"""The sink: answer every DNS query, accept every connection and record every packet of the network namespace."""

import socket
import struct
import threading
import time
from contextlib import suppress
from typing import Self

from analyzer.evaluation.egress_proof.attempts import Attempt, is_loopback
from analyzer.evaluation.egress_proof.namespace import SINK_ADDRESS

ADDRESS_RECORD, NO_ERROR = 1, 0x8180
EVERY_PROTOCOL, OUTGOING = 0x0003, 4
TCP, UDP, SYN, ACK = 6, 17, 0x02, 0x10
DNS_PORT = 53
ICMP, UNREACHABLE = 1, b"\x03"
PROTOCOLS = {ICMP: "ICMP", TCP: "TCP", UDP: "UDP", 58: "ICMPv6", 132: "SCTP"}
SETTLE_S = 0.3
LONGEST = 65_535


class Sink:
    """Records names, connections and packets of this network namespace; a context manager."""

    def __enter__(self) -> Self:
        """Start listening.

        Raises:
            OSError: if the ports or the packet socket of this namespace are not available.
        """
        self._seen: list[Attempt] = []
        self._lock = threading.Lock()
        self._names = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._names.bind(("127.0.0.1", DNS_PORT))
        self._packets = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(EVERY_PROTOCOL))
        self._packets.bind(("lo", EVERY_PROTOCOL))
        self._web = [socket.create_server((SINK_ADDRESS, port)) for port in (80, 443)]
        for work in (self._answer_names, self._watch_packets):
            threading.Thread(target=work, daemon=True).start()
        for listener in self._web:
            threading.Thread(target=self._close_connections, args=(listener,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop listening."""
        for one in (self._names, self._packets, *self._web):
            one.close()

    def taken(self) -> tuple[Attempt, ...]:
        """Return the attempts since the last call, after a pause for packets under way."""
        time.sleep(SETTLE_S)
        with self._lock:
            seen, self._seen = self._seen, []
        return tuple(dict.fromkeys(seen))

    def _note(self, call: str, destination: str, outcome: str) -> None:
        with self._lock:
            self._seen.append(Attempt(call, destination, "", (), outcome, "sink"))

    def _answer_names(self) -> None:
        with suppress(OSError):  # the socket is closed
            while True:
                question, asker = self._names.recvfrom(4096)
                name, kind, end = read_question(question)
                self._note("DNS", name, "answered by the sink")
                self._names.sendto(answer(question, kind, end), asker)

    def _close_connections(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                listener.accept()[0].close()

    def _watch_packets(self) -> None:
        with suppress(OSError):
            while True:
                packet, (_, _, kind, *_rest) = self._packets.recvfrom(LONGEST)
                if kind == OUTGOING and (target := read_packet(packet)):
                    self._note(target[0], target[1], "left the process")


def read_question(packet: bytes) -> tuple[str, int, int]:
    """Return the name and type in a DNS query (RFC 1035), and the offset of the end of its question."""
    place, labels = 12, []
    while place < len(packet) and (length := packet[place]):
        labels.append(packet[place + 1 : place + 1 + length].decode("ascii", "replace"))
        place += 1 + length
    kind = struct.unpack_from("!H", packet, place + 1)[0] if place + 3 <= len(packet) else 0
    return ".".join(labels), kind, place + 5


def answer(question: bytes, kind: int, end: int) -> bytes:
    """Return the response to a DNS query: the sink's address for type A, no record for other types."""
    count = int(kind == ADDRESS_RECORD)
    head = question[:2] + struct.pack("!5H", NO_ERROR, 1, count, 0, 0) + question[12:end]
    record = struct.pack("!HHHIH", 0xC00C, ADDRESS_RECORD, 1, 5, 4) + socket.inet_aton(SINK_ADDRESS)
    return head + record * count


def read_packet(packet: bytes) -> tuple[str, str] | None:
    """Return protocol and destination of an IP packet that starts an exchange beyond loopback; None for others."""
    version = packet[0] >> 4 if packet else 0
    if version == 4 and len(packet) >= 20:
        protocol, host, body = packet[9], socket.inet_ntoa(packet[16:20]), packet[(packet[0] & 15) * 4 :]
    elif version == 6 and len(packet) >= 40:
        protocol, host, body = packet[6], socket.inet_ntop(socket.AF_INET6, packet[24:40]), packet[40:]
    else:
        return None
    if is_loopback(host) or (protocol == 58 and host.startswith("ff02:")):  # the kernel's own neighbor discovery
        return None
    if protocol == ICMP and body[:1] == UNREACHABLE:  # the kernel's own answer
        return None
    if protocol == TCP and len(body) >= 14 and (not body[13] & SYN or body[13] & ACK):
        return None
    port = f":{struct.unpack_from('!H', body, 2)[0]}" if protocol in (TCP, UDP, 132) and len(body) >= 4 else ""
    return PROTOCOLS.get(protocol, f"protocol {protocol}"), f"{host}{port}"
