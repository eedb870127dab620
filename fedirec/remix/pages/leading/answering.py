"""Answering what people offer to a challenge."""

from __future__ import annotations

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.door import require_viewer
from fedirec.accounts.permissions import Permission
from fedirec.activitypub.consent import Consent
from fedirec.errors import FedirecError
from fedirec.remix.actions.submissions import (
    MAX_REASON,
    accept_submission,
    decline_submission,
    reconsider_submission,
)
from fedirec.remix.models import Challenge
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.challenges import challenge_tabs
from fedirec.remix.pages.leading.changing import led_challenge_in
from fedirec.remix.pages.visitors import members_only, row_in
from fedirec.remix.queries.challenges import accepted_by_age, get_challenge, get_submission, waiting_submissions
from fedirec.remix.queries.consent import consents_to
from fedirec.web.forms import Form, read_form
from fedirec.web.language import gettext as _
from fedirec.web.paging import Cursor, page_of, wanted_page
from fedirec.web.render import redirect, render
from fedirec.web.sentences import told

_DECIDED: Final = 12
"""Decisions that can be thought over on the page of what waits."""


@members_only
async def show_waiting(request: Request[Any]) -> Response:
    """What people offered and what nobody has answered yet."""
    _viewer, challenge = await led_challenge_in(request)
    return await _show_waiting(request, challenge, Form())


async def post_decision(request: Request[Any]) -> Response:
    """A record is part of the challenge, or its author hears why not, or the decision is open again."""
    viewer = require_viewer(request, Permission.OPEN_CHALLENGE)
    submission = await get_submission(row_in(request))
    form = await read_form(request)
    do = form.choice("do", ("accept", "decline", "reconsider"))
    title = submission.record.title
    try:
        match do:
            case "accept":
                await accept_submission(viewer.actor, submission)
                said = _("“%(title)s” is part of the challenge now.") % {"title": title}
            case "decline":
                await decline_submission(viewer.actor, submission, form.text("reason", max=10_000))
                said = _("The author of “%(title)s” will hear why.") % {"title": title}
            case _:
                await reconsider_submission(viewer.actor, submission)
                said = _("“%(title)s” waits for your answer again.") % {"title": title}
    except FedirecError as error:
        if submission.challenge.leader_id != viewer.actor.id:
            raise
        form.errors[f"reason-{submission.id}"] = told(error)
        challenge = await get_challenge(submission.challenge.actor.handle)
        return await _show_waiting(request, challenge, form, status=error.status, about=submission.id)
    back = f"{Cards(request).challenge_url(submission.challenge)}/waiting"
    return redirect(request, back, said)


def _note_on(consent: Consent) -> str:
    """What the leader should know before they take something up; empty when there is nothing to know."""
    if consent is Consent.REFUSED:
        return _("Its author does not let others pass it on: it will stand here, but not be announced.")
    if consent is Consent.ASKED:
        return _("Its author is asked before followers elsewhere hear of it.")
    return ""


async def _show_waiting(
    request: Request[Any], challenge: Challenge, form: Form, *, status: int = 200, about: int | None = None
) -> Response:
    cards = Cards(request)
    wanted = wanted_page(request)
    rows = await waiting_submissions(challenge, after=wanted.after, limit=wanted.limit)
    decided = await accepted_by_age(challenge, after=None, limit=_DECIDED) if wanted.after is None else []
    await cards.dress([row.record for row in [*rows, *decided]])
    consents = await consents_to([row.record for row in rows], "announce", actor=challenge.actor)
    page = page_of(
        rows,
        request,
        wanted=wanted,
        place=lambda row: Cursor(at=row.created_at, id=row.id),
        show=lambda row: (row, cards.record(row.record)),
    )
    return render(
        request,
        "remix/waiting.html",
        status,
        challenge=cards.challenge(challenge),
        tabs=challenge_tabs(challenge, cards, current="waiting", is_leader=True),
        page=page,
        decided=[(row, cards.record(row.record)) for row in decided],
        form=form,
        about=about,
        notes={row.id: _note_on(consents[row.record.uri]) for row in rows},
        max_reason=MAX_REASON,
    )


routes = [
    Route("/c/{slug}/waiting", show_waiting, methods=["GET"]),
    Route("/submissions/{id:int}/decide", post_decision, methods=["POST"]),
]
