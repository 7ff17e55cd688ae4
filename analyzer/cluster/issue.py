"""Issue certificates for the machines of a cluster, with an authority that admits machines to this cluster alone."""

import os
import re
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from analyzer.cluster.certificates import AUTHORITY, CERTIFICATE, KEY
from analyzer.errors import UsageError
from analyzer.security.clock import now
from analyzer.system import open_file

AUTHORITY_KEY = "authority.key"
AUTHORITY_YEARS, MACHINE_DAYS = 10, 397
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,62}")

_Key = ec.EllipticCurvePrivateKey


def issue(folder: Path, machines: Sequence[str]) -> tuple[Path, ...]:
    """Write a folder with authority, certificate and key for each machine; return the folders.

    Args:
        folder: keeps the authority, which is made if it is not there.
        machines: names of machines; each becomes the name of a folder.

    Raises:
        UsageError: if a name cannot be one of a folder, or a machine has a folder already.
    """
    if wrong := [name for name in machines if not _NAME.fullmatch(name)]:
        raise UsageError(f"machine {wrong[0]!r}: use letters, digits, dots and hyphens")
    if there := [name for name in machines if (folder / name).exists()]:
        raise UsageError(f"{folder / there[0]} exists; remove it to issue another certificate")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    authority, key = _authority(folder)
    written = []
    for name in dict.fromkeys(machines):
        place = folder / name
        place.mkdir(mode=0o700)
        own = ec.generate_private_key(ec.SECP256R1())
        made = _machine(name, own, authority, key)
        _write(place / AUTHORITY, authority.public_bytes(Encoding.PEM))
        _write(place / CERTIFICATE, made.public_bytes(Encoding.PEM))
        _write(place / KEY, _private(own))
        written.append(place)
    return tuple(written)


def _authority(folder: Path) -> tuple[x509.Certificate, _Key]:
    file, key_file = folder / AUTHORITY, folder / AUTHORITY_KEY
    if file.is_file() and key_file.is_file():
        stored = load_pem_private_key(key_file.read_bytes(), None)
        if not isinstance(stored, _Key):
            raise UsageError(f"{key_file} is not a key of this program; use another folder")
        return x509.load_pem_x509_certificate(file.read_bytes()), stored
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("Feedback Analyzer cluster")
    made = (
        _draft(name, name, key, timedelta(days=365 * AUTHORITY_YEARS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, SHA256())
    )
    _write(key_file, _private(key))
    _write(file, made.public_bytes(Encoding.PEM))
    return made, key


def _machine(name: str, own: _Key, authority: x509.Certificate, key: _Key) -> x509.Certificate:
    both = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    return (
        _draft(_name(name), authority.subject, own, timedelta(days=MACHINE_DAYS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage(both), critical=False)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
        .sign(key, SHA256())
    )


def _draft(subject: x509.Name, issuer: x509.Name, key: _Key, valid: timedelta) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now() - timedelta(hours=1))
        .not_valid_after(now() + valid)
    )


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs, content_commitment=False, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=signs, crl_sign=signs, encipher_only=False, decipher_only=False,
    )  # fmt: skip


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _private(key: _Key) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _write(path: Path, content: bytes) -> None:
    with os.fdopen(open_file(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL), "wb") as file:
        file.write(content)
