"""How many comments say something: scorers, labels, and estimates corrected by them."""
