"""The offline service: whether this process can reach the network.

The proof from outside is `analyzer offline prove` (analyzer.evaluation.egress_proof).
"""

from analyzer.security.authorization import Authorization
from analyzer.security.permissions import needs
from analyzer.security.sandbox.egress import SealStatus, seal_status


class OfflineService:
    """The seal of this process."""

    name = "offline"

    def __init__(self, *, authorization: Authorization) -> None:
        """Take who decides about calls."""
        self._authorization = authorization

    @needs()
    def status(self) -> SealStatus:
        """Test the seal; return what is in force, what it stops and what it does not stop."""
        return seal_status()
