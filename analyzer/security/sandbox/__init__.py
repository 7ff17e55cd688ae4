"""The seal: restrictions that keep this process from making network connections."""
