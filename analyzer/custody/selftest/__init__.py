"""Self-test of access and disclosure control: what each role can read, and whom a generated adversary recovers."""
