"""A model server answers in each dialect as a model in the process does, and every failure is one line."""

import threading
import time

import pytest
from model_servers import ModelServer

from analyzer.errors import ModelError, UsageError
from analyzer.models import server_client
from analyzer.models.llm import SEED, Message
from analyzer.models.local_server import COARSE_LOGIT, LocalServer
from analyzer.models.server_address import parse_server

DIALECTS = ("llama-server", "vllm", "llama-cpp-python", "ollama")
PROMPT = [Message("system", "You answer."), Message("user", "Is the sofa good?")]
GRAMMAR = 'root ::= "yes" | "no"\n'
OPENAI = "/v1/chat/completions"
PATHS = {"llama-server": "/completion", "vllm": OPENAI, "llama-cpp-python": OPENAI, "ollama": "/api/chat"}


@pytest.fixture(params=["unix", "loopback"])
def place(request, tmp_path):
    return str(tmp_path / "s") if request.param == "unix" else ""


def model_of(server, dialect="", model=""):
    return LocalServer(parse_server(f"{server.address} {dialect} {model}"), server.connect)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_dialect_is_found_and_the_pieces_join_to_the_text(dialect, place):
    pieces = []
    with ModelServer(dialect, place) as server:
        model = model_of(server)
        assert model.complete(PROMPT, GRAMMAR, 8, pieces.append) == "People like the sofa."
        assert (model.dialect.name, "".join(pieces)) == (dialect, "People like the sofa.")
        assert len(model.lock) == 0


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_request_is_deterministic_bounded_and_has_the_turns(dialect):
    with ModelServer(dialect) as server:
        model_of(server).complete(PROMPT, GRAMMAR, 8)
        (body,) = server.bodies(PATHS[dialect])
        asked = server.bodies("/apply-template")[0] if dialect == "llama-server" else body
    options = body.get("options", body)
    tokens = body.get("n_predict") or body.get("max_tokens") or options["num_predict"]
    assert (options["temperature"], options["seed"], tokens) == (0, SEED, 8)
    assert asked["messages"] == [{"role": one.role, "content": one.content} for one in PROMPT]
    grammar = body.get("grammar") or body.get("structured_outputs", {}).get("grammar")
    assert grammar == (None if dialect == "ollama" else GRAMMAR)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_preference_is_the_difference_of_log_probabilities(dialect):
    with ModelServer(dialect) as server:
        model = model_of(server)
        assert model.prefers(PROMPT) == pytest.approx(1.25)
        assert model.prefers(PROMPT, "No", "Yes") == pytest.approx(-1.25)
        assert model.gives_probabilities


def test_the_token_of_the_word_itself_comes_before_others_that_begin_it():
    listed = [{"token": " Yes", "logprob": -0.1}, {"token": "Yes", "logprob": -2.0}, {"token": "N", "logprob": -3.0}]
    with ModelServer("vllm", logprobs=listed) as server:
        assert model_of(server).prefers(PROMPT) == pytest.approx(1.0)


def test_a_word_that_is_not_listed_is_below_all_that_are():
    with ModelServer(
        "vllm", logprobs=[{"token": "Yes", "logprob": -0.1}, {"token": "Maybe", "logprob": -3.0}]
    ) as server:
        assert model_of(server).prefers(PROMPT) == pytest.approx(-0.1 - (-3.0 - 1.0))


@pytest.mark.parametrize(("says", "logit"), [("yes, it is", COARSE_LOGIT), ("No.", -COARSE_LOGIT), ("Perhaps", 0.0)])
@pytest.mark.parametrize("dialect", DIALECTS)
def test_without_log_probabilities_a_preference_is_coarse_and_says_so(dialect, says, logit):
    with ModelServer(dialect, says=[says], logprobs=None) as server:
        model = model_of(server)
        assert model.prefers(PROMPT) == logit
        assert not model.gives_probabilities


@pytest.mark.parametrize(
    ("fails", "says"),
    [
        ("gone", "before it was complete"), ("garbage", "something other than JSON"), ("refuses", "status 400"),
        ("huge", "more than 4 MB"), ("slow", "longer than 1 s"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_server_that_fails_is_one_line_without_its_words_and_the_next_call_works(dialect, fails, says, monkeypatch):
    monkeypatch.setattr(server_client, "ANSWER_S", 1.0 if fails == "slow" else 60.0)
    with ModelServer(dialect, fails=fails) as server:
        model = model_of(server, dialect)
        with pytest.raises(ModelError, match=says) as raised:
            model.complete(PROMPT, GRAMMAR, 8)
        assert "customer" not in str(raised.value)
        assert "\n" not in str(raised.value)
        server.fails = ""
        assert model.complete(PROMPT, GRAMMAR, 8) == "People like the sofa."


def test_a_redirect_is_refused_and_not_followed():
    with ModelServer("llama-server", fails="redirect") as server:
        with pytest.raises(ModelError, match="elsewhere"):
            model_of(server).complete(PROMPT, GRAMMAR, 8)
        assert server.asked == [("/props", None)]


def test_a_listener_that_stops_ends_the_request():
    class StoppedError(Exception):
        pass

    def stop(_):
        raise StoppedError

    with ModelServer("llama-server", fails="huge") as server:
        model = model_of(server)
        started = time.monotonic()
        with pytest.raises(StoppedError):
            model.complete(PROMPT, GRAMMAR, 8, stop)
        assert time.monotonic() - started < 5
        assert len(model.lock) == 0


def test_one_call_runs_at_a_time():
    with ModelServer("ollama", says=["a", "b"]) as server:
        model, most, now = model_of(server), [], []

        def on_text(_):
            now.append(1)
            most.append(len(now))
            time.sleep(0.01)
            now.pop()

        threads = [threading.Thread(target=model.complete, args=(PROMPT, GRAMMAR, 8, on_text)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert (max(most), len(most)) == (1, 8)


def test_a_server_that_is_none_of_them_is_refused():
    with ModelServer("something else") as server, pytest.raises(ModelError, match="--dialect"):
        model_of(server).complete(PROMPT, GRAMMAR, 8)
    with (
        ModelServer("ollama") as server,
        pytest.raises(UsageError, match="llama-server, vllm, llama-cpp-python, ollama"),
    ):
        model_of(server, "claude").complete(PROMPT, GRAMMAR, 8)
    with ModelServer("ollama") as server, pytest.raises(ModelError, match="is not vllm"):
        model_of(server, "vllm").complete(PROMPT, GRAMMAR, 8)


def test_of_several_models_one_must_be_named():
    with ModelServer("ollama") as server:
        server.models.append({"name": "large:70b", "digest": "sha256:cd34"})
        with pytest.raises(ModelError, match="small:1b, large:70b"):
            model_of(server).identify()
        assert model_of(server, "ollama", "large:70b").identify().details == "digest sha256:cd34"
        with pytest.raises(ModelError, match="has no model huge"):
            model_of(server, "ollama", "huge").identify()


@pytest.mark.parametrize(
    "entry",
    [
        {"name": "gpt-oss:120b-cloud"}, {"name": "any:cloud"}, {"name": "mine", "remote_host": "https://ollama.com:443"},
        {"name": "mine", "remote_model": "gpt-oss:120b"},
    ],
)  # fmt: skip
def test_a_model_that_ollama_runs_elsewhere_is_not_used(entry):
    with ModelServer("ollama") as server:
        server.models[:] = [entry]
        with pytest.raises(ModelError, match="none on this machine"):
            model_of(server, "ollama", entry["name"]).complete(PROMPT, GRAMMAR, 8)
        assert server.bodies("/api/chat") == []


@pytest.mark.parametrize(
    ("dialect", "name", "details"),
    [
        ("llama-server", "small-1b.gguf", "10 parameters, 5 bytes, build b1"),
        ("vllm", "small-1b", "org/small-1b, vLLM 0.12.0"), ("ollama", "small:1b", "digest sha256:ab12"),
    ],
)  # fmt: skip
def test_a_fingerprint_is_marked_as_the_words_of_the_server(dialect, name, details):
    with ModelServer(dialect) as server:
        model = model_of(server)
        assert model.fingerprint == f"in the words of the server ({dialect}): {name}, {details}"
        assert (model.name, model.title) == (name, f"the model at {server.address}")
    assert model.fingerprint == "not known: the server gave no answer"
    assert not model.is_reachable
