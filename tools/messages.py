"""Bring the message catalogs up to the source; run by `make messages`, with LANGUAGE=de to add one.

Messages are read from the source by Babel. A catalog keeps its translations; a message that is new is empty, one whose
words changed is marked fuzzy, and one that the source no longer has is dropped. The tests of the catalogs fail until a
translator has dealt with both.
"""

import sys
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from analyzer.config import PROJECT
from analyzer.messages.catalogs import FOLDER, catalog_file

KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None, "N_": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2),
}  # fmt: skip
WIDTH = 110
NO_CLOCK = datetime(2026, 12, 1, tzinfo=UTC)
"""The date in every catalog, so that the same messages are the same bytes."""


def extracted() -> Catalog:
    """Return the messages of the source, in order."""
    found = Catalog()
    for _, _, message, _, context in extract_from_dir(PROJECT / "analyzer", [("**.py", "python")], keywords=KEYWORDS):
        found.add(message, context=context)
    return found


def update(language: str) -> Path:
    """Write the catalog of a language with the messages of the source and the translations it has."""
    file = catalog_file(language)
    if file.exists():
        with file.open("rb") as opened:
            known = read_po(opened, locale=language)
    else:
        known = Catalog(locale=language, fuzzy=False)
    known.update(extracted(), no_fuzzy_matching=False, update_header_comment=False)
    return write_catalog(known)


def write_catalog(known: Catalog) -> Path:
    """Write a catalog into its place, with the same bytes for the same messages."""
    known.creation_date = known.revision_date = NO_CLOCK
    known.project, known.version, known.msgid_bugs_address = "feedback-analyzer", "0", "see README.md"
    known.last_translator, known.language_team = "feedback-analyzer", str(known.locale)
    for message in known:
        message.flags.discard("python-format")  # which Babel takes from "95 % interval"; fields are in braces
    file = catalog_file(str(known.locale))
    file.parent.mkdir(parents=True, exist_ok=True)
    written = BytesIO()
    write_po(written, known, width=WIDTH, no_location=True, sort_output=True, ignore_obsolete=True)
    file.write_bytes(written.getvalue())
    return file


if __name__ == "__main__":
    for language in sys.argv[1:] or sorted(path.name for path in FOLDER.iterdir()):
        print(update(language))
