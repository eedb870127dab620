"""The history of a record, told like a story from its beginning."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.remix.claims import KINDS, ClaimKind
from fedirec.remix.models import Record
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.new_keys import new_keys_view
from fedirec.remix.pages.visitors import record_in, remote_record_in, visitor
from fedirec.remix.queries.histories import EVENTS, Event, EventKind, history_of
from fedirec.uris import host_of
from fedirec.web.language import gettext as _
from fedirec.web.paging import Page, wanted_page
from fedirec.web.render import render
from fedirec.web.views import PersonView

_SIGNS: Final = {
    EventKind.SOURCE_MADE: "record",
    EventKind.SOURCE_REMEMBERED: "clock",
    EventKind.VERSION: "edit",
    EventKind.SOURCE_AGREED: "check",
    EventKind.THANKED: "clap",
    EventKind.REMIX_MADE: "remix",
    EventKind.REMIX_AGREED: "check",
    EventKind.WAS_THANKED: "clap",
    EventKind.CLAIM_DECIDED: "shield",
    EventKind.SUGGESTION_ADOPTED: "gift",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class EventView:
    """One event as the page tells it."""

    sign: str
    at: datetime
    sentence: str
    who: PersonView | None = None
    host: str = ""
    """Where it happened, when that is not here."""
    words: str = ""
    """What was said then."""
    url: str = ""
    title: str = ""
    """Of what `url` leads to."""
    compare_url: str = ""
    is_here: bool = False
    """Whether it is about the record itself, and not about one next to it."""


async def show_history(request: Request[Any]) -> Response:
    return await _show(request, await record_in(request))


async def show_remote_history(request: Request[Any]) -> Response:
    return await _show(request, await remote_record_in(request))


async def _show(request: Request[Any], record: Record) -> Response:
    wanted = wanted_page(request, size=EVENTS)
    events, has_more = await history_of(record, viewer=visitor(request), after=wanted.after, limit=wanted.size)
    cards = Cards(request)
    await cards.dress([record])
    people = {record.author.uri, *(each.who.uri for each in events if each.who and not each.who.is_local)}
    new_keys = await new_keys_view(cards, people)
    shown = cards.record(record)
    next_url = f"{shown.url}/history?after={events[-1].place}" if has_more and events else None
    return render(
        request,
        "remix/history.html",
        record=shown,
        new_keys=new_keys,
        events=Page(tuple(event_view(cards, record, event) for event in events), next_url),
        is_later=wanted.after is not None,
    )


def event_view(cards: Cards, record: Record, event: Event) -> EventView:
    """How the page of `record` tells of `event`."""
    base = cards.record_url(record)
    other = event.record
    compare_url = ""
    if event.kind is EventKind.VERSION and event.number > 1 and not record.deleted_at:
        compare_url = f"{base}/versions/{event.number}/compare"
    elif event.source_id is not None and event.kind in (EventKind.SOURCE_MADE, EventKind.SOURCE_REMEMBERED):
        compare_url = "" if record.deleted_at else f"{base}/compare/{event.source_id}"
    elif event.source_id is not None and event.kind is EventKind.REMIX_MADE and other is not None:
        compare_url = f"{cards.record_url(other)}/compare/{event.source_id}"
    return EventView(
        sign="record" if event.kind is EventKind.VERSION and event.number == 1 else _SIGNS[event.kind],
        at=event.at,
        sentence=sentence_of(event, record),
        who=cards.person(event.who) if event.who else None,
        host=_host_of(cards, event),
        words=event.words,
        url=cards.record_url(other) if other else "",
        title=other.title if other else "",
        compare_url=compare_url,
        is_here=event.kind is EventKind.VERSION,
    )


def sentence_of(event: Event, record: Record) -> str:
    """What happened, in a sentence for the reader."""
    who = (event.who.name or event.who.handle) if event.who else event.who_name or _somebody_at(event.who_uri)
    whom = (event.whom.name or event.whom.handle) if event.whom else _("somebody")
    words = {"who": who, "whom": whom, "title": event.title or _("Untitled"), "n": event.number}
    if event.kind is EventKind.VERSION:
        if event.number == 1:
            return _("%(who)s made “%(title)s”.") % words
        if event.is_claimed and event.who_uri:
            words["host"] = record.author.host
            return _("%(host)s says that %(who)s changed it. That is version %(n)s.") % words
        return _("%(who)s changed it. That is version %(n)s.") % words
    if event.kind is EventKind.CLAIM_DECIDED:
        return _claim_told(event)
    if event.kind is EventKind.SOURCE_AGREED:
        if event.is_revoked:
            return _("%(who)s took back that this may be made from “%(title)s”.") % words
        return _("%(who)s agreed that this was made from “%(title)s”.") % words
    sentences = {
        EventKind.SOURCE_MADE: _("%(who)s made “%(title)s”, from which this was made later."),
        EventKind.SOURCE_REMEMBERED: _("%(who)s made “%(title)s”, from which this was made later."),
        EventKind.REMIX_MADE: _("%(who)s made “%(title)s” from it."),
        EventKind.REMIX_AGREED: _("%(who)s agreed that “%(title)s” was made from it."),
        EventKind.SUGGESTION_ADOPTED: _("%(who)s took up what %(whom)s had suggested: “%(title)s”."),
        EventKind.THANKED: _("%(who)s thanked %(whom)s for “%(title)s”."),
        EventKind.WAS_THANKED: _("%(who)s, who made “%(title)s” from it, thanked %(whom)s."),
    }
    return sentences[event.kind] % words


def _claim_told(event: Event) -> str:
    kind = event.claim_kind
    words = {"claim": _(KINDS[ClaimKind(kind)][0]) if kind in set(ClaimKind) else kind}
    sentences = {
        "settled": _("Somebody said about its trail: “%(claim)s”. Its author agreed."),
        "upheld": _("Somebody said about its trail: “%(claim)s”. It was decided that this is so."),
        "dismissed": _("Somebody said about its trail: “%(claim)s”. It was decided that this is not so."),
    }
    return sentences.get(event.outcome, sentences["dismissed"]) % words


def _somebody_at(uri: str) -> str:
    return _("Somebody on %(host)s") % {"host": host_of(uri)} if uri else _("Somebody")


def _host_of(cards: Cards, event: Event) -> str:
    if event.kind is EventKind.CLAIM_DECIDED:
        return ""
    uri = event.who.uri if event.who else event.who_uri
    return host_of(uri) if uri and not cards.site.is_ours(uri) else ""


routes = [
    Route("/records/remote/{id:int}/history", show_remote_history, methods=["GET"]),
    Route("/records/{key}/history", show_history, methods=["GET"]),
]
