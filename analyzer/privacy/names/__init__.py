"""Find names of people: word lists, cues, and the rules that weigh them."""
