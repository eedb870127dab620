"""In which ways this instance pays: what the operator chose, with what each needs to know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from fedirec.credits.models import MoneySettings
from fedirec.credits.queries.settings import Seal, adapters_of, credentials_of, debtor_account_of, money_settings
from fedirec.errors import FedirecError, Misconfigured
from fedirec.net import Net
from fedirec.payouts.adapters.catalogue import Accounts, is_test, open_adapters
from fedirec.payouts.adapters.paypal import PayPalAccount
from fedirec.payouts.adapters.protocol import Adapter
from fedirec.payouts.adapters.sepa import Payer
from fedirec.payouts.adapters.stripe import StripeAccount

_PAYER: Final = ("name", "street", "postcode", "town", "country")


class Ways:
    """The adapters of this instance. They are kept as long as nothing changes, for they remember what lets them in."""

    def __init__(
        self, *, net: Net, seal: Seal, further: Mapping[str, Adapter] | None = None, development: bool = False
    ) -> None:
        """`further` are adapters that others wrote; they take the place of ours with the same name.

        In `development` nobody is really paid, and accounts for trying out are good enough.
        """
        self._development = development
        self._net = net
        self._seal = seal
        self._further = dict(further or {})
        self._known: tuple[datetime, Mapping[str, Adapter]] | None = None

    async def all(self) -> Mapping[str, Adapter]:
        """Every way that is set up, by its name: also those that nobody chooses any more, which are still asked."""
        settings = await money_settings()
        if self._known is None or settings.id is None or self._known[0] != settings.changed_at:
            ways = {**open_adapters(_accounts_of(settings, self._seal), self._net), **self._further}
            self._known = settings.changed_at, ways
        return self._known[1]

    async def offered(self) -> Mapping[str, Adapter]:
        """The ways in which people can ask to be paid, by name, in the order in which they are offered."""
        ways = await self.all()
        chosen = adapters_of(await money_settings())
        return {name: way for name, way in ways.items() if name in chosen or name in self._further}

    async def tests(self) -> list[Adapter]:
        """The ways that are set up with an account for trying out, which moves no money."""
        return [way for way in (await self.all()).values() if is_test(way)]

    def pretends(self, way: Adapter) -> bool:
        """Whether `way` would only look as if somebody was paid: an account for trying out, where people are real."""
        return not self._development and is_test(way)

    async def find(self, name: str) -> Adapter | None:
        """The way with that name, if it is set up."""
        return (await self.all()).get(name)

    async def get(self, name: str) -> Adapter:
        """The way with that name. Raises Misconfigured when it is not set up."""
        if way := await self.find(name):
            return way
        raise Misconfigured("this instance is not set up to pay in that way")


def _accounts_of(settings: MoneySettings, seal: Seal) -> Accounts:
    """What the adapters need to know. What is incomplete or cannot be opened is not set up."""
    accounts = Accounts()
    try:
        credentials, account = credentials_of(settings, seal), debtor_account_of(settings, seal)
    except Misconfigured:
        return accounts
    debtor = settings.debtor or {}
    payer = {name: str(debtor.get(name, "")) for name in _PAYER}
    wanted: dict[str, tuple[Any, Mapping[str, str]]] = {
        "paypal": (PayPalAccount, credentials.get("paypal", {})),
        "stripe": (StripeAccount, credentials.get("stripe", {})),
        "sepa": (Payer, {**payer, **account} if account.get("iban") and payer["name"] else {}),
    }
    for name, (make, known) in wanted.items():
        if known:
            try:
                accounts = replace(accounts, **{name: make(**known)})
            except (FedirecError, TypeError):
                continue
    return accounts
