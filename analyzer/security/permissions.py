"""Who may do what: roles, the permissions they carry, and what their connections reach. Default deny.

A permission opens methods of services; an access scope restricts the connection to the same data
(analyzer.store.authorizer), so that a method without a check still reads nothing.
"""

import functools
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Any, Protocol, TypeVar

from analyzer.security.types import Grant, Role
from analyzer.store.authorizer import EVERY, AccessScope

Method = TypeVar("Method", bound=Callable[..., Any])


class Permission(StrEnum):
    """What can be allowed."""

    FIGURES = "figures"
    """Counts, shares, themes by name: no comment."""
    COMMENTS = "comments"
    """Scrubbed comments, and answers that quote them."""
    LABELS = "labels"
    """Say what comments are about."""
    EXPORTS = "exports"
    """Write files that leave the program."""
    IMPORTS = "imports"
    """Bring comments in."""
    THEMES = "themes"
    """Build and edit themes and the codebook."""
    PRIVACY = "privacy"
    """Decide on doubtful terms, check samples."""
    ERASURE = "erasure"
    """Erase, hand out, and let lapse what is held of a person."""
    ACCOUNTS = "accounts"
    """Give and take access."""
    AUDIT = "audit"
    """Read the log, proofs and settings."""
    CHECKS = "checks"
    """Check that log and store are sound; counts alone are told."""
    BACKUPS = "backups"
    """Make, check and restore backups; change the key."""
    INCIDENTS = "incidents"
    """Open, report and close an incident."""
    LINKS = "links"
    """Make survey links and join what is known of their receivers."""
    PERSONS = "persons"
    """Look up who a pseudonym or a link belongs to; no role has it, it is granted by name."""


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
    "texts": frozenset({"language"}), "imports": EVERY, "columns": EVERY, "rejected": EVERY, "findings": EVERY,
}  # fmt: skip
"""What every account reaches: how much there is of what, never what it says."""
COUNTABLE = {
    "feedback": frozenset({"n", "id", "text_id", "import_id", "profile_id"}), "fields": EVERY, "columns": EVERY,
    "texts": frozenset({"text_id", "language"}), "imports": EVERY, "profiles": EVERY,
    "themes": EVERY, "placements": EVERY, "opinions": EVERY, "theme_builds": EVERY, "theme_edits": EVERY,
    "clauses": frozenset({"clause_id", "negative", "positive", "base", "likeness"}), "codebook": EVERY,
    "codings": frozenset({"theme_id", "text_id", "is_coded", "probability"}), "theme_labels": EVERY,
    "rejected": EVERY, "findings": EVERY, "predicates": EVERY, "labels": EVERY,
}  # fmt: skip
READABLE = {**dict.fromkeys((
    *COUNTABLE, "clauses", "codings", "words", "aliases", "doubts", "doubt_places", "decisions", "samples", "sampled",
    "answers", "meta", "json_each",
), EVERY)}  # fmt: skip
LABELED = frozenset({"predicates", "labels", "theme_labels", "answers"})
STEWARDED = (frozenset(READABLE) - {"json_each"}) | {"retention", "links", "link_batches"}
LEDGER = frozenset({"audit", "erased"})
"""What can be added to and never changed."""
ACCOUNTS = frozenset({"accounts", "grants"})
AUDIT = frozenset({"audit"})
OVERSEEN = dict.fromkeys(("profiles", "samples", "doubts", "doubt_places", "decisions"), EVERY)


class Authorizes(Protocol):
    """Decides whether the current account may call a method."""

    def permit(self, method: str, wanted: frozenset[Permission]) -> None:
        """Return if it may; raise AccessError if not."""


class Service(Protocol):
    """A service of a workspace, as `needs` sees it: its name, such as "themes", and who decides about calls."""

    name: str
    _authorization: Authorizes


def needs(*permissions: Permission) -> Callable[[Method], Method]:
    """Declare the permissions of a service's method; they are checked at every call, before anything else.

    A refusal is recorded under the method's public name, such as "themes.build".
    """
    wanted = frozenset(permissions)

    def declare(method: Method) -> Method:
        @functools.wraps(method)
        def checked(self: Service, *args: Any, **kwargs: Any) -> Any:
            self._authorization.permit(f"{self.name}.{method.__name__}", wanted)
            return method(self, *args, **kwargs)

        checked.__dict__["permissions"] = wanted
        return checked  # type: ignore[return-value]

    return declare


def permissions_of(grant: Grant) -> frozenset[Permission]:
    """Return what a grant allows: its roles together, and what is granted by name."""
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


def access_scope_of(grant: Grant) -> AccessScope:
    """Return what the connections of a grant's holder reach."""
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
    """Return permissions as words."""
    return ", ".join(sorted(permissions))
