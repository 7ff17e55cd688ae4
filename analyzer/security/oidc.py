"""Sign-in with an identity provider (OpenID Connect) without a network request. The only module that imports joserfc.

The ID token comes through the browser alone (OpenID Connect Core 1.0, section 3.2: response type id_token, posted by a
form), and is checked with keys from a local file, so this process needs no connection to the provider. `st.login` would
make the server process connect to it.
"""

import json
import secrets
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from analyzer.errors import AccessError, UsageError

ABOUT, KEYS, CLIENT = "openid-configuration.json", "jwks.json", "client.json"
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519", "EdDSA"]
"""Signature algorithms with a public key; "none" and shared secrets are excluded."""
LEEWAY_S = 60
NOT_VALID = "the identity provider's answer is not valid"


@dataclass(frozen=True, slots=True)
class Provider:
    """An identity provider, from its published configuration.

    Attributes:
        issuer, authorize: its identifier, and the URL of its authorization endpoint.
        keys: the file with its public keys, read at every sign-in, so that a new file applies at once.
        client: client id of the page at the provider; claim: the claim with the account's name.
    """

    issuer: str
    authorize: str
    keys: Path
    client: str
    claim: str

    @property
    def name(self) -> str:
        """The host of the provider, for display."""
        return urlsplit(self.authorize).hostname or self.issuer

    @property
    def origin(self) -> str:
        """The origin of the authorization endpoint."""
        parts = urlsplit(self.authorize)
        return f"{parts.scheme}://{parts.netloc}"

    def address(self, ticket: str, back: str) -> str:
        """Return the URL of the sign-in request for a ticket; the provider redirects the browser to `back`."""
        query = {
            "response_type": "id_token", "response_mode": "form_post", "scope": "openid email profile",
            "client_id": self.client, "redirect_uri": back, "state": state_of(ticket), "nonce": _nonce_of(ticket),
        }  # fmt: skip
        separator = "&" if urlsplit(self.authorize).query else "?"
        return self.authorize + separator + "&".join(f"{key}={quote(value, safe='')}" for key, value in query.items())

    def account(self, token: str, ticket: str) -> str:
        """Return the account that an ID token names, if the token is valid for the ticket of the browser.

        Raises:
            AccessError: if it is not signed by the provider, not issued for this page and this ticket, expired, or
                names no account or an e-mail address that is not verified.
        """
        from joserfc import jwt  # noqa: PLC0415
        from joserfc.errors import JoseError  # noqa: PLC0415

        try:
            claims = jwt.decode(token, self._key_set(), algorithms=ALGORITHMS).claims
            _registry(self.issuer, _nonce_of(ticket)).validate(claims)
        except (JoseError, ValueError, TypeError) as error:
            raise AccessError(f"{NOT_VALID} ({type(error).__name__}); sign in again") from error
        if claims["aud"] not in (self.client, [self.client]):
            raise AccessError(f"{NOT_VALID} (it was issued for another application); sign in again")
        account = claims.get(self.claim)
        if not isinstance(account, str) or not account:
            raise AccessError(f"{NOT_VALID} (claim {self.claim} is not in it); set another in client.json")
        if self.claim == "email" and claims.get("email_verified") is not True:
            raise AccessError(
                "the identity provider has not verified that e-mail address; set another claim in client.json"
            )
        return account

    def _key_set(self) -> Any:
        from joserfc.jwk import KeySet  # noqa: PLC0415

        return KeySet.import_key_set(_read(self.keys))  # type: ignore[arg-type]


def read_provider(folder: str) -> Provider | None:
    """Return the provider configured in a folder, or None if no folder is given.

    Args:
        folder: with openid-configuration.json and jwks.json as the provider publishes them, and client.json with the
            client id of this page ("client_id") and the claim with the account's name ("claim", by default email).

    Raises:
        UsageError: if a file is missing or invalid.
    """
    if not folder:
        return None
    directory = Path(folder).expanduser()
    own = _read(directory / CLIENT)
    client, claim = (own.get(key, other) for key, other in (("client_id", ""), ("claim", "email")))
    if not client or not isinstance(client, str) or not isinstance(claim, str):
        raise UsageError(f'{directory / CLIENT} needs "client_id": the id of this page at the identity provider')
    about = _read(directory / ABOUT)
    issuer, authorize = (str(about.get(key, "")) for key in ("issuer", "authorization_endpoint"))
    if not issuer or not _is_safe(authorize):
        raise UsageError(f"{directory / ABOUT} names no issuer with an https authorization_endpoint; save it again")
    if not _read(directory / KEYS).get("keys"):
        raise UsageError(f"{directory / KEYS} contains no keys; save the provider's jwks_uri again")
    return Provider(issuer, authorize, directory / KEYS, client, claim)


def new_ticket() -> str:
    """Return a random ticket, which the browser keeps while it is at the provider."""
    return secrets.token_urlsafe(32)


def state_of(ticket: str) -> str:
    """Return the state parameter for a ticket; the provider returns it, so it ties the response to one browser."""
    return sha256(b"state " + ticket.encode()).hexdigest()


def _nonce_of(ticket: str) -> str:
    return sha256(b"nonce " + ticket.encode()).hexdigest()


def _registry(issuer: str, nonce: str) -> Any:
    from joserfc.jwt import JWTClaimsRegistry  # noqa: PLC0415

    return JWTClaimsRegistry(
        leeway=LEEWAY_S, iss={"essential": True, "value": issuer}, nonce={"essential": True, "value": nonce},
        aud={"essential": True}, exp={"essential": True}, iat={"essential": True}, sub={"essential": True},
    )  # fmt: skip


def _is_safe(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost"))


def _read(file: Path) -> dict[str, Any]:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{file} cannot be read as JSON; save it from the identity provider again") from error
    if not isinstance(content, dict):
        raise UsageError(f"{file} is not what an identity provider publishes; save it again")
    return content
