"""Every switch that keeps a library from reaching out, in one place; call before anything heavy is imported."""

import os

SWITCHES = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_DATASETS_OFFLINE": "1",
    "DO_NOT_TRACK": "1",
    "TLDEXTRACT_PUBLIC_SUFFIX_LIST_URLS": "",
    "TOKENIZERS_PARALLELISM": "false",
    "STREAMLIT_BROWSER_GATHER_USAGE_STATS": "false",
    "OMP_WAIT_POLICY": "passive",
}
LOOPBACK = "127.0.0.1"


def harden_environment() -> None:
    """Set the switches for this process and its children."""
    os.environ.update(SWITCHES)


def preseed_streamlit() -> None:
    """Give Streamlit its addresses, so that it asks nobody outside for them."""
    from streamlit import net_util  # noqa: PLC0415

    net_util._external_ip = LOOPBACK
    net_util._internal_ip = LOOPBACK
