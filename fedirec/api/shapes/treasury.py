"""What those who pay are told and say. Nothing of it holds what payees said about themselves."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from fedirec.api.shapes.basis import Listed, PieceQuery, Sent, Shape, Text
from fedirec.api.shapes.money import Lack
from fedirec.payouts.models import Payout as PayoutRow
from fedirec.payouts.models import PayoutAttempt
from fedirec.payouts.queries.treasury import BatchSum
from fedirec.payouts.queries.waiting import Waiting

PayoutState = Literal["ready", "batched", "submitted", "settled", "returned", "failed", "unclaimed", "given_away"]
MINOR = "Minor units of the currency."


class PayoutsQuery(PieceQuery):
    state: PayoutState | None = None


class BatchesQuery(PieceQuery):
    open: bool = Field(False, description="Only those that wait or are on their way.")


class ReadySum(Shape):
    adapter: str
    currency: str
    count: int
    amount: int = Field(description=MINOR)


class Treasury(Shape):
    """What waits for those who pay."""

    entries_to_confirm: int
    proposals_to_lock: list[str] = Field(description="Their keys.")
    ready: list[ReadySum]
    stopped: int = Field(description="Payments that came back or failed, as far as they are listed.")
    to_look_up: int = Field(description="Payments of which only a person can say what became of them.")


class Owed(Shape):
    """What one person is owed in one currency, of which nothing is on its way."""

    person: int
    name: str
    currency: str
    amount: int = Field(description=MINOR)
    since: datetime
    adapter: str
    lacks: list[Lack]


class OwedList(Listed):
    items: list[Owed]


class Try(Shape):
    """One try to pay."""

    number: int
    adapter: str
    key: str = Field(description="What the provider or the bank knows it by; never used for another.")
    state: Literal["begun", "unknown", "accepted", "unclaimed", "settled", "returned", "refused", "abandoned"]
    reference: str = Field(description="What they call it.")
    said: str
    proof: str
    begun_at: datetime
    sent_at: datetime | None
    ended_at: datetime | None


class Payout(Shape):
    """One payment to one person."""

    key: str
    person: int
    name: str
    currency: str
    amount: int = Field(description=MINOR)
    fee: int = Field(description="What the provider kept, in minor units.")
    state: PayoutState
    reason: str
    needs_person: bool
    created_at: datetime
    settled_at: datetime | None
    tries: list[Try] | None = Field(description="Null in lists.")


class Payouts(Listed):
    items: list[Payout]


class Batch(Shape):
    """Payments that go out together."""

    key: str
    adapter: str
    currency: str
    state: Literal["proposed", "approved", "submitted", "settled", "cancelled"]
    count: int
    amount: int = Field(description=MINOR)
    digest: str = Field(description="Of what is approved.")
    execute_on: date | None
    not_before: datetime | None = Field(description="Where one person alone pays: until then others can speak.")
    file_name: str
    file_sha256: str = Field(description="Of the file for the bank; empty while there is none.")
    proposed_at: datetime
    approved_at: datetime | None
    submitted_at: datetime | None
    ended_at: datetime | None


class Batches(Listed):
    items: list[Batch]


class NewBatch(Sent):
    adapter: Text = Field(max_length=10)
    currency: Text = Field(min_length=3, max_length=3)
    execute_on: date | None = Field(None, strict=False, description="The day on which the bank pays.")


class Approval(Sent):
    digest: Text = Field(max_length=100, description="As it stood in the batch that you looked at.")


class Proof(Sent):
    reference: Text = Field(min_length=1, max_length=100, description="By which it is found again.")
    text: Text = Field(min_length=1, max_length=300, description="What shows it.")


class Mark(Proof):
    became: Literal["settled", "returned", "not_paid"]


def show_owed(each: Waiting) -> Owed:
    return Owed(
        person=each.person.id,
        name=each.person.name,
        currency=each.currency,
        amount=each.amount,
        since=each.since,
        adapter=each.way,
        lacks=[lack.value for lack in each.lacks],
    )


def show_payout(row: PayoutRow, tries: list[PayoutAttempt] | None = None) -> Payout:
    shown = [Try.model_validate({name: getattr(each, name) for name in Try.model_fields}) for each in tries or ()]
    known = {name: getattr(row, name) for name in Payout.model_fields if name not in ("person", "name", "tries")}
    return Payout.model_validate(
        {**known, "person": row.person_id, "name": row.person.name, "tries": None if tries is None else shown}
    )


def show_batch(each: BatchSum) -> Batch:
    beside = {"count": each.count, "amount": each.amount, "file_sha256": each.batch.file_digest}
    known = {name: getattr(each.batch, name) for name in Batch.model_fields if name not in beside}
    return Batch.model_validate({**known, **beside})
