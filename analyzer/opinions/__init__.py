"""Opinions: the clauses of comments, with their vectors and stances, stored as comments are imported."""
