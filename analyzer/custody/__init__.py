"""Erasure, retention, backups, incidents, evidence, survey links, disclosure control, users, keys, integrity."""
