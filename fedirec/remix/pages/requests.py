"""Whether somebody agrees to a remix: both works side by side, one click each way, and what became of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Literal

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.door import require_viewer
from fedirec.accounts.pages.views import page_with, place_in
from fedirec.accounts.permissions import Permission
from fedirec.accounts.viewer import Viewer
from fedirec.activitypub.models import Actor
from fedirec.activitypub.peers import hosts_of
from fedirec.errors import FedirecError, NotFound
from fedirec.remix.actions.remix_requests import answer_request, revoke_stamp, stand_by_remix, withdraw_request
from fedirec.remix.actions.remix_requests.waiting import ask_again
from fedirec.remix.licences import find_licence, licence_of, may_carry
from fedirec.remix.models import Record, RemixRequest
from fedirec.remix.pages.cards import Cards, licence_view, relation_word, role_words
from fedirec.remix.pages.visitors import members_only, own_record_in, row_in
from fedirec.remix.queries.parts import records_found, records_in
from fedirec.remix.queries.records import get_record
from fedirec.remix.queries.remix_requests import get_request_of, requests_about, requests_of
from fedirec.remix.visibility import ASKING
from fedirec.remix.vocab.remix_requests import MAX_WORDS
from fedirec.web.forms import Form, read_form
from fedirec.web.language import gettext as _
from fedirec.web.render import attempt, redirect, render
from fedirec.web.views import LicenceView, PersonView, RecordView, Tab

Side = Literal["asked", "asking"]
PIECE: Final = 20
BESIDE: Final = 100
"""What is added to the numbers of the files of the second work, so that no two on a page have the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestView:
    """One question, as one of the two people sees it."""

    id: int
    url: str
    is_mine: bool
    """Whether the one who looks asked it."""
    asker: PersonView
    owner: PersonView
    source: RecordView | None
    """The work that is built on; None when it is not here any more."""
    remix: RecordView | None
    """What was made of it; None while it is not here yet, or not any more."""
    source_uri: str
    remix_uri: str
    state: str
    word: str
    licence: LicenceView
    """The licence that the remix has, or would have."""
    roles: tuple[str, ...]
    words: str
    answer: str
    asked_at: datetime
    decided_at: datetime | None
    expires_at: datetime | None
    is_automatic: bool
    is_needed: bool
    """Whether the licence of the source does not let it be, so that it is published only with consent."""
    digest: str
    """The version that is looked at."""
    stamp_url: str | None
    relation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedView:
    """One of those who have to agree to a record."""

    owner: PersonView
    state: str
    word: str
    url: str
    may_open: bool


async def asked_about(cards: Cards, record: Record, viewer: Actor | None) -> list[AskedView]:
    """Who has to agree to `record`, which waits for it, and what each has said so far."""
    return [
        AskedView(
            owner=cards.person(row.owner),
            state=row.state,
            word=_word(row, is_mine=viewer is None or row.owner_id != viewer.id),
            url=f"/requests/{row.id}",
            may_open=viewer is not None and viewer.id in (row.asker_id, row.owner_id),
        )
        for row in await requests_about(record.uri)
    ]


@members_only
async def show_requests(request: Request[Any]) -> Response:
    """What others ask the member, or what they asked others."""
    viewer = require_viewer(request, Permission.PUBLISH)
    wanted = request.query_params.get("show", "")
    shown = wanted if wanted in ("asking", "all") else ""
    side: Side = "asking" if shown == "asking" else "asked"
    before = place_in(request, "before") or 0
    state = None if shown else "waiting"
    rows, has_more = await requests_of(viewer.actor, side=side, state=state, before=before, limit=PIECE)
    cards = Cards(request)
    views = await _views(cards, viewer.actor, rows)
    return render(
        request,
        "remix/requests.html",
        requests=page_with(request, views, name="before", place=rows[-1].id if has_more else None),
        shown=shown,
        hosts=await hosts_of([person.host for view in views for person in (view.asker, view.owner)]),
        tabs=[
            Tab(label=_("Waiting for you"), url="/requests", is_current=not shown),
            Tab(label=_("All that you were asked"), url="/requests?show=all", is_current=shown == "all"),
            Tab(label=_("Asked by you"), url="/requests?show=asking", is_current=shown == "asking"),
        ],
    )


@members_only
async def show_request(request: Request[Any]) -> Response:
    """Both works side by side."""
    viewer = require_viewer(request, Permission.PUBLISH)
    return await _show(request, viewer, await get_request_of(viewer.actor, row_in(request)), Form())


async def post_answer(request: Request[Any]) -> Response:
    """Somebody agrees, does not, takes that back, or does not ask any more."""
    viewer = require_viewer(request, Permission.PUBLISH)
    row = await get_request_of(viewer.actor, row_in(request))
    form = await read_form(request)
    words, digest = form.text("words", max=MAX_WORDS), form.line("digest", max=100) or None
    asker = {"name": row.asker.name or row.asker.handle}
    do = form.choice("do", ("agree", "decline", "revoke", "withdraw", "again"), default="decline")
    does: dict[str, tuple[Callable[[], Awaitable[None]], str]] = {
        "agree": (
            lambda: answer_request(viewer.actor, row, agree=True, words=words, digest=digest),
            _("You agreed. %(name)s will hear it, and what they made carries your stamp.") % asker,
        ),
        "decline": (
            lambda: answer_request(viewer.actor, row, agree=False, words=words),
            _("%(name)s will hear that you do not agree.") % asker,
        ),
        "revoke": (
            lambda: revoke_stamp(viewer.actor, row),
            _("Taken back. Everybody who was shown your stamp can know."),
        ),
        "again": (
            lambda: _ask_again(viewer.actor, row, words),
            _("%(name)s has been asked once more.") % {"name": row.owner.name or row.owner.handle},
        ),
        "withdraw": (lambda: withdraw_request(viewer.actor, row), _("The question is taken back.")),
    }
    act, said = does[do]
    if form.errors:
        return await _show(request, viewer, row, form, status=422)
    try:
        await act()
    except FedirecError as error:
        form.refuse(error, beside="words")
        return await _show(request, viewer, row, form, status=error.status)
    return redirect(request, "/requests?show=asking" if do == "withdraw" else f"/requests/{row.id}", said)


async def post_agreement(request: Request[Any]) -> Response:
    """The author of a record stands by a remix of it, which nobody had to ask about."""
    viewer, source = await own_record_in(request)
    form = await read_form(request)
    remix = next(iter(await records_in([form.number("remix") or 0])), None)
    if remix is None:
        raise NotFound
    said = _("You stand by it: it carries your stamp, and is listed among the remixes of yours.")
    digest = form.line("digest", max=100)
    url = Cards(request).record_url(source)
    return await attempt(request, url, stand_by_remix(viewer.actor, source, remix, digest=digest), said)


async def _ask_again(asker: Actor, row: RemixRequest, words: str) -> None:
    await ask_again(asker, await get_record(row.remix_uri), words=words)


async def _show(request: Request[Any], viewer: Viewer, row: RemixRequest, form: Form, *, status: int = 200) -> Response:
    cards = Cards(request)
    [view] = await _views(cards, viewer.actor, [row], whole=True)
    return render(
        request,
        "remix/request.html",
        status,
        form=form,
        asked=view,
        max_words=MAX_WORDS,
        hosts=await hosts_of([view.asker.host, view.owner.host]),
    )


async def _views(
    cards: Cards, viewer: Actor, rows: Sequence[RemixRequest], *, whole: bool = False
) -> list[RequestView]:
    """The requests in `rows`, which come with both people, as `viewer` sees them."""
    works = await _works_of(rows)
    await cards.dress(works.values())
    return [_view(cards, viewer, row, works, whole=whole) for row in rows]


async def _works_of(rows: Iterable[RemixRequest]) -> dict[str, Record]:
    uris = list({uri for row in rows for uri in (row.source_uri, row.remix_uri)})
    return {record.uri: record for record in await records_found(Record.filter(uri__in=uris))} if uris else {}


def _view(cards: Cards, viewer: Actor, row: RemixRequest, works: dict[str, Record], *, whole: bool) -> RequestView:
    source, remix = _of(works, row.source_uri, row.owner_id), _of(works, row.remix_uri, row.asker_id)
    if remix is not None and not _is_shown(remix, viewer):
        remix = None
    licence = licence_of(remix) if remix is not None else find_licence(row.licence)
    relation = next((each.relation for each in remix.sources if each.uri == row.source_uri), "") if remix else ""
    shown = cards.record(remix, whole=whole) if remix is not None else None
    if shown is not None:
        shown = replace(shown, media=tuple(replace(each, number=each.number + BESIDE) for each in shown.media))
    return RequestView(
        id=row.id,
        url=f"/requests/{row.id}",
        is_mine=row.asker_id == viewer.id,
        asker=cards.person(row.asker),
        owner=cards.person(row.owner),
        source=cards.record(source, whole=whole) if source is not None else None,
        remix=shown,
        source_uri=row.source_uri,
        remix_uri=row.remix_uri,
        state=row.state,
        word=_word(row, is_mine=row.asker_id == viewer.id),
        licence=licence_view(licence),
        roles=role_words(row.roles),
        words=row.words,
        answer=row.answer,
        asked_at=row.asked_at,
        decided_at=row.decided_at,
        expires_at=row.expires_at if row.state == "waiting" else None,
        is_automatic=row.is_automatic,
        is_needed=source is not None and not may_carry(licence_of(source), licence),
        digest=(remix.digest or "") if remix is not None else "",
        stamp_url=row.stamp_uri if row.state == "approved" else None,
        relation=relation_word(relation) if relation else "",
    )


def _is_shown(remix: Record, viewer: Actor) -> bool:
    """Whether `viewer`, who asked about `remix` or was asked, sees it; only its author sees what is hidden."""
    if remix.author_id == viewer.id or remix.deleted_at is not None:
        return True
    return remix.visibility in ("public", ASKING, "direct") and remix.author.state != "suspended"


def _of(works: dict[str, Record], uri: str, maker: int) -> Record | None:
    """The work at `uri`, if it is by whom the request names."""
    found = works.get(uri)
    return found if found is not None and found.author_id == maker else None


def _word(row: RemixRequest, *, is_mine: bool) -> str:
    if row.state == "approved" and row.is_automatic:
        return _("agreed at once, as wished beforehand")
    mine = {
        "waiting": _("waits for an answer"),
        "approved": _("they agreed"),
        "refused": _("they did not agree"),
        "revoked": _("they took it back"),
        "expired": _("they did not answer in time"),
    }
    theirs = {
        "waiting": _("waits for you"),
        "approved": _("you agreed"),
        "refused": _("you did not agree"),
        "revoked": _("you took it back"),
        "expired": _("you did not answer in time"),
    }
    return (mine if is_mine else theirs).get(row.state, row.state)


routes = [
    Route("/records/{key}/agree", post_agreement, methods=["POST"]),
    Route("/requests", show_requests, methods=["GET"]),
    Route("/requests/{id:int}", show_request, methods=["GET"]),
    Route("/requests/{id:int}/answer", post_answer, methods=["POST"]),
]
