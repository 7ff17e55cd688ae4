"""Themes of comments: discovery, names, edits, trends, codebooks."""
