"""Certificates of the page: a given one, checked; or one of an authority made on this machine.

The only module that imports X.509. The authority can certify the names of this page only (name constraints, RFC 5280
section 4.2.1.10), so a browser that trusts it does not trust it for other sites.
"""

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from analyzer.errors import UsageError
from analyzer.security.clock import now
from analyzer.system import is_private

AUTHORITY, AUTHORITY_KEY, SERVER, SERVER_KEY = "authority.crt", "authority.key", "server.crt", "server.key"
AUTHORITY_YEARS, SERVER_DAYS, RENEW_DAYS = 10, 397, 30
"""A server certificate is valid for at most 398 days in browsers (CA/Browser Forum)."""
LEAST_RSA_BITS = 2048
WEAK = ("md5", "sha1")
TITLE = "Feedback Analyzer on this machine"

_Key = ec.EllipticCurvePrivateKey


@dataclass(frozen=True, slots=True)
class CertificatePair:
    """A certificate with its key.

    Attributes:
        certificate, key: the files.
        authority: certificate that a browser has to trust once; None for a given certificate.
        fingerprint: SHA-256 of the authority, in hexadecimal with colons, as browsers show it.
        is_new: whether the authority was created by this call.
    """

    certificate: Path
    key: Path
    authority: Path | None = None
    fingerprint: str = ""
    is_new: bool = False


def given_pair(certificate: Path, key: Path, names: Sequence[str]) -> CertificatePair:
    """Return a given certificate after checking that the page can be served with it.

    Raises:
        UsageError: if a file is missing or damaged, the key does not match or is readable by other users, or the
            certificate is not valid today, weak, or for none of `names`.
    """
    first = _read_certificate(certificate)
    if key.is_file() and not is_private(key):
        raise UsageError(f"key {key} is open to other users; run: chmod 600 {key}")
    if _public(_read_key(key)) != _public(first):
        raise UsageError(f"key {key} does not belong to {certificate}; give the two that were issued together")
    if fault := _fault(first):
        raise UsageError(f"certificate {certificate} {fault}; have another issued")
    if not any(_covers(_names_in(first), name) for name in names):
        named = ", ".join(_names_in(first)) or "nobody"
        raise UsageError(
            f"certificate {certificate} is for {named}, not for {', '.join(names)}; give one of its names with --name"
        )
    return CertificatePair(certificate, key)


def own_pair(folder: Path, names: Sequence[str]) -> CertificatePair:
    """Return a certificate for `names` of the authority in a folder; create certificate and authority if needed.

    Args:
        folder: folder of authority and certificate, not readable by other users.
        names: host names and addresses, as browsers write them.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    authority, is_new = _authority(folder, names)
    server = folder / SERVER
    if is_new or not _is_fit(server, folder / SERVER_KEY, names):
        issued, key = _issue(names, authority)
        _write_key(folder / SERVER_KEY, key)
        server.write_bytes(issued.public_bytes(Encoding.PEM) + authority[0].public_bytes(Encoding.PEM))
    fingerprint = authority[0].fingerprint(SHA256()).hex(":").upper()
    return CertificatePair(server, folder / SERVER_KEY, folder / AUTHORITY, fingerprint, is_new)


def _authority(folder: Path, names: Sequence[str]) -> tuple[tuple[x509.Certificate, _Key], bool]:
    file, key_file = folder / AUTHORITY, folder / AUTHORITY_KEY
    with suppress(UsageError):
        stored, key = _read_certificate(file), _read_key(key_file)
        if isinstance(key, _Key) and not _fault(stored) and all(_covers(_names_in(stored), name) for name in names):
            return (stored, key), False
    key = ec.generate_private_key(ec.SECP256R1())
    made = (
        _draft(TITLE, names, key)
        .not_valid_after(now() + timedelta(days=365 * AUTHORITY_YEARS))
        .issuer_name(_name(TITLE))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.NameConstraints([_constraint(name) for name in names], None), critical=True)
        .add_extension(_usage(signs=True), critical=True)
        .sign(key, SHA256())
    )
    _write_key(key_file, key)
    file.write_bytes(made.public_bytes(Encoding.PEM))
    return (made, key), True


def _issue(names: Sequence[str], authority: tuple[x509.Certificate, _Key]) -> tuple[x509.Certificate, _Key]:
    key = ec.generate_private_key(ec.SECP256R1())
    by, by_key = authority
    issued = (
        _draft(names[0], names, key)
        .not_valid_after(now() + timedelta(days=SERVER_DAYS))
        .issuer_name(by.subject)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), critical=False)  # type: ignore[arg-type]
        .sign(by_key, SHA256())
    )
    return issued, key


def _draft(title: str, names: Sequence[str], key: _Key) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(_name(title))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now() - timedelta(minutes=5))
        .add_extension(x509.SubjectAlternativeName([_general(name) for name in names]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs, key_cert_sign=signs, crl_sign=signs, content_commitment=False,
        key_encipherment=False, data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip


def _name(title: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, title[:64])])


def _address(name: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(name)
    except ValueError:
        return None


def _general(name: str) -> x509.GeneralName:
    address = _address(name)
    return x509.IPAddress(address) if address else x509.DNSName(name)


def _constraint(name: str) -> x509.GeneralName:
    address = _address(name)
    return x509.IPAddress(ip_network(address)) if address else x509.DNSName(name)


def _is_fit(file: Path, key: Path, names: Sequence[str]) -> bool:
    try:
        stored = _read_certificate(file)
        is_own = _public(_read_key(key)) == _public(stored)
    except UsageError:
        return False
    soon = now() + timedelta(days=RENEW_DAYS)
    is_in_time = stored.not_valid_before_utc <= now() and stored.not_valid_after_utc > soon  # else made by a fast clock
    return is_own and is_in_time and all(_covers(_names_in(stored), name) for name in names)


def _fault(certificate: x509.Certificate) -> str:
    if now() > certificate.not_valid_after_utc:
        return f"has expired on {certificate.not_valid_after_utc:%Y-%m-%d}"
    if now() < certificate.not_valid_before_utc:
        return f"is not valid before {certificate.not_valid_before_utc:%Y-%m-%d}"
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey) and key.key_size < LEAST_RSA_BITS:
        return f"has a key of {key.key_size} bits, {LEAST_RSA_BITS} are the least"
    hashed = certificate.signature_hash_algorithm
    return f"is signed with {hashed.name}" if hashed and hashed.name in WEAK else ""


def _names_in(certificate: x509.Certificate) -> list[str]:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    return names.get_values_for_type(x509.DNSName) + [str(one) for one in names.get_values_for_type(x509.IPAddress)]


def _covers(patterns: Sequence[str], name: str) -> bool:
    """Return whether a name matches one of these; `*.example` matches one label (RFC 9525, section 6.3)."""
    plain, after = name.casefold(), name.casefold().partition(".")[2]
    return any(one.casefold() == plain or (after and one.casefold() == f"*.{after}") for one in patterns)


def _read_certificate(file: Path) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(file.read_bytes())
    except (OSError, ValueError) as error:
        raise UsageError(f"{file} is not a certificate in PEM form; give the file that was issued") from error


def _read_key(file: Path) -> object:
    try:
        return load_pem_private_key(file.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise UsageError(
            f"{file} is not a private key in PEM form without a password; give the one made for it"
        ) from error


def _public(keyed: object) -> bytes:
    key = keyed.public_key()  # type: ignore[attr-defined]
    return bytes(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


def _write_key(file: Path, key: _Key) -> None:
    file.unlink(missing_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
