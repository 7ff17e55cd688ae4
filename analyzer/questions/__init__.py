"""Question to plan: what is asked, of which comments, in which groups."""
