"""The offline service: whether this process can connect to the network.

`analyzer offline prove` observes the program from outside (analyzer.evaluation.egress_proof).
"""

from analyzer.security.authorization import Authorization
from analyzer.security.permissions import needs
from analyzer.security.sandbox.egress import SealStatus, seal_status


class OfflineService:
    """Reports the seal of this process."""

    name = "offline"

    def __init__(self, *, authorization: Authorization) -> None:
        """Set the authorization of the account."""
        self._authorization = authorization

    @needs()
    def status(self) -> SealStatus:
        """Test the seal; return its level, what it stops and what it does not stop."""
        return seal_status()
