"""Two accounts turn out to be one person: after a Move that both confirm, or by the code that only they had."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from fedirec.accounts.actions.audit import HasUri
from fedirec.accounts.actions.letters import Post
from fedirec.accounts.actions.persons import join_person, person_of
from fedirec.accounts.models import Person
from fedirec.accounts.notices import Notice
from fedirec.activitypub.actors.vouching import key_changed_at
from fedirec.activitypub.authority import agrees_to_move
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.credits.models import ProductionCredit
from fedirec.credits.queries.settings import money_settings
from fedirec.db import transaction
from fedirec.db.rows import fetch_tuples
from fedirec.payouts.actions.payees.giving import HERE, contacts_of, erase, give_to
from fedirec.payouts.actions.payees.holding import write_hold
from fedirec.payouts.actions.payees.warning import warning_of
from fedirec.payouts.holds import Cause
from fedirec.payouts.keys import Vault
from fedirec.payouts.models import CreditCode, Payee

PAGE: Final = 100
_MOVED: Final = """
    SELECT i.id, o.id, n.id FROM identity i JOIN actor o ON o.id = i.actor_id JOIN actor n ON n.uri = o.moved_to
      LEFT JOIN identity j ON j.actor_id = n.id
     WHERE i.id > ? AND o.moved_at <= ? AND o.state = 'active' AND (j.id IS NULL OR j.person_id <> i.person_id)
     ORDER BY i.id LIMIT ?
"""


async def join_those_who_moved(vault: Vault, post: Post) -> int:
    """Whose old account has said for as long as a hold lasts that it lives elsewhere now, as the new one says too, is
    one person; how many that were.

    Not at once: it cannot be taken back, and whoever took over an account would begin with a Move. Until then nothing
    is paid, they are warned in every way, and coming back ends it.
    """
    days, joined, after = (await money_settings()).hold_days, 0, 0
    while rows := await fetch_tuples(_MOVED, after, now() - timedelta(days=days), PAGE):
        actors = {each.id: each for each in await Actor.filter(id__in={key for row in rows for key in row[1:]})}
        for _identity, old, new in rows:
            joined += await _join_after_move(actors[old], actors[new], vault=vault, post=post)
        after = int(rows[-1][0])
    return joined


async def _join_after_move(old: Actor, new: Actor, *, vault: Vault, post: Post) -> bool:
    """Whether they were two until now, and both say that they are one."""
    if not agrees_to_move(old=old.uri, new=new.uri, aliases=new.also_known_as) or new.state != "active":
        return False
    if await key_changed_at(old.id) is not None or await key_changed_at(new.id) is not None:
        return False
    stays, other = await person_of(old), await person_of(new)
    contacts = [
        address
        for payee in await Payee.filter(person_id__in=[stays.id, other.id])
        for address in contacts_of(payee, vault)
    ]
    title = f"@{new.handle}@{new.host}"
    told = [
        await warning_of(post, person, Notice.PAY_JOINED, path=HERE, title=title, contacts=contacts)
        for person in (stays, other)
    ]
    async with transaction():
        await join_money(old, stays, other, cause=Cause.MOVE, vault=vault)
        for warned in told:
            await warned.send()
    return True


async def join_money(doer: HasUri, stays: Person, other: Person, *, cause: Cause, vault: Vault) -> None:
    """`other` is `stays` from now on, with one way of being paid; part of the caller's transaction.

    What they said as `stays` is kept; where they never said anything, what they said as the other. Either way it has
    to be confirmed again. What each of them was owed the books know by its own row; it is paid to the one who stays.
    """
    joined = await join_person(doer, stays, other, why=cause.value)
    if joined is None:
        return
    first, second = joined
    await ProductionCredit.filter(person_id=second).update(person_id=first)
    await CreditCode.filter(person_id=second).update(person_id=first)
    payees = {payee.person_id: payee for payee in await Payee.filter(person_id__in=joined)}
    kept, spare = payees.get(first), payees.get(second)
    if kept is None and spare is not None:
        give_to(spare, await Person.get(id=first), vault)
        await spare.save(update_fields=["person_id", "details"])
        kept = spare
    elif spare is not None and spare.details is not None:
        await erase(spare, by=None)
    if kept is not None:
        await write_hold(kept, cause, vault=vault)
