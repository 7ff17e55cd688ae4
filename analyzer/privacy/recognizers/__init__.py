"""Recognizers of personal data, by type."""
