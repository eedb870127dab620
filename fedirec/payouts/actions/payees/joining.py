"""Two accounts turn out to be one person: after a Move that both confirm, or by the code that only they had.

Whoever lets a domain go lets somebody else say with it that they moved to whom still names the old address. So silence
joins nobody who has anything of their own: they have said yes before, signed in with the new account, or nothing
changes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from fedirec.accounts.actions.audit import HasUri
from fedirec.accounts.actions.letters import Post
from fedirec.accounts.actions.persons import join_person, person_of, record_join
from fedirec.accounts.models import Person
from fedirec.accounts.notices import Notice
from fedirec.accounts.viewer import Viewer
from fedirec.activitypub.actors.vouching import key_changed_at
from fedirec.activitypub.authority import agrees_to_move
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.credits.models import MoneySettings, ProductionCredit
from fedirec.credits.queries.settings import days_for, money_settings
from fedirec.db import transaction
from fedirec.db.apart import each_apart
from fedirec.db.rows import fetch_tuples
from fedirec.errors import Conflict, NotFound
from fedirec.lanes import gathering
from fedirec.payouts.actions.payees.giving import erase, give_to
from fedirec.payouts.actions.payees.holding import write_hold
from fedirec.payouts.actions.payees.presence import prove_it_is_them
from fedirec.payouts.actions.payees.warning import Warned, warning_of
from fedirec.payouts.addresses import MONEY
from fedirec.payouts.codes import CodeState
from fedirec.payouts.holds import HoldCause
from fedirec.payouts.keys import Vault
from fedirec.payouts.models import IdentityCode, Payee
from fedirec.payouts.queries.payees import contacts_of, has_own
from fedirec.remix.actions.reminders import is_first
from fedirec.web.ratelimit import RateLimit

PAGE: Final = 100
_MOVED: Final = """
    SELECT i.id, o.id, n.id FROM identity i JOIN actor o ON o.id = i.actor_id JOIN actor n ON n.uri = o.moved_to
      LEFT JOIN identity j ON j.actor_id = n.id
     WHERE i.id > ? AND o.moved_at <= ? AND o.state = 'active' AND (j.id IS NULL OR j.person_id <> i.person_id)
     ORDER BY i.id LIMIT ?
"""
_REMINDER: Final = "moved"


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedHere:
    """An account that says that it lives at another one now, which says so too, and is not known as the same person."""

    old: Actor
    new: Actor
    joins_at: datetime
    """From when on the two may be one person."""


async def join_those_who_moved(vault: Vault, post: Post) -> int:
    """Whose old account has said for as long as a hold lasts that it lives elsewhere now, as the new one says too, is
    one person, if the new one has nothing of their own; how many that were.

    Not at once: it cannot be taken back, and whoever took over an account would begin with a Move. Both are told when
    it begins. Until then nothing is paid, and coming back ends it. Whoever has anything of their own says yes before.
    """
    settings, joined, after = await money_settings(), 0, 0

    async def join(accounts: tuple[Actor, Actor]) -> bool:
        moved = await _moved(*accounts, settings)
        return moved is not None and await _join_by_silence(moved, vault=vault, post=post)

    while rows := await fetch_tuples(_MOVED, after, now(), PAGE):
        actors = {each.id: each for each in await Actor.filter(id__in={key for row in rows for key in row[1:]})}
        joined += sum(await each_apart([(actors[old], actors[new]) for _identity, old, new in rows], join))
        after = int(rows[-1][0])
    return joined


async def moved_here(actor: Actor) -> list[MovedHere]:
    """The accounts that say that they live at `actor` now, as `actor` says too, and are not known as one person yet."""
    settings, person = await money_settings(), await person_of(actor)
    if not actor.also_known_as:
        return []
    named = Actor.filter(uri__in=actor.also_known_as[:PAGE])  # which is indexed, as where somebody moved is not
    old = named.filter(moved_to=actor.uri, state="active", moved_at__not_isnull=True).order_by("id")
    found = [await _moved(each, actor, settings) for each in await old if (await person_of(each)).id != person.id]
    return [each for each in found if each is not None]


async def say_yes(viewer: Viewer, old_key: int, *, present: str, vault: Vault, post: Post, attempts: RateLimit) -> None:
    """Whoever is behind `viewer` says that the account with the row `old_key`, which moved here, was theirs: they are
    one person. What they said here about how they are paid stays, and what was said there is erased.

    Raises Forbidden as `prove_it_is_them`, TooMany, NotFound where nobody says so, and Conflict before the time is over
    in which whoever is at the old account can object.
    """
    await prove_it_is_them(viewer, present, attempts=attempts)
    moved = next((each for each in await moved_here(viewer.actor) if each.old.id == old_key), None)
    if moved is None:
        raise NotFound("No account says now that it moved to yours.")
    if now() < moved.joins_at:
        raise Conflict("It is too early: first everybody whom it concerns has some days to object.")
    mine, other = await person_of(viewer.actor), await person_of(moved.old)
    told = await _warnings(moved, Notice.PAY_JOINED, (mine, other), vault=vault, post=post)
    async with transaction(), gathering():
        for warned in told:
            await warned.send()
        await join_money(viewer, mine, other, cause=HoldCause.MOVE, vault=vault)


async def _moved(old: Actor, new: Actor, settings: MoneySettings) -> MovedHere | None:
    """What it is, as far as both say so, with keys that they always had."""
    if not agrees_to_move(old=old.uri, new=new.uri, aliases=new.also_known_as) or new.state != "active":
        return None
    if await key_changed_at(old.id) is not None or await key_changed_at(new.id) is not None:
        return None
    at = old.moved_at or now()
    return MovedHere(old=old, new=new, joins_at=at + timedelta(days=days_for(settings, "hold_days", at)))


async def _join_by_silence(moved: MovedHere, *, vault: Vault, post: Post) -> bool:
    """Whether they were two until now, and are one. Both are told once that one of them says so."""
    stays, other = await person_of(moved.old), await person_of(moved.new)
    asked = await _warnings(moved, Notice.PAY_MOVED, (stays, other), vault=vault, post=post)
    async with transaction():
        if await is_first(f"{moved.old.uri} {moved.new.uri}"[:2048], _REMINDER, moved.joins_at):
            for warned in asked:
                await warned.send()
    if now() < moved.joins_at or await has_own(other.id):
        return False
    told = await _warnings(moved, Notice.PAY_JOINED, (stays, other), vault=vault, post=post)
    async with transaction(), gathering():
        for warned in told:
            await warned.send()
        await join_money(moved.old, stays, other, cause=HoldCause.MOVE, vault=vault)
    return True


async def _warnings(
    moved: MovedHere, kind: Notice, people: tuple[Person, Person], *, vault: Vault, post: Post
) -> list[Warned]:
    """What both of them are told, at every address that either of them ever had."""
    payees = await Payee.filter(person_id__in=[each.id for each in people])
    contacts = [address for payee in payees for address in contacts_of(payee, vault)]
    title = f"@{moved.new.handle}@{moved.new.host}"
    warned: list[Warned] = []
    for each in people:
        told = {actor.id for before in warned for actor in before.people}
        words = await warning_of(post, each, kind, path=MONEY, cause=moved.old, title=title, contacts=contacts)
        warned.append(replace(words, people=[actor for actor in words.people if actor.id not in told]))
    return warned


async def join_money(doer: HasUri, stays: Person, other: Person, *, cause: HoldCause, vault: Vault) -> None:
    """`other` is `stays` from now on, with one way of being paid; the last of the caller's transaction.

    What they said as `stays` is kept; where they never said anything, what they said as the other. Either way it has
    to be confirmed again. What each of them was owed the books know by its own row; it is paid to the one who stays.

    By a code they prove that the accounts of `other` are lost to them, and perhaps in other hands: what was said there
    is erased, codes that were made there are good no more, and those accounts have nothing to say or to get.
    """
    is_lost = cause is HoldCause.CODE
    joined = await join_person(doer, stays, other, why=cause.value, cuts_off=is_lost)
    if joined is None:
        return
    first, second = joined.stays, joined.other
    await ProductionCredit.filter(person_id=second).update(person_id=first)
    if is_lost:
        await IdentityCode.filter(person_id=second, state=CodeState.GIVEN).update(state=CodeState.REPLACED)
    await IdentityCode.filter(person_id=second).update(person_id=first)
    payees = {payee.person_id: payee for payee in await Payee.filter(person_id__in=[first, second])}
    kept, spare = payees.get(first), payees.get(second)
    if kept is None and spare is not None and not is_lost:
        give_to(spare, await Person.get(id=first), vault)
        await spare.save(update_fields=["person_id", "details"])
        kept = spare
    elif spare is not None and spare.details is not None:
        await erase(spare, by=None)
    if kept is not None:
        kept.treasurer_until = max(filter(None, [each.treasurer_until for each in payees.values()]), default=None)
        await kept.save(update_fields=["treasurer_until"])
        await write_hold(kept, cause, vault=vault)
    await record_join(joined)
