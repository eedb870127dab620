"""Who is in a project: asking to join, being invited, being trusted, leaving and being sent away."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Final

from fedirec.accounts.actions.notifications import notify_actors
from fedirec.accounts.boundaries import is_unwelcome, refuse_unwelcome
from fedirec.accounts.notices import Notice
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import Conflict, Forbidden, Invalid, NotFound, TooMany
from fedirec.projects.actions.deeds import begin_deed
from fedirec.projects.actions.invitations import mark_invitation_read, say_let_in, send_invitation, take_back_invitation
from fedirec.projects.actions.leading import welcome_leader
from fedirec.projects.actions.tasks import free_tasks
from fedirec.projects.models import Project, ProjectMember
from fedirec.projects.queries.projects import find_member
from fedirec.projects.queries.takeovers import is_open_to_all
from fedirec.remix.actions.insistence import Room
from fedirec.remix.actions.logbook import log
from fedirec.remix.logbook import Happening
from fedirec.remix.models import GroupLeader
from fedirec.remix.powers import Deed, Part, refuse_unless
from fedirec.remix.queries.leading import MAX_LEADERS, leaders_of
from fedirec.remix.skills import CODES
from fedirec.web.language import gettext as _

MAX_WORDS: Final = 500
MAX_MEMBERS: Final = 500
"""Of one project, with those who are invited."""
ASKING: Final = Room(of_all=200, of_one=1, of_host=50)
"""Those who wait to be let in, and leave room for people whom leaders invite."""
MAX_NEW_OF_HOST: Final = 10
"""People of one other instance who come into a project that takes in everybody: each stands in its log for good."""
MAX_INVITED_A_DAY: Final = 50
"""People whom one leader invites, to all their projects."""
REST: Final = timedelta(days=30)
"""How long nobody is invited again who did not answer an invitation before it was taken back, or said no."""
_WAITING: Final = ("asked", "invited")


async def ask_to_join(
    person: Actor,
    project: Project,
    *,
    words: str = "",
    skill: str | None = None,
    uri: str | None = None,
    is_told: bool = False,
) -> ProjectMember:
    """`person`, from here or elsewhere, wishes to join, and its leaders decide; who was invited is in at once, and
    everybody where nobody is left who could take it over, or does.

    `uri` is the id of the question where it came from elsewhere; `is_told` says that its leaders know. Raises Conflict
    for who is in it already or was sent away, before the launch and where there is no room, and Forbidden when they and
    a leader keep away from each other.
    """
    _check(words, skill)
    async with transaction():
        await begin_deed(Deed.ASK_TO_JOIN, project, person)
        leaders = await leaders_of(project.actor)
        if await is_unwelcome(person, with_any=[leader.id for leader in leaders]):
            raise Forbidden(_("You cannot join this project."))
        member = await find_member(project, person)
        if member is not None and member.state == "invited":
            if uri is not None:
                member.uri = uri
                await member.save(update_fields=["uri"])
            await mark_invitation_read(project, person)
            return await _let_in(project, member, person, by=person)
        if project.launched_at is None:
            raise Conflict(_("It is not launched yet."))
        if member is not None and member.state == "active":
            raise Conflict(_("You are in it already."))
        is_open = await is_open_to_all(project)
        if is_open and member is not None and _left_just_now(member):
            raise Conflict(_("You have changed your mind often today. Please wait until tomorrow."))
        if member is not None and member.state == "asked" and not is_open:
            raise Conflict(_("You have asked already. Its leaders will answer."))
        if member is not None and member.state == "removed":
            raise Conflict(_("You cannot ask again: its leaders ended your membership. They can invite you."))
        if not (is_open or is_told):
            await _tell(Notice.WANTS_TO_JOIN, project, leaders, by=person)
        asked = member.uri if member is not None and member.state == "asked" else None
        member = await _enter(project, person, member, state="asked", words=words, skill=skill, uri=uri or asked)
        if is_open:
            await _refuse_crowd(project, person)
            await _tell(Notice.JOINED_PROJECT, project, leaders, by=person)
            await _let_in(project, member, person, by=person)
        return member


async def invite_member(
    leader: Actor,
    project: Project,
    person: Actor,
    *,
    words: str = "",
    skill: str | None = None,
    as_leader: bool = False,
) -> ProjectMember:
    """`person`, from here or elsewhere, is asked to join, before it is launched or after; who had asked is in at once.

    With `as_leader` they lead it too from then on, which only its creator can offer. Raises Conflict for who is in it
    or was asked within REST, TooMany after MAX_INVITED_A_DAY.
    """
    _check(words, skill)
    async with transaction():
        parts = await begin_deed(Deed.INVITE_MEMBER, project, leader)
        if as_leader:
            refuse_unless(Deed.ADD_LEADER, parts)
        if person.type != "Person" or person.state != "active":
            raise Invalid(_("Only people can join a project."), field="person")
        await refuse_unwelcome(leader, to=person)
        member = await find_member(project, person)
        if member is not None and member.state == "asked":
            member.as_leader, member.invited_by = as_leader, leader
            await member.save(update_fields=["as_leader", "invited_by_id"])
            return await _let_in(project, member, person, by=leader)
        if member is not None and member.state == "active":
            raise Conflict(_("They are in it already."), field="person")
        if member is not None and member.state == "invited":
            raise Conflict(_("They are invited already."), field="person")
        await _refuse_pushy(leader, member)
        await _tell(Notice.INVITED_TO_PROJECT, project, [person], by=leader)
        said = {"words": words, "skill": skill, "as_leader": as_leader, "invited_by_id": leader.id}
        member = await _enter(project, person, member, state="invited", **said)
        await send_invitation(project, member, by=leader)
        return member


async def answer_invitation(person: Actor, project: Project, *, accepts: bool) -> ProjectMember:
    """`person` is in it, or is not. Raises NotFound when nobody invited them, Forbidden as `ask_to_join` does."""
    async with transaction():
        await begin_deed(Deed.ANSWER_INVITATION, project, person, also=Part.AUTHOR)
        member = await find_member(project, person)
        is_hidden = accepts and project.actor.state == "suspended"
        if member is None or member.state != "invited" or is_hidden:
            raise NotFound(_("There is no invitation for you any more."))
        await mark_invitation_read(project, person)
        if accepts:
            if await is_unwelcome(person, with_any=[each.id for each in await leaders_of(project.actor)]):
                raise Forbidden(_("You cannot join this project."))
            return await _let_in(project, member, person, by=person)
        await _tell_inviter(Notice.DECLINED_PROJECT, project, member, person)
        return await _end(member, "declined")


async def decide_request(leader: Actor, project: Project, person: Actor, *, let_in: bool) -> ProjectMember:
    """Who asked to join is in the project, or is not. Raises NotFound when they did not ask."""
    async with transaction():
        await begin_deed(Deed.LET_IN, project, leader)
        member = await find_member(project, person)
        if member is None or member.state not in _WAITING:
            raise NotFound(_("Nobody waits for that any more."))
        if let_in and member.state != "asked":
            raise NotFound(_("Nobody waits for that any more."))
        if let_in:
            return await _let_in(project, member, person, by=leader)
        if member.state == "asked":
            await _tell(Notice.NOT_LET_IN, project, [person], by=None)
        # An invitation that nobody answered is taken back the same way.
        await take_back_invitation(project, member)
        return await _end(member, "declined")


async def take_back_request(person: Actor, project: Project) -> ProjectMember:
    """`person` does not wish to join any more. Raises NotFound when they had not asked."""
    async with transaction():
        await begin_deed(Deed.ANSWER_INVITATION, project, person, also=Part.AUTHOR)
        member = await find_member(project, person)
        if member is None or member.state != "asked":
            raise NotFound(_("Nobody waits for that any more."))
        return await _end(member, "left")


async def trust_member(leader: Actor, project: Project, person: Actor, *, is_trusted: bool) -> ProjectMember:
    """The leaders let a member see to tasks of others and to what is offered, or do so no more."""
    async with transaction():
        await begin_deed(Deed.TRUST_MEMBER, project, leader)
        member = await _active(project, person)
        if member.is_trusted != is_trusted:
            member.is_trusted = is_trusted
            await member.save(update_fields=["is_trusted"])
            if is_trusted:
                await log(project.actor, Happening.TRUSTED, by=leader, person=person)
                await _tell(Notice.TRUSTED, project, [person], by=leader)
    return member


async def remove_member(leader: Actor, project: Project, person: Actor, *, reason: str) -> ProjectMember:
    """The person is in the project no more, and everybody can read why. Raises Conflict for who leads it."""
    async with transaction():
        await begin_deed(Deed.REMOVE_MEMBER, project, leader)
        member = await _active(project, person)
        if await GroupLeader.exists(group_id=project.actor_id, actor_id=person.id):
            raise Conflict(_("They lead it. Only who began the project can change that, and does so first."))
        await log(project.actor, Happening.REMOVED, by=leader, person=person, reason=reason)
        await _tell(Notice.MEMBERSHIP_ENDED, project, [person], by=None)
        await take_back_invitation(project, member)
        return await _end(member, "removed")


async def leave_project(person: Actor, project: Project) -> ProjectMember:
    """The person is in the project no more. Raises Conflict for who leads it."""
    async with transaction():
        await begin_deed(Deed.LEAVE_PROJECT, project, person)
        member = await _active(project, person)
        if await GroupLeader.exists(group_id=project.actor_id, actor_id=person.id):
            raise Conflict(_("You lead it. Step down first."))
        await log(project.actor, Happening.LEFT, by=person, person=person)
        return await _end(member, "left")


async def _active(project: Project, person: Actor) -> ProjectMember:
    member = await find_member(project, person)
    if member is None or member.state != "active":
        raise NotFound(_("They are not in this project."))
    return member


async def _enter(
    project: Project, person: Actor, member: ProjectMember | None, *, state: str, **said: Any
) -> ProjectMember:
    """They wait to be let in, or for them; whoever had been in it before is a newcomer again."""
    fresh = {"is_trusted": False, "as_leader": False, "joined_at": None, "ended_at": None, "created_at": now()}
    people = ProjectMember.filter(project_id=project.id)
    if state == "asked":
        asking = people.filter(state="asked").exclude(actor_id=person.id).limit(ASKING.of_all)
        if ASKING.is_full_for(person, await asking.values_list("actor_id", "actor__host")):
            raise Conflict(_("Many people wait to be let in already. Please ask again later."))
    if await people.filter(state__in=["active", "invited"]).count() >= MAX_MEMBERS:
        raise Conflict(_("The project is full: it has %(n)s people.") % {"n": MAX_MEMBERS})
    if member is None:
        return await ProjectMember.create(project=project, actor=person, state=state, **said)
    member.update_from_dict({**fresh, "state": state, **said})
    await member.save()
    return member


async def _let_in(project: Project, member: ProjectMember, person: Actor, *, by: Actor) -> ProjectMember:
    member.state, member.joined_at, member.ended_at = "active", now(), None
    await member.save(update_fields=["state", "joined_at", "ended_at"])
    await log(project.actor, Happening.JOINED, by=by, person=person)
    await say_let_in(project, member)
    if member.as_leader:
        await _let_lead(project, member, person)
    if by.id == person.id:
        await _tell_inviter(Notice.JOINED_PROJECT, project, member, person)
    else:
        await _tell(Notice.LET_IN, project, [person], by=by)
    return member


async def _let_lead(project: Project, member: ProjectMember, person: Actor) -> None:
    """They lead it too, if whoever offered that could still do so, and there is room; otherwise they are a member."""
    has_room = await GroupLeader.filter(group_id=project.actor_id).count() < MAX_LEADERS
    if has_room and member.invited_by_id is not None and member.invited_by_id == project.creator_id:
        await welcome_leader(project, person, by=await Actor.get(id=project.creator_id))


async def _refuse_crowd(project: Project, person: Actor) -> None:
    """Raise Conflict where so many from the server of `person` came in by themselves since everybody can."""
    came = ProjectMember.filter(project_id=project.id, state="active", joined_at__gte=project.stage_at)
    if not person.is_local and await came.filter(actor__host=person.host).count() >= MAX_NEW_OF_HOST:
        raise Conflict(_("Many people wait to be let in already. Please ask again later."))


async def _tell_inviter(kind: Notice, project: Project, member: ProjectMember, person: Actor) -> None:
    if member.invited_by_id is not None:
        await _tell(kind, project, await Actor.filter(id=member.invited_by_id), by=person)


def _left_just_now(member: ProjectMember) -> bool:
    was_in = member.state == "left" and member.joined_at is not None
    return was_in and member.ended_at is not None and member.ended_at > now() - timedelta(days=1)


async def _tell(kind: Notice, project: Project, people: Iterable[Actor], *, by: Actor | None) -> None:
    """They are told, though not twice on one day: the same can happen again to the same people."""
    uri = project.actor.uri
    await notify_actors(people, kind, by, f"{uri}#{now().date()}", f"{uri}/people", {"title": project.title})


async def _end(member: ProjectMember, state: str) -> ProjectMember:
    was_in = member.state == "active"
    member.state, member.is_trusted, member.ended_at = state, False, now()
    await member.save(update_fields=["state", "is_trusted", "ended_at"])
    if was_in:
        await free_tasks(member.project_id, member.actor_id)
    return member


async def _refuse_pushy(leader: Actor, member: ProjectMember | None) -> None:
    """Raise Conflict for who was invited not long ago and is not in it, TooMany after MAX_INVITED_A_DAY."""
    was_invited = member is not None and member.state == "declined" and member.invited_by_id is not None
    if was_invited and member is not None and member.ended_at is not None and member.ended_at > now() - REST:
        raise Conflict(_("They were invited not long ago. They can ask to join."), field="person")
    invited = ProjectMember.filter(invited_by_id=leader.id, created_at__gt=now() - timedelta(days=1))
    if await invited.count() >= MAX_INVITED_A_DAY:
        raise TooMany(_("Those were many invitations for one day. Please wait until tomorrow."), retry_after=3600)


def _check(words: str, skill: str | None) -> None:
    if len(words) > MAX_WORDS:
        raise Invalid("Please keep it under %(n)s characters.", field="words", blanks={"n": MAX_WORDS})
    if skill is not None and skill not in CODES:
        raise Invalid("Choose among the skills that are offered.", field="skill")
