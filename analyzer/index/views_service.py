"""The views service: filters that an account has given a name, each with the page that it opens on."""

import re
from collections.abc import Callable

from analyzer.errors import UsageError
from analyzer.index.feedback_table import FeedbackTable
from analyzer.index.filters import BUILT_IN, split_filter
from analyzer.index.types import SavedView
from analyzer.index.views_data_owner import occurs, texts_of
from analyzer.security.audit_trail import AuditTrail
from analyzer.security.authorization import Authorization
from analyzer.security.clock import now, stamp
from analyzer.security.permissions import Permission, needs
from analyzer.store.casefold import folded
from analyzer.store.database import Database
from analyzer.types import CHOICES

LONGEST_NAME, LONGEST_FILTER = 60, 2_000
"""Characters of a name, and of a filter that is kept."""
MOST_VIEWS = 100
PAGE = re.compile(r"[a-z]+(-[a-z]+)*")
IDS = tuple(BUILT_IN[name] for name in ("id", "comment id", "respondent"))
"""Built-in columns whose values are those of one response or person; a view is about a group."""


class ViewsService:
    """The saved views of the current account; nobody sees those of another one.

    A view outlives the comments that it was made for, so that no value of it may be personal: ids are refused, free
    text has to pass the scrubber, and an erasure deletes views that name a value which nobody has any more
    (analyzer.index.views_data_owner).
    """

    name = "views"

    def __init__(
        self,
        *,
        admin_database: Database,
        table: FeedbackTable,
        audit: AuditTrail,
        authorization: Authorization,
        account: str,
        is_clean: Callable[[str], bool],
    ) -> None:
        """Store the collaborators.

        Args:
            admin_database: the unrestricted connection; no account can read the table of views.
            table: over the connection of the account, so that a filter names only columns that it may see.
            audit: logs every change.
            authorization: decides which calls are permitted.
            account: the name of the account; empty for a single user.
            is_clean: returns whether a text is free of personal data.
        """
        self._admin_database = admin_database
        self._table = table
        self._audit = audit
        self._authorization = authorization
        self._account = account
        self._is_clean = is_clean

    @needs(Permission.FIGURES)
    def list(self) -> tuple[SavedView, ...]:
        """Return the views of the account by name."""
        rows = self._admin_database.rows(
            "SELECT view_id, name, page, condition, made FROM saved_views WHERE account = ?", (self._account,)
        )
        return tuple(sorted((SavedView(*row) for row in rows), key=lambda one: folded(one.name)))

    @needs(Permission.FIGURES)
    def save(self, name: str, where: str, page: str = "comments") -> SavedView:
        """Keep a filter under a name; a view of that name is replaced.

        Args:
            name: of the view, up to LONGEST_NAME characters.
            where: the filter; may be empty.
            page: address of the page on which it is opened.

        Raises:
            UsageError: if the filter is not understood, names single comments, or holds text that may be personal.
        """
        name = " ".join(name.split())
        self._check(name, where, page)
        mine = self._by_name()
        if folded(name) not in mine and len(mine) >= MOST_VIEWS:
            raise UsageError(f"there are {MOST_VIEWS} views already; delete one first")
        with self._admin_database.transaction() as connection:
            if number := mine.get(folded(name)):
                connection.execute("DELETE FROM saved_views WHERE view_id = ?", (number,))
            row = (self._account, name, page, where.strip(), stamp(now()))
            connection.execute(
                "INSERT INTO saved_views(account, name, page, condition, made) VALUES(?, ?, ?, ?, ?)", row
            )
            made = connection.execute("SELECT max(view_id) FROM saved_views").fetchone()[0]
            self._audit.append(connection, "views.save", {"view": made, "page": page})
        return next(one for one in self.list() if one.number == made)

    @needs(Permission.FIGURES)
    def remove(self, number: int) -> None:
        """Delete a view of the account.

        Raises:
            UsageError: if the account has no such view.
        """
        if number not in {one.number for one in self.list()}:
            raise UsageError(f"there is no view {number}")
        with self._admin_database.transaction() as connection:
            connection.execute("DELETE FROM saved_views WHERE view_id = ?", (number,))
            self._audit.append(connection, "views.remove", {"view": number})

    def _by_name(self) -> dict[str, int]:
        return {folded(one.name): one.number for one in self.list()}

    def _check(self, name: str, where: str, page: str) -> None:
        if not name or len(name) > LONGEST_NAME:
            raise UsageError(f"a view needs a name of up to {LONGEST_NAME} characters")
        if not PAGE.fullmatch(page):
            raise UsageError(f"{page!r} is not the address of a page")
        if len(where) > LONGEST_FILTER:
            raise UsageError(f"a filter of more than {LONGEST_FILTER:,} characters cannot be saved")
        self._table.predicate(where)
        for condition in split_filter(where, self._table.columns()):
            target = condition.target
            if target in IDS:
                raise UsageError("a view is about a group of comments: a filter by ids cannot be saved")
            is_checked = target.column.kind in CHOICES and occurs(self._table.has, condition)
            if not is_checked and not all(map(self._is_clean, texts_of(condition))):
                raise UsageError("the filter may hold personal data; leave that condition out and save the view again")
        if not self._is_clean(name):
            raise UsageError("the name may hold personal data; choose another one")
