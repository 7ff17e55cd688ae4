"""Question to checked answer: evidence, grammar, claims, citations."""
