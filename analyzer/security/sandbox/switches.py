"""Every switch that keeps a library from reaching out, in one place; call before anything heavy is imported.

The seal stops whatever a switch forgets. A switch sees to it that nothing is tried in the first place: no second of
waiting for an answer, no alarm in a firewall's log, no link on the page. Each one stands here because the installed
version behaves differently without it, and tests/security/test_switches.py shows that it does. Two more are kept in
`.streamlit/config.toml` alone, since `streamlit run` needs them before it reads app.py: the address (else its greeting
asks for this machine's outside address) and `server.headless` (else it asks for an e-mail address and sends it to
Streamlit).
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Switch:
    """What keeps one library from reaching out.

    Attributes:
        value: what it is set to.
        library: whose it is.
        without: what that library does without it.
    """

    value: Any
    library: str
    without: str


ENVIRONMENT: Mapping[str, Switch] = MappingProxyType(
    {
        "HF_HUB_OFFLINE": Switch(
            "1",
            "huggingface_hub, transformers, sentence-transformers",
            "asks huggingface.co about every model that is not named by its folder, even one that is in the cache",
        ),
        "TLDEXTRACT_PUBLIC_SUFFIX_LIST_URLS": Switch(
            "",
            "tldextract, under Presidio",
            "downloads the list of domain endings at the first e-mail address instead of using its own",
        ),
    }
)
"""Environment variables, for this process and its children."""

ADDRESSES: Mapping[str, Switch] = MappingProxyType(
    {
        "_external_ip": Switch(
            LOOPBACK,
            "streamlit",
            "asks a public web service for this machine's address when a page of another origin connects",
        ),
        "_internal_ip": Switch(
            LOOPBACK,
            "streamlit",
            "opens a datagram socket to 8.8.8.8 to learn this machine's address when a page of another origin connects",
        ),
    }
)
"""What `streamlit.net_util` looks up unless it is known already."""

OPTIONS: Mapping[str, Switch] = MappingProxyType(
    {
        "browser.gatherUsageStats": Switch(
            False, "streamlit's page", "reports every visit and the elements used to data.streamlit.io"
        ),
        "client.showErrorLinks": Switch(
            False, "streamlit's page", "offers links to a search engine and a chat service that carry the error's text"
        ),
        "client.showErrorDetails": Switch(
            "none", "streamlit's page", "shows an error's message and stack, which people then paste elsewhere"
        ),
        "client.toolbarMode": Switch("viewer", "streamlit's page", "offers a button that deploys to a cloud service"),
        "client.allowedOrigins": Switch(
            (), "streamlit's page", "takes orders from pages of Streamlit's cloud that show this one in a frame"
        ),
        "server.enableAgentApi": Switch(
            False, "streamlit", "lets other programs drive the page over HTTP, where a settings file has turned that on"
        ),
    }
)
"""Streamlit's options, whatever the settings files of the machine and of the person say."""

QUIET: Mapping[str, str] = MappingProxyType({"TOKENIZERS_PARALLELISM": "false"})
"""Not about the network: without it `tokenizers` prints a warning in every worker process."""


def harden_environment() -> None:
    """Set the environment variables for this process and its children."""
    os.environ.update({name: switch.value for name, switch in ENVIRONMENT.items()})
    os.environ.update(QUIET)


def preseed_streamlit() -> None:
    """Give Streamlit its addresses, so that it asks nobody outside for them."""
    from streamlit import net_util  # noqa: PLC0415

    for name, switch in ADDRESSES.items():
        setattr(net_util, name, switch.value)


def apply_streamlit_options() -> None:
    """Hold Streamlit to `OPTIONS`, now if its settings files are read already, and each time they are read.

    May be called before `streamlit.App` is made and again in every run of a page.
    """
    from streamlit import config  # noqa: PLC0415

    if not getattr(config, _HELD, False):
        setattr(config, _HELD, True)
        config.on_config_parsed(_set_options, force_connect=True)
    if config._config_options:  # not get_option: that would read the files before App has named its own
        _set_options()


_HELD = "_analyzer_options_are_held"


def _set_options() -> None:
    """Set the options, and drop what a theme would fetch: fonts and their files from other hosts."""
    from streamlit import config  # noqa: PLC0415

    for name, switch in OPTIONS.items():
        value = list(switch.value) if isinstance(switch.value, tuple) else switch.value
        config.set_option(name, value, __name__)
    for name, option in config.get_config_options().items():
        if name.startswith("theme.") and "//" in str(option.value):
            config.set_option(name, option.default_val, __name__)
