"""The door to columns: describe them, decide what each is for, and read rows accordingly."""

from analyzer.ingest.plan import OPAQUE, ColumnPlan, guess_mapping
from analyzer.ingest.profile import ColumnProfile, Profile, profile
from analyzer.ingest.typed_rows import raw_feedback

__all__ = ["OPAQUE", "ColumnPlan", "ColumnProfile", "Profile", "guess_mapping", "profile", "raw_feedback"]
