"""The seal: this process cannot reach out."""
