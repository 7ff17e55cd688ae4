"""From files to stored comments."""
