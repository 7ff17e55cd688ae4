"""The commands, in groups: each calls one Workspace method and prints its result."""
