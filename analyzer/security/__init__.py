"""Accounts, permissions, keys, audit log, and the sandbox."""
