"""Stored comments and how they are searched: filters, full text, vectors, aggregates."""
