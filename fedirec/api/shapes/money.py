"""What the owner of the token is owed and was paid; how they are paid is in none of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from fedirec.api.shapes.basis import Shape

Lack = Literal[
    "details", "confirmation", "terms", "form", "hold", "way", "currency", "too_little", "too_much", "writing"
]


class Balance(Shape):
    """How it stands in one currency, in its minor units."""

    currency: str
    carried: int = Field(description="Owed, and in no payment yet.")
    under_way: int = Field(description="In a payment that has not arrived.")
    unclaimed: int
    paid: int
    lacks: list[Lack] = Field(description="Why what is carried is not paid.")


class Money(Shape):
    balances: list[Balance]
    held_until: datetime | None = Field(description="While it is in the future, nothing is paid.")
    years: list[int] = Field(description="For which there are statements.")


class StatementLine(Shape):
    paid_on: date = Field(description="In UTC.")
    proposal: str
    title: str
    kind: Literal["royalty", "service", "prize"]
    amount: int = Field(description="Minor units.")
    currency: str
    payment: str
    country: str = Field(description="Where you lived when it was paid, as two letters; empty where it is not known.")


class Statement(Shape):
    year: int
    country: str = Field(description="Where you live, as two letters; empty where it is not known.")
    lines: list[StatementLine]
