"""Serve the page: on this machine only, or by TLS to people who sign in.

`analyzer serve` opens its own listener, `streamlit run app.py` uses that of Streamlit; the application and its
middleware are the same for both.
"""

import os
import socket
import tempfile
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

from analyzer.config import PACKAGE, PROJECT, Settings, load_settings
from analyzer.errors import UsageError
from analyzer.models.server_address import resident_address
from analyzer.security.accounts import has_accounts
from analyzer.security.oidc import read_provider
from analyzer.security.sandbox.egress import seal
from analyzer.security.sandbox.process import keep_memory_private
from analyzer.security.sandbox.switches import (
    apply_streamlit_options,
    foreign_streamlit_files,
    harden_environment,
    leave_current_folder,
    preseed_streamlit,
)
from analyzer.security.workspace_store import WorkspaceStore
from analyzer.store.terminal import say
from analyzer.ui.web.page_language import PageLanguage
from analyzer.ui.web.page_sessions import PageSessions
from analyzer.ui.web.route_guard import RouteGuard, drop_pages
from analyzer.ui.web.security_headers import LOOPBACK_HOSTS, Headers, SitePolicy
from analyzer.ui.web.sign_in_page import SignIn
from analyzer.ui.web.tls import CertificatePair, given_pair, own_pair
from analyzer.workspace import Workspace

APP = PACKAGE / "ui" / "script" / "app.py"
Given: TypeAlias = tuple[Path, Path]
MEMORY = Path("/dev/shm")  # noqa: S108
ELSEWHERE = (
    "without TLS the page is served on this machine only; use 127.0.0.1, or --tls with accounts (see docs/offline.md, "
    "access from another machine)"
)


def serve(
    settings: Settings, port: int, actor: str | None = None, *, is_tls: bool = False, certificate: Given | None = None
) -> None:
    """Serve the page until interrupted.

    Args:
        settings: `host` is the address to listen on, `names` the host names that browsers may use.
        port: port to listen on.
        actor: account to serve the page for, without sign-in.
        is_tls: serve by TLS; without `certificate`, with a certificate of an authority made on this machine.
        certificate: files of a certificate and its private key (PEM), for TLS.

    Raises:
        UsageError: if the port is taken, the certificate is unusable, or others could connect without TLS and sign-in.
        EgressError: if this process cannot be sealed.
        WorkspaceError: if the workspace cannot be opened.
    """
    is_tls = is_tls or bool(certificate)
    actor = actor or os.environ.get("ANALYZER_ACTOR")
    is_remote = settings.host not in LOOPBACK_HOSTS
    if is_remote and (not is_tls or actor):
        raise UsageError(f"host {settings.host}: {ELSEWHERE if not is_tls else 'omit --as, so that people sign in'}")
    pair = _pair(settings, certificate) if is_tls else None
    with _listen(settings.host, port) as listener:  # first: no listener can be opened once the process is sealed
        seal(listener=listener.fileno(), server=settings.answering_server, resident=resident_address(settings.keys_dir))
        if not _check_and_require_sign_in(settings, actor) and is_remote:
            raise UsageError(
                f"host {settings.host}: no account exists to sign in with; add one first: analyzer user add"
            )
        os.environ["ANALYZER_WORKSPACE"] = str(settings.workspace.resolve())
        if actor:
            os.environ["ANALYZER_ACTOR"] = actor
        _run(listener, port, SitePolicy(settings.known_names, is_tls, is_remote), pair)


def _pair(settings: Settings, given: Given | None) -> CertificatePair:
    """Return the certificate to serve with; if it is of this machine's authority, print which authority to trust."""
    if given:
        return given_pair(*given, settings.known_names or LOOPBACK_HOSTS)
    pair = own_pair(settings.keys_dir / "tls", (*settings.known_names, *LOOPBACK_HOSTS))
    state = "New" if pair.is_new else "Existing"
    say(f"{state} certificate authority of this machine; browsers have to trust it once: {pair.authority}")
    say(f"  SHA-256 {pair.fingerprint}")
    return pair


def _check_and_require_sign_in(settings: Settings, actor: str | None) -> bool:
    """Check that the workspace opens; return whether people have to sign in."""
    if actor:
        Workspace(settings, actor).close()
        return False
    store = WorkspaceStore(settings, "serve")
    with store.database.translate_errors():
        needs_sign_in = has_accounts(store.database.connection)
    store.close()
    return needs_sign_in


def _run(listener: socket.socket, port: int, site: SitePolicy, pair: CertificatePair | None) -> None:
    import uvicorn  # noqa: PLC0415

    app = page(site)
    _trust_own_charts()
    where = site.names[0] if site.is_remote and site.names else LOOPBACK_HOSTS[0]
    say(f"The page is at {site.scheme}://{where}:{port} (Ctrl-C stops it)")
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, ws_max_size=1 << 28, timeout_graceful_shutdown=3,
        proxy_headers=False, server_header=False,
        ssl_certfile=pair.certificate if pair else None, ssl_keyfile=pair.key if pair else None,
    )  # fmt: skip
    try:
        uvicorn.Server(config).run(sockets=[listener])
    except KeyboardInterrupt:
        say("stopped")


def _trust_own_charts() -> None:
    """Do not check each chart against the schema of Vega-Lite while pages are drawn; see parts/clickable.draw_chart."""
    from altair.utils.schemapi import disable_debug_mode  # noqa: PLC0415

    disable_debug_mode()


def page(site: SitePolicy) -> Any:
    """Harden and seal this process, and return the page as an ASGI application.

    No option of Streamlit may be read earlier: Streamlit would then keep those of the user and of the current folder.

    Raises:
        UsageError, EgressError: as raised by secured.
    """
    middleware = secured(site)
    import streamlit  # noqa: PLC0415 - its options must be set first

    return streamlit.App(APP, middleware=middleware)


def secured(site: SitePolicy | None = None) -> list[Any]:
    """Harden and seal this process, and return the middleware of the page.

    Call it before `streamlit.App` is created.

    Args:
        site: addresses of the page; None if `streamlit run` serves it, on this machine.

    Raises:
        UsageError: if Streamlit listens on an address that other machines can connect to, or has read options of a
            foreign folder.
        EgressError: if this process cannot be sealed, or was started with an open socket off this machine.
    """
    from starlette.concurrency import run_in_threadpool  # noqa: PLC0415
    from starlette.middleware import Middleware  # noqa: PLC0415

    harden_environment()
    keep_memory_private()
    preseed_streamlit()
    leave_current_folder(APP.parent)
    _refuse_other_hosts()
    settings = load_settings()
    seal(server=settings.answering_server, resident=resident_address(settings.keys_dir))
    apply_streamlit_options()
    _spool_in_memory()
    site = site or SitePolicy(settings.known_names, is_tls=_streamlit_speaks_tls())
    provider = read_provider(settings.oidc_dir)
    sessions = PageSessions()
    on_sign_out = partial(drop_pages, sessions)
    return [
        Middleware(Headers, site=site),
        Middleware(SignIn, site=site, provider=provider, aside=run_in_threadpool, on_sign_out=on_sign_out),
        Middleware(RouteGuard, site=site, sessions=sessions),
        Middleware(PageLanguage),
    ]


def _refuse_other_hosts() -> None:
    """Refuse an address of `streamlit run` other than loopback, and options of a foreign folder.

    Streamlit reads its options before it runs the page.
    """
    from streamlit import config  # noqa: PLC0415

    if config._config_options:  # still empty under `analyzer serve`, which opens its own listener
        if foreign := foreign_streamlit_files((PROJECT, APP.parent)):
            raise UsageError(f"streamlit run has read {foreign[0]}; change to another folder, or run: analyzer serve")
        address = config.get_option("server.address") or "all addresses"
        if address not in LOOPBACK_HOSTS:
            raise UsageError(f"--server.address {address}: {ELSEWHERE}")


def _streamlit_speaks_tls() -> bool:
    from streamlit import config  # noqa: PLC0415

    return bool(config.get_option("server.sslCertFile"))


def _spool_in_memory() -> None:
    """Keep uploads in memory instead of on disk while the server receives them, if the system has /dev/shm."""
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
