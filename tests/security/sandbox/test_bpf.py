"""The assembler: labels become distances, and what cannot be a program is refused."""

import pytest
from kernel import answer

from analyzer.security.sandbox.bpf import JUMP_EQUAL, LOAD, RETURN, Step, assemble


def test_jumps_go_to_their_labels():
    program = assemble([
        Step(LOAD, 0), Step(JUMP_EQUAL, 7, "seven", "other"), "other", Step(RETURN, 1), "seven", Step(RETURN, 2),
    ])  # fmt: skip
    assert (answer(program, 7), answer(program, 8)) == (2, 1)


def test_an_unnamed_target_is_the_next_instruction():
    program = assemble([Step(LOAD, 0), Step(JUMP_EQUAL, 7, "", "out"), Step(RETURN, 2), "out", Step(RETURN, 1)])
    assert (answer(program, 7), answer(program, 8)) == (2, 1)


def test_an_unknown_label_is_refused():
    with pytest.raises(ValueError, match="nowhere"):
        assemble([Step(JUMP_EQUAL, 1, "nowhere"), Step(RETURN, 0)])


def test_a_jump_backwards_is_refused():
    with pytest.raises(ValueError, match="forward"):
        assemble(["back", Step(LOAD, 0), Step(JUMP_EQUAL, 1, "back"), Step(RETURN, 0)])


def test_a_jump_that_is_too_long_is_refused():
    with pytest.raises(ValueError, match="255"):
        assemble([Step(JUMP_EQUAL, 1, "far"), *[Step(LOAD, 0)] * 256, "far", Step(RETURN, 0)])
