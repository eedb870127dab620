"""People of ours in projects of other instances: they ask to join there, are invited, agree or not, and leave."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from fedirec.accounts.actions.notifications import notify
from fedirec.accounts.boundaries import refuse_unwelcome
from fedirec.accounts.notices import Notice
from fedirec.activitypub.authority import may_answer, may_be_by, may_describe, may_undo
from fedirec.activitypub.models import Actor
from fedirec.activitypub.outbox import new_activity_uri, publish
from fedirec.activitypub.vocab import Accept, Doc, Ref, Reject, Undo, Vocabulary
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.db.holding import hold
from fedirec.errors import Conflict, Forbidden, Invalid, NotFound, TooMany, Unsupported
from fedirec.html import one_line
from fedirec.projects.actions.invitations import invitation_of, mark_invitation_read, question_of
from fedirec.projects.actions.meeting import save_project
from fedirec.projects.manifests import MAX_PERSON
from fedirec.projects.models import Project, ProjectMember
from fedirec.projects.vocab import Invite, Leave, ProjectObject
from fedirec.remix.actions.holding import has_to_wait
from fedirec.remix.actions.insistence import Room, refuse_insistent
from fedirec.remix.actions.meeting import ask_for_project
from fedirec.remix.skills import CODES
from fedirec.remix.vocab.text import clean_line
from fedirec.web.language import gettext as _

MAX_WORDS: Final = 500
MAX_ASKED_A_DAY: Final = 20
"""Projects elsewhere that one person asks to join."""
MAX_INVITED: Final = 50
"""Invitations from elsewhere that wait for one person; those beyond are refused."""
MAX_INVITED_BY_HOST: Final = 20
RESTS: Final = {"declined": timedelta(days=30), "left": timedelta(days=1), "removed": timedelta(days=1)}
"""How long nobody is invited again to a project, after they said no or left, or it took its invitation back."""


async def ask_elsewhere(person: Actor, project: Project, *, words: str = "", skill: str | None = None) -> ProjectMember:
    """The leaders of a project of another instance hear that `person`, who lives here, wishes to join with `skill`.

    Who was invited is in at once. Raises Invalid for words that are too long and for no skill of ours, Conflict for who
    is in it or has asked, TooMany after MAX_ASKED_A_DAY.
    """
    if len(words) > MAX_WORDS:
        raise Invalid(_("Please keep it under %(n)s characters.") % {"n": MAX_WORDS}, field="words")
    if skill is not None and skill not in CODES:
        raise Invalid(_("Choose among the skills that are offered."), field="skill")
    _refuse_strangers(person, project)
    async with transaction():
        await hold(project)
        lately = ProjectMember.filter(
            actor_id=person.id, project__actor__is_local=False, created_at__gt=now() - timedelta(days=1)
        )
        if await lately.count() >= MAX_ASKED_A_DAY:
            raise TooMany(retry_after=3600)
        member = await ProjectMember.get_or_none(project_id=project.id, actor_id=person.id)
        if member is not None and member.state == "invited":
            return await _answer(person, project, member, accepts=True)
        if member is not None and member.state in ("active", "asked"):
            raise Conflict(_("You are in it, or have asked, already."))
        member = member or ProjectMember(project=project, actor=person)
        member.uri, member.state, member.words = new_activity_uri(person), "asked", words.strip()
        member.created_at, member.ended_at, member.joined_at, member.skill = now(), None, None, skill
        await member.save()
        join = question_of(member.uri, person, project.actor)
        await publish(person, replace(join, content=member.words or None, skill=skill or ""), to=[project.actor])
    return member


async def answer_elsewhere(person: Actor, project: Project, *, accepts: bool) -> ProjectMember:
    """`person`, who lives here, is in a project of another instance, or does not want to be; its home hears of it.

    Raises NotFound when nobody invited them.
    """
    _refuse_strangers(person, project)
    async with transaction():
        await hold(project)
        member = await ProjectMember.get_or_none(project_id=project.id, actor_id=person.id)
        if member is None or member.state != "invited" or member.uri is None:
            raise NotFound(_("There is no invitation for you any more."))
        return await _answer(person, project, member, accepts=accepts)


async def leave_elsewhere(person: Actor, project: Project) -> ProjectMember:
    """`person`, who lives here, is in a project of another instance no more, or takes back that they asked."""
    _refuse_strangers(person, project)
    async with transaction():
        await hold(project)
        member = await ProjectMember.get_or_none(project_id=project.id, actor_id=person.id)
        if member is None or member.state not in ("active", "asked"):
            raise NotFound(_("You are not in this project."))
        group = project.actor
        said: Any
        if member.state == "asked" and member.uri:
            question = question_of(member.uri, person, group)
            said = Undo(id=new_activity_uri(person), actor=person.uri, object=question, to=(group.uri,))
        else:
            said = Leave(id=new_activity_uri(person), actor=person.uri, object=Ref(group.uri), to=(group.uri,))
        await publish(person, said, to=[group])
        return await _end(member, "left")


async def take_invitation(group: Actor, invite: Invite[Any]) -> None:
    """Somebody here is invited to a project elsewhere; part of the transaction of the activity.

    Raises Forbidden for what the project does not say itself, Unsupported for too much.
    """
    if not may_describe(invite.object.id, speaker=group.uri) or group.is_local:
        raise Forbidden("a project invites to itself alone")
    person = await Actor.filter(uri=invite.target or "", is_local=True, type="Person", state="active").first()
    if person is None:
        raise Unsupported("nobody here is invited")
    inviter = await Actor.get_or_none(uri=invite.by.id) if invite.by else None
    for each in filter(None, [group, inviter]):
        await refuse_unwelcome(each, to=person)
    await refuse_insistent(group, what=Invite.TYPE, limit=3 * MAX_INVITED)
    if await has_to_wait(group):
        raise Unsupported("strangers are not heard at the moment")
    project = await Project.filter(actor_id=group.id).select_related("actor").first()
    if project is None:
        described = ProjectObject.read(Doc(group.document or {}), Vocabulary(()))
        if described.actor.type != ProjectObject.TYPE or (group.document or {}).get("kind") != ProjectObject.KIND:
            raise Unsupported("only projects invite people")
        project = await save_project(group, described)
    member = await ProjectMember.get_or_none(project_id=project.id, actor_id=person.id)
    if member is not None and member.uri == invite.id:
        raise Unsupported("that was said, and settled, before")
    if member is not None and member.state == "asked":  # both wanted it at the same time
        member.uri = invite.id
        await _answer(person, project, member, accepts=True)
        return
    if member is not None and member.state in ("active", "invited"):
        member.uri = invite.id
        await member.save(update_fields=["uri"])
        return
    if member is not None and member.ended_at and member.ended_at > now() - RESTS.get(member.state, timedelta()):
        raise Unsupported("they said no not long ago")
    if await _is_crowded(person, group):
        raise Unsupported("too many invitations wait for them")
    member = member or ProjectMember(project=project, actor=person)
    member.uri, member.state, member.words = invite.id, "invited", one_line(invite.content or "")[:MAX_WORDS]
    member.created_at, member.ended_at, member.joined_at = now(), None, None
    await member.save()
    about = {"title": project.title, "reason": member.words, "who": _inviter(invite, group)}
    await notify(person, Notice.INVITED_TO_PROJECT, group, f"{group.uri}#{now().date()}", group.uri, about)


def _inviter(invite: Invite[Any], group: Actor) -> str:
    """The name of whose idea it was; empty for somebody of another origin, whom the project's cannot name."""
    by = invite.by
    return clean_line(by.name, MAX_PERSON) if by is not None and may_be_by(group.uri, author=by.id) else ""


async def take_back(group: Actor, undo: Undo[Any]) -> None:
    """A project elsewhere does not invite somebody of ours any more, or they are in it no more; part of the
    transaction of the activity.
    """
    if not may_undo(done_by=undo.object.actor, speaker=group.uri):
        raise Forbidden("only the project takes back its invitation")
    member = await _place(group, undo.object.id, among=("invited", "active"))
    was = member.state
    await _end(member, "removed")
    if was == "active":
        await _tell(Notice.MEMBERSHIP_ENDED, member.project, member.actor)


async def take_decision(group: Actor, question: str, *, is_accepted: bool) -> None:
    """A project elsewhere lets somebody of ours in who had asked, or not; part of the transaction of the activity."""
    member = await _place(group, question, among=("asked",) if is_accepted else ("asked", "active"))
    was = member.state
    if is_accepted:
        member.state, member.joined_at = "active", now()
        await member.save(update_fields=["state", "joined_at"])
        await _tell(Notice.LET_IN, member.project, member.actor)
        await ask_for_project(group.uri)
    else:
        await _end(member, "declined" if was == "asked" else "removed")
        ended = Notice.NOT_LET_IN if was == "asked" else Notice.MEMBERSHIP_ENDED
        await _tell(ended, member.project, member.actor)


async def _place(group: Actor, uri: str, *, among: tuple[str, ...]) -> ProjectMember:
    """The place of somebody of ours that began with the activity `uri`, in the project of `group`."""
    found = ProjectMember.filter(uri=uri, actor__is_local=True).select_related("project__actor", "actor")
    member = await found.first()
    if member is None:
        raise NotFound("nobody here asked that, or was invited")
    if not may_answer(asked=member.project.actor_id, speaker=group.id):
        raise Forbidden("only the project itself says who is in it")
    if member.state not in among:
        raise NotFound("that was settled before")
    return member


async def _answer(person: Actor, project: Project, member: ProjectMember, *, accepts: bool) -> ProjectMember:
    group = project.actor
    kind: Any = Accept if accepts else Reject
    await mark_invitation_read(project, person)
    asked = invitation_of(member, group, person)
    answer = kind(id=new_activity_uri(person), actor=person.uri, object=asked, to=(group.uri,))
    await publish(person, answer, to=[group])
    if not accepts:
        return await _end(member, "declined")
    member.state, member.joined_at, member.ended_at = "active", now(), None
    await member.save()
    await ask_for_project(group.uri)
    return member


async def _end(member: ProjectMember, state: str) -> ProjectMember:
    member.state, member.is_trusted, member.ended_at = state, False, now()
    await member.save(update_fields=["state", "is_trusted", "ended_at"])
    return member


async def _is_crowded(person: Actor, group: Actor) -> bool:
    waiting = ProjectMember.filter(actor_id=person.id, state="invited", project__actor__is_local=False)
    rows = await waiting.limit(MAX_INVITED).values_list("project__actor_id", "project__actor__host")
    room = Room(of_all=MAX_INVITED, of_one=2, of_host=MAX_INVITED_BY_HOST)
    return room.is_full_for(group, ((int(key), str(host)) for key, host in rows))


async def _tell(kind: Notice, project: Project, person: Actor) -> None:
    uri = project.actor.uri
    await notify(person, kind, project.actor, f"{uri}#{now().date()}", uri, {"title": project.title})


def _refuse_strangers(person: Actor, project: Project) -> None:
    if not person.is_local or project.actor.is_local:
        raise Conflict(_("Please go where the project lives."))
