"""The overview: headline figures, months, top themes, what changed, and telling quotes."""
