"""The resident worker: a process that holds the models for the other commands of this account."""
