"""Memory that runs out is one line, whichever library notices it first; other errors are not taken for it."""

import errno

import pytest

from analyzer.cli import main
from analyzer.cli.commands import feedback_commands
from analyzer.errors import OUT_OF_MEMORY, UsageError, is_out_of_memory

ERRORS = [
    MemoryError(), MemoryError("Unable to allocate 3 GiB for an array"), OSError(errno.ENOMEM, "Cannot allocate"),
    ImportError("libtorch_cpu.so: failed to map segment from shared object"), OSError("libx.so: failed to map segment"),
    RuntimeError("[enforce fail at alloc_cpu.cpp] DefaultCPUAllocator: can't allocate memory: you tried to allocate 8"),
    RuntimeError("std::bad_alloc"), RuntimeError("can't start new thread"),
]  # fmt: skip


@pytest.mark.parametrize("error", ERRORS, ids=repr)
def test_it_is_said_in_one_line_with_what_to_do(monkeypatch, capsys, error):
    def fail(_options):
        raise error

    monkeypatch.setattr(feedback_commands, "_status", fail)
    assert main.main(["status"]) == main.FAILED
    assert capsys.readouterr().err == f"analyzer: {OUT_OF_MEMORY}\n"


def test_an_error_that_memory_led_to_is_recognized():
    error = RuntimeError("loading failed")
    error.__cause__ = MemoryError()
    assert is_out_of_memory(error)


@pytest.mark.parametrize(
    "error", [RuntimeError("other"), ImportError("no module x"), OSError(errno.ENOSPC, "full"), UsageError("memory?")]
)
def test_other_errors_are_not_taken_for_it(error):
    assert not is_out_of_memory(error)


def test_other_errors_of_the_same_classes_stay_what_they_are(monkeypatch):
    def fail(_options):
        raise RuntimeError("a defect")

    monkeypatch.setattr(feedback_commands, "_status", fail)
    with pytest.raises(RuntimeError, match="a defect"):
        main.main(["status"])
