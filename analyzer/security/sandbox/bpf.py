"""Assemble classic BPF programs with labels to the kernel's format. Knows nothing of what they decide."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

LOAD, JUMP_EQUAL, JUMP_GREATER_EQUAL, JUMP_SET, AND, RETURN = 0x20, 0x15, 0x35, 0x45, 0x54, 0x06
"""Opcodes of linux/bpf_common.h: load a word at an absolute offset, compare with a constant, mask, return."""

FURTHEST_JUMP = 255


@dataclass(frozen=True, slots=True)
class Step:
    """One instruction; if_true and if_false are the labels of a jump, empty for the next instruction."""

    code: int
    value: int
    if_true: str = ""
    if_false: str = ""


Line: TypeAlias = Step | str
"""An instruction, or the label of the one after it."""


def assemble(lines: Sequence[Line]) -> bytes:
    """Return the program as an array of `struct sock_filter` (8 bytes per instruction, host byte order).

    Raises:
        ValueError: if a label is unknown, or a jump goes backwards or further than 255 instructions.
    """
    labels: dict[str, int] = {}
    steps: list[Step] = []
    for line in lines:
        if isinstance(line, Step):
            steps.append(line)
        else:
            labels[line] = len(steps)
    return b"".join(_encode(step, place, labels) for place, step in enumerate(steps))


def _encode(step: Step, place: int, labels: dict[str, int]) -> bytes:
    if_true, if_false = (_distance(label, place, labels) for label in (step.if_true, step.if_false))
    return struct.pack("=HBBI", step.code, if_true, if_false, step.value)


def _distance(label: str, place: int, labels: dict[str, int]) -> int:
    if not label:
        return 0
    if label not in labels:
        raise ValueError(f"no label {label}")
    distance = labels[label] - place - 1
    if not 0 <= distance <= FURTHEST_JUMP:
        raise ValueError(f"{label} is {distance} instructions away; a jump goes forward by at most {FURTHEST_JUMP}")
    return distance
