"""Challenges, ours and those of other instances: finding, reading, following, answering them."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date
from typing import Any, Final, Literal, cast

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from fedirec.accounts.door import require_viewer, viewer_of
from fedirec.accounts.permissions import Permission
from fedirec.accounts.viewer import Viewer
from fedirec.activitypub.peers import hosts_of
from fedirec.clock import now
from fedirec.errors import FedirecError
from fedirec.remix.actions.group_tags import tags_of
from fedirec.remix.actions.meeting import refresh_seen
from fedirec.remix.actions.offering import offer_from_home
from fedirec.remix.models import Challenge, Submission
from fedirec.remix.pages.agreeing import outcome_word, own_submission, terms_view
from fedirec.remix.pages.agreeing import routes as promised_routes
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.finding import record_at
from fedirec.remix.pages.home import place_of_challenge
from fedirec.remix.pages.matching import skill_word
from fedirec.remix.pages.news_views import news_view
from fedirec.remix.pages.sharing.heads import challenge_head
from fedirec.remix.pages.visitors import number_of, row_in, visitor
from fedirec.remix.powers import Deed, Part, may_do
from fedirec.remix.queries.challenges import (
    accepted_by_age,
    challenges_by_age,
    get_challenge,
    get_remote_challenge,
    own_submissions,
    submitted,
)
from fedirec.remix.queries.leading import parts_in
from fedirec.remix.queries.needs import needs_of
from fedirec.remix.queries.news import how_it_ended
from fedirec.remix.queries.people import acquaintance_of
from fedirec.remix.queries.submissions import invited_in, remarks_on
from fedirec.remix.queries.terms import terms_history
from fedirec.remix.submissions import ENDED
from fedirec.web.forms import Form, read_form
from fedirec.web.language import gettext as _
from fedirec.web.negotiation import VARY, wants_activity
from fedirec.web.paging import Cursor, Page, page_of, wanted_page
from fedirec.web.render import redirect, render
from fedirec.web.sections import load_sections
from fedirec.web.sentences import told
from fedirec.web.views import RecordView, Tab

_SHUFFLED: Final = re.compile(r"[0-9a-f]{16}")
_PIECE: Final = 24
_PREVIEW: Final = 8
"""Submissions that stand below the brief."""


async def show_challenges(request: Request[Any]) -> Response:
    asked = request.query_params.get("which", "open")
    which = cast(Literal["open", "closed", "all"], asked if asked in ("closed", "all") else "open")
    cards, viewer = Cards(request), viewer_of(request)
    wanted = wanted_page(request)
    rows = await challenges_by_age(which=which, viewer=visitor(request), after=wanted.after, limit=wanted.limit)
    await cards.dress(rows)
    page = page_of(rows, request, wanted=wanted, place=place_of_challenge, show=cards.challenge)
    return render(
        request,
        "remix/challenges.html",
        page=page,
        which=which,
        tabs=[
            Tab(label=_("Open"), url="/challenges", is_current=which == "open"),
            Tab(label=_("Closed"), url="/challenges?which=closed", is_current=which == "closed"),
            Tab(label=_("All"), url="/challenges?which=all", is_current=which == "all"),
        ],
        may_open=viewer is not None and viewer.can(Permission.OPEN_CHALLENGE),
    )


async def show_challenge(request: Request[Any]) -> Response:
    member = viewer_of(request)
    is_moderator = member is not None and member.can(Permission.MODERATE)
    slug = request.path_params["slug"]
    return await _show_brief(request, await get_challenge(slug, is_moderator=is_moderator, viewer=visitor(request)))


async def post_offer(request: Request[Any]) -> Response:
    """A guest offers what they published on their own server."""
    viewer = require_viewer(request, Permission.SUBMIT)
    challenge = await get_challenge(request.path_params["slug"])
    form = await read_form(request)
    address = form.address("address", required=True)
    if not form.errors:
        try:
            request.state["attempts"].check(f"offer {viewer.account.id}", cost=0.5)
            record = await record_at(request, address, maker=viewer.actor)
            seen = number_of(form.value("terms"))
            await offer_from_home(viewer.actor, record, challenge, grants=form.flag("grants"), seen=seen)
        except FedirecError as error:
            form.fail("address", told(error))
    if form.errors:
        return await _show_brief(request, challenge, form=form)
    said = _("Thank you! It is with whoever leads “%(title)s” now.") % {"title": challenge.title}
    return redirect(request, Cards(request).challenge_url(challenge), said)


async def show_remote_challenge(request: Request[Any]) -> Response:
    """What we know of a challenge of another instance; programs go on to its origin."""
    challenge = await get_remote_challenge(row_in(request))
    if wants_activity(request):
        return RedirectResponse(challenge.actor.uri, status_code=303, headers=VARY)
    await refresh_seen(challenge)
    return await _show_brief(request, challenge)


async def show_submissions(request: Request[Any]) -> Response:
    return await _show_submissions(request, await get_challenge(request.path_params["slug"]))


async def show_remote_submissions(request: Request[Any]) -> Response:
    return await _show_submissions(request, await get_remote_challenge(row_in(request)))


def challenge_tabs(challenge: Challenge, cards: Cards, *, current: str, parts: Collection[Part]) -> list[Tab]:
    """The pages of a challenge that somebody who plays `parts` may see."""
    url = cards.challenge_url(challenge)
    pages = [("brief", _("Brief"), url), ("submissions", _("What was made"), f"{url}/submissions")]
    pages.append(("news", _("Updates"), f"{url}/news"))
    if challenge.actor.is_local:
        pages.append(("log", _("Log"), f"{url}/log"))
        if current == "money":
            pages.append(("money", _("Money"), f"{url}/money"))
    if may_do(Deed.SEE_WAITING, parts):
        label = _("Waiting for you") if Part.LEADER in parts else _("What waits")
        pages.append(("waiting", label, f"{url}/waiting"))
    return [Tab(label=label, url=address, is_current=name == current) for name, label, address in pages]


async def parts_of_visitor(request: Request[Any], challenge: Challenge) -> frozenset[Part]:
    """What whoever asks is to `challenge`, one of ours; nothing to one that lives elsewhere, nor are strangers."""
    viewer = visitor(request)
    return await parts_in(challenge, viewer) if viewer is not None and challenge.actor.is_local else frozenset()


async def _show_brief(request: Request[Any], challenge: Challenge, *, form: Form | None = None) -> Response:
    cards, viewer, member = Cards(request), visitor(request), viewer_of(request)
    accepted = await submitted(challenge, states=("accepted",), day=now().date(), after=None, limit=_PREVIEW)
    history = await terms_history(challenge)
    own = await own_submissions(challenge, viewer) if viewer else []
    remarks = await remarks_on(challenge, viewer=viewer) if challenge.actor.is_local else []
    invited = await invited_in(challenge, accepted.submissions)
    await cards.dress([challenge, *(row.record for row in [*accepted.submissions, *own, *remarks])])
    if challenge.actor.state == "deleted" and not challenge.actor.is_local:
        made = [cards.record(row.record) for row in accepted.submissions]
        return render(request, "remix/gone_challenge.html", 410, challenge=cards.challenge(challenge), records=made)
    ending = await how_it_ended(challenge.actor) if challenge.state in ENDED else None
    shown = cards.challenge(challenge, whole=True)
    parts = await parts_of_visitor(request, challenge)
    return render(
        request,
        "remix/challenge.html",
        _status_of(challenge, form),
        form=form or Form(),
        head=challenge_head(cards, challenge),
        part_of=challenge.part_of if challenge.part_of and challenge.part_of.state == "active" else None,
        challenge=shown,
        hosts=await hosts_of([shown.host]),
        share_url=shown.original_url or challenge.actor.url or challenge.actor.uri,
        grace=challenge.grace_minutes if challenge.actor.is_local else 0,
        media=cards.media(challenge.attachments, left=challenge.actor.media_rejected),
        language=challenge.language,
        uri=challenge.actor.uri,
        terms=[terms_view(row, is_current=row is history[0]) for row in history],
        needs=[(skill_word(need.skill), need) for need in await needs_of(challenge.actor)],
        tags=await tags_of(challenge.actor),
        tabs=challenge_tabs(challenge, cards, current="brief", parts=parts),
        is_leader=Part.LEADER in parts,
        contribute_url=_contribute_url(challenge, member),
        records=[cards.record(row.record, note=note_on(row, invited)) for row in accepted.submissions],
        remarks=[cards.record(row.record, whole=True) for row in remarks],
        own=[own_submission(row, challenge, next(iter(history), None), cards) for row in own],
        ending=news_view(ending, cards) if ending else None,
        acquaintance=await acquaintance_of(viewer, challenge.actor),
        may_follow=member is not None and member.can(Permission.FOLLOW),
        is_signed_in=member is not None,
        sections=await load_sections(request.state["sections"].challenge, request, challenge),
    )


def _contribute_url(challenge: Challenge, member: Viewer | None) -> str:
    """Where `member` answers the challenge: with a new record, or as a guest with what they published at home."""
    if member is None or member.can(Permission.PUBLISH):
        return f"/records/new?challenge={challenge.id}"
    return "#offer" if challenge.actor.is_local else "#follow"


def _status_of(challenge: Challenge, form: Form | None) -> int:
    if form is not None and form.errors:
        return 422
    return 410 if challenge.actor.state not in ("active", "pending") and challenge.actor.is_local else 200


async def _show_submissions(request: Request[Any], challenge: Challenge) -> Response:
    cards = Cards(request)
    in_order = request.query_params.get("sort") == "new"
    page: Page[RecordView]
    if in_order:
        wanted = wanted_page(request, size=_PIECE)
        rows = await accepted_by_age(challenge, after=wanted.after, limit=wanted.limit)
        await cards.dress([row.record for row in rows])
        invited = await invited_in(challenge, rows)
        page = page_of(
            rows,
            request,
            wanted=wanted,
            place=lambda row: Cursor(at=row.created_at, id=row.id),
            show=lambda row: cards.record(row.record, note=note_on(row, invited)),
        )
    else:
        page = await _shuffled(request, challenge, cards)
    url = cards.challenge_url(challenge)
    parts = await parts_of_visitor(request, challenge)
    return render(
        request,
        "remix/submissions.html",
        challenge=cards.challenge(challenge),
        tabs=challenge_tabs(challenge, cards, current="submissions", parts=parts),
        page=page,
        in_order=in_order,
        url=f"{url}/submissions",
        contribute_url=_contribute_url(challenge, viewer_of(request)),
    )


async def _shuffled(request: Request[Any], challenge: Challenge, cards: Cards) -> Page[RecordView]:
    """A piece in today's random order; the address of the next piece names the day, so that midnight mixes nothing."""
    after = request.query_params.get("after", "")
    try:
        day = date.fromisoformat(request.query_params.get("day", ""))
    except ValueError:
        day = now().date()
    found = await submitted(
        challenge,
        states=("accepted",),
        day=day,
        after=after if _SHUFFLED.fullmatch(after) else None,
        limit=_PIECE,
    )
    await cards.dress([submission.record for submission in found.submissions])
    invited = await invited_in(challenge, found.submissions)
    url = None
    if found.next:
        more = request.url.include_query_params(after=found.next, day=day.isoformat())
        url = f"{more.path}?{more.query}"
    return Page(tuple(cards.record(row.record, note=note_on(row, invited)) for row in found.submissions), url)


def note_on(submission: Submission, invited: Collection[int]) -> str:
    """What a card says of what was made: what became of it, and whether its author had been invited."""
    said = (outcome_word(submission), _("invited") if submission.id in invited else "")
    return " · ".join(filter(None, said))


routes = [
    Route("/challenges", show_challenges, methods=["GET"]),
    Route("/challenges/remote/{id:int}", show_remote_challenge, methods=["GET"]),
    Route("/challenges/remote/{id:int}/submissions", show_remote_submissions, methods=["GET"]),
    Route("/c/{slug}", show_challenge, methods=["GET"]),
    Route("/c/{slug}/offer", post_offer, methods=["POST"]),
    Route("/c/{slug}/submissions", show_submissions, methods=["GET"]),
    *promised_routes,
]
