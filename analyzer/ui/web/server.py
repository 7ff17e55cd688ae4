"""Serve the page: on this machine alone, or by TLS to people who sign in.

`analyzer serve` and `streamlit run app.py` differ in who opens the listener; what answers on it is made here for both.
"""

import os
import socket
import sys
import tempfile
from pathlib import Path
from typing import Any, TypeAlias

from analyzer.config import PACKAGE, Settings, load_settings
from analyzer.errors import UsageError
from analyzer.security.accounts import has_accounts
from analyzer.security.oidc import read_provider
from analyzer.security.sandbox.egress import seal
from analyzer.security.sandbox.process import keep_memory_private
from analyzer.security.sandbox.switches import apply_streamlit_options, harden_environment, preseed_streamlit
from analyzer.security.workspace_store import WorkspaceStore
from analyzer.ui.web.security_headers import LOOPBACK_HOSTS, Headers, SitePolicy
from analyzer.ui.web.sign_in_page import SignIn
from analyzer.ui.web.tls import CertificatePair, given_pair, own_pair
from analyzer.workspace import Workspace

APP = PACKAGE / "ui" / "script" / "app.py"
Given: TypeAlias = tuple[Path, Path]
MEMORY = Path("/dev/shm")  # noqa: S108
ELSEWHERE = (
    "without TLS the page is served on this machine only; use 127.0.0.1, or --tls with accounts (docs/offline.md tells "
    "how to reach it from another machine)"
)


def serve(
    settings: Settings, port: int, actor: str | None = None, *, is_tls: bool = False, certificate: Given | None = None
) -> None:
    """Serve the page until interrupted.

    Args:
        settings: `host` is where it listens, `names` what browsers may call it.
        port: where it listens.
        actor: for whom, without signing in.
        is_tls: speak TLS, with an authority made here where no certificate is given.
        certificate: files of a certificate and its private key (PEM), to speak TLS with.

    Raises:
        UsageError: if the port is taken, the certificate is not fit, or others could connect without TLS and sign-in.
        EgressError: if this process cannot be sealed.
        WorkspaceError: if the workspace does not open.
    """
    is_tls = is_tls or bool(certificate)
    actor = actor or os.environ.get("ANALYZER_ACTOR")
    is_remote = settings.host not in LOOPBACK_HOSTS
    if is_remote and (not is_tls or actor):
        raise UsageError(
            f"host {settings.host}: {ELSEWHERE if not is_tls else 'leave --as away, so that people sign in'}"
        )
    pair = _pair(settings, certificate) if is_tls else None
    with _listen(settings.host, port) as listener:  # first: no listener can be opened once the process is sealed
        seal(listener=listener.fileno())
        if not _opens_to_accounts(settings, actor) and is_remote:
            raise UsageError(
                f"host {settings.host}: nobody would have to sign in; give accounts first: analyzer user add"
            )
        os.environ["ANALYZER_WORKSPACE"] = str(settings.workspace.resolve())
        if actor:
            os.environ["ANALYZER_ACTOR"] = actor
        _run(listener, port, SitePolicy(settings.known_names, is_tls, is_remote), pair)


def _pair(settings: Settings, given: Given | None) -> CertificatePair:
    """Return the certificate to serve with; say what to trust where it was made here."""
    if given:
        return given_pair(*given, settings.known_names or LOOPBACK_HOSTS)
    pair = own_pair(settings.keys_dir / "tls", (*settings.known_names, *LOOPBACK_HOSTS))
    made = "Made" if pair.is_new else "By"
    print(
        f"{made} an authority of this machine; browsers have to trust it once: {pair.authority}\n"
        f"  SHA-256 {pair.fingerprint}",
        file=sys.stderr,
    )
    return pair


def _opens_to_accounts(settings: Settings, actor: str | None) -> bool:
    """Refuse to serve what does not open; tell whether people have to sign in."""
    if actor:
        Workspace(settings, actor).close()
        return False
    vault = WorkspaceStore(settings, "serve")
    with vault.database.translate_errors():
        is_held = has_accounts(vault.database.connection)
    vault.close()
    return is_held


def _run(listener: socket.socket, port: int, site: SitePolicy, pair: CertificatePair | None) -> None:
    import uvicorn  # noqa: PLC0415

    app = page(site)
    where = site.names[0] if site.is_remote and site.names else LOOPBACK_HOSTS[0]
    print(f"The page is at {site.scheme}://{where}:{port} (Ctrl-C stops it)", file=sys.stderr, flush=True)
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, ws_max_size=1 << 28, timeout_graceful_shutdown=3,
        proxy_headers=False, server_header=False,
        ssl_certfile=pair.certificate if pair else None, ssl_keyfile=pair.key if pair else None,
    )  # fmt: skip
    try:
        uvicorn.Server(config).run(sockets=[listener])
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)


def page(site: SitePolicy) -> Any:
    """Make this process fit to serve the page, and return the page as an ASGI application.

    Nothing may ask for an option of Streamlit before: it would keep those of the person and of the current folder.

    Raises:
        UsageError, EgressError: as secured does.
    """
    middleware = secured(site)
    import streamlit  # noqa: PLC0415 - after what it must not ask others for is set

    return streamlit.App(APP, middleware=middleware)


def secured(site: SitePolicy | None = None) -> list[Any]:
    """Make this process fit to serve the page, and return the middleware to serve it with.

    Call it before `streamlit.App` is made; both ways to start the page do.

    Args:
        site: how the page is reached; None where Streamlit's own command serves it, on this machine.

    Raises:
        UsageError: if Streamlit was told to listen where others can connect.
        EgressError: if this process cannot be sealed, or was started with a way out.
    """
    from starlette.concurrency import run_in_threadpool  # noqa: PLC0415
    from starlette.middleware import Middleware  # noqa: PLC0415

    harden_environment()
    keep_memory_private()
    preseed_streamlit()
    _refuse_other_hosts()
    seal()
    apply_streamlit_options()
    _spool_in_memory()
    settings = load_settings()
    site = site or SitePolicy(settings.known_names, is_tls=_streamlit_speaks_tls())
    provider = read_provider(settings.oidc_dir)
    return [
        Middleware(Headers, site=site),
        Middleware(SignIn, site=site, provider=provider, aside=run_in_threadpool),
    ]


def _refuse_other_hosts() -> None:
    """Refuse an address that `streamlit run` was given; it has read its options before it loads the page."""
    from streamlit import config  # noqa: PLC0415

    if config._config_options:  # not read yet under `analyzer serve`, which opens its own listener
        address = config.get_option("server.address") or "all addresses"
        if address not in LOOPBACK_HOSTS:
            raise UsageError(f"--server.address {address}: {ELSEWHERE}")


def _streamlit_speaks_tls() -> bool:
    from streamlit import config  # noqa: PLC0415

    return bool(config.get_option("server.sslCertFile"))


def _spool_in_memory() -> None:
    """Keep the raw upload of a file off the disk while the server receives it, where the system has such a place."""
    if MEMORY.is_dir() and os.access(MEMORY, os.W_OK):
        tempfile.tempdir = str(MEMORY)


def _listen(host: str, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1" if host in LOOPBACK_HOSTS else host, port))
        listener.listen()
    except (OSError, OverflowError) as error:
        listener.close()
        raise UsageError(
            f"port {port} of {host} is taken or not allowed; stop what uses it or choose another with --port"
        ) from error
    return listener
