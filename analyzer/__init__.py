"""Local-only analysis of customer feedback: scrub, index, ask, cite."""
