"""Saying how one is paid, that it is still right, that the terms are accepted; and taking it back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.actions.persons import person_of
from fedirec.accounts.door import require_viewer
from fedirec.accounts.pages.views import once_more, person_view
from fedirec.accounts.permissions import Permission
from fedirec.accounts.viewer import Viewer
from fedirec.credits.queries.settings import money_settings
from fedirec.errors import FedirecError
from fedirec.payouts.actions.payees.giving import accept_terms, confirm_details, erase_details, give_details
from fedirec.payouts.adapters.protocol import Adapter
from fedirec.payouts.adapters.sepa import name_in_file
from fedirec.payouts.addresses import DETAILS, MONEY, TERMS
from fedirec.payouts.countries import COUNTRIES
from fedirec.payouts.happenings import SAID
from fedirec.payouts.pages.views import PRIVATE, how_paid, money_tabs, presence_of
from fedirec.payouts.queries.payees import digest_of_terms, events_of, find_payee, statuses_of, terms_of, unsealed
from fedirec.web.countries import country_choices
from fedirec.web.forms import Form, filled_form, read_form
from fedirec.web.language import gettext as _
from fedirec.web.render import redirect, render, turn_back
from fedirec.web.views import Tab

_PAGE: Final = "payouts/details.html"
_TERMS_PAGE: Final = "payouts/terms.html"


async def show_details(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.BE_PAID)
    payee = await find_payee(await person_of(viewer.actor))
    form = filled_form({"living": payee.country if payee else ""})
    return render(request, _PAGE, headers=PRIVATE, form=form, **await _details(request, viewer))


async def post_details(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.BE_PAID)
    form = await read_form(request)
    offered = await request.state["ways"].offered()
    way = form.choice("way", list(offered))
    living = form.choice("living", COUNTRIES)
    present = form.secret("present", required=bool(viewer.account.password_hash))
    asks = offered[way].asks if way in offered else ()
    typed = {each.name: form.line(each.name, required=each.required, max=each.max_length + 20) for each in asks}
    if form.errors:
        return await _again(request, viewer, form)
    try:
        await give_details(
            viewer,
            way,
            typed,
            country=living,
            present=present,
            ways=request.state["ways"],
            vault=request.state["vault"],
            post=request.state["post"],
            attempts=request.state["attempts"],
        )
    except FedirecError as error:
        return await _again(request, viewer, form, error)
    return redirect(request, DETAILS, _("Thank you. We have told you so in every way in which we can reach you."))


async def post_confirmation(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.BE_PAID)
    form = await read_form(request)
    present = form.secret("present_to_confirm", required=bool(viewer.account.password_hash))
    if form.errors:
        return await _again(request, viewer, form)
    try:
        await confirm_details(viewer, present=present, vault=request.state["vault"], attempts=request.state["attempts"])
    except FedirecError as error:
        return await _again(request, viewer, form, _beside(error, "present_to_confirm"))
    return redirect(request, DETAILS, _("Thank you. It stays as it is."))


async def post_erasure(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.BE_PAID)
    form = await read_form(request)
    present = form.secret("present_to_erase", required=bool(viewer.account.password_hash))
    if form.errors:
        return await _again(request, viewer, form)
    try:
        await erase_details(
            viewer,
            present=present,
            vault=request.state["vault"],
            post=request.state["post"],
            attempts=request.state["attempts"],
        )
    except FedirecError as error:
        return await _again(request, viewer, form, _beside(error, "present_to_erase"))
    return redirect(request, DETAILS, _("It is erased. What you are owed stays yours."))


async def show_terms(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.BE_PAID)
    settings = await money_settings()
    payee = await find_payee(await person_of(viewer.actor))
    accepted = (payee.terms_version, payee.terms_digest) if payee else (None, "")
    return render(
        request,
        _TERMS_PAGE,
        headers=PRIVATE,
        tabs=money_tabs(request),
        terms=_(terms_of(settings)),
        version=settings.terms_version,
        digest=digest_of_terms(settings),
        accepted_at=payee.terms_at
        if payee and accepted == (settings.terms_version, digest_of_terms(settings))
        else None,
        accepted_before=payee.terms_at if payee else None,
    )


async def post_terms(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.BE_PAID)
    form = await read_form(request)
    version, digest = form.number("version", required=True), form.line("digest", required=True)
    try:
        await accept_terms(viewer, version=version or 0, digest=digest)
    except FedirecError as error:
        return turn_back(request, TERMS, error)
    return redirect(request, MONEY, _("Thank you. You have accepted the terms."))


async def _again(request: Request[Any], viewer: Viewer, form: Form, error: FedirecError | None = None) -> Response:
    response = once_more(request, _PAGE, form, error, **await _details(request, viewer, way=form.value("way")))
    response.headers["Cache-Control"] = PRIVATE["Cache-Control"]
    return response


def _beside(error: FedirecError, field: str) -> FedirecError:
    """`error`, beside the password of the form that was sent: there are three on the page."""
    error.field = field if error.field == "present" else error.field
    return error


async def _details(request: Request[Any], viewer: Viewer, *, way: str = "") -> dict[str, Any]:
    person = await person_of(viewer.actor)
    status = (await statuses_of([person.id], request.state["vault"])).get(person.id)
    offered: Mapping[str, Adapter] = await request.state["ways"].offered()
    asked = way or request.query_params.get("way", "") or (status.payee.adapter if status else "")
    chosen = asked if asked in offered else next(iter(offered))
    events = await events_of(status.payee) if status else []
    known = unsealed(status.payee, request.state["vault"]) if status else None
    return {
        "tabs": money_tabs(request),
        "ways": [
            Tab(label=_(each.label), url=f"{DETAILS}?way={name}#how", is_current=name == chosen)
            for name, each in offered.items()
        ],
        "chosen": chosen,
        "name_in_file": name_in_file(status.payee.adapter, known.details) if status and known else "",
        "asks": [
            {
                "name": each.name,
                "label": _(each.label),
                "hint": _(each.hint) if each.hint else "",
                "autocomplete": each.autocomplete,
                "required": each.required,
                "max_length": each.max_length + 20,
            }
            for each in offered[chosen].asks
        ],
        "countries": country_choices(COUNTRIES),
        **await presence_of(viewer),
        "hold_days": (await money_settings()).hold_days,
        "happened": [
            (
                _(SAID[event.happening]),
                event.created_at,
                person_view(event.actor, cache=request.state["media_cache"])
                if event.actor and event.actor_id != viewer.actor.id
                else None,
            )
            for event in events
        ],
        **how_paid(status),
    }


routes = [
    Route(DETAILS, show_details, methods=["GET"]),
    Route(DETAILS, post_details, methods=["POST"]),
    Route(f"{DETAILS}/confirm", post_confirmation, methods=["POST"]),
    Route(f"{DETAILS}/erase", post_erasure, methods=["POST"]),
    Route(TERMS, show_terms, methods=["GET"]),
    Route(TERMS, post_terms, methods=["POST"]),
]
