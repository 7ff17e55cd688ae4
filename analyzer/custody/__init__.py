"""Erasure, retention, backups, incidents, evidence, survey links, disclosure control."""
