"""Who is in a project: asking, inviting, letting in, trusting, sending away, and who leads it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.door import require_viewer, viewer_of
from fedirec.accounts.permissions import Permission
from fedirec.activitypub.models import Actor
from fedirec.errors import FedirecError
from fedirec.projects.actions.elsewhere import answer_elsewhere, ask_elsewhere, leave_elsewhere
from fedirec.projects.actions.leading import add_leader, hand_over, remove_leader, step_down
from fedirec.projects.actions.members import (
    MAX_WORDS,
    answer_invitation,
    ask_to_join,
    decide_request,
    invite_member,
    leave_project,
    remove_member,
    take_back_request,
    trust_member,
)
from fedirec.projects.models import Project, ProjectMember
from fedirec.projects.pages.finding import doer_in, leader_in, parts_in_project, person_in, project_in, whom
from fedirec.projects.pages.tabs import project_tabs
from fedirec.projects.pages.views import project_url, project_views
from fedirec.projects.queries.members import members_of, place_of_member, since, waiting_in
from fedirec.projects.queries.projects import find_member, get_remote_project
from fedirec.projects.queries.takeovers import is_open_to_all
from fedirec.remix.logbook import MAX_REASON
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.visitors import row_in, visitor
from fedirec.remix.powers import Deed, Part, may_do
from fedirec.remix.queries.leading import leaders_of
from fedirec.remix.roles import label_of
from fedirec.remix.skills import SKILLS
from fedirec.web.forms import Form, read_form
from fedirec.web.language import gettext as _
from fedirec.web.paging import page_of, wanted_page
from fedirec.web.render import redirect, render
from fedirec.web.views import Choice, PersonView

_SKILLS = [skill.code for skill in SKILLS]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceView:
    """Somebody in a project, or on the way into it."""

    row: int
    """Of their actor."""
    person: PersonView
    since: datetime
    skill: str = ""
    words: str = ""
    is_trusted: bool = False
    as_leader: bool = False
    """Whether they are invited to lead it too."""
    is_self: bool = False
    leads: bool = False
    is_creator: bool = False


async def show_people(request: Request[Any]) -> Response:
    return await _show(request, await project_in(request), Form())


async def post_join(request: Request[Any]) -> Response:
    viewer, project = await doer_in(request)
    form = await read_form(request)
    words, skill = form.text("words", max=MAX_WORDS), form.choice("skill", _SKILLS, required=False)
    if not form.errors:
        with form.collecting():
            member = await ask_to_join(viewer.actor, project, words=words, skill=skill or None)
            said = _("You are part of it now.") if member.state == "active" else _("Asked. Its leaders will answer.")
            return _back(request, project, said)
    return await _show(request, project, form, status=422)


async def post_answer(request: Request[Any]) -> Response:
    """An invitation is accepted or declined, or somebody does not wish to join any more."""
    viewer, project = await doer_in(request)
    do = (await read_form(request)).value("do")
    if do == "take_back":
        await take_back_request(viewer.actor, project)
        return _back(request, project, _("Taken back."))
    await answer_invitation(viewer.actor, project, accepts=do == "accept")
    return _back(request, project, _("You are part of it now.") if do == "accept" else _("Declined."))


async def post_invite(request: Request[Any]) -> Response:
    viewer, project = await leader_in(request, Deed.INVITE_MEMBER)
    form = await read_form(request)
    who, words = form.line("who", required=True, max=600), form.text("words", max=MAX_WORDS)
    skill = form.choice("skill", _SKILLS, required=False)
    if not form.errors:
        try:
            person = await whom(request, who)
            as_leader = form.flag("as_leader")
            await invite_member(viewer.actor, project, person, words=words, skill=skill or None, as_leader=as_leader)
        except FedirecError as error:
            form.fail("who", error.detail) if error.field == "person" else form.refuse(error, beside="who")
        else:
            said = _("%(name)s is invited.") % {"name": person.name or person.handle}
            return _back(request, project, said)
    return await _show(request, project, form, status=422)


async def post_decision(request: Request[Any]) -> Response:
    viewer, project = await doer_in(request)
    person, form = await person_in(request), await read_form(request)
    let_in = form.value("do") == "let_in"
    await decide_request(viewer.actor, project, person, let_in=let_in)
    return _back(request, project, _("They are part of it now.") if let_in else _("Done."))


async def post_trust(request: Request[Any]) -> Response:
    viewer, project = await doer_in(request)
    person, form = await person_in(request), await read_form(request)
    await trust_member(viewer.actor, project, person, is_trusted=form.value("do") == "more")
    return _back(request, project, _("Saved."))


async def post_removal(request: Request[Any]) -> Response:
    return await _with_reason(
        request, Deed.REMOVE_MEMBER, remove_member, "member-{}", _("They are not part of it any more.")
    )


async def post_leader(request: Request[Any]) -> Response:
    viewer, project = await doer_in(request)
    await add_leader(viewer.actor, project, await person_in(request))
    return _back(request, project, _("They lead it with you now."))


async def post_leader_removal(request: Request[Any]) -> Response:
    return await _with_reason(
        request, Deed.REMOVE_LEADER, remove_leader, "leader-{}", _("They do not lead it any more.")
    )


async def post_hand_over(request: Request[Any]) -> Response:
    viewer, project = await doer_in(request)
    await hand_over(viewer.actor, project, await person_in(request))
    return _back(request, project, _("It is theirs now. You still lead it with them."))


async def post_step_down(request: Request[Any]) -> Response:
    viewer, project = await doer_in(request)
    await step_down(viewer.actor, project)
    return _back(request, project, _("You do not lead it any more. Thank you for what you did."))


async def post_leave(request: Request[Any]) -> Response:
    viewer, project = await doer_in(request)
    await leave_project(viewer.actor, project)
    return _back(request, project, _("You have left."))


async def post_elsewhere(request: Request[Any]) -> Response:
    """A member of ours asks to join a project of another instance, answers its invitation, or leaves it."""
    viewer = require_viewer(request, Permission.FOLLOW)
    project, form = await get_remote_project(row_in(request)), await read_form(request)
    url = project_url(Cards(request), project)
    match form.value("do"):
        case "join":
            await ask_elsewhere(viewer.actor, project, words=form.text("words", max=MAX_WORDS))
            return redirect(request, url, _("Asked. Its leaders will answer."))
        case "accept" | "decline" as answer:
            await answer_elsewhere(viewer.actor, project, accepts=answer == "accept")
            return redirect(request, url, _("Its home has been told."))
        case _:
            await leave_elsewhere(viewer.actor, project)
            return redirect(request, url, _("Its home has been told."))


async def _with_reason(
    request: Request[Any], deed: Deed, act: Callable[..., Awaitable[object]], place: str, said: str
) -> Response:
    viewer, project = await leader_in(request, deed)
    person, form = await person_in(request), await read_form(request)
    reason = form.line("reason", required=True, max=MAX_REASON)
    if not form.errors:
        with form.collecting():
            await act(viewer.actor, project, person, reason=reason)
            return _back(request, project, said)
    return await _show(request, project, form, status=422, about=place.format(person.id))


async def _show(request: Request[Any], project: Project, form: Form, *, status: int = 200, about: str = "") -> Response:
    cards, viewer, member = Cards(request), visitor(request), viewer_of(request)
    parts = await parts_in_project(request, project)
    leaders = await leaders_of(project.actor)
    leading = {leader.id for leader in leaders}
    wanted = wanted_page(request)
    rows = await members_of(project, after=wanted.after, limit=wanted.limit)

    def place(row: ProjectMember) -> PlaceView:
        return PlaceView(
            row=row.actor_id,
            person=cards.person(row.actor),
            since=since(row),
            skill=label_of(row.skill, gettext=_) if row.skill else "",
            words=row.words,
            is_trusted=row.is_trusted,
            as_leader=row.as_leader,
            is_self=viewer is not None and row.actor_id == viewer.id,
            leads=row.actor_id in leading,
        )

    page = page_of(rows, request, wanted=wanted, place=place_of_member, show=place)
    waiting = await waiting_in(project) if may_do(Deed.LET_IN, parts) else []
    own = await find_member(project, viewer) if viewer is not None else None
    standing = own.state if own else ""
    is_invited = own is not None and own.state == "invited"
    inviter = await Actor.get_or_none(id=own.invited_by_id, state="active") if own is not None and is_invited else None
    is_open = await is_open_to_all(project)
    (shown,) = await project_views(cards, [project])
    return render(
        request,
        "projects/people.html",
        status,
        form=form,
        about=about,
        project=shown,
        tabs=project_tabs(cards, project, current="people", parts=parts),
        leaders=[_leader(cards, leader, project) for leader in leaders],
        members=page.items,
        next_url=page.next_url,
        asking=[place(row) for row in waiting if row.state == "asked"],
        invited=[place(row) for row in waiting if row.state == "invited"],
        standing=standing,
        invited_by=cards.person(inviter) if inviter else None,
        own_words=own.words if own else "",
        is_leader=Part.LEADER in parts,
        is_creator=Part.CREATOR in parts,
        may_ask=member is not None
        and may_do(Deed.ASK_TO_JOIN, parts)
        and Part.LEADER not in parts
        and (standing in ("", "left", "declined") or (is_open and standing == "asked"))
        and shown.is_launched,
        is_open=is_open,
        to_lead=own is not None and own.as_leader,
        skills=[Choice(value="", label=_("Whatever is needed")), *_skill_choices()],
    )


def _skill_choices() -> list[Choice]:
    return [Choice(value=skill.code, label=_(skill.label)) for skill in SKILLS]


def _leader(cards: Cards, leader: Actor, project: Project) -> PlaceView:
    return PlaceView(
        row=leader.id,
        person=cards.person(leader),
        since=project.created_at,
        leads=True,
        is_creator=leader.id == project.creator_id,
    )


def _back(request: Request[Any], project: Project, said: str) -> Response:
    return redirect(request, f"{project_url(Cards(request), project)}/people", said)


routes = [
    Route("/p/{slug}/people", show_people, methods=["GET"]),
    Route("/p/{slug}/join", post_join, methods=["POST"]),
    Route("/p/{slug}/answer", post_answer, methods=["POST"]),
    Route("/p/{slug}/invite", post_invite, methods=["POST"]),
    Route("/p/{slug}/members/{person:int}/decide", post_decision, methods=["POST"]),
    Route("/p/{slug}/members/{person:int}/trust", post_trust, methods=["POST"]),
    Route("/p/{slug}/members/{person:int}/remove", post_removal, methods=["POST"]),
    Route("/p/{slug}/members/{person:int}/lead", post_leader, methods=["POST"]),
    Route("/p/{slug}/leaders/{person:int}/remove", post_leader_removal, methods=["POST"]),
    Route("/p/{slug}/leaders/{person:int}/hand-over", post_hand_over, methods=["POST"]),
    Route("/p/{slug}/step-down", post_step_down, methods=["POST"]),
    Route("/p/{slug}/leave", post_leave, methods=["POST"]),
    Route("/projects/remote/{id:int}/membership", post_elsewhere, methods=["POST"]),
]
