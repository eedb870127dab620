"""Payment by hand: a person pays somewhere else, and says so with a proof that others can look at.

Files for the bank end the same way: nobody but a person knows what came of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from fedirec.credits.settings import WAYS
from fedirec.errors import Invalid
from fedirec.ledger.currencies import CURRENCIES
from fedirec.payouts.adapters.details import one_line, read_details
from fedirec.payouts.adapters.protocol import Attempt, Detail, Kind, Limits, Outcome, Standing
from fedirec.translatable import N_

REFERENCE_LENGTH: Final = 100
TEXT_LENGTH: Final = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What shows that money went, or came back."""

    reference: str
    """By which it is found again: the number on the statement, of the cheque or of the receipt."""
    text: str = ""


class Manual:
    """Cash, cheque, or whatever else two people agree on."""

    name = "manual"
    label = WAYS["manual"].name
    kind = Kind.MANUAL
    asks = (
        Detail(
            name="instructions",
            label=N_("How would you like to be paid?"),
            hint=N_("For example: cash at the next meeting, or a cheque by post and to which address."),
            max_length=500,
        ),
    )

    def find_limits(self, currency: str) -> Limits | None:
        return Limits() if currency in CURRENCIES else None

    def expected_fee(self, amount: int, currency: str) -> int:
        return 0

    @classmethod
    def check_details(cls, details: Mapping[str, str]) -> dict[str, str]:
        return read_details(cls.asks, details)

    @staticmethod
    def mask(details: Mapping[str, str]) -> str:
        return ""


def check_proof(reference: str, *, text: str = "") -> Proof:
    """A proof with something in it. Raises Invalid, with a field, for one that proves nothing."""
    proof = Proof(reference=one_line(reference), text=one_line(text))
    if not proof.reference:
        raise Invalid(
            "Please write what the payment is found by, such as the number on the statement.", field="reference"
        )
    if len(proof.reference) > REFERENCE_LENGTH:
        raise Invalid("Please keep this to %(n)s characters.", field="reference", blanks={"n": REFERENCE_LENGTH})
    if len(proof.text) > TEXT_LENGTH:
        raise Invalid("Please keep this to %(n)s characters.", field="text", blanks={"n": TEXT_LENGTH})
    if not proof.text:
        raise Invalid("Please say how and when it was paid.", field="text")
    return proof


def settled_by(proof: Proof) -> Outcome:
    """A person saw that the money arrived."""
    return Outcome(standing=Standing.SETTLED, reference=proof.reference)


def returned_by(proof: Proof, attempt: Attempt) -> Outcome:
    """A person saw that all of the money came back."""
    return Outcome(standing=Standing.RETURNED, reference=proof.reference, came_back=attempt.amount)
