"""«На полном доверии»: to spend below zero, down to a limit."""

from .endpoint import Area, command
from .errors import NotFound, TrustRefused
from .model import AccountId, Model, Money


class TrustState(Model):
    """Whether the account may go below zero, and how far."""

    on: bool
    limit: Money
    """A positive amount; zero while off."""


class Trust(Area):
    """Spending on trust."""

    @command("PUT", "/accounts/{account}/trust", errors=(NotFound, TrustRefused))
    async def switch_on(self, account: AccountId) -> TrustState:
        """Let the balance go down to −300 ₽. Free. Conditions are checked, each explained."""

    @command("DELETE", "/accounts/{account}/trust", errors=(NotFound, TrustRefused))
    async def switch_off(self, account: AccountId) -> TrustState:
        """Stop at zero again. Refused while the balance is negative."""
