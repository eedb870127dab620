"""Authors share the pen of what they made, and take it back."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from fedirec.accounts.actions.notifications import notify
from fedirec.accounts.boundaries import is_unwelcome
from fedirec.accounts.notices import Notice
from fedirec.activitypub.models import Actor
from fedirec.activitypub.outbox import new_activity_uri, publish
from fedirec.activitypub.vocab import Ref, Undo
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import Conflict, Forbidden, Gone, Invalid, NotFound, TooMany
from fedirec.remix.actions.remix_requests.answering import refuse_long
from fedirec.remix.models import Pen, Record
from fedirec.remix.permissions import may_share_pen
from fedirec.remix.vocab.pens import OfferedPen
from fedirec.uris import origin_of
from fedirec.web.language import gettext as _

MAX_PENS: Final = 16
"""People who hold the pen of one record besides its author, or are invited to."""

MAX_AN_HOUR: Final = 20
"""Invitations by one person."""

SOON: Final = timedelta(minutes=10)
"""Whoever was invited to write a record is not told again of an invitation to the same within this."""

RESTS: Final = {"declined": timedelta(days=30), "laid_down": timedelta(days=1)}
"""How long nobody is invited again to write a record with its author, after they said no or left."""


async def share_pen(owner: Actor, record: Record, other: Actor, *, words: str = "") -> Pen:
    """`other` is invited to write `record` with `owner`, who made it.

    Raises Forbidden, Conflict, Gone, Invalid or TooMany, in words for the owner.
    """
    refuse_long(words)
    if not may_share_pen(is_author=record.author_id == owner.id):
        raise Forbidden(_("Only its author can invite somebody to write a record with them."))
    if record.deleted_at:
        raise Gone(_("That record was deleted."))
    if record.visibility != "public":
        raise Conflict(_("Only what everybody can see can be written together."))
    if other.id == owner.id:
        raise Invalid(_("It is yours already."), field="who")
    if other.type != "Person" or not await is_fit(owner, other):
        raise Invalid(_("%(name)s cannot be invited.") % {"name": other.name or other.handle}, field="who")
    async with transaction():
        await _refuse_haste(owner)
        given = Pen.filter(record_uri=record.uri, state__in=("invited", "held"))
        if await given.offset(MAX_PENS - 1).limit(1).values("id"):
            raise Conflict(_("More than %(n)s people cannot write one record together.") % {"n": MAX_PENS}, field="who")
        known = await Pen.filter(record_uri=record.uri, holder_id=other.id).select_for_update().first()
        if known is not None and known.state in ("invited", "held"):
            raise Conflict(_("They are invited already."), field="who")
        if is_resting(known):
            raise Conflict(_("They said no not long ago. Please leave it at that for now."), field="who")
        if known is not None and known.offered_at > now() - SOON:
            raise TooMany(_("You invited them a moment ago. Please wait a little."), retry_after=600)
        pen = known or Pen(record_uri=record.uri, holder_id=other.id, owner_id=owner.id)
        pen.state, pen.words, pen.offered_at, pen.decided_at = "invited", words.strip(), now(), None
        pen.uri = None if other.is_local else new_activity_uri(owner)
        await pen.save()
        if pen.uri is None:
            await tell_invited(pen, owner, other, record.title)
        else:
            await publish(owner, offer_of(pen, owner, other), to=[other])
    return pen


async def take_back_pen(owner: Actor, pen: Pen) -> None:
    """Whoever held the pen, or was invited to, does not any more, and hears of it.

    Raises Forbidden for the pen of another's record.
    """
    async with transaction():
        fresh = await locked(pen)
        if fresh.owner_id != owner.id:
            raise Forbidden(_("Only the author of a record chooses who writes it with them."))
        if fresh.state not in ("invited", "held"):
            return
        fresh.state, fresh.decided_at = "taken_back", now()
        await fresh.save(update_fields=["state", "decided_at"])
        holder = await Actor.get(id=fresh.holder_id)
        if holder.is_local:
            await tell_about(fresh, Notice.PEN_TAKEN_BACK, owner, holder)
        else:
            await say_taken_back(fresh, owner, holder)


async def say_taken_back(pen: Pen, owner: Actor, holder: Actor) -> None:
    """`holder`, who lives elsewhere, hears that they do not hold the pen any more. Part of the caller's transaction."""
    if pen.uri:
        offer = offer_of(pen, owner, holder)
        undo = Undo(id=new_activity_uri(owner), actor=owner.uri, object=offer, to=(holder.uri,))
        await publish(owner, undo, to=[holder])


def is_resting(pen: Pen | None) -> bool:
    """Whether whoever was invited said no, or left, so lately that they are not asked again yet."""
    if pen is None or pen.decided_at is None or pen.state not in RESTS:
        return False
    return pen.decided_at > now() - RESTS[pen.state]


def offer_of(pen: Pen, owner: Actor, holder: Actor) -> OfferedPen[Ref]:
    """The invitation as it travels."""
    return OfferedPen(
        id=pen.uri or "",
        actor=owner.uri,
        object=Ref(pen.record_uri),
        target=holder.uri,
        content=pen.words or None,
        to=(holder.uri,),
    )


async def is_fit(owner: Actor, holder: Actor) -> bool:
    """Whether both are there, and neither keeps away from the other."""
    if any(each.state != "active" or each.moved_to for each in (owner, holder)):
        return False
    return not await is_unwelcome(holder, with_any=[owner.id]) and not await is_unwelcome(owner, with_any=[holder.id])


async def tell_invited(pen: Pen, owner: Actor, holder: Actor, title: str) -> None:
    """`holder`, if they live here, knows that they are invited. Part of the caller's transaction."""
    about = {"title": title or pen.record_uri}
    await notify(holder, Notice.PEN_OFFERED, owner, pen.record_uri, page_of_pen(pen, holder), about)


async def tell_about(pen: Pen, kind: Notice, sender: Actor, reader: Actor) -> None:
    """`reader`, if they live here, knows what `sender` did about the pen. Part of the caller's transaction."""
    titles = await Record.filter(uri=pen.record_uri).values_list("title", flat=True)
    about = {"title": str(titles[0]) if titles else pen.record_uri}
    await notify(reader, kind, sender, pen.record_uri, page_of_pen(pen, reader), about)


def page_of_pen(pen: Pen, person: Actor) -> str:
    """The page on which `person`, who lives here, sees it."""
    return f"{origin_of(person.uri)}/pens/{pen.id}"


async def locked(pen: Pen) -> Pen:
    """The row as it is now, which nobody else changes until the transaction ends. Raises NotFound."""
    fresh = await Pen.filter(id=pen.id).select_for_update().first()
    if fresh is None:
        raise NotFound(_("There is no such invitation here."))
    return fresh


async def _refuse_haste(owner: Actor) -> None:
    newest = Pen.filter(owner_id=owner.id, offered_at__gt=now() - timedelta(hours=1))
    if await newest.offset(MAX_AN_HOUR - 1).limit(1).values("id"):
        raise TooMany(_("Those were many invitations within an hour. Please take a break."), retry_after=600)
