"""Passing something on to those who follow whoever does it."""

from __future__ import annotations

from fedirec.activitypub.models import Actor, Announcement
from fedirec.activitypub.outbox import new_activity_uri, publish
from fedirec.activitypub.vocab import PUBLIC, Announce, Ref
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
