"""Imported by the fork server of test_kill.py: everything an import with fakes needs, loaded once."""

import faiss  # noqa: F401
from fakes import fake_scrubber

fake_scrubber()
