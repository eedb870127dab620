"""The page of a record, with its trail, its credits and what can be done with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from fedirec.accounts.door import viewer_of
from fedirec.accounts.permissions import Permission, may_hide_thanks
from fedirec.accounts.viewer import Viewer
from fedirec.activitypub.consent import Consent
from fedirec.activitypub.models import Actor
from fedirec.activitypub.peers import hosts_of
from fedirec.media.marking import MARKABLE
from fedirec.remix.actions.descendants import look_for_remixes
from fedirec.remix.actions.remix_requests.rechecking import look_at_stamps_again
from fedirec.remix.licences import licence_of
from fedirec.remix.models import Record
from fedirec.remix.pages.agreeing import waits_for
from fedirec.remix.pages.cards import Cards, prepare_words, wishes_in_words
from fedirec.remix.pages.claims.showing import notes_view
from fedirec.remix.pages.comments.showing import comments_view
from fedirec.remix.pages.composing.composition import may_be_asked
from fedirec.remix.pages.drawings import BESIDE, drawn
from fedirec.remix.pages.quoting import quoted_in
from fedirec.remix.pages.records.licensing import licences_left_for
from fedirec.remix.pages.records.offers import offers_of
from fedirec.remix.pages.records.versions import version_of
from fedirec.remix.pages.requests import asked_about
from fedirec.remix.pages.seen import remember_seen
from fedirec.remix.pages.sharing.heads import crediting, record_head
from fedirec.remix.pages.trails.views import trail_view
from fedirec.remix.pages.visitors import record_in, remote_record_in, visitor
from fedirec.remix.permissions import may_have_original, may_remix
from fedirec.remix.queries.bookmarks import has_bookmarked
from fedirec.remix.queries.challenges import challenges_left_for
from fedirec.remix.queries.consent import consent_to, find_question
from fedirec.remix.queries.pens import editors_of, find_pen_held
from fedirec.remix.queries.people import acquaintance_of
from fedirec.remix.queries.picking import may_be_used
from fedirec.remix.queries.records import contributors_of, has_recommended, revisions_of
from fedirec.remix.queries.uses import Release, release_of
from fedirec.remix.visibility import ASKING
from fedirec.remix.wishes import headers_of
from fedirec.remix.words import fill, listed, plain
from fedirec.web.language import gettext as _
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
    if visitor(request) is not None:
        await look_for_remixes([record])
    return await _show(request, record)


async def _show(request: Request[Any], record: Record) -> Response:
    cards, viewer = Cards(request), visitor(request)
    await look_at_stamps_again([record.uri])
    await cards.dress([record])
    trail = await trail_view(cards, record, viewer)
    await prepare_words(record.text)
    shown = cards.record(record, whole=True)
    if record.deleted_at:
        return render(
            request,
            "remix/gone_record.html",
            410,
            record=shown,
            trail=trail,
            drawn=await drawn(cards, trail.nodes, trail.edges, limit=BESIDE),
            lineage_url=f"{shown.url}/lineage",
        )
    is_author = viewer is not None and viewer.id == record.author_id
    member = viewer_of(request)
    offered = []
    if is_author and record.visibility == "public":
        offered = [
            Choice(value=str(challenge.id), label=challenge.title) for challenge in await challenges_left_for(record)
        ]
    licence = licence_of(record)
    editors = await editors_of(record)
    versions = await revisions_of(record) if not shown.is_remote and record.revision > 1 else []
    response = render(
        request,
        "remix/record.html",
        headers=headers_of(record.ai_preference),
        head=crediting(
            record_head(cards, record, contributors=await contributors_of(record)), record, credit=trail.credit_text
        ),
        record=shown,
        uri=record.uri,
        share_url=shown.original_url or record.uri,
        trail=trail,
        drawn=await drawn(cards, trail.nodes, trail.edges, limit=BESIDE),
        lineage_url=f"{shown.url}/lineage",
        offers=await offers_of(record, cards, is_author=is_author),
        versions=[version_of(record, revision, editors=editors) for revision in versions],
        byline=_byline(record, editors),
        release=(release := await release_of(record)),
        release_url=_release_url(cards, record, release),
        editors=[cards.person(editor) for editor in editors],
        pen_url=await _pen_url(record, viewer),
        own_source_url=await _own_source_url(record, viewer),
        may_look_behind=trail.has_unnamed and member is not None and member.can(Permission.MODERATE),
        is_author=is_author,
        hides_thanks=member is not None and may_hide_thanks(member, is_thanked=is_author),
        may_caption=is_author and any(medium.kind in ("audio", "video") for medium in shown.media),
        hosts=await hosts_of([shown.host]),
        may_remix=may_remix(licence, is_author=is_author, is_public=record.visibility == "public"),
        may_ask=member is not None
        and member.can(Permission.REMIX)
        and not licence.may_remix
        and may_be_used(record)
        and may_be_asked(record),
        originals=originals_of(shown) if may_have_original(licence, is_author=is_author) else [],
        remix_url=_remix_url(record, member),
        may_follow=member is None or member.can(Permission.FOLLOW),
        acquaintance=await acquaintance_of(viewer, record.author),
        author_uri=record.author.uri,
        is_recommended=viewer is not None and await has_recommended(viewer, record),
        is_bookmarked=viewer is not None and await has_bookmarked(viewer, record),
        like_state=await _like_state(record, viewer),
        offered=offered,
        is_unverified=shown.is_remote and not record.is_post and not record.digest_holds,
        is_post=record.is_post,
        wishes=wishes_in_words(record),
        feedback_wanted=record.feedback_wanted,
        asked=await asked_about(cards, record, viewer) if record.visibility == ASKING else [],
        licences=(licences := await licences_left_for(record, viewer)),
        waits_for=await waits_for(record, cards) if licences else [],
        quoted=(await quoted_in(cards, [record.uri])).get(record.uri) if shown.is_remote else None,
        notes=await notes_view(record),
        comments=await comments_view(request, record),
    )
    if member is not None:
        remember_seen(request, response, record)
    return response


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


def _byline(record: Record, editors: Sequence[Actor]) -> str:
    """Who wrote it, where that were several."""
    if not editors:
        return ""
    with_whom = listed([(editor.name or editor.handle,) for editor in editors], gettext=_)
    author = (record.author.name or record.author.handle,)
    return plain(fill(_("By {author} with {others}"), author=author, others=with_whom))


def _release_url(cards: Cards, record: Record, release: Release | None) -> str:
    """The page about what was released as `record`, with its manifest."""
    if release is None:
        return ""
    return cards.here(release.uri) if record.author.is_local else f"/productions/remote/{release.key}"


async def _pen_url(record: Record, viewer: Actor | None) -> str:
    """Where `viewer` writes `record` with its author, or says whether they want to."""
    pen = await find_pen_held(viewer, record.uri) if viewer is not None else None
    return f"/pens/{pen.id}" if pen else ""


async def _own_source_url(record: Record, viewer: Actor | None) -> str:
    """The page of a work of `viewer` from which `record` was made."""
    named = [source.uri for source in record.sources]
    if viewer is None or not viewer.is_local or not named or record.author_id == viewer.id:
        return ""
    own = await Record.filter(uri__in=named, author_id=viewer.id, deleted_at=None).order_by("id").first()
    return urlsplit(own.uri).path if own else ""


def _remix_url(record: Record, member: Viewer | None) -> str:
    """Where `member` remixes `record`: here, or as a guest on their own server."""
    if member is None or member.can(Permission.REMIX):
        return f"/records/new?source={record.id}"
    return f"/elsewhere?uri={quote(record.uri, safe='')}&do=see"


def originals_of(record: RecordView) -> list[MediaView]:
    """The files of `record` that can be saved as they were sent."""
    return [
        replace(medium, credited_url=f"{record.url}/files/{medium.number}")
        if medium.download_url and medium.media_type in MARKABLE
        else medium
        for medium in record.media
        if not medium.is_missing
    ]


routes = [
    Route("/records/remote/{id:int}", show_remote_record, methods=["GET"]),
    Route("/records/{key}", show_record, methods=["GET"]),
]
