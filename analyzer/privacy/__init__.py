"""Detection and replacement of personal data, the residual check, and the review queue."""
