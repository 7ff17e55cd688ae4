"""What an identity provider says is believed if it is signed by it, for this page, this browser, and now."""

import hmac
import json
import time
from base64 import urlsafe_b64encode

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from analyzer.errors import AccessError, UsageError
from analyzer.security.oidc import Provider, _nonce_of, new_ticket, read_provider, state_of

ISSUER, CLIENT = "https://idp.example/realm", "feedback"
KEY, OTHER = RSAKey.generate_key(2048), RSAKey.generate_key(2048)
TICKET = new_ticket()


def write(folder, about=None, keys=None, client=None):
    """Write what a site saves of its provider."""
    (folder / "client.json").write_text(json.dumps({"client_id": CLIENT} if client is None else client))
    about = {"issuer": ISSUER, "authorization_endpoint": f"{ISSUER}/authorize"} if about is None else about
    keys = {"keys": [KEY.as_dict(private=False)]} if keys is None else keys
    (folder / "openid-configuration.json").write_text(json.dumps(about))
    (folder / "jwks.json").write_text(json.dumps(keys))
    return str(folder)


def token(key=KEY, algorithm="RS256", **changed):
    """Return an ID token, by default one that holds; a claim set to None is left out."""
    at = int(time.time())
    claims = {
        "iss": ISSUER, "aud": CLIENT, "sub": "7f3", "iat": at, "exp": at + 300, "nonce": _nonce_of(TICKET),
        "email": "ann@shop.example", "email_verified": True,
    } | changed  # fmt: skip
    held = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode({"alg": algorithm}, held, key, algorithms=[algorithm])


@pytest.fixture
def provider(tmp_path) -> Provider:
    return read_provider(write(tmp_path))


def test_a_token_that_holds_names_an_account(provider):
    assert provider.account(token(), TICKET) == "ann@shop.example"
    assert provider.account(token(aud=[CLIENT]), TICKET) == "ann@shop.example"


def test_any_claim_may_be_the_name(tmp_path):
    by_sub = read_provider(write(tmp_path, client={"client_id": CLIENT, "claim": "sub"}))
    assert by_sub.account(token(email_verified=None), TICKET) == "7f3"


WRONG = {
    "signed by another key": {"key": OTHER},
    "of another issuer": {"iss": "https://evil.example"},
    "for another page": {"aud": "shop"},
    "for another page too": {"aud": [CLIENT, "shop"]},
    "for another browser": {"nonce": _nonce_of("x")},
    "for no browser": {"nonce": None},
    "expired": {"exp": int(time.time()) - 120},
    "without an end": {"exp": None},
    "of the future": {"iat": int(time.time()) + 3_600},
    "of nobody": {"sub": None},
    "of an address nobody looked at": {"email_verified": False},
    "of an address nobody speaks of": {"email_verified": None},
    "verified in words": {"email_verified": "true"},
    "without the claim": {"email": None},
    "with a list of names": {"email": ["ann@shop.example"]},
}


@pytest.mark.parametrize("fault", WRONG)
def test_a_token_that_does_not_hold_is_refused(provider, fault):
    with pytest.raises(AccessError):
        provider.account(token(**WRONG[fault]), TICKET)


def test_a_token_signed_with_the_public_key_as_a_secret_is_refused(provider):
    header, body, _ = token().split(".")
    header = _encoded(json.dumps({"alg": "HS256", "kid": KEY.ensure_kid()}).encode())
    signed = f"{header}.{body}"
    secret = KEY.as_pem(private=False)
    forged = f"{signed}.{_encoded(hmac.digest(secret, signed.encode(), 'sha256'))}"
    with pytest.raises(AccessError):
        provider.account(forged, TICKET)


def _encoded(held):
    return urlsafe_b64encode(held).rstrip(b"=").decode()


@pytest.mark.parametrize("text", ["", "x", "a.b.c", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0."])
def test_what_is_no_signed_token_is_refused(provider, text):
    with pytest.raises(AccessError):
        provider.account(text, TICKET)


def test_a_changed_key_of_the_provider_is_taken_at_once(provider, tmp_path):
    write(tmp_path, keys={"keys": [OTHER.as_dict(private=False)]})
    assert provider.account(token(OTHER), TICKET) == "ann@shop.example"
    with pytest.raises(AccessError):
        provider.account(token(), TICKET)


def test_the_browser_is_sent_off_with_state_and_nonce_of_its_own(provider):
    address = provider.address(TICKET, "https://feedback.example/sign-in/oidc")
    assert address.startswith(f"{ISSUER}/authorize?response_type=id_token&response_mode=form_post")
    assert "redirect_uri=https%3A%2F%2Ffeedback.example%2Fsign-in%2Foidc" in address
    assert state_of(TICKET) in address
    assert TICKET not in address
    assert (provider.name, provider.origin) == ("idp.example", "https://idp.example")


UNSET = {
    "no client": ({"client": {}}, "needs .client_id."),
    "a claim that is none": ({"client": {"client_id": CLIENT, "claim": 7}}, "needs .client_id."),
    "no issuer": ({"about": {"authorization_endpoint": "https://idp.example/a"}}, "names no issuer"),
    "plain http": ({"about": {"issuer": "x", "authorization_endpoint": "http://idp.example/a"}}, "https"),
    "no keys": ({"keys": {"keys": []}}, "contains no keys"),
    "a list": ({"keys": []}, "not what an identity provider publishes"),
}


@pytest.mark.parametrize("fault", UNSET)
def test_a_provider_that_is_badly_set_is_refused_with_its_remedy(tmp_path, fault):
    files, remedy = UNSET[fault]
    with pytest.raises(UsageError, match=remedy):
        read_provider(write(tmp_path, **files))


def test_missing_files_are_named(tmp_path):
    with pytest.raises(UsageError, match=r"client\.json"):
        read_provider(str(tmp_path))
    write(tmp_path)
    (tmp_path / "openid-configuration.json").unlink()
    with pytest.raises(UsageError, match=r"openid-configuration\.json"):
        read_provider(str(tmp_path))
    assert read_provider("") is None
