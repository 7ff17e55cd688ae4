"""Model files: catalog, fetching, loading, inference."""
