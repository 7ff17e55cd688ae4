"""Authorization of one account when a workspace is opened and at every call; denials are in the audit log."""

from analyzer.errors import AccessError, UnnamedAccountError
from analyzer.security.accounts import (
    NO_ACCOUNT,
    access_error,
    account_names,
    grant_of,
    has_accounts,
    is_last_admin,
    read_accounts,
    state_of,
)
from analyzer.security.audit_log import AuditLog
from analyzer.security.clock import Clock
from analyzer.security.incident_log import FROZEN, open_incident
from analyzer.security.permissions import EVERYTHING, Permission, figures_of, permission_names, permissions_of
from analyzer.security.types import Grant
from analyzer.store.database import Connection, Database


class Authorization:
    """Decides what one account may do, from its grant in force.

    In a workspace without accounts, the user who has the key is the single user and may do everything.
    """

    def __init__(self, admin_database: Database, audit: AuditLog, actor: str, is_figures_only: bool = False) -> None:
        """Set the account and where its grant and denials are stored.

        Args:
            admin_database: connection without restrictions, used for accounts and the audit log alone.
            audit: the log in which denials are recorded.
            actor: the account's name.
            is_figures_only: whether the session is limited to figures, whatever the account may.
        """
        self._is_figures_only = is_figures_only
        self._admin_database = admin_database
        self._audit = audit
        self._actor = actor
        self._clock = Clock()
        self._number = 0
        self._grant: Grant | None = None

    @property
    def is_single_user(self) -> bool:
        """Whether the workspace has no accounts, so that no roles apply."""
        return not has_accounts(self._admin_database.connection)

    @property
    def permissions(self) -> frozenset[Permission]:
        """The permissions of the account now."""
        return self._permissions_of(self.grant_in_force())

    @property
    def may_quote(self) -> bool:
        """Whether the account may see comments."""
        return Permission.COMMENTS in self.permissions

    @property
    def is_scoped(self) -> bool:
        """Whether the account is limited to some of the imports."""
        return bool(self._grant and self._grant.datasets)

    @property
    def is_marked(self) -> bool:
        """Whether files written for the account name it."""
        return bool(self._grant and self._grant.exports == "marked")

    def admit(self) -> Grant | None:
        """Return the grant with which the account opens the workspace; None for a single user with everything.

        In a session limited to figures it is the account's grant without all else.

        Raises:
            AccessError: if the account has no grant in force.
        """
        try:
            grant = self.grant_in_force()
        except AccessError:
            self._record("denied", {"method": "open"})
            if self._actor == NO_ACCOUNT and self._actor not in account_names(self._admin_database.connection):
                raise UnnamedAccountError(
                    "this workspace has accounts; name yours with --as USER (in Python: actor=USER)"
                ) from None
            raise
        self._number = grant.number if grant else 0
        self._grant = figures_of(grant, self._actor) if self._is_figures_only else grant
        return self._grant

    def permit(self, method: str, wanted: frozenset[Permission]) -> None:
        """Return if the account may call a method now.

        Raises:
            AccessError: if it may not.
            AuditError: if the audit log cannot be written.
        """
        self._audit.check_writable()
        try:
            self.check_unchanged()
            grant = self.grant_in_force()
            self._check_frozen(method, wanted)
            missing = wanted - self._permissions_of(grant)
            if missing and self._is_figures_only:
                raise AccessError(f"this session is limited to figures; that needs {permission_names(missing)}")
            if missing:
                raise AccessError(
                    f"{self._actor} may not do that: it needs {permission_names(missing)}; an admin can grant it"
                )
        except AccessError:
            self._record("denied", {"method": method})
            raise

    def _permissions_of(self, grant: Grant | None) -> frozenset[Permission]:
        """Return the permissions that a grant gives in this session; None is the grant of a single user."""
        if self._is_figures_only:
            grant = figures_of(grant, self._actor)
        return permissions_of(grant) if grant else EVERYTHING

    def check_unchanged(self) -> None:
        """Check, inside a write transaction, that the grant of the account is the one it opened the workspace with.

        Raises:
            AccessError: if another account has changed or ended it since `permit`.
        """
        grant = self.grant_in_force()
        if (grant.number if grant else 0) != self._number:
            raise AccessError("your permissions have changed; open the workspace again")

    def _check_frozen(self, method: str, wanted: frozenset[Permission]) -> None:
        """Refuse exports and new access while an incident is open."""
        if Permission.EXPORTS not in wanted and method not in FROZEN:
            return
        with self._admin_database.translate_errors():
            if open_incident(self._admin_database.connection):
                raise AccessError("an incident is open: exports and new access are blocked until it is closed")

    def record_withheld(self, method: str) -> None:
        """Record that disclosure control refused a figure, whatever the reason."""
        self._record("denied", {"method": method, "by": "disclosure control"})

    def record_denial(self) -> None:
        """Record that SQLite refused a statement."""
        self._record("denied", {"method": "sql"})

    def grant_in_force(self) -> Grant | None:
        """Return the grant in force; None for a single user.

        Raises:
            AccessError: if the account has none.
        """
        with self._admin_database.translate_errors():
            return self._granted(self._admin_database.connection)

    def _granted(self, connection: Connection) -> Grant | None:
        if not has_accounts(connection):
            return None
        moment = self._clock.read(self._audit.time(connection).latest)
        grant = grant_of(connection, self._actor)
        state = state_of(grant, moment, is_last_admin(connection, grant, moment))
        if state == "in force":
            return grant
        known = {name for name, _, _ in read_accounts(connection)}
        raise access_error(
            self._actor, state if self._actor in known else "not granted: there is no account of that name"
        )

    def _record(self, action: str, detail: dict[str, object]) -> None:
        with self._admin_database.transaction() as connection:
            self._audit.append(connection, self._actor, action, detail)
