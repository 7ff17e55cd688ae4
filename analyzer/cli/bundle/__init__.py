"""Bundles: one archive with everything that a machine without a network needs to run the program."""
