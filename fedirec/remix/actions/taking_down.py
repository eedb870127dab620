"""What moderators take down and put back: records, comments and challenges, ours and those of others.

Nothing is lost by it: what is hidden here stays what it is elsewhere, and comes back as it was. Each function is part
of the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from fedirec.activitypub.models import Actor, Outgoing
from fedirec.activitypub.outbox import withhold
from fedirec.activitypub.policies import stance_to
from fedirec.clock import now
from fedirec.errors import Conflict
from fedirec.remix.actions.passing_on import pass_on, take_away
from fedirec.remix.models import Challenge, Comment, Record
from fedirec.remix.visibility import HIDDEN
from fedirec.uris import origin_of

SILENT: Final = "suspended"


async def hide_record(record: Record) -> str:
    """Nobody but its author sees `record` here any more; answers who saw it until now."""
    before = record.visibility
    if before == HIDDEN:
        raise Conflict("That is hidden already.")
    record.visibility = HIDDEN
    await record.save(update_fields=["visibility"])
    await withhold(actor_id=record.author_id, uri=record.uri)
    return before


async def show_record_again(record: Record, *, visibility: str) -> None:
    """Those see `record` again who saw it before it was hidden."""
    if record.visibility != HIDDEN:
        return
    record.visibility = visibility
    await record.save(update_fields=["visibility"])
    if visibility == "public":
        said = Outgoing.filter(actor_id=record.author_id, object_uri=record.uri, type__in=("Create", "Update"))
        await said.update(is_public=True)


async def hide_comment_of(comment: Comment, *, moderator: Actor | None) -> None:
    """Only its author sees `comment` any more, and those who heard of it hear that it does not stand there."""
    if comment.hidden_at is not None and comment.held_at is None:
        raise Conflict("That is hidden already.")
    comment.hidden_at, comment.hidden_by_id = now(), moderator.id if moderator else None
    comment.held_at = None
    await comment.save(update_fields=["hidden_at", "hidden_by_id", "held_at"])
    await take_away(comment)


async def show_comment_again(comment: Comment) -> None:
    """`comment` stands on its record again."""
    if comment.hidden_at is None or comment.deleted_at is not None:
        return
    comment.hidden_at = comment.hidden_by_id = None
    await comment.save(update_fields=["hidden_at", "hidden_by_id"])
    await pass_on(comment)


async def hide_challenge(challenge: Challenge) -> None:
    """Nobody is shown `challenge` any more, and its Group says nothing."""
    await hide_group(challenge.actor)


async def show_challenge_again(challenge: Challenge) -> None:
    """`challenge` is there again."""
    await show_group_again(challenge.actor)


async def hide_group(group: Actor) -> None:
    """Nobody is shown what `group` is any more, and it says nothing."""
    if group.state == SILENT:
        raise Conflict("That is hidden already.")
    await _say(SILENT, [group.id])


async def show_group_again(group: Actor) -> None:
    """What `group` is, is there again, unless it is gone, or its whole instance is shut out meanwhile."""
    if not group.is_local and (await stance_to(origin_of(group.uri))).is_blocked:
        await Actor.filter(id=group.id, state=SILENT).update(is_shut_out=True)
        return
    await Actor.filter(id=group.id, state=SILENT).update(state="active")


async def silence_groups_of(leader: Actor) -> None:
    """The Groups of the challenges that `leader` leads say nothing any more."""
    await _say(SILENT, await _groups_of(leader, state="active"))


async def let_groups_speak(leader: Actor, *, but: Collection[int]) -> None:
    """The Groups of the challenges of `leader` speak again, but for those of the challenges in the rows `but`."""
    await _say("active", await _groups_of(leader, state=SILENT, but=but))


async def _groups_of(leader: Actor, *, state: str, but: Collection[int] = ()) -> list[int]:
    led = Challenge.filter(leader_id=leader.id, actor__state=state)
    rows = await (led.exclude(id__in=list(but)) if but else led).values_list("actor_id", flat=True)
    return [int(str(row)) for row in rows]


async def _say(state: str, groups: Collection[int]) -> None:
    if groups:
        await Actor.filter(id__in=list(groups)).update(state=state)
