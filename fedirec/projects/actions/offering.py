"""Challenges of ours that are to be part of a project of another instance: they say so first, and then it has them."""

from __future__ import annotations

from typing import Any

from fedirec.accounts.notices import Notice
from fedirec.activitypub.models import Actor
from fedirec.activitypub.outbox import new_activity_uri, publish
from fedirec.activitypub.vocab import Offer
from fedirec.db import transaction
from fedirec.db.holding import hold
from fedirec.errors import Conflict
from fedirec.projects.models import Project
from fedirec.remix.actions.challenge_news import publish_group_update
from fedirec.remix.actions.private_notes import tell_people
from fedirec.remix.actions.prompts import describe_challenge
from fedirec.remix.models import Challenge
from fedirec.remix.powers import Deed, refuse_unless
from fedirec.remix.queries.leading import leaders_of, parts_in
from fedirec.web.language import gettext as _


async def offer_challenge(leader: Actor, challenge: Challenge, project: Project) -> None:
    """`challenge` of ours says that it is part of `project`, which lives elsewhere and whose leaders are asked to take
    it into a step. From now on those who lead the project lead the challenge too.

    Raises Forbidden for the challenge of somebody else, Conflict for one that is in a project, or is over.
    """
    refuse_unless(Deed.CHANGE_CHALLENGE, await parts_in(challenge, leader))
    if not challenge.actor.is_local or project.actor.is_local:
        raise Conflict(_("Please go where the project lives."))
    async with transaction():
        await hold(challenge)
        if challenge.part_of_id is not None:
            raise Conflict(_("It is part of a project already. A challenge belongs to one project."), field="challenge")
        if challenge.state in ("draft", "cancelled", "archived"):
            raise Conflict(_("That challenge is not open."), field="challenge")
        challenge.part_of = project.actor
        await challenge.save(update_fields=["part_of_id"])
        group = await publish_group_update(challenge)
        await publish(group, await _offer_of(challenge, group, project), to=[project.actor])


async def withdraw_challenge(leader: Actor, challenge: Challenge, project: Project) -> None:
    """`challenge` of ours is not part of `project`, which lives elsewhere, any more."""
    refuse_unless(Deed.CHANGE_CHALLENGE, await parts_in(challenge, leader))
    async with transaction():
        await hold(challenge)
        if challenge.part_of_id != project.actor_id or project.actor.is_local:
            raise Conflict(_("It is not part of that project."))
        challenge.part_of = None
        await challenge.save(update_fields=["part_of_id"])
        await publish_group_update(challenge, to=[project.actor])


async def take_challenge_offer(challenge: Challenge, project: Project) -> None:
    """The leaders of a project of ours know that `challenge`, from elsewhere, would be part of it.

    Part of the transaction of the activity.
    """
    group = project.actor
    about, where = {"title": project.title}, f"{group.uri}/lead"
    people, offered = await leaders_of(group), challenge.actor
    await tell_people(group, people, Notice.CHALLENGE_OFFERED, offered, offered.uri, where, about)


async def _offer_of(challenge: Challenge, group: Actor, project: Project) -> Offer[Any]:
    return Offer(
        id=new_activity_uri(group),
        actor=group.uri,
        object=await describe_challenge(challenge),
        target=project.actor.uri,
        to=(project.actor.uri,),
    )
