"""The certificates with which a machine takes part in a cluster: files of a folder, checked before they are used."""

from pathlib import Path

from analyzer.errors import UsageError
from analyzer.models.server_address import ServerAddress
from analyzer.system import is_private

AUTHORITY, CERTIFICATE, KEY = "authority.crt", "machine.crt", "machine.key"
"""The authority that issued the certificates of all machines; this machine's own, and its key."""


def certificates_for(address: ServerAddress, folder: Path) -> Path | None:
    """Return the folder of certificates if an address needs them; None for one without TLS.

    Raises:
        UsageError: if a file is missing, or others can read the key.
    """
    if address.path or address.scheme != "tls":
        return None
    missing = [name for name in (AUTHORITY, CERTIFICATE, KEY) if not (folder / name).is_file()]
    if missing:
        raise UsageError(f"{folder / missing[0]} is missing; TLS needs it, see docs/cluster.md")
    if not is_private(folder / KEY):
        raise UsageError(f"{folder / KEY} can be read by others; run: chmod 600 {folder / KEY}")
    return folder
