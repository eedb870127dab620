"""Authors ask not to be named in what others make from a record of theirs, or in one of these, and take it back."""

from __future__ import annotations

from dataclasses import replace

from fedirec.activitypub.models import Actor
from fedirec.db import transaction
from fedirec.errors import Conflict, Forbidden, NotFound, TooMany
from fedirec.lanes import gathering
from fedirec.remix.actions.claims.revising import present_version, refuse_withheld, revise
from fedirec.remix.actions.pseudonyms.carrying import is_restless
from fedirec.remix.models import Record
from fedirec.remix.pseudonyms import is_unnamed
from fedirec.remix.queries.pseudonyms import people_behind
from fedirec.remix.queries.trails import trail_of
from fedirec.remix.vocab.records import MAX_UNNAMED
from fedirec.web.language import gettext as _


async def leave_unnamed(author: Actor, record: Record, *, remix: str = "") -> None:
    """A stand-in is shown for `author` wherever others build on `record`, and everybody hears of it who has it.

    With the address of a `remix` that is so in this one only. Raises Forbidden for records of others, NotFound for
    what was not made from it, Gone when it was deleted, Conflict while hardly anybody may see it or where more remixes
    are listed than there is room for, TooMany after too many versions within an hour.
    """
    await _wish(author, record, remix, wants=True)


async def name_again(author: Actor, record: Record, *, remix: str = "") -> None:
    """`author` is named again where others build on `record`, or in that one `remix`. Raises as `leave_unnamed`."""
    await _wish(author, record, remix, wants=False)


async def _wish(author: Actor, record: Record, remix: str, *, wants: bool) -> None:
    if record.author_id != author.id or not author.is_local:
        raise Forbidden(_("Only its author can ask for that."))
    refuse_withheld(record)
    trail = await trail_of(record.uri)
    if remix and wants and remix not in trail.down:
        raise NotFound(_("That was not made from this work."))
    meant = [remix] if remix else list(trail.down)
    makers = {point.author_uri for uri in meant if (point := trail.waypoints.get(uri)) is not None}
    makers |= set((await people_behind(uri for uri in makers if is_unnamed(uri))).values())
    async with transaction(), gathering():
        present = await Record.filter(id=record.id).select_for_update().get()
        present.author = author
        work = await present_version(present)
        if remix:
            others = tuple(uri for uri in work.without_name_in if uri != remix)
            wanted = replace(work, without_name_in=(*others, remix) if wants else others)
            if len(wanted.without_name_in) > MAX_UNNAMED:
                raise Conflict(_("That many remixes cannot be listed. You can ask not to be named in any of them."))
            if set(wanted.without_name_in) == set(work.without_name_in):
                return
        else:
            wanted = replace(work, without_name=wants)
            if wanted == work:
                return
        if await is_restless(present):
            raise TooMany(_("That work was changed many times within an hour. Please take a break."), retry_after=600)
        told = await Actor.filter(uri__in=list(makers)) if makers else []
        await revise(present, wanted, told=told)
