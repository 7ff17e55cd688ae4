"""Detection of names of people."""
