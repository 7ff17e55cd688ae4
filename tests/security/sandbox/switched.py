"""A process of its own for one switch: sets all switches but one, does what that one is about, says what was tried.

    python switched.py ACTION [LEFT_OUT]

Whatever would reach for the network is written down and refused before it happens, so nothing leaves. One JSON object
goes to the standard output: {"attempts": [...], "served": {...}}.
"""

import contextlib
import json
import sys
import time
from pathlib import Path

from analyzer.security.sandbox import switches

WATCHED = ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "socket.sendmsg")
TABLES = ("ENVIRONMENT", "ADDRESSES", "OPTIONS")
attempts: list[str] = []
served: dict[str, object] = {}


def watch(event, arguments):
    if event in WATCHED:
        attempts.append(f"{event} {arguments[1] if event == 'socket.connect' else arguments[0]}")
        raise ConnectionRefusedError(event)


def model_by_name():
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import HfHubHTTPError

    with contextlib.suppress(OSError, HfHubHTTPError):
        hf_hub_download("nobody/no-such-model", "config.json")


def tokenizer_by_name():
    from transformers import AutoTokenizer

    with contextlib.suppress(OSError, ValueError):
        AutoTokenizer.from_pretrained("nobody/no-such-model")


def domain_of_an_address():
    import tldextract

    served["domain"] = tldextract.extract("jane@mail.shop.co.uk").domain


def foreign_origin():
    from streamlit.web.server.server_util import is_url_from_allowed_origins

    switches.preseed_streamlit()
    served["welcome"] = is_url_from_allowed_origins("http://evil.example")


def page():
    """Serve a page that fails, and look at what a browser is told."""
    switches.apply_streamlit_options()
    import streamlit
    from starlette.testclient import TestClient
    from streamlit.proto.BackMsg_pb2 import BackMsg
    from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

    script = Path("failing.py").resolve()
    script.write_text("raise ValueError('what Jane wrote')")
    rerun = BackMsg()
    rerun.rerun_script.query_string = ""
    with TestClient(streamlit.App(script)) as client:
        served["origins"] = client.get("/_stcore/host-config").json()["allowedOrigins"]
        served["agent"] = "switched off" not in client.get("/_stcore/agent/openapi.json").json()["info"]["description"]
        with client.websocket_connect("/_stcore/stream", subprotocols=["streamlit"]) as browser:
            browser.send_bytes(rerun.SerializeToString())
            kind = ""
            while kind != "script_finished":
                message = ForwardMsg.FromString(browser.receive_bytes())
                kind = message.WhichOneof("type")
                note(kind, message)


def note(kind, message):
    """Keep what the first message says of the settings and the theme, and what is shown of the error."""
    if kind == "new_session":
        config = message.new_session.config
        served["statistics"] = config.gather_usage_stats
        served["toolbar"] = type(config).ToolbarMode.Name(config.toolbar_mode)
        served["links"] = type(config).ShowErrorLinks.Name(config.show_error_links)
        served["fonts"] = "fonts.example" in str(message.new_session.custom_theme)
    elif kind == "delta" and message.delta.new_element.WhichOneof("type") == "exception":
        served["error"] = "Jane" in str(message.delta.new_element.exception)


def streamlit_run():
    """Do what `streamlit run app.py` does before it reads app.py, where the settings file lies beside it."""
    from streamlit import config
    from streamlit.runtime.credentials import check_credentials
    from streamlit.web import bootstrap

    config._main_script_path = str(Path("app.py").resolve())
    bootstrap.load_config_options({})
    check_credentials()
    bootstrap._print_url(False)


def leave_out(name):
    for table in TABLES:
        kept = {key: switch for key, switch in getattr(switches, table).items() if key != name}
        setattr(switches, table, kept)


ACTIONS = {
    act.__name__: act
    for act in (model_by_name, tokenizer_by_name, domain_of_an_address, foreign_origin, page, streamlit_run)
}

if __name__ == "__main__":
    action, left_out = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else ""
    leave_out(left_out)
    switches.harden_environment()
    time.sleep = lambda seconds: None  # the hub waits longer and longer before it tries again
    sys.addaudithook(watch)
    ACTIONS[action]()
    sys.stdout.write("\n" + json.dumps({"attempts": attempts, "served": served}))
