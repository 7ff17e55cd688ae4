"""The SQLCipher database of a workspace: open it safely, give it its schema, run its transactions."""
