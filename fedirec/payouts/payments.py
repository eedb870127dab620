"""The way of a payment: from what somebody is owed to money that arrived, and of each try to pay it.

`NEXT` is the way of what is owed, `HEARD` what becomes of a try when something is heard of it. What is not in `NEXT`
cannot be done; every pair of `HEARD` has an answer, and where what is heard cannot be true (`None`) a person looks. The
rule to know: nothing is sent a second time before whoever was told has been asked, and past their own window nobody
but a person says what became of it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from fedirec.errors import Conflict
from fedirec.ledger.chain import canonical, digest_of
from fedirec.payouts.adapters.protocol import Standing
from fedirec.translatable import N_

MAX_IN_BATCH: Final = 500
"""Payments that go out together."""
WATCHED: Final = timedelta(days=180)
"""How long a provider is asked whether money that arrived came back after all."""


class State(StrEnum):
    """Where what somebody is owed stands."""

    CARRIED = "carried"
    """Owed, and not paid yet because something is missing, or because it is too little."""
    READY = "ready"
    BATCHED = "batched"
    SUBMITTED = "submitted"
    """Handed over; it neither arrived nor came back."""
    SETTLED = "settled"
    RETURNED = "returned"
    FAILED = "failed"
    """For certain nothing was paid by the last try."""
    UNCLAIMED = "unclaimed"
    GIVEN_AWAY = "given_away"
    """Nobody claimed it, and it went where the policy says."""


class Step(StrEnum):
    """What is done to it, or happens."""

    MAKE_READY = "make_ready"
    BATCH = "batch"
    TAKE_OUT = "take_out"
    SUBMIT = "submit"
    SETTLE = "settle"
    RETURN = "return"
    FAIL = "fail"
    FIND_PAID = "find_paid"
    """It turned out that it was paid after all, when everybody believed that it was not."""
    LAPSE = "lapse"
    """Nobody claimed it for as long as the policy says."""
    CLAIM = "claim"
    """Whoever it belongs to has come after all."""
    GIVE_AWAY = "give_away"


class AttemptState(StrEnum):
    """Where a try to pay stands."""

    BEGUN = "begun"
    """Written down, and nothing was sent."""
    UNKNOWN = "unknown"
    """It may have been sent, and nobody knows what came of it."""
    ACCEPTED = "accepted"
    UNCLAIMED = "unclaimed"
    """The provider keeps the money until the payee takes it."""
    SETTLED = "settled"
    RETURNED = "returned"
    REFUSED = "refused"
    ABANDONED = "abandoned"
    """A person looked it up: nothing was paid, nor will be."""


class BatchState(StrEnum):
    """Where payments stand that go out together."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    SUBMITTED = "submitted"
    SETTLED = "settled"
    """Of each payment in it it is known what became of it."""
    CANCELLED = "cancelled"


class PayableState(StrEnum):
    """Where it stands what somebody is owed from one proposal."""

    OWED = "owed"
    PAID = "paid"
    UNCLAIMED = "unclaimed"


NOT_SENT: Final = (BatchState.PROPOSED, BatchState.APPROVED)
"""Batches that have not gone out."""
NOT_ENDED: Final = (*NOT_SENT, BatchState.SUBMITTED)
"""Batches of which somebody still has to say something."""

NEXT: Final[Mapping[tuple[State, Step], State]] = MappingProxyType(
    {
        (State.CARRIED, Step.MAKE_READY): State.READY,
        (State.CARRIED, Step.LAPSE): State.UNCLAIMED,
        (State.READY, Step.BATCH): State.BATCHED,
        (State.READY, Step.LAPSE): State.UNCLAIMED,
        (State.BATCHED, Step.TAKE_OUT): State.READY,
        (State.BATCHED, Step.SUBMIT): State.SUBMITTED,
        (State.SUBMITTED, Step.SETTLE): State.SETTLED,
        (State.SUBMITTED, Step.RETURN): State.RETURNED,
        (State.SUBMITTED, Step.FAIL): State.FAILED,
        (State.SETTLED, Step.RETURN): State.RETURNED,
        (State.RETURNED, Step.MAKE_READY): State.READY,
        (State.RETURNED, Step.FIND_PAID): State.SETTLED,
        (State.FAILED, Step.FIND_PAID): State.SETTLED,
        (State.READY, Step.FIND_PAID): State.SETTLED,
        (State.RETURNED, Step.LAPSE): State.UNCLAIMED,
        (State.FAILED, Step.MAKE_READY): State.READY,
        (State.FAILED, Step.LAPSE): State.UNCLAIMED,
        (State.UNCLAIMED, Step.CLAIM): State.READY,
        (State.UNCLAIMED, Step.GIVE_AWAY): State.GIVEN_AWAY,
    }
)
"""Where each step leads. Money that arrived can come back long after."""

REFUSALS: Final[Mapping[State, str]] = MappingProxyType(
    {
        State.CARRIED: N_("This is not due to be paid yet."),
        State.READY: N_("This waits to be put into a batch."),
        State.BATCHED: N_("This is in a batch that has not gone out."),
        State.SUBMITTED: N_("This is on its way: first it has to be known what became of it."),
        State.SETTLED: N_("This has been paid."),
        State.RETURNED: N_("This came back."),
        State.FAILED: N_("This could not be paid."),
        State.UNCLAIMED: N_("Nobody has claimed this."),
        State.GIVEN_AWAY: N_("Nobody claimed this, and it went where the policy says."),
    }
)
"""Why something cannot be done: how it stands."""

NAMES: Final[Mapping[State, str]] = MappingProxyType(
    {
        State.CARRIED: N_("carried"),
        State.READY: N_("ready"),
        State.BATCHED: N_("in a batch"),
        State.SUBMITTED: N_("on its way"),
        State.SETTLED: N_("paid"),
        State.RETURNED: N_("came back"),
        State.FAILED: N_("not paid"),
        State.UNCLAIMED: N_("unclaimed"),
        State.GIVEN_AWAY: N_("given away"),
    }
)

_HEARD: Final = {
    Standing.ACCEPTED: AttemptState.ACCEPTED,
    Standing.PENDING: AttemptState.ACCEPTED,
    Standing.UNCLAIMED: AttemptState.UNCLAIMED,
    Standing.SETTLED: AttemptState.SETTLED,
    Standing.RETURNED: AttemptState.RETURNED,
    Standing.REFUSED: AttemptState.REFUSED,
}
OPEN: Final = frozenset({AttemptState.BEGUN, AttemptState.UNKNOWN, AttemptState.ACCEPTED, AttemptState.UNCLAIMED})
"""Tries of which it is not known how they end. A payment has at most one of them."""


def _hear(state: AttemptState, standing: Standing) -> AttemptState | None:
    said = _HEARD.get(standing)
    if said is None:  # UNKNOWN and UNHEARD say nothing: who asks decides what follows
        return AttemptState.UNKNOWN if state is AttemptState.BEGUN and standing is Standing.UNKNOWN else state
    if state in OPEN:
        return said
    if state is AttemptState.SETTLED:  # older news may come later; but what arrived was not refused
        return {AttemptState.RETURNED: said, AttemptState.REFUSED: None}.get(said, state)
    if state is AttemptState.RETURNED:
        return {AttemptState.SETTLED: None, AttemptState.REFUSED: None}.get(said, state)
    # It was certain that nothing is paid, and perhaps it was.
    return state if said is AttemptState.REFUSED else None


HEARD: Final[Mapping[tuple[AttemptState, Standing], AttemptState | None]] = MappingProxyType(
    {(state, standing): _hear(state, standing) for state in AttemptState for standing in Standing}
)
"""What becomes of a try when that is heard of it. None: that cannot be, and a person has to look."""


class Call(StrEnum):
    """What is done next about a try, with whoever was, or is to be, told."""

    SUBMIT = "submit"
    ASK = "ask"
    NOTHING = "nothing"


def refusal_of(state: str, step: Step) -> str | None:
    """Why `step` cannot be done from `state`, in a sentence; None when it can."""
    return None if (State(state), step) in NEXT else REFUSALS[State(state)]


def advance(state: str, step: Step) -> State:
    """The state after `step`. Raises Conflict, which says how it stands."""
    if refusal := refusal_of(state, step):
        raise Conflict(refusal)
    return NEXT[State(state), step]


def step_of(before: str, after: str) -> Step | None:
    """What happens to a payment when its try goes from `before` to `after`; None where it stays on its way."""
    if before == after:
        return None
    return {
        AttemptState.SETTLED: Step.SETTLE,
        AttemptState.RETURNED: Step.RETURN,
        AttemptState.REFUSED: Step.FAIL,
        AttemptState.ABANDONED: Step.FAIL,
    }.get(AttemptState(after))


def next_call(state: str) -> Call:
    """What is done about a try that stands there. What may have been sent is asked about, never sent."""
    match AttemptState(state):
        case AttemptState.BEGUN:
            return Call.SUBMIT
        case AttemptState.REFUSED | AttemptState.RETURNED | AttemptState.ABANDONED:
            return Call.NOTHING
        case _:
            return Call.ASK


def asks_again_at(state: str, *, begun_at: datetime, asked_at: datetime) -> datetime | None:
    """When a try is asked about again: soon at first, then more and more seldom; None for never.

    What arrived is asked about once a day for a month and once a week for five more: it can come back. Nothing is asked
    about for longer than that.
    """
    age = asked_at - begun_at
    if AttemptState(state) in (AttemptState.REFUSED, AttemptState.RETURNED, AttemptState.ABANDONED) or age >= WATCHED:
        return None
    if AttemptState(state) is AttemptState.SETTLED:
        return asked_at + (timedelta(days=1) if age < timedelta(days=30) else timedelta(days=7))
    return asked_at + min(max(age / 4, timedelta(minutes=2)), timedelta(hours=12))


def needs_person(state: str, standing: Standing, *, age: timedelta, window: timedelta) -> bool:
    """Whether nobody but a person may say what became of a try that stands there, `age` after it was sent, when the
    provider has just said `standing` of it.

    Where nobody knows, that is as soon as the provider would not recognise it any more, after `window`; where the
    provider is still at it, when it is asked for the last time. So each try ends.
    """
    if AttemptState(state) not in OPEN:
        return False
    return age >= (window if standing is Standing.UNKNOWN else WATCHED)


def digest_of_batch(adapter: str, currency: str, payouts: Collection[tuple[str, int, str]]) -> str:
    """What is approved: the way, the currency, and each payment with its key, amount and the payee's fingerprint."""
    document = {"adapter": adapter, "currency": currency, "payouts": [list(each) for each in sorted(payouts)]}
    return f"sha256:{digest_of(canonical(document))}"
