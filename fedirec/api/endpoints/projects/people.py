"""Who is in a project, and who leads it."""

from __future__ import annotations

from fedirec.accounts.permissions import Permission
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.endpoints.alike import listed
from fedirec.api.endpoints.projects.finding import person_at, person_in, project_in
from fedirec.api.paging import piece_of, read_place, size_of
from fedirec.api.shapes.memberships import (
    DecisionSent,
    InvitationSent,
    ProjectAnswerSent,
    ProjectPeople,
    ProjectPerson,
    ReasonSent,
    TrustSent,
    WishSent,
    show_member,
)
from fedirec.projects.actions.elsewhere import answer_elsewhere, ask_elsewhere, leave_elsewhere
from fedirec.projects.actions.leading import add_leader, hand_over, remove_leader, step_down
from fedirec.projects.actions.members import (
    answer_invitation,
    ask_to_join,
    decide_request,
    invite_member,
    leave_project,
    remove_member,
    take_back_request,
    trust_member,
)
from fedirec.projects.models import ProjectMember
from fedirec.projects.queries.members import members_of, place_of_member, waiting_in
from fedirec.projects.queries.projects import parts_of
from fedirec.remix.powers import Deed, refuse_unless


async def list_members(call: Call) -> ProjectPeople:
    project = await project_in(call)
    rows = list(await members_of(project, after=read_place(call), limit=size_of(call) + 1))
    return piece_of(call, ProjectPeople, rows, show=lambda row: show_member(call, row), place=place_of_member)


async def list_waiting(call: Call) -> ProjectPeople:
    project = await project_in(call)
    refuse_unless(Deed.LET_IN, await parts_of(project, call.actor))
    rows = await waiting_in(project)
    return ProjectPeople(items=[show_member(call, row, with_words=True) for row in rows], next=None)


async def ask(call: Call) -> ProjectPerson:
    project, wanted = await project_in(call), call.sent(WishSent)
    if not project.actor.is_local:
        return await _shown(call, await ask_elsewhere(call.actor, project, words=wanted.words, skill=wanted.skill))
    return await _shown(call, await ask_to_join(call.actor, project, words=wanted.words, skill=wanted.skill))


async def invite(call: Call) -> ProjectPerson:
    project, wanted = await project_in(call), call.sent(InvitationSent)
    person = await person_at(wanted.person)
    row = await invite_member(
        call.actor, project, person, words=wanted.words, skill=wanted.skill, as_leader=wanted.as_leader
    )
    return await _shown(call, row)


async def answer(call: Call) -> ProjectPerson:
    project, said = await project_in(call), call.sent(ProjectAnswerSent).answer
    if said == "take_back":
        take_back = take_back_request if project.actor.is_local else leave_elsewhere
        return await _shown(call, await take_back(call.actor, project))
    answered = answer_invitation if project.actor.is_local else answer_elsewhere
    return await _shown(call, await answered(call.actor, project, accepts=said == "accept"))


async def decide(call: Call) -> ProjectPerson:
    project, person = await project_in(call), await person_in(call)
    return await _shown(call, await decide_request(call.actor, project, person, let_in=call.sent(DecisionSent).let_in))


async def trust(call: Call) -> ProjectPerson:
    project, person = await project_in(call), await person_in(call)
    is_trusted = call.sent(TrustSent).is_trusted
    return await _shown(call, await trust_member(call.actor, project, person, is_trusted=is_trusted))


async def remove(call: Call) -> ProjectPerson:
    project, person = await project_in(call), await person_in(call)
    return await _shown(call, await remove_member(call.actor, project, person, reason=call.sent(ReasonSent).reason))


async def leave(call: Call) -> ProjectPerson:
    project = await project_in(call)
    go = leave_project if project.actor.is_local else leave_elsewhere
    return await _shown(call, await go(call.actor, project))


async def add_one_leader(call: Call) -> None:
    await add_leader(call.actor, await project_in(call), await person_in(call))


async def remove_one_leader(call: Call) -> None:
    project, person = await project_in(call), await person_in(call)
    await remove_leader(call.actor, project, person, reason=call.sent(ReasonSent).reason)


async def hand(call: Call) -> None:
    await hand_over(call.actor, await project_in(call), await person_in(call))


async def stop_leading(call: Call) -> None:
    await step_down(call.actor, await project_in(call))


async def _shown(call: Call, row: ProjectMember) -> ProjectPerson:
    return show_member(call, await ProjectMember.get(id=row.id).select_related("actor"), with_words=True)


ENDPOINTS = (
    listed(
        "list_project_members",
        "/projects/{id:int}/members",
        "Who is part of a project, the longest first.",
        list_members,
        answer=ProjectPeople,
        is_open=True,
    ),
    Endpoint(
        name="list_project_waiting",
        method="GET",
        path="/projects/{id:int}/members/waiting",
        permission=Permission.TAKE_PART,
        says="Who would like to join a project that you lead, and who is invited.",
        run=list_waiting,
        answer=ProjectPeople,
    ),
    Endpoint(
        name="ask_to_join",
        method="POST",
        path="/projects/{id:int}/members",
        permission=Permission.TAKE_PART,
        says="The leaders of a project, here or elsewhere, hear that you would like to be part of it.",
        run=ask,
        body=WishSent,
        answer=ProjectPerson,
        pages=("/p/{slug}/join", "/projects/remote/{id:int}/membership"),
    ),
    Endpoint(
        name="invite_member",
        method="POST",
        path="/projects/{id:int}/invitations",
        permission=Permission.TAKE_PART,
        says="Somebody, here or elsewhere, is invited to a project that you lead, before it is launched or after.",
        run=invite,
        body=InvitationSent,
        answer=ProjectPerson,
        pages=("/p/{slug}/invite",),
    ),
    Endpoint(
        name="answer_project",
        method="POST",
        path="/projects/{id:int}/answer",
        permission=Permission.TAKE_PART,
        says="You are part of a project that invited you, or not; or you do not wish to join it any more.",
        run=answer,
        body=ProjectAnswerSent,
        answer=ProjectPerson,
        pages=("/p/{slug}/answer",),
    ),
    Endpoint(
        name="decide_request",
        method="POST",
        path="/projects/{id:int}/members/{person:int}/decide",
        permission=Permission.TAKE_PART,
        says="Somebody who asked to join is let in, or not; an invitation is taken back.",
        run=decide,
        body=DecisionSent,
        answer=ProjectPerson,
        pages=("/p/{slug}/members/{person:int}/decide",),
    ),
    Endpoint(
        name="trust_member",
        method="POST",
        path="/projects/{id:int}/members/{person:int}/trust",
        permission=Permission.TAKE_PART,
        says="A member can see to tasks of others, or not any more.",
        run=trust,
        body=TrustSent,
        answer=ProjectPerson,
        pages=("/p/{slug}/members/{person:int}/trust",),
    ),
    Endpoint(
        name="remove_member",
        method="POST",
        path="/projects/{id:int}/members/{person:int}/remove",
        permission=Permission.TAKE_PART,
        says="Somebody is in the project no more, and everybody can read why.",
        run=remove,
        body=ReasonSent,
        answer=ProjectPerson,
        pages=("/p/{slug}/members/{person:int}/remove",),
    ),
    Endpoint(
        name="leave_project",
        method="POST",
        path="/projects/{id:int}/leave",
        permission=Permission.TAKE_PART,
        says="You are part of a project no more.",
        run=leave,
        answer=ProjectPerson,
        pages=("/p/{slug}/leave",),
    ),
    Endpoint(
        name="add_leader",
        method="PUT",
        path="/projects/{id:int}/leaders/{person:int}",
        permission=Permission.TAKE_PART,
        says="A member leads the project with you.",
        run=add_one_leader,
        status=204,
        pages=("/p/{slug}/members/{person:int}/lead",),
    ),
    Endpoint(
        name="remove_leader",
        method="POST",
        path="/projects/{id:int}/leaders/{person:int}/remove",
        permission=Permission.TAKE_PART,
        says="Somebody leads the project no more, and everybody can read why.",
        run=remove_one_leader,
        body=ReasonSent,
        status=204,
        pages=("/p/{slug}/leaders/{person:int}/remove",),
    ),
    Endpoint(
        name="hand_over_project",
        method="POST",
        path="/projects/{id:int}/leaders/{person:int}/hand-over",
        permission=Permission.TAKE_PART,
        says="Another leader adds and removes leaders from now on.",
        run=hand,
        status=204,
        pages=("/p/{slug}/leaders/{person:int}/hand-over",),
    ),
    Endpoint(
        name="step_down",
        method="POST",
        path="/projects/{id:int}/step-down",
        permission=Permission.TAKE_PART,
        says="You lead the project no more.",
        run=stop_leading,
        status=204,
        pages=("/p/{slug}/step-down",),
    ),
)
