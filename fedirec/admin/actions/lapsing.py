"""Who was suspended a month ago, and did not come back, is erased."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from fedirec.accounts.actions.farewells import SUSPENSION_LASTS, erasure_of, plan_farewell
from fedirec.accounts.models import Account
from fedirec.accounts.permissions import Operator
from fedirec.accounts.queries import SUSPENDED, get_instance
from fedirec.activitypub.models import Actor, Instance
from fedirec.clock import now
from fedirec.db import fetch_rows
from fedirec.db.rows import rows_in
from fedirec.lanes import enqueue
from fedirec.uris import Uris

AT_ONCE: Final = 50
_APPEALS: Final = """EXISTS (
    SELECT 1 FROM appeal AS p JOIN decision AS d ON d.id = p.decision_id WHERE p.state = 'waiting' AND d.about_id = a.id
)"""
"""Whether the actor in the table `a` waits for the answer to an appeal, in SQL."""


async def erase_long_suspended() -> int:
    """Whoever was suspended longer ago than SUSPENSION_LASTS is being erased; returns how many began to be.

    Nobody is whose appeal waits for an answer. They stay credited by their name where others built on what they made.
    Of people of other instances, who stay suspended, goes what is kept here, and what comes anew in spite of all.
    """
    if not await Instance.exists(origin__not_isnull=True):
        return 0
    doer = Operator(Uris((await get_instance()).origin or "").instance_actor)
    long_ago = now() - SUSPENSION_LASTS
    rows = await rows_in(Account, await _lapsed_members(long_ago))
    for account in rows:
        await plan_farewell(doer, account, keeps_name=True, wait=timedelta(0))
    strangers = await rows_in(Actor, await _lapsed_strangers(long_ago))
    await enqueue([erasure_of(actor) for actor in strangers])
    return len(rows) + len(strangers)


async def _lapsed_members(long_ago: datetime) -> list[int]:
    """Accounts whose actor was suspended before `long_ago`, who neither appeal nor leave already; AT_ONCE at most."""
    rows = await fetch_rows(
        f"""
        SELECT m.id AS id FROM account AS m JOIN actor AS a ON a.id = m.actor_id
         WHERE m.state = ? AND a.is_local AND a.state = 'suspended' AND a.suspended_at < ?
           AND NOT EXISTS (SELECT 1 FROM farewell AS f WHERE f.actor_id = a.id) AND NOT {_APPEALS}
         ORDER BY m.id LIMIT ?
        """,  # noqa: S608  (constants only)
        SUSPENDED,
        long_ago,
        AT_ONCE,
    )
    return [int(row["id"]) for row in rows]


async def _lapsed_strangers(long_ago: datetime) -> list[int]:
    """Actors elsewhere who were suspended before `long_ago`, and of whom more than that is kept; AT_ONCE at most."""
    rows = await fetch_rows(
        f"""
        SELECT a.id AS id FROM actor AS a
         WHERE NOT a.is_local AND a.state = 'suspended' AND a.suspended_at < ? AND a.document IS NOT NULL
           AND NOT {_APPEALS} ORDER BY a.id LIMIT ?
        """,  # noqa: S608  (constants only)
        long_ago,
        AT_ONCE,
    )
    return [int(row["id"]) for row in rows]
