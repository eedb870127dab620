"""What a remix did with one of its sources."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.door import viewer_of
from fedirec.accounts.permissions import Permission
from fedirec.errors import Gone
from fedirec.remix.licences import find_licence
from fedirec.remix.models import Record
from fedirec.remix.pages.cards import Cards, licence_view, relation_word, unnamed_person, without_name
from fedirec.remix.pages.comparing.showing import comparison_view
from fedirec.remix.pages.visitors import record_in, remote_record_in, row_in, visitor
from fedirec.remix.queries.pseudonyms import stand_ins_of
from fedirec.remix.queries.records import records_at
from fedirec.remix.queries.suggestions import find_suggested
from fedirec.remix.sides import SourceSide, present_side, source_side
from fedirec.uris import host_of
from fedirec.web.language import gettext as _
from fedirec.web.render import render
from fedirec.web.views import PersonView, RecordView, Tab

VIEWS: Final = ("together", "beside")


async def show_comparison(request: Request[Any]) -> Response:
    return await _show(request, await record_in(request))


async def show_remote_comparison(request: Request[Any]) -> Response:
    return await _show(request, await remote_record_in(request))


async def _show(request: Request[Any], record: Record) -> Response:
    if record.deleted_at:
        raise Gone
    cards, viewer = Cards(request), visitor(request)
    as_now = request.query_params.get("source") == "now"
    found = await source_side(record, row_in(request, "source"), viewer=viewer, as_now=as_now)
    after = await present_side(record)
    sources = await records_at([found.record.uri]) if found.record else []
    unnamed = await stand_ins_of([found.source.uri], remix=record.uri)
    shown = cards.record(record)
    await cards.dress([record, *sources])
    url = f"{shown.url}/compare/{found.source.id}"
    view = wanted_view(request)
    return render(
        request,
        "remix/compare.html",
        heading=_("What it did with “%(title)s”") % {"title": found.side.title or _("Untitled")},
        back=shown,
        before=without_name(cards.record(sources[0]), sources[0], unnamed)
        if sources
        else remembered(cards, found, is_unnamed=bool(unnamed)),
        after=cards.record(record),
        note_before=_("as it was then") if found.has_changed and not as_now else "",
        is_remembered=found.record is None,
        relation=relation_word(found.source.relation),
        changed_url=(f"{url}?source=now" if not as_now else url) if found.has_changed else "",
        is_now=as_now and found.has_changed,
        comparison=await comparison_view(cards, found.side, after, viewer, is_remix=True),
        view=view,
        views=tabs_of(f"{url}?source=now&" if as_now else f"{url}?", view),
        warning=record.warning or found.side.warning,
        steps=[],
        suggesting=await _suggesting(request, record, found),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggesting:
    """For whoever made a remix: suggesting it to the author of the source, or what they suggested."""

    source: int
    name: str
    url: str = ""
    """The suggestion, if there is one."""


async def _suggesting(request: Request[Any], record: Record, found: SourceSide) -> Suggesting | None:
    """What can be suggested by whoever asks, or was; None for everybody who has nothing to suggest here."""
    viewer = viewer_of(request)
    source = found.record
    if viewer is None or source is None or viewer.actor.id != record.author_id or source.author_id == record.author_id:
        return None
    if not viewer.can(Permission.REMIX) or record.visibility != "public" or source.visibility != "public":
        return None
    known = await find_suggested(viewer.actor, variation_uri=record.uri, record_uri=source.uri)
    name = source.author.name or source.author.handle
    return Suggesting(source=found.source.id, name=name, url=f"/suggestions/{known.id}" if known else "")


def wanted_view(request: Request[Any]) -> str:
    """How the text is to be shown: with its changes in it, or in two columns."""
    asked = request.query_params.get("view", "")
    return asked if asked in VIEWS else VIEWS[0]


def tabs_of(url: str, view: str) -> list[Tab]:
    """The ways in which a text can be compared, at `url`, which ends where the query goes on."""
    words = {"together": _("In one text"), "beside": _("Side by side")}
    return [Tab(label=words[name], url=f"{url}view={name}#text", is_current=name == view) for name in VIEWS]


def remembered(cards: Cards, found: SourceSide, *, is_unnamed: bool) -> RecordView:
    """A source that is gone, as its snapshot kept it."""
    snapshot = found.snapshot
    assert snapshot is not None
    is_ours = cards.site.is_ours(snapshot.author_uri)
    return RecordView(
        title=snapshot.title or _("Untitled"),
        url=cards.here(snapshot.uri),
        kind=snapshot.kind,  # type: ignore[arg-type]
        author=unnamed_person()
        if is_unnamed
        else PersonView(
            name=snapshot.author_name,
            handle=f"@{snapshot.author_handle}",
            url=cards.here(snapshot.author_uri),
            is_remote=not is_ours,
            host="" if is_ours else host_of(snapshot.author_uri),
        ),
        published_at=snapshot.published_at,
        licence=licence_view(find_licence(snapshot.licence)),
        is_remote=not is_ours,
        host="" if is_ours else host_of(snapshot.uri),
        is_deleted=True,
    )


routes = [
    Route("/records/remote/{id:int}/compare/{source:int}", show_remote_comparison, methods=["GET"]),
    Route("/records/{key}/compare/{source:int}", show_comparison, methods=["GET"]),
]
