"""Authors let money be made with what they made, and leaders ask them."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.door import require_viewer, viewer_of
from fedirec.accounts.permissions import Permission
from fedirec.credits.actions.granting.elsewhere import grant_elsewhere
from fedirec.credits.actions.granting.giving import ask_for_grants, grant, question
from fedirec.credits.grants import GrantScope, read_scope
from fedirec.credits.models import MonetizationGrant
from fedirec.credits.pages.crediting.finding import frozen_in
from fedirec.credits.queries.grants import find_question, grants_for, needed_grants, scope_of, work_to_grant
from fedirec.errors import FedirecError, NotFound
from fedirec.projects.models import Production
from fedirec.projects.pages.finding import leader_in, parts_in_project
from fedirec.projects.pages.productions.showing import production_in
from fedirec.projects.pages.productions.views import production_view
from fedirec.remix.models import Record
from fedirec.remix.pages.cards import Cards, licence_view
from fedirec.remix.pages.visitors import number_of, row_in
from fedirec.remix.powers import Deed, may_do
from fedirec.translatable import N_
from fedirec.web.forms import Form, read_form
from fedirec.web.language import gettext as _
from fedirec.web.render import attempt, redirect, render
from fedirec.web.views import Choice

_SCOPES = {
    GrantScope.PRODUCTION: N_("For this production: “%(title)s”"),
    GrantScope.PROJECT: N_("For everything that “%(title)s” makes"),
    GrantScope.INSTANCE: N_("For everything that is made at %(title)s"),
}


async def show_grants(request: Request[Any]) -> Response:
    """The works with whose licences nobody may make money, and whose authors allowed it."""
    production, project = await frozen_in(request)
    cards, parts = Cards(request), await parts_in_project(request, project)
    return render(
        request,
        "credits/grants.html",
        production=production_view(cards, production),
        works=[
            {
                "row": each.record.id,
                "title": each.record.title or _("Untitled"),
                "url": cards.record_url(each.record),
                "author": each.record.author.name or each.record.author.handle,
                "licence": licence_view(each.licence).short,
                "is_granted": each.grant is not None,
            }
            for each in await needed_grants(production)
        ],
        may_ask=may_do(Deed.ASK_FOR_GRANT, parts),
    )


async def post_question(request: Request[Any]) -> Response:
    """Those authors who are chosen are asked."""
    viewer, project = await leader_in(request, Deed.ASK_FOR_GRANT)
    production = await production_in(request, project)
    form = await read_form(request)
    rows = [row for value in form.many("work", max=200) if (row := number_of(value)) is not None]
    page = f"{production_view(Cards(request), production).url}/grants"
    said = _("They are asked. Whoever was asked within the last two weeks is not asked again.")
    return await attempt(request, page, ask_for_grants(viewer.actor, production, rows), said)


async def show_grant(request: Request[Any]) -> Response:
    """What an author would allow, word for word."""
    production, _project = await frozen_in(request)
    return await _show(request, production, await work_to_grant(production, row_in(request, "work")), Form())


async def post_grant(request: Request[Any]) -> Response:
    """The author allows it: a member, or a guest who signed in with their own server."""
    viewer = require_viewer(request, Permission.CLAIM_CREDIT)
    production, _project = await frozen_in(request)
    record, form = await work_to_grant(production, row_in(request, "work")), await read_form(request)
    try:
        scope = read_scope(form.value("scope"))
        await grant(viewer.actor, production, record, scope, digest=form.line(f"digest-{scope.value}", max=100))
    except NotFound:
        raise
    except FedirecError as error:
        form.refuse(error)
        return await _show(request, production, record, form)
    page = f"{production_view(Cards(request), production).url}/grants/{record.id}"
    return redirect(request, page, _("Thank you. They can go on with it, and you keep your share."))


async def _show(request: Request[Any], production: Production, record: Record, form: Form) -> Response:
    viewer, cards = viewer_of(request), Cards(request)
    given = (await grants_for([record.id], production)).get(record.id)
    asked = {scope: question(production, record, scope, author=record.author) for scope in GrantScope}
    return render(
        request,
        "credits/grant.html",
        status=422 if form.errors else 200,
        form=form,
        production=production_view(cards, production),
        record_url=cards.record_url(record),
        title=record.title or _("Untitled"),
        row=record.id,
        given=given,
        questions=[(scope.value, each.words, each.digest) for scope, each in asked.items()],
        scopes=[
            Choice(value=scope.value, label=_(_SCOPES[scope]) % {"title": scope_of(scope, production)[1]})
            for scope in GrantScope
        ],
        may_grant=viewer is not None
        and viewer.actor.id == record.author_id
        and viewer.can(Permission.CLAIM_CREDIT)
        and given is None,
        is_signed_in=viewer is not None,
    )


async def show_asked(request: Request[Any]) -> Response:
    """What a project elsewhere asks an author here to allow."""
    viewer = require_viewer(request, Permission.READ_OWN)
    asked, group = await find_question(viewer.actor, request.path_params["digest"])
    return render(
        request,
        "credits/asked.html",
        words=asked.words,
        digest=asked.digest,
        production=asked.name,
        production_url=asked.production,
        record_url=asked.record,
        group=Cards(request).person(group),
        scope=_(_SCOPES[asked.scope]) % {"title": asked.name or asked.scope_uri},
        given=await MonetizationGrant.get_or_none(author_id=viewer.actor.id, digest=asked.digest),
        may_grant=viewer.can(Permission.CLAIM_CREDIT),
    )


async def post_asked(request: Request[Any]) -> Response:
    """The author allows it, from here."""
    viewer = require_viewer(request, Permission.CLAIM_CREDIT)
    asked, group = await find_question(viewer.actor, request.path_params["digest"])
    said = _("Thank you. They can go on with it, and you keep your share.")
    return await attempt(request, f"/credits/asked/{asked.digest}", grant_elsewhere(viewer.actor, asked, group), said)


routes = [
    Route("/credits/asked/{digest}", show_asked, methods=["GET"]),
    Route("/credits/asked/{digest}", post_asked, methods=["POST"]),
    Route("/p/{slug}/productions/{key}/grants", show_grants, methods=["GET"]),
    Route("/p/{slug}/productions/{key}/grants", post_question, methods=["POST"]),
    Route("/p/{slug}/productions/{key}/grants/{work:int}", show_grant, methods=["GET"]),
    Route("/p/{slug}/productions/{key}/grants/{work:int}", post_grant, methods=["POST"]),
]
