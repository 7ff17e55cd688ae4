"""Themes over time, by segment, and against a rating."""
