"""What the tests' own process is held to: this machine alone. Apart from conftest.py, of which there are several."""


class EgressError(Exception):
    """A test tried to reach something that is not this machine; no OSError, so that no code takes it for an outage."""
