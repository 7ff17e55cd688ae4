"""Threads of the answering model follow the idle cores, and its output does not."""

import pytest

from analyzer.models.cores import idle_cores
from analyzer.models.llm import AnsweringModel, Message

GGUF = "smollm2-135m-instruct-q4_1.gguf"
PROMPT = [Message("system", "You answer yes or no."), Message("user", "Is water wet?")]


@pytest.mark.parametrize(
    ("running", "cores", "idle"),
    [(1, 2, 2), (2, 2, 1), (3, 2, 1), (9, 2, 1), (1, 8, 8), (4, 8, 5), (0, 4, 4)],
)
def test_a_core_that_others_use_gets_no_thread(tmp_path, running, cores, idle):
    load = tmp_path / "loadavg"
    load.write_text(f"0.00 0.00 0.00 {running}/412 9999\n", encoding="ascii")
    assert idle_cores(cores, load) == idle


@pytest.mark.parametrize("content", [None, "", "nothing", "0 0 0 a/b 1"])
def test_all_cores_are_used_where_the_system_does_not_tell(tmp_path, content):
    load = tmp_path / "loadavg"
    if content is not None:
        load.write_text(content, encoding="ascii")
    assert idle_cores(4, load) == 4


@pytest.mark.long(20)
def test_the_number_of_threads_changes_no_output(models_dir, monkeypatch):
    outputs = []
    for idle in (1, 2):
        monkeypatch.setattr("analyzer.models.llm.idle_cores", lambda cores, idle=idle: min(idle, cores))
        monkeypatch.setattr("analyzer.models.llm.usable_cores", lambda: 2)
        model = AnsweringModel(models_dir / GGUF, context_tokens=1024)
        grammar = "root ::= [a-z ]{1,80}\n"
        outputs.append((model.complete(PROMPT, grammar, 24), model.prefers(PROMPT)))
    assert outputs[0] == outputs[1]
