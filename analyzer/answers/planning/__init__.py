"""Plan a question: task, subject, filter and groups from its words."""
