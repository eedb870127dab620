"""Words of thanks that whoever is thanked does not want to stand there."""

from __future__ import annotations

from fedirec.accounts.actions.audit import audit
from fedirec.accounts.permissions import may_hide_thanks, refuse
from fedirec.accounts.viewer import Viewer
from fedirec.db import transaction
from fedirec.errors import NotFound
from fedirec.remix.models import Record, Source
from fedirec.translatable import N_


async def hide_thanks(viewer: Viewer, record: Record, remix: int) -> None:
    """What the author of the record in row `remix` says to the author of `record` is gone here, and they say no more.

    Raises Forbidden for all but whom it is said to and moderators, NotFound where nothing is said.
    """
    is_thanked = record.author_id == viewer.actor.id
    refuse(may_hide_thanks(viewer, is_thanked=is_thanked), N_("Only whoever is thanked can hide that."))
    async with transaction():
        said = await Source.filter(parent_id=record.id, record_id=remix).exclude(thanks="").select_related("record")
        if not said:
            raise NotFound("Nothing is said there.")
        await Source.filter(id=said[0].id).update(thanks="", thanks_unwanted=True)
        if not is_thanked:
            await audit(viewer, "hide_thanks", said[0].record.uri, source=record.uri)
