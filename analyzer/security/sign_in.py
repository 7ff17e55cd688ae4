"""The door of a served workspace: who signs in, with what, and whose session a cookie is."""

import os
import threading
from functools import cache
from pathlib import Path

from analyzer.config import load_settings
from analyzer.errors import AccessError
from analyzer.security.accounts import SIGN_IN, grant_of, has_accounts, passphrase_of
from analyzer.security.authorization import Authorization
from analyzer.security.incident_log import open_incident
from analyzer.security.passphrases import Throttle, is_passphrase
from analyzer.security.sessions import Sessions
from analyzer.security.workspace_store import WorkspaceStore

REFUSED = "account or passphrase is wrong"


class Authenticator:
    """Lets people into one workspace."""

    def __init__(self, path: Path) -> None:
        """Stand before a workspace; it is opened when somebody first comes."""
        self._path = path
        self._store: WorkspaceStore | None = None
        self._throttle = Throttle()
        self._sessions = Sessions()
        self._incident = 0
        self._turn = threading.RLock()  # one connection, and people sign in at the same time

    @property
    def is_open(self) -> bool:
        """Whether nobody has to sign in, because nobody was given an account."""
        database = self._opened().database
        with database.translate_errors():
            return not has_accounts(database.connection)

    def sign_in(self, account: str, passphrase: str) -> str:
        """Return a session for an account, or say that it has none.

        Raises:
            AccessError: if the passphrase is wrong, it has to wait, or its access is not in force.
        """
        with (
            self._turn
        ):  # a try counts before it is known to fail: those who come at the same time do not pass together
            self._throttle.check(account)
            self._throttle.failed(account)
        kept = passphrase_of(self._opened().database.connection, account)
        if not is_passphrase(kept, passphrase):
            self._record(account if kept else "nobody", "denied", {"method": "sign_in"})
            raise AccessError(REFUSED)
        self._throttle.succeeded(account)
        return self._begin(account, "passphrase")

    def sign_in_vouched(self, account: str) -> str:
        """Return a session for an account that an identity provider vouches for.

        Raises:
            AccessError: if nobody was given access under that name, or it is not in force.
        """
        return self._begin(account, "identity_provider")

    def account(self, token: str, *, is_use: bool = True) -> str:
        """Return whose session a cookie is; empty for nobody's, and for everybody once an incident was opened."""
        held = open_incident(self._opened().database.connection)
        if held and held[0] != self._incident:
            self._incident = held[0]
            self._sessions.end_all()
        return self._sessions.account(token, is_use=is_use)

    def grant_number(self, account: str) -> int:
        """Return the number of an account's newest grant, so that a handle from before is not used; 0 for none."""
        grant = grant_of(self._opened().database.connection, account)
        return grant.number if grant else 0

    def is_in_force(self, account: str, grant: int) -> bool:
        """Tell whether a grant (by its number; 0 for none) is what an account may come in with now."""
        vault = self._opened()
        try:
            newest = Authorization(vault.database, vault.audit, account).grant_in_force()
        except AccessError:
            return False
        return (newest.number if newest else 0) == grant

    def sign_out(self, token: str) -> None:
        """End a session."""
        self._sessions.end(token)

    def _begin(self, account: str, by: str) -> str:
        store = self._opened()
        with self._turn:
            Authorization(store.database, store.audit, account).admit()
        self._record(account, SIGN_IN, {"by": by})
        return self._sessions.begin(account)

    def _opened(self) -> WorkspaceStore:
        with self._turn:
            if self._store is None:
                environ = {**os.environ, "ANALYZER_WORKSPACE": str(self._path)}
                self._store = WorkspaceStore(load_settings(environ=environ), "door")
        return self._store

    def _record(self, account: str, action: str, detail: dict[str, object]) -> None:
        store = self._opened()
        with self._turn, store.database.transaction() as connection:
            store.audit.append(connection, account, action, detail)


@cache
def authenticator_of(path: Path) -> Authenticator:
    """Return the door of a workspace, the same for everything in this process."""
    return Authenticator(path)
