"""Every way of paying by its name, and those that this instance can use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from fedirec.net import Net
from fedirec.payouts.adapters.csv_file import CsvFile
from fedirec.payouts.adapters.manual import Manual
from fedirec.payouts.adapters.paypal import PayPal, PayPalAccount
from fedirec.payouts.adapters.protocol import Adapter, Kind
from fedirec.payouts.adapters.sepa import Payer, Sepa
from fedirec.payouts.adapters.stripe import Stripe, StripeAccount

ADAPTERS: Final[Mapping[str, type[Manual | CsvFile | Sepa | PayPal | Stripe]]] = MappingProxyType(
    {each.name: each for each in (Manual, CsvFile, Sepa, PayPal, Stripe)}
)
"""By name, in the order in which they are offered: what they ask, and whether what was answered makes sense."""
LABELS: Final[Mapping[str, str]] = MappingProxyType({name: each.label for name, each in ADAPTERS.items()})
"""What people call them, marked for translation."""
PROVIDERS: Final[Mapping[str, str]] = MappingProxyType(
    {name: each.label for name, each in ADAPTERS.items() if each.kind is Kind.NETWORK}
)
"""Those with whom the operator has money to pay from, and what people call them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts:
    """What the operator pays from; None where they have no such account."""

    sepa: Payer | None = None
    paypal: PayPalAccount | None = None
    stripe: StripeAccount | None = None


def open_adapters(accounts: Accounts, net: Net) -> Mapping[str, Adapter]:
    """The adapters that can be used, by name. Keep them: they remember what lets them in at the provider."""
    adapters: list[Adapter] = [Manual(), CsvFile()]
    if accounts.sepa:
        adapters.append(Sepa(accounts.sepa))
    if accounts.paypal:
        adapters.append(PayPal(accounts.paypal, net))
    if accounts.stripe:
        adapters.append(Stripe(accounts.stripe, net))
    return MappingProxyType({adapter.name: adapter for adapter in adapters})


def is_test(adapter: Adapter) -> bool:
    """Whether `adapter` pays from an account that was made for trying it out: nothing that it says is real money."""
    return isinstance(adapter, PayPal | Stripe) and adapter.is_test
