"""People elsewhere ask to join projects of ours, answer invitations and leave; and the other way round."""

from __future__ import annotations

from typing import Any

from fedirec.activitypub.authority import may_answer, may_undo
from fedirec.activitypub.handlers import Handlers
from fedirec.activitypub.models import Actor
from fedirec.activitypub.vocab import Accept, Ref, Reject, Undo
from fedirec.errors import Forbidden, NotFound, Unsupported
from fedirec.html import one_line
from fedirec.projects.actions import elsewhere
from fedirec.projects.actions.members import (
    MAX_WORDS,
    answer_invitation,
    ask_to_join,
    leave_project,
    take_back_request,
)
from fedirec.projects.models import Project, ProjectMember
from fedirec.projects.vocab import Invite, Join, Leave, ProjectObject
from fedirec.remix.actions.holding import has_to_wait
from fedirec.remix.actions.insistence import refuse_insistent
from fedirec.remix.queries.needs import answered_lately

MAX_AN_HOUR = 20
"""Projects that one person asks to join, or leaves."""

handlers = Handlers()


# What people elsewhere say to projects of ours


@handlers.on(Join, Ref, ProjectObject, evidence=True, vouched=True)
async def asked_to_join(sender: Actor, join: Join[Any]) -> None:
    if sender.type != "Person":
        raise Unsupported("only people are in projects")
    await refuse_insistent(sender, what=Join.TYPE, limit=MAX_AN_HOUR)
    if await has_to_wait(sender):
        raise Unsupported("strangers are not heard at the moment")
    project = await _ours(join.object.id)
    answered = await answered_lately(project.actor, sender)  # whom its leaders look for: then they have read it there
    await ask_to_join(
        sender,
        project,
        words=one_line(join.content or "")[:MAX_WORDS],
        skill=join.skill or (answered.skill if answered else None),
        uri=join.id or None,
        is_told=answered is not None,
    )


@handlers.on(Undo, Join, evidence=True, vouched=True)
async def question_taken_back(sender: Actor, undo: Undo[Join[Any]]) -> None:
    if not may_undo(done_by=undo.object.actor, speaker=sender.uri):
        raise Forbidden("only whoever asked takes that back")
    await take_back_request(sender, await _ours(undo.object.object.id, is_hidden=True))


@handlers.on(Leave, Ref, ProjectObject, evidence=True, vouched=True)
async def left(sender: Actor, leave: Leave[Any]) -> None:
    await refuse_insistent(sender, what=Leave.TYPE, limit=MAX_AN_HOUR)
    await leave_project(sender, await _ours(leave.object.id, is_hidden=True))


@handlers.on(Accept, Invite, evidence=True, vouched=True)
async def invitation_accepted(sender: Actor, accept: Accept[Invite[Any]]) -> None:
    place = await _invited(sender, accept.object.id)
    await answer_invitation(sender, place.project, accepts=True)


@handlers.on(Reject, Invite, evidence=True, vouched=True)
async def invitation_declined(sender: Actor, reject: Reject[Invite[Any]]) -> None:
    """Who rejects what they accepted once leaves, as with follows."""
    place = await _invited(sender, reject.object.id)
    if place.state == "active":
        await leave_project(sender, place.project)
    else:
        await answer_invitation(sender, place.project, accepts=False)


# What projects elsewhere say to people of ours


@handlers.on(Invite, Ref, ProjectObject, evidence=True, vouched=True)
async def invited(sender: Actor, invite: Invite[Any]) -> None:
    await elsewhere.take_invitation(sender, invite)


@handlers.on(Undo, Invite, evidence=True, vouched=True)
async def invitation_taken_back(sender: Actor, undo: Undo[Invite[Any]]) -> None:
    await elsewhere.take_back(sender, undo)


@handlers.on(Accept, Join, evidence=True, vouched=True)
async def let_in(sender: Actor, accept: Accept[Join[Any]]) -> None:
    await elsewhere.take_decision(sender, accept.object.id, is_accepted=True)


@handlers.on(Reject, Join, evidence=True, vouched=True)
async def not_let_in(sender: Actor, reject: Reject[Join[Any]]) -> None:
    await elsewhere.take_decision(sender, reject.object.id, is_accepted=False)


async def _ours(uri: str, *, is_hidden: bool = False) -> Project:
    """The project of ours whose Group is at `uri`; with `is_hidden` also one that moderators have hidden, for nobody is
    held in it. Raises NotFound.
    """
    project = await Project.filter(actor__uri=uri, actor__is_local=True).select_related("actor").first()
    shown = ("active", "suspended") if is_hidden else ("active",)
    if project is None or project.launched_at is None or project.actor.state not in shown:
        raise NotFound("there is no such project here")
    return project


async def _invited(sender: Actor, uri: str) -> ProjectMember:
    """The place to which the invitation `uri` of a project of ours leads, if it is for `sender`."""
    found = ProjectMember.filter(uri=uri, project__actor__is_local=True).select_related("project__actor")
    place = await found.first()
    if place is None:
        raise NotFound("nobody here invited to that")
    if not may_answer(asked=place.actor_id, speaker=sender.id):
        raise Forbidden("only whoever is invited answers that")
    return place
