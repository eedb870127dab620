"""Challenges: finding, reading, opening, changing and closing them, and what was offered to them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from fedirec.accounts.permissions import Permission
from fedirec.activitypub.actors import NewKeys, new_keys
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.endpoints.alike import listed
from fedirec.api.endpoints.finding import drafted_files, get_challenge_row
from fedirec.api.paging import piece_of, read_place, size_of
from fedirec.api.shapes.basis import PieceQuery, Text
from fedirec.api.shapes.challenges import (
    Challenge,
    Challenges,
    NewChallenge,
    TermsSent,
    show_challenge,
    show_challenge_card,
)
from fedirec.api.shapes.challenges import ChallengeChange as ChallengeChangeSent
from fedirec.api.shapes.submissions import Submissions, show_submissions
from fedirec.errors import NotFound
from fedirec.remix.actions.challenges import (
    ChallengeChange,
    ChallengeDraft,
    change_challenge,
    close_challenge,
    open_challenge,
    refuse_restless,
)
from fedirec.remix.actions.group_tags import read_tags
from fedirec.remix.actions.meeting import refresh_seen
from fedirec.remix.models import Challenge as ChallengeRow
from fedirec.remix.models import Submission as SubmissionRow
from fedirec.remix.pages.leading.opening import slug_of
from fedirec.remix.powers import Deed, Part, refuse_unless
from fedirec.remix.queries.challenges import accepted_by_age, challenges_by_age, own_submissions, waiting_submissions
from fedirec.remix.queries.leading import parts_in
from fedirec.remix.queries.submissions import decided_submissions, proposed_submissions, remarks_on
from fedirec.remix.terms import DecidedBy, Pays, Terms
from fedirec.web.language import zone_named
from fedirec.web.paging import Cursor


class ChallengesQuery(PieceQuery):
    which: Literal["open", "closed", "all"] = "open"
    q: Text = Field("", max_length=200, description="Words of the title.")


class WaitingQuery(PieceQuery):
    which: Literal["waiting", "decided", "proposed", "remarks"] = Field(
        "waiting", description="What waits; or, in one piece, the newest of what is decided, asked for, or only said."
    )


async def remarks_in(challenge: ChallengeRow) -> list[SubmissionRow]:
    return await remarks_on(challenge, viewer=None)


async def list_challenges(call: Call) -> Challenges:
    asked = call.asked(ChallengesQuery)
    rows = await challenges_by_age(
        which=asked.which, viewer=call.looker, after=read_place(call), limit=size_of(call) + 1, words=asked.q
    )
    return list_of_challenges(call, rows)


def list_of_challenges(call: Call, rows: list[ChallengeRow]) -> Challenges:
    return piece_of(
        call,
        Challenges,
        rows,
        show=lambda row: show_challenge_card(call, row),
        place=lambda row: Cursor(at=row.opened_at, id=row.id),
    )


async def show_one_challenge(call: Call) -> Challenge:
    challenge = await get_challenge_row(call.row(), viewer=call.looker)
    await refresh_seen(challenge)
    return await show_challenge(call, challenge)


async def make_keys(call: Call) -> NewKeys:
    """The keys of a Group, which take a thread."""
    await refuse_restless(call.actor)
    return await new_keys()


async def open_one(call: Call) -> Challenge:
    wanted = call.sent(NewChallenge)
    draft = ChallengeDraft(
        title=wanted.title,
        slug=(wanted.slug or "").lower().removeprefix("@") or slug_of(wanted.title),
        text=wanted.text,
        kinds=wanted.kinds,
        language=wanted.language,
        deadline_at=wanted.deadline_at,
        timezone=wanted.timezone if zone_named(wanted.timezone) else "UTC",
        grace_minutes=wanted.grace_minutes,
        terms=_terms(wanted.terms),
        files=await drafted_files(call, wanted.files),
        tags=read_tags(wanted.tags),
        is_draft=wanted.draft,
    )
    keys = call.prepared if isinstance(call.prepared, NewKeys) else None
    made = await open_challenge(call.actor, call.request.state["keyring"], draft, keys=keys)
    call.headers["Location"] = f"/api/challenges/{made.id}"
    return await show_challenge(call, await get_challenge_row(made.id, viewer=call.actor))


async def change(call: Call) -> Challenge:
    challenge, wanted = await led_challenge(call, Deed.CHANGE_CHALLENGE), call.sent(ChallengeChangeSent)
    change = ChallengeChange(
        title=wanted.title,
        text=wanted.text,
        deadline_at=wanted.deadline_at,
        grace_minutes=wanted.grace_minutes,
        tags=None if wanted.tags is None else read_tags(wanted.tags),
        terms=_terms(wanted.terms) if wanted.terms else None,
        reason=wanted.reason,
    )
    await change_challenge(call.actor, challenge, change)
    return await show_challenge(call, await get_challenge_row(challenge.id, viewer=call.actor))


async def close(call: Call) -> Challenge:
    challenge = await led_challenge(call, Deed.CLOSE_CHALLENGE)
    await close_challenge(call.actor, challenge)
    return await show_challenge(call, await get_challenge_row(challenge.id))


async def list_submissions(call: Call) -> Submissions:
    challenge = await get_challenge_row(call.row())
    rows = await accepted_by_age(challenge, after=read_place(call), limit=size_of(call) + 1)
    return await _submissions(call, rows)


async def list_waiting(call: Call) -> Submissions:
    challenge, which = await led_challenge(call, Deed.SEE_WAITING), call.asked(WaitingQuery).which
    if which != "waiting":
        looked_up = {"decided": decided_submissions, "proposed": proposed_submissions, "remarks": remarks_in}[which]
        return Submissions(items=await show_submissions(call, await looked_up(challenge)), next=None)
    return await _submissions(
        call, await waiting_submissions(challenge, after=read_place(call), limit=size_of(call) + 1)
    )


async def list_own(call: Call) -> Submissions:
    rows = await own_submissions(await get_challenge_row(call.row()), call.actor)
    return Submissions(items=await show_submissions(call, rows), next=None)


async def _submissions(call: Call, rows: list[SubmissionRow]) -> Submissions:
    shown = {each.id: each for each in await show_submissions(call, rows)}
    return piece_of(
        call,
        Submissions,
        rows,
        show=lambda row: shown[row.id],
        place=lambda row: Cursor(at=row.created_at, id=row.id),
    )


async def led_challenge(call: Call, deed: Deed) -> ChallengeRow:
    """The challenge of ours in the path, to which whoever asks may do `deed`. Raises NotFound or Forbidden."""
    challenge = await get_challenge_row(call.row(), viewer=call.actor)
    if not challenge.actor.is_local:
        raise NotFound("There is no such challenge here.")
    parts = await parts_in(challenge, call.actor)
    refuse_unless(deed, parts | {Part.MODERATOR} if call.viewer.can(Permission.MODERATE) else parts)
    return challenge


def _terms(wanted: TermsSent) -> Terms:
    return Terms(
        version=1,
        licence=wanted.licence,
        pays=Pays(wanted.pays),
        amount=wanted.amount,
        currency=wanted.currency,
        rule=wanted.rule,
        decided_by=DecidedBy(wanted.decided_by),
        method=wanted.method,
        text=wanted.text,
    )


ENDPOINTS = (
    listed(
        "list_challenges",
        "/challenges",
        "The challenges that are known here, the newest first.",
        list_challenges,
        answer=Challenges,
        query=ChallengesQuery,
        is_open=True,
    ),
    Endpoint(
        name="open_challenge",
        method="POST",
        path="/challenges",
        permission=Permission.OPEN_CHALLENGE,
        says="A new challenge of yours is open, and can be followed from everywhere.",
        run=open_one,
        prepare=make_keys,
        body=NewChallenge,
        answer=Challenge,
        status=201,
        pages=("/challenges/new",),
    ),
    Endpoint(
        name="show_challenge",
        method="GET",
        path="/challenges/{id:int}",
        permission=Permission.READ_OWN,
        says="A challenge with its brief and its terms.",
        run=show_one_challenge,
        answer=Challenge,
        is_open=True,
    ),
    Endpoint(
        name="change_challenge",
        method="PATCH",
        path="/challenges/{id:int}",
        permission=Permission.TAKE_PART,
        says="Your challenge says something new; what was offered stays under the terms that its author agreed to.",
        run=change,
        body=ChallengeChangeSent,
        answer=Challenge,
        pages=("/c/{slug}/edit",),
    ),
    Endpoint(
        name="close_challenge",
        method="POST",
        path="/challenges/{id:int}/close",
        permission=Permission.TAKE_PART,
        says="Your challenge takes no more submissions.",
        run=close,
        answer=Challenge,
        pages=("/c/{slug}/close",),
    ),
    listed(
        "list_submissions",
        "/challenges/{id:int}/submissions",
        "What is part of a challenge, the newest first.",
        list_submissions,
        answer=Submissions,
        is_open=True,
    ),
    listed(
        "list_waiting_submissions",
        "/challenges/{id:int}/submissions/waiting",
        "What nobody has decided about yet in your challenge, the longest waiting first.",
        list_waiting,
        answer=Submissions,
        query=WaitingQuery,
        permission=Permission.TAKE_PART,
    ),
    Endpoint(
        name="list_own_submissions",
        method="GET",
        path="/challenges/{id:int}/submissions/yours",
        permission=Permission.READ_OWN,
        says="What you offered to a challenge, and how it stands.",
        run=list_own,
        answer=Submissions,
    ),
)
