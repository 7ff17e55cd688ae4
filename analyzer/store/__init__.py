"""The encrypted database of a workspace: connections, schema, locks, files written."""
