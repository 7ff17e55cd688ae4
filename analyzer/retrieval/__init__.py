"""Query to hits: filter once, rank by words and by meaning, fuse."""
