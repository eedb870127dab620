"""The people of this instance, for those who look after it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.actions.joining import approve_member, decline_member
from fedirec.accounts.actions.members import change_role
from fedirec.accounts.door import require_viewer
from fedirec.accounts.models import Account
from fedirec.accounts.pages.administration import admin_tabs
from fedirec.accounts.pages.audit import event_views
from fedirec.accounts.pages.views import id_in, page_with, person_view, place_in
from fedirec.accounts.permissions import Permission, Role, may_change_role, may_suspend
from fedirec.accounts.queries import (
    PENDING,
    SUSPENDED,
    audit_events,
    get_member_or_guest,
    members,
    name_of,
    pending_sign_ups,
)
from fedirec.accounts.viewer import Viewer
from fedirec.errors import Conflict, Invalid, NotFound
from fedirec.translatable import N_
from fedirec.web.forms import read_form
from fedirec.web.language import gettext as _
from fedirec.web.render import Flash, attempt, redirect, render
from fedirec.web.views import Choice, PersonView

ROLES: Final[Mapping[Role, tuple[str, str]]] = {
    Role.GUEST: (N_("Guest"), N_("takes part with an account of another server")),
    Role.MEMBER: (N_("Member"), N_("publishes, remixes, opens challenges and invites")),
    Role.MODERATOR: (N_("Moderator"), N_("also lets people in, suspends them and takes things down")),
    Role.TREASURER: (N_("Treasurer"), N_("also looks after the money")),
    Role.ADMIN: (N_("Admin"), N_("also looks after the instance, its peers and everybody's roles")),
    Role.OWNER: (N_("Owner"), N_("may do everything")),
}
"""What a role is called, and what it means."""
MAX_TOGETHER: Final = 30
"""People who are answered in one go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberView:
    """A member, in the list of people."""

    id: int
    """Of the actor."""
    name: str
    person: PersonView
    role: str
    is_suspended: bool
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingView:
    """Somebody who would like to join."""

    id: int
    person: PersonView
    answer: str
    since: datetime


async def show_people(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.SEE_PEOPLE)
    words = " ".join(request.query_params.get("q", "").split())[:100]
    rows, place = await members(before=place_in(request, "before"), words=words)
    return render(
        request,
        "accounts/people.html",
        tabs=admin_tabs(request, viewer),
        words=words,
        people=page_with(request, [_shown(row) for row in rows], name="before", place=place),
    )


async def show_pending(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.APPROVE_MEMBERS)
    rows, place = await pending_sign_ups(after=place_in(request, "after"))
    waiting = [
        WaitingView(id=row.id, person=person_view(row.actor), answer=row.answer, since=row.created_at) for row in rows
    ]
    return render(
        request,
        "accounts/pending.html",
        tabs=admin_tabs(request, viewer),
        question=request.state["site"].instance.registration_question,
        waiting=page_with(request, waiting, name="after", place=place),
    )


async def post_answer(request: Request[Any]) -> Response:
    """Somebody who waited is let in or declined."""
    viewer = require_viewer(request, Permission.APPROVE_MEMBERS)
    form = await read_form(request)
    answer = form.choice("answer", ["approve", "decline"])
    if form.errors:
        raise Invalid
    if answer == "approve":
        account = await approve_member(viewer, request.state["keyring"], id_in(request))
        done = _("%(name)s is a member now.") % {"name": account.actor.name}
    else:
        words = form.text("words", max=500)
        await decline_member(viewer, id_in(request), reason=form.text("reason", max=500), words=words)
        done = _("That request is declined.")
    return redirect(request, "/admin/people/pending", done)


async def post_answers(request: Request[Any]) -> Response:
    """Several people who waited are let in or declined in one go; those whom somebody else answered are passed over."""
    viewer = require_viewer(request, Permission.APPROVE_MEMBERS)
    form = await read_form(request)
    answer = form.choice("answer", ["approve", "decline"])
    chosen = [
        int(each) for each in form.values("id")[:MAX_TOGETHER] if each.isascii() and each.isdigit() and len(each) < 19
    ]
    words = form.text("words", max=500)
    if form.errors:
        raise Invalid
    if not chosen:
        problem = _("Please choose somebody first.")
        return redirect(request, "/admin/people/pending", Flash(text=problem, kind="problem"))
    for key in chosen:
        with suppress(Conflict):
            if answer == "approve":
                await approve_member(viewer, request.state["keyring"], key)
            else:
                await decline_member(viewer, key, words=words)
    return redirect(request, "/admin/people/pending", _("They are answered."))


async def show_member(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.SEE_PEOPLE)
    account = await _account(request)
    events, _place = await audit_events(subject_uri=account.actor.uri)
    return render(
        request,
        "accounts/member.html",
        tabs=admin_tabs(request, viewer),
        member=_shown(account),
        events=await event_views(events) if viewer.can(Permission.SEE_AUDIT) else [],
        roles=_roles_for(viewer, account),
        role=account.role,
        may_suspend=account.id != viewer.account.id
        and viewer.can(Permission.SUSPEND)
        and may_suspend(viewer.role, subject=Role(account.role)),
    )


async def post_role(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.CHANGE_ROLES)
    account = await _account(request)
    form = await read_form(request)
    role = form.choice("role", [role.value for role in Role])
    if form.errors:
        raise Invalid("Choose one of the roles.")
    page = f"/admin/people/{request.path_params['name']}"
    return await attempt(request, page, change_role(viewer, account, Role(role)), _("The role is changed."))


async def _account(request: Request[Any]) -> Account:
    account = await get_member_or_guest(request.path_params["name"], host=request.state["site"].uris.host)
    if account.state == PENDING:
        raise NotFound
    return account


def _shown(account: Account) -> MemberView:
    return MemberView(
        id=account.actor_id,
        name=name_of(account),
        person=person_view(account.actor),
        role=_(ROLES[Role(account.role)][0]),
        is_suspended=account.state == SUSPENDED,
        since=account.created_at,
    )


def _roles_for(viewer: Viewer, account: Account) -> list[Choice]:
    """The roles that `viewer` may give, or nothing when there is only the one they have."""
    if not viewer.can(Permission.CHANGE_ROLES):
        return []
    before = Role(account.role)
    choices = [
        Choice(value=role.value, label=_(name), hint=_(meaning))
        for role, (name, meaning) in ROLES.items()
        if may_change_role(viewer.role, before=before, after=role)
    ]
    return choices if len(choices) > 1 else []


routes = [
    Route("/admin/people", show_people, methods=["GET"]),
    Route("/admin/people/pending", show_pending, methods=["GET"]),
    Route("/admin/people/pending", post_answers, methods=["POST"]),
    Route("/admin/people/pending/{id:int}", post_answer, methods=["POST"]),
    Route("/admin/people/{name}", show_member, methods=["GET"]),
    Route("/admin/people/{name}/role", post_role, methods=["POST"]),
]
