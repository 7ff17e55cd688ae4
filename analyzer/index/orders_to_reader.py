"""Recognize a comment that gives orders to its reader, a person or a model, instead of feedback."""

import re

ORDERS = re.compile(
    r"\b(?:answer|reply|respond|output|say)\b(?:\s+with)?[\s:'\"]+yes\b"
    r"|\b(?:ignore|disregard|forget|override)\b[^.!?\n]{0,30}\b(?:rules|instructions?|prompts?|guidelines)\b"
    r"|\b(?:every|this|the|each|any)\s+(?:statement|claim|hypothesis|premise)s?\b[^.!?\n]{0,40}\b(?:support|true|entail)\w*"
    r"|\bsupports\s+(?:everything|every\s+statement)\b|^\s*(?:system|assistant)\s*:|<\|",
    re.IGNORECASE | re.MULTILINE,
)
"""Instructions to the reader inside a comment. A comment with one is no evidence, is in no prompt and is found last."""
