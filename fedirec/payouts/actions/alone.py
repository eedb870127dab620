"""Four eyes over a batch, and time to look where there are too few."""

from __future__ import annotations

from collections.abc import Sequence

from fedirec.accounts.actions.persons import person_of, roots_of
from fedirec.accounts.notices import Notice
from fedirec.activitypub.models import Actor
from fedirec.activitypub.own import own_actor
from fedirec.clock import now
from fedirec.credits.eyes import refuse_same_eyes, solo_from
from fedirec.credits.models import MoneySettings
from fedirec.credits.queries.settings import money_settings
from fedirec.credits.queries.standing import actors_of_people, payers
from fedirec.db.rows import rows_in
from fedirec.payouts.models import Payout, PayoutBatch
from fedirec.remix.actions.private_notes import tell_people
from fedirec.uris import origin_of


async def refuse_eyes(batch: PayoutBatch, person: int, before: Sequence[int]) -> None:
    """`person` may go on with `batch` after the actors `before`, or is alone, said so beforehand, and gave it time.

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
        eyes=batch.eyes,
    )


async def begin_waiting(batch: PayoutBatch, payouts: Sequence[Payout], settings: MoneySettings) -> None:
    """Too few people pay here: everybody concerned knows from when on they do, and can say something until then."""
    batch.is_solo, batch.not_before = True, solo_from(now(), settings.solo_days)
    await batch.save(update_fields=["is_solo", "not_before"])
    group = await own_actor()
    roots = (await roots_of([payout.person_id for payout in payouts])).values()
    details = {"title": batch.not_before.date().isoformat()}
    page = f"{origin_of(group.uri)}/money"
    await tell_people(
        group, await actors_of_people(set(roots)), Notice.PAY_ALONE, None, await subject_of(batch), page, details
    )


async def subject_of(batch: PayoutBatch) -> str:
    return f"{origin_of((await own_actor()).uri)}/treasury/batches/{batch.key}"
