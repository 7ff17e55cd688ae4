"""The command that serves the page."""

from argparse import Namespace
from dataclasses import replace
from typing import Any

from analyzer.commands.options import add_command, load


def add(commands: Any) -> None:
    """Add the commands of this group."""
    serve = add_command(commands, "serve", "serve the page on this machine", _serve, is_sealed=False)
    serve.add_argument("--port", type=int, help="default 8501")
    serve.add_argument(
        "--tls",
        action="store_true",
        help="by https; the certificate is set, or made here by an authority of this machine",
    )
    serve.add_argument("--certificate", metavar="FILE", help="certificate to serve with (PEM); means --tls")
    serve.add_argument("--certificate-key", metavar="FILE", help="its private key (PEM)")
    serve.add_argument("--name", action="append", metavar="HOST", help="what browsers may call the page; repeatable")
    serve.add_argument("--host", metavar="ADDRESS", help="listen where others can connect; needs TLS and accounts")


def _serve(options: Namespace) -> None:
    from analyzer.server import serve  # noqa: PLC0415

    settings = load(options)
    given = {
        "host": options.host,
        "names": ",".join(options.name or ()),
        "certificate": options.certificate,
        "certificate_key": options.certificate_key,
    }
    settings = replace(settings, **{key: value for key, value in given.items() if value})
    serve(settings, options.port or settings.port, options.actor, is_tls=options.tls)
