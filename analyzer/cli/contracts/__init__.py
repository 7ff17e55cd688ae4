"""What --json prints: the type of each command's output, and its JSON Schema."""
