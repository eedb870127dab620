"""Before a revision is published: what it would say and change, and everything that it still lacks, by name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.models import Person
from fedirec.credits.actions.granting.giving import ask_for_grants
from fedirec.credits.actions.proposals.publishing import MAX_NOTE, publish_revision
from fedirec.credits.actions.proposals.stances import ask_to_agree
from fedirec.credits.departures import BLOCKS, Block, Departure
from fedirec.credits.models import DraftLine, PayProposal
from fedirec.credits.pages.pools.views import place_view
from fedirec.credits.pages.proposals.agreeing import departure_view
from fedirec.credits.pages.proposals.comparing import difference_view
from fedirec.credits.pages.proposals.finding import changing_in, record_pages, speaker_in
from fedirec.credits.pages.proposals.views import proposal_view
from fedirec.credits.queries.belonging import covers_all
from fedirec.credits.queries.drafts import preview
from fedirec.credits.queries.pools import home_of
from fedirec.credits.queries.proposals import productions_of
from fedirec.credits.queries.standing import parts_to
from fedirec.errors import FedirecError
from fedirec.remix.models import Record
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.visitors import members_only
from fedirec.web.forms import Form, read_form
from fedirec.web.language import gettext as _
from fedirec.web.render import attempt, redirect, render
from fedirec.web.sentences import told


@members_only
async def show_publish(request: Request[Any]) -> Response:
    return await _show(request, await changing_in(request), Form())


async def post_publish(request: Request[Any]) -> Response:
    viewer, proposal = speaker_in(request), await changing_in(request)
    form = await read_form(request)
    version = form.number("version", required=True, min=0) or 0
    note = form.text("note", max=MAX_NOTE)
    if not form.errors:
        try:
            await publish_revision(viewer.actor, proposal, version=version, note=note)
            return redirect(request, f"/pay/{proposal.key}", _("Published. Everybody who is listed has been told."))
        except FedirecError as error:
            # What is wrong in a line is told above: the line itself stands on another page.
            form.refuse(error) if error.field == "note" else form.fail("", told(error))
    return await _show(request, await changing_in(request), form, status=422)


async def post_ask(request: Request[Any]) -> Response:
    """The people whose word is missing are asked: for another promise, or for leave to make money with their work."""
    viewer, proposal = speaker_in(request), await changing_in(request)
    form = await read_form(request)
    page = f"/pay/{proposal.key}/publish"
    if form.choice("do", ["departures", "grants"], default="departures") == "departures":
        return await attempt(request, page, ask_to_agree(viewer.actor, proposal), _("They have been asked."))
    _revision, _change, found = await preview(proposal)
    uris = [block.source.record for block in found.blocked]
    rows = [record.id for record in await Record.filter(uri__in=uris)]
    for production in await productions_of(proposal):
        try:
            await ask_for_grants(viewer.actor, production, rows)
        except FedirecError as error:
            form.refuse(error)
            return await _show(request, proposal, form, status=422)
    return redirect(request, page, _("The authors have been asked. Whoever was asked lately is left alone."))


async def _show(request: Request[Any], proposal: PayProposal, form: Form, *, status: int = 200) -> Response:
    cards = Cards(request)
    revision, change, found = await preview(proposal)
    parts = await parts_to(proposal.group, speaker_in(request).actor)
    return render(
        request,
        "credits/proposals/publish.html",
        status,
        form=form,
        place=place_view(cards, await home_of(proposal.group), parts),
        proposal=proposal_view(cards, proposal),
        version=proposal.version,
        revision=revision,
        change=difference_view(change, proposal.currency) if change is not None else None,
        is_weightless=not await DraftLine.exists(proposal_id=proposal.id, weight__gt=0),
        unreasoned=await _named(proposal, found.unreasoned),
        unlisted=found.unlisted,
        waiting=await _nameless(proposal),
        covers_all=proposal.pool is not None and await covers_all(proposal.pool),
        blocked=await _blocks(cards, found.blocked),
        departures=await _departures(proposal, found.departures),
        is_complete=revision is not None
        and not (found.unreasoned or found.unlisted or found.blocked or found.departures),
        max_note=MAX_NOTE,
    )


async def _nameless(proposal: PayProposal) -> list[str]:
    """Who gets something and has no account that anybody knows."""
    rows = DraftLine.filter(proposal_id=proposal.id, actor_id=None, weight__gt=0, person__identities__id=None)
    return [row.name async for row in rows.order_by("position", "id")]


async def _named(proposal: PayProposal, keys: Sequence[str]) -> list[str]:
    """Whose lines these are, and for what."""
    rows = await DraftLine.filter(proposal_id=proposal.id, key__in=list(keys)).order_by("position", "id")
    return [" · ".join(filter(None, [row.name, row.label])) for row in rows]


async def _blocks(cards: Cards, blocks: Sequence[Block]) -> list[dict[str, str]]:
    pages = await record_pages(cards, [block.source.record for block in blocks])
    return [
        {
            "title": block.source.title or _("Untitled"),
            "url": pages.get(block.source.record, ""),
            "author": block.source.author_name,
            "why": _(BLOCKS[block.kind]),
        }
        for block in blocks
    ]


async def _departures(proposal: PayProposal, found: Sequence[Departure]) -> list[tuple[str, Any]]:
    """Who was promised what, by name."""
    people = {row.id: row.name for row in await Person.filter(id__in=list({each.person for each in found}))}
    return [(people.get(each.person, ""), departure_view(each, proposal.currency)) for each in found]


routes = [
    Route("/pay/{key}/publish", show_publish, methods=["GET"]),
    Route("/pay/{key}/publish", post_publish, methods=["POST"]),
    Route("/pay/{key}/ask", post_ask, methods=["POST"]),
]
