"""The proof that no data leaves the machine, which a reviewer can repeat."""
