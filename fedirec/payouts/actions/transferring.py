"""Money of the instance that moves between its bank and a provider: said by a treasurer, as the statement shows it."""

from __future__ import annotations

from hashlib import sha256
from typing import Final, Literal

from fedirec.accounts.actions.audit import audit
from fedirec.accounts.permissions import Permission, require
from fedirec.accounts.viewer import Viewer
from fedirec.activitypub.own import own_actor
from fedirec.db import transaction
from fedirec.errors import Invalid
from fedirec.ledger.currencies import CURRENCIES
from fedirec.ledger.posting import post
from fedirec.payouts.adapters.catalogue import PROVIDERS
from fedirec.payouts.adapters.manual import check_proof
from fedirec.payouts.bookings import transferred
from fedirec.translatable import N_

Direction = Literal["to_provider", "to_bank"]
DIRECTIONS: Final[dict[Direction, str]] = {
    "to_provider": N_("From the bank to the provider"),
    "to_bank": N_("From the provider back to the bank"),
}


async def book_transfer(
    doer: Viewer, *, provider: str, way: Direction, amount: int, currency: str, reference: str, text: str
) -> None:
    """The books say that `amount`, in minor units, was moved between the bank and `provider`.

    What stands under one `reference` of a statement is booked once: the same again changes nothing, something else
    raises Conflict. Raises Forbidden, and Invalid beside what makes no sense.
    """
    require(doer, Permission.PAY)
    proof = check_proof(reference, text=text)
    if provider not in PROVIDERS:
        raise Invalid(N_("Please choose one of the answers that are offered."), field="provider")
    if currency not in CURRENCIES:
        raise Invalid(N_("Please choose one of the answers that are offered."), field="currency")
    if amount <= 0:
        raise Invalid(N_("Please write an amount, such as 10 or 10.50."), field="amount")
    mark = sha256(proof.reference.encode()).hexdigest()[:32]
    signed = amount if way == "to_provider" else -amount
    async with transaction():
        told = {"provider": provider, "way": way, "amount": amount, "currency": currency}
        await audit(doer, "book_transfer", (await own_actor()).uri, **told, reference=proof.reference, text=proof.text)
        await post(transferred(provider, mark=mark, amount=signed, currency=currency))
