"""The page by TLS, under a name, and signing in with an identity provider: by the real program, in a real browser."""

import http.client
import json
import ssl
import threading
import time
from base64 import b64encode
from contextlib import closing
from functools import partial
from hashlib import sha256
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwt
from joserfc.jwk import RSAKey
from playwright.sync_api import expect, sync_playwright
from serving import analyzer, free_port, serving, staff
from test_browser import CHROMIUM, FLAGS, PATIENCE_MS

pytestmark = pytest.mark.long(30)

NAME = "feedback.test"
KEY = RSAKey.generate_key(2048)
ANN = "ann@shop.example"


class _Provider(BaseHTTPRequestHandler):
    """An identity provider that signs everybody in as `who`."""

    who = ANN

    def do_GET(self):
        if urlsplit(self.path).path != "/authorize":
            self.send_error(404)
            return
        asked = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        at = int(time.time())
        claims = {
            "iss": "https://idp.test", "aud": asked["client_id"], "sub": "1", "iat": at, "exp": at + 300,
            "nonce": asked["nonce"], "email": self.who, "email_verified": True,
        }  # fmt: skip
        token = jwt.encode({"alg": "RS256"}, claims, KEY)
        page = (
            f'<form method="post" action="{escape(asked["redirect_uri"])}"><input name="id_token" value="{token}">'
            f'<input name="state" value="{escape(asked["state"])}"><button>I am {escape(self.who)}</button></form>'
        ).encode()
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *_):
        pass


@pytest.fixture
def provider(tmp_path):
    """Run an identity provider on this machine; return the settings that name it."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Provider)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    folder = tmp_path / "idp"
    folder.mkdir()
    about = {"issuer": "https://idp.test", "authorization_endpoint": f"http://127.0.0.1:{server.server_port}/authorize"}
    (folder / "openid-configuration.json").write_text(json.dumps(about))
    (folder / "jwks.json").write_text(json.dumps({"keys": [KEY.as_dict(private=False)]}))
    (folder / "client.json").write_text(json.dumps({"client_id": "feedback"}))
    yield {"ANALYZER_OIDC_DIR": str(folder)}
    server.shutdown()
    server.server_close()


@pytest.fixture
def environ(real_workspace, tmp_path):
    places = {"ANALYZER_WORKSPACE": str(tmp_path / "w"), "ANALYZER_KEYS_DIR": str(tmp_path / "k")}
    return real_workspace.environ | places


def trusting(folder):
    """Return flags that make the browser take the authority made here, as one that was told to trust it."""
    authority = x509.load_pem_x509_certificate((folder / "k" / "tls" / "authority.crt").read_bytes())
    key = authority.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    known = b64encode(sha256(key).digest()).decode()
    return [*FLAGS, f"--ignore-certificate-errors-spki-list={known}", f"--host-resolver-rules=MAP {NAME} 127.0.0.1"]


def test_others_reach_it_by_tls_alone_and_have_to_sign_in(environ, tmp_path):
    """127.0.0.2 stands for an address of this machine that others can reach."""
    staff(environ)
    port = free_port()
    with serving(environ, port, "--tls", "--host", "127.0.0.2", "--name", NAME, host="127.0.0.2"):
        trusted = ssl.create_default_context(cafile=tmp_path / "k" / "tls" / "authority.crt")
        trusted.check_hostname = False  # http.client asks for the address it connects to, the certificate has the name
        status, headers = ask(port, NAME, trusted)
        assert (status, headers["location"]) == (303, "/sign-in")
        assert headers["strict-transport-security"]
        assert headers["server"] is None
        assert ask(port, "evil.test", trusted)[0] == 403
        with pytest.raises(ssl.SSLCertVerificationError):
            ask(port, NAME, ssl.create_default_context())
        with pytest.raises((http.client.HTTPException, OSError)):
            ask(port, NAME)


def ask(port, name, context=None):
    """Ask for the page under a name, by TLS or without; return status and headers."""
    kind = partial(http.client.HTTPSConnection, context=context) if context else http.client.HTTPConnection
    with closing(kind("127.0.0.2", port, timeout=30)) as asked:
        asked.request("GET", "/", headers={"host": f"{name}:{port}"})
        answer = asked.getresponse()
        return answer.status, answer.headers


@pytest.mark.skipif(not CHROMIUM.exists(), reason="no chromium")
def test_in_a_browser_one_signs_in_by_tls_with_a_secure_cookie(environ, tmp_path):
    words, port = staff(environ), free_port()
    with serving(environ, port, "--tls", "--name", NAME), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=trusting(tmp_path))
        page = browser.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.goto(f"https://{NAME}:{port}/")
        page.get_by_label("Account").fill("ann")
        page.get_by_label("Passphrase").fill(words["ann"])
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_text("analyst")).to_be_visible(timeout=PATIENCE_MS)
        held = {one["name"]: one for one in page.context.cookies()}["__Host-fa_session"]
        assert (held["secure"], held["httpOnly"], held["sameSite"]) == (True, True, "Strict")
        page.get_by_text("Sign out").click()
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
        assert "__Host-fa_session" not in {one["name"] for one in page.context.cookies()}
        browser.close()


@pytest.mark.skipif(not CHROMIUM.exists(), reason="no chromium")
def test_in_a_browser_an_identity_provider_vouches_for_those_who_have_access(environ, provider, tmp_path, monkeypatch):
    staff(environ, [(ANN, "analyst")])
    port = free_port()
    with serving(environ | provider, port, "--tls", "--name", NAME), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=trusting(tmp_path))
        page = browser.new_page()
        page.set_default_timeout(PATIENCE_MS)
        monkeypatch.setattr(_Provider, "who", "eve@shop.example")
        page.goto(f"https://{NAME}:{port}/")
        page.get_by_role("link", name="Sign in with 127.0.0.1").click()
        page.get_by_role("button", name="I am eve@shop.example").click()
        expect(page.get_by_role("alert")).to_contain_text("eve@shop.example")
        monkeypatch.setattr(_Provider, "who", ANN)
        page.get_by_role("link", name="Sign in with 127.0.0.1").click()
        page.get_by_role("button", name=f"I am {ANN}").click()
        expect(page.get_by_text("analyst")).to_be_visible(timeout=PATIENCE_MS)
        analyzer(environ, "user", "revoke", ANN, "--as", "ada")
        expect(page.get_by_text("access is revoked")).to_be_visible()
        browser.close()
