"""Find addresses, contacts and numbers that identify a person: one function a kind."""
