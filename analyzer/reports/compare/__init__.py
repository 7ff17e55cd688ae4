"""Compare two groups of comments, or two periods: scores, themes that differ, quotes of both."""
