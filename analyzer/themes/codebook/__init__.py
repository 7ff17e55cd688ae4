"""Codebooks: themes defined by people, classifiers learned from labels, codings of all comments."""
