"""The setting of a model server names this machine, or is refused."""

import pytest

from analyzer.errors import UsageError
from analyzer.models.server_address import (
    ServerAddress,
    ServerSetting,
    parse_address,
    parse_destination,
    parse_scheduler,
    parse_server,
)


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


@pytest.mark.parametrize(
    ("text", "is_here"),
    [
        ("unix:/run/scheduler.sock", True), ("tcp://127.0.0.1:8786", True), ("tcp://[::1]:8786", True),
        ("tls://127.0.0.1:8786", True), ("tls://10.0.0.1:8786", False), ("tls://[2001:db8::1]:8786", False),
    ],
)  # fmt: skip
def test_a_scheduler_is_read_and_written_alike_wherever_it_is(text, is_here):
    assert str(parse_scheduler(text)) == str(parse_destination(text)) == text
    assert parse_scheduler(text).is_here == is_here


@pytest.mark.parametrize(
    "text",
    [
        "tcp://10.0.0.1:8786", "tcp://[::ffff:10.0.0.1]:8786", "tls://scheduler:8786", "tls://10.0.0.1", "tls://999.0.0.1:1",
        "tls://10.0.0.1:0", "tls://10.0.0.1:65536", "tls://user@10.0.0.1:8786", "http://127.0.0.1:80", "10.0.0.1:8786",
        "tls://10.0.0.1:8786/x", "tls://[fe80::1%eth0]:8786", "unix:relative", "local", "",
    ],
)  # fmt: skip
def test_a_scheduler_elsewhere_without_tls_or_by_name_is_refused(text):
    with pytest.raises(UsageError, match="tls://"):
        parse_scheduler(text)
