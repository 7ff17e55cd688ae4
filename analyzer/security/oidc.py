"""Signing in with an identity provider (OpenID Connect), without this process asking anybody. The door to joserfc.

The ID token comes through the browser alone (OpenID Connect Core 1.0, section 3.2: response type id_token, posted by a
form), and is checked against keys that the site keeps in a file, so the seal stays closed. `st.login` would have the
page's own process connect to the provider.
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
"""Signatures with a public key; "none" and those with a shared secret are not among them."""
LEEWAY_S = 60
NOT_VOUCHED = "the identity provider's answer does not hold"


@dataclass(frozen=True, slots=True)
class Provider:
    """An identity provider, as its own description has it.

    Attributes:
        issuer, authorize: its name, and where a browser is sent to sign in.
        keys: the file with its public keys, read at every sign-in, so that a newer one is taken at once.
        client: what the page is called there; claim: which claim is the account's name.
    """

    issuer: str
    authorize: str
    keys: Path
    client: str
    claim: str

    @property
    def name(self) -> str:
        """Its host, to be shown."""
        return urlsplit(self.authorize).hostname or self.issuer

    @property
    def origin(self) -> str:
        """The origin a browser has to reach."""
        parts = urlsplit(self.authorize)
        return f"{parts.scheme}://{parts.netloc}"

    def address(self, ticket: str, back: str) -> str:
        """Return where to send a browser that holds a ticket; the provider sends it back to `back`."""
        asked = {
            "response_type": "id_token", "response_mode": "form_post", "scope": "openid email profile",
            "client_id": self.client, "redirect_uri": back, "state": state_of(ticket), "nonce": _nonce_of(ticket),
        }  # fmt: skip
        joint = "&" if urlsplit(self.authorize).query else "?"
        return self.authorize + joint + "&".join(f"{key}={quote(value, safe='')}" for key, value in asked.items())

    def account(self, token: str, ticket: str) -> str:
        """Return the account that an ID token vouches for, to the browser that holds the ticket.

        Raises:
            AccessError: if it is not signed by the provider, not for this page, this browser and this moment, or does
                not name anybody whose address is verified.
        """
        from joserfc import jwt  # noqa: PLC0415
        from joserfc.errors import JoseError  # noqa: PLC0415

        try:
            claims = jwt.decode(token, self._key_set(), algorithms=ALGORITHMS).claims
            _registry(self.issuer, _nonce_of(ticket)).validate(claims)
        except (JoseError, ValueError, TypeError) as error:
            raise AccessError(f"{NOT_VOUCHED} ({type(error).__name__}); sign in again") from error
        if claims["aud"] not in (self.client, [self.client]):
            raise AccessError(f"{NOT_VOUCHED} (it is for somebody else); sign in again")
        account = claims.get(self.claim)
        if not isinstance(account, str) or not account:
            raise AccessError(f"{NOT_VOUCHED} (claim {self.claim} is not in it); set another in client.json")
        if self.claim == "email" and claims.get("email_verified") is not True:
            raise AccessError(
                "the identity provider has not verified that e-mail address; set another claim in client.json"
            )
        return account

    def _key_set(self) -> Any:
        from joserfc.jwk import KeySet  # noqa: PLC0415

        return KeySet.import_key_set(_read(self.keys))  # type: ignore[arg-type]


def read_provider(folder: str) -> Provider | None:
    """Return the provider that a folder describes, or None where no folder is given.

    Args:
        folder: with openid-configuration.json and jwks.json as the provider publishes them, and client.json, which has
            what the provider calls this page ("client_id") and which claim names the account ("claim", or it is email).

    Raises:
        UsageError: if a file is missing or not what it should be.
    """
    if not folder:
        return None
    held = Path(folder).expanduser()
    own = _read(held / CLIENT)
    client, claim = (own.get(key, other) for key, other in (("client_id", ""), ("claim", "email")))
    if not client or not isinstance(client, str) or not isinstance(claim, str):
        raise UsageError(f'{held / CLIENT} needs "client_id": what the identity provider calls this page')
    about = _read(held / ABOUT)
    issuer, authorize = (str(about.get(key, "")) for key in ("issuer", "authorization_endpoint"))
    if not issuer or not _is_safe(authorize):
        raise UsageError(f"{held / ABOUT} names no issuer with an https authorization_endpoint; save it again")
    if not _read(held / KEYS).get("keys"):
        raise UsageError(f"{held / KEYS} holds no keys; save the provider's jwks_uri again")
    return Provider(issuer, authorize, held / KEYS, client, claim)


def new_ticket() -> str:
    """Return what a browser holds while it is away at the provider."""
    return secrets.token_urlsafe(32)


def state_of(ticket: str) -> str:
    """Return what the provider hands back, so that only the browser that left comes back."""
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
        held = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{file} cannot be read as JSON; save it from the identity provider again") from error
    if not isinstance(held, dict):
        raise UsageError(f"{file} is not what an identity provider publishes; save it again")
    return held
