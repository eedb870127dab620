"""Agreeing to what a challenge promises: its terms, version by version, and under which of them each thing stands."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.door import require_viewer
from fedirec.accounts.permissions import Permission
from fedirec.errors import NotFound
from fedirec.remix.actions.terms import STANDING, agree_to_terms
from fedirec.remix.licences import find_licence
from fedirec.remix.models import Challenge, ChallengeTerms, Record, Submission
from fedirec.remix.pages.cards import Cards, decided_in_words, licence_view, pay_in_words, submission_word
from fedirec.remix.pages.visitors import row_in
from fedirec.remix.queries.challenges import get_submission
from fedirec.remix.queries.submissions import agreed_in, waiting_for
from fedirec.remix.queries.terms import newest_terms
from fedirec.remix.submissions import ENDED
from fedirec.web.forms import read_form
from fedirec.web.language import gettext as _
from fedirec.web.render import redirect
from fedirec.web.views import LicenceView, RecordView


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsView:
    """One version of what a challenge promises."""

    version: int
    licence: LicenceView
    pay: str
    rule: str
    decides: str
    text: str
    said_at: datetime
    is_current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnSubmission:
    """What the viewer offered to a challenge, and how it stands."""

    id: int
    challenge_id: int
    record: RecordView
    state: str
    word: str
    reason: str
    change_wanted: str
    thanks: str
    terms_version: int | None
    agrees_to: int | None
    """The version of the terms that is newer than theirs, to which they can agree."""


def terms_view(row: ChallengeTerms, *, is_current: bool) -> TermsView:
    return TermsView(
        version=row.version,
        licence=licence_view(find_licence(row.licence)),
        pay=pay_in_words(row),
        rule=row.rule,
        decides=f"{decided_in_words(row.decided_by)} {row.method}".rstrip(),
        text=row.text,
        said_at=row.created_at,
        is_current=is_current,
    )


def own_submission(
    submission: Submission, challenge: Challenge, newest: ChallengeTerms | None, cards: Cards
) -> OwnSubmission:
    """What the viewer offered to `challenge`, whose newest terms are `newest`."""
    word = outcome_word(submission) or submission_word(submission.state)
    is_behind = newest is not None and submission.terms_version != newest.version
    may_agree = is_behind and submission.state in STANDING and challenge.state not in ENDED
    return OwnSubmission(
        id=submission.id,
        challenge_id=submission.challenge_id,
        record=cards.record(submission.record, note=word),
        state=submission.state,
        word=word,
        reason=submission.reason,
        change_wanted=submission.change_wanted,
        thanks=submission.thanks,
        terms_version=submission.terms_version,
        agrees_to=newest.version if newest is not None and may_agree else None,
    )


async def terms_notes(challenge: Challenge, rows: Sequence[Submission]) -> dict[int, str]:
    """Under which version of the terms each of these was offered to `challenge`, and whether its author agreed to the
    present one, in words; by the row of the submission.
    """
    newest = await newest_terms(challenge)
    agreed = await agreed_in(rows)
    return {row.id: _terms_note(row, agreed[row.id], newest.version) for row in rows} if newest is not None else {}


def _terms_note(submission: Submission, agreed: Collection[int], newest: int) -> str:
    under = min(agreed, default=submission.terms_version)
    said = [_("Offered under version %(n)s of the terms.") % {"n": under}] if under is not None else []
    if newest not in agreed:
        words = _("Its author has not agreed to version %(n)s, the present one.")
        said.append(words % {"n": newest} if agreed or newest != under else _("Its author has not agreed to it yet."))
    elif newest == under:
        said.append(_("That is the present one, and its author agreed to it."))
    else:
        said.append(_("Its author agreed to version %(n)s, the present one.") % {"n": newest})
    return " ".join(said)


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingFor:
    """A challenge to which a post is offered as soon as its author says what may be done with it."""

    title: str
    url: str
    terms: TermsView


async def waits_for(record: Record, cards: Cards) -> list[WaitingFor]:
    """What the author of `record` agrees to by choosing a licence for it."""
    return [
        WaitingFor(
            title=row.challenge.title,
            url=cards.challenge_url(row.challenge),
            terms=terms_view(terms, is_current=True),
        )
        for row, terms in await waiting_for(record)
    ]


def outcome_word(submission: Submission) -> str:
    """What became of it in the end; empty while nobody has said."""
    words = {"used": _("used"), "built_on": _("built on"), "thanked": _("thank you!")}
    return words.get(submission.outcome, "")


async def post_agreement(request: Request[Any]) -> Response:
    """An author agrees to the newest terms for what they offered before."""
    viewer = require_viewer(request, Permission.SUBMIT)
    submission = await get_submission(row_in(request))
    if submission.record.author_id != viewer.actor.id:
        raise NotFound("There is no such submission.")
    form = await read_form(request)
    version = form.number("version", min=1) or 0
    await agree_to_terms(viewer.actor, submission, version=version)
    said = _("It is under version %(n)s of the terms now.") % {"n": version}
    return redirect(request, Cards(request).challenge_url(submission.challenge), said)


routes = [Route("/submissions/{id:int}/agree", post_agreement, methods=["POST"])]
"""Agreeing to terms."""
