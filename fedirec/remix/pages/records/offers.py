"""The challenges that a record was offered to; offering it, and taking it back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.door import require_viewer
from fedirec.accounts.permissions import Permission
from fedirec.errors import Conflict
from fedirec.remix.actions.submissions import submit_record, withdraw_submission
from fedirec.remix.models import Record, Submission
from fedirec.remix.pages.agreeing import outcome_word
from fedirec.remix.pages.cards import Cards, submission_word
from fedirec.remix.pages.visitors import number_of, own_record_in, row_in
from fedirec.remix.queries.challenges import find_challenge_row, get_submission
from fedirec.remix.queries.records import submissions_of
from fedirec.web.forms import read_form
from fedirec.web.language import gettext as _
from fedirec.web.render import Flash, redirect, turn_back

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
        return turn_back(request, url, error)
    return redirect(request, url, _("It is on its way to “%(title)s”.") % {"title": challenge.title})


async def post_withdrawal(request: Request[Any]) -> Response:
    """An offer is taken back by its author."""
    viewer = require_viewer(request, Permission.SUBMIT)
    submission = await get_submission(row_in(request))
    await withdraw_submission(viewer.actor, submission)
    said = _("Taken back from “%(title)s”.") % {"title": submission.challenge.title}
    return redirect(request, Cards(request).record_url(submission.record), said)


async def offers_of(record: Record, cards: Cards, *, is_author: bool) -> list[Offer]:
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
        word=outcome_word(submission) or submission_word(submission.state),
        reason=(submission.change_wanted or submission.reason) if is_author else "",
        may_withdraw=is_author and submission.state in _SUBMITTED,
    )


routes = [
    Route("/records/{key}/offer", post_offer, methods=["POST"]),
    Route("/submissions/{id:int}/withdraw", post_withdrawal, methods=["POST"]),
]
