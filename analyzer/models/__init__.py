"""Manage model files: catalog, fetching, loading, inference."""
