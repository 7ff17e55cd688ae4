"""Answers and records as files for people who do not use the program."""
