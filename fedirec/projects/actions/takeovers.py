"""When the leaders of a project are silent: they are told, it waits for somebody else, and a member takes it over.

The rule is in `projects.takeovers`. A leader who does anything in the project ends it all: `returning.come_back`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Final

from fedirec.accounts.notices import Notice
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import NotFound, TooMany
from fedirec.projects.actions.announcing import publish_project_update
from fedirec.projects.actions.deeds import begin_deed
from fedirec.projects.actions.leading import make_leader
from fedirec.projects.actions.own_news import say
from fedirec.projects.actions.returning import notice_deeds
from fedirec.projects.actions.staging import bring_back, move_to_stage
from fedirec.projects.models import Project, ProjectMember, Takeover
from fedirec.projects.queries.projects import find_member
from fedirec.projects.queries.takeovers import (
    SILENCE,
    candidates_for,
    is_there,
    leaderless_projects,
    leading_of,
    members_to_tell,
    over_at,
    silent_projects,
    warned_at,
)
from fedirec.projects.stages import Stage
from fedirec.projects.takeovers import (
    ADOPTABLE,
    becomes_adoptable,
    check_words,
    ends_at,
    has_to_be_warned,
    refuse_offer,
    silent_at,
    winner,
)
from fedirec.remix.actions.challenge_news import publish_update
from fedirec.remix.actions.logbook import log
from fedirec.remix.actions.private_notes import tell_people
from fedirec.remix.actions.reminders import is_first
from fedirec.remix.logbook import Happening
from fedirec.remix.models import Challenge, GroupLeader
from fedirec.remix.powers import Deed, Part
from fedirec.remix.queries.leading import leaders_of
from fedirec.translatable import N_
from fedirec.web.language import gettext as _
from fedirec.web.times import in_utc

MAX_A_DAY: Final = 2
"""Times that somebody offers to lead one project: leaders hear of each, and each stands in the log."""
MAX_CHALLENGES: Final = 100
"""Challenges that go with a project to whoever takes it over."""


async def offer_to_lead(member: Actor, project: Project, *, words: str) -> Takeover:
    """`member` leads `project` from the day that the row says, unless a leader comes back or somebody else goes first.

    Raises Invalid, Conflict or Forbidden, which say why not, and TooMany after MAX_A_DAY.
    """
    said = check_words(words)
    async with transaction():
        await notice_deeds(await _locked(project.id))
    async with transaction():
        await begin_deed(Deed.OFFER_TO_LEAD, project, member)
        lately = Takeover.filter(project_id=project.id, actor_id=member.id, created_at__gt=now() - timedelta(days=1))
        if await lately.count() >= MAX_A_DAY:
            raise TooMany(_("You have changed your mind often today. Please wait until tomorrow."), retry_after=3600)
        place = await find_member(project, member)
        waiting = await Takeover.filter(project_id=project.id, state="waiting")
        refuse_offer(
            stage=project.stage,
            is_leader=await GroupLeader.exists(group_id=project.actor_id, actor_id=member.id),
            member_since=place.joined_at if place is not None and place.state == "active" else None,
            has_offered=any(row.actor_id == member.id for row in waiting),
            waiting=len(waiting),
            at=now(),
        )
        offer = await Takeover.create(
            project=project,
            actor=member,
            words=said,
            created_at=now(),
            ends_at=ends_at([row.ends_at for row in waiting], at=now()),
        )
        await log(
            project.actor,
            Happening.TAKEOVER_OFFERED,
            by=member,
            person=member,
            details={"until": offer.ends_at.isoformat()},
        )
        await _tell(project, await leaders_of(project.actor), Notice.LEAD_OFFERED, member, f"#{offer.id}", reason=said)
    return offer


async def withdraw_offer(member: Actor, project: Project) -> None:
    """`member` does not offer to lead it any more. Raises NotFound when they did not."""
    async with transaction():
        await begin_deed(Deed.WITHDRAW_OFFER_TO_LEAD, project, member, also=Part.AUTHOR)
        found = Takeover.filter(project_id=project.id, actor_id=member.id, state="waiting")
        if not await found.update(state="withdrawn", decided_at=now()):
            raise NotFound(_("You did not offer to lead it."))
        await log(project.actor, Happening.TAKEOVER_ENDED, by=member, person=member)


async def forget_offers(actor: Actor) -> None:
    """`actor`, who leaves for good, offers to lead nothing, and what they said with it is gone; part of the caller's
    transaction.
    """
    await Takeover.filter(actor_id=actor.id, state="waiting").update(state="withdrawn", decided_at=now())
    await Takeover.filter(actor_id=actor.id).exclude(words="").update(words="")


async def watch_leaders() -> int:
    """Leaders who have been silent for long know what will happen, and what has waited for them long enough is up for
    adoption; returns for how many projects something happened.
    """
    done = 0
    for key in [*await leaderless_projects(), *[key async for key in silent_projects()]]:
        async with transaction():
            done += await _watch(key)
    return done


async def decide_takeovers() -> int:
    """Projects whose leaders did not come back in time have another one; returns how many those were."""
    done = 0
    for key in await over_at(now()):
        async with transaction():
            done += await _take_over(key)
    return done


async def _watch(key: int) -> bool:
    project = await _locked(key)
    await notice_deeds(project)
    leading = await leading_of(project)
    if becomes_adoptable(leading, warned_at=await warned_at(project, leading), at=now()):
        await _put_up(project)
        return True
    if not has_to_be_warned(leading, at=now()):
        return False
    since = silent_at(leading)
    if not await is_first(project.actor.uri, SILENCE, since):
        return False
    await _tell(project, await leaders_of(project.actor), Notice.LEADERS_QUIET, None, f"#{SILENCE}-{in_utc(since)}")
    return True


async def _put_up(project: Project) -> None:
    """It is up for adoption, and everybody whom that concerns knows."""
    await move_to_stage(project, Stage.ADOPTABLE)
    await log(project.actor, Happening.ADOPTABLE, by=None)
    members = await members_to_tell(project)
    people = {person.id: person for person in [*await leaders_of(project.actor), *members]}
    await _tell(project, people.values(), Notice.PROJECT_ADOPTABLE, None, f"#{ADOPTABLE}-{in_utc(project.stage_at)}")
    await publish_project_update(project)
    await say(
        project,
        title=N_("Looking for somebody to lead it"),
        text=N_("The leaders of “%(title)s” have gone quiet. Any of its members can offer to take it over."),
    )


async def _take_over(key: int) -> bool:
    """Whether somebody leads it now who did not; the offers of all others have ended."""
    project = await _locked(key)
    await notice_deeds(project)
    waiting = await Takeover.filter(project_id=key, state="waiting").select_related("actor").order_by("id")
    if not waiting or min(row.ends_at for row in waiting) > now():
        return False
    chosen = winner(await candidates_for(project, waiting)) if project.stage == ADOPTABLE else None
    for row in waiting:
        row.state = "done" if chosen and row.id == chosen.key else "overtaken" if chosen else "ended"
        row.decided_at = now()
        await row.save(update_fields=["state", "decided_at"])
    if chosen is None:
        for row in waiting:
            await log(project.actor, Happening.TAKEOVER_ENDED, by=None, person=row.actor)
        return False
    heir = next(row.actor for row in waiting if row.id == chosen.key)
    before = await leaders_of(project.actor)
    await _hand_to(project, heir, before)
    others = {person.id: person for person in [*before, *await members_to_tell(project)] if person.id != heir.id}
    await log(project.actor, Happening.TAKEN_OVER, by=None, person=heir)
    subject = f"#taken-over-{chosen.key}"
    await _tell(project, [heir], Notice.LEADS_NOW, None, subject)
    await _tell(project, others.values(), Notice.TAKEN_OVER, heir, subject)
    await publish_project_update(project)
    await say(
        project,
        title=N_("Somebody new leads it"),
        text=N_("%(who)s leads “%(title)s” from now on. Thank you to all who brought it this far."),
        who=heir,
    )
    return True


async def _hand_to(project: Project, heir: Actor, before: Sequence[Actor]) -> None:
    """`heir` alone leads it, with all its challenges; those who led it stay members, as far as they are there."""
    await GroupLeader.filter(group_id=project.actor_id).delete()
    await make_leader(project, heir)
    for person in before:
        if not is_there(person):
            continue
        place = await find_member(project, person)
        if place is None:
            await ProjectMember.create(project=project, actor=person, state="active", joined_at=now(), created_at=now())
        elif place.state != "active":
            place.state, place.joined_at, place.ended_at = "active", now(), None
            await place.save(update_fields=["state", "joined_at", "ended_at"])
    project.creator, project.led_at = heir, now()
    await project.save(update_fields=["creator_id", "led_at"])
    await bring_back(project)
    orphans = Challenge.filter(part_of_id=project.actor_id, actor__is_local=True).exclude(leader__state="active")
    for challenge in await orphans.limit(MAX_CHALLENGES).select_related("actor"):
        # Whoever led it is gone: its followers hear who does now.
        challenge.leader = heir
        await challenge.save(update_fields=["leader_id"])
        await publish_update(challenge)


async def _tell(
    project: Project,
    people: Iterable[Actor],
    kind: Notice,
    cause: Actor | None,
    about: str,
    *,
    reason: str = "",
) -> None:
    group = project.actor
    details = {"title": project.title, **({"reason": reason} if reason else {})}
    page = f"{group.uri}/takeover"
    await tell_people(group, people, kind, cause, f"{group.uri}{about}", page, details, language=project.language)


async def _locked(key: int) -> Project:
    """The project in that row, about which nobody else decides until the transaction ends."""
    await Project.filter(id=key).select_for_update().get()
    return await Project.get(id=key).select_related("actor")
