"""What programs with a model of their own may do: a few tools that read, each a method of a service."""
