"""Sign reports with a key of this machine or workspace, and verify that a report was not changed since.

Ed25519 (RFC 8032) over the report as JSON with sorted keys and without white space. A user of the machine can use its
key, so a signature does not show that the report is true; a repeated proof does.
"""

import base64
import json
import os
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

ALGORITHM = "Ed25519"
SIGNATURE = "signature"
KEY_FILE = "proof.key"


def sign(report: Mapping[str, Any], private: bytes) -> dict[str, Any]:
    """Return a report with its signature by a private key of 32 bytes."""
    key = Ed25519PrivateKey.from_private_bytes(private)
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    value = key.sign(_canonical(report))
    return {
        **{name: part for name, part in report.items() if name != SIGNATURE},
        SIGNATURE: {
            "algorithm": ALGORITHM, "public_key": _text(public), "fingerprint": fingerprint(public),
            "value": _text(value),
        },
    }  # fmt: skip


def machine_key(file: Path) -> bytes:
    """Return the private key of this machine; create it on first use with mode 0600.

    Raises:
        OSError: if it cannot be read or created.
    """
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        made = Ed25519PrivateKey.generate().private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
        number = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(number, "wb") as out:
            out.write(made)
    return file.read_bytes()


def is_intact(report: Mapping[str, Any]) -> bool:
    """Return whether the signature of a report is valid for its content and the public key it names."""
    signature = report.get(SIGNATURE)
    if not isinstance(signature, dict) or signature.get("algorithm") != ALGORITHM:
        return False
    try:
        public = base64.b64decode(str(signature["public_key"]), validate=True)
        value = base64.b64decode(str(signature["value"]), validate=True)
        Ed25519PublicKey.from_public_bytes(public).verify(value, _canonical(report))
    except (InvalidSignature, KeyError, ValueError):
        return False
    return signature.get("fingerprint") == fingerprint(public)


def fingerprint(public: bytes) -> str:
    """Return the fingerprint of a public key in groups of four, to compare reports of one machine by eye."""
    digest = sha256(public).hexdigest()[:16]
    return " ".join(digest[place : place + 4] for place in range(0, 16, 4))


def _canonical(report: Mapping[str, Any]) -> bytes:
    unsigned = {name: part for name, part in report.items() if name != SIGNATURE}
    return json.dumps(unsigned, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")
