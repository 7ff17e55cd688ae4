"""Answers, themes and evidence as files."""
