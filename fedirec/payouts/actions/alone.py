"""Four eyes over a batch, and over the end of a stop; and time to look where there are too few."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from fedirec.accounts.actions.persons import own_person, person_of
from fedirec.accounts.notices import Notice
from fedirec.activitypub.models import Actor
from fedirec.activitypub.own import own_actor
from fedirec.clock import now
from fedirec.credits.eyes import refuse_same_eyes, solo_from
from fedirec.credits.models import MoneySettings
from fedirec.credits.queries.settings import money_settings
from fedirec.credits.queries.standing import payers
from fedirec.db import transaction
from fedirec.db.holding import hold
from fedirec.db.rows import rows_in
from fedirec.lanes import gathering
from fedirec.payouts.actions.telling import tell_payees
from fedirec.payouts.addresses import BATCHES
from fedirec.payouts.models import Payout, PayoutBatch, PayoutStop
from fedirec.uris import origin_of


async def refuse_turn(batch: PayoutBatch, person: int, before: Sequence[int]) -> None:
    """It is the turn of `person` with `batch` after the actors `before`, or they are alone, said so, and gave it time.

    Part of the caller's transaction, which holds the batch. Raises Forbidden, and Conflict where it is too early.
    """
    settings, everybody = await money_settings(), await payers()
    actors = {row.id: row for row in await rows_in(Actor, set(before))}
    people = [(await person_of(actors[each])).id for each in before]
    refuse_same_eyes(
        person,
        people,
        payers=everybody,
        told_at=batch.not_before or solo_from(now(), settings.solo_days),
        days=0,
        now=now(),
        people_needed=batch.people_needed,
    )


async def begin_waiting(
    batch: PayoutBatch, payouts: Sequence[Payout], settings: MoneySettings, *, told_by: Notice = Notice.PAY_ALONE
) -> None:
    """Too few people pay here: everybody concerned knows from when on they do, and can say something until then."""
    batch.is_solo, batch.not_before = True, solo_from(now(), settings.solo_days)
    await batch.save(update_fields=["is_solo", "not_before"])
    day = {"title": batch.not_before.date().isoformat()}
    await tell_payees([payout.person_id for payout in payouts], told_by, await subject_of(batch), details=day)


async def refuse_own_notes(actor: Actor) -> bool:
    """`actor` ends the stop and wrote nothing down as paid before; whether the solo rule stands in for that.

    Raises Forbidden as long as somebody is there who wrote nothing down, and Conflict where nobody is and it is too
    early.
    """
    noted, person = await _noted(), await own_person(actor)
    if person not in (noters := await _noters(noted)):
        return False
    later = solo_from(now(), (await money_settings()).solo_days)
    return refuse_same_eyes(
        person,
        [person],
        payers=await payers() - noters,
        told_at=max(batch.not_before or later for batch in noted),
        days=0,
        now=now(),
    )


async def say_who_resumes_alone() -> int:
    """Where everybody who could end the stop wrote something down as paid before, those payees know from when on one of
    them ends it; as soon as somebody else is there it counts for nothing. Returns for how many payments that is new.
    """
    noted, changed = await _noted(), 0
    noters = await _noters(noted)
    is_alone = not await payers() - noters
    for batch in noted:
        if batch.is_solo is is_alone:
            continue
        async with transaction(), gathering():
            await hold(batch)
            if is_alone:
                payouts = await Payout.filter(attempts__batch_id=batch.id)
                await begin_waiting(batch, payouts, await money_settings(), told_by=Notice.PAY_NOTED)
            else:
                batch.is_solo, batch.not_before = False, None
                await batch.save(update_fields=["is_solo", "not_before"])
        changed += 1
    return changed


async def _noted() -> list[PayoutBatch]:
    """What was written down as paid before, since payments were stopped: nobody here paid it."""
    stop = await PayoutStop.filter(ended_at=None).order_by("made_at").first()
    if stop is None:
        return []
    return await PayoutBatch.filter(paid_by_id=None, submitted_at__gte=stop.made_at).order_by("id")


async def _noters(noted: Collection[PayoutBatch]) -> frozenset[int]:
    actors = await rows_in(Actor, {batch.proposed_by_id for batch in noted})
    return frozenset([await own_person(actor) for actor in actors])


async def subject_of(batch: PayoutBatch) -> str:
    return f"{origin_of((await own_actor()).uri)}{BATCHES}/{batch.key}"
