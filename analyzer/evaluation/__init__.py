"""Evaluation on labeled data, and the proof that no data leaves the machine."""
