"""The command line: commands, how results are rendered as text, exit codes."""
