"""Days, months and quarters as people of a language write them: 30 nov. 2026, mars 2022, T1 2022 in French."""

from datetime import date

from analyzer.messages.current_language import current


def day(found: date) -> str:
    """Return a day in the current language."""
    from babel.dates import format_date  # noqa: PLC0415

    return str(format_date(found, "medium", locale=current()))


def month(first: date) -> str:
    """Return the month of a day, with its year, in the current language."""
    return _by_skeleton("yMMM", first)


def quarter(first: date) -> str:
    """Return the quarter of a day, with its year, in the current language."""
    return _by_skeleton("yQQQ", first)


def _by_skeleton(skeleton: str, found: date) -> str:
    from babel.dates import format_skeleton  # noqa: PLC0415

    return str(format_skeleton(skeleton, found, locale=current()))
