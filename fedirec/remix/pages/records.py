"""The page of a record, ours or another instance's, with its trail, its versions and what can be done with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from fedirec.accounts.door import require_viewer, viewer_of
from fedirec.accounts.permissions import Permission
from fedirec.errors import Conflict, Forbidden, Gone, NotFound
from fedirec.html import clean
from fedirec.remix.actions.recommendations import recommend, take_back_recommendation
from fedirec.remix.actions.records import delete_record
from fedirec.remix.actions.submissions import submit_record, withdraw_submission
from fedirec.remix.licences import find_licence
from fedirec.remix.models import Record, RecordRevision, Submission
from fedirec.remix.pages.cards import Cards, prepare_words, submission_word
from fedirec.remix.pages.trails import trail_document, trail_view
from fedirec.remix.pages.visitors import number_of, own_record_in, record_in, row_in, to_sign_in, visitor
from fedirec.remix.queries.challenges import challenges_for, challenges_left_for, find_challenge_row, get_submission
from fedirec.remix.queries.people import acquaintance_of
from fedirec.remix.queries.records import (
    Wish,
    explore,
    get_remote_record,
    get_revision,
    has_recommended,
    revisions_of,
    submissions_of,
)
from fedirec.remix.visibility import may_see, may_see_version
from fedirec.web.forms import read_form
from fedirec.web.language import gettext as _
from fedirec.web.negotiation import VARY, wants_activity, wants_json
from fedirec.web.render import Flash, redirect, render
from fedirec.web.views import Choice

_SUGGESTED: Final = 4
"""Records of others that are suggested to whoever has just published something."""
_SUBMITTED: Final = ("pending", "licence_pending", "accepted")


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A challenge that a record was offered to, as the record's page shows it."""

    id: int
    title: str
    url: str
    state: str
    word: str
    reason: str
    may_withdraw: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of a record."""

    number: int
    url: str
    made_at: datetime
    is_current: bool


async def show_record(request: Request[Any]) -> Response:
    """The page of a record of ours; where it was deleted, what stays of it."""
    return await _show(request, await record_in(request))


async def show_remote_record(request: Request[Any]) -> Response:
    """What we know of a record of another instance; programs go on to its origin."""
    record = await _remote(request)
    if wants_activity(request):
        return RedirectResponse(record.uri, status_code=303, headers=VARY)
    return await _show(request, record)


async def show_lineage(request: Request[Any]) -> Response:
    return await _show_lineage(request, await record_in(request))


async def show_remote_lineage(request: Request[Any]) -> Response:
    return await _show_lineage(request, await _remote(request))


async def show_lineage_document(request: Request[Any]) -> Response:
    return await _lineage_document(await record_in(request))


async def show_remote_lineage_document(request: Request[Any]) -> Response:
    return await _lineage_document(await _remote(request))


async def show_revision(request: Request[Any]) -> Response:
    """A record as it was in one of its versions."""
    record = await record_in(request)
    if record.deleted_at:
        raise Gone
    revision = await get_revision(record, row_in(request, "number"))
    if not await may_see_version(record, revision, visitor(request)):
        raise NotFound("There is no such version.")
    document = revision.document
    content = document.get("content")
    return render(
        request,
        "remix/revision.html",
        record=Cards(request).record(record),
        revision=_version(record, revision),
        title=str(document.get("name") or record.title),
        content_html=clean(content) if isinstance(content, str) else "",
    )


async def show_deletion(request: Request[Any]) -> Response:
    """Asks once more, and says what stays."""
    if viewer_of(request) is None:
        return to_sign_in(request)
    _viewer, record = await own_record_in(request)
    return render(request, "remix/delete_record.html", record=Cards(request).record(record))


async def post_deletion(request: Request[Any]) -> Response:
    viewer, record = await own_record_in(request)
    await delete_record(viewer.actor, record)
    said = _("“%(title)s” is deleted. What was made from it still names you.") % {"title": record.title}
    return redirect(request, Cards(request).person_url(viewer.actor), said)


async def post_recommendation(request: Request[Any]) -> Response:
    """The author hears that somebody liked it, or that they changed their mind. Nobody else does."""
    viewer = require_viewer(request, Permission.FOLLOW)
    record = await record_in(request) if "key" in request.path_params else await _remote(request)
    form = await read_form(request)
    url = Cards(request).record_url(record)
    if form.flag("undo"):
        await take_back_recommendation(viewer.actor, record)
        return redirect(request, url, _("Taken back."))
    await recommend(viewer.actor, record)
    name = record.author.name or record.author.handle
    return redirect(request, url, _("%(name)s will hear that you like it.") % {"name": name})


async def show_published(request: Request[Any]) -> Response:
    """What next: a record is out, and the conversation goes on."""
    if viewer_of(request) is None:
        return to_sign_in(request)
    _viewer, record = await own_record_in(request)
    cards = Cards(request)
    offers = await _offers(record, cards, is_author=True)
    waiting = await explore(Wish(remixable=True, never_remixed=True), after=None, limit=_SUGGESTED * 3)
    return render(
        request,
        "remix/published.html",
        record=cards.record(record),
        record_id=record.id,
        offers=offers,
        challenges=cards.challenges(await challenges_for(record)),
        others=cards.records([row for row in waiting if row.author_id != record.author_id][:_SUGGESTED]),
        trail=await trail_view(cards, record, record.author),
    )


async def post_offer(request: Request[Any]) -> Response:
    """A record that is there already answers a challenge."""
    require_viewer(request, Permission.SUBMIT)
    viewer, record = await own_record_in(request)
    form = await read_form(request)
    challenge = await find_challenge_row(number_of(form.value("challenge")) or 0)
    url = Cards(request).record_url(record)
    if challenge is None:
        return redirect(request, url, Flash(text=_("Please choose a challenge."), kind="problem"))
    try:
        await submit_record(viewer.actor, record, challenge)
    except Conflict as error:
        return redirect(request, url, Flash(text=_(error.detail), kind="problem"))
    return redirect(request, url, _("It is on its way to “%(title)s”.") % {"title": challenge.title})


async def post_withdrawal(request: Request[Any]) -> Response:
    """An offer is taken back by its author."""
    viewer = require_viewer(request, Permission.SUBMIT)
    submission = await get_submission(row_in(request))
    if submission.record.author_id != viewer.actor.id:
        raise Forbidden("Only its author can withdraw a record.")
    await withdraw_submission(viewer.actor, submission)
    said = _("Taken back from “%(title)s”.") % {"title": submission.challenge.title}
    return redirect(request, Cards(request).record_url(submission.record), said)


async def _show(request: Request[Any], record: Record) -> Response:
    cards, viewer = Cards(request), visitor(request)
    trail = await trail_view(cards, record, viewer)
    await prepare_words(record.text)
    shown = cards.record(record, whole=True)
    if record.deleted_at:
        return render(request, "remix/gone_record.html", 410, record=shown, trail=trail)
    is_author = viewer is not None and viewer.id == record.author_id
    member = viewer_of(request)
    offered = []
    if is_author and record.visibility == "public":
        offered = [
            Choice(value=str(challenge.id), label=challenge.title) for challenge in await challenges_left_for(record)
        ]
    versions = await revisions_of(record) if not shown.is_remote and record.revision > 1 else []
    return render(
        request,
        "remix/record.html",
        record=shown,
        uri=record.uri,
        trail=trail,
        lineage_url=f"{shown.url}/lineage",
        offers=await _offers(record, cards, is_author=is_author),
        versions=[_version(record, revision) for revision in versions],
        is_author=is_author,
        may_remix=is_author or find_licence(record.licence_url or record.licence).may_remix,
        remix_url=f"/records/new?source={record.id}",
        may_follow=member is None or member.can(Permission.FOLLOW),
        acquaintance=await acquaintance_of(viewer, record.author),
        author_uri=record.author.uri,
        is_recommended=viewer is not None and await has_recommended(viewer, record),
        offered=offered,
        is_unverified=shown.is_remote and not record.is_post and not record.digest_holds,
        is_post=record.is_post,
    )


async def _show_lineage(request: Request[Any], record: Record) -> Response:
    if wants_json(request):
        return await _lineage_document(record)
    cards = Cards(request)
    trail = await trail_view(cards, record, visitor(request))
    return render(request, "remix/lineage.html", record=cards.record(record), trail=trail)


async def _lineage_document(record: Record) -> Response:
    headers = {"Vary": "Accept, Cookie", "Access-Control-Allow-Origin": "*", "Cache-Control": "private, no-cache"}
    return JSONResponse(await trail_document(record), headers=headers)


async def _offers(record: Record, cards: Cards, *, is_author: bool) -> list[Offer]:
    """The challenges that a record is part of; its author also sees what became of other offers."""
    return [
        _offer(submission, cards, is_author=is_author)
        for submission in await submissions_of(record)
        if is_author or submission.state == "accepted"
    ]


def _offer(submission: Submission, cards: Cards, *, is_author: bool) -> Offer:
    return Offer(
        id=submission.id,
        title=submission.challenge.title,
        url=cards.challenge_url(submission.challenge),
        state=submission.state,
        word=submission_word(submission.state),
        reason=submission.reason if is_author else "",
        may_withdraw=is_author and submission.state in _SUBMITTED,
    )


def _version(record: Record, revision: RecordRevision) -> Version:
    return Version(
        number=revision.number,
        url=f"/records/{record.uri.rpartition('/')[2]}/versions/{revision.number}",
        made_at=revision.created_at,
        is_current=revision.number == record.revision,
    )


async def _remote(request: Request[Any]) -> Record:
    """The record of another instance in the path, if whoever asks may see it. Raises NotFound."""
    record = await get_remote_record(row_in(request))
    if not await may_see(record, visitor(request)):
        raise NotFound("There is no such record here.")
    return record


routes = [
    Route("/records/remote/{id:int}", show_remote_record, methods=["GET"]),
    Route("/records/remote/{id:int}/lineage", show_remote_lineage, methods=["GET"]),
    Route("/records/remote/{id:int}/lineage.json", show_remote_lineage_document, methods=["GET"]),
    Route("/records/remote/{id:int}/recommend", post_recommendation, methods=["POST"]),
    Route("/records/{key}", show_record, methods=["GET"]),
    Route("/records/{key}/lineage", show_lineage, methods=["GET"]),
    Route("/records/{key}/lineage.json", show_lineage_document, methods=["GET"]),
    Route("/records/{key}/versions/{number:int}", show_revision, methods=["GET"]),
    Route("/records/{key}/delete", show_deletion, methods=["GET"]),
    Route("/records/{key}/delete", post_deletion, methods=["POST"]),
    Route("/records/{key}/recommend", post_recommendation, methods=["POST"]),
    Route("/records/{key}/published", show_published, methods=["GET"]),
    Route("/records/{key}/offer", post_offer, methods=["POST"]),
    Route("/submissions/{id:int}/withdraw", post_withdrawal, methods=["POST"]),
]
