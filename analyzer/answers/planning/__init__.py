"""From a question in words to a plan: task, subject, filter, groups."""
