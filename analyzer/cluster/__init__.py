"""Batches on several machines, by Dask distributed: scheduler, workers, and the client of a sealed import."""
