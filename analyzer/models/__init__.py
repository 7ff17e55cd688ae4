"""Find, fetch, check and open the model files that lie in models/."""
