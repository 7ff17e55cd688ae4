"""Roles, their permissions, and the access scopes of their database connections. Default deny.

A permission allows methods of services; an access scope restricts the connection to the same data
(analyzer.store.authorizer), so that a method without a check still cannot read more.
"""

import functools
from collections.abc import Callable, Iterable
from dataclasses import replace
from enum import StrEnum
from typing import Any, Protocol, TypeVar

from analyzer.errors import WithheldError
from analyzer.security.types import Grant, Role
from analyzer.store.authorizer import EVERY, AccessScope

Method = TypeVar("Method", bound=Callable[..., Any])


class Permission(StrEnum):
    """Permissions that roles and grants give."""

    FIGURES = "figures"
    """See counts, shares and theme names, but no comments."""
    COMMENTS = "comments"
    """See scrubbed comments, and answers that quote them."""
    LABELS = "labels"
    """Label comments."""
    EXPORTS = "exports"
    """Write files that leave the program."""
    IMPORTS = "imports"
    """Import comments."""
    THEMES = "themes"
    """Build and edit themes and the codebook."""
    PRIVACY = "privacy"
    """Decide on uncertain terms, check samples."""
    ERASURE = "erasure"
    """Erase and export the data of a person, and apply retention rules."""
    ACCOUNTS = "accounts"
    """Manage accounts and grants."""
    AUDIT = "audit"
    """Read the audit log, proofs and settings."""
    CHECKS = "checks"
    """Verify the audit log and the database; only counts are shown."""
    BACKUPS = "backups"
    """Make, check and restore backups; change the key."""
    INCIDENTS = "incidents"
    """Open, report and close an incident."""
    LINKS = "links"
    """Make survey links and join known segments of their recipients."""
    PERSONS = "persons"
    """Look up the person of a pseudonym or link; no role has it, it is granted by name."""


P = Permission
ANALYST = frozenset({P.FIGURES, P.COMMENTS, P.LABELS, P.EXPORTS})
ROLES: dict[Role, frozenset[Permission]] = {
    Role.VIEWER: frozenset({P.FIGURES, P.EXPORTS}),
    Role.ANALYST: ANALYST,
    Role.STEWARD: ANALYST | {P.IMPORTS, P.THEMES, P.PRIVACY, P.ERASURE, P.BACKUPS, P.LINKS, P.CHECKS},
    Role.REVIEWER: frozenset({P.AUDIT, P.INCIDENTS, P.CHECKS}),
    Role.ADMIN: frozenset({P.ACCOUNTS, P.INCIDENTS, P.BACKUPS, P.CHECKS}),
    Role.CONSULTANT: frozenset({P.FIGURES}),
}
EVERYTHING = frozenset(Permission)

PUBLIC = {
    "meta": EVERY, "audit": frozenset({"seq", "mac", "at"}), "feedback": frozenset({"n", "import_id"}),
    "responses": frozenset({"response_id", "import_id"}), "questions": EVERY, "texts": frozenset({"language"}),
    "imports": EVERY, "columns": EVERY, "rejected": EVERY, "findings": EVERY,
}  # fmt: skip
"""Columns that every account can read: enough to count, no text of comments."""
COUNTABLE = {
    "feedback": frozenset({"n", "id", "text_id", "import_id", "response_id", "question_id"}), "fields": EVERY,
    "responses": frozenset({"response_id", "id", "import_id", "profile_id"}), "questions": EVERY, "columns": EVERY,
    "texts": frozenset({"text_id", "language"}), "imports": EVERY, "profiles": EVERY,
    "themes": EVERY, "placements": EVERY, "opinions": EVERY, "theme_builds": EVERY, "theme_edits": EVERY,
    "clauses": frozenset({"clause_id", "negative", "positive", "base", "likeness"}), "codebook": EVERY,
    "codings": frozenset({"theme_id", "text_id", "is_coded", "probability"}), "theme_labels": EVERY,
    "rejected": EVERY, "findings": EVERY, "predicates": EVERY, "labels": EVERY, "json_each": EVERY,
    "datasets": EVERY, "near_duplicates": EVERY,
}  # fmt: skip
READABLE = {**dict.fromkeys((
    *COUNTABLE, "clauses", "codings", "words", "aliases", "doubts", "doubt_places", "decisions", "samples", "sampled",
    "answers", "meta",
), EVERY)}  # fmt: skip
LABELED = frozenset({"predicates", "labels", "theme_labels", "answers"})
STEWARDED = (frozenset(READABLE) - {"json_each"}) | {
    "retention", "links", "link_batches", "reindexed_texts", "reindexed_clauses", "stemmed_texts",
    "saved_views",
}  # fmt: skip
LEDGER = frozenset({"audit", "erased"})
"""Tables to which rows can be added, but not changed or deleted."""
ACCOUNTS = frozenset({"accounts", "grants"})
AUDIT = frozenset({"audit"})
OVERSEEN = dict.fromkeys(("profiles", "samples", "doubts", "doubt_places", "decisions"), EVERY)


class Authorizes(Protocol):
    """Interface that decides whether the current account may call a method."""

    def permit(self, method: str, wanted: frozenset[Permission]) -> None:
        """Return if the account may call it; raise AccessError if not."""

    def record_withheld(self, method: str) -> None:
        """Record that a method refused a figure to the account."""


class Service(Protocol):
    """Interface of a service that `needs` uses: its name, such as "themes", and its authorization."""

    name: str
    _authorization: Authorizes


def needs(*permissions: Permission) -> Callable[[Method], Method]:
    """Declare the permissions of a service's method; they are checked at every call, before anything else.

    A denial is recorded under the method's public name, such as "themes.build", and so is a figure that is withheld.
    """
    wanted = frozenset(permissions)

    def declare(method: Method) -> Method:
        @functools.wraps(method)
        def checked(self: Service, *args: Any, **kwargs: Any) -> Any:
            public = f"{self.name}.{method.__name__}"
            self._authorization.permit(public, wanted)
            try:
                return method(self, *args, **kwargs)
            except WithheldError as error:
                if not error.is_recorded:  # by a method of another service that this one called
                    self._authorization.record_withheld(public)
                    error.is_recorded = True
                raise

        checked.__dict__["permissions"] = wanted
        return checked  # type: ignore[return-value]

    return declare


def permissions_of(grant: Grant) -> frozenset[Permission]:
    """Return the permissions of a grant: those of its roles and those granted by name."""
    found: set[Permission] = {Permission(one) for one in grant.also}
    for role in grant.roles:
        found |= ROLES[role]
    if grant.comments and Role.CONSULTANT in grant.roles:
        found |= {P.COMMENTS, P.LABELS}
    if grant.exports == "marked":
        found.add(P.EXPORTS)
    if grant.exports == "off":
        found -= {P.EXPORTS}
    return frozenset(found)


def figures_of(grant: Grant | None, account: str) -> Grant:
    """Return a grant without everything but figures; None is the grant of a single user, who may do everything."""
    if grant is None:
        return Grant(account, (Role.CONSULTANT,), comments=False, exports="off")
    roles = (Role.CONSULTANT,) if P.FIGURES in permissions_of(grant) else ()
    return replace(grant, roles=roles, comments=False, exports="off", also=())


def access_scope_of(grant: Grant) -> AccessScope:
    """Return the access scope of the database connections for a grant."""
    allowed = permissions_of(grant)
    return AccessScope(
        reads=_reads(allowed), writes=_writes(allowed), appends=LEDGER if P.ERASURE in allowed else AUDIT,
        changes_schema=P.IMPORTS in allowed, imports=grant.datasets or None,
        columns=frozenset(grant.columns) if grant.columns else None, prose=bool(allowed & {P.COMMENTS, P.IMPORTS}),
        answers_of=grant.account if grant.datasets or grant.columns else "",
    )  # fmt: skip


def _reads(allowed: frozenset[Permission]) -> dict[str, frozenset[str]]:
    reads = dict(PUBLIC)
    if P.FIGURES in allowed:
        reads |= COUNTABLE
    if P.COMMENTS in allowed:
        reads |= READABLE
    if P.IMPORTS in allowed:
        reads |= dict.fromkeys((*STEWARDED, "erased"), EVERY)
    if allowed & {P.AUDIT, P.INCIDENTS}:
        reads |= {**_missing(reads, OVERSEEN), "audit": EVERY}
    if P.AUDIT in allowed:
        reads |= {"accounts": frozenset({"name", "created"}), "grants": EVERY}
    if P.ACCOUNTS in allowed:
        reads |= {"accounts": EVERY, "grants": EVERY, "audit": reads["audit"] | {"actor", "action"}}
    return reads


def _writes(allowed: frozenset[Permission]) -> frozenset[str]:
    return (
        (LABELED if P.LABELS in allowed else frozenset())
        | (STEWARDED if P.IMPORTS in allowed else frozenset())
        | (ACCOUNTS if P.ACCOUNTS in allowed else frozenset())
    )


def _missing(reads: dict[str, frozenset[str]], more: dict[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    return {table: columns for table, columns in more.items() if table not in reads}


def permission_names(permissions: Iterable[Permission]) -> str:
    """Return the sorted names of permissions, separated by commas."""
    return ", ".join(sorted(permissions))
