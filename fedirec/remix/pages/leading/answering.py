"""Answering what people offer to a challenge."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.door import require_viewer
from fedirec.accounts.permissions import Permission
from fedirec.accounts.viewer import Viewer
from fedirec.activitypub.consent import Consent
from fedirec.activitypub.models import Actor
from fedirec.errors import FedirecError, Forbidden
from fedirec.remix.actions.submissions import (
    accept_submission,
    ask_for_change,
    decline_submission,
    find_invited,
    reconsider_submission,
    redo_work,
    take_remark,
)
from fedirec.remix.logbook import MAX_REASON
from fedirec.remix.models import Challenge, ChallengeTerms, Submission
from fedirec.remix.pages.agreeing import terms_notes
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.challenges import challenge_tabs, parts_of_visitor
from fedirec.remix.pages.finding import remote_for
from fedirec.remix.pages.visitors import members_only, row_in
from fedirec.remix.powers import Deed, Part, may_do, refuse_unless
from fedirec.remix.queries.challenges import get_challenge, get_submission, waiting_submissions
from fedirec.remix.queries.consent import consents_to
from fedirec.remix.queries.leading import parts_in
from fedirec.remix.queries.submissions import decided_submissions, invited_in, proposed_submissions, remarks_on
from fedirec.remix.queries.terms import newest_terms
from fedirec.remix.submissions import ENDED
from fedirec.web.forms import Form, read_form
from fedirec.web.language import gettext as _
from fedirec.web.paging import Cursor, page_of, wanted_page
from fedirec.web.render import redirect, render
from fedirec.web.sentences import told

DEEDS: Final[Mapping[str, Deed]] = {
    "accept": Deed.CHOOSE_SUBMISSION,
    "change": Deed.ASK_FOR_CHANGE,
    "decline": Deed.DECLINE_SUBMISSION,
    "reconsider": Deed.RECONSIDER_SUBMISSION,
    "redo": Deed.REDO_WORK,
    "take": Deed.CHOOSE_SUBMISSION,
}
"""What is decided with which button, and what that is in the table of powers."""


@members_only
async def show_waiting(request: Request[Any]) -> Response:
    """What people offered and what nobody has answered yet."""
    challenge = await answered_challenge_in(request)
    return await _show_waiting(request, challenge, Form())


async def post_decision(request: Request[Any]) -> Response:
    """Something is decided about what was offered, and the log of the challenge says why."""
    viewer = require_viewer(request, Permission.TAKE_PART)
    submission = await get_submission(row_in(request))
    form = await read_form(request)
    do = form.choice("do", DEEDS)
    # Whoever may not do it learns nothing of what else waits.
    refuse_unless(DEEDS.get(do, Deed.RECONSIDER_SUBMISSION), await parts_in(submission.challenge, viewer.actor))
    try:
        said = await _decide(request, viewer, submission, do, form)
    except FedirecError as error:
        if isinstance(error, Forbidden):
            raise
        form.errors[f"{do}-{submission.id}"] = told(error)
        challenge = await get_challenge(submission.challenge.actor.handle)
        return await _show_waiting(request, challenge, form, status=error.status, about=(submission.id, do))
    return redirect(request, f"{Cards(request).challenge_url(submission.challenge)}/waiting", said)


async def _decide(request: Request[Any], viewer: Viewer, submission: Submission, do: str, form: Form) -> str:
    """What is said to the leader afterwards. Raises what the actions raise."""
    reason, about = form.text("reason", max=10_000), {"title": submission.record.title}
    match do:
        case "accept":
            await accept_submission(viewer.actor, submission, reason)
            return _("“%(title)s” is part of the challenge now.") % about
        case "change":
            await ask_for_change(viewer.actor, submission, reason)
            return _("The author of “%(title)s” knows what you would like to be different.") % about
        case "decline":
            await decline_submission(viewer.actor, submission, reason)
            return _("The author of “%(title)s” will hear why.") % about
        case "redo":
            await redo_work(viewer.actor, submission, reason, by=await _who_does_it(request, form))
            return _("Everybody who worked on “%(title)s” knows that it is made anew.") % about
        case "take":
            await take_remark(viewer.actor, submission)
            return _("It counts as an offer now, and its author is told what is missing.")
        case _:
            await reconsider_submission(viewer.actor, submission, reason)
            return _("“%(title)s” waits for your answer again.") % about


async def _who_does_it(request: Request[Any], form: Form) -> Actor | None:
    handle = form.line("handle", max=300)
    if not handle:
        return None
    return await find_invited(remote_for(request), handle, host=request.state["site"].uris.host)


async def answered_challenge_in(request: Request[Any], deed: Deed = Deed.SEE_WAITING) -> Challenge:
    """The challenge in the path, in which the viewer may do `deed`. Raises NotFound or Forbidden."""
    viewer = require_viewer(request, Permission.TAKE_PART)
    challenge = await get_challenge(request.path_params["slug"])
    parts = await parts_in(challenge, viewer.actor)
    refuse_unless(deed, parts | {Part.MODERATOR} if viewer.can(Permission.MODERATE) else parts)
    return challenge


def _note_on(consent: Consent) -> str:
    """What the leader should know before they take something up; empty when there is nothing to know."""
    if consent is Consent.REFUSED:
        return _("Its author does not let others pass it on: it will stand here, but not be announced.")
    if consent is Consent.ASKED:
        return _("Its author is asked before followers elsewhere hear of it.")
    return ""


def _note_of_terms(submission: Submission, newest: ChallengeTerms | None) -> str:
    """What the leader promised its author, where that is not what is promised now."""
    version = submission.terms_version
    if newest is None or version is None or version == newest.version:
        return ""
    words = {"version": version, "newest": newest.version}
    return _("It is under version %(version)s of the terms, and version %(newest)s holds now.") % words


async def _show_waiting(
    request: Request[Any],
    challenge: Challenge,
    form: Form,
    *,
    status: int = 200,
    about: tuple[int, str] | None = None,
) -> Response:
    cards, parts = Cards(request), await parts_of_visitor(request, challenge)
    wanted = wanted_page(request)
    rows = await waiting_submissions(challenge, after=wanted.after, limit=wanted.limit)
    is_first = wanted.after is None
    decided = await decided_submissions(challenge) if is_first else []
    proposed = await proposed_submissions(challenge) if is_first else []
    remarks = await remarks_on(challenge, viewer=None) if is_first else []
    shown = [*rows, *decided, *proposed, *remarks]
    await cards.dress([row.record for row in shown])
    newest, is_over = await newest_terms(challenge), challenge.state in ENDED
    consents = await consents_to([row.record for row in rows], "announce", actor=challenge.actor)
    return render(
        request,
        "remix/waiting.html",
        status,
        challenge=cards.challenge(challenge),
        tabs=challenge_tabs(challenge, cards, current="waiting", parts=parts | {Part.MODERATOR}),
        page=page_of(
            rows,
            request,
            wanted=wanted,
            place=lambda row: Cursor(at=row.created_at, id=row.id),
            show=lambda row: (row, cards.record(row.record)),
        ),
        decided=[(row, cards.record(row.record)) for row in decided],
        proposed=[(row, cards.record(row.record)) for row in proposed],
        remarks=[(row, cards.record(row.record, whole=True)) for row in remarks],
        may={do for do, deed in DEEDS.items() if may_do(deed, parts) and (do == "redo" or not is_over)},
        may_invite=may_do(Deed.INVITE_TO_SUBMIT, parts),
        form=form,
        about=about,
        under=await terms_notes(challenge, [*rows, *decided]),
        notes={
            row.id: " ".join(filter(None, (_note_of_terms(row, newest), _note_on(consents[row.record.uri]))))
            for row in rows
        },
        invited=await invited_in(challenge, shown),
        max_reason=MAX_REASON,
    )


routes = [
    Route("/c/{slug}/waiting", show_waiting, methods=["GET"]),
    Route("/submissions/{id:int}/decide", post_decision, methods=["POST"]),
]
