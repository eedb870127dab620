"""The form in which somebody says what is not right about a record."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.door import require_viewer
from fedirec.accounts.pages.views import once_more
from fedirec.accounts.permissions import Permission
from fedirec.activitypub.models import Actor
from fedirec.errors import FedirecError, Gone
from fedirec.remix.actions.claims import ClaimDraft, open_claim, page_of, refuse_flood
from fedirec.remix.actions.claims.opening import MAX_WORDS
from fedirec.remix.actions.sources import find_record
from fedirec.remix.claims import KINDS, ClaimKind
from fedirec.remix.models import Record
from fedirec.remix.pages.cards import Cards, role_choices
from fedirec.remix.pages.claims.showing import role_word
from fedirec.remix.pages.visitors import members_only, record_in, remote_record_in
from fedirec.remix.queries.claims import kinds_open_to, open_claims_of, own_roles_in, own_sources_of
from fedirec.uris import MAX_URI
from fedirec.web.forms import Form, filled_form, read_form
from fedirec.web.language import gettext as _
from fedirec.web.render import redirect, render
from fedirec.web.views import Choice


@members_only
async def show_form(request: Request[Any]) -> Response:
    return await _show(request, await record_in(request))


@members_only
async def show_remote_form(request: Request[Any]) -> Response:
    return await _show(request, await remote_record_in(request))


async def post_form(request: Request[Any]) -> Response:
    return await _post(request, await record_in(request))


async def post_remote_form(request: Request[Any]) -> Response:
    return await _post(request, await remote_record_in(request))


async def _show(request: Request[Any], record: Record) -> Response:
    viewer = require_viewer(request, Permission.CLAIM_CREDIT)
    if record.deleted_at:
        raise Gone
    kinds = await kinds_open_to(viewer.actor, record)
    wanted = request.query_params.get("kind", "")
    kind = next((each for each in kinds if each == wanted), kinds[0] if len(kinds) == 1 else None)
    values = await _values(request, viewer.actor, record, kinds, kind)
    form = filled_form({"kind": kind.value if kind else "", "source": request.query_params.get("source", "")[:MAX_URI]})
    return render(request, "remix/claim_form.html", form=form, **values)


async def _post(request: Request[Any], record: Record) -> Response:
    viewer = require_viewer(request, Permission.CLAIM_CREDIT)
    form = await read_form(request)
    kind = form.choice("kind", [each.value for each in ClaimKind])
    source = form.line("source", max=MAX_URI)
    role, wanted_role = form.value("role"), form.value("wanted_role")
    words, links = form.text("words", required=True, max=MAX_WORDS), links_in(form)
    if kind == ClaimKind.MISSING_SOURCE and source and not form.errors:
        try:
            await refuse_flood(viewer.actor, record)
            source = (await find_record(request.state["remote"], source)).uri
        except FedirecError as error:
            form.refuse(error, beside="source")
    if not form.errors:
        draft = ClaimDraft(
            kind=ClaimKind(kind), words=words, links=links, source=source, role=role, wanted_role=wanted_role
        )
        try:
            made = await open_claim(viewer.actor, record, draft)
        except FedirecError as error:
            form.refuse(error)
        else:
            return redirect(request, page_of(made), _("Thank you. Its author and the moderators know."))
    kinds = await kinds_open_to(viewer.actor, record)
    chosen = next((each for each in kinds if each == kind), None)
    return once_more(
        request, "remix/claim_form.html", form, **await _values(request, viewer.actor, record, kinds, chosen)
    )


def links_in(form: Form) -> list[str]:
    """The addresses in the field `links`, one on each line."""
    return [line.strip() for line in form.text("links", max=5 * MAX_URI).splitlines() if line.strip()]


async def _values(
    request: Request[Any], actor: Actor, record: Record, kinds: list[ClaimKind], kind: ClaimKind | None
) -> dict[str, Any]:
    cards = Cards(request)
    await cards.dress([record])
    sources = await own_sources_of(actor, record) if kind is ClaimKind.NOT_DERIVED else []
    roles = await own_roles_in(actor, record) if kind is ClaimKind.WRONG_ROLE else []
    return {
        "record": cards.record(record),
        "uri": record.uri,
        "kinds": [
            (Choice(value=each.value, label=_(KINDS[each][0]), hint=_(KINDS[each][1])), each is kind) for each in kinds
        ],
        "kind": kind.value if kind else "",
        "title": _(KINDS[kind][0]) if kind else "",
        "explained": _(KINDS[kind][1]) if kind else "",
        "own_sources": [
            Choice(value=each.uri, label=each.snapshot.title if each.snapshot else each.uri) for each in sources
        ],
        "own_roles": [Choice(value=code, label=role_word(code)) for code in roles],
        "roles": role_choices() if roles else [],
        "said": [(page_of(each), _(KINDS[ClaimKind(each.kind)][0])) for each in await open_claims_of(actor, record)],
        "max_words": MAX_WORDS,
    }


routes = [
    Route("/records/remote/{id:int}/claim", show_remote_form, methods=["GET"]),
    Route("/records/remote/{id:int}/claim", post_remote_form, methods=["POST"]),
    Route("/records/{key}/claim", show_form, methods=["GET"]),
    Route("/records/{key}/claim", post_form, methods=["POST"]),
]
