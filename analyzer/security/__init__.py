"""Keys, the audit chain and the switches that keep libraries from leaving."""
