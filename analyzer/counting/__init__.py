"""Compute figures over every comment: shares with intervals, labels, tables of columns."""
