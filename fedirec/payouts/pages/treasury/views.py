"""How payments and batches are shown to those who pay. No page of theirs holds what payees said about themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from fedirec.payouts.adapters.catalogue import LABELS
from fedirec.payouts.addresses import BATCHES, PAYOUTS
from fedirec.payouts.models import Payout, PayoutAttempt, PayoutBatch
from fedirec.payouts.payments import NAMES, AttemptState, BatchState, State
from fedirec.payouts.queries.ways import Ways
from fedirec.translatable import N_
from fedirec.web.language import gettext as _

BATCH_STATES: Final[Mapping[str, str]] = {
    BatchState.PROPOSED: N_("waits to be approved"),
    BatchState.APPROVED: N_("approved, waits to be paid"),
    BatchState.SUBMITTED: N_("on its way"),
    BatchState.SETTLED: N_("done"),
    BatchState.CANCELLED: N_("called off"),
}
TRIES: Final = {
    AttemptState.BEGUN: N_("written down"),
    AttemptState.UNKNOWN: N_("nobody knows yet what became of it"),
    AttemptState.ACCEPTED: N_("the provider is at it"),
    AttemptState.UNCLAIMED: N_("waits for the payee to take it"),
    AttemptState.SETTLED: N_("paid"),
    AttemptState.RETURNED: N_("came back"),
    AttemptState.REFUSED: N_("refused"),
    AttemptState.ABANDONED: N_("not paid, as somebody looked up"),
}
_TONES: Final = {State.SETTLED: "good", State.RETURNED: "bad", State.FAILED: "bad"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutView:
    """One payment."""

    url: str
    key: str
    name: str
    paid_as: str
    """To whose details it is paid, where they turned out to be somebody else; else empty."""
    amount: int
    came_back: int
    """What of it is paid again by other payments."""
    currency: str
    state: str
    tone: str
    says: str
    """What is known of its try, or why it stopped."""
    is_open: bool
    needs_person: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchView:
    """Payments that go out together."""

    url: str
    key: str
    way: str
    currency: str
    state: str
    count: int
    amount: int
    at: datetime


def payout_view(payout: Payout, attempt: PayoutAttempt | None = None) -> PayoutView:
    state = _(NAMES[State(payout.state)])
    says = (
        [_(TRIES[AttemptState(attempt.state)]), attempt.said]
        if attempt
        else [_(payout.reason) if payout.reason else ""]
    )
    return PayoutView(
        url=f"{PAYOUTS}/{payout.key}",
        key=payout.key,
        name=payout.person.name,
        paid_as=payout.person.joined.name if payout.person.joined else "",
        amount=payout.amount,
        came_back=payout.came_back,
        currency=payout.currency,
        state=state,
        tone=_TONES.get(State(payout.state), "plain"),
        says=" · ".join(words for words in says if words and words != state),
        is_open=payout.state == State.SUBMITTED,
        needs_person=payout.needs_person,
    )


def batch_view(batch: PayoutBatch, labels: dict[str, str], *, count: int, amount: int) -> BatchView:
    return BatchView(
        url=f"{BATCHES}/{batch.key}",
        key=batch.key,
        way=labels.get(batch.adapter, batch.adapter),
        currency=batch.currency,
        state=_(BATCH_STATES[batch.state]),
        count=count,
        amount=amount,
        at=batch.proposed_at,
    )


async def labels_of(ways: Ways) -> dict[str, str]:
    """What the ways of paying are called, by name, in the language of whoever reads."""
    return {name: _(label) for name, label in LABELS.items()} | {
        name: _(way.label) for name, way in (await ways.all()).items()
    }
