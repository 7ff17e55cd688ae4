"""The setting of a model server names this machine, or is refused."""

import pytest

from analyzer.errors import UsageError
from analyzer.models.server_address import ServerAddress, ServerSetting, parse_address, parse_server


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("unix:/run/llama.sock", ServerAddress(path="/run/llama.sock")),
        ("http://127.0.0.1:8080", ServerAddress(host="127.0.0.1", port=8080)),
        ("http://[::1]:11434", ServerAddress(host="[::1]", port=11434)),
    ],
)
def test_an_address_of_this_machine_is_read_and_written_alike(text, address):
    assert parse_address(text) == address
    assert str(address) == text


def test_a_closing_slash_is_left_out():
    assert str(parse_address("http://127.0.0.1:8080/")) == "http://127.0.0.1:8080"


@pytest.mark.parametrize(
    "text",
    [
        "", "localhost", "http://localhost:8080", "http://127.0.0.2:8080", "http://10.0.0.5:8080", "http://0.0.0.0:80",
        "https://127.0.0.1:8080", "http://127.0.0.1", "http://127.0.0.1:0", "http://127.0.0.1:65536",
        "http://127.0.0.1:8080/v1", "http://user@127.0.0.1:8080", "http://127.0.0.1:8080@evil.example:80",
        "http://127.0.0.1.evil.example:80", "http://[::]:80", "http://[::ffff:127.0.0.1]:80", "http://2130706433:80",
        "unix:relative.sock", "unix:", "unix:/a b", "unix:/" + "x" * 107, "unix:\0abstract", "http://127.0.0.1:８０",
    ],
)  # fmt: skip
def test_anything_else_is_refused_with_a_remedy(text):
    with pytest.raises(UsageError, match="unix:/path"):
        parse_address(text)


def test_a_setting_has_up_to_three_words():
    assert parse_server("unix:/s ollama qwen2.5:7b") == ServerSetting(ServerAddress("/s"), "ollama", "qwen2.5:7b")
    assert str(parse_server("unix:/s   vllm")) == "unix:/s vllm"
    with pytest.raises(UsageError, match="ADDRESS DIALECT MODEL"):
        parse_server("unix:/s ollama one two")
