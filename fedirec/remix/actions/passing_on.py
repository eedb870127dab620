"""Who hears of a comment: whoever it concerns here, and who follows the author of the record."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from fedirec.accounts.actions.notifications import notify, notify_actors
from fedirec.accounts.notices import Notice
from fedirec.activitypub.models import Actor, Outgoing
from fedirec.activitypub.outbox import new_activity_uri, publish
from fedirec.activitypub.vocab import PUBLIC, Add, Ref, Remove
from fedirec.clock import now
from fedirec.html import excerpt
from fedirec.remix.models import Comment, Record
from fedirec.remix.queries.records import is_close

MAX_PASSED_ON: Final = 100
"""Comments on one record within an hour that followers of its author are told of; those beyond stand in `replies`."""

MAX_SAID: Final = 300
"""Characters of what a challenge writes to somebody that stand in the notice."""
MAX_MENTIONED: Final = 10
"""People who are told that a comment names them; those beyond are not."""


async def pass_on(comment: Comment) -> None:
    """Those who follow the author of a record of ours hear of a comment by somebody else, by its id alone.

    They ask its own origin what it says. Part of the caller's transaction.
    """
    await _tell_followers(Add, comment)


async def take_away(comment: Comment) -> None:
    """Those who heard of `comment` from the author of the record hear that it does not stand there any more."""
    await _tell_followers(Remove, comment)


async def tell_of(comment: Comment, mentioned: Sequence[str]) -> None:
    """Whoever is answered, whose record it is, and who is named, knows, each of them once.

    It comes with its record and what it answers, and their authors. Of what waits for a moderator nobody is told yet.
    """
    if comment.held_at is not None:
        return
    record, parent, url = comment.record, comment.parent, page_of(comment)
    about = {"title": record.title}
    told = {comment.author_id}
    if comment.author.type == "Group" and comment.visibility == "direct" and record.author_id not in told:
        # A challenge that writes to somebody about what they offered: the notice says what it wants.
        said = {"title": excerpt(comment.content, MAX_SAID).removeprefix(f"@{record.author.handle} ")}
        await notify(record.author, Notice.GROUP_WROTE, comment.author, comment.uri, url, said)
        return
    if parent and parent.author_id not in told and await _may_hear(comment, parent.author, record):
        told.add(parent.author_id)
        await notify(parent.author, Notice.ANSWERED, comment.author, comment.uri, url, about)
    if record.author_id not in told:
        told.add(record.author_id)
        await notify(record.author, Notice.COMMENTED, comment.author, comment.uri, url, about)
    if comment.visibility == "public" and mentioned:
        named = await Actor.filter(uri__in=list(mentioned), is_local=True).limit(MAX_MENTIONED)
        others = [actor for actor in named if actor.id not in told]
        await notify_actors(others, Notice.MENTIONED, comment.author, comment.uri, url, about)


async def _may_hear(comment: Comment, person: Actor, record: Record) -> bool:
    if comment.visibility == "followers":
        return await is_close(person, record.author_id)
    return comment.visibility == "public" or person.id == record.author_id


def page_of(comment: Comment) -> str:
    """The address, on this site, of the page of `comment`, which comes with its author."""
    return comment.uri if comment.author.is_local else f"/comments/remote/{comment.id}"


async def _tell_followers(kind: type[Add[Ref]] | type[Remove[Ref]], comment: Comment) -> None:
    record, owner = comment.record, comment.record.author
    if not owner.is_local or owner.id == comment.author_id or (comment.hidden_at and kind is Add):
        return
    if comment.visibility != "public" or record.visibility != "public":
        return
    if kind is Add and await _is_crowded(record):
        return
    activity = kind(
        id=new_activity_uri(owner),
        actor=owner.uri,
        object=Ref(comment.uri),
        target=f"{record.uri}/replies",
        published=now(),
        to=(PUBLIC,),
        cc=(owner.followers or "",),
    )
    await publish(owner, activity, to_followers_of=[owner])


async def was_passed_on(comment: Comment) -> bool:
    """Whether those who follow the author of the record heard of `comment`."""
    return await Outgoing.exists(actor_id=comment.record.author_id, is_public=True, type="Add", object_uri=comment.uri)


async def _is_crowded(record: Record) -> bool:
    """Whether more than MAX_PASSED_ON comments on `record` came within the last hour, or its author said as much.

    Old comments can be changed again and again, and those on other records count for the same followers.
    """
    comments, said = Comment.filter(record_id=record.id), Outgoing.filter(actor_id=record.author_id, is_public=True)
    for newest in (comments.order_by("-id"), said.order_by("-id")):
        found = await newest.offset(MAX_PASSED_ON).limit(1).values("created_at")
        if found and found[0]["created_at"] > now() - timedelta(hours=1):
            return True
    return False
