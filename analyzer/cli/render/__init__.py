"""Format results as lines of text for a terminal."""
