"""A flood of bad sign-ins does not keep a good one from being served."""

import asyncio
import time
from urllib.parse import urlencode

import pytest
from test_sign_in import HOST, door  # noqa: F401

from analyzer.ui.web.sign_in_page import SignIn

BAD = 200


class Client:
    """Sends forms to the sign-in page as one address, and may leave before the answer."""

    def __init__(self, app, address):
        self.app, self.address = app, address

    async def sign_in(self, account, passphrase, leaves_after_s=None):
        """Send the form; return the status of the answer, or 0 if there was none."""
        body, sent, is_read = urlencode({"account": account, "passphrase": passphrase}).encode(), [], False

        async def receive():
            nonlocal is_read
            if not is_read:
                is_read = True
                return {"type": "http.request", "body": body}
            await asyncio.sleep(leaves_after_s or 600)
            return {"type": "http.disconnect"}

        async def send(message):
            sent.append(message)

        scope = {
            "type": "http", "path": "/sign-in", "method": "POST", "client": (self.address, 40_000),
            "headers": [(b"host", HOST.encode())],
        }  # fmt: skip
        await self.app(scope, receive, send)
        return sent[0]["status"] if sent else 0


@pytest.fixture
def app(door, monkeypatch):  # noqa: F811
    held, word, settings = door
    monkeypatch.setenv("ANALYZER_WORKSPACE", str(settings.workspace))
    monkeypatch.setattr("analyzer.ui.web.sign_in_page.authenticator_of", lambda path: held)
    return SignIn(None, aside=asyncio.to_thread), word


@pytest.mark.parametrize("address", ["192.0.2.1", "192.0.2.9"])
@pytest.mark.parametrize("accounts", ["one", "many"])
def test_after_200_bad_tries_a_good_one_is_served_in_time(app, address, accounts):
    page, word = app
    bad, good = Client(page, "192.0.2.9"), Client(page, address)

    async def scene():
        flood = [
            asyncio.ensure_future(bad.sign_in("vic" if accounts == "one" else f"guess{n}", "a wrong guess"))
            for n in range(BAD)
        ]
        refused = await asyncio.gather(*flood) if address == bad.address else []
        await asyncio.sleep(0)
        started = time.monotonic()
        status = await good.sign_in("ann", word)
        took = time.monotonic() - started
        refused = refused or await asyncio.gather(*flood)
        return status, took, set(refused)

    status, took, refused = asyncio.run(scene())
    assert status == 200
    assert took < 10.0  # 0.3 s of two idle cores each: 60 s for 200 before
    assert refused <= {403, 503}


def test_bad_tries_whose_senders_left_are_not_carried_out(app, monkeypatch):
    page, _ = app
    tried = []
    monkeypatch.setattr("analyzer.security.sign_in.is_passphrase", lambda *_: tried.append(1) or time.sleep(0.2))

    async def scene():
        flood = [
            Client(page, f"192.0.2.{n}").sign_in(f"guess{n}", "a wrong guess", leaves_after_s=0.05) for n in range(20)
        ]
        return await asyncio.gather(*flood)

    answers = asyncio.run(scene())
    assert len(tried) <= 4
    assert answers.count(0) >= 16
