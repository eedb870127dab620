"""What a challenge accepted reaches those who follow it, and is taken back from them."""

from __future__ import annotations

from fedirec.activitypub.consent import Consent
from fedirec.activitypub.models import Actor, Announcement
from fedirec.activitypub.outbox import new_activity_uri, publish
from fedirec.activitypub.vocab import PUBLIC, Add, Announce, Ref, Remove, Undo
from fedirec.clock import now
from fedirec.remix.actions.asking import ask_author
from fedirec.remix.models import ConsentRequest, Record
from fedirec.remix.queries.consent import consent_to, find_question


async def pass_on(group: Actor, record: Record, author: Actor, *, why: str) -> None:
    """The followers of `group` hear of `record`, if its author lets it be passed on; who wants to be asked is asked.

    It is part of the submissions of `group` in any case, which says `why`. Part of the caller's transaction.
    """
    to, cc = (PUBLIC,), (group.followers or "", author.uri)
    announce = Announce(
        id=new_activity_uri(group), actor=group.uri, object=Ref(record.uri), published=now(), to=to, cc=cc
    )
    if not await Announcement.exists(actor_id=group.id, object_uri=record.uri):
        match await consent_to(record, "announce", actor=group):
            case Consent.GIVEN:
                await Announcement.create(uri=announce.id, actor=group, object_uri=record.uri)
                await publish(group, announce, to=[author], to_followers_of=[group])
            case Consent.ASKED if await find_question(group, record, "announce") is None:
                await ask_author(group, record, "announce", instrument=announce.write())
    add = Add(
        id=new_activity_uri(group),
        actor=group.uri,
        object=Ref(record.uri),
        target=f"{group.uri}/submissions",
        content=why,
        published=now(),
        to=to,
        cc=cc,
    )
    await publish(group, add, to=[author], to_followers_of=[group])


async def take_back(group: Actor, record: Record, author: Actor) -> None:
    """`record` is not among the submissions of `group` any more, and that it was passed on is taken back; part of the
    caller's transaction.
    """
    await ConsentRequest.filter(actor_id=group.id, target_uri=record.uri, kind="announce").delete()
    to, cc = (PUBLIC,), (group.followers or "", author.uri)
    target = f"{group.uri}/submissions"
    remove = Remove(
        id=new_activity_uri(group),
        actor=group.uri,
        object=Ref(record.uri),
        target=target,
        published=now(),
        to=to,
        cc=cc,
    )
    await publish(group, remove, to=[author], to_followers_of=[group])
    announced = await Announcement.get_or_none(actor_id=group.id, object_uri=record.uri)
    if announced:
        again = Announce(id=announced.uri, actor=group.uri, object=Ref(record.uri))
        undo = Undo(id=new_activity_uri(group), actor=group.uri, object=again, to=to, cc=cc)
        await announced.delete()
        await publish(group, undo, to=[author], to_followers_of=[group])
