"""Checks of what the model writes: form, numbers, words, quotes, entailment."""
