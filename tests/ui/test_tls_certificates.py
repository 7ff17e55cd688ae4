"""Certificates of the page: an authority made here, trusted for this page's names alone, and given ones looked at."""

import socket
import ssl
import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from analyzer.errors import UsageError
from analyzer.ui.web import tls
from analyzer.ui.web.tls import given_pair, own_pair

NAMES = ("feedback.example", "127.0.0.1", "localhost")


def handshake(pair, name, authority=None):
    """Shake hands with a server that has this pair, as a browser that trusts the authority and asks for `name`."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(pair.certificate, pair.key)
    client = ssl.create_default_context(cafile=authority or pair.authority)
    client.verify_flags |= ssl.VERIFY_X509_STRICT
    one, other = socket.socketpair()

    def answer():
        with (
            other,
            suppress(OSError),
            server.wrap_socket(other, server_side=True),
        ):  # a client that does not trust it goes
            pass

    thread = threading.Thread(target=answer)
    thread.start()
    try:
        with client.wrap_socket(one, server_hostname=name) as tls:
            return tls.version()
    finally:
        thread.join()


@pytest.mark.parametrize("name", NAMES)
def test_a_client_that_trusts_the_authority_trusts_the_page(tmp_path, name):
    assert handshake(own_pair(tmp_path, NAMES), name) == "TLSv1.3"


def test_the_page_is_not_trusted_under_another_name(tmp_path):
    with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
        handshake(own_pair(tmp_path, NAMES), "bank.example")


def test_the_authority_is_good_for_nothing_but_these_names(tmp_path):
    """Whoever steals its key cannot pass for another site to those who trust it."""
    pair = own_pair(tmp_path, NAMES)
    held = tls._authority(tmp_path, NAMES)[0]
    issued, key = tls._issue(["bank.example"], held)
    (tmp_path / "bank.crt").write_bytes(issued.public_bytes(Encoding.PEM))
    (tmp_path / "bank.key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    stolen = tls.CertificatePair(tmp_path / "bank.crt", tmp_path / "bank.key")
    with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree"):
        handshake(stolen, "bank.example", pair.authority)


def test_authority_and_certificate_are_kept_and_closed_to_others(tmp_path):
    first = own_pair(tmp_path / "tls", NAMES)
    kept = first.certificate.read_bytes()
    again = own_pair(tmp_path / "tls", NAMES)
    assert (first.is_new, again.is_new, first.fingerprint) == (True, False, again.fingerprint)
    assert again.certificate.read_bytes() == kept
    modes = {file.name: file.stat().st_mode & 0o777 for file in (tmp_path / "tls").iterdir() if file.suffix == ".key"}
    assert modes == {"authority.key": 0o600, "server.key": 0o600}
    assert (tmp_path / "tls").stat().st_mode & 0o077 == 0


def test_a_certificate_is_renewed_by_the_same_authority_before_it_ends(tmp_path, monkeypatch):
    first = own_pair(tmp_path, NAMES)
    later = datetime.now(UTC) + timedelta(days=tls.SERVER_DAYS - tls.RENEW_DAYS + 1)
    kept = first.certificate.read_bytes()
    monkeypatch.setattr(tls, "now", lambda: later)
    again = own_pair(tmp_path, NAMES)
    assert (again.is_new, again.fingerprint) == (False, first.fingerprint)
    assert again.certificate.read_bytes() != kept


def test_a_certificate_that_a_fast_clock_made_is_made_again(tmp_path, monkeypatch):
    first = own_pair(tmp_path, ["localhost"])
    fast = datetime.now(UTC) + timedelta(days=tls.SERVER_DAYS)
    monkeypatch.setattr(tls, "now", lambda: fast)
    own_pair(tmp_path, ["localhost"])
    monkeypatch.undo()
    again = own_pair(tmp_path, ["localhost"])
    certificate = x509.load_pem_x509_certificate(again.certificate.read_bytes())
    assert certificate.not_valid_before_utc <= datetime.now(UTC)
    assert (again.is_new, again.fingerprint) == (False, first.fingerprint)


def test_another_name_needs_another_authority(tmp_path):
    first = own_pair(tmp_path, NAMES)
    again = own_pair(tmp_path, ("other.example", *NAMES))
    assert again.is_new
    assert again.fingerprint != first.fingerprint


def make(folder, names=("feedback.example",), bits=2048, days=(-1, 90)):
    """Write a certificate that signs itself, as a site might bring along; return the two files."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "x")])
    begins, ends = (datetime.now(UTC) + timedelta(days=one) for one in days)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(begins).not_valid_after(ends)
    if names:
        alternatives = x509.SubjectAlternativeName([x509.DNSName(one) for one in names])
        builder = builder.add_extension(alternatives, critical=False)
    folder.mkdir(exist_ok=True)
    certificate, key_file = folder / "c.pem", folder / "k.pem"
    certificate.write_bytes(builder.sign(key, SHA256()).public_bytes(Encoding.PEM))
    key_file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()))
    key_file.chmod(0o600)
    return certificate, key_file


@pytest.mark.parametrize("held", [("feedback.example",), ("*.example",), ("other.example", "Feedback.Example")])
def test_a_given_certificate_for_the_page_is_taken(tmp_path, held):
    pair = given_pair(*make(tmp_path, held), ["feedback.example"])
    assert (pair.certificate, pair.authority) == (tmp_path / "c.pem", None)


def _of_another_key(folder):
    _, key = make(folder / "other")
    return make(folder)[0], key


def _open_to_others(folder):
    files = make(folder)
    files[1].chmod(0o644)
    return files


def _no_pem(folder):
    files = make(folder)
    files[0].write_text("x")
    return files


def _no_key(folder):
    files = make(folder)
    files[1].unlink()
    return files


UNFIT = {
    "expired": (lambda folder: make(folder, days=(-9, -2)), "has expired on .* another issued"),
    "not yet valid": (lambda folder: make(folder, days=(2, 9)), "not valid before"),
    "weak": (lambda folder: make(folder, bits=1024), "1024 bits"),
    "for another page": (lambda folder: make(folder, ("*.elsewhere.example",)), "not for feedback.example.*--name"),
    "for a label more": (lambda folder: make(folder, ("*.feedback.example",)), "not for feedback.example"),
    "for nobody": (lambda folder: make(folder, ()), "is for nobody"),
    "another key": (_of_another_key, "does not belong to"),
    "an open key": (_open_to_others, "chmod 600"),
    "no certificate": (_no_pem, "not a certificate in PEM form"),
    "no key": (_no_key, "not a private key"),
}


@pytest.mark.parametrize("condition", UNFIT)
def test_an_unfit_certificate_is_refused_with_its_remedy(tmp_path, condition):
    spoilt, remedy = UNFIT[condition]
    with pytest.raises(UsageError, match=remedy):
        given_pair(*spoilt(tmp_path), ["feedback.example"])
