"""Import: read files, scrub their comments, store them."""
