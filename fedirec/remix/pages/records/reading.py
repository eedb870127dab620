"""The page of a record, with its trail, its credits and what can be done with it."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from fedirec.accounts.door import viewer_of
from fedirec.accounts.permissions import Permission
from fedirec.accounts.viewer import Viewer
from fedirec.activitypub.consent import Consent
from fedirec.activitypub.models import Actor
from fedirec.activitypub.peers import hosts_of
from fedirec.remix.licences import licence_of
from fedirec.remix.models import Record
from fedirec.remix.pages.cards import Cards, prepare_words
from fedirec.remix.pages.comments.showing import comments_view
from fedirec.remix.pages.quoting import quoted_in
from fedirec.remix.pages.records.offers import offers_of
from fedirec.remix.pages.records.versions import version_of
from fedirec.remix.pages.sharing.heads import record_head
from fedirec.remix.pages.trails import trail_view
from fedirec.remix.pages.visitors import record_in, remote_record_in, visitor
from fedirec.remix.permissions import may_have_original, may_remix
from fedirec.remix.queries.challenges import challenges_left_for
from fedirec.remix.queries.consent import consent_to, find_question
from fedirec.remix.queries.people import acquaintance_of
from fedirec.remix.queries.records import contributors_of, has_recommended, revisions_of
from fedirec.web.negotiation import VARY, wants_activity
from fedirec.web.render import render
from fedirec.web.views import Choice, MediaView, RecordView


async def show_record(request: Request[Any]) -> Response:
    """The page of a record of ours; where it was deleted, what stays of it."""
    return await _show(request, await record_in(request))


async def show_remote_record(request: Request[Any]) -> Response:
    """What we know of a record of another instance; programs go on to its origin."""
    record = await remote_record_in(request)
    if wants_activity(request):
        return RedirectResponse(record.uri, status_code=303, headers=VARY)
    return await _show(request, record)


async def _show(request: Request[Any], record: Record) -> Response:
    cards, viewer = Cards(request), visitor(request)
    await cards.dress([record])
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
    licence = licence_of(record)
    versions = await revisions_of(record) if not shown.is_remote and record.revision > 1 else []
    return render(
        request,
        "remix/record.html",
        head=record_head(cards, record, contributors=await contributors_of(record)),
        record=shown,
        uri=record.uri,
        share_url=shown.original_url or record.uri,
        trail=trail,
        lineage_url=f"{shown.url}/lineage",
        offers=await offers_of(record, cards, is_author=is_author),
        versions=[version_of(record, revision) for revision in versions],
        is_author=is_author,
        may_caption=is_author and any(medium.kind in ("audio", "video") for medium in shown.media),
        hosts=await hosts_of([shown.host]),
        may_remix=may_remix(licence, is_author=is_author, is_public=record.visibility == "public"),
        originals=originals_of(shown) if may_have_original(licence, is_author=is_author) else [],
        remix_url=_remix_url(record, member),
        may_follow=member is None or member.can(Permission.FOLLOW),
        acquaintance=await acquaintance_of(viewer, record.author),
        author_uri=record.author.uri,
        is_recommended=viewer is not None and await has_recommended(viewer, record),
        like_state=await _like_state(record, viewer),
        offered=offered,
        is_unverified=shown.is_remote and not record.is_post and not record.digest_holds,
        is_post=record.is_post,
        quoted=(await quoted_in(cards, [record.uri])).get(record.uri) if shown.is_remote else None,
        comments=await comments_view(request, record),
    )


async def _like_state(record: Record, viewer: Actor | None) -> str:
    """Whether the author of `record` lets `viewer` tell them that they like it (given), looks first (asked) and was
    asked already (waiting), or does not want to hear it (refused).
    """
    if viewer is None or record.author.is_local or record.policy is None:
        return Consent.GIVEN.value
    asked = await find_question(viewer, record, "like")
    if asked is not None and asked.state == "waiting":
        return "waiting"
    return (await consent_to(record, "like", actor=viewer)).value


def _remix_url(record: Record, member: Viewer | None) -> str:
    """Where `member` remixes `record`: here, or as a guest on their own server."""
    if member is None or member.can(Permission.REMIX):
        return f"/records/new?source={record.id}"
    return f"/elsewhere?uri={quote(record.uri, safe='')}&do=see"


def originals_of(record: RecordView) -> list[MediaView]:
    """The files of `record` that can be saved as they were sent."""
    return [medium for medium in record.media if not medium.is_missing]


routes = [
    Route("/records/remote/{id:int}", show_remote_record, methods=["GET"]),
    Route("/records/{key}", show_record, methods=["GET"]),
]
