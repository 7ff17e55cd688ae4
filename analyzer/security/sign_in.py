"""Authentication for a served workspace: sign-in with a passphrase or an identity provider, and sessions."""

import os
import threading
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from analyzer.config import load_settings
from analyzer.errors import AccessError
from analyzer.security.account_names import name_key, same_name
from analyzer.security.accounts import SIGN_IN, account_names, grant_of, has_accounts, passphrase_of
from analyzer.security.authorization import Authorization
from analyzer.security.incident_log import open_incident
from analyzer.security.passphrases import is_passphrase
from analyzer.security.permissions import EVERYTHING, Permission, permissions_of
from analyzer.security.sessions import Sessions
from analyzer.security.throttle import Devices, Throttle
from analyzer.security.workspace_store import WorkspaceStore

REFUSED = "account or passphrase is wrong"


@dataclass(frozen=True, slots=True)
class SignInClient:
    """Where a sign-in comes from: the address of the connection, and the browser's device token; empty for none."""

    address: str = ""
    device: str = ""


class Authenticator:
    """Signs accounts in to one workspace."""

    def __init__(self, path: Path) -> None:
        """Set the folder of the workspace, which is opened on first use."""
        self._path = path
        self._store: WorkspaceStore | None = None
        self._throttle = Throttle()
        self._devices = Devices()
        self._sessions = Sessions()
        self._incident = 0
        self._lock = threading.RLock()  # one connection, and concurrent sign-ins

    @property
    def is_open(self) -> bool:
        """Whether the workspace has no accounts, so that no sign-in is required."""
        database = self._opened().database
        with database.translate_errors():
            return not has_accounts(database.connection)

    def delay_s(self, account: str, client: SignInClient) -> float:
        """Return the seconds after which a sign-in may be tried, for failures of its source with whatever account.

        Raises:
            AccessError: if the account must wait after failures from this source.
        """
        source = self.source(account, client)
        self._throttle.check(name_key(account), source)
        return self._throttle.delay_of_source(source)

    def source(self, account: str, client: SignInClient) -> str:
        """Return the source by which sign-ins of an account are counted: a browser known to it, or an address."""
        return self._devices.source(name_key(account), client.device, client.address)

    def device(self, account: str) -> str:
        """Return a token for a browser in which an account has signed in; it gives no access (see Devices)."""
        return self._devices.token(name_key(account))

    def sign_in(self, account: str, passphrase: str, client: SignInClient = SignInClient()) -> str:
        """Return the token of a new session for an account; its name may be typed in another case or form.

        Raises:
            AccessError: if the passphrase is wrong, the account must wait after failures from this source, or it has no
                grant in force.
        """
        key, source = name_key(account), self.source(account, client)
        self._throttle.attempt(key, source)
        connection = self._opened().database.connection
        named = same_name(account_names(connection), account)
        stored_hash = passphrase_of(connection, named)
        if not is_passphrase(stored_hash, passphrase):
            self._record(named if stored_hash else "nobody", "denied", {"method": "sign_in"})
            raise AccessError(REFUSED)
        self._throttle.succeeded(key, source)
        return self._begin(named, "passphrase")

    def sign_in_vouched(self, account: str) -> str:
        """Return the token of a new session for an account that an identity provider has authenticated.

        Raises:
            AccessError: if there is no such account, or it has no grant in force.
        """
        return self._begin(account, "identity_provider")

    def account(self, token: str, *, is_use: bool = True) -> str:
        """Return the account of a session token; empty if the token is invalid. A new incident ends all sessions."""
        incident = open_incident(self._opened().database.connection)
        if incident and incident[0] != self._incident:
            self._incident = incident[0]
            self._sessions.end_all()
        return self._sessions.account(token, is_use=is_use)

    def grant_number(self, account: str) -> int:
        """Return the number of an account's newest grant, or 0; a workspace opened with an older one is not reused."""
        grant = grant_of(self._opened().database.connection, account)
        return grant.number if grant else 0

    def permissions(self, account: str) -> frozenset[Permission]:
        """Return the permissions of an account now; none if its access has ended."""
        store = self._opened()
        try:
            grant = Authorization(store.database, store.audit, account).grant_in_force()
        except AccessError:
            return frozenset()
        return permissions_of(grant) if grant else EVERYTHING

    def is_in_force(self, account: str, grant: int) -> bool:
        """Return whether a grant (by its number; 0 for none) is the one in force for an account."""
        store = self._opened()
        try:
            newest = Authorization(store.database, store.audit, account).grant_in_force()
        except AccessError:
            return False
        return (newest.number if newest else 0) == grant

    def sign_out(self, token: str) -> None:
        """End a session."""
        self._sessions.end(token)

    def _begin(self, account: str, by: str) -> str:
        store = self._opened()
        with self._lock:
            Authorization(store.database, store.audit, account).admit()
        self._record(account, SIGN_IN, {"by": by})
        return self._sessions.begin(account)

    def _opened(self) -> WorkspaceStore:
        if self._store is not None:  # without the lock: the server's event loop must not wait for a sign-in
            return self._store
        with self._lock:
            if self._store is None:
                environ = {**os.environ, "ANALYZER_WORKSPACE": str(self._path)}
                self._store = WorkspaceStore(load_settings(environ=environ), "sign-in")
        return self._store

    def _record(self, account: str, action: str, detail: dict[str, object]) -> None:
        store = self._opened()
        with self._lock, store.database.transaction() as connection:
            store.audit.append(connection, account, action, detail)


@cache
def authenticator_of(path: Path) -> Authenticator:
    """Return the authenticator of a workspace, one per process."""
    return Authenticator(path)
