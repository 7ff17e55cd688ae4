"""Settings that keep libraries from making network requests; apply them before heavy imports.

The seal stops requests that no setting covers. The settings prevent the attempt: no wait for an answer, no entry in a
firewall's log, no link on the page. Each setting is here because the installed version behaves differently without it,
which tests/security/sandbox/test_switches.py shows. Two more are in `.streamlit/config.toml` only, because
`streamlit run` needs them before it reads app.py: the address (else its greeting requests this machine's external
address) and `server.headless` (else it asks for an e-mail address and sends it to Streamlit).
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Switch:
    """A setting that keeps one library from making network requests.

    Attributes:
        value: of the setting.
        library: the library or libraries that read it.
        without: what the library does without it.
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
"""Variables of `streamlit.net_util`; it looks up an address unless its variable is set."""

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
        "client.toolbarMode": Switch(
            "minimal", "streamlit's page", "offers buttons that deploy to a cloud service and record the screen"
        ),
        "client.allowedOrigins": Switch(
            (), "streamlit's page", "takes orders from pages of Streamlit's cloud that show this one in a frame"
        ),
        "server.enableAgentApi": Switch(
            False, "streamlit", "lets other programs drive the page over HTTP, where a settings file has turned that on"
        ),
    }
)
"""Options of Streamlit; they override the settings files of the machine and the user."""

QUIET: Mapping[str, str] = MappingProxyType({"TOKENIZERS_PARALLELISM": "false"})
"""Not about the network: without it `tokenizers` prints a warning in every worker process."""


def harden_environment() -> None:
    """Set the environment variables for this process and its children."""
    os.environ.update({name: switch.value for name, switch in ENVIRONMENT.items()})
    os.environ.update(QUIET)


def preseed_streamlit() -> None:
    """Set the addresses of this machine in Streamlit, so that it does not request them."""
    from streamlit import net_util  # noqa: PLC0415

    for name, switch in ADDRESSES.items():
        setattr(net_util, name, switch.value)


def leave_current_folder(folder: Path) -> None:
    """Make Streamlit read options and secrets from the `.streamlit` of a folder instead of that of the current one."""
    from streamlit import file_util  # noqa: PLC0415

    file_util.get_project_streamlit_file_path = lambda *parts: str(folder.joinpath(".streamlit", *parts))


def foreign_streamlit_files(folders: Sequence[Path]) -> list[Path]:
    """Return the files of `.streamlit` in the current folder, which `streamlit run` reads before it runs the page.

    Args:
        folders: trusted ones; in these, no file is foreign.
    """
    here = Path.cwd()
    if any(here == folder.resolve() for folder in folders):
        return []
    return [file for name in ("config.toml", "secrets.toml") if (file := here / ".streamlit" / name).is_file()]


def apply_streamlit_options() -> None:
    """Set `OPTIONS` in Streamlit: now if its settings files are read already, and each time they are read.

    May be called before `streamlit.App` is made and again in every run of a page.
    """
    from streamlit import config  # noqa: PLC0415

    if not getattr(config, _REGISTERED, False):
        setattr(config, _REGISTERED, True)
        config.on_config_parsed(_set_options, force_connect=True)
    if config._config_options:  # not get_option: that would read the files before App has named its own
        _set_options()


_REGISTERED = "_analyzer_options_are_registered"


def _set_options() -> None:
    """Set the options, and reset theme options with URLs: fonts from other hosts."""
    from streamlit import config  # noqa: PLC0415

    for name, switch in OPTIONS.items():
        value = list(switch.value) if isinstance(switch.value, tuple) else switch.value
        config.set_option(name, value, __name__)
    for name, option in config.get_config_options().items():
        if name.startswith("theme.") and "//" in str(option.value):
            config.set_option(name, option.default_val, __name__)
