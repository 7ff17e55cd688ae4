"""The proof that nothing leaves the machine, which a reviewer can run again."""
