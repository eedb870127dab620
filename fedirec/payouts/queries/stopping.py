"""Whether payments are stopped because a backup was brought back."""

from __future__ import annotations

from typing import Final

from fedirec.errors import Conflict
from fedirec.payouts.models import PayoutStop
from fedirec.translatable import N_

STOPPED: Final = N_(
    "A backup was brought back, and what was paid after it was made is not in the books. Nothing goes out until a "
    "treasurer has compared with the bank and says so, on the page of the treasury."
)


async def find_stop() -> PayoutStop | None:
    """The stop that nobody has ended, that of the oldest copy if there are several; None while payments go out."""
    return await PayoutStop.filter(ended_at=None).order_by("since", "id").first()


async def was_ever_stopped() -> bool:
    """Whether a backup was ever brought back: then also what seems to be new may have been sent before."""
    return await PayoutStop.exists()


async def refuse_stopped() -> None:
    """Raises Conflict while payments are stopped."""
    if await find_stop() is not None:
        raise Conflict(STOPPED)
