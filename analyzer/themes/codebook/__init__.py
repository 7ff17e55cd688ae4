"""Codebooks: themes that people define, learned from labels, applied to every comment."""
