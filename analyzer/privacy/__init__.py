"""Detection and replacement of personal data, the second check, and the reviewer's queue."""
