"""Keeping records for later. Nobody else hears of it, not even their authors."""

from __future__ import annotations

from fedirec.activitypub.models import Actor
from fedirec.errors import Conflict
from fedirec.remix.models import Bookmark, Record
from fedirec.remix.queries.bookmarks import MAX_BOOKMARKS
from fedirec.web.language import gettext as _


async def bookmark(person: Actor, record: Record) -> None:
    """`record` stands among what `person`, who may see it, keeps; keeping it twice changes nothing.

    Raises Conflict when they keep a great deal already.
    """
    if await Bookmark.filter(actor_id=person.id).count() >= MAX_BOOKMARKS:
        raise Conflict(_("You keep a great deal already. Take something out first."))
    await Bookmark.bulk_create([Bookmark(actor_id=person.id, record_id=record.id)], ignore_conflicts=True)


async def forget_bookmark(person: Actor, record: Record) -> None:
    """`record` is not among what `person` keeps."""
    await Bookmark.filter(actor_id=person.id, record_id=record.id).delete()
