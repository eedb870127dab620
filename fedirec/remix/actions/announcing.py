"""Passing something on to those who follow whoever does it, and saying that something is gone."""

from __future__ import annotations

from collections.abc import Iterable

from fedirec.activitypub.models import Actor, Announcement
from fedirec.activitypub.outbox import new_activity_uri, publish, withhold
from fedirec.activitypub.vocab import PUBLIC, Announce, Delete, Ref, Tombstone
from fedirec.clock import now


async def announce(speaker: Actor, uri: str) -> None:
    """The followers of `speaker`, one of ours, see what is at `uri`; part of the caller's transaction.

    Nobody is asked whether it may be passed on: that is for the caller.
    """
    said = Announce(
        id=new_activity_uri(speaker),
        actor=speaker.uri,
        object=Ref(uri),
        to=(PUBLIC,),
        cc=(speaker.followers,) if speaker.followers else (),
        published=now(),
    )
    await Announcement.create(uri=said.id, actor=speaker, object_uri=uri)
    await publish(speaker, said, to_followers_of=[speaker])


async def say_gone(group: Actor, tombstone: Tombstone, *, to: Iterable[Actor] = (), also: Iterable[Actor] = ()) -> None:
    """What `group`, one of ours, said in public is not there any more, and nobody is given it again.

    Its followers hear of it, those of the actors in `also`, and `to`. Part of the caller's transaction.
    """
    delete = Delete(
        id=new_activity_uri(group),
        actor=group.uri,
        object=tombstone,
        to=(PUBLIC,),
        cc=(group.followers or "",),
        published=now(),
    )
    await withhold(actor_id=group.id, uri=tombstone.id)
    await publish(group, delete, to=to, to_followers_of=[group, *also])
