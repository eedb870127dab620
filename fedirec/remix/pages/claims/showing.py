"""A claim with what both sides say, everything that somebody said or was told, and what stands on a record's page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.door import require_viewer
from fedirec.accounts.pages.views import once_more, page_with, place_in
from fedirec.accounts.permissions import Permission, may_decide_claim
from fedirec.accounts.viewer import Viewer
from fedirec.errors import NotFound
from fedirec.remix.actions.claims import page_of
from fedirec.remix.actions.claims.opening import MAX_WORDS
from fedirec.remix.actions.claims.travelling import MAX_REASON
from fedirec.remix.claims import KINDS, ClaimHappening, ClaimKind, ClaimState, may_do, may_happen
from fedirec.remix.models import Claim, Record
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.visitors import members_only
from fedirec.remix.queries.claims import (
    PAGE,
    ClaimFile,
    claims_by,
    concern_in,
    file_of,
    get_claim,
    is_biased,
    judges_of,
    notes_on,
)
from fedirec.remix.queries.records import find_record_row, records_at
from fedirec.remix.roles import label_of
from fedirec.remix.visibility import may_see
from fedirec.translatable import N_
from fedirec.uris import host_of
from fedirec.web.forms import Form, filled_form
from fedirec.web.language import gettext as _
from fedirec.web.render import render
from fedirec.web.views import PersonView, RecordView

HAPPENED: Final[Mapping[ClaimHappening, str]] = {
    ClaimHappening.OPENED: N_("says that it is not right"),
    ClaimHappening.EVIDENCE: N_("has something to add"),
    ClaimHappening.AGREED: N_("agrees"),
    ClaimHappening.CONTRADICTED: N_("does not agree"),
    ClaimHappening.UPHELD: N_("decided that it is so"),
    ClaimHappening.DISMISSED: N_("decided that it stays as it was"),
    ClaimHappening.APPEALED: N_("asks to look at it again"),
    ClaimHappening.WITHDRAWN: N_("took it back"),
}
"""What somebody did, after their name."""
STATES: Final[Mapping[ClaimState, tuple[str, str, str]]] = {
    ClaimState.OPENED: (N_("waits for an answer"), "plain", "clock"),
    ClaimState.CONTRADICTED: (N_("waits for a moderator"), "plain", "clock"),
    ClaimState.SETTLED: (N_("settled: its author agreed"), "good", "check"),
    ClaimState.UPHELD: (N_("decided: it is so"), "good", "check"),
    ClaimState.DISMISSED: (N_("decided: it stays as it was"), "plain", "close"),
    ClaimState.APPEALED: (N_("is looked at again"), "plain", "clock"),
    ClaimState.FINAL: (N_("decided for good"), "plain", "check"),
    ClaimState.WITHDRAWN: (N_("taken back"), "plain", "close"),
}
_FOR_MODERATORS: Final = (ClaimState.CONTRADICTED, ClaimState.APPEALED)
_YOURS: Final = N_("waits for your answer")
_NOTES: Final[Mapping[tuple[ClaimKind, bool], str]] = {
    (ClaimKind.MISSING_SOURCE, True): N_(
        "Its author added “%(title)s” as a source, because somebody said it was missing."
    ),
    (ClaimKind.MISSING_SOURCE, False): N_("A moderator added “%(title)s” as a source."),
    (ClaimKind.NOT_DERIVED, True): N_("Its author agreed that it was not made from “%(title)s”."),
    (ClaimKind.NOT_DERIVED, False): N_("A moderator took “%(title)s” out of the sources: it was not made from it."),
    (ClaimKind.WRONG_ROLE, True): N_("Its author corrected what somebody did for it."),
    (ClaimKind.WRONG_ROLE, False): N_("A moderator corrected what somebody is credited for."),
    (ClaimKind.NOT_MY_WORK, True): N_("Its author took somebody out of the credits who had no part in it."),
    (ClaimKind.NOT_MY_WORK, False): N_("A moderator took somebody out of the credits who had no part in it."),
    (ClaimKind.NO_CONSENT, True): N_("Somebody who had a part in it does not want to be named."),
    (ClaimKind.NO_CONSENT, False): N_("Somebody who had a part in it does not want to be named."),
}
"""What a claim changed, by whether the author agreed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteView:
    """What a claim changed in the trail of a record, as everybody reads it on its page."""

    words: str
    reason: str
    at: datetime | None
    is_view_from_here: bool
    """Whether the record lives elsewhere, where it may stand otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventView:
    """Something that was said or done about a claim."""

    person: PersonView | None
    what: str
    words: str
    links: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimView:
    """A claim in a list."""

    url: str
    what: str
    title: str
    record_url: str
    claimant: PersonView
    state: str
    tone: str
    sign: str
    at: datetime
    looked_at_by: str = ""


async def sees_record(claim: Claim, viewer: Viewer) -> bool:
    """Whether `viewer` may see the record of `claim`: whom a claim concerns may have been kept away from it since."""
    return viewer.can(Permission.MODERATE) or await may_see(claim.record, viewer.actor)


def claim_view(cards: Cards, claim: Claim, *, is_seen: bool = True, viewer: Viewer | None = None) -> ClaimView:
    """How `claim`, which comes with its record and claimant, stands in a list of `viewer`.

    Whether they see the record is `is_seen`.
    """
    word, tone, sign = STATES[ClaimState(claim.state)]
    if viewer is not None and claim.record.author_id == viewer.actor.id and claim.state == ClaimState.OPENED:
        word = _YOURS
    looked_at_by = claim.looked_at_by
    return ClaimView(
        url=page_of(claim),
        what=_(KINDS[ClaimKind(claim.kind)][0]),
        title=(claim.record.title or _("Untitled")) if is_seen else _("Something that is not shown"),
        record_url=cards.record_url(claim.record),
        claimant=cards.person(claim.claimant),
        state=_(word),
        tone=tone,
        sign=sign,
        at=claim.created_at,
        looked_at_by=(looked_at_by.name or looked_at_by.handle) if looked_at_by else "",
    )


async def notes_view(record: Record) -> list[NoteView]:
    """What claims changed in the trail of `record`, which comes with its author."""
    claims = await notes_on(record)
    named = {row.uri: row.title for row in await records_at([each.source_uri for each in claims if each.source_uri])}
    return [
        NoteView(
            words=_(_NOTES[ClaimKind(each.kind), each.is_agreed])
            % {"title": named.get(each.source_uri or "") or _place(each.source_uri)},
            reason=each.reason,
            at=each.decided_at,
            is_view_from_here=not record.author.is_local,
        )
        for each in claims
    ]


def _place(uri: str | None) -> str:
    return _("Something on %(host)s") % {"host": host_of(uri)} if uri else ""


def role_word(code: str) -> str:
    """What the role with that code is called."""
    return label_of(code, gettext=_)


async def show_claim(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.READ_OWN)
    return await show_file(request, viewer, await visible_claim(viewer, request.path_params["key"]), filled_form())


@members_only
async def show_own_claims(request: Request[Any]) -> Response:
    viewer, cards = require_viewer(request, Permission.READ_OWN), Cards(request)
    rows = await claims_by(viewer.actor, before=place_in(request, "before"))
    place = rows[PAGE - 1].id if len(rows) > PAGE else None
    shown = [claim_view(cards, row, is_seen=await sees_record(row, viewer), viewer=viewer) for row in rows[:PAGE]]
    return render(request, "remix/claims.html", claims=page_with(request, shown, name="before", place=place))


async def visible_claim(viewer: Viewer, key: str) -> Claim:
    """The claim called `key`, if it concerns `viewer` or they moderate. Raises NotFound."""
    claim = await get_claim(key)
    if not viewer.can(Permission.MODERATE) and not (await concern_in(claim, viewer.actor)).is_party:
        raise NotFound("There is no such claim here.")
    return claim


async def show_file(request: Request[Any], viewer: Viewer, claim: Claim, form: Form) -> Response:
    """Everything about a claim, and what `viewer` can do about it; `form` comes back with what was wrong."""
    cards, file = Cards(request), await file_of(claim)
    concern = await concern_in(claim, viewer.actor)
    outcome = ClaimHappening(claim.outcome) if claim.outcome else None
    can = {
        happening.value: may_happen(claim.state, happening) and may_do(happening, concern, outcome=outcome)
        for happening in ClaimHappening
    }
    is_seen = await sees_record(claim, viewer)
    judges = viewer.can(Permission.MODERATE) and may_decide_claim(
        viewer.role, is_party=await is_biased(claim, viewer.actor.id)
    )
    source = file.source
    if source is not None and not viewer.can(Permission.MODERATE) and not await may_see(source, viewer.actor):
        source = None  # whoever names something does not get to see it by that
    values = {
        "claim": claim_view(cards, claim, is_seen=is_seen, viewer=viewer),
        "key": claim.key,
        "explained": _(KINDS[ClaimKind(claim.kind)][1]),
        "record": await _card(cards, claim.record) if is_seen else None,
        "source": await _card(cards, source) if source else None,
        "source_uri": claim.source_uri or "",
        "person": cards.person(file.person) if file.person else None,
        "role": role_word(claim.role) if claim.role else "",
        "wanted_role": role_word(claim.wanted_role) if claim.wanted_role else "",
        "events": _events(cards, file),
        "reason": claim.reason,
        "is_at_home": claim.decided_at_home,
        "is_view_from_here": not claim.record.author.is_local,
        "home": claim.record.author.host,
        "can": can,
        "is_stuck": claim.state in _FOR_MODERATORS and not await judges_of(claim),
        "judges": judges and may_happen(claim.state, ClaimHappening.UPHELD),
        "is_mine": claim.looked_at_by_id == viewer.actor.id,
        "max_words": MAX_WORDS,
        "max_reason": MAX_REASON,
    }
    if form.errors:
        return once_more(request, "remix/claim.html", form, **values)
    return render(request, "remix/claim.html", form=form, **values)


async def _card(cards: Cards, record: Record) -> RecordView | None:
    whole = await find_record_row(record.id)
    if whole is None or whole.deleted_at:
        return None
    await cards.dress([whole])
    return cards.record(whole)


def _events(cards: Cards, file: ClaimFile) -> list[EventView]:
    return [
        EventView(
            person=cards.person(event.actor) if event.actor else None,
            what=_(HAPPENED[ClaimHappening(event.happening)]),
            words=event.words,
            links=tuple(str(link) for link in event.links),
            at=event.created_at,
        )
        for event in file.events
    ]


routes = [
    Route("/claims", show_own_claims, methods=["GET"]),
    Route("/claims/{key}", show_claim, methods=["GET"]),
]
