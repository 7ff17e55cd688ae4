"""The command serve: serve the page in the browser."""

from argparse import Namespace
from dataclasses import replace
from pathlib import Path
from typing import Any

from analyzer.cli.options import add_command, load
from analyzer.errors import UsageError


def add(commands: Any) -> None:
    """Add the commands of this group."""
    serve = add_command(commands, "serve", "serve the page in the browser", _serve, is_sealed=False)
    serve.add_argument("--port", type=int, help="port to listen on (default 8501)")
    serve.add_argument(
        "--tls",
        action="store_true",
        help="serve by https, with --certificate or with a certificate made by an authority on this machine",
    )
    serve.add_argument("--certificate", type=Path, metavar="FILE", help="certificate (PEM); implies --tls")
    serve.add_argument("--certificate-key", type=Path, metavar="FILE", help="private key of the certificate (PEM)")
    serve.add_argument(
        "--name", action="append", metavar="HOST", help="host name under which browsers reach the page; may be repeated"
    )
    serve.add_argument(
        "--host",
        metavar="ADDRESS",
        help="address to listen on for other machines, such as 0.0.0.0; requires TLS and accounts",
    )


def _serve(options: Namespace) -> None:
    from analyzer.ui.web.server import serve  # noqa: PLC0415

    settings = load(options)
    given = {"host": options.host, "names": ",".join(options.name or ())}
    settings = replace(settings, **{key: value for key, value in given.items() if value})
    certificate = (options.certificate, options.certificate_key)
    if any(certificate) and not all(certificate):
        raise UsageError("--certificate and --certificate-key go together: the certificate and its private key")
    pair = certificate if all(certificate) else None
    serve(settings, options.port or settings.port, options.actor, is_tls=options.tls, certificate=pair)
